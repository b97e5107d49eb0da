//! From rate-coded networks to spiking ones: fusion, balancing, facts of the spiking pass.

use crate::fixtures::{balancer, bars, converted, largest_difference, normalize, random_images, spec};
use candle_core::{Device, Tensor};
use common::assert_close;
use common::rng::Streams;
use rand::RngExt as _;
use snn_iir::balance::{BiasScaling, ThresholdBalancer, percentile};
use snn_iir::neuron::ResetMode;
use snn_iir::{Ann, Dropout, Error, FusedAnn, Init, NetworkSpec, SpikingConfig};

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

/// A maximum pool hands on more than the mean of what it receives, an average pool the same.
#[test]
fn rates_after_pools() {
    let data = bars(40, "pools");
    for (text, maximum) in [("1x4x4: 6 M 8, FC 2", true), ("1x4x4: 6 A 8, FC 2", false)] {
        let ann = Ann::new(text.parse().unwrap(), Init::He, &Streams::new(3)).unwrap().fuse().unwrap();
        let (net, _) = balancer(80.0)
            .convert(&ann, SpikingConfig::default(), &data, &normalize(), None, &Streams::new(1))
            .unwrap();
        let stats = net.evaluate_counting(&data, &normalize(), 2).unwrap().stats.unwrap();
        let layer = &stats.layers[0];
        if maximum {
            assert!(
                layer.pooled_rate > 1.1 * layer.rate && layer.pooled_rate <= 4.0 * layer.rate,
                "{layer:?}"
            );
        } else {
            assert_close!(layer.pooled_rate, layer.rate, rel = 1e-12);
        }
    }
}
