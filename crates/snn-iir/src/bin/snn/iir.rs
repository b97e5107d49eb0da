//! `snn iir`.

use crate::convert::{existing, forget};
use crate::data::DataArguments;
use crate::error::Result;
use crate::output;
use crate::progress::Bar;
use snn_iir::data::Augment;
use snn_iir::trainer::TrainConfig;
use snn_iir::{IirSchedule, IirTrainer, SpikingNet};
use std::path::PathBuf;

/// Retrains the converted network with fewer and fewer timesteps, each stage from the weights, thresholds and leaks of
/// the one before it.
///
/// Reads OUT/converted.safetensors, writes OUT/iir-t5.safetensors and so on. A stopped run goes on after its last whole
/// epoch. `--schedule 1` trains directly for one timestep; give it another --name.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  snn iir --out runs/e4
  snn iir --out runs/e4 --schedule 5,3,1 --epochs 2,2,6 --name short
  snn iir --out runs/e4 --schedule 1 --epochs 15 --name direct")]
pub struct Arguments {
    #[command(flatten)]
    data: DataArguments,
    /// Folder of the run.
    #[arg(long)]
    out: PathBuf,
    /// Timesteps of the stages, falling.
    #[arg(long, default_value = "5,4,3,2,1")]
    schedule: String,
    /// Epochs of each stage, or of all.
    #[arg(long, value_delimiter = ',', default_value = "3")]
    epochs: Vec<usize>,
    /// Images of a batch.
    #[arg(long, default_value_t = 64)]
    batch: usize,
    /// Learning rate, divided by 5 at 60, 80 and 90 % of the epochs of a stage if all have at least 10.
    #[arg(long, default_value_t = 1e-3)]
    lr: f64,
    /// Dropout rate.
    #[arg(long, default_value_t = 0.1)]
    dropout: f64,
    /// Crop and flip the images at random.
    #[arg(long)]
    augment: bool,
    /// Name of the chain, in the names of its files.
    #[arg(long, default_value = "iir")]
    name: String,
    /// Forget what is there of this chain and begin again.
    #[arg(long)]
    fresh: bool,
}

pub fn run(arguments: &Arguments, json: bool, quiet: bool) -> Result<()> {
    let schedule: IirSchedule = arguments.schedule.parse()?;
    let (net, _) = SpikingNet::load(existing(&arguments.out.join("converted.safetensors"), "snn convert")?)?;
    let images = arguments.data.load()?;
    let config = TrainConfig {
        batch: arguments.batch,
        lr: arguments.lr,
        dropout: arguments.dropout,
        augment: arguments.augment.then(Augment::cifar),
        ..TrainConfig::spiking(images.normalize.clone(), arguments.data.seed)
    };
    let stages = schedule.steps().len();
    let epochs = match arguments.epochs[..] {
        [all] => vec![all; stages],
        _ => arguments.epochs.clone(),
    };
    let few = epochs.iter().any(|&epochs| epochs < 10);
    let config = if few { config.constant_lr() } else { config };
    let trainer = IirTrainer { epochs, name: arguments.name.clone(), ..IirTrainer::new(schedule, config) };
    if arguments.fresh {
        for &timesteps in trainer.schedule.steps() {
            forget(&arguments.out, &trainer.stage(timesteps))?;
        }
    }
    let bar = Bar::new(quiet);
    let reports =
        trainer.run(&net, Some(&arguments.out), images.sets(), &mut |progress| bar.show(progress))?;
    drop(bar);
    if json {
        return output::json(&reports);
    }
    reports.iter().for_each(output::stage);
    Ok(())
}
