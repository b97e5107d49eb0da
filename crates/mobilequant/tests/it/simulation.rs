//! The simulated quantised model.

use crate::fixtures::{FAMILIES, TOKENS, checkpoint};
use candle_core::DType;
use common::assert_close;
use mobilequant::eval::{LanguageModel, Protocol, agreement, perplexity};
use mobilequant::quant::{Bits, Granularity, Scheme, Symmetry};
use mobilequant::simulate::{Plan, Simulation};
use mobilequant::{Calibration, Checkpoint, Error, Model, Site};

fn calibrated(checkpoint: &Checkpoint) -> (Model, Calibration) {
    let model = Model::new(checkpoint, DType::F32).unwrap();
    let calibration = Calibration::collect(&model, [&TOKENS[..]]).unwrap();
    (model, calibration)
}

fn logits(model: &dyn LanguageModel) -> Vec<f32> {
    model.logits_of(&[&TOKENS]).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

fn distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
}

/// Nothing quantised is the model itself, bit for bit; 16 bits are close; fewer bits are worse, at every step.
#[test]
fn more_bits_are_closer() {
    for name in FAMILIES {
        let checkpoint = checkpoint(name);
        let (model, calibration) = calibrated(&checkpoint);
        let exact = logits(&model);
        let of = |plan: &Plan| {
            distance(&exact, &logits(&Simulation::new(&checkpoint, &calibration, plan).unwrap()))
        };
        assert_close!(of(&Plan::none()), 0.0, abs = 0.0);
        let length = distance(&exact, &vec![0.0; exact.len()]);
        let distances =
            [Plan::w16a16(), Plan::w8a16(), Plan::w8a8(), Plan::w4a8()].map(|plan| of(&plan) / length);
        assert!(distances[0] < 2e-3, "{name} {distances:?}");
        assert!(distances.is_sorted(), "{name} {distances:?}");
        assert!(distances[3] > 0.01, "{name} {distances:?}");
    }
}

/// Ranges hold what was seen; each site of the block has one; a site that the model lacks has none.
#[test]
fn calibrated_ranges() {
    let checkpoint = checkpoint("llama-gqa");
    let (_, calibration) = calibrated(&checkpoint);
    assert_eq!(calibration.ranges().count(), 40);
    assert_eq!(calibration.tokens(), 12);
    assert_eq!(calibration.range(1, Site::Sigmoid), Some((0.0, 1.0)));
    let (lo, hi) = calibration.range(0, Site::Probabilities).unwrap();
    assert_eq!((lo, hi), (0.0, 1.0)); // the first token sees only itself
    assert_eq!(calibration.range(0, Site::Value), calibration.range(0, Site::AttendedValue));
    let largest = calibration.channel_maxima()[0].qkv.iter().fold(0.0_f32, |max, x| max.max(*x));
    let (lo, hi) = calibration.range(0, Site::AttentionNormOutput).unwrap();
    assert_close!(f64::from(largest), f64::from(hi.max(-lo)), abs = 0.0);
    assert_eq!(calibrated(&crate::fixtures::checkpoint("gemma-mqa")).1.ranges().count(), 38);
    assert_eq!(calibrated(&crate::fixtures::checkpoint("stablelm-parallel")).1.ranges().count(), 36);
    let model = Model::new(&checkpoint, DType::F32).unwrap();
    assert!(matches!(Calibration::collect(&model, []), Err(Error::Count { .. })));
    let other = calibrated(&crate::fixtures::checkpoint("gemma-mqa")).1;
    let refused = Simulation::new(&checkpoint, &other, &Plan::w8a8()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "calibration must have a range for layers.0.mlp.sigmoid.output, got none"
    );
}

/// Each site counts: quantised alone to 4 bits it moves the logits, except for values that are on that grid already.
#[test]
fn every_site_moves_the_output() {
    let checkpoint = checkpoint("llama-gqa");
    let (model, calibration) = calibrated(&checkpoint);
    let exact = logits(&model);
    for site in Site::ALL {
        let mut plan = Plan::none();
        plan.set(&format!("layers.*.{}", site.path()), Some(Bits::B4), 2).unwrap();
        let simulation = Simulation::new(&checkpoint, &calibration, &plan).unwrap();
        assert!(distance(&exact, &logits(&simulation)) > 1e-3, "{site:?}");
        assert!(simulation.grid(0, site).is_some());
    }
    let mut plan = Plan::none();
    assert!(matches!(plan.set("layers.*.mlp.down.weight", None, 2), Err(Error::Pattern(_))));
    assert!(matches!(plan.set("layers.7.mlp.down.output", None, 2), Err(Error::Pattern(_))));
}

/// Weights alone: with activations switched off only they are rounded.
#[test]
fn switches_and_clip_rates() {
    let checkpoint = checkpoint("qwen2-gqa");
    let (model, mut calibration) = calibrated(&checkpoint);
    let mut simulation = Simulation::new(&checkpoint, &calibration, &Plan::w8a8()).unwrap();
    let full = logits(&simulation);
    simulation.quantise_activations(false);
    let weights = logits(&simulation);
    assert!(distance(&logits(&model), &weights) < distance(&logits(&model), &full));
    // Seen again, calibration data are inside up to what rounding elsewhere moves; half the range cuts a share.
    simulation.quantise_activations(true);
    let rates = simulation.clip_rates([&TOKENS[..]]).unwrap();
    assert!(rates.values().all(|rate| *rate < 0.02));
    let (lo, hi) = calibration.range(0, Site::Up).unwrap();
    calibration.set_range(0, Site::Up, (lo / 4.0, hi / 4.0)).unwrap();
    let narrow = Simulation::new(&checkpoint, &calibration, &Plan::w8a8()).unwrap();
    let rates = narrow.clip_rates([&TOKENS[..]]).unwrap();
    assert!(rates[&(0, Site::Up)] > 0.1);
    assert!(matches!(calibration.set_range(0, Site::Up, (1.0, f32::NAN)), Err(Error::Range { .. })));
}

/// Groups of 4 are finer than rows, rows finer than the whole.
#[test]
fn granularities() {
    let checkpoint = checkpoint("llama-gqa");
    let (model, calibration) = calibrated(&checkpoint);
    let of = |granularity| {
        let mut plan = Plan::none();
        plan.weights = Some(Scheme { bits: Bits::B4, symmetry: Symmetry::Asymmetric, granularity });
        distance(&logits(&model), &logits(&Simulation::new(&checkpoint, &calibration, &plan).unwrap()))
    };
    let distances = [Granularity::PerGroup(4), Granularity::PerChannel, Granularity::PerTensor].map(of);
    assert!(distances.is_sorted() && distances[0] > 0.0, "{distances:?}");
}

/// A model agrees with itself; the bootstrap interval holds the estimate; protocols that leave nothing are refused.
#[test]
fn evaluation() {
    let checkpoint = checkpoint("llama-gqa");
    let (model, calibration) = calibrated(&checkpoint);
    let text: Vec<u32> = (0..96_u32).map(|i| i * i % 47).collect();
    let protocol = Protocol { window: 12, windows: None, bos: Some(1) };
    let same = agreement(&model, &model, &text, protocol).unwrap();
    assert_eq!((same.tokens, same.top1.to_bits()), (96, 1.0_f64.to_bits()));
    assert_close!(same.kl_nats, 0.0, abs = 1e-12);
    let simulation = Simulation::new(&checkpoint, &calibration, &Plan::w4a8()).unwrap();
    let other = agreement(&model, &simulation, &text, protocol).unwrap();
    assert!(other.kl_nats > 1e-3 && other.top1 < 1.0, "{other:?}");
    let result = perplexity(&model, &text, protocol).unwrap();
    assert_eq!((result.tokens, result.windows.len()), (96, 8));
    let (lo, hi) = result.interval(0.95, 500, 1).unwrap();
    assert!(lo < result.value() && result.value() < hi);
    assert_eq!(result.interval(0.95, 500, 1).unwrap(), (lo, hi));
    // A model that knows nothing has a perplexity of the vocabulary.
    let mut flat = checkpoint.clone();
    flat.weights.head = Some(mobilequant::Array::new(vec![48, 32], vec![0.0; 48 * 32]).unwrap());
    let flat = perplexity(&Model::new(&flat, DType::F32).unwrap(), &text, protocol).unwrap();
    assert_close!(flat.value(), 48.0, rel = 1e-6);
    let refused = |protocol| matches!(perplexity(&model, &text, protocol), Err(Error::Count { .. }));
    assert!(refused(Protocol { window: 97, ..protocol }));
    assert!(refused(Protocol { window: 1, bos: None, ..protocol }));
    assert!(refused(Protocol { windows: Some(9), ..protocol }));
    let long = Protocol { window: 96, ..protocol };
    assert!(matches!(perplexity(&model, &text, long), Err(Error::Context { .. })));
}
