//! `mobilequant inspect`.

use crate::error::{Failure, Result};
use crate::output::{Show, Table};
use crate::source::{ModelArguments, TextArguments, positive};
use candle_core::DType;
use mobilequant::quant::{Bits, Granularity, Scheme, Symmetry, ZeroRule, fake_quant_matrix};
use mobilequant::{Array, Calibration, Checkpoint, Config, Matrix, Model};
use serde::Serialize;
use std::path::PathBuf;

/// What a model is, how well its weights can be rounded, and how far its channels lie apart.
///
/// The signal-to-noise ratio of rounded weights is that of each kind of matrix over all blocks, in decibels: 6 dB are
/// one bit. With a text, the largest channel is compared with the median channel of what the matrices read: static 8-bit
/// activations suffer where one channel is many times the others.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  mobilequant inspect model/
  mobilequant inspect model.gguf --text book.txt
  mobilequant inspect stories260K.bin --tokenizer tok512.bin --text stories.txt --json")]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    /// Text on which activations are watched.
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// Tokens of a window of the text.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = positive)]
    window: usize,
    /// Windows of the text.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = positive)]
    windows: usize,
}

#[derive(Serialize)]
struct Outcome {
    config: Config,
    weights: usize,
    weights_in_matrices: usize,
    matrices: Vec<OfMatrix>,
    /// Largest over median magnitude of the channels that matrices read; none without a text.
    outliers: Option<Vec<Outlier>>,
}

#[derive(Serialize)]
struct OfMatrix {
    matrix: String,
    rows: usize,
    columns: usize,
    largest: f32,
    sqnr_8_bit_per_tensor_db: f64,
    sqnr_8_bit_per_channel_db: f64,
    sqnr_4_bit_per_channel_db: f64,
}

#[derive(Serialize)]
struct Outlier {
    block: usize,
    input_of: &'static str,
    channel: usize,
    largest: f32,
    median: f32,
}

pub fn run(arguments: &Arguments, show: Show) -> Result<()> {
    let checkpoint = show.wait("reading the model", || arguments.model.load())?;
    let matrices = show.wait("rounding weights", || {
        Matrix::ALL.into_iter().map(|which| of_matrix(&checkpoint, which)).collect::<Result<Vec<_>>>()
    })?;
    let outliers = arguments.text.as_ref().map(|text| {
        let text = TextArguments { text: text.clone(), window: arguments.window };
        show.wait("watching activations", || outliers(arguments, &text, &checkpoint))
    });
    let in_block: usize = matrices.iter().map(|matrix| matrix.rows * matrix.columns).sum();
    let outcome = Outcome {
        config: checkpoint.config.clone(),
        weights: checkpoint.parameters(),
        weights_in_matrices: in_block * checkpoint.config.layers,
        matrices,
        outliers: outliers.transpose()?,
    };
    show.result(&outcome, || text(&outcome))
}

fn of_matrix(checkpoint: &Checkpoint, which: Matrix) -> Result<OfMatrix> {
    let (rows, columns) = which.shape(&checkpoint.config);
    let blocks = &checkpoint.weights.blocks;
    let weights = || blocks.iter().map(|block| &block.linear(which).weight);
    let sqnr = |bits, granularity| -> Result<f64> {
        let scheme = Scheme { bits, symmetry: Symmetry::Asymmetric, granularity };
        let (mut signal, mut noise) = (0.0, 0.0);
        for weight in weights() {
            let rounded: Array = fake_quant_matrix(weight, scheme, ZeroRule::default())?;
            for (&x, &y) in weight.data().iter().zip(rounded.data()) {
                signal += f64::from(x).powi(2);
                noise += (f64::from(x) - f64::from(y)).powi(2);
            }
        }
        Ok(10.0 * (signal / noise).log10())
    };
    Ok(OfMatrix {
        matrix: format!("{which:?}").to_lowercase(),
        rows,
        columns,
        largest: weights().flat_map(Array::data).fold(0.0_f32, |max, x| max.max(x.abs())),
        sqnr_8_bit_per_tensor_db: sqnr(Bits::B8, Granularity::PerTensor)?,
        sqnr_8_bit_per_channel_db: sqnr(Bits::B8, Granularity::PerChannel)?,
        sqnr_4_bit_per_channel_db: sqnr(Bits::B4, Granularity::PerChannel)?,
    })
}

fn outliers(
    arguments: &Arguments,
    text: &TextArguments,
    checkpoint: &Checkpoint,
) -> std::result::Result<Vec<Outlier>, Failure> {
    let windows = text.load(&arguments.model, checkpoint)?;
    let windows = windows.take(0, arguments.windows)?;
    let model = Model::new(checkpoint, DType::F32)?;
    let calibration = Calibration::collect(&model, windows.iter().map(|window| &window[..window.len() - 1]))?;
    let mut outliers = Vec::new();
    for (block, maxima) in calibration.channel_maxima().iter().enumerate() {
        let inputs =
            [("q, k, v", &maxima.qkv), ("o", &maxima.out), ("gate, up", &maxima.mlp), ("down", &maxima.down)];
        for (input_of, channels) in inputs {
            let mut order: Vec<usize> = (0..channels.len()).collect();
            order.sort_by(|&a, &b| channels[a].total_cmp(&channels[b]));
            let Some(&channel) = order.last() else { continue };
            let (largest, median) = (channels[channel], channels[order[order.len() / 2]]);
            outliers.push(Outlier { block, input_of, channel, largest, median });
        }
    }
    Ok(outliers)
}

fn text(outcome: &Outcome) -> String {
    let Outcome { config, weights, weights_in_matrices, matrices, outliers } = outcome;
    let mut text = format!(
        "{:?}, {} blocks of width {} and {} in the MLP, {} heads of {} ({} for keys), vocabulary {}, context {}\n\
         {weights} weights, {weights_in_matrices} of them in the matrices of the blocks\n\n",
        config.family,
        config.layers,
        config.width,
        config.mlp_width,
        config.heads,
        config.head_dim,
        config.kv_heads,
        config.vocab,
        config.context
    );
    let header = ["rounded", "rows", "columns", "largest", "8 bit, dB", "per channel", "4 bit per channel"];
    let mut table = Table::new(header);
    for of in matrices {
        let db = |value: f64| format!("{value:.1}");
        table.row([
            of.matrix.clone(),
            of.rows.to_string(),
            of.columns.to_string(),
            format!("{:.3}", of.largest),
            db(of.sqnr_8_bit_per_tensor_db),
            db(of.sqnr_8_bit_per_channel_db),
            db(of.sqnr_4_bit_per_channel_db),
        ]);
    }
    text += &table.render();
    let Some(outliers) = outliers else { return text };
    let mut table = Table::new(["input of", "block", "largest", "median", "ratio", "channel"]);
    for Outlier { block, input_of, channel, largest, median } in outliers {
        table.row([
            (*input_of).to_owned(),
            block.to_string(),
            format!("{largest:.3}"),
            format!("{median:.3}"),
            format!("{:.1}", largest / median),
            channel.to_string(),
        ]);
    }
    text + "\n" + &table.render()
}
