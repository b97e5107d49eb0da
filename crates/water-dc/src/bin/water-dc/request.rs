//! `water-dc request`.

use crate::{
    choices::{ProfileName, tables},
    error::{Failure, Result},
    output::{Table, number, print},
};
use clap::ValueEnum;
use serde::Serialize;
use water_dc::{
    Footprint, Profile, Site, SiteInputs,
    request::{Architecture, RequestEnergy, ecologits_05_energy, ecologits_011_energy},
    units::{ItEnergy, Pue},
};

/// Energy of a request to a language model, and the water it costs.
///
/// Without --country: in each of the paper's 11 countries.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Name of the model; see also --billions.
    #[arg(long, default_value = "Llama-3-70B")]
    model: String,
    /// Parameters in billions, for a model that has no name here.
    #[arg(long, conflicts_with = "model")]
    billions: Option<f64>,
    /// Active parameters of a mixture of experts in billions, LOW:HIGH.
    #[arg(long, requires = "billions")]
    active: Option<crate::choices::Interval>,
    /// What is written: 10-page-report or medium-email.
    #[arg(long, default_value = "10-page-report")]
    task: String,
    /// Tokens written, instead of a task.
    #[arg(long, conflicts_with = "task")]
    tokens: Option<u32>,
    /// Where the energy comes from.
    #[arg(long, value_enum, default_value = "ecologits-05")]
    energy: EnergyModel,
    /// One country instead of the paper's 11.
    #[arg(long)]
    country: Option<String>,
    /// Inputs and choices.
    #[arg(long, value_enum, default_value = "paper-v3-corrected")]
    profile: ProfileName,
    /// PUE instead of the paper's.
    #[arg(long)]
    pue: Option<f64>,
}

const EXAMPLES: &str = "\
Examples:
  water-dc request --model GPT-4 --task 10-page-report     what ten pages cost in each country of the paper
  water-dc request --tokens 800 --country Namibia
  water-dc request --billions 8 --tokens 500 --energy ecologits-011
  water-dc request --billions 400 --active 17:40 --tokens 1000 --country KE --pue 1.4
  water-dc request --task email --energy paper              the energies that the paper uses";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EnergyModel {
    /// `EcoLogits` up to 0.5, late 2024: the one behind the paper's numbers.
    #[value(name = "ecologits-05")]
    EcoLogits05,
    /// `EcoLogits` 0.11: batches of 64 requests.
    #[value(name = "ecologits-011")]
    EcoLogits011,
    /// The energies that the paper uses, for its tasks and models.
    Paper,
}

#[derive(Serialize)]
struct Answer {
    model: String,
    task: String,
    energy: RequestEnergy,
    energy_model: &'static str,
    profile: &'static str,
    places: Vec<Place>,
}

#[derive(Serialize)]
struct Place {
    country: String,
    site: Site,
    /// At the mean energy.
    footprint: Footprint,
    total_l: f64,
    /// At the ends of the energy's range.
    low_l: f64,
    high_l: f64,
}

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let answer = answer(arguments)?;
    print(json, &answer, || text(&answer))
}

fn answer(arguments: &Arguments) -> Result<Answer> {
    let (model, task, energy) = energy(arguments)?;
    let profile = Profile::from(arguments.profile);
    let pue = arguments.pue.map(Pue::new).transpose()?;
    let inputs = SiteInputs { pue, ..SiteInputs::default() };
    let countries = match &arguments.country {
        Some(name) => vec![tables().country(name)?],
        None => tables().paper_countries().collect(),
    };
    let mut places = countries
        .into_iter()
        .map(|country| Ok(place(&country.name, tables().site(profile, country, &inputs)?, &energy)))
        .collect::<Result<Vec<Place>>>()?;
    if arguments.country.is_none() {
        places.sort_by(|a, b| a.total_l.total_cmp(&b.total_l));
    }
    let energy_model = match arguments.energy {
        EnergyModel::EcoLogits05 => "EcoLogits 0.5",
        EnergyModel::EcoLogits011 => "EcoLogits 0.11",
        EnergyModel::Paper => "the paper's",
    };
    Ok(Answer { model, task, energy, energy_model, profile: profile.name(), places })
}

fn place(country: &str, site: Site, energy: &RequestEnergy) -> Place {
    let total = |energy| site.footprint(energy).total().get();
    Place {
        country: country.to_owned(),
        site,
        footprint: site.footprint(energy.mean),
        total_l: total(energy.mean),
        low_l: total(energy.low),
        high_l: total(energy.high),
    }
}

/// Names of model and task, and the energy of one request.
fn energy(arguments: &Arguments) -> Result<(String, String, RequestEnergy)> {
    let named = match arguments.billions {
        None => Some(tables().model(&arguments.model)?),
        Some(_) => None,
    };
    let task = match arguments.tokens {
        None => Some(tables().task(&arguments.task)?),
        Some(_) => None,
    };
    let (architecture, model) = match (named, arguments.billions) {
        (Some(model), _) => (model.architecture, model.name.clone()),
        (None, billions) => {
            let total = billions.unwrap_or_default();
            let architecture = match arguments.active {
                Some(active) => Architecture::mixture_of_experts(total, active.low, active.high)?,
                None => Architecture::dense(total)?,
            };
            (architecture, format!("{total} billion parameters"))
        }
    };
    let tokens = task.map_or(arguments.tokens.unwrap_or_default(), |task| task.output_tokens);
    let energy = match arguments.energy {
        EnergyModel::EcoLogits05 => ecologits_05_energy(&architecture, tokens)?,
        EnergyModel::EcoLogits011 => ecologits_011_energy(&architecture, tokens)?,
        EnergyModel::Paper => {
            let (Some(model), Some(task)) = (named, task) else {
                return Err(Failure::Option { option: "energy paper", needs: "--model and --task" });
            };
            let mean: ItEnergy = tables().request_energy(&task.name, &model.name)?;
            RequestEnergy { low: mean, mean, high: mean }
        }
    };
    Ok((model, task.map_or(format!("{tokens} tokens"), |task| task.description.clone()), energy))
}

fn text(answer: &Answer) -> String {
    let wh = |energy: ItEnergy| number(1000.0 * energy.kwh());
    let energy = &answer.energy;
    let range = if energy.low < energy.high {
        format!(" ({} to {})", wh(energy.low), wh(energy.high))
    } else {
        String::new()
    };
    let ranged = energy.low < energy.high;
    let mut table = Table::new(
        1,
        ["country", "on site L", "leakage L", "off site L", "total L", if ranged { "range L" } else { "" }],
    );
    for place in &answer.places {
        let f = &place.footprint;
        let range = if ranged {
            format!("{} to {}", number(place.low_l), number(place.high_l))
        } else {
            String::new()
        };
        let litres = [f.onsite.get(), f.leakage.get(), f.offsite.get(), place.total_l].map(number);
        table.row(std::iter::once(place.country.clone()).chain(litres).chain([range]));
    }
    format!(
        "{}, {}: {} Wh of server energy{range} by {}\nWater under the profile {}:\n\n{}",
        answer.model,
        answer.task,
        wh(energy.mean),
        answer.energy_model,
        answer.profile,
        table.render()
    )
}
