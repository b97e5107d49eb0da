//! One workload of training on the input that the Python peers in `benches/peers` also have.
//!
//! `cargo bench -p snn-iir --bench peer -- --workload s8_t1_torch --rows 128` prints one JSON line with the CPU seconds of
//! the work alone and a number of the result; `--list` prints the workloads and their peers. All run on one thread.
//!
//! The network is S8 (six convolutions, two fully connected layers, 3x32x32) without dropout, batch 64, Adam with `AMSGrad`.
//! Ours also computes the gradients of a threshold and a leak a layer, which the peers do not have. The first step is not
//! measured; `check` is the loss of the second, so that the first one's gradients are in it. At five timesteps a spike that
//! rounding moves across a threshold changes it by thousandths (by as much as double precision does within torch). A
//! convolution has 64 images, and `check` is the mean of the squared gradient of its weights.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its result")]

use candle_core::{CpuStorage, CustomOp1, Device, Layout, Shape, Tensor, Var};
use common::rng::Streams;
use common::tensor::conv::conv2d;
use common::tensor::loss;
use common::train::adam::{Adam, AdamConfig};
use cpu_time::ProcessTime;
use snn_iir::neuron::Surrogate;
use snn_iir::{Dropout, Init, NetworkSpec, SpikingConfig, SpikingNet};
use std::hint::black_box;
use std::process::ExitCode;

/// Keeps large tensors mapped, as the program does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const BATCH: usize = 64;
/// Variance of the weights times their inputs, by layer: every layer fires, at one to two tenths in one timestep.
const GAINS: [f64; 8] = [3.0, 6.7, 18.0, 6.7, 18.0, 6.7, 18.0, 1.0];
/// Channels in and out, side of the map.
const CONVOLUTIONS: [(usize, usize, usize); 3] = [(32, 32, 32), (64, 64, 16), (128, 128, 8)];
/// Name, peer, images by default.
const WORKLOADS: [(&str, &str, usize); 16] = [
    ("s8_t1_spikingjelly_avx2", "spikingjelly, torch held to AVX2", 640),
    ("s8_t1_snntorch_avx2", "snntorch, torch held to AVX2", 640),
    ("s8_t1_torch_avx2", "torch held to AVX2, neuron as one function", 640),
    ("s8_t1_spikingjelly", "spikingjelly", 640),
    ("s8_t1_snntorch", "snntorch", 640),
    ("s8_t1_torch", "torch, neuron as one function", 640),
    ("s8_t5_spikingjelly_avx2", "spikingjelly, torch held to AVX2", 256),
    ("s8_t5_snntorch_avx2", "snntorch, torch held to AVX2", 256),
    ("s8_t5_spikingjelly", "spikingjelly", 256),
    ("s8_t5_snntorch", "snntorch", 256),
    ("conv_32_avx2", "torch held to AVX2", 640),
    ("conv_32", "torch", 640),
    ("conv_64_avx2", "torch held to AVX2", 640),
    ("conv_64", "torch", 640),
    ("conv_128_avx2", "torch held to AVX2", 640),
    ("conv_128", "torch", 640),
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        for (name, peer, _) in WORKLOADS {
            println!("{name}\t{peer}");
        }
        return Ok(());
    }
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let value = |flag: &str| {
        arguments.iter().position(|argument| argument == flag).and_then(|at| arguments.get(at + 1))
    };
    let wanted = value("--workload");
    if let Some(name) = wanted
        && !WORKLOADS.iter().any(|(known, ..)| known == name)
    {
        return Err(format!("workload must be one of --list, got {name:?}").into());
    }
    let given = value("--rows").map(|text| text.parse::<usize>()).transpose()?;
    for (name, _, rows) in WORKLOADS.iter().filter(|(name, ..)| wanted.is_none_or(|wanted| wanted == name)) {
        // `cargo bench` without a workload: one step of each
        let steps = given.unwrap_or(if wanted.is_some() { *rows } else { BATCH }).div_ceil(BATCH).max(1);
        let (cpu_s, check) = if let Some(convolution) = name.strip_prefix("conv_") {
            let channels: usize = convolution.trim_end_matches("_avx2").parse()?;
            let shape =
                CONVOLUTIONS.iter().find(|(c, ..)| *c == channels).ok_or("a convolution of the list")?;
            convolve(*shape, steps)?
        } else {
            train(if name.starts_with("s8_t5") { 5 } else { 1 }, steps)?
        };
        let rows = steps * BATCH;
        println!("{{\"workload\":\"{name}\",\"rows\":{rows},\"cpu_s\":{cpu_s:e},\"check\":{check:.9e}}}");
    }
    Ok(())
}

/// Uniform numbers in -1 .. 1 from a counter (`SplitMix64`), which NumPy computes as well.
#[expect(clippy::cast_possible_truncation, reason = "single precision is what the network has")]
fn uniform(stream: u64, count: usize, scale: f64) -> Vec<f32> {
    let number = |i: u64| {
        let mut z = (stream << 40 | i).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ z >> 31) >> 11) as f64 * 2f64.powi(-52) - 1.0
    };
    (1..=count as u64).map(|i| (scale * number(i)) as f32).collect()
}

fn train(timesteps: usize, steps: usize) -> Outcome<(f64, f64)> {
    let config = SpikingConfig {
        threshold: 1.0,
        surrogate: Surrogate::Triangle { gamma: 1.0 },
        ..SpikingConfig::default()
    };
    let streams = Streams::new(1);
    let net = SpikingNet::random(NetworkSpec::named("S8")?, config, Init::He, &streams)?;
    for (layer, (weight, gain)) in net.weights().iter().zip(GAINS).enumerate() {
        let inputs = weight.elem_count() / weight.dim(0)?;
        let scale = (3.0 * gain / inputs as f64).sqrt();
        let values = uniform(layer as u64 + 1, weight.elem_count(), scale);
        weight.set(&Tensor::from_vec(values, weight.shape(), &Device::Cpu)?)?;
    }
    let images = Tensor::from_vec(uniform(0, BATCH * 3 * 32 * 32, 1.0), (BATCH, 3, 32, 32), &Device::Cpu)?;
    let labels: Vec<u32> = (0..10).cycle().take(BATCH).collect();
    let dropout = Dropout::new(0.0, streams, "none")?;
    let adam = AdamConfig { lr: 1e-4, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0, amsgrad: true };
    // The peers' neurons have fixed thresholds and no leak: ours get gradients too, and stay.
    let trained =
        net.variables().into_iter().filter(|(name, _)| name.ends_with("weight") || name.ends_with("bias"));
    let mut adam = Adam::new(trained.collect(), adam)?;
    let mut step = || -> Outcome<f64> {
        let logits = net.forward_train(black_box(&images), timesteps, &dropout)?;
        let loss = loss::cross_entropy(&logits, &labels)?;
        adam.step(&loss.backward()?)?;
        Ok(f64::from(loss.to_scalar::<f32>()?))
    };
    step()?;
    let start = ProcessTime::now();
    let check = step()?; // after one update: the gradients are in it
    for _ in 1..steps {
        step()?;
    }
    Ok((start.elapsed().as_secs_f64(), check))
}

/// A scalar whose gradient with respect to its argument is given, so that nothing but the layer is measured.
struct Gradient(Tensor);

impl CustomOp1 for Gradient {
    fn name(&self) -> &'static str {
        "given gradient"
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        Ok((CpuStorage::F32(vec![0.0]), Shape::from(())))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, _: &Tensor) -> candle_core::Result<Option<Tensor>> {
        Ok(Some(self.0.clone()))
    }
}

fn convolve((input, output, side): (usize, usize, usize), steps: usize) -> Outcome<(f64, f64)> {
    let variable = |stream: u64, shape: &[usize]| -> Outcome<Var> {
        let values = uniform(stream, shape.iter().product(), 1.0);
        Ok(Var::from_tensor(&Tensor::from_vec(values, shape, &Device::Cpu)?)?)
    };
    let x = variable(1, &[BATCH, input, side, side])?;
    let (weight, bias) = (variable(2, &[output, input, 3, 3])?, variable(3, &[output])?);
    let gradient = variable(4, &[BATCH, output, side, side])?.as_detached_tensor();
    let step = || -> Outcome<Tensor> {
        let y = conv2d(black_box(&x), &weight, Some(&bias), 1, 1)?;
        let gradients = y.apply_op1(Gradient(gradient.clone()))?.backward()?;
        Ok(gradients.get(&weight).ok_or("the weights have a gradient")?.clone())
    };
    let check = f64::from(step()?.sqr()?.mean_all()?.to_scalar::<f32>()?);
    let start = ProcessTime::now();
    for _ in 0..steps {
        black_box(step()?);
    }
    Ok((start.elapsed().as_secs_f64(), check))
}
