//! Methods side by side on one model: rounding, SmoothQuant, OmniQuant, and ranges learned block by block or end to end.
//!
//! `cargo run --release -p mobilequant --example learn -- MODEL TEXT TOKENIZER [SCHEME [EPOCHS [FACTOR]]]`, with a
//! tokenizer of llama2.c, SCHEME w8a8, w4a8 or w4a8-sym, and FACTOR of outlying channels to be put in (1 for none).

#![allow(clippy::print_stdout, reason = "an example prints")]

use candle_core::DType;
use mobilequant::eval::{LanguageModel, Protocol, agreement, perplexity};
use mobilequant::learn::{LearnConfig, LearnData, Learner, RangeLearning};
use mobilequant::simulate::{Plan, Simulation};
use mobilequant::transform::{Outliers, SmoothQuant, inject_outliers};
use mobilequant::{Calibration, Checkpoint, Model, Tokenizer, load};
use std::path::Path;

/// Tokens of a window of the text; a BOS comes before.
const WINDOW: usize = 255;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, text, tokenizer, rest @ ..] = &arguments[..] else {
        println!("usage: learn MODEL TEXT TOKENIZER [w8a8|w4a8|w4a8-sym [EPOCHS [FACTOR]]]");
        return Ok(());
    };
    let mut checkpoint = load::read(Path::new(model))?;
    let tokenizer = Tokenizer::llama2c(Path::new(tokenizer), checkpoint.config.vocab)?;
    let tokens = tokenizer.encode(&std::fs::read_to_string(text)?)?;
    let plan = match rest.first().map_or("w8a8", String::as_str) {
        "w4a8" => Plan::w4a8(),
        "w4a8-sym" => Plan::w4a8_symmetric(),
        _ => Plan::w8a8(),
    };
    let epochs = rest.get(1).map_or(Ok(4), |epochs| epochs.parse())?;
    let factor: f32 = rest.get(2).map_or(Ok(1.0), |factor| factor.parse())?;
    inject_outliers(&mut checkpoint, Outliers { factor, per_norm: 2, per_up: 3 }, 1)?;
    let bos = checkpoint.config.bos.unwrap_or(0);
    let windows: Vec<Vec<u32>> =
        tokens.chunks_exact(WINDOW).map(|window| [&[bos], window].concat()).collect();
    let [report, training, validation] =
        [0..32, 64..96, 96..104].map(|range| windows.get(range).unwrap_or_default());
    let report = Report { model: Model::new(&checkpoint, DType::F32)?, windows: report.concat() };
    report.line("full precision", &report.model)?;

    let calibrated = |checkpoint: &Checkpoint| -> mobilequant::Result<Calibration> {
        Calibration::collect(&Model::new(checkpoint, DType::F32)?, training.iter().map(Vec::as_slice))
    };
    let calibration = calibrated(&checkpoint)?;
    report.line("rounding", &Simulation::new(&checkpoint, &calibration, &plan)?)?;
    let mut start = checkpoint.clone();
    for (name, method) in
        [("SmoothQuant, norms", SmoothQuant::original(0.5)), ("SmoothQuant", SmoothQuant::everywhere(0.5))]
    {
        start = checkpoint.clone();
        method.scales(&checkpoint, calibration.channel_maxima())?.fuse(&mut start)?;
        report.line(name, &Simulation::new(&start, &calibrated(&start)?, &plan)?)?;
    }
    let omniquant = LearnConfig::omniquant(plan.clone(), epochs);
    let blockwise = LearnConfig { ranges: RangeLearning::LogScale, ..omniquant.clone() };
    let raw = LearnConfig::reference(plan.clone(), epochs);
    let mobilequant = LearnConfig::mobilequant(plan.clone(), epochs);
    let data = LearnData { training, validation, calibration: training };
    for (name, config) in [
        ("OmniQuant", omniquant),
        ("blocks and ranges", blockwise),
        ("end to end, raw", raw),
        ("end to end", mobilequant),
    ] {
        let mut learner = Learner::new(&start, data, config)?;
        let before = learner.best().validation_nats;
        let mut losses = Vec::new();
        while let Some(progress) = learner.advance()? {
            losses.push(progress.loss);
        }
        let best = learner.best();
        report.line(name, &Simulation::new(&best.checkpoint, &best.calibration, &plan)?)?;
        println!(
            "    error {:.3e} to {:.3e}; divergence on the selection set {before:.4}, best {:.4} after {} epochs",
            losses.first().unwrap_or(&f64::NAN),
            losses.last().unwrap_or(&f64::NAN),
            best.validation_nats,
            best.epoch
        );
    }
    Ok(())
}

struct Report {
    model: Model,
    windows: Vec<u32>,
}

impl Report {
    fn line(&self, name: &str, model: &dyn LanguageModel) -> mobilequant::Result<()> {
        let protocol = Protocol { window: WINDOW + 1, windows: None, bos: None };
        let result = perplexity(model, &self.windows, protocol)?;
        let (lo, hi) = result.interval(0.95, 1000, 1)?;
        let close = agreement(&self.model, model, &self.windows, protocol)?;
        println!(
            "{name:20} perplexity {:8.3} ({lo:.3} to {hi:.3}), divergence {:.4} nats, same first token {:.1} %",
            result.value(),
            close.kl_nats,
            100.0 * close.top1
        );
        Ok(())
    }
}
