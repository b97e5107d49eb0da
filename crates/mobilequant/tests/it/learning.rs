//! Learned quantisation.

use crate::fixtures::{FAMILIES, checkpoint};
use candle_core::DType;
use common::assert_close;
use mobilequant::eval::LanguageModel;
use mobilequant::learn::{LearnConfig, LearnData, Learned, Learner, Loss, Objective, RangeLearning, Rate};
use mobilequant::simulate::{Plan, Simulation};
use mobilequant::transform::{Outliers, inject_outliers, relative_change};
use mobilequant::{Array, Block, Calibration, Checkpoint, Error, Model, Site};

fn sequences(seed: u32, count: u32) -> Vec<Vec<u32>> {
    (0..count).map(|s| (0..16_u32).map(|i| (i * i * 7 + i * (s + 3) + seed * 11) % 48).collect()).collect()
}

struct Sets {
    training: Vec<Vec<u32>>,
    validation: Vec<Vec<u32>>,
}

impl Sets {
    fn new() -> Self {
        Self { training: sequences(1, 4), validation: sequences(2, 3) }
    }

    fn data(&self) -> LearnData<'_> {
        LearnData { training: &self.training, validation: &self.validation, calibration: &self.training }
    }
}

fn logits(learned: &Learned, plan: &Plan, tokens: &[u32]) -> Vec<f32> {
    let simulation = Simulation::new(&learned.checkpoint, &learned.calibration, plan).unwrap();
    simulation.logits_of(&[tokens]).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

fn run(checkpoint: &Checkpoint, sets: &Sets, config: LearnConfig) -> (Vec<f64>, Learned) {
    let mut learner = Learner::new(checkpoint, sets.data(), config).unwrap();
    let mut losses = Vec::new();
    while let Some(progress) = learner.advance().unwrap() {
        losses.push(progress.loss);
    }
    (losses, learner.best().clone())
}

/// With outlying channels put in, the error on the training sequences falls by a fifth and more for every family and in
/// every stage, and the selected state is closer to full precision on the validation sequences than the start.
#[test]
fn learning_lowers_the_error() {
    let sets = Sets::new();
    for name in FAMILIES {
        let mut checkpoint = checkpoint(name);
        inject_outliers(&mut checkpoint, Outliers { factor: 20.0, per_norm: 2, per_up: 2 }, 1).unwrap();
        for objective in [Objective::EndToEnd, Objective::Blockwise] {
            let fast = Rate { first: 3e-2, last: 3e-3 };
            let config = LearnConfig {
                objective,
                transform_rate: fast,
                clip_rate: Rate { first: 2e-2, last: 2e-3 },
                range_rate: fast,
                ..LearnConfig::mobilequant(Plan::w8a8(), 6)
            };
            let start =
                Learner::new(&checkpoint, sets.data(), config.clone()).unwrap().best().validation_nats;
            let (losses, best) = run(&checkpoint, &sets, config);
            for losses in losses.chunks(6) {
                assert!(losses[5] < 0.8 * losses[0], "{name} {objective:?} {losses:?}");
            }
            assert!(best.validation_nats < start && best.epoch > 0, "{name} {objective:?} {start} {best:?}");
        }
    }
}

/// What is exported computes what was trained: with learning rates of 0 and open clipping, the export is the start.
#[test]
fn nothing_learned_changes_nothing() {
    let sets = Sets::new();
    let checkpoint = checkpoint("llama-gqa");
    let still = Rate { first: 0.0, last: 0.0 };
    for ranges in [RangeLearning::LogScale, RangeLearning::Raw, RangeLearning::Off] {
        let config = LearnConfig {
            initial_logit: 30.0,
            ranges,
            wide_ranges: true,
            transform_rate: still,
            clip_rate: still,
            range_rate: still,
            ..LearnConfig::mobilequant(Plan::w8a8(), 1)
        };
        let mut learner = Learner::new(&checkpoint, sets.data(), config).unwrap();
        learner.advance().unwrap();
        let export = learner.export().unwrap();
        let model = Model::new(&checkpoint, DType::F32).unwrap();
        let calibration = Calibration::collect(&model, sets.training.iter().map(Vec::as_slice)).unwrap();
        let simulation = Simulation::new(&checkpoint, &calibration, &Plan::w8a8()).unwrap();
        let tokens = &sets.validation[0];
        let static_ranges: Vec<f32> =
            simulation.logits_of(&[tokens]).unwrap().flatten_all().unwrap().to_vec1().unwrap();
        let ours = logits(&export, &Plan::w8a8(), tokens);
        // Ranges that went through scale and offset may lose a bit.
        let same = ours.iter().zip(&static_ranges).filter(|(a, b)| (*a - *b).abs() < 1e-5).count();
        assert!(same * 100 >= ours.len() * 90, "{ranges:?} {same} of {}", ours.len());
    }
}

/// Without clipping the exported model is the transformed one: the same function in full precision.
#[test]
fn the_transformation_stays_exact() {
    let sets = Sets::new();
    for name in FAMILIES {
        let checkpoint = checkpoint(name);
        let rate = Rate { first: 2e-2, last: 2e-2 };
        let config =
            LearnConfig { clip: false, transform_rate: rate, ..LearnConfig::mobilequant(Plan::w8a8(), 2) };
        let mut learner = Learner::new(&checkpoint, sets.data(), config).unwrap();
        learner.advance().unwrap();
        let export = learner.export().unwrap();
        assert_ne!(export.checkpoint, checkpoint);
        assert!(
            relative_change(&checkpoint, &export.checkpoint, &sets.validation[0]).unwrap() < 1e-4,
            "{name}"
        );
    }
}

/// Interrupted after any epoch and continued from its state, a run ends with the same parameters and the same best state,
/// bit for bit. The rates are so high that the best state is not the last one.
#[test]
fn resumed_runs() {
    let sets = Sets::new();
    let checkpoint = checkpoint("stablelm-mha");
    let wild = Rate { first: 0.3, last: 0.3 };
    let mut earlier = 0;
    for (objective, ranges, rate) in [
        (Objective::EndToEnd, RangeLearning::LogScale, Rate { first: 3e-3, last: 3e-3 }),
        (Objective::EndToEnd, RangeLearning::Raw, wild),
        (Objective::Blockwise, RangeLearning::Off, Rate { first: 3e-2, last: 0.0 }),
    ] {
        let config = LearnConfig {
            objective,
            ranges,
            clip_norms: true,
            transform_rate: rate,
            ..LearnConfig::mobilequant(Plan::w4a8(), 3)
        };
        let new = || Learner::new(&checkpoint, sets.data(), config.clone()).unwrap();
        let mut whole = new();
        let mut states = vec![whole.state().unwrap()];
        while whole.advance().unwrap().is_some() {
            states.push(whole.state().unwrap());
        }
        let end = whole.export().unwrap();
        earlier += usize::from((1..end.epoch).contains(&whole.best().epoch));
        for state in &states {
            let mut resumed = new();
            resumed.load_state(state).unwrap();
            while resumed.advance().unwrap().is_some() {}
            let again = resumed.export().unwrap();
            for (a, b) in [(&end, &again), (whole.best(), resumed.best())] {
                assert_eq!(a.checkpoint, b.checkpoint);
                assert_eq!(
                    a.calibration.ranges().collect::<Vec<_>>(),
                    b.calibration.ranges().collect::<Vec<_>>()
                );
                assert_eq!(a.epoch, b.epoch);
                assert_eq!(a.validation_nats.to_bits(), b.validation_nats.to_bits());
            }
        }
        for name in ["epoch", "best/epoch", "best/nats", "parameter/0/clip/norm 0/upper"] {
            let mut wrong = states[1].clone();
            wrong.remove(name);
            assert!(matches!(new().load_state(&wrong), Err(Error::MissingTensor { .. })), "{name}");
        }
        let mut later = states[1].clone();
        later
            .insert("epoch".to_owned(), candle_core::Tensor::new(99_i64, &candle_core::Device::Cpu).unwrap());
        assert!(matches!(new().load_state(&later), Err(Error::Quantity { .. })));
    }
    assert!(earlier > 0, "one best state lies inside a run");
}

/// Weights of norms beyond the learned range are clamped to it, and nothing else of them changes.
#[test]
fn clipped_norms() {
    let sets = Sets::new();
    let checkpoint = checkpoint("llama-gqa");
    let still = Rate { first: 0.0, last: 0.0 };
    // sigmoid(ln 3) is 3/4: at rate 0 a quarter of the range of each norm is cut off.
    let config = LearnConfig {
        clip: false,
        clip_norms: true,
        initial_logit: 3.0_f64.ln(),
        transform_rate: still,
        clip_rate: still,
        range_rate: still,
        ..LearnConfig::mobilequant(Plan::w8a8(), 1)
    };
    let mut learner = Learner::new(&checkpoint, sets.data(), config.clone()).unwrap();
    let export = learner.export().unwrap();
    for (before, after) in checkpoint.weights.blocks.iter().zip(&export.checkpoint.weights.blocks) {
        let norms = |block: &Block<Array>| [block.attention_norm.clone(), block.mlp_norm.clone().unwrap()];
        for (before, after) in norms(before).iter().zip(norms(after)) {
            let max = before.weight.data().iter().fold(0.0_f32, |max, &x| max.max(x));
            for (x, y) in before.weight.data().iter().zip(after.weight.data()) {
                assert_close!(f64::from(*y), f64::from(x.min(0.75 * max)), rel = 1e-6);
            }
        }
        assert_eq!((&before.q, &before.down), (&after.q, &after.down));
    }
    // A 16-bit grid has steps of at least 1e-5 and holds up to 0.655: of smaller norms nothing is cut off.
    let mut small = checkpoint.clone();
    for block in &mut small.weights.blocks {
        for norm in [&mut block.attention_norm, block.mlp_norm.as_mut().unwrap()] {
            let tenth = norm.weight.data().iter().map(|x| 0.1 * x).collect();
            norm.weight = Array::new(vec![32], tenth).unwrap();
        }
    }
    let export = Learner::new(&small, sets.data(), config.clone()).unwrap().export().unwrap();
    assert_eq!(export.checkpoint, small);
    // And such a start is far off, so that learning opens the ranges again.
    let fast = Rate { first: 0.2, last: 0.02 };
    let config = LearnConfig { clip_rate: fast, epochs: 8, ..config };
    learner = Learner::new(&checkpoint, sets.data(), config).unwrap();
    let mut losses = Vec::new();
    while let Some(progress) = learner.advance().unwrap() {
        losses.push(progress.loss);
    }
    assert!(losses[7] < 0.5 * losses[0], "{losses:?}");
}

/// Learning from the divergence of the logits lowers that divergence.
#[test]
fn loss_on_logits() {
    let sets = Sets::new();
    let mut checkpoint = checkpoint("gemma-mqa");
    inject_outliers(&mut checkpoint, Outliers { factor: 20.0, per_norm: 2, per_up: 2 }, 1).unwrap();
    let fast = Rate { first: 3e-2, last: 3e-3 };
    let config = LearnConfig {
        loss: Loss::LogitsKl,
        transform_rate: fast,
        range_rate: fast,
        ..LearnConfig::mobilequant(Plan::w8a8(), 6)
    };
    let (losses, best) = run(&checkpoint, &sets, config.clone());
    assert!(losses[5] < 0.8 * losses[0], "{losses:?}");
    assert!(best.epoch > 0);
    let blockwise = LearnConfig { objective: Objective::Blockwise, ..config };
    let error = Learner::new(&checkpoint, sets.data(), blockwise).unwrap_err();
    assert_eq!(error.to_string(), "loss must be HiddenMse block by block, got LogitsKl");
}

/// Learned ranges move, those of 16 bits and of the logistic function stay.
#[test]
fn learned_ranges() {
    let sets = Sets::new();
    let checkpoint = checkpoint("llama-gqa");
    let mut learner =
        Learner::new(&checkpoint, sets.data(), LearnConfig::mobilequant(Plan::w8a8(), 1)).unwrap();
    let before = learner.best().calibration.clone();
    learner.advance().unwrap();
    let after = learner.export().unwrap().calibration;
    assert_ne!(before.range(0, Site::Up), after.range(0, Site::Up));
    assert_ne!(before.range(1, Site::DownInput), after.range(1, Site::DownInput));
    assert_eq!(before.range(0, Site::DownOutput), after.range(0, Site::DownOutput));
    assert_eq!(after.range(0, Site::Sigmoid), Some((0.0, 1.0)));
}

#[test]
fn refused_settings() {
    let sets = Sets::new();
    let checkpoint = checkpoint("llama-gqa");
    let config = LearnConfig::mobilequant(Plan::w8a8(), 1);
    let refused = |data, config| Learner::new(&checkpoint, data, config).unwrap_err().to_string();
    let none = LearnConfig { epochs: 0, ..config.clone() };
    assert_eq!(refused(sets.data(), none), "number of epochs must be at least 1, got 0");
    let negative = LearnConfig { clip_rate: Rate { first: -1.0, last: 0.0 }, ..config.clone() };
    assert_eq!(refused(sets.data(), negative), "learning rate must be finite and at least 0, got -1");
    let empty = LearnData { validation: &[], ..sets.data() };
    assert_eq!(refused(empty, config.clone()), "number of validation sequences must be at least 1, got 0");
    // The last token of a validation sequence is scored, not read.
    let long: Vec<Vec<u32>> = vec![vec![3; 66]];
    let beyond = LearnData { validation: &long, ..sets.data() };
    assert!(refused(beyond, config.clone()).contains("at most the 64 tokens of the context"));
    let unknown: Vec<Vec<u32>> = vec![vec![3, 48]];
    let beyond = LearnData { training: &unknown, ..sets.data() };
    assert!(refused(beyond, config.clone()).contains("got 48 at place 1"));
    assert_close!(Rate { first: 1.0, last: 0.0 }.at(10, 10), 0.0, abs = 1e-15);
    assert_close!(config.transform_rate.at(0, 10), 1e-3, rel = 1e-12);
}
