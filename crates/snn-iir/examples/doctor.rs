//! Why a conversion to one timestep can fail: the firing rates of an untrained network, layer by layer.
#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use common::rng::Streams;
use snn_iir::balance::ThresholdBalancer;
use snn_iir::data::{Normalize, digits};
use snn_iir::doctor::examine;
use snn_iir::trainer::{Selection, Sets, Stage, TrainConfig, train_ann};
use snn_iir::{Ann, Init, NetworkSpec, SpikingConfig};
use std::ops::ControlFlow;

fn main() -> snn_iir::Result<()> {
    let streams = Streams::new(1);
    let data = digits()?;
    let normalize = Normalize::from_dataset(&data.train)?;
    let ann = Ann::new(NetworkSpec::named("E8")?, Init::He, &streams)?;
    let config = TrainConfig {
        epochs: 6,
        lr: 0.05,
        selection: Selection::LastEpoch,
        ..TrainConfig::ann(normalize.clone(), 1)
    };
    let sets = Sets { train: &data.train, validation: None, test: &data.test };
    let stage = Stage { name: "ann", folder: None };
    train_ann(&ann, stage, sets, &config, &mut |_| ControlFlow::Continue(()))?;
    for (name, balancer) in [
        ("thresholds at the 90th percentile", ThresholdBalancer::iir()),
        ("thresholds at the maximum", ThresholdBalancer::maximum()),
    ] {
        let balancer = ThresholdBalancer { timesteps: 20, ..balancer };
        let (net, _) = balancer.convert(
            &ann.fuse()?,
            SpikingConfig::default(),
            &data.train,
            &normalize,
            None,
            &streams,
        )?;
        println!("{name}");
        for finding in examine(&net, &data.test, &normalize, &[1, 5], false)? {
            let rates: Vec<String> = finding.stats.rates().iter().map(|rate| format!("{rate:.3}")).collect();
            println!("  T = {}: {}", finding.stats.timesteps, finding.suggestion);
            println!("    spikes per neuron {}", rates.join(" "));
        }
    }
    Ok(())
}
