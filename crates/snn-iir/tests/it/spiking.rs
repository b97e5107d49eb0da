//! The fused layer of neurons against the plain neuron, goldens and differences.

use candle_core::{Device, Tensor, Var};
use common::assert_close;
use common::rng::Streams;
use rand::RngExt as _;
use snn_iir::neuron::{Neuron, NeuronConfig, ResetMode, Surrogate};
use snn_iir::spiking::{SpikeSettings, spikes};
use std::sync::Arc;

const RESETS: [ResetMode; 3] = [ResetMode::SoftImmediate, ResetMode::SoftDelayed, ResetMode::Hard];
const SURROGATES: [Surrogate; 4] = [
    Surrogate::Triangle { gamma: 0.3 },
    Surrogate::FastSigmoid { amplitude: 0.7, slope: 3.0 },
    Surrogate::ArcTan { amplitude: 1.2, alpha: 2.0 },
    Surrogate::Rectangular { amplitude: 0.9, width: 0.5 },
];

fn settings(timesteps: usize, reset: ResetMode) -> SpikeSettings {
    SpikeSettings {
        timesteps,
        constant: false,
        reset,
        surrogate: Surrogate::default(),
        mask: None,
        pool: None,
    }
}

fn var(values: &[f64], shape: &[usize]) -> Var {
    Var::from_vec(values.to_vec(), shape, &Device::Cpu).unwrap()
}

fn random(count: usize, name: &str) -> Vec<f64> {
    let mut rng = Streams::new(3).stream(name);
    (0..count).map(|_| rng.random_range(-0.5..1.5)).collect()
}

struct Run {
    spikes: Vec<f64>,
    currents: Vec<f64>,
    threshold: f64,
    leak: f64,
}

/// Spikes and the gradients of `Σ weight · spike`.
fn run(currents: &Var, threshold: f64, leak: f64, settings: &SpikeSettings, weights: &[f64]) -> Run {
    let (threshold, leak) = (var(&[threshold], &[1]), var(&[leak], &[1]));
    let train = spikes(currents, &threshold, &leak, settings).unwrap();
    let weights = Tensor::from_vec(weights.to_vec(), train.shape(), &Device::Cpu).unwrap();
    let gradients = (&train * weights).unwrap().sum_all().unwrap().backward().unwrap();
    let read = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f64>().unwrap();
    let gradient = |variable: &Var| read(gradients.get(variable).unwrap());
    Run {
        spikes: read(&train),
        currents: gradient(currents),
        threshold: gradient(&threshold)[0],
        leak: gradient(&leak)[0],
    }
}

/// Independent recomputation in double precision (Python): currents `1.2 w`, w = 0.5, θ = 0.8, λ = 0.95.
#[test]
fn goldens() {
    let check = |reset, weights: &[f64], spikes: &[f64], [dw, dtheta, dleak]: [f64; 3]| {
        let run = run(
            &var(&vec![0.6; weights.len()], &[weights.len(), 1]),
            0.8,
            0.95,
            &settings(weights.len(), reset),
            weights,
        );
        assert_eq!(run.spikes, spikes);
        assert_close!(run.currents.iter().sum::<f64>() * 1.2, dw, rel = 1e-14);
        assert_close!(run.threshold, dtheta, rel = 1e-14);
        assert_close!(run.leak, dleak, rel = 1e-14);
    };
    let pattern = [0.0, 1.0, 1.0, 0.0];
    check(
        ResetMode::SoftImmediate,
        &[0.7; 4],
        &pattern,
        [2.3814846599414063, -1.4884279124633784, 0.5396408267578123],
    );
    check(
        ResetMode::SoftImmediate,
        &[1., 2., 3., 4.],
        &pattern,
        [10.612132755468748, -6.632582972167966, 2.556041554687499],
    );
    check(
        ResetMode::SoftDelayed,
        &[0.7; 4],
        &pattern,
        [2.3124719990039058, -1.4452949993774409, 1.0381069986328122],
    );
    check(ResetMode::Hard, &[0.7; 4], &[0., 1., 0., 1.], [1.13281875, -0.70801171875, 0.1693125]);
    for reset in RESETS {
        check(reset, &[1.0], &[0.0], [0.3375, -0.2109375, 0.0]);
    }
}

/// Two layers, T = 3 (independent recomputation in double precision).
#[test]
fn two_layers() {
    let x = var(&[1.0, 0.5], &[1, 2]);
    let w1 = var(&[0.6, 0.2, -0.4, 1.1], &[2, 2]);
    let w2 = var(&[0.5, -0.3, 0.1, 0.8], &[2, 2]);
    let (threshold, leak) = (var(&[0.5], &[1]), var(&[0.9], &[1]));
    let currents = x.matmul(&w1.t().unwrap()).unwrap();
    let once = SpikeSettings { constant: true, ..settings(3, ResetMode::SoftImmediate) };
    let train = spikes(&currents, &threshold, &leak, &once).unwrap();
    assert_eq!(train.to_vec2::<f64>().unwrap(), vec![vec![1.0, 0.0]; 3]);
    let logits = train.matmul(&w2.t().unwrap()).unwrap().sum_keepdim(0).unwrap();
    let logits_read = logits.to_vec2::<f64>().unwrap();
    assert_close!(logits_read[0][0], 1.5, rel = 1e-15);
    assert_close!(logits_read[0][1], 0.3, rel = 1e-15);
    let loss = common::tensor::loss::cross_entropy(&logits, &[1]).unwrap();
    assert_close!(loss.to_scalar::<f64>().unwrap(), 1.4632824673380314, rel = 1e-14);
    let gradients = loss.backward().unwrap();
    let read =
        |variable: &Var| gradients.get(variable).unwrap().flatten_all().unwrap().to_vec1::<f64>().unwrap();
    for (variable, reference) in [
        (&w1, &[0.1947749211299911, 0.09738746056499555, -1.8190303786562707, -0.9095151893281354][..]),
        (&w2, &[2.3055743504970527, 0.0, -2.3055743504970527, 0.0][..]),
        (&threshold, &[0.2730242240148938][..]),
        (&leak, &[-0.20771195992550018][..]),
    ] {
        for (ours, &reference) in read(variable).into_iter().zip(reference) {
            assert_close!(ours, reference, abs = 1e-14);
        }
    }
}

/// All resets and surrogates, with mask and several pieces of neurons, against the plain neuron.
#[test]
fn equals_the_plain_neuron() {
    let (timesteps, width) = (4, 5000);
    let currents = random(timesteps * width, "currents");
    let weights = random(timesteps * width, "weights");
    let mask: Vec<f32> = (0..width).map(|i| if i % 5 == 0 { 0.0 } else { 1.25 }).collect();
    for reset in RESETS {
        for surrogate in SURROGATES {
            let settings =
                SpikeSettings { surrogate, mask: Some(Arc::new(mask.clone())), ..settings(timesteps, reset) };
            let (threshold, leak) = (0.7, 0.9);
            let ours = run(&var(&currents, &[timesteps * width, 1]), threshold, leak, &settings, &weights);
            let neuron = Neuron::new(NeuronConfig { threshold, leak, reset, surrogate }).unwrap();
            let (mut dthreshold, mut dleak) = (0.0, 0.0);
            for i in 0..width {
                let take = |values: &[f64]| (0..timesteps).map(|t| values[t * width + i]).collect::<Vec<_>>();
                let factor = f64::from(mask[i]);
                let masked: Vec<f64> = take(&weights).iter().map(|weight| weight * factor).collect();
                let trace = neuron.run(&take(&currents));
                let gradients = neuron.gradients(&take(&currents), &masked).unwrap();
                for t in 0..timesteps {
                    let spike = if trace.spikes[t] { factor } else { 0.0 };
                    assert_close!(ours.spikes[t * width + i], spike, abs = 0.0);
                    assert_close!(ours.currents[t * width + i], gradients.currents[t], abs = 1e-13);
                }
                dthreshold += gradients.threshold;
                dleak += gradients.leak;
            }
            assert_close!(ours.threshold, dthreshold, rel = 1e-11);
            assert_close!(ours.leak, dleak, rel = 1e-11);
        }
    }
}

/// Constant currents given once are the same as given in each timestep.
#[test]
fn constant_currents() {
    let currents = random(3000, "constant");
    let weights = random(3 * 3000, "weights of constant");
    let all = run(
        &var(&currents.repeat(3), &[9000, 1]),
        0.6,
        0.8,
        &settings(3, ResetMode::SoftImmediate),
        &weights,
    );
    let constant = SpikeSettings { constant: true, ..settings(3, ResetMode::SoftImmediate) };
    let once = run(&var(&currents, &[3000, 1]), 0.6, 0.8, &constant, &weights);
    assert_eq!(all.spikes, once.spikes);
    assert_close!(all.threshold, once.threshold, rel = 1e-12);
    assert_close!(all.leak, once.leak, rel = 1e-12);
    for i in 0..3000 {
        let sum: f64 = (0..3).map(|t| all.currents[t * 3000 + i]).sum();
        assert_close!(once.currents[i], sum, abs = 1e-14);
    }
}

/// The integral of a surrogate, 0 at z = 0.
fn integral(surrogate: Surrogate, z: f64) -> f64 {
    let m = z.abs();
    let half = match surrogate {
        Surrogate::Triangle { gamma } => gamma * if m < 1.0 { m - m * m / 2.0 } else { 0.5 },
        Surrogate::FastSigmoid { amplitude, slope } => amplitude / slope * (1.0 - 1.0 / (1.0 + slope * m)),
        Surrogate::ArcTan { amplitude, alpha } => {
            amplitude / std::f64::consts::PI * (std::f64::consts::FRAC_PI_2 * alpha * m).atan()
        }
        Surrogate::Rectangular { amplitude, width } => amplitude / width * m.min(width / 2.0),
    };
    half.copysign(z)
}

/// Central differences of the neuron whose emitted spike is the surrogate's integral, while the indicators
/// inside the reset stay those of the unperturbed run.
#[test]
fn gradient_check_with_frozen_resets() {
    let steps = 5;
    let loss =
        |currents: &[f64], threshold: f64, leak: f64, frozen: &[bool], reset, surrogate, weights: &[f64]| {
            let (mut u, mut owed, mut sum) = (0.0, 0.0, 0.0);
            for t in 0..steps {
                let v = leak * u + currents[t] - owed;
                sum += weights[t] * integral(surrogate, v / threshold - 1.0);
                let indicator = f64::from(u8::from(frozen[t]));
                (u, owed) = match reset {
                    ResetMode::SoftImmediate => (v - threshold * indicator, 0.0),
                    ResetMode::SoftDelayed => (v, threshold * indicator),
                    ResetMode::Hard => (v * (1.0 - indicator), 0.0),
                };
            }
            sum
        };
    let h = 1e-6;
    for case in 0..20 {
        let currents = random(steps, &format!("check {case}"));
        let weights = random(steps, &format!("check weights {case}"));
        for reset in RESETS {
            for surrogate in SURROGATES {
                let (threshold, leak) = (0.45, 0.85);
                let settings = SpikeSettings { surrogate, ..settings(steps, reset) };
                let ours = run(&var(&currents, &[steps, 1]), threshold, leak, &settings, &weights);
                let frozen: Vec<bool> = ours.spikes.iter().map(|&spike| spike > 0.0).collect();
                let at = |currents: &[f64], threshold, leak| {
                    loss(currents, threshold, leak, &frozen, reset, surrogate, &weights)
                };
                let numeric = |f: &dyn Fn(f64) -> f64| (f(h) - f(-h)) / (2.0 * h);
                assert_close!(ours.threshold, numeric(&|d| at(&currents, threshold + d, leak)), abs = 1e-7);
                assert_close!(ours.leak, numeric(&|d| at(&currents, threshold, leak + d)), abs = 1e-7);
                for t in 0..steps {
                    let moved = |d: f64| {
                        let mut moved = currents.clone();
                        moved[t] += d;
                        at(&moved, threshold, leak)
                    };
                    assert_close!(ours.currents[t], numeric(&moved), abs = 1e-7);
                }
            }
        }
    }
}

#[test]
fn one_step_and_thread_counts() {
    #[allow(clippy::cast_possible_truncation, reason = "single precision is what is tested")]
    let currents: Vec<f32> = random(9000, "f32").iter().map(|&x| x as f32).collect();
    let tensor = Var::from_slice(&currents, (3000, 3), &Device::Cpu).unwrap();
    let (threshold, leak) =
        (Var::new(&[0.4_f32], &Device::Cpu).unwrap(), Var::new(&[0.9_f32], &Device::Cpu).unwrap());
    let bits = |threads: usize, timesteps: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let train =
                spikes(&tensor, &threshold, &leak, &settings(timesteps, ResetMode::SoftImmediate)).unwrap();
            let gradients = train.sum_all().unwrap().backward().unwrap();
            [&threshold, &leak].map(|v| gradients.get(v).unwrap().to_vec1::<f32>().unwrap()[0].to_bits())
        })
    };
    assert_eq!(bits(1, 3), bits(2, 3));
    // One timestep: the gradient of the leak is there, and exactly 0.
    assert_eq!(bits(1, 1)[1], 0.0_f32.to_bits());
    let train = spikes(&tensor, &threshold, &leak, &settings(1, ResetMode::Hard)).unwrap();
    for (spike, current) in train.flatten_all().unwrap().to_vec1::<f32>().unwrap().iter().zip(&currents) {
        assert_eq!(*spike > 0.0, *current > 0.4);
    }
}

#[test]
fn bad_input() {
    let currents = Tensor::zeros((4, 2), candle_core::DType::F32, &Device::Cpu).unwrap();
    let one = Tensor::ones(1, candle_core::DType::F32, &Device::Cpu).unwrap();
    let text = |currents: &Tensor, threshold: &Tensor, settings: &SpikeSettings| {
        spikes(currents, threshold, &one, settings).unwrap_err().to_string()
    };
    let settings = settings(2, ResetMode::Hard);
    assert!(
        text(&currents, &one, &SpikeSettings { timesteps: 3, ..settings.clone() }).contains("3 timesteps")
    );
    assert!(
        text(&currents, &one, &SpikeSettings { timesteps: 0, ..settings.clone() }).contains("at least one")
    );
    let mask = Some(Arc::new(vec![1.0; 3]));
    assert!(text(&currents, &one, &SpikeSettings { mask, ..settings.clone() }).contains("mask of 4"));
    assert!(text(&currents, &one.neg().unwrap(), &settings).contains("positive threshold"));
    assert!(text(&currents, &currents, &settings).contains("shape [1]"));
    assert!(
        text(&currents.to_dtype(candle_core::DType::F64).unwrap(), &one, &settings)
            .contains("one element type")
    );
}

/// A pool inside the operation is the pool after it, masks included; its gradients too.
#[test]
fn pool_inside() {
    let (batch, timesteps) = (3, 4);
    let shape = [timesteps * batch, 5, 6, 12];
    let count: usize = shape.iter().product();
    let currents = var(&random(count, "pool currents"), &shape);
    let (threshold, leak) = (var(&[0.6], &[1]), var(&[0.9], &[1]));
    let mask = Some(Arc::new((0..count / timesteps).map(|i| if i % 3 == 0 { 0.0 } else { 1.5 }).collect()));
    for kernel in [2, 3] {
        for mask in [None, mask.clone()] {
            let apart = SpikeSettings { mask, ..settings(timesteps, ResetMode::SoftImmediate) };
            let inside = SpikeSettings { pool: Some(kernel), ..apart.clone() };
            let inside = spikes(&currents, &threshold, &leak, &inside).unwrap();
            let apart = spikes(&currents, &threshold, &leak, &apart).unwrap();
            let apart = common::tensor::pool::avg_pool2d(&apart, kernel).unwrap();
            assert_eq!(inside.dims(), apart.dims());
            let weights =
                Tensor::from_vec(random(inside.elem_count(), "pool weights"), inside.shape(), &Device::Cpu);
            let weights = weights.unwrap();
            let read = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f64>().unwrap();
            let gradients =
                [&inside, &apart].map(|map| (map * &weights).unwrap().sum_all().unwrap().backward().unwrap());
            for (inside, apart) in read(&inside).iter().zip(read(&apart)) {
                assert_close!(*inside, apart, abs = 1e-14);
            }
            for variable in [&currents, &threshold, &leak] {
                let [inside, apart] =
                    gradients.each_ref().map(|gradients| read(gradients.get(variable).unwrap()));
                for (inside, apart) in inside.iter().zip(apart) {
                    assert_close!(*inside, apart, abs = 1e-10);
                }
            }
        }
    }
    let wrong = SpikeSettings { pool: Some(5), ..settings(timesteps, ResetMode::Hard) };
    assert!(
        spikes(&currents, &threshold, &leak, &wrong).unwrap_err().to_string().contains("divides its map")
    );
}
