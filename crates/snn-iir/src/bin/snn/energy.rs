//! `snn energy`.

use crate::data::DataArguments;
use crate::error::{Failure, Result};
use crate::output;
use snn_iir::energy::{EnergyModel, FirstLayer, uniform_rates};
use snn_iir::neurobench::{NeuroBench, Workload};
use snn_iir::{NetworkSpec, SpikingNet};
use std::path::PathBuf;

/// Energy of one inference at 45 nm, against the rate-coded network of the same layers, and counts of operations.
/// With a checkpoint the spikes are counted on the test images; without one give --net and --rate.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  snn energy runs/e4/iir-t1.safetensors
  snn energy runs/e4/iir-t5.safetensors --timesteps 5 --first-layer-each-step
  snn energy --net vgg16 --rate 0.1 --json")]
pub struct Arguments {
    /// Checkpoint of a spiking network.
    checkpoint: Option<PathBuf>,
    #[command(flatten)]
    data: DataArguments,
    /// Network, without a checkpoint.
    #[arg(long, requires = "rate", conflicts_with = "checkpoint")]
    net: Option<String>,
    /// Spikes per neuron and inference in every layer, without a checkpoint.
    #[arg(long, requires = "net")]
    rate: Option<f64>,
    /// Timesteps; those of the checkpoint if left out, else 1.
    #[arg(long)]
    timesteps: Option<usize>,
    /// Compute the first layer in every timestep, though the image does not change.
    #[arg(long)]
    first_layer_each_step: bool,
}

#[derive(serde::Serialize)]
struct Outcome {
    network: String,
    timesteps: usize,
    rates: Vec<f64>,
    accuracy: Option<f64>,
    ann_uj: f64,
    snn_uj: f64,
    ratio: f64,
    neurobench: NeuroBench,
}

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let (spec, rates, timesteps, accuracy) = work(arguments)?;
    let first_layer = if arguments.first_layer_each_step { FirstLayer::PerStep } else { FirstLayer::Cached };
    let model = EnergyModel::cmos45();
    let micro = |picojoule: f64| picojoule * 1e-6;
    let ann_uj = micro(model.ann(&spec)?.total_pj());
    let snn_uj = micro(model.snn(&spec, &rates, timesteps, first_layer)?.total_pj());
    let workload = Workload { first_layer, ..Workload::dense(&rates, timesteps) };
    let result = Outcome {
        network: spec.to_string(),
        timesteps,
        accuracy,
        ann_uj,
        snn_uj,
        ratio: ann_uj / snn_uj,
        neurobench: NeuroBench::of(&spec, &workload)?,
        rates,
    };
    if json {
        return output::json(&result);
    }
    println!("{}", result.network);
    let rates: Vec<String> = result.rates.iter().map(|rate| format!("{rate:.3}")).collect();
    println!("spikes per neuron  {}", rates.join(" "));
    if let Some(accuracy) = result.accuracy {
        println!("accuracy           {:.1} %", 100.0 * accuracy);
    }
    println!("rate-coded         {ann_uj:.4} uJ");
    println!("spiking, T = {:<4}  {snn_uj:.4} uJ, {:.1} times less", result.timesteps, result.ratio);
    Ok(())
}

/// Network, rates, timesteps, and accuracy if it was measured.
fn work(arguments: &Arguments) -> Result<(NetworkSpec, Vec<f64>, usize, Option<f64>)> {
    if let Some(path) = &arguments.checkpoint {
        let (net, info) = SpikingNet::load(path)?;
        let timesteps = arguments.timesteps.or(info.timesteps).unwrap_or(1);
        let evaluation = net.evaluate_counting(&arguments.data.test()?, &info.normalize, timesteps)?;
        let rates = evaluation.stats.as_ref().map_or_else(Vec::new, snn_iir::SpikeStats::pooled_rates);
        return Ok((net.spec().clone(), rates, timesteps, Some(evaluation.accuracy())));
    }
    let (Some(net), Some(rate)) = (&arguments.net, arguments.rate) else {
        return Err(Failure::NothingToMeasure);
    };
    let spec: NetworkSpec = net.parse()?;
    let rates = uniform_rates(&spec, rate);
    Ok((spec, rates, arguments.timesteps.unwrap_or(1), None))
}
