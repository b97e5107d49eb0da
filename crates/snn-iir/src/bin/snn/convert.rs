//! `snn convert`.

use crate::data::DataArguments;
use crate::error::{Failure, Result};
use crate::output;
use common::rng::Streams;
use snn_iir::balance::{BiasScaling, ThresholdBalancer};
use snn_iir::{Ann, CheckpointInfo, SpikingConfig};
use std::path::{Path, PathBuf};

/// Makes a spiking network of the rate-coded one: folds the batch normalisation into the weights and takes thresholds
/// from percentiles of the currents, layer by layer.
///
/// Reads OUT/ann.safetensors, writes OUT/converted.safetensors, and tells the accuracy without any training.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  snn convert --out runs/e4
  snn convert --out runs/e4 --percentile 100 --timesteps 200 --evaluate 1,10,100
  snn convert --out runs/e4 --percentile 99.7 --scale 0.3")]
pub struct Arguments {
    #[command(flatten)]
    data: DataArguments,
    /// Folder of the run.
    #[arg(long)]
    out: PathBuf,
    /// Percentile of the currents that becomes the threshold.
    #[arg(long, default_value_t = 90.0)]
    percentile: f64,
    /// Factor of the thresholds.
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// Timesteps of the balancing.
    #[arg(long, default_value_t = 20)]
    timesteps: usize,
    /// Images of the balancing.
    #[arg(long, default_value_t = 512)]
    images: usize,
    /// Divide biases by the thresholds before them.
    #[arg(long)]
    scale_biases: bool,
    /// Timesteps to tell the accuracy at.
    #[arg(long, value_delimiter = ',', default_value = "1,2,3,4,5")]
    evaluate: Vec<usize>,
}

#[derive(serde::Serialize)]
struct Converted {
    balance: snn_iir::balance::BalanceReport,
    evaluations: Vec<(usize, snn_iir::Evaluation)>,
}

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let (ann, _) = Ann::load(existing(&arguments.out.join("ann.safetensors"), "snn train")?)?;
    let images = arguments.data.load()?;
    let balancer = ThresholdBalancer {
        percentile: arguments.percentile,
        scale: arguments.scale,
        timesteps: arguments.timesteps,
        images: arguments.images,
        bias: if arguments.scale_biases { BiasScaling::ByThreshold } else { BiasScaling::AsPublished },
        ..ThresholdBalancer::iir()
    };
    let streams = Streams::new(arguments.data.seed);
    let config = SpikingConfig::default();
    let (net, balance) =
        balancer.convert(&ann.fuse()?, config, &images.train, &images.normalize, None, &streams)?;
    let info = CheckpointInfo {
        timesteps: None,
        stage: "converted".into(),
        seed: arguments.data.seed,
        normalize: images.normalize.clone(),
    };
    net.save(arguments.out.join("converted.safetensors"), &info)?;
    let evaluate = |&timesteps: &usize| {
        Ok((timesteps, net.evaluate_counting(&images.test, &images.normalize, timesteps)?))
    };
    let evaluations = arguments.evaluate.iter().map(evaluate).collect::<Result<Vec<_>>>()?;
    if json {
        return output::json(&Converted { balance, evaluations });
    }
    println!("layer            threshold  last raised at");
    for layer in &balance.layers {
        let raised =
            layer.last_raised.map_or_else(|| "kept".into(), |t| format!("{t} of {}", balance.timesteps));
        println!("{:<16} {:>9.4}  {raised}", layer.name, layer.threshold);
    }
    for (timesteps, evaluation) in &evaluations {
        let rates = evaluation.stats.as_ref().map(output::rates).unwrap_or_default();
        println!("T = {timesteps:<4} {:5.1} %  rates {rates}", 100.0 * evaluation.accuracy());
    }
    Ok(())
}

/// The path, if there is a file.
pub fn existing<'a>(path: &'a Path, command: &'static str) -> Result<&'a Path> {
    if path.exists() { Ok(path) } else { Err(Failure::Before { path: path.to_owned(), command }) }
}

/// Removes the files of a stage.
pub fn forget(folder: &Path, stage: &str) -> Result<()> {
    for ending in ["safetensors", "resume.safetensors"] {
        let path = folder.join(format!("{stage}.{ending}"));
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(snn_iir::Error::Io { path, source }.into());
            }
            _ => {}
        }
    }
    Ok(())
}
