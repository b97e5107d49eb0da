//! Networks that learn: conversion, training, resumption, selection.

use candle_core::{Device, Tensor};
use common::assert_close;
use common::rng::Streams;
use common::tensor::loss;
use common::train::grads::require_grads;
use rand::RngExt as _;
use snn_iir::balance::{BiasScaling, ThresholdBalancer, percentile};
use snn_iir::data::{Augment, Dataset, Normalize};
use snn_iir::neuron::ResetMode;
use snn_iir::trainer::{
    Clamps, Optimizer, Progress, Selection, Sets, Stage, StopRule, TrainConfig, train_ann, train_spiking,
};
use snn_iir::{
    Ann, CheckpointInfo, Dropout, Error, FusedAnn, IirSchedule, IirTrainer, Init, NetworkSpec, SpikingConfig,
    SpikingNet,
};
use std::ops::ControlFlow;
use std::path::Path;

/// Noisy bars: class 0 lies, class 1 stands.
fn bars(count: usize, name: &str) -> Dataset {
    let mut rng = Streams::new(5).stream(name);
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for index in 0..count {
        let (class, place) = ((index % 2) as u32, rng.random_range(0..4));
        for y in 0..4 {
            for x in 0..4 {
                let on = if class == 0 { y == place } else { x == place };
                let value: f32 = if on { 0.9 } else { 0.1 };
                pixels.push((value + rng.random_range(-0.1..0.1_f32)).clamp(0.0, 1.0));
            }
        }
        labels.push(class);
    }
    Dataset::from_f32(name, [1, 4, 4], 2, &pixels, labels).unwrap()
}

fn spec() -> NetworkSpec {
    "1x4x4: 6 A 8, FC 10 2".parse().unwrap()
}

fn normalize() -> Normalize {
    Normalize::new(vec![0.3], vec![0.3]).unwrap()
}

fn ann_config(epochs: usize) -> TrainConfig {
    TrainConfig { epochs, batch: 16, lr: 0.05, dropout: 0.1, ..TrainConfig::ann(normalize(), 1) }
}

fn snn_config(epochs: usize) -> TrainConfig {
    TrainConfig { epochs, batch: 16, lr: 2e-3, dropout: 0.1, ..TrainConfig::spiking(normalize(), 1) }
}

fn quiet(_: &Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn random_images(batch: usize, [c, h, w]: [usize; 3], name: &str) -> Tensor {
    let mut rng = Streams::new(2).stream(name);
    let values: Vec<f32> = (0..batch * c * h * w).map(|_| rng.random_range(-1.0..2.0)).collect();
    Tensor::from_vec(values, (batch, c, h, w), &Device::Cpu).unwrap()
}

fn largest_difference(a: &Tensor, b: &Tensor) -> f32 {
    let read = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let (a, b) = (read(a), read(b));
    assert_eq!(a.len(), b.len());
    a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// `w = 0.8, γ = 1.5, β = -0.2, mean 0.3, variance 4` (independent recomputation in double precision).
#[test]
fn fusion_of_one_weight() {
    let spec: NetworkSpec = "1x1x1: 1k1p0, FC 2".parse().unwrap();
    let ann = Ann::new(spec, Init::He, &Streams::new(1)).unwrap();
    for (name, value) in [
        ("weight", 0.8_f32),
        ("gamma", 1.5),
        ("beta", -0.2),
        ("running_mean", 0.3),
        ("running_variance", 4.0),
    ] {
        let var = &ann.tensors()[&format!("conv1.{name}")];
        var.set(&Tensor::full(value, var.shape(), &Device::Cpu).unwrap()).unwrap();
    }
    let fused = ann.fuse().unwrap();
    let read = |tensor: &Tensor| f64::from(tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap()[0]);
    assert_close!(read(&fused.weights()[0]), 0.5999992500014062, rel = 1e-7);
    assert_close!(read(fused.biases()[0].as_ref().unwrap()), -0.42499971875052733, rel = 1e-7);
}

/// The fused network is the normalised one in evaluation, residual blocks with both kinds of shortcut included.
#[test]
fn fusion_of_networks() {
    for text in ["2x8x8: 5 A 6 M, FC 7 3", "2x8x8: 4 A R4 R6s2, FC 3"] {
        let spec: NetworkSpec = text.parse().unwrap();
        let ann = Ann::new(spec.clone(), Init::He, &Streams::new(4)).unwrap();
        let dropout = Dropout::new(0.0, Streams::new(1), "warm").unwrap();
        for step in 0..5 {
            ann.forward_train(&random_images(6, spec.input(), &format!("warm {step}")), &dropout).unwrap();
        }
        let images = random_images(5, spec.input(), "fusion");
        let difference = largest_difference(
            &ann.forward(&images).unwrap(),
            &ann.fuse().unwrap().forward(&images).unwrap(),
        );
        assert!(difference < 2e-5, "{text}: {difference}");
    }
}

/// k-th smallest without interpolation, halves to even (independent recomputation).
#[test]
fn percentiles() {
    let range = |n: u16| (0..=n).rev().map(f32::from).collect::<Vec<_>>();
    for (mut values, q, expected) in [
        (range(9), 90.0, 8.0),
        (range(9), 99.7, 9.0),
        (vec![2.0, 1.0], 50.0, 1.0),
        (vec![4.0, 2.0, 1.0, 3.0], 50.0, 3.0),
        (range(1000), 99.7, 997.0),
        (vec![-3.0], 10.0, -3.0),
    ] {
        assert_eq!(percentile(&mut values, q).unwrap(), expected);
    }
    assert!(matches!(percentile(&mut [1.0], 0.0), Err(Error::InvalidPercentile(_))));
    assert!(matches!(percentile(&mut [1.0], f64::NAN), Err(Error::InvalidPercentile(_))));
    assert!(matches!(percentile(&mut [], 50.0), Err(Error::Count { .. })));
    assert!(matches!(percentile(&mut [f32::NAN], 50.0), Err(Error::NonFinite { .. })));
}

fn balancer(q: f64) -> ThresholdBalancer {
    ThresholdBalancer { percentile: q, timesteps: 12, images: 64, ..ThresholdBalancer::maximum() }
}

/// Thresholds are those of a plain layer-by-layer run: the percentile of each layer's currents with the thresholds before it.
#[test]
fn balancing_is_sequential() {
    let spec: NetworkSpec = "2x6x6: 4 A 5, FC 3".parse().unwrap();
    let ann = Ann::new(spec.clone(), Init::He, &Streams::new(9)).unwrap().fuse().unwrap();
    let images = random_images(8, spec.input(), "balance");
    let (net, report) = balancer(90.0).convert_on(&ann, SpikingConfig::default(), &images).unwrap();
    assert_eq!(report.layers[0].last_raised, Some(1));
    let flat = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let conv = |x: &Tensor, k: usize| {
        common::tensor::conv::conv2d(x, &ann.weights()[k], ann.biases()[k].as_ref(), 1, 1).unwrap()
    };
    let first = flat(&conv(&images, 0));
    let threshold = percentile(&mut first.clone(), 90.0).unwrap();
    assert_eq!(net.thresholds().unwrap()[0], threshold);
    let (mut u, mut largest, mut last) = (vec![0.0_f32; first.len()], f32::MIN, 0);
    for t in 1..=12 {
        let mut spikes = vec![0.0_f32; first.len()];
        for ((u, spike), &current) in u.iter_mut().zip(&mut spikes).zip(&first) {
            *u += current;
            if *u > threshold {
                *u -= threshold;
                *spike = 1.0;
            }
        }
        let map = Tensor::from_vec(spikes, (8, 4, 6, 6), &Device::Cpu).unwrap().avg_pool2d(2).unwrap();
        let value = percentile(&mut flat(&conv(&map, 1)), 90.0).unwrap();
        if value > largest {
            (largest, last) = (value, t);
        }
    }
    assert_eq!(net.thresholds().unwrap()[1], largest);
    assert_eq!(report.layers[1].last_raised, Some(last));
    let (diet, _) = ThresholdBalancer { scale: 0.3, ..balancer(90.0) }
        .convert_on(&ann, SpikingConfig::default(), &images)
        .unwrap();
    assert_close!(f64::from(diet.thresholds().unwrap()[0]), 0.3 * f64::from(threshold), rel = 1e-6);
}

/// Blocks keep their fixed threshold, as in the authors' script, unless they are balanced too.
#[test]
fn balancing_of_blocks() {
    let spec: NetworkSpec = "2x8x8: 4 A R4 R6s2, FC 3".parse().unwrap();
    let ann = Ann::new(spec.clone(), Init::He, &Streams::new(9)).unwrap().fuse().unwrap();
    let images = random_images(4, spec.input(), "blocks");
    let fixed = ThresholdBalancer { block_threshold: Some(0.4), ..balancer(90.0) };
    let (net, report) = fixed.convert_on(&ann, SpikingConfig::default(), &images).unwrap();
    assert_eq!(net.thresholds().unwrap()[1..], [0.4; 4]);
    assert_eq!(report.layers[2].last_raised, None);
    let (net, _) = balancer(90.0).convert_on(&ann, SpikingConfig::default(), &images).unwrap();
    assert!(net.thresholds().unwrap()[1..].iter().all(|&threshold| threshold != 0.4));
    assert!(net.forward(&images, 3).is_ok());
    let scaled = ThresholdBalancer { bias: BiasScaling::ByThreshold, ..balancer(90.0) };
    assert!(matches!(
        scaled.convert_on(&ann, SpikingConfig::default(), &images),
        Err(Error::LayerOrder { .. })
    ));
}

/// At the maximum nothing of the balancing images exceeds the first threshold: silence at T = 1, and the doctor says so.
#[test]
fn silent_at_one_step() {
    let data = bars(40, "silent");
    let ann = Ann::new(spec(), Init::He, &Streams::new(3)).unwrap().fuse().unwrap();
    let streams = Streams::new(1);
    let convert = |q| {
        balancer(q).convert(&ann, SpikingConfig::default(), &data, &normalize(), None, &streams).unwrap().0
    };
    let dead = convert(100.0);
    let findings = snn_iir::doctor::examine(&dead, &data, &normalize(), &[1, 8], false).unwrap();
    assert_eq!(findings[0].stats.total_spikes(), 0);
    assert_eq!(findings[0].health[0], snn_iir::doctor::Health::Silent);
    assert!(findings[0].suggestion.contains("conv1 hardly fires"), "{}", findings[0].suggestion);
    assert!(findings[1].stats.layers[0].spikes > 0);
    assert_close!(findings[0].stats.layers[0].never_firing, 1.0, abs = 0.0);
    assert!(matches!(
        snn_iir::doctor::examine(&dead, &data, &normalize(), &[1], true),
        Err(Error::DeadNetwork { layer: 0, timesteps: 1, neurons: 96 })
    ));
    let alive = convert(80.0);
    let stats = alive.evaluate_counting(&data, &normalize(), 1).unwrap().stats.unwrap();
    // 20 % of the currents exceed their 80th percentile.
    assert_close!(stats.layers[0].rate, 0.2, abs = 0.002);
}

/// A net without biases tends to the classes of its rate-coded twin, and one with biases divided by the thresholds before
/// them too; with copied biases it does not.
#[test]
fn limit_of_many_timesteps() {
    let spec: NetworkSpec = "20x1x1: 64k1p0 64k1p0, FC 10".parse().unwrap();
    let mut rng = Streams::new(8).stream("limit");
    let mut draw = |shape: &[usize], scale: f32| {
        let count: usize = shape.iter().product();
        let values: Vec<f32> = (0..count).map(|_| scale * rng.random_range(-1.0..1.0_f32)).collect();
        Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
    };
    let weights = [draw(&[64, 20, 1, 1], 0.5), draw(&[64, 64, 1, 1], 0.3), draw(&[10, 64], 0.3)];
    let biases = [draw(&[64], 0.5), draw(&[64], 0.5)];
    let images = draw(&[200, 20, 1, 1], 1.0);
    let build = |with_bias: bool| {
        let ann = Ann::new(spec.clone(), Init::He, &Streams::new(1)).unwrap();
        let tensors = ann.tensors();
        for (name, weight) in ["conv1", "conv2", "readout"].iter().zip(&weights) {
            tensors[&format!("{name}.weight")].set(weight).unwrap();
        }
        for (name, bias) in ["conv1", "conv2"].iter().zip(&biases) {
            let bias = if with_bias { bias.clone() } else { bias.zeros_like().unwrap() };
            tensors[&format!("{name}.beta")].set(&bias).unwrap();
        }
        ann.fuse().unwrap()
    };
    let agreement = |ann: &FusedAnn, bias, timesteps| {
        let balancer = ThresholdBalancer { bias, timesteps: 60, ..ThresholdBalancer::maximum() };
        let (net, _) = balancer.convert_on(ann, SpikingConfig::default(), &images).unwrap();
        let classes = |logits: Tensor| logits.argmax(1).unwrap().to_vec1::<u32>().unwrap();
        let (ours, theirs) =
            (classes(net.forward(&images, timesteps).unwrap()), classes(ann.forward(&images).unwrap()));
        ours.iter().zip(&theirs).filter(|(a, b)| a == b).count()
    };
    let (plain, biased) = (build(false), build(true));
    assert!(agreement(&plain, BiasScaling::AsPublished, 1000) >= 198);
    assert!(agreement(&biased, BiasScaling::ByThreshold, 1000) >= 198);
    assert!(agreement(&biased, BiasScaling::AsPublished, 1000) <= 190);
}

fn converted() -> (SpikingNet, Dataset) {
    let data = bars(60, "converted");
    let ann = Ann::new(spec(), Init::He, &Streams::new(3)).unwrap().fuse().unwrap();
    let net = balancer(80.0)
        .convert(&ann, SpikingConfig::default(), &data, &normalize(), None, &Streams::new(1))
        .unwrap()
        .0;
    (net, data)
}

/// Multiplying weights, bias and threshold of a layer by a power of two changes no bit of the logits.
#[test]
fn scale_of_a_layer() {
    let (net, _) = converted();
    let images = random_images(6, [1, 4, 4], "scale");
    for timesteps in [1, 3] {
        let before = net.forward(&images, timesteps).unwrap();
        let scaled = net.duplicate().unwrap();
        for (name, var) in scaled.variables() {
            if name.starts_with("conv2.") && !name.ends_with("leak") {
                var.set(&(var.as_tensor() * 4.0).unwrap()).unwrap();
            }
        }
        assert_eq!(largest_difference(&before, &scaled.forward(&images, timesteps).unwrap()), 0.0);
        // The duplicate has variables of its own.
        assert_eq!(largest_difference(&before, &net.forward(&images, timesteps).unwrap()), 0.0);
    }
}

/// One timestep: neither leak nor reset matters, and each layer is `Wx + b > θ`; the readout sums over the timesteps.
#[test]
fn one_timestep() {
    let (net, _) = converted();
    let images = random_images(6, [1, 4, 4], "one");
    let logits = net.forward(&images, 1).unwrap();
    net.set_leaks(&[0.3, -0.5, 0.0]).unwrap();
    for reset in [ResetMode::SoftDelayed, ResetMode::Hard, ResetMode::SoftImmediate] {
        assert_eq!(
            largest_difference(&logits, &net.clone().with_reset(reset).forward(&images, 1).unwrap()),
            0.0
        );
    }
    let thresholds = net.thresholds().unwrap();
    let fire = |currents: Tensor, layer: usize| {
        currents.gt(f64::from(thresholds[layer])).unwrap().to_dtype(candle_core::DType::F32).unwrap()
    };
    let conv = |x: &Tensor, k: usize| {
        x.conv2d(net.weights()[k].as_tensor(), 1, 1, 1, 1)
            .unwrap()
            .broadcast_add(&net.biases()[k].as_ref().unwrap().reshape((1, (), 1, 1)).unwrap())
            .unwrap()
    };
    let map = fire(conv(&images, 0), 0).avg_pool2d(2).unwrap();
    let map = fire(conv(&map, 1), 1).flatten_from(1).unwrap();
    let map = fire(map.matmul(&net.weights()[2].t().unwrap()).unwrap(), 2);
    let plain = map.matmul(&net.weights()[3].t().unwrap()).unwrap();
    assert!(largest_difference(&logits, &plain) < 1e-5);
}

/// Spikes of the first layer do not decrease with T for λ = 1, and never exceed T.
#[test]
fn spikes_grow_with_timesteps() {
    let (net, data) = converted();
    let mut before = 0;
    for timesteps in 1..6 {
        let stats = net.evaluate_counting(&data, &normalize(), timesteps).unwrap().stats.unwrap();
        assert!(stats.layers[0].spikes >= before);
        before = stats.layers[0].spikes;
        assert!(stats.layers.iter().all(|layer| layer.rate <= timesteps as f64));
        assert_close!(stats.layers[0].pooled_rate, stats.layers[0].rate, rel = 1e-12);
        assert_eq!(stats.samples, 60);
    }
}

/// With a step at T = 3 and leaks of 0.9 every variable moves; at T = 1 the gradient of a leak is there and exactly 0.
#[test]
fn every_variable_learns() {
    for text in ["1x4x4: 6 A 8, FC 10 2", "1x4x4: 6 A R6 R8s2, FC 2"] {
        let config = SpikingConfig { threshold: 0.5, leak: 0.9, ..Default::default() };
        let net = SpikingNet::random(text.parse().unwrap(), config, Init::He, &Streams::new(6)).unwrap();
        let data = bars(32, "moves");
        let before: Vec<_> =
            net.variables().iter().map(|(_, var)| var.as_detached_tensor().copy().unwrap()).collect();
        let config = TrainConfig { batch: 32, selection: Selection::LastEpoch, ..snn_config(3) };
        let sets = Sets { train: &data, validation: None, test: &data };
        let stage = Stage { name: "moves", folder: None };
        train_spiking(&net, 3, stage, sets, &config, &mut quiet).unwrap();
        for ((name, var), before) in net.variables().iter().zip(&before) {
            assert!(largest_difference(var.as_tensor(), before) > 0.0, "{text}: {name}");
        }
        let images = random_images(8, [1, 4, 4], "gradients");
        let dropout = Dropout::new(0.0, Streams::new(1), "none").unwrap();
        let logits = net.forward_train(&images, 1, &dropout).unwrap();
        let gradients = loss::cross_entropy(&logits, &[0, 1, 0, 1, 0, 1, 0, 1]).unwrap().backward().unwrap();
        require_grads(&net.variables(), &gradients).unwrap();
        for (name, var) in net.variables() {
            let gradient =
                gradients.get(var.as_tensor()).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let moves = gradient.iter().any(|&g| g != 0.0);
            if name.ends_with(".leak") {
                assert!(!moves, "{name}");
            }
        }
    }
}

struct Chain {
    ann: snn_iir::trainer::StageReport,
    stages: Vec<snn_iir::trainer::StageReport>,
}

/// A whole chain with an interruption after so many batches of each attempt.
fn chain(folder: Option<&Path>, every: usize) -> Chain {
    let (train, test) = (bars(64, "train"), bars(30, "test"));
    let (train, validation) = train.split_validation(0.25, 1).unwrap();
    let sets = Sets { train: &train, validation: Some(&validation), test: &test };
    let attempt = || -> snn_iir::Result<Chain> {
        let mut batches = 0;
        let mut on_progress = |_: &Progress| {
            batches += 1;
            if batches >= every { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let augment = Some(Augment::new(1, 0.0)?);
        let ann = Ann::new(spec(), Init::He, &Streams::new(7))?;
        let config = TrainConfig { augment, ..ann_config(4) };
        let report = train_ann(&ann, Stage { name: "ann", folder }, sets, &config, &mut on_progress)?;
        let (net, _) = balancer(90.0).convert(
            &ann.fuse()?,
            SpikingConfig::default(),
            &train,
            &normalize(),
            None,
            &Streams::new(7),
        )?;
        let config = TrainConfig { accumulate: 2, ..snn_config(2) };
        let trainer = IirTrainer::new(IirSchedule::new(vec![3, 1])?, config);
        let stages = trainer.run(&net, folder, sets, &mut on_progress)?;
        Ok(Chain { ann: report, stages })
    };
    for _ in 0..200 {
        match attempt() {
            Err(Error::Interrupted { .. }) => {}
            other => return other.unwrap(),
        }
    }
    panic!("no end after 200 attempts");
}

#[test]
fn resumed_runs_end_alike() {
    let whole = chain(None, usize::MAX);
    for every in [4, 5, 7, 11] {
        let folder = tempfile::tempdir().unwrap();
        let parts = chain(Some(folder.path()), every);
        assert_eq!(parts.ann, whole.ann, "cut after {every} batches");
        assert_eq!(parts.stages, whole.stages, "cut after {every} batches");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "only finished stages are left");
        // Done stages are taken over without a single batch.
        let again = chain(Some(folder.path()), 1);
        assert_eq!(again.stages, whole.stages);
        // Accuracy before a stage is that of the checkpoint before it at the lower number of timesteps.
        let (net, info) = SpikingNet::load_as(folder.path().join("iir-t3.safetensors"), &spec()).unwrap();
        assert_eq!((info.timesteps, info.stage.as_str(), info.seed), (Some(3), "iir-t3", 1));
        let evaluation = net.evaluate_counting(&bars(30, "test"), &info.normalize, 1).unwrap();
        assert_eq!(evaluation, whole.stages[1].before);
    }
}

/// The whole way on an easy task: rate-coded, three timesteps, one.
#[test]
fn a_chain_learns() {
    let (train, test) = (bars(200, "train"), bars(60, "test"));
    let sets = Sets { train: &train, validation: None, test: &test };
    let ann = Ann::new(spec(), Init::He, &Streams::new(7)).unwrap();
    let config = TrainConfig { selection: Selection::LastEpoch, ..ann_config(12) };
    let report = train_ann(&ann, Stage { name: "ann", folder: None }, sets, &config, &mut quiet).unwrap();
    assert!(report.after.accuracy() > 0.95, "{:?}", report.after);
    let fused = ann.fuse().unwrap();
    assert_eq!(fused.evaluate(&test, &normalize()).unwrap().correct, report.after.correct);
    let (net, _) = balancer(90.0)
        .convert(&fused, SpikingConfig::default(), &train, &normalize(), None, &Streams::new(7))
        .unwrap();
    let config = TrainConfig { selection: Selection::LastEpoch, lr: 5e-3, ..snn_config(8) };
    let trainer = IirTrainer::new(IirSchedule::new(vec![3, 2, 1]).unwrap(), config);
    let mut fraction = 0.0;
    let mut on_progress = |progress: &Progress| {
        assert!(progress.fraction > fraction && progress.fraction <= 1.0);
        fraction = progress.fraction;
        ControlFlow::Continue(())
    };
    let stages = trainer.run(&net, None, sets, &mut on_progress).unwrap();
    assert_close!(fraction, 1.0, abs = 1e-12);
    for stage in &stages {
        assert!(stage.after.accuracy() > 0.9, "{} {:?}", stage.stage, stage.after);
    }
}

#[test]
fn thread_counts_do_not_matter() {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| chain(None, usize::MAX))
    };
    let (one, two) = (run(1), run(2));
    assert_eq!(one.ann.losses, two.ann.losses);
    assert_eq!(one.stages, two.stages);
}

#[test]
fn selections_and_stop() {
    let (train, test) = (bars(48, "train"), bars(30, "test"));
    let (train, validation) = train.split_validation(0.25, 1).unwrap();
    let sets = Sets { train: &train, validation: Some(&validation), test: &test };
    let stage = Stage { name: "ann", folder: None };
    let run = |config: &TrainConfig| {
        let ann = Ann::new(spec(), Init::He, &Streams::new(7)).unwrap();
        train_ann(&ann, stage, sets, config, &mut quiet).unwrap()
    };
    let last = run(&TrainConfig { selection: Selection::LastEpoch, ..ann_config(5) });
    assert_eq!((last.selected, last.epochs.len(), last.epochs[0].score), (5, 5, None));
    let best = run(&TrainConfig { selection: Selection::BestTest, ..ann_config(5) });
    let scores: Vec<f64> = best.epochs.iter().map(|epoch| epoch.score.unwrap()).collect();
    let top = scores.iter().copied().fold(0.0, f64::max);
    assert_eq!(best.selected, 1 + scores.iter().position(|&score| score == top).unwrap());
    assert_close!(best.after.accuracy(), top, abs = 0.0);
    let stopped = run(&TrainConfig { stop: Some(StopRule { patience: 1 }), ..ann_config(30) });
    assert!(stopped.epochs.len() < 30);
    assert_eq!(stopped.epochs.len(), stopped.selected + 1);
    // The loss falls, and another seed is another run.
    assert!(last.epochs[4].loss < last.epochs[0].loss);
    assert_ne!(run(&TrainConfig { seed: 2, ..ann_config(5) }).losses, run(&ann_config(5)).losses);
}

/// Sums of k batches make the same step as one batch k times as large whose mean loss is scaled by k (here with plain
/// gradient descent and no normalisation).
#[test]
fn accumulated_gradients() {
    let data = bars(32, "accumulate");
    let sets = Sets { train: &data, validation: None, test: &data };
    let run = |batch, accumulate, lr| {
        let ann = Ann::without_batch_norm(spec(), Init::He, &Streams::new(7)).unwrap();
        let config = TrainConfig {
            batch,
            accumulate,
            lr,
            dropout: 0.0,
            optimizer: Optimizer::Sgd { momentum: 0.0, weight_decay: 0.0 },
            selection: Selection::LastEpoch,
            ..ann_config(1)
        };
        train_ann(&ann, Stage { name: "sum", folder: None }, sets, &config, &mut quiet).unwrap();
        ann.variables()[0].1.as_detached_tensor()
    };
    let difference = largest_difference(&run(8, 4, 0.01), &run(32, 1, 0.04));
    assert!(difference < 1e-6, "{difference}");
    assert!(largest_difference(&run(8, 1, 0.01), &run(32, 1, 0.04)) > 1e-5);
}

#[test]
fn clamps_hold() {
    let (net, data) = converted();
    let sets = Sets { train: &data, validation: None, test: &data };
    let config = TrainConfig {
        lr: 0.5,
        dropout: 0.0,
        selection: Selection::LastEpoch,
        clamps: Clamps { leak: Some(0.2), threshold: Some(0.3) },
        ..snn_config(2)
    };
    train_spiking(&net, 3, Stage { name: "clamp", folder: None }, sets, &config, &mut quiet).unwrap();
    assert!(net.leaks().unwrap().iter().all(|leak| (0.2..=1.0).contains(leak)), "{:?}", net.leaks());
    assert!(net.thresholds().unwrap().iter().all(|&threshold| threshold >= 0.3), "{:?}", net.thresholds());
}

#[test]
fn wrong_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.safetensors");
    let info = CheckpointInfo { timesteps: Some(2), stage: "test".into(), seed: 3, normalize: normalize() };
    let (net, data) = converted();
    net.set_leaks(&[0.5, 0.25, 1.0]).unwrap();
    net.save(&path, &info).unwrap();
    let (loaded, read) = SpikingNet::load(&path).unwrap();
    assert_eq!(read, info);
    assert_eq!(
        (loaded.thresholds().unwrap(), loaded.leaks().unwrap()),
        (net.thresholds().unwrap(), net.leaks().unwrap())
    );
    let images = random_images(4, [1, 4, 4], "checkpoint");
    assert_eq!(
        largest_difference(&net.forward(&images, 3).unwrap(), &loaded.forward(&images, 3).unwrap()),
        0.0
    );

    let other = NetworkSpec::named("E4").unwrap();
    assert!(matches!(SpikingNet::load_as(&path, &other), Err(Error::OtherNetwork { .. })));
    assert!(matches!(Ann::load(&path), Err(Error::CheckpointField { field: "kind", .. })));
    assert!(matches!(SpikingNet::load(folder.path().join("none")), Err(Error::Training(_))));
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 5]).unwrap();
    assert!(matches!(SpikingNet::load(&path), Err(Error::Training(_))));

    // A stage of another run in the same folder.
    let sets = Sets { train: &data, validation: Some(&data), test: &data };
    let stage = Stage { name: "ann", folder: Some(folder.path()) };
    let run = |seed: u64, config: &TrainConfig, sets| {
        let ann = Ann::new(spec(), Init::He, &Streams::new(seed)).unwrap();
        train_ann(&ann, stage, sets, config, &mut quiet)
    };
    run(1, &ann_config(1), sets).unwrap();
    assert!(run(1, &ann_config(1), sets).is_ok());
    assert!(matches!(run(1, &ann_config(2), sets), Err(Error::OtherRun { field: "settings", .. })));
    assert!(matches!(run(2, &ann_config(1), sets), Err(Error::OtherRun { field: "start", .. })));
    let fewer = bars(20, "fewer");
    let sets = Sets { train: &fewer, ..sets };
    assert!(matches!(run(1, &ann_config(1), sets), Err(Error::OtherRun { field: "data", .. })));
    // The finished stage is a network that can be read.
    let (ann, info) = Ann::load_as(folder.path().join("ann.safetensors"), &spec()).unwrap();
    assert_eq!((info.timesteps, info.stage.as_str()), (None, "ann"));
    assert!(ann.evaluate(&data, &info.normalize).is_ok());
}

#[test]
fn bad_input() {
    let (net, data) = converted();
    let sets = Sets { train: &data, validation: None, test: &data };
    let stage = Stage { name: "bad", folder: None };
    let train = |timesteps, stage, config: &TrainConfig| {
        train_spiking(&net, timesteps, stage, sets, config, &mut quiet)
    };
    let last = TrainConfig { selection: Selection::LastEpoch, ..snn_config(1) };
    assert!(matches!(train(0, stage, &last), Err(Error::InvalidTimesteps(0))));
    assert!(matches!(train(1, stage, &snn_config(1)), Err(Error::MissingImages { .. })));
    assert!(matches!(train(1, Stage { name: "a/b", folder: None }, &last), Err(Error::StageName { .. })));
    assert!(matches!(train(1, stage, &TrainConfig { batch: 0, ..last.clone() }), Err(Error::Count { .. })));
    assert!(matches!(train(1, stage, &TrainConfig { epochs: 0, ..last.clone() }), Err(Error::Count { .. })));
    assert!(matches!(
        train(1, stage, &TrainConfig { dropout: 1.0, ..last.clone() }),
        Err(Error::Quantity { .. })
    ));
    assert!(matches!(
        train(1, stage, &TrainConfig { lr: f64::NAN, ..last.clone() }),
        Err(Error::Training(_))
    ));
    let blow_up = TrainConfig {
        lr: 1e60,
        optimizer: Optimizer::Sgd { momentum: 0.0, weight_decay: 0.0 },
        ..last.clone()
    };
    let blown = train_spiking(
        &net.duplicate().unwrap(),
        2,
        stage,
        sets,
        &TrainConfig { epochs: 3, ..blow_up },
        &mut quiet,
    );
    assert!(
        matches!(
            blown,
            Err(Error::NonFinite { .. } | Error::NonPositiveThreshold { .. } | Error::Tensor { .. })
        ),
        "{blown:?}"
    );

    assert!(matches!(net.evaluate(&data, &normalize(), 0), Err(Error::InvalidTimesteps(0))));
    assert!(matches!(
        net.set_thresholds(&[1.0, 0.0, 1.0]),
        Err(Error::NonPositiveThreshold { layer: 1, .. })
    ));
    assert!(matches!(net.set_thresholds(&[1.0]), Err(Error::ShapeMismatch { .. })));
    assert!(matches!(net.set_leaks(&[1.0, 0.5, 1.5]), Err(Error::InvalidLeak { layer: 2, .. })));
    let images = random_images(2, [3, 4, 4], "channels");
    assert!(matches!(net.forward(&images, 1), Err(Error::ShapeMismatch { .. })));
    let colours = Dataset::from_f32("colours", [3, 4, 4], 2, &[0.5; 48], vec![0]).unwrap();
    assert!(matches!(net.evaluate(&colours, &normalize(), 1), Err(Error::ShapeMismatch { .. })));
    let classes = Dataset::from_f32("classes", [1, 4, 4], 3, &[0.5; 16], vec![0]).unwrap();
    assert!(matches!(net.evaluate(&classes, &normalize(), 1), Err(Error::CountMismatch { .. })));

    let ann = Ann::new(spec(), Init::He, &Streams::new(1)).unwrap().fuse().unwrap();
    let images = random_images(2, [1, 4, 4], "balance");
    let convert = |balancer: ThresholdBalancer, images: &Tensor| {
        balancer.convert_on(&ann, SpikingConfig::default(), images).map(|_| ())
    };
    let good = balancer(90.0);
    assert!(matches!(
        convert(ThresholdBalancer { percentile: 101.0, ..good }, &images),
        Err(Error::InvalidPercentile(_))
    ));
    assert!(matches!(
        convert(ThresholdBalancer { timesteps: 0, ..good }, &images),
        Err(Error::InvalidTimesteps(0))
    ));
    assert!(matches!(
        convert(ThresholdBalancer { scale: 0.0, ..good }, &images),
        Err(Error::Quantity { .. })
    ));
    let nan = (&images * f64::NAN).unwrap();
    assert!(matches!(convert(good, &nan), Err(Error::NonFinite { place: 0, .. })));
    for steps in [vec![], vec![3, 3], vec![1, 2], vec![2, 0]] {
        assert!(matches!(IirSchedule::new(steps), Err(Error::InvalidSchedule(_))));
    }
    assert!(matches!("5,x".parse::<IirSchedule>(), Err(Error::ScheduleText { position: 2, .. })));
    let trainer = IirTrainer { epochs: vec![1], ..IirTrainer::new(IirSchedule::paper(), last) };
    assert!(matches!(trainer.run(&net, None, sets, &mut quiet), Err(Error::CountMismatch { .. })));
}

/// The rectifier with a mask, against central differences away from 0.
#[test]
fn rectifier() {
    use common::tensor::grad_check::grad_check;
    let x = Tensor::new(&[[0.3_f64, -0.2, 1.5], [-1.0, 0.7, 0.1]], &Device::Cpu).unwrap();
    let mask = std::sync::Arc::new(vec![1.25_f32, 1.25, 0.0, 1.25, 1.25, 1.25]);
    let f = |x: &[Tensor]| snn_iir::relu(&x[0], Some(mask.clone()))?.powf(2.0)?.sum_all();
    assert!(grad_check(f, std::slice::from_ref(&x), 1e-6).unwrap().max_relative_error < 1e-6);
    let zero = candle_core::Var::new(&[0.0_f64], &Device::Cpu).unwrap();
    let gradients = snn_iir::relu(&zero, None).unwrap().sum_all().unwrap().backward().unwrap();
    assert_eq!(gradients.get(&zero).unwrap().to_vec1::<f64>().unwrap(), [0.0]);
    assert!(snn_iir::relu(&x, Some(std::sync::Arc::new(vec![1.0]))).is_err());
}
