//! Trains gates and compares their routes with the best single expert and with oracles.
//!
//! ```text
//! cargo run --release -p moe2-edge --example gate                    # six synthetic experts, trained first
//! cargo run --release -p moe2-edge --example gate -- scores.csv      # measured scores: .csv, .json, .jsonl
//! cargo run --release -p moe2-edge --features parquet --example gate -- scores.parquet
//! ```
#![allow(clippy::print_stdout, reason = "a program")]

use moe2_edge::ExpertSet;
use moe2_edge::data::synthetic::{SyntheticConfig, SyntheticExperts};
use moe2_edge::data::{RoutingData, Split, read_csv, read_json, read_log};
use moe2_edge::gate::evaluate::{best_single, oracle_score, routed_score, task_oracle_score};
use moe2_edge::gate::{
    Activation, CalibrationReport, Gate, GateConfig, GateKind, GateLoss, TrainingConfig, restriction_regret,
};
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = match std::env::args().nth(1) {
        Some(path) => read(Path::new(&path))?,
        None => SyntheticExperts::train(&SyntheticConfig::default())?.data().clone(),
    };
    let (data, leaks) = data.with_leaks_marked();
    let training = data.split(Split::Train)?;
    let (train, test) = match data.split(Split::Test) {
        Ok(test) => (training, test),
        Err(_) => training.hold_out(0, 5)?, // a file without splits: a fifth by the hash of the prompt
    };
    println!("{} prompts for training, {} held out, {leaks} copies left out", train.len(), test.len());
    for (model, mean) in train.models().iter().zip(train.mean_scores()) {
        println!("  {mean:.4}  {model}");
    }

    let all = ExpertSet::first(data.experts());
    let half: ExpertSet = (0..data.experts()).step_by(2).collect();
    println!("\nscores on held-out prompts         all experts   {half:?}");
    let both = |name: &str, value: &dyn Fn(ExpertSet) -> moe2_edge::Result<f64>| -> moe2_edge::Result<()> {
        println!("  {name:32} {:.4}        {:.4}", value(all)?, value(half)?);
        Ok(())
    };
    both("best single expert", &|set| Ok(test.mean_scores()[best_single(&train, set)?]))?;
    let mlp = GateKind::Mlp { hidden: 64, dropout: 0.1, patience: 2 };
    let kinds = [GateKind::Linear, mlp, GateKind::Knn { neighbours: 30 }, GateKind::Blend { neighbours: 30 }];
    for kind in kinds {
        let (gate, _) = Gate::train(&GateConfig::new(kind), &train)?;
        let predictions = gate.predict(test.prompts());
        both(&format!("{kind:?}"), &|set| routed_score(&predictions, &test, set))?;
    }
    both("best expert by task (oracle)", &|set| task_oracle_score(&train, &test, set))?;
    both("best expert by prompt (oracle)", &|set| oracle_score(&test, set))?;

    let (gate, _) = Gate::train(&GateConfig::new(GateKind::Blend { neighbours: 30 }), &train)?;
    let report = CalibrationReport::new(&gate.predict(test.prompts()), test.scores(), 10)?;
    println!("\npredicted scores: calibration error {:.4}, cross-entropy {:.4} nats", report.ece, report.nll);
    let start = Instant::now();
    for prompt in test.prompts() {
        gate.weights(prompt, all, Activation::TopK(1))?;
    }
    let each_us = start.elapsed().as_secs_f64() * 1e6 / test.len() as f64;
    println!("time of a route: {each_us:.0} us");

    let config = GateConfig { loss: GateLoss::Posterior, ..GateConfig::new(GateKind::Linear) };
    let (gate, _) = Gate::train(&config, &train)?;
    for set in [all, half] {
        let regret = restriction_regret(&gate, &train, set, TrainingConfig::default())?;
        println!(
            "posterior loss on {set:?}: {:.4} nats as trained on all, {:.4} trained further on it",
            regret.restricted, regret.tuned
        );
    }
    Ok(())
}

fn read(path: &Path) -> Result<RoutingData, Box<dyn std::error::Error>> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => Ok(read_csv(path)?),
        Some("json") => Ok(read_json(path, Split::Train)?),
        Some("jsonl") => Ok(read_log(path)?.data),
        #[cfg(feature = "parquet")]
        Some("parquet") => Ok(moe2_edge::data::read_parquet(path)?),
        _ => Err(format!("{} must end in .csv, .json, .jsonl or .parquet", path.display()).into()),
    }
}
