//! `mobilequant generate`.

use crate::error::Result;
use crate::output::Show;
use crate::scheme::QuantisedArguments;
use crate::source::{ModelArguments, positive};
use candle_core::DType;
use mobilequant::Model;
use serde::Serialize;

/// Continues a text by the most likely tokens, in full precision or quantised.
///
/// Every token computes the whole text again: good for a look at a model, not for long texts.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  mobilequant generate model/ --prompt \"Once upon a time\"
  mobilequant generate learned --ranges learned/act_dict.json --prompt \"Once upon a time\" --tokens 100
  mobilequant generate stories260K.bin --tokenizer tok512.bin --prompt \"\" --json")]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    /// Text to be continued; may be empty if the model has a token for the beginning.
    #[arg(long, value_name = "TEXT")]
    prompt: String,
    /// Tokens at most.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = positive)]
    tokens: usize,
    #[command(flatten)]
    quantised: QuantisedArguments,
}

#[derive(Serialize)]
struct Outcome<'a> {
    prompt: &'a str,
    text: String,
    tokens: Vec<u32>,
}

pub fn run(arguments: &Arguments, show: Show) -> Result<()> {
    let checkpoint = show.wait("reading the model", || arguments.model.load())?;
    let tokenizer = arguments.model.tokenizer(&checkpoint)?;
    let bos = arguments.model.bos(&checkpoint);
    let prompt: Vec<u32> = bos.into_iter().chain(tokenizer.encode(&arguments.prompt)?).collect();
    let quantised = arguments.quantised.simulate(&checkpoint)?;
    let mut tokens = show.wait("generating", || match &quantised {
        Some(simulation) => simulation.greedy(&prompt, arguments.tokens),
        None => Model::new(&checkpoint, DType::F32)?.greedy(&prompt, arguments.tokens),
    })?;
    if let Some(end) = tokens.iter().position(|&id| Some(id) == checkpoint.config.eos) {
        tokens.truncate(end);
    }
    // Prompt and continuation together: a piece of text may begin with a space. A character of which the last tokens
    // are only a part is left out.
    let all = [prompt.as_slice(), &tokens].concat();
    let whole =
        (all.len().saturating_sub(3)..=all.len()).rev().find_map(|end| tokenizer.decode(&all[..end]).ok());
    let whole = whole.map_or_else(|| tokenizer.decode(&all), Ok)?;
    let text = whole.strip_prefix(&arguments.prompt).unwrap_or(&whole).to_owned();
    let outcome = Outcome { prompt: &arguments.prompt, text, tokens };
    show.result(&outcome, || format!("{whole}\n"))
}
