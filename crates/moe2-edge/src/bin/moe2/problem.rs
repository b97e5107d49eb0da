//! A selection problem from a cluster file and scores.

use crate::error::{Failure, Result};
use crate::output::{Show, thousandths};
use crate::scores::{Kind, Scores, aligned, chosen, columns, weights};
use moe2_edge::cluster::Cluster;
use moe2_edge::data::{RoutingData, Split};
use moe2_edge::gate::Gate;
use moe2_edge::objective::TopOne;
use moe2_edge::select::{Breach, Constraint, SelectionProblem, Solution};
use moe2_edge::{ExpertSet, QualityTable};
use serde::Serialize;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct ProblemArguments {
    /// Description of servers, experts, categories and budgets.
    #[arg(value_name = "CLUSTER.toml")]
    cluster: PathBuf,
    /// Scores of the experts: a .csv, .json, .jsonl or .parquet file, `instance` or `synthetic`.
    #[arg(long, value_name = "TABLE")]
    scores: String,
    /// Judge sets by what this gate predicts for the held-out prompts, which routing can realise, not by the scores of the
    /// training prompts, which only an oracle can.
    #[arg(long, value_name = "FILE")]
    gate: Option<PathBuf>,
    /// Energy budget of a prompt, J, instead of the cluster file's; `inf` for none.
    #[arg(long, value_name = "J", value_parser = budget)]
    energy: Option<f64>,
    /// Delay limit of every category, s, instead of the cluster file's; `inf` for none.
    #[arg(long, value_name = "S", value_parser = budget)]
    delay: Option<f64>,
}

/// A number that may be spent.
pub fn budget(text: &str) -> std::result::Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value >= 0.0 => Ok(value),
        _ => Err("a number that is not negative is required".to_owned()),
    }
}

/// A problem, and the rows that were held out from it.
pub struct Problem {
    /// What the scores are, in words.
    pub origin: String,
    pub cluster: Cluster,
    pub selection: SelectionProblem<TopOne>,
    pub held_out: Option<HeldOut>,
}

/// Rows that no training has seen, in the order of the cluster's experts.
pub struct HeldOut {
    pub data: RoutingData,
    /// The gate's predictions for them, row-major.
    pub predictions: Option<Vec<f32>>,
}

impl ProblemArguments {
    pub fn load(&self, show: Show) -> Result<Problem> {
        let mut cluster = Cluster::read(&self.cluster)?;
        let budgets = &mut cluster.rules.budgets;
        budgets.energy_j = self.energy.unwrap_or(budgets.energy_j);
        if let Some(delay) = self.delay {
            budgets.delay_s.fill(delay);
        }
        let Scores { origin, kind } = Scores::load(&self.scores, show)?;
        let (origin, table, held_out) = match kind {
            Kind::Instance { .. } if self.gate.is_some() => {
                return Err(Failure::NoPrompts { purpose: "a gate" });
            }
            Kind::Instance { names, table } => {
                let columns = columns(&cluster, &names)?;
                let scores: Vec<f32> = (0..table.prompts())
                    .flat_map(|row| columns.iter().map(move |&expert| (row, expert)))
                    .map(|(row, expert)| table.expert_scores(expert)[row])
                    .collect();
                let weights = Some(table.weights());
                (origin, QualityTable::from_scores(columns.len(), &scores, weights, None)?, None)
            }
            Kind::Prompts(data) => self.judged(&cluster, &origin, &data)?,
        };
        let selection = SelectionProblem::new(TopOne::new(&table), &cluster.experts, &cluster.rules)?;
        Ok(Problem { origin, cluster, selection, held_out })
    }

    /// The table that sets are judged by: the training rows as they are, or a gate's predictions for the held-out ones.
    fn judged(
        &self,
        cluster: &Cluster,
        origin: &str,
        data: &RoutingData,
    ) -> Result<(String, QualityTable, Option<HeldOut>)> {
        let data = aligned(cluster, data)?;
        let mut held_out = data.split(Split::Test).ok().map(|data| HeldOut { data, predictions: None });
        let (words, scores, rows) = if let Some(path) = &self.gate {
            let gate = Gate::load(path)?;
            let columns = columns(cluster, gate.models())?;
            let (words, rows) = match &held_out {
                Some(held_out) => ("{} held-out prompts", held_out.data.clone()),
                None => ("{} prompts, none held out, which flatters the gate,", data),
            };
            let predictions = gate.predict(rows.prompts());
            let scores: Vec<f32> = chosen(&predictions, gate.models().len(), &columns).collect();
            if let Some(held_out) = &mut held_out {
                held_out.predictions = Some(scores.clone());
            }
            (format!("predictions of the gate {} for {words}", path.display()), scores, rows)
        } else {
            let rows = data.split(Split::Train)?;
            ("{} training prompts".to_owned(), rows.scores().to_vec(), rows)
        };
        let (categories, weights) = weights(cluster, &rows)?;
        let table =
            QualityTable::from_scores(cluster.experts.len(), &scores, Some(&weights), Some(&categories))?;
        Ok((format!("{} of {origin}", words.replace("{}", &rows.len().to_string())), table, held_out))
    }
}

impl Problem {
    pub fn names(&self, set: ExpertSet) -> Vec<String> {
        set.iter().map(|i| self.cluster.experts[i].name.clone()).collect()
    }

    pub fn constraint(&self, constraint: Constraint) -> String {
        self::constraint(&self.cluster, constraint)
    }

    pub fn breach(&self, breach: &Breach) -> String {
        self::breach(&self.cluster, breach)
    }

    pub fn choice(&self, method: &'static str, solution: &Solution) -> Choice {
        Choice {
            method,
            experts: self.names(solution.experts),
            quality: solution.value,
            energy_j: solution.energy_j,
            delay_s: solution.delay_s.clone(),
        }
    }
}

/// A set of experts and what it costs.
#[derive(Serialize)]
pub struct Choice {
    pub method: &'static str,
    pub experts: Vec<String>,
    pub quality: f64,
    pub energy_j: f64,
    /// By category.
    pub delay_s: Vec<f64>,
}

impl Choice {
    pub fn longest_delay_s(&self) -> f64 {
        self.delay_s.iter().copied().fold(0.0, f64::max)
    }
}

/// A constraint in words, with names of categories and servers.
fn constraint(cluster: &Cluster, constraint: Constraint) -> String {
    match constraint {
        Constraint::Delay { category } => format!("delay of category {} in s", cluster.categories[category]),
        Constraint::Memory { server } => format!("memory of server {} in bytes", cluster.servers[server]),
        other => other.to_string(),
    }
}

/// A breach in words.
pub fn breach(cluster: &Cluster, breach: &Breach) -> String {
    let Breach { constraint, needed, budget } = *breach;
    let (needed, budget) = (thousandths(needed), thousandths(budget));
    format!("{}: {needed} needed, {budget} allowed", self::constraint(cluster, constraint))
}
