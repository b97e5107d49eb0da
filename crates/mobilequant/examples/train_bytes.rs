//! Trains the byte-level model of `data/` on the Jargon File and writes it there.
//!
//! `cargo run --release -p mobilequant --example train_bytes -- jargon.txt STATE OUTPUT`, with the text of Debian's package
//! `jargon-text` 4.4.7 (unpacked), a file that keeps the state of the training so that it can go on after an interruption,
//! and an existing folder for the model, its learning curve and the texts that it was not trained on.

#![allow(clippy::print_stdout, reason = "an example prints")]

use common::train::checkpoint;
use mobilequant::eval::{Protocol, perplexity};
use mobilequant::learn::Rate;
use mobilequant::load::write_hugging_face;
use mobilequant::pretrain::{PretrainConfig, Pretrainer, byte_llama};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SETTINGS: PretrainConfig = PretrainConfig {
    steps: 3000,
    warmup: 100,
    batch: 16,
    window: 128,
    rate: Rate { first: 3e-3, last: 0.0 },
    weight_decay: 0.1,
    seed: 1,
};
/// Steps between two points of the learning curve.
const INTERVAL: usize = 100;
/// Windows of the held-out text behind a point of the curve.
const WINDOWS: usize = 128;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [text, state, output] = &arguments[..] else {
        println!("usage: train_bytes jargon.txt STATE OUTPUT");
        return Ok(());
    };
    let (state, output) = (Path::new(state), Path::new(output));
    let text = ascii(&std::fs::read_to_string(text)?);
    let (training, rest) = text.split_at(text.len() * 9 / 10);
    let (calibration, report) = rest.split_at(rest.len() / 2);
    std::fs::write(output.join("calibration.txt"), calibration)?;
    std::fs::write(output.join("report.txt"), report)?;
    let [training, calibration, report] =
        [training, calibration, report].map(|text| text.bytes().map(u32::from).collect::<Vec<u32>>());

    let curve = output.join("learning_curve.csv");
    let mut trainer = Pretrainer::new(byte_llama(), &training, SETTINGS)?;
    if state.exists() {
        trainer.load_state(&checkpoint::load(state)?.tensors)?;
    } else {
        std::fs::write(&curve, "step,training_nats,held_out_nats\n")?;
    }
    let bos = byte_llama().bos;
    let mut losses = Vec::new();
    while let Some(step) = trainer.advance()? {
        losses.push(step.loss);
        if step.step.is_multiple_of(INTERVAL) {
            let protocol = Protocol { window: SETTINGS.window, windows: Some(WINDOWS), bos };
            let held_out = perplexity(trainer.model(), &calibration, protocol)?;
            let mean = losses.iter().sum::<f64>() / losses.len() as f64;
            let line = format!("{},{mean:.4},{:.4}", step.step, held_out.nats);
            println!("{line}");
            writeln!(std::fs::OpenOptions::new().append(true).open(&curve)?, "{line}")?;
            checkpoint::save(state, &trainer.state()?, &BTreeMap::new())?;
            losses.clear();
        }
    }
    write_hugging_face(&trainer.checkpoint()?, output)?;
    for (name, text) in [("calibration", &calibration), ("report", &report)] {
        let result =
            perplexity(trainer.model(), text, Protocol { window: SETTINGS.window, windows: None, bos })?;
        println!("{name}: perplexity {:.6} per byte over {} bytes", result.value(), result.tokens);
    }
    Ok(())
}

/// The text in ASCII, one character for each: quotes, dashes and lines of tables by those that look like them, `?` for
/// the few others.
fn ascii(text: &str) -> String {
    let plain = |letter| match letter {
        '\u{a0}' => ' ',
        '\u{2018}' | '\u{2019}' | '\u{b4}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        '\u{2014}' | '\u{2212}' | '\u{2500}' => '-',
        '\u{2550}' => '=',
        '\u{2502}' => '|',
        '\u{2503}'..='\u{257f}' => '+',
        '\u{b7}' | '\u{2022}' => '*',
        '\u{2192}' => '>',
        other if other.is_ascii() => other,
        _ => '?',
    };
    text.chars().map(plain).collect()
}
