//! One training step of batch 64: forward, backward and optimiser, on synthetic images.
#![allow(clippy::unwrap_used, reason = "a failing step ends the bench")]

use candle_core::{Device, Tensor};
use common::rng::Streams;
use common::tensor::loss;
use common::train::adam::{Adam, AdamConfig};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rand::RngExt as _;
use snn_iir::{Ann, Dropout, Init, NetworkSpec, SpikingConfig, SpikingNet};
use std::hint::black_box;

/// Keeps large tensors mapped, as the program does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BATCH: usize = 64;
const ADAM: AdamConfig =
    AdamConfig { lr: 1e-4, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0, amsgrad: true };

fn step(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("training step");
    group.sample_size(10).throughput(Throughput::Elements(BATCH as u64));
    for name in ["E4", "D4", "P5", "S8"] {
        let spec = NetworkSpec::named(name).unwrap();
        let streams = Streams::new(1);
        let mut rng = streams.stream("images");
        let [c, h, w] = spec.input();
        let pixels: Vec<f32> = (0..BATCH * c * h * w).map(|_| rng.random_range(-1.0..1.0)).collect();
        let images = Tensor::from_vec(pixels, (BATCH, c, h, w), &Device::Cpu).unwrap();
        let labels: Vec<u32> = (0..10).cycle().take(BATCH).collect();
        let dropout = Dropout::new(0.2, streams, "bench").unwrap();

        let ann = Ann::new(spec.clone(), Init::He, &streams).unwrap();
        let mut adam = Adam::new(ann.variables(), ADAM).unwrap();
        group.bench_function(BenchmarkId::new(name, "rate-coded"), |b| {
            b.iter(|| {
                let logits = ann.forward_train(&images, &dropout).unwrap();
                let gradients = loss::cross_entropy(&logits, &labels).unwrap().backward().unwrap();
                adam.step(black_box(&gradients)).unwrap();
            });
        });
        for timesteps in [1, 5] {
            let net = SpikingNet::random(spec.clone(), SpikingConfig::default(), Init::He, &streams).unwrap();
            let mut adam = Adam::new(net.variables(), ADAM).unwrap();
            group.bench_function(BenchmarkId::new(name, format!("T = {timesteps}")), |b| {
                b.iter(|| {
                    let logits = net.forward_train(&images, timesteps, &dropout).unwrap();
                    let gradients = loss::cross_entropy(&logits, &labels).unwrap().backward().unwrap();
                    adam.step(black_box(&gradients)).unwrap();
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, step);
criterion_main!(benches);
