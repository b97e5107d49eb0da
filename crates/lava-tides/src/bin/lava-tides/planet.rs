//! `lava-tides planet`.

use crate::error::{Failure, Result};
use crate::output::{Table, csv, draw, list, number, print, save};
use crate::response::Response;
use common::report::{Axis, LineChart, Series};
use lava_tides::archive::{self, Eccentricity, PlanetRecord};
use lava_tides::map::LogAxis;
use lava_tides::monte_carlo::{BudgetSpread, Draws, budget_spread};
use lava_tides::surface::{
    MELTING_POINT_K, Surface, SurfaceBudget, eccentricity_for_flux, synchronous_budget,
};
use lava_tides::{Planet, TidalResponse, TideTerms};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Tidal heat and surface temperature of a synchronous planet, or of all planets of a table.
///
/// A name is looked up among 46 short-period rocky planets inside the program, or in --table. A file is read as the NASA
/// Exoplanet Archive's CSV; planets whose mass is a limit or no measurement are left out and counted. The ocean's depth
/// is --depth-km for every planet.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Name of a planet, or a CSV file of the archive.
    planet: String,
    /// Look the name up in this CSV file of the archive.
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// Eccentricity instead of the measured one; without either the orbit is a circle and there is no heat.
    #[arg(short, long, value_name = "E")]
    eccentricity: Option<f64>,
    /// Draw the error bars of the table so many times.
    #[arg(long, value_name = "COUNT")]
    draws: Option<usize>,
    /// Draw those of the star as well.
    #[arg(long, requires = "draws")]
    star_errors: bool,
    /// Seed of the draws.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Sum m = 2 only, as public ports of the paper do: 3/28 of the heat are missing.
    #[arg(long)]
    sectoral_only: bool,
    /// Write the budgets as CSV.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Draw the heat of one planet against its eccentricity.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    #[command(flatten)]
    response: Response,
}

const EXAMPLES: &str = "\
Examples:
  lava-tides planet \"TRAPPIST-1 b\"
  lava-tides planet \"GJ 367 b\" -e 0.01 --rigidity 1e11 --ocean attracting --depth-km 90
  lava-tides planet archive.csv -e 0.01 --csv budgets.csv
  lava-tides planet \"GJ 367 b\" --table archive.csv --draws 2000";

#[derive(Serialize)]
struct Answer {
    planet: String,
    eccentricity: f64,
    /// What the table knows of the eccentricity.
    eccentricity_known: &'static str,
    budget: SurfaceBudget,
    /// Null: at no eccentricity.
    eccentricity_tide_equals_light: Option<f64>,
    /// Null: at no eccentricity; 0: molten without a tide.
    eccentricity_to_melt: Option<f64>,
    spread: Option<BudgetSpread>,
}

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let read =
        |path: &Path| archive::read_csv(path).map_err(|source| Failure::Table { path: path.into(), source });
    let file = Path::new(&arguments.planet);
    if file.is_file() {
        if arguments.svg.is_some() {
            return Err(Failure::Option { option: "svg", needs: "one planet, not a table" });
        }
        return all(arguments, &read(file)?, json);
    }
    let records = arguments.table.as_deref().map_or_else(|| Ok(archive::builtin()?), read)?;
    let record = archive::find(&records, &arguments.planet)?;
    let answer = answer(arguments, record)?;
    write_csv(arguments, std::slice::from_ref(&answer))?;
    if let Some(path) = &arguments.svg {
        draw(path, chart(arguments, record)?)?;
    }
    print(json, &answer, || text(&answer))
}

fn all(arguments: &Arguments, records: &[PlanetRecord], json: bool) -> Result<()> {
    let mut answers = Vec::new();
    let mut left_out = 0_usize;
    for record in records {
        match answer(arguments, record) {
            Ok(answer) => answers.push(answer),
            Err(Failure::Tides(
                lava_tides::Error::MassNotMeasured { .. }
                | lava_tides::Error::MissingValue { .. }
                | lava_tides::Error::InsideRoche { .. },
            )) => left_out += 1,
            Err(error) => return Err(error),
        }
    }
    answers.sort_by(|a, b| b.budget.tidal_w_m2.total_cmp(&a.budget.tidal_w_m2));
    write_csv(arguments, &answers)?;
    print(json, &answers, || {
        let header = ["planet", "e", "tide W/m²", "light W/m²", "T K", "T without tide K", "e: tide = light"];
        let mut table = Table::new(1, header);
        for answer in &answers {
            let budget = &answer.budget;
            let equal = answer.eccentricity_tide_equals_light.map_or("-".into(), number);
            table.row([
                answer.planet.clone(),
                number(answer.eccentricity),
                number(budget.tidal_w_m2),
                number(budget.absorbed_w_m2),
                number(budget.temperature_k),
                number(budget.temperature_without_tide_k),
                equal,
            ]);
        }
        let note = format!(
            "{left_out} planets have no measured mass, lack a value or are inside their Roche limit\n"
        );
        table.render() + &note
    })
}

fn terms(arguments: &Arguments) -> TideTerms {
    if arguments.sectoral_only { TideTerms::SectoralOnly } else { TideTerms::All }
}

fn planet_of(arguments: &Arguments, record: &PlanetRecord) -> Result<Planet> {
    let planet = record.planet()?;
    Ok(match arguments.eccentricity {
        Some(e) => planet.with_eccentricity(e)?,
        None => planet,
    })
}

fn answer(arguments: &Arguments, record: &PlanetRecord) -> Result<Answer> {
    let (surface, terms) = (Surface::lava(), terms(arguments));
    let planet = planet_of(arguments, record)?;
    let response = arguments.response.of(&planet.body)?;
    let budget = synchronous_budget(&planet, response.as_ref(), terms, &surface)?;
    let equal = eccentricity_for_flux(&planet, response.as_ref(), terms, budget.absorbed_w_m2)?;
    let missing = surface.emitted_w_m2(MELTING_POINT_K) - budget.absorbed_w_m2;
    let melt = if missing > 0.0 {
        eccentricity_for_flux(&planet, response.as_ref(), terms, missing)?
    } else {
        Some(0.0)
    };
    let spread = match arguments.draws {
        None => None,
        Some(count) => {
            let (seed, star, eccentricity) = (arguments.seed, arguments.star_errors, arguments.eccentricity);
            let draws = Draws { count, seed, star, eccentricity };
            let response = |planet: &Planet| arguments.response.of(&planet.body);
            Some(budget_spread(record, &draws, response, terms, &surface)?)
        }
    };
    Ok(Answer {
        planet: planet.name,
        eccentricity: planet.orbit.eccentricity(),
        eccentricity_known: match record.eccentricity {
            Eccentricity::Measured(_) => "measured",
            Eccentricity::UpperLimit(_) => "upper limit",
            Eccentricity::LowerLimit(_) => "lower limit",
            Eccentricity::AssumedCircular => "circle assumed",
            Eccentricity::Unknown => "unknown",
        },
        budget,
        eccentricity_tide_equals_light: equal,
        eccentricity_to_melt: melt,
        spread,
    })
}

fn write_csv(arguments: &Arguments, answers: &[Answer]) -> Result<()> {
    let Some(path) = &arguments.csv else { return Ok(()) };
    let header = [
        "eccentricity",
        "tidal_w_m2",
        "absorbed_w_m2",
        "temperature_k",
        "temperature_without_tide_k",
        "eccentricity_tide_equals_light",
        "eccentricity_to_melt",
    ];
    let row = |answer: &Answer| {
        let budget = &answer.budget;
        [
            answer.eccentricity,
            budget.tidal_w_m2,
            budget.absorbed_w_m2,
            budget.temperature_k,
            budget.temperature_without_tide_k,
            answer.eccentricity_tide_equals_light.unwrap_or(f64::NAN),
            answer.eccentricity_to_melt.unwrap_or(f64::NAN),
        ]
    };
    let numbers = csv(header, answers.iter().map(row));
    let names = std::iter::once("planet".to_owned())
        .chain(answers.iter().map(|answer| format!("\"{}\"", answer.planet.replace('"', "\"\""))));
    let broken = std::iter::once("assumptions_broken".to_owned())
        .chain(answers.iter().map(|answer| format!("\"{}\"", answer.budget.validity)));
    let lines: Vec<String> = names
        .zip(numbers.lines())
        .zip(broken)
        .map(|((name, numbers), broken)| format!("{name},{numbers},{broken}\n"))
        .collect();
    save(path, &lines.concat())
}

fn chart(arguments: &Arguments, record: &PlanetRecord) -> Result<LineChart> {
    let (surface, terms) = (Surface::lava(), terms(arguments));
    let planet = planet_of(arguments, record)?;
    let response: Box<dyn TidalResponse> = arguments.response.of(&planet.body)?;
    let (mut tide, mut light) = (Vec::new(), Vec::new());
    for e in LogAxis::new(1e-4, 0.3, 80)?.values() {
        let planet = planet.with_eccentricity(e)?;
        if planet.orbit.check_disruption(&planet.body).is_err() {
            break;
        }
        let budget = synchronous_budget(&planet, response.as_ref(), terms, &surface)?;
        tide.push((e, budget.tidal_w_m2));
        light.push((e, budget.absorbed_w_m2));
    }
    Ok(LineChart {
        name: "heat".into(),
        title: format!("Heat of {}", planet.name),
        x: Axis::log("eccentricity"),
        y: Axis::log("flux, W/m²"),
        series: vec![
            Series { label: "tide".into(), points: tide },
            Series { label: "light absorbed".into(), points: light },
        ],
    })
}

fn text(answer: &Answer) -> String {
    let budget = &answer.budget;
    let at = |e: Option<f64>| e.map_or("none".into(), number);
    let mut lines = vec![
        ("planet", answer.planet.clone()),
        ("eccentricity", format!("{} (table: {})", number(answer.eccentricity), answer.eccentricity_known)),
        ("heat of the tide", format!("{} W/m²", number(budget.tidal_w_m2))),
        ("light absorbed", format!("{} W/m²", number(budget.absorbed_w_m2))),
        ("tide / light", number(budget.flux_ratio())),
        ("surface temperature", format!("{} K", number(budget.temperature_k))),
        ("without the tide", format!("{} K", number(budget.temperature_without_tide_k))),
        ("eccentricity at which tide equals light", at(answer.eccentricity_tide_equals_light)),
        ("eccentricity at which the surface melts", at(answer.eccentricity_to_melt)),
    ];
    if let Some(spread) = &answer.spread {
        let range = |s: lava_tides::monte_carlo::Spread, unit: &str| {
            format!("{} ({} to {}) {unit}", number(s.median), number(s.low), number(s.high))
        };
        lines.push(("heat with errors, 68 %", range(spread.tidal_w_m2, "W/m²")));
        lines.push(("temperature with errors, 68 %", range(spread.temperature_k, "K")));
        lines.push(("chance that the tide exceeds the light", number(spread.tide_exceeds_light)));
    }
    lines.push(("assumptions broken", budget.validity.to_string()));
    list(&lines)
}
