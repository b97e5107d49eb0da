//! What a model file holds, how far its channels lie apart, and what static 8-bit quantisation does to it.
//!
//! `cargo run -p mobilequant --example inspect -- MODEL [TEXT TOKENIZER]`, where MODEL is a directory in the form of
//! Hugging Face, a GGUF file, or a `.bin` of llama2.c; TOKENIZER a tokenizer of llama2.c, needed for `.bin` only.

#![allow(clippy::print_stdout, reason = "an example prints")]

use candle_core::DType;
use mobilequant::eval::{Protocol, agreement, perplexity};
use mobilequant::simulate::{Plan, Simulation};
use mobilequant::transform::SmoothQuant;
use mobilequant::{Calibration, Checkpoint, Model, Tokenizer, load};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(path) = arguments.first().map(Path::new) else {
        println!("usage: inspect MODEL [TEXT TOKENIZER]");
        return Ok(());
    };
    let checkpoint = load::read(path)?;
    println!("{:#?}", checkpoint.config);
    println!("{} weights", checkpoint.parameters());
    let Some(text) = arguments.get(1) else { return Ok(()) };
    let tokenizer = match arguments.get(2) {
        Some(tokenizer) => Tokenizer::llama2c(Path::new(tokenizer), checkpoint.config.vocab)?,
        None if path.is_dir() => Tokenizer::hugging_face(path)?,
        None => Tokenizer::gguf(&load::GgufFile::open(path)?)?,
    };
    let tokens = tokenizer.encode(&std::fs::read_to_string(text)?)?;
    let (report, rest) = tokens.split_at(tokens.len() / 2);
    let window = 256.min(checkpoint.config.context - 1);
    let windows: Vec<&[u32]> = rest.chunks_exact(window).take(8).collect();
    let protocol = Protocol { window, windows: Some(8), bos: checkpoint.config.bos };
    let model = Model::new(&checkpoint, DType::F32)?;
    let calibration = Calibration::collect(&model, windows.iter().copied())?;
    println!("\nblock  input of              largest channel / median channel");
    for (layer, maxima) in calibration.channel_maxima().iter().enumerate() {
        let inputs =
            [("q, k, v", &maxima.qkv), ("o", &maxima.out), ("gate, up", &maxima.mlp), ("down", &maxima.down)];
        for (name, channels) in inputs.into_iter().filter(|(_, channels)| !channels.is_empty()) {
            let mut sorted = channels.clone();
            sorted.sort_by(f32::total_cmp);
            println!("{layer:5}  {name:20}  {:.1}", sorted[sorted.len() - 1] / sorted[sorted.len() / 2]);
        }
    }
    let exact = perplexity(&model, report, protocol)?;
    let (lo, hi) = exact.interval(0.95, 1000, 1)?;
    println!("\nfull precision      perplexity {:.3} (95 % {lo:.3} to {hi:.3})", exact.value());
    let mut smoothed = checkpoint.clone();
    SmoothQuant::everywhere(0.5).scales(&checkpoint, calibration.channel_maxima())?.fuse(&mut smoothed)?;
    for (name, plan) in [("W8A16", Plan::w8a16()), ("W8A8", Plan::w8a8()), ("W4A8", Plan::w4a8())] {
        for (method, checkpoint) in [("rounding", &checkpoint), ("SmoothQuant", &smoothed)] {
            let simulation = simulate(checkpoint, &windows, &plan)?;
            let result = perplexity(&simulation, report, protocol)?;
            let close = agreement(&model, &simulation, report, protocol)?;
            println!(
                "{name:6} {method:12} perplexity {:.3}, divergence {:.4} nats, same first token {:.1} %",
                result.value(),
                close.kl_nats,
                100.0 * close.top1
            );
        }
    }
    Ok(())
}

fn simulate(checkpoint: &Checkpoint, windows: &[&[u32]], plan: &Plan) -> mobilequant::Result<Simulation> {
    let model = Model::new(checkpoint, DType::F32)?;
    Simulation::new(checkpoint, &Calibration::collect(&model, windows.iter().copied())?, plan)
}
