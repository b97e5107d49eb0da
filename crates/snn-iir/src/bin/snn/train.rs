//! `snn train`.

use crate::data::DataArguments;
use crate::error::Result;
use crate::progress::Bar;
use crate::{convert, output};
use common::rng::Streams;
use snn_iir::data::Augment;
use snn_iir::trainer::{Stage, TrainConfig, train_ann};
use snn_iir::{Ann, Init, NetworkSpec};
use std::path::PathBuf;

/// Trains the rate-coded network that a spiking one begins from.
///
/// The weights of the epoch that is best on the held-out images go to OUT/ann.safetensors. A stopped run goes on after its
/// last whole epoch.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  snn train --out runs/e4
  snn train --net E13 --epochs 12 --out runs/e13
  snn train --net S8 --data cifar10:data/cifar --per-class 1000 --augment --epochs 20 --out runs/s8")]
pub struct Arguments {
    /// Network: a name or text as \"3x32x32: 32 A 64 A, FC 256 10\".
    #[arg(long, default_value = "E4")]
    net: String,
    #[command(flatten)]
    data: DataArguments,
    /// Folder of the run.
    #[arg(long)]
    out: PathBuf,
    /// Epochs.
    #[arg(long, default_value_t = 15)]
    epochs: usize,
    /// Images of a batch.
    #[arg(long, default_value_t = 64)]
    batch: usize,
    /// Learning rate, divided by 5 at 45, 70 and 90 % of the epochs if there are at least 10.
    #[arg(long, default_value_t = 0.05)]
    lr: f64,
    /// Dropout rate.
    #[arg(long, default_value_t = 0.1)]
    dropout: f64,
    /// Crop and flip the images at random.
    #[arg(long)]
    augment: bool,
    /// Forget what is there of this stage and begin again.
    #[arg(long)]
    fresh: bool,
}

pub fn run(arguments: &Arguments, json: bool, quiet: bool) -> Result<()> {
    let spec: NetworkSpec = arguments.net.parse()?;
    let images = arguments.data.load()?;
    let seed = arguments.data.seed;
    let config = TrainConfig {
        epochs: arguments.epochs,
        batch: arguments.batch,
        lr: arguments.lr,
        dropout: arguments.dropout,
        augment: arguments.augment.then(Augment::cifar),
        ..TrainConfig::ann(images.normalize.clone(), seed)
    };
    let few = arguments.epochs < 10;
    let config = if few { config.constant_lr() } else { config };
    if arguments.fresh {
        convert::forget(&arguments.out, "ann")?;
    }
    let ann = Ann::new(spec, Init::He, &Streams::new(seed))?;
    let bar = Bar::new(quiet);
    let stage = Stage { name: "ann", folder: Some(&arguments.out) };
    let report = train_ann(&ann, stage, images.sets(), &config, &mut |progress| bar.show(progress))?;
    drop(bar);
    if json {
        return output::json(&report);
    }
    println!("{}: {} weights' products per image", ann.spec(), ann.spec().macs());
    output::stage(&report);
    Ok(())
}
