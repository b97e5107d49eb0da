//! `mobilequant eval`.

use crate::choices::{self, Answers};
use crate::error::{Failure, Result};
use crate::output::{Score, Show};
use crate::scheme::QuantisedArguments;
use crate::source::{ModelArguments, TextArguments, Windows, positive, stream};
use candle_core::DType;
use mobilequant::eval::{compare, perplexity};
use mobilequant::simulate::Simulation;
use mobilequant::{Model, load};
use serde::Serialize;
use std::path::PathBuf;

/// How well a model predicts a text, in full precision or quantised.
///
/// Perplexity is that of tokens, exp of the mean negative logarithm of their probabilities. Quantised (--ranges), it comes
/// beside that of full precision, with the mean divergence of the next-token probabilities from full precision
/// (Kullback-Leibler, nats) and the share of positions at which both find the same token most likely. Intervals are 95 %
/// by the bootstrap over windows; that of the ratio is over the same windows of both.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  mobilequant eval model/ --text book.txt
  mobilequant eval model/ --ranges ranges.json --scheme w8a8 --text book.txt --skip 16
  mobilequant eval learned --ranges learned/act_dict.json --reference model/ --text book.txt --skip 56
  mobilequant eval model/ --text book.txt --choices questions.jsonl --json")]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    #[command(flatten)]
    text: TextArguments,
    /// Windows that are scored; all if left out.
    #[arg(long, value_name = "N", value_parser = positive)]
    windows: Option<usize>,
    /// Windows at the beginning of the text that are left out, such as those of calibration.
    #[arg(long, value_name = "N", default_value_t = 0)]
    skip: usize,
    #[command(flatten)]
    quantised: QuantisedArguments,
    /// Model in full precision to compare with; MODEL itself, before rounding, if left out.
    #[arg(long, value_name = "MODEL", requires = "ranges")]
    reference: Option<PathBuf>,
    /// Questions with answers to choose from, one JSON object a line: query, choices, gold (index of the right choice).
    #[arg(long, value_name = "FILE")]
    choices: Option<PathBuf>,
}

#[derive(Serialize)]
struct Outcome {
    protocol: String,
    tokens: usize,
    perplexity: Score,
    choices: Option<Answers>,
    quantised: Option<Quantised>,
}

#[derive(Serialize)]
struct Quantised {
    perplexity: Score,
    /// Of the perplexities.
    ratio: Score,
    kl_nats: f64,
    top1: f64,
    /// Sites at which the largest shares of values lie outside their ranges.
    clipped: Vec<Clipped>,
    choices: Option<Answers>,
}

#[derive(Serialize)]
struct Clipped {
    site: String,
    share: f64,
}

pub fn run(arguments: &Arguments, show: Show) -> Result<()> {
    let checkpoint = show.wait("reading the model", || arguments.model.load())?;
    let quantised = arguments.quantised.simulate(&checkpoint)?;
    let windows = arguments.text.load(&arguments.model, &checkpoint)?;
    let rest = windows.all.len().saturating_sub(arguments.skip).max(1);
    let scored = windows.take(arguments.skip, arguments.windows.unwrap_or(rest))?;
    let reference = match &arguments.reference {
        Some(path) => Model::new(&load::read(path)?, DType::F32)?,
        None => Model::new(&checkpoint, DType::F32)?,
    };
    let tokenizer = arguments.model.tokenizer(&checkpoint)?;
    let questions = arguments.choices.as_deref().map(|path| choices::read(path, &tokenizer, windows.bos));
    let questions = questions.transpose()?;
    let (tokens, protocol) = stream(scored);
    let answers = |model| questions.as_ref().map(|list| choices::score(model, list)).transpose();
    let outcome = show.wait("scoring", || -> Result<Outcome> {
        let (full, quantised) = match &quantised {
            None => (perplexity(&reference, &tokens, protocol)?, None),
            Some(simulation) => {
                let result = compare(&reference, simulation, &tokens, protocol)?;
                let found = Quantised {
                    perplexity: Score::new(&result.model)?,
                    ratio: Score::new(&result.ratio())?,
                    kl_nats: result.agreement.kl_nats,
                    top1: result.agreement.top1,
                    clipped: clipped(simulation, scored)?,
                    choices: answers(simulation)?,
                };
                (result.reference, Some(found))
            }
        };
        Ok(Outcome {
            protocol: Windows::protocol(&windows, scored.len()),
            tokens: full.tokens,
            perplexity: Score::new(&full)?,
            choices: answers(&reference)?,
            quantised,
        })
    })?;
    show.result(&outcome, || text(&outcome))
}

/// The five sites with the largest shares.
fn clipped(simulation: &Simulation, windows: &[Vec<u32>]) -> std::result::Result<Vec<Clipped>, Failure> {
    let rates = simulation.clip_rates(windows.iter().map(|window| &window[..window.len() - 1]))?;
    let mut rates: Vec<_> = rates.into_iter().filter(|(_, share)| *share > 0.0).collect();
    rates.sort_by(|a, b| b.1.total_cmp(&a.1));
    let site = |((layer, site), share)| Clipped { site: mobilequant::simulate::path(layer, site), share };
    Ok(rates.into_iter().take(5).map(site).collect())
}

fn text(outcome: &Outcome) -> String {
    let Outcome { protocol, tokens, perplexity, choices, quantised } = outcome;
    let mut text =
        format!("{protocol}: {tokens} tokens\n\nfull precision  perplexity {}\n", perplexity.text());
    if let Some(answers) = choices {
        text += &format!("                {}\n", answers.text());
    }
    let Some(Quantised { perplexity, ratio, kl_nats, top1, clipped, choices }) = quantised else {
        return text;
    };
    text += &format!("quantised       perplexity {}\n", perplexity.text());
    text += &format!("                ratio {}\n", ratio.text());
    text +=
        &format!("                divergence {kl_nats:.5} nats, same first token {:.2} %\n", 100.0 * top1);
    if let Some(answers) = choices {
        text += &format!("                {}\n", answers.text());
    }
    if !clipped.is_empty() {
        text += "\nlargest shares of values outside their ranges\n";
    }
    for Clipped { site, share } in clipped {
        text += &format!("{site}  {:.4} %\n", 100.0 * share);
    }
    text
}
