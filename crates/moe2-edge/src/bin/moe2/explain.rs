//! `moe2 explain`.

use crate::error::Result;
use crate::output::{Show, thousandths};
use crate::problem::{Choice, Problem, ProblemArguments};
use moe2_edge::Error;
use moe2_edge::select::{Constraint, Explanation, Limits};
use serde::Serialize;

/// Why an expert is in the best set or not, and what more energy would buy.
///
/// The problem is solved a second time with the opposite choice, so the answer is proven as well.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  moe2 explain examples/cluster.toml --scores instance expert-7
  moe2 explain examples/cluster.toml --scores instance expert-6 --step 60
  moe2 explain examples/boards.toml --scores synthetic synthetic-5 --json")]
pub struct Arguments {
    #[command(flatten)]
    problem: ProblemArguments,
    /// Name of the expert.
    expert: String,
    /// Joules more for the price of energy; a tenth of the budget if left out.
    #[arg(long, value_name = "J", value_parser = crate::problem::budget)]
    step: Option<f64>,
}

#[derive(Serialize)]
struct Outcome {
    expert: String,
    /// `selected`, `blocked` or `outbid`.
    verdict: &'static str,
    /// Quality lost by the opposite choice; none if there is no such choice.
    loss: Option<f64>,
    /// The best set by the opposite choice.
    otherwise: Option<Choice>,
    /// What the expert breaks, alone or beside the best set.
    breach: Option<String>,
    /// None without an energy budget.
    energy_price: Option<Price>,
}

/// What more energy is worth.
#[derive(Serialize)]
struct Price {
    step_j: f64,
    /// Quality gained for each J of the step.
    quality_per_j: f64,
}

pub fn run(arguments: &Arguments, show: Show) -> Result<()> {
    let problem = arguments.problem.load(show)?;
    let names = problem.cluster.experts.iter().map(|expert| expert.name.clone());
    let known: Vec<String> = names.collect();
    let name = &arguments.expert;
    let expert = known.iter().position(|other| other == name).ok_or_else(|| Error::UnknownName {
        what: "expert",
        name: name.clone(),
        known: known.clone(),
    })?;
    let limits = Limits::default();
    let (explanation, energy_price) = show.wait("searching", || -> Result<_> {
        let explanation = problem.selection.explain(expert, &limits)?;
        Ok((explanation, price(&problem, arguments.step, &limits)?))
    })?;
    let name = name.clone();
    let outcome = match explanation {
        Explanation::Selected { loss, without } => Outcome {
            expert: name,
            verdict: "selected",
            loss: Some(loss),
            otherwise: without.map(|solution| problem.choice("without it", &solution)),
            breach: None,
            energy_price,
        },
        Explanation::Blocked { breach } => Outcome {
            expert: name,
            verdict: "blocked",
            loss: None,
            otherwise: None,
            breach: Some(problem.breach(&breach)),
            energy_price,
        },
        Explanation::Outbid { loss, with, breach } => Outcome {
            expert: name,
            verdict: "outbid",
            loss: Some(loss),
            otherwise: Some(problem.choice("with it", &with)),
            breach: breach.map(|breach| problem.breach(&breach)),
            energy_price,
        },
    };
    show.result(&outcome, || text(&outcome))
}

fn price(problem: &Problem, step: Option<f64>, limits: &Limits) -> Result<Option<Price>> {
    let budget = problem.cluster.rules.budgets.energy_j;
    if budget.is_infinite() {
        return Ok(None);
    }
    let step_j = step.unwrap_or((0.1 * budget).max(0.001));
    let quality_per_j = problem.selection.shadow_price(Constraint::Energy, step_j, limits)?;
    Ok(Some(Price { step_j, quality_per_j }))
}

fn text(outcome: &Outcome) -> String {
    let Outcome { expert, loss, breach, .. } = outcome;
    let mut text = match outcome.verdict {
        "selected" => format!("{expert} is in the best set\n"),
        "blocked" => format!("{expert} is out: it cannot be a member\n"),
        _ => format!("{expert} is out: sets with it are worth less, or the same at a higher cost\n"),
    };
    if let Some(choice) = &outcome.otherwise {
        text += &format!(
            "{:<12} {}: quality {:.4}, {} J\n",
            choice.method,
            choice.experts.join(", "),
            choice.quality,
            thousandths(choice.energy_j)
        );
    } else if outcome.verdict == "selected" {
        text += "without it   nothing is feasible\n";
    }
    if let Some(loss) = loss {
        text += &format!("loss         {loss:.4}\n");
    }
    if let Some(breach) = breach {
        let when = if outcome.verdict == "blocked" { "it breaks" } else { "added, breaks" };
        text += &format!("{when:<12} {breach}\n");
    }
    match &outcome.energy_price {
        Some(price) => {
            let Price { step_j, quality_per_j } = price;
            text += &format!(
                "energy       {} J more buy {:.4} of quality, {quality_per_j:.2e} per J\n",
                thousandths(*step_j),
                step_j * quality_per_j
            );
        }
        None => text += "energy       no budget, so no price\n",
    }
    text
}
