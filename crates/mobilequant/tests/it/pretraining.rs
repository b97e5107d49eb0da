//! Training from nothing.

use common::assert_close;
use mobilequant::learn::Rate;
use mobilequant::pretrain::{PretrainConfig, PretrainStep, Pretrainer, byte_llama};
use mobilequant::{Checkpoint, Config, Error};

fn config() -> Config {
    Config {
        vocab: 8,
        width: 16,
        mlp_width: 24,
        layers: 2,
        heads: 2,
        kv_heads: 1,
        head_dim: 8,
        rotary_dim: 8,
        context: 12,
        bos: Some(7),
        ..byte_llama()
    }
}

fn settings(steps: usize) -> PretrainConfig {
    let rate = Rate { first: 1e-2, last: 1e-3 };
    PretrainConfig { steps, warmup: 3, batch: 4, window: 12, rate, weight_decay: 0.1, seed: 5 }
}

/// 0, 1, 2, 0, 1, 2 and so on.
fn periodic(count: u32) -> Vec<u32> {
    (0..count).map(|i| i % 3).collect()
}

fn run(tokens: &[u32], settings: PretrainConfig) -> (Vec<PretrainStep>, Checkpoint) {
    let mut steps = Vec::new();
    let mut trainer = Pretrainer::new(config(), tokens, settings).unwrap();
    let checkpoint = trainer.run(&mut |step| {
        steps.push(step);
        true
    });
    (steps, checkpoint.unwrap())
}

/// Of a periodic text only the phase is unknown: the error falls from about the logarithm of the vocabulary to
/// `ln 3 / 12`, since the first of 12 tokens alone cannot be known. A text without order keeps its entropy.
#[test]
fn error_falls_to_the_entropy_of_the_text() {
    let (steps, _) = run(&periodic(300), settings(200));
    assert_close!(steps[0].loss, 8_f64.ln(), abs = 0.05);
    let last = steps[180..].iter().map(|step| step.loss).sum::<f64>() / 20.0;
    assert_close!(last, 3_f64.ln() / 12.0, rel = 0.15);

    let hash = |i: u32| {
        (i.wrapping_mul(0x9e37_79b9) ^ (i.wrapping_mul(0x85eb_ca6b) >> 13)).wrapping_mul(0xc2b2_ae35)
    };
    let noise: Vec<u32> = (0..60_000).map(|i| hash(i) >> 30).collect();
    let (steps, _) = run(&noise, settings(200));
    let last = steps[180..].iter().map(|step| step.loss).sum::<f64>() / 20.0;
    assert_close!(last, 4_f64.ln(), abs = 0.05);
}

/// A cosine over all steps, after three steps of warming up.
#[test]
fn rates() {
    let (steps, _) = run(&periodic(300), settings(10));
    assert_eq!(steps.len(), 10);
    let cosine = |step: f64| 1e-3 + 0.5 * (1.0 + (std::f64::consts::PI * step / 10.0).cos()) * 9e-3;
    assert_close!(steps[0].rate, cosine(0.0) / 3.0, rel = 1e-12);
    assert_close!(steps[1].rate, cosine(1.0) * 2.0 / 3.0, rel = 1e-12);
    assert_close!(steps[7].rate, cosine(7.0), rel = 1e-12);
}

/// Adam's first step has the same size whatever the decay, so that two runs differ by what the decay takes from the
/// first weights: `rate decay w` of matrices, nothing of norms.
#[test]
fn decay_is_decoupled() {
    let tokens = periodic(300);
    let rate = Rate { first: 1e-2, last: 1e-2 };
    let of = |steps, weight_decay| {
        let settings = PretrainConfig { warmup: 0, rate, weight_decay, ..settings(10) };
        let mut trainer = Pretrainer::new(config(), &tokens, settings).unwrap();
        for _ in 0..steps {
            trainer.advance().unwrap();
        }
        trainer.checkpoint().unwrap()
    };
    let (first, without, with) = (of(0, 0.0), of(1, 0.0), of(1, 0.5));
    let matrix = |checkpoint: &Checkpoint| checkpoint.weights.blocks[1].gate.weight.data().to_vec();
    for ((w, a), b) in matrix(&first).iter().zip(matrix(&without)).zip(matrix(&with)) {
        assert_close!(f64::from(a - b), 1e-2 * 0.5 * f64::from(*w), abs = 1e-7);
    }
    assert_eq!(without.weights.norm, with.weights.norm);
    assert!(without.weights.norm != first.weights.norm);
}

#[test]
fn interrupted_run_gives_the_same_weights() {
    let tokens = periodic(300);
    let (_, whole) = run(&tokens, settings(8));
    let mut begun = Pretrainer::new(config(), &tokens, settings(8)).unwrap();
    let stopped = begun.run(&mut |step| step.step < 3).unwrap();
    assert!(stopped != whole);
    let mut resumed = Pretrainer::new(config(), &tokens, settings(8)).unwrap();
    resumed.load_state(&begun.state().unwrap()).unwrap();
    assert_eq!(resumed.run(&mut |_| true).unwrap(), whole);
    assert!(resumed.advance().unwrap().is_none());
    // Another seed, other weights.
    assert!(run(&tokens, PretrainConfig { seed: 6, ..settings(8) }).1 != whole);
}

#[test]
fn bad_settings_are_refused() {
    let new = |tokens: &[u32], settings| Pretrainer::new(config(), tokens, settings).map(|_| ());
    let tokens = periodic(300);
    for bad in [
        PretrainConfig { steps: 0, ..settings(1) },
        PretrainConfig { batch: 0, ..settings(1) },
        PretrainConfig { window: 0, ..settings(1) },
    ] {
        assert!(matches!(new(&tokens, bad), Err(Error::Count { count: 0, .. })), "{bad:?}");
    }
    let long = PretrainConfig { window: 13, ..settings(1) };
    assert!(matches!(new(&tokens, long), Err(Error::Context { length: 13, context: 12 })));
    assert!(matches!(new(&tokens[..12], settings(1)), Err(Error::Count { count: 12, .. })));
    assert!(matches!(new(&[9; 20], settings(1)), Err(Error::Token { id: 9, place: 0, vocab: 8 })));
    let other = Pretrainer::new(byte_llama(), &tokens, settings(1)).unwrap().state().unwrap();
    let mut trainer = Pretrainer::new(config(), &tokens, settings(1)).unwrap();
    assert!(trainer.load_state(&other).is_err());
}
