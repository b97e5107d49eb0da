//! `mobilequant calibrate`.

use crate::error::Result;
use crate::output::Show;
use crate::source::{ModelArguments, TextArguments, positive};
use candle_core::DType;
use mobilequant::exchange::write_ranges;
use mobilequant::{Calibration, Model};
use serde::Serialize;
use std::path::PathBuf;

/// Measures the range of every activation on a text.
///
/// The file has the form of the paper's reference code, act_dict.json: smallest and largest value of each tensor of each
/// module. Values beyond these ranges are cut off later, so the text should be like the one that the model will read.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  mobilequant calibrate model/ --text book.txt --out ranges.json
  mobilequant calibrate model.gguf --text book.txt --windows 64 --out ranges.json
  mobilequant calibrate stories260K.bin --tokenizer tok512.bin --text stories.txt --out ranges.json --json")]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    #[command(flatten)]
    text: TextArguments,
    /// Windows, from the beginning of the text.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = positive)]
    windows: usize,
    /// File of the ranges.
    #[arg(long, value_name = "RANGES")]
    out: PathBuf,
}

#[derive(Serialize)]
struct Outcome {
    ranges: PathBuf,
    sites: usize,
    tokens: usize,
    /// Site with the largest value.
    widest: String,
    widest_range: (f32, f32),
}

pub fn run(arguments: &Arguments, show: Show) -> Result<()> {
    let checkpoint = show.wait("reading the model", || arguments.model.load())?;
    let windows = arguments.text.load(&arguments.model, &checkpoint)?;
    let windows = windows.take(0, arguments.windows)?;
    let model = Model::new(&checkpoint, DType::F32)?;
    // The last token of a window is scored elsewhere, never read.
    let read = windows.iter().map(|window| &window[..window.len() - 1]);
    let calibration = show.wait("measuring ranges", || Calibration::collect(&model, read))?;
    write_ranges(&arguments.out, &checkpoint.config, &calibration)?;
    let size = |(lo, hi): (f32, f32)| hi.max(-lo);
    let widest = calibration.ranges().max_by(|a, b| size(a.1).total_cmp(&size(b.1)));
    let outcome = Outcome {
        ranges: arguments.out.clone(),
        sites: calibration.ranges().count(),
        tokens: calibration.tokens(),
        widest: widest
            .map_or_else(String::new, |((layer, site), _)| mobilequant::simulate::path(layer, site)),
        widest_range: widest.map_or((0.0, 0.0), |(_, range)| range),
    };
    show.result(&outcome, || {
        let Outcome { ranges, sites, tokens, widest, widest_range: (lo, hi) } = &outcome;
        format!(
            "{sites} ranges from {tokens} tokens in {}\nwidest  {widest}: {lo:.3} to {hi:.3}\n",
            ranges.display()
        )
    })
}
