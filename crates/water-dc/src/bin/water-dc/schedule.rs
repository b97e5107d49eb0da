//! `water-dc schedule`.

use crate::{
    error::Result,
    output::{Table, number, print},
    problem_file,
};
use serde::Serialize;
use std::path::PathBuf;
use water_dc::{
    Footprint,
    schedule::{Plan, Problem, least_cost, least_water_within, pareto_front},
};

/// Where and when to run deferrable jobs, for least water, least carbon or a compromise.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The problem, TOML or JSON (by its ending); - reads TOML from standard input.
    file: PathBuf,
    /// Price of carbon: litres of water that a kilogram of CO2 is worth. 0: least water.
    #[arg(long, default_value_t = 0.0, value_name = "L_PER_KG", conflicts_with_all = ["pareto", "carbon_limit"])]
    lambda: f64,
    /// Least water with at most this much CO2, kg.
    #[arg(long, value_name = "KG", conflicts_with = "pareto")]
    carbon_limit: Option<f64>,
    /// All compromises: every plan that is the best for some price of carbon.
    #[arg(long)]
    pareto: bool,
}

const EXAMPLES: &str = "\
Examples:
  water-dc schedule problem.toml                   least water
  water-dc schedule problem.toml --lambda 5        a kilogram of CO2 is worth five litres
  water-dc schedule problem.toml --carbon-limit 30
  water-dc schedule problem.toml --pareto --json

A problem file:
  hours = 4                                        # length of every series

  [[site]]
  name = \"Addis Ababa\"
  country = \"ET\"                                   # fills in what is not given: pue, offsite_l_per_kwh, leakage,
                                                   # onsite_l_per_kwh (at the annual mean wet bulb)
  wet_bulb_c = [14.0, 16.5, 18.0, 15.0]            # or onsite_l_per_kwh; a number or a list
  carbon_kg_per_kwh = 0.025
  capacity_kwh = [1, 1, 0.5, 1]

  [[job]]
  name = \"training\"
  energy_kwh = 2.5
  release_h = 0                                    # first hour in which it may run
  deadline_h = 4                                   # hour by which it has to be complete

Exit status 3: the deadlines cannot be kept, or no plan emits so little.";

#[derive(Serialize)]
struct Answer {
    water_l: f64,
    footprint: Footprint,
    carbon_kg: f64,
    allocations: Vec<Allocation>,
}

#[derive(Serialize)]
struct Allocation {
    job: String,
    site: String,
    hour: usize,
    kwh: f64,
}

#[derive(Serialize)]
struct Corner {
    lambda_from_l_per_kg: f64,
    /// Null: any price above.
    lambda_to_l_per_kg: Option<f64>,
    plan: Answer,
}

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let problem = problem_file::read(&arguments.file)?;
    if arguments.pareto {
        let corners: Vec<Corner> = pareto_front(&problem)?
            .into_iter()
            .map(|point| Corner {
                lambda_from_l_per_kg: point.lambda_from_l_per_kg,
                lambda_to_l_per_kg: point.lambda_to_l_per_kg,
                plan: answer(&problem, &point.plan),
            })
            .collect();
        return print(json, &corners, || front_text(&corners));
    }
    let plan = match arguments.carbon_limit {
        Some(limit_kg) => least_water_within(&problem, limit_kg)?,
        None => least_cost(&problem, arguments.lambda)?,
    };
    let answer = answer(&problem, &plan);
    print(json, &answer, || plan_text(&problem, &answer))
}

fn answer(problem: &Problem, plan: &Plan) -> Answer {
    let allocations = plan.allocations.iter().map(|a| Allocation {
        job: problem.jobs()[a.job].name.clone(),
        site: problem.sites()[a.site].name.clone(),
        hour: a.hour,
        kwh: a.energy.kwh(),
    });
    Answer {
        water_l: plan.footprint.total().get(),
        footprint: plan.footprint,
        carbon_kg: plan.carbon_kg,
        allocations: allocations.collect(),
    }
}

fn plan_text(problem: &Problem, answer: &Answer) -> String {
    let f = &answer.footprint;
    let mut table = Table::new(2, ["job", "site", "kWh", "hours"]);
    for job in problem.jobs() {
        for site in problem.sites() {
            let own: Vec<&Allocation> =
                answer.allocations.iter().filter(|a| a.job == job.name && a.site == site.name).collect();
            if !own.is_empty() {
                let kwh: f64 = own.iter().map(|a| a.kwh).sum();
                table.row([job.name.clone(), site.name.clone(), number(kwh), spans(&own)]);
            }
        }
    }
    format!(
        "{} L of water (on site {}, lost {}, off site {}), {} kg of CO2\n\n{}",
        number(answer.water_l),
        number(f.onsite.get()),
        number(f.leakage.get()),
        number(f.offsite.get()),
        number(answer.carbon_kg),
        table.render()
    )
}

/// Hours in which a job runs, neighbours drawn together: `0-3, 7`.
fn spans(allocations: &[&Allocation]) -> String {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for hour in allocations.iter().map(|a| a.hour) {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == hour => *last = hour,
            _ => spans.push((hour, hour)),
        }
    }
    let text = |&(first, last): &(usize, usize)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    spans.iter().map(text).collect::<Vec<_>>().join(", ")
}

fn front_text(corners: &[Corner]) -> String {
    let mut table = Table::new(0, ["price from L/kg", "to L/kg", "water L", "CO2 kg"]);
    for corner in corners {
        table.row([
            number(corner.lambda_from_l_per_kg),
            corner.lambda_to_l_per_kg.map_or("any".to_owned(), number),
            number(corner.plan.water_l),
            number(corner.plan.carbon_kg),
        ]);
    }
    format!(
        "Each plan is the best for these prices of carbon; mixtures of neighbours lie between them.\n\n{}",
        table.render()
    )
}
