//! `water-dc country`.

use crate::{
    choices::{Interval, ProfileName, mix, tables},
    error::{Failure, Result},
    input,
    output::{Table, number, print},
};
use clap::ValueEnum;
use common::rng::Streams;
use serde::Serialize;
use std::path::PathBuf;
use water_dc::{
    Footprint, Leakage, Profile, Site, SiteInputs,
    country::Country,
    fuel::FactorSet,
    uncertainty::{FACTOR_SPREAD, Range, Sampling, Shape, UncertainFootprint, Uncertainty},
    units::{ItEnergy, LitersPerKwh, LossRate, Pue},
    weather::ReadOptions,
};

/// Litres per kWh and per request in a country, with ranges and what causes them.
///
/// Without a country: all countries, and what is known of each.
///
/// The fuels' water factors always have a range, the spread over four published factor sets, which is not a confidence
/// interval. Other inputs have the ranges that you give, and are certain otherwise.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// ISO code or name.
    country: Option<String>,
    /// Inputs and choices.
    #[arg(long, value_enum, default_value = "paper-v3-corrected")]
    profile: ProfileName,
    /// PUE instead of the paper's; needed for countries outside its 11.
    #[arg(long)]
    pue: Option<f64>,
    /// Hourly weather (CSV) for the profile hourly.
    #[arg(long, value_name = "FILE")]
    weather: Option<PathBuf>,
    /// Model of a request; several may be given. Default: all of the tables.
    #[arg(long)]
    model: Vec<String>,
    /// Range of the PUE, LOW:HIGH.
    #[arg(long, value_name = "LOW:HIGH")]
    pue_range: Option<Interval>,
    /// Range of the on-site water use in L/kWh.
    #[arg(long, value_name = "LOW:HIGH")]
    onsite_range: Option<Interval>,
    /// Range of the leakage as a fraction.
    #[arg(long, value_name = "LOW:HIGH")]
    leakage_range: Option<Interval>,
    /// Distribution over the ranges.
    #[arg(long, value_enum, default_value = "triangular")]
    shape: ShapeName,
    /// Samples for the quantiles.
    #[arg(long, default_value_t = 100_000)]
    samples: usize,
    /// Seed of the samples.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

const EXAMPLES: &str = "\
Examples:
  water-dc country                                        the list
  water-dc country Ethiopia --model GPT-4
  water-dc country CG --profile paper-v3                  as published: with the mix of the DR Congo
  water-dc country KE --pue 1.5 --pue-range 1.3:2.0 --leakage-range 0.2:0.4
  water-dc country KE --profile hourly --weather nairobi.csv --pue 1.5";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ShapeName {
    /// Every value as likely as the next.
    Uniform,
    /// Likeliest at the value.
    Triangular,
}

#[derive(Serialize)]
struct Answer {
    country: String,
    profile: &'static str,
    site: Site,
    /// All water per kWh of server energy.
    liters_per_kwh: f64,
    requests: Vec<Request>,
    /// Of one kWh of server energy; none under the profile `paper_v2`, whose mix is not published.
    uncertainty: Option<Uncertainty>,
}

#[derive(Serialize)]
struct Request {
    task: String,
    model: String,
    kwh: f64,
    footprint: Footprint,
    total_l: f64,
}

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let Some(name) = &arguments.country else {
        return print(json, &tables().countries(), list);
    };
    let country = tables().country(name)?;
    let profile = Profile::from(arguments.profile);
    let weather = match (&arguments.weather, profile) {
        (Some(path), Profile::Hourly) => Some(input::weather(path, &ReadOptions::default())?),
        (Some(_), _) => return Err(Failure::Option { option: "weather", needs: "--profile hourly" }),
        (None, _) => None,
    };
    let pue = arguments.pue.map(Pue::new).transpose()?;
    let hours = weather.as_ref().map(|input| input.weather.hours.as_slice());
    let site = tables().site(profile, country, &SiteInputs { pue, hours })?;
    let answer = Answer {
        country: country.name.clone(),
        profile: profile.name(),
        site,
        liters_per_kwh: site.intensity().get(),
        requests: requests(arguments, &site)?,
        uncertainty: uncertainty(arguments, profile, country, &site)?,
    };
    print(json, &answer, || text(&answer))
}

fn requests(arguments: &Arguments, site: &Site) -> Result<Vec<Request>> {
    let wanted = arguments
        .model
        .iter()
        .map(|name| Ok(tables().model(name)?.name.as_str()))
        .collect::<Result<Vec<&str>>>()?;
    let energies = tables().request_energies().iter();
    Ok(energies
        .filter(|row| wanted.is_empty() || wanted.contains(&row.model.as_str()))
        .map(|row| {
            let footprint = site.footprint(row.energy);
            Request {
                task: row.task.clone(),
                model: row.model.clone(),
                kwh: row.energy.kwh(),
                footprint,
                total_l: footprint.total().get(),
            }
        })
        .collect())
}

fn uncertainty(
    arguments: &Arguments,
    profile: Profile,
    country: &Country,
    site: &Site,
) -> Result<Option<Uncertainty>> {
    let Some(mix) = mix(profile, country) else { return Ok(None) };
    let Leakage::Additive(leakage) = site.leakage else { return Ok(None) };
    let shape = match arguments.shape {
        ShapeName::Uniform => Shape::Uniform,
        ShapeName::Triangular => Shape::Triangular,
    };
    let footprint = UncertainFootprint {
        energy: Range::certain(ItEnergy::from_kwh(1.0)?),
        onsite: range(arguments.onsite_range, site.onsite, LitersPerKwh::new)?,
        leakage: range(arguments.leakage_range, leakage, LossRate::from_fraction)?,
        pue: range(arguments.pue_range, site.pue, Pue::new)?,
        mix: *mix,
        factors: tables().factors(FactorSet::AfricaV3).clone(),
        factor_label: FACTOR_SPREAD.to_owned(),
    };
    let sampling = Sampling { shape, samples: arguments.samples };
    Ok(Some(footprint.propagate(sampling, Streams::new(arguments.seed))?))
}

fn range<T: Copy + PartialOrd + Into<f64>>(
    interval: Option<Interval>,
    value: T,
    unit: fn(f64) -> water_dc::Result<T>,
) -> Result<Range<T>> {
    Ok(match interval {
        None => Range::certain(value),
        Some(Interval { low, high }) => {
            Range::new(unit(low)?, value, unit(high)?, "given on the command line")?
        }
    })
}

fn list() -> String {
    let mut table = Table::new(3, ["code", "country", "climate label", "wet bulb °C", "leakage", "PUE"]);
    let or_dash = |value: Option<f64>| value.map_or("-".to_owned(), number);
    for country in tables().countries() {
        table.row([
            country.iso2.clone(),
            country.name.clone(),
            country.region_label.map_or("-".to_owned(), |region| region.to_string()),
            format!("{:.2}", country.wet_bulb.0),
            or_dash(country.leakage.map(LossRate::fraction)),
            or_dash(country.paper.as_ref().map(|paper| paper.pue.get())),
        ]);
    }
    table.render()
}

fn text(answer: &Answer) -> String {
    let site = &answer.site;
    let lost = site.onsite_with_leakage().get() - site.onsite.get();
    let mut parts = Table::new(1, ["per kWh of server energy", "L"]);
    for (part, value) in [
        ("on site".to_owned(), site.onsite.get()),
        ("lost on the way".to_owned(), lost),
        (
            format!("off site: {} L/kWh x PUE {}", number(site.offsite.get()), number(site.pue.get())),
            site.offsite.per_it_energy(site.pue).get(),
        ),
        ("total".to_owned(), answer.liters_per_kwh),
    ] {
        parts.row([part, number(value)]);
    }
    let mut requests =
        Table::new(2, ["task", "model", "Wh", "on site L", "leakage L", "off site L", "total L"]);
    for request in &answer.requests {
        let f = &request.footprint;
        let numbers =
            [1000.0 * request.kwh, f.onsite.get(), f.leakage.get(), f.offsite.get(), request.total_l];
        requests.row([request.task.clone(), request.model.clone()].into_iter().chain(numbers.map(number)));
    }
    let head = format!(
        "{}, profile {}\n\n{}\n{}",
        answer.country,
        answer.profile,
        parts.render(),
        requests.render()
    );
    match &answer.uncertainty {
        Some(uncertainty) => format!("{head}\n{}", ranges(uncertainty)),
        None => head + "\nNo ranges: the mix behind this profile is not published.\n",
    }
}

fn ranges(u: &Uncertainty) -> String {
    let [value, low, high, p2_5, median, p97_5] =
        [u.value_l, u.low_l, u.high_l, u.p2_5_l, u.median_l, u.p97_5_l].map(number);
    let mut table = Table::new(
        1,
        ["input", "low", "value", "high", "share of variance", "with interactions", "the range is"],
    );
    for c in u.contributions.iter().filter(|c| c.low < c.high) {
        table.row([
            c.input.clone(),
            number(c.low),
            number(c.value),
            number(c.high),
            format!("{:.1} %", 100.0 * c.first_order),
            format!("{:.1} %", 100.0 * c.total),
            c.label.clone(),
        ]);
    }
    format!(
        "Range of one kWh: {value} L, from {low} to {high} L; median {median} L, 95 % between {p2_5} and {p97_5} L\n\n{}",
        table.render()
    )
}
