//! `water-dc site`.

use crate::{
    choices::tables,
    error::{Failure, Result},
    input,
    output::{Table, number, print},
};
use clap::ValueEnum;
use serde::Serialize;
use std::path::PathBuf;
use water_dc::{
    Profile, SiteInputs,
    cooling::{CoolingComparison, HybridCooling, PueIncrease, break_even_increase},
    epw::Defects,
    tower::{LowTemperature, TowerModel},
    units::{Elevation, Fahrenheit, Pue},
    weather::{Choices, Columns, Hour, InvalidRows, Month, ReadOptions, Summary, by_month, summarize},
    wet_bulb::{PressureSource, WetBulbModel},
};

/// Monthly wet bulb and on-site water use from hourly weather.
///
/// The file is CSV with a header: a time (timestamp), a temperature in °C (temperature), a relative humidity in percent
/// (humidity) and, if there is one, a pressure in Pa (`pressure_pa`); or an `EnergyPlus` weather file, recognised by its
/// ending .epw or .epw.gz, whose defects are reported. `-` reads CSV from standard input.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Weather file, or - for standard input.
    file: PathBuf,
    /// Wet-bulb model.
    #[arg(long, value_enum, default_value = "stull")]
    wet_bulb: WetBulbName,
    /// Height above sea level in m, for the psychrometric model where the file has no pressure.
    #[arg(long, value_name = "METRES")]
    elevation: Option<f64>,
    /// Keep the water use at this wet bulb (°F) below it; Eq. 2 rises again below 48.7 °F.
    #[arg(long, value_name = "FAHRENHEIT")]
    clamp_below: Option<f64>,
    /// Leave out rows that cannot be used, and count them.
    #[arg(long)]
    skip_invalid: bool,
    /// Name of the column with the time.
    #[arg(long, value_name = "NAME")]
    time_column: Option<String>,
    /// Name of the column with the temperature, °C.
    #[arg(long, value_name = "NAME")]
    temperature_column: Option<String>,
    /// Name of the column with the relative humidity, percent.
    #[arg(long, value_name = "NAME")]
    humidity_column: Option<String>,
    /// Name of the column with the pressure, Pa.
    #[arg(long, value_name = "NAME")]
    pressure_column: Option<String>,
    /// What if the tower rested below this wet bulb (°F)? Needs --country.
    #[arg(long, value_name = "FAHRENHEIT", requires = "country")]
    dry_below: Option<f64>,
    /// What dry cooling adds to the PUE.
    #[arg(long, default_value_t = 0.1, requires = "dry_below")]
    dry_pue: f64,
    /// Country whose mix, leakage and PUE the what-if uses.
    #[arg(long)]
    country: Option<String>,
    /// PUE instead of the paper's.
    #[arg(long, requires = "country")]
    pue: Option<f64>,
}

const EXAMPLES: &str = "\
Examples:
  water-dc site nairobi.csv
  water-dc site nairobi.csv --wet-bulb psychrometric --elevation 1661
  water-dc site EGY_Cairo.epw.gz --wet-bulb psychrometric
  water-dc site station.csv --temperature-column T2M --humidity-column RH2M --skip-invalid
  water-dc site nairobi.csv --country KE --pue 1.5 --dry-below 55 --dry-pue 0.08
  zcat station.csv.gz | water-dc site - --json";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum WetBulbName {
    /// Stull's fit, sea level.
    Stull,
    /// The fit with rounded constants: what the published data set contains.
    StullRounded,
    /// Energy balance of the psychrometer, at the file's pressure, at --elevation, or at sea level.
    Psychrometric,
}

#[derive(Serialize)]
struct Answer {
    wet_bulb_model: &'static str,
    skipped_rows: u64,
    /// Hours with each defect, for EPW files.
    defects: Option<Defects>,
    months: Vec<Month>,
    all: Summary,
    what_if: Option<WhatIf>,
}

#[derive(Serialize)]
struct WhatIf {
    comparison: CoolingComparison,
    /// Increase of the PUE at which dry cooling all the time would save nothing; none if it always saves.
    break_even_pue_increase: Option<f64>,
}

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let options = ReadOptions {
        columns: Columns {
            time: arguments.time_column.clone(),
            temperature: arguments.temperature_column.clone(),
            humidity: arguments.humidity_column.clone(),
            pressure: arguments.pressure_column.clone(),
        },
        invalid_rows: if arguments.skip_invalid { InvalidRows::Skip } else { InvalidRows::Reject },
    };
    let input::Input { weather, defects } = input::weather(&arguments.file, &options)?;
    let low_temperature = match arguments.clamp_below {
        Some(limit) => LowTemperature::ClampAt(Fahrenheit(limit)),
        None => LowTemperature::Extrapolate,
    };
    let choices = Choices { wet_bulb: wet_bulb_model(arguments)?, low_temperature };
    let answer = Answer {
        wet_bulb_model: choices.wet_bulb.name(),
        skipped_rows: weather.skipped,
        defects,
        months: by_month(&weather.hours, &choices)?,
        all: summarize(&weather.hours, &choices)?,
        what_if: what_if(arguments, &weather.hours, &choices)?,
    };
    print(json, &answer, || text(&answer))
}

fn wet_bulb_model(arguments: &Arguments) -> Result<WetBulbModel> {
    if arguments.elevation.is_some() && arguments.wet_bulb != WetBulbName::Psychrometric {
        return Err(Failure::Option { option: "elevation", needs: "--wet-bulb psychrometric" });
    }
    Ok(match (arguments.wet_bulb, arguments.elevation) {
        (WetBulbName::Stull, _) => WetBulbModel::Stull,
        (WetBulbName::StullRounded, _) => WetBulbModel::StullRounded,
        (WetBulbName::Psychrometric, None) => WetBulbModel::Psychrometric(PressureSource::SeaLevel),
        (WetBulbName::Psychrometric, Some(meters)) => {
            WetBulbModel::Psychrometric(PressureSource::Elevation(Elevation::from_meters(meters)?))
        }
    })
}

fn what_if(arguments: &Arguments, hours: &[Hour], choices: &Choices) -> Result<Option<WhatIf>> {
    let (Some(limit), Some(country)) = (arguments.dry_below, &arguments.country) else { return Ok(None) };
    let inputs = SiteInputs { pue: arguments.pue.map(Pue::new).transpose()?, ..SiteInputs::default() };
    let mut site = tables().site(Profile::PaperV3Corrected, tables().country(country)?, &inputs)?;
    let cooling = HybridCooling {
        tower: TowerModel::FixedColdWater,
        low_temperature: choices.low_temperature,
        dry_below: Fahrenheit(limit),
        dry_increase: PueIncrease::new(arguments.dry_pue)?,
    };
    let wet_bulbs = hours
        .iter()
        .map(|hour| Ok(hour.wet_bulb(&choices.wet_bulb)?.to_fahrenheit()))
        .collect::<Result<Vec<Fahrenheit>>>()?;
    let comparison = cooling.compare(&wet_bulbs, &site)?;
    site.onsite = comparison.wet.onsite;
    Ok(Some(WhatIf { comparison, break_even_pue_increase: break_even_increase(&site).map(PueIncrease::get) }))
}

fn text(answer: &Answer) -> String {
    let mut table = Table::new(
        1,
        [
            "month",
            "hours",
            "wet bulb °C",
            "lowest",
            "highest",
            "fixed approach L/kWh",
            "fixed cold water L/kWh",
        ],
    );
    let row = |name: String, s: &Summary| {
        let celsius = [s.wet_bulb.mean, s.wet_bulb.min, s.wet_bulb.max].map(|t| format!("{:.2}", t.0));
        let litres = [s.fixed_approach.mean, s.fixed_cold_water.mean].map(|wue| format!("{:.4}", wue.get()));
        [name, s.hours.to_string()].into_iter().chain(celsius).chain(litres).collect::<Vec<String>>()
    };
    for month in &answer.months {
        table.row(row(format!("{}-{:02}", month.year, month.month), &month.summary));
    }
    table.row(row("all".to_owned(), &answer.all));
    let mut text = format!(
        "Means of hourly values per kWh of server energy; wet bulb: {}\n\n{}",
        answer.wet_bulb_model,
        table.render()
    );
    if answer.skipped_rows > 0 {
        text += &format!("\n{} rows left out because they cannot be used\n", answer.skipped_rows);
    }
    for (hours, what) in answer.defects.iter().flat_map(Defects::described).filter(|(hours, _)| *hours > 0) {
        text += &format!("{hours} hours: {what}\n");
    }
    if let Some(what_if) = &answer.what_if {
        text += &format!("\n{}", cooling_text(what_if));
    }
    text
}

fn cooling_text(what_if: &WhatIf) -> String {
    let c = &what_if.comparison;
    let mut table = Table::new(1, ["cooling", "on site L/kWh", "PUE", "all water L/kWh"]);
    for (name, means) in [("tower always on", &c.wet), ("tower at rest when cold", &c.hybrid)] {
        let numbers = [means.onsite.get(), means.pue.get(), means.intensity.get()];
        table.row(std::iter::once(name.to_owned()).chain(numbers.map(number)));
    }
    let even = match what_if.break_even_pue_increase {
        Some(increase) => {
            format!("Dry cooling saves water while it adds less than about {} to the PUE", number(increase))
        }
        None => "The electricity costs no water: dry cooling always saves".to_owned(),
    };
    format!("{} of {} hours without water\n\n{}\n{even}\n", c.dry_hours, c.hours, table.render())
}
