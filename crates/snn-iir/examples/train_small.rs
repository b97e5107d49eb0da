//! The whole way on the digits inside the crate: a rate-coded network, its conversion, five timesteps to one.
#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use common::rng::Streams;
use snn_iir::balance::ThresholdBalancer;
use snn_iir::data::{Normalize, digits};
use snn_iir::trainer::{Sets, Stage, TrainConfig, train_ann};
use snn_iir::{Ann, IirSchedule, IirTrainer, Init, NetworkSpec, SpikingConfig};
use std::ops::ControlFlow;

fn main() -> snn_iir::Result<()> {
    let seed = 1;
    let streams = Streams::new(seed);
    let data = digits()?;
    let normalize = Normalize::from_dataset(&data.train)?;
    let (train, validation) = data.train.split_validation(0.1, seed)?;
    let sets = Sets { train: &train, validation: Some(&validation), test: &data.test };

    let ann = Ann::new(NetworkSpec::named("E4")?, Init::He, &streams)?;
    let config =
        TrainConfig { epochs: 15, lr: 0.05, dropout: 0.1, ..TrainConfig::ann(normalize.clone(), seed) };
    let stage = Stage { name: "ann", folder: None };
    let report = train_ann(&ann, stage, sets, &config, &mut |_| ControlFlow::Continue(()))?;
    println!("rate-coded: {:.1} % of the test images", 100.0 * report.after.accuracy());

    let balancer = ThresholdBalancer { timesteps: 20, ..ThresholdBalancer::iir() };
    let (net, balance) =
        balancer.convert(&ann.fuse()?, SpikingConfig::default(), &train, &normalize, None, &streams)?;
    for layer in &balance.layers {
        println!("threshold of {}: {:.3}", layer.name, layer.threshold);
    }

    let config = TrainConfig { epochs: 3, lr: 1e-3, dropout: 0.1, ..TrainConfig::spiking(normalize, seed) }
        .constant_lr();
    let trainer = IirTrainer::new(IirSchedule::paper(), config);
    for stage in trainer.run(&net, None, sets, &mut |_| ControlFlow::Continue(()))? {
        let rate = stage.after.stats.as_ref().map_or(0.0, snn_iir::SpikeStats::mean_rate);
        println!(
            "{}: {:.1} % before, {:.1} % after training, {rate:.2} spikes per neuron",
            stage.stage,
            100.0 * stage.before.accuracy(),
            100.0 * stage.after.accuracy()
        );
    }
    Ok(())
}
