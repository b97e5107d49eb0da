//! Data, networks and comparisons that several tests use.

use candle_core::{Device, Tensor};
use common::rng::Streams;
use rand::RngExt as _;
use snn_iir::balance::ThresholdBalancer;
use snn_iir::data::{Dataset, Normalize};
use snn_iir::{Ann, Init, NetworkSpec, SpikingConfig, SpikingNet};

/// Noisy bars: class 0 lies, class 1 stands.
pub(crate) fn bars(count: usize, name: &str) -> Dataset {
    let mut rng = Streams::new(5).stream(name);
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for index in 0..count {
        let (class, place) = (u32::from(index % 2 == 1), rng.random_range(0..4));
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

pub(crate) fn spec() -> NetworkSpec {
    "1x4x4: 6 A 8, FC 10 2".parse().unwrap()
}

pub(crate) fn normalize() -> Normalize {
    Normalize::new(vec![0.3], vec![0.3]).unwrap()
}

pub(crate) fn random_images(batch: usize, [c, h, w]: [usize; 3], name: &str) -> Tensor {
    let mut rng = Streams::new(2).stream(name);
    let values: Vec<f32> = (0..batch * c * h * w).map(|_| rng.random_range(-1.0..2.0)).collect();
    Tensor::from_vec(values, (batch, c, h, w), &Device::Cpu).unwrap()
}

pub(crate) fn largest_difference(a: &Tensor, b: &Tensor) -> f32 {
    let read = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let (a, b) = (read(a), read(b));
    assert_eq!(a.len(), b.len());
    a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

pub(crate) fn balancer(q: f64) -> ThresholdBalancer {
    ThresholdBalancer { percentile: q, timesteps: 12, images: 64, ..ThresholdBalancer::maximum() }
}

pub(crate) fn converted() -> (SpikingNet, Dataset) {
    let data = bars(60, "converted");
    let ann = Ann::new(spec(), Init::He, &Streams::new(3)).unwrap().fuse().unwrap();
    let net = balancer(80.0)
        .convert(&ann, SpikingConfig::default(), &data, &normalize(), None, &Streams::new(1))
        .unwrap()
        .0;
    (net, data)
}
