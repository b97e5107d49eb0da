//! `moe2 train`.

use crate::error::Result;
use crate::output::{Show, Table};
use crate::scores::Scores;
use moe2_edge::ExpertSet;
use moe2_edge::data::{RoutingData, Split};
use moe2_edge::gate::evaluate::{
    FoldScores, best_single, cross_validate, oracle_score, routed_score, task_oracle_score,
};
use moe2_edge::gate::{
    CalibrationReport, Gate, GateConfig, GateKind, GateLoss, TrainingConfig, calibrate_temperature,
};
use serde::Serialize;
use std::path::PathBuf;

/// Trains a gate once on all experts, for whichever set is kept loaded.
///
/// It is first judged by five folds of the training prompts, beside the best single expert and routes that only an oracle
/// can take; then a gate of all training prompts is written. Rows marked `test` in a column `split` are held out.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  moe2 train --scores synthetic --out gate.safetensors
  moe2 train --scores scores.parquet --out gate.safetensors --kind knn --neighbours 50
  moe2 train --scores scores.csv --out gate.safetensors --kind mlp --hidden 64 --epochs 20")]
pub struct Arguments {
    /// Scores of the experts: a .csv, .json, .jsonl or .parquet file with prompts, or `synthetic`.
    #[arg(long, value_name = "TABLE")]
    scores: String,
    /// File of the gate.
    #[arg(long, value_name = "GATE")]
    out: PathBuf,
    /// What the gate consists of.
    #[arg(long, value_enum, default_value = "blend")]
    kind: KindName,
    /// Neighbours of knn and blend.
    #[arg(long, default_value_t = 30)]
    neighbours: usize,
    /// Hidden units of mlp.
    #[arg(long, default_value_t = 64)]
    hidden: usize,
    /// Passes over the prompts; more over-fit a few thousand prompts.
    #[arg(long, default_value_t = 10)]
    epochs: usize,
    /// Learning rate.
    #[arg(long, default_value_t = 0.01)]
    lr: f64,
    /// Seed.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum KindName {
    /// Half linear, half neighbours.
    Blend,
    /// A linear map of hashed words.
    Linear,
    /// The mean score of the nearest prompts.
    Knn,
    /// One hidden layer, with early stopping.
    Mlp,
}

const FOLDS: usize = 5;
const BINS: usize = 10;

#[derive(Serialize)]
struct Outcome {
    scores: String,
    gate: PathBuf,
    prompts: usize,
    experts: Vec<String>,
    /// Held-out scores of each fold, and their means.
    folds: Vec<Routes>,
    mean: Routes,
    /// On the rows that the table holds out.
    held_out: Option<Routes>,
    calibration: Calibration,
}

/// Mean scores of routes on the same rows.
#[derive(Serialize, Clone, Copy)]
struct Routes {
    prompts: usize,
    gate: f64,
    best_single: f64,
    /// The best expert of each task.
    task_oracle: f64,
    /// The best expert of each prompt.
    oracle: f64,
}

/// Predicted scores against those that came, on the rows outside the training of each fold.
#[derive(Serialize)]
struct Calibration {
    temperature: f64,
    expected_error: f64,
    cross_entropy_nats: f64,
    brier: f64,
    bins: Vec<Bin>,
}

#[derive(Serialize)]
struct Bin {
    count: usize,
    predicted: f64,
    observed: f64,
}

pub fn run(arguments: &Arguments, show: Show) -> Result<()> {
    let scores = Scores::load(&arguments.scores, show)?;
    let origin = scores.origin.clone();
    let data = scores.prompts("training a gate")?;
    let train = data.split(Split::Train)?;
    let config = arguments.config();
    let all = ExpertSet::first(train.experts());

    let bar = show.steps(FOLDS as u64 + 1, "gates of five folds, and of all prompts");
    let (mut predicted, mut observed, mut logarithms) = (Vec::new(), Vec::new(), Vec::new());
    let folds = cross_validate(&train, FOLDS, &[all], |inside, outside| {
        let (gate, temperature) = calibrated(&config, inside, outside)?;
        let predictions = gate.predict(outside.prompts());
        predicted.extend_from_slice(&predictions);
        observed.extend_from_slice(outside.scores());
        logarithms.push(temperature.ln());
        bar.inc(1);
        Ok(predictions)
    })?;
    let folds: Vec<Routes> = folds.iter().flatten().map(Routes::from).collect();
    let temperature = (logarithms.iter().sum::<f64>() / logarithms.len() as f64).exp();
    let gate = Gate::train(&config, &train)?.0.with_temperature(temperature)?;
    bar.finish_and_clear();
    gate.save(&arguments.out)?;

    let report = CalibrationReport::new(&predicted, &observed, BINS)?;
    let bins = report.bins.iter();
    let outcome = Outcome {
        scores: origin,
        gate: arguments.out.clone(),
        prompts: train.len(),
        experts: train.models().to_vec(),
        mean: mean(&folds),
        folds,
        held_out: match data.split(Split::Test) {
            Ok(test) => Some(routes(&gate, &train, &test)?),
            Err(_) => None,
        },
        calibration: Calibration {
            temperature,
            expected_error: report.ece,
            cross_entropy_nats: report.nll,
            brier: report.brier,
            bins: bins
                .map(|bin| Bin { count: bin.count, predicted: bin.predicted, observed: bin.observed })
                .collect(),
        },
    };
    show.result(&outcome, || text(&outcome))
}

impl Arguments {
    fn config(&self) -> GateConfig {
        let kind = match self.kind {
            KindName::Blend => GateKind::Blend { neighbours: self.neighbours },
            KindName::Linear => GateKind::Linear,
            KindName::Knn => GateKind::Knn { neighbours: self.neighbours },
            KindName::Mlp => GateKind::Mlp { hidden: self.hidden, dropout: 0.1, patience: 2 },
        };
        let (epochs, lr, seed) = (self.epochs, self.lr, self.seed);
        let training = TrainingConfig { epochs, lr, seed, ..TrainingConfig::default() };
        GateConfig { training, ..GateConfig::new(kind) }
    }
}

/// A gate of the inside rows with the temperature that suits the outside ones. Logits of a linear map or a hidden layer
/// stand for scores one by one, those of neighbours and blends for shares.
fn calibrated(
    config: &GateConfig,
    inside: &RoutingData,
    outside: &RoutingData,
) -> moe2_edge::Result<(Gate, f64)> {
    let gate = Gate::train(config, inside)?.0;
    let loss = match config.kind {
        GateKind::Linear | GateKind::Mlp { .. } => GateLoss::PerExpert,
        _ => GateLoss::Posterior,
    };
    let temperature = calibrate_temperature(&gate, outside, loss)?;
    Ok((gate.with_temperature(temperature)?, temperature))
}

fn routes(gate: &Gate, train: &RoutingData, test: &RoutingData) -> Result<Routes> {
    let all = ExpertSet::first(train.experts());
    Ok(Routes {
        prompts: test.len(),
        gate: routed_score(&gate.predict(test.prompts()), test, all)?,
        best_single: test.mean_scores()[best_single(train, all)?],
        task_oracle: task_oracle_score(train, test, all)?,
        oracle: oracle_score(test, all)?,
    })
}

impl From<&FoldScores> for Routes {
    fn from(fold: &FoldScores) -> Self {
        Self {
            prompts: fold.rows,
            gate: fold.routed,
            best_single: fold.best_single,
            task_oracle: fold.task_oracle,
            oracle: fold.oracle,
        }
    }
}

/// The mean over the folds, each counted once.
fn mean(folds: &[Routes]) -> Routes {
    let of = |value: fn(&Routes) -> f64| folds.iter().map(value).sum::<f64>() / folds.len() as f64;
    Routes {
        prompts: folds.iter().map(|fold| fold.prompts).sum(),
        gate: of(|fold| fold.gate),
        best_single: of(|fold| fold.best_single),
        task_oracle: of(|fold| fold.task_oracle),
        oracle: of(|fold| fold.oracle),
    }
}

fn text(outcome: &Outcome) -> String {
    let mut table =
        Table::new(1, ["rows", "prompts", "gate", "best single", "oracle by task", "oracle by prompt"]);
    let mut row = |name: String, routes: &Routes| {
        let four = |value: f64| format!("{value:.4}");
        table.row([
            name,
            routes.prompts.to_string(),
            four(routes.gate),
            four(routes.best_single),
            four(routes.task_oracle),
            four(routes.oracle),
        ]);
    };
    for (fold, routes) in outcome.folds.iter().enumerate() {
        row(format!("fold {fold}"), routes);
    }
    row("mean of folds".to_owned(), &outcome.mean);
    if let Some(routes) = &outcome.held_out {
        row("held out".to_owned(), routes);
    }
    let Calibration { temperature, expected_error, cross_entropy_nats, brier, bins } = &outcome.calibration;
    let mut text = format!(
        "{} training prompts of {}\n\nmean scores by route\n{}",
        outcome.prompts,
        outcome.scores,
        table.render()
    );
    text += &format!(
        "\npredicted scores of held-out folds: calibration error {expected_error:.4}, cross-entropy \
         {cross_entropy_nats:.4} nats, Brier score {brier:.4}\n"
    );
    let mut table = Table::new(0, ["predictions", "predicted", "observed"]);
    for bin in bins.iter().filter(|bin| bin.count > 0) {
        table.row([bin.count.to_string(), format!("{:.3}", bin.predicted), format!("{:.3}", bin.observed)]);
    }
    text += &table.render();
    text += &format!("\ngate with temperature {temperature:.3} in {}\n", outcome.gate.display());
    text
}
