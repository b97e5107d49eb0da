//! `water-dc map`.

use crate::{
    choices::{ProfileName, tables},
    error::{Failure, Result},
    input::in_file,
    output::print,
};
use clap::ValueEnum;
use serde::Serialize;
use std::path::PathBuf;
use water_dc::{
    Error, Profile, Site, SiteInputs,
    country::Country,
    map::{Choropleth, CountryValue},
    units::Pue,
};

/// Map of Africa as SVG.
///
/// Countries whose value is not known are hatched and listed below the map.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// What the colours show.
    #[arg(value_enum)]
    quantity: Quantity,
    /// File to write.
    #[arg(long, short, value_name = "FILE.svg")]
    out: PathBuf,
    /// Inputs and choices.
    #[arg(long, value_enum, default_value = "paper-v3-corrected")]
    profile: ProfileName,
    /// PUE for all countries; without it, only the paper's 11 have one.
    #[arg(long)]
    pue: Option<f64>,
}

const EXAMPLES: &str = "\
Examples:
  water-dc map offsite --out offsite.svg
  water-dc map intensity --out paper.svg                the paper's 11 countries, with its PUE
  water-dc map intensity --pue 1.5 --out equal-pue.svg  all that have a leakage rate
  water-dc map onsite --profile paper-v2 --out v2.svg";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Quantity {
    /// Water evaporated on site, L per kWh of server energy.
    Onsite,
    /// Water consumed by generation, L per kWh of electricity.
    Offsite,
    /// All water, L per kWh of server energy.
    Intensity,
    /// Water lost by the network, percent.
    Leakage,
    /// Annual mean wet bulb, °C.
    WetBulb,
}

#[derive(Serialize)]
struct Answer {
    file: PathBuf,
    title: String,
    legend: String,
    profile: &'static str,
    values: Vec<CountryValue>,
    without_value: Vec<&'static str>,
}

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let map = choropleth(arguments)?;
    std::fs::write(&arguments.out, map.svg()?).map_err(in_file(&arguments.out))?;
    let answer = Answer {
        file: arguments.out.clone(),
        profile: Profile::from(arguments.profile).name(),
        without_value: map.without_value().into_iter().map(|place| place.name.as_str()).collect(),
        title: map.title,
        legend: map.legend,
        values: map.values,
    };
    print(json, &answer, || {
        let (with, without) = (answer.values.len(), answer.without_value.len());
        format!("{}: {with} countries coloured, {without} without a value\n", answer.file.display())
    })
}

fn choropleth(arguments: &Arguments) -> Result<Choropleth> {
    let profile = Profile::from(arguments.profile);
    if profile == Profile::Hourly {
        return Err(Failure::Option { option: "profile", needs: "a profile without weather files" });
    }
    let given = arguments.pue.map(Pue::new).transpose()?;
    let mut values = Vec::new();
    for country in tables().countries() {
        if let Some(value) = value(arguments.quantity, profile, country, given)? {
            values.push(CountryValue {
                iso_numeric: country.iso_numeric,
                code: country.iso2.clone(),
                name: country.name.clone(),
                value,
            });
        }
    }
    let (title, legend) = match arguments.quantity {
        Quantity::Onsite => ("On-site water use of data centres", "L per kWh of server energy"),
        Quantity::Offsite => ("Water consumed by electricity generation", "L per kWh of electricity"),
        Quantity::Intensity => ("Water footprint of data centres", "L per kWh of server energy"),
        Quantity::Leakage => ("Water lost by the supply network", "percent of the water used on site"),
        Quantity::WetBulb => ("Annual mean wet-bulb temperature", "°C"),
    };
    let pue = match (arguments.quantity, given) {
        (Quantity::Intensity, Some(pue)) => format!(", PUE {} everywhere", pue.get()),
        (Quantity::Intensity, None) => ", PUE of the paper".to_owned(),
        _ => String::new(),
    };
    Ok(Choropleth {
        title: title.to_owned(),
        subtitle: format!("Africa, profile {}{pue}", profile.name()),
        legend: legend.to_owned(),
        values,
    })
}

/// The value of a country; `None` where the profile has not what it takes.
fn value(quantity: Quantity, profile: Profile, country: &Country, pue: Option<Pue>) -> Result<Option<f64>> {
    // on-site and off-site water do not depend on the PUE, so that any will do for them
    let any = Pue::new(1.0)?;
    let needs_pue = quantity == Quantity::Intensity;
    let inputs = SiteInputs { pue: pue.or((!needs_pue).then_some(any)), ..SiteInputs::default() };
    let site = match tables().site(profile, country, &inputs) {
        Ok(site) => Some(site),
        Err(Error::MissingInput { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let of_site = |value: fn(&Site) -> f64| site.as_ref().map(value);
    Ok(match quantity {
        Quantity::Onsite => of_site(|site| site.onsite.get()),
        Quantity::Offsite => of_site(|site| site.offsite.get()),
        Quantity::Intensity => of_site(|site| site.intensity().get()),
        Quantity::Leakage => of_site(|site| 100.0 * site.leakage.per_liter()),
        Quantity::WetBulb => Some(country.wet_bulb.0),
    })
}
