//! Transformations that must leave the function as it is, and those that must not pass for such.

use crate::fixtures::{FAMILIES, TOKENS, checkpoint, config};
use common::assert_close;
use common::rng::Streams;
use mobilequant::transform::{
    ChannelMaxima, Equivalent, Outliers, QkScaling, SmoothQuant, TransformSite, inject_outliers,
    relative_change, rotate_residual,
};
use mobilequant::{Checkpoint, Config, Error};
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;

/// Scales in [0.2, 5], equal on channels that are rotated together.
fn scales(config: &Config, site: TransformSite, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let mut scales: Vec<f32> =
        (0..site.channels(config)).map(|_| 5.0_f32.powf(rng.random::<f32>() * 2.0 - 1.0)).collect();
    if site == TransformSite::QueryKey {
        for head in scales.chunks_exact_mut(config.head_dim) {
            head.copy_within(0..config.rotary_dim / 2, config.rotary_dim / 2);
        }
    }
    scales
}

fn sites(config: &Config) -> Vec<TransformSite> {
    let absent = |site: &TransformSite| *site == TransformSite::NormMlp && config.parallel_residual;
    TransformSite::ALL.into_iter().filter(|site| !absent(site)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    /// Random scales at all sites and shifts where they are allowed, for every family.
    #[test]
    fn all_sites_of_all_families(seed in 0_u64..1000) {
        for name in FAMILIES {
            let checkpoint = checkpoint(name);
            let config = &checkpoint.config;
            let mut rng = Streams::new(seed).stream(name);
            let mut all = Equivalent::identity(config);
            for layer in 0..config.layers {
                for site in sites(config) {
                    all.set_scale(layer, site, scales(config, site, &mut rng)).unwrap();
                    if !matches!(site, TransformSite::UpDown | TransformSite::QueryKey) {
                        let shift = (0..site.channels(config)).map(|_| rng.random::<f32>() - 0.5).collect();
                        all.set_shift(layer, site, shift).unwrap();
                    }
                }
            }
            let change = all.check(&checkpoint, &TOKENS).unwrap();
            prop_assert!(change < 1e-4, "{name}: {change}");
            prop_assert!(change > 0.0);
        }
    }
}

/// Each site alone changes the weights that it says, and not the function.
#[test]
fn single_sites() {
    for name in FAMILIES {
        let before = checkpoint(name);
        for site in sites(&before.config) {
            let mut rng = Streams::new(4).stream(name);
            let mut one = Equivalent::identity(&before.config);
            one.set_scale(1, site, scales(&before.config, site, &mut rng)).unwrap();
            let mut after = before.clone();
            one.fuse(&mut after).unwrap();
            assert_eq!(after.weights.blocks[0], before.weights.blocks[0]);
            assert_ne!(after.weights.blocks[1], before.weights.blocks[1]);
            assert!(relative_change(&before, &after, &TOKENS).unwrap() < 2e-5, "{name} {site:?}");
        }
    }
}

/// Scales of rotated pairs that differ change the function; only on request are they let through.
#[test]
fn untied_queries_and_keys() {
    for name in ["llama-gqa", "llama-mha", "stablelm-mha"] {
        let checkpoint = checkpoint(name);
        let config = &checkpoint.config;
        let untied = [1.3, 0.7, 2.0, 0.5, 0.9, 1.1, 3.0, 0.4].repeat(config.kv_heads);
        let mut strict = Equivalent::identity(config);
        let refused = strict.set_scale(0, TransformSite::QueryKey, untied.clone()).unwrap_err();
        assert!(matches!(refused, Error::NotInvariant { .. }), "{refused}");
        let mut loose = Equivalent::identity(config).with_qk_scaling(QkScaling::UntiedReference);
        loose.set_scale(0, TransformSite::QueryKey, untied).unwrap();
        assert!(loose.check(&checkpoint, &TOKENS).unwrap() > 1e-3);
    }
    // Beyond the rotary part of a head every channel is free.
    let checkpoint = checkpoint("stablelm-mha");
    let mut free = Equivalent::identity(&checkpoint.config);
    let scale = [1.3, 0.7, 1.3, 0.7, 0.9, 1.1, 3.0, 0.4].repeat(4);
    free.set_scale(0, TransformSite::QueryKey, scale).unwrap();
    assert!(free.check(&checkpoint, &TOKENS).unwrap() < 1e-5);
}

/// What cannot be exact, or cannot be at all.
#[test]
fn refused_transformations() {
    let config = config("llama-gqa");
    let mut equivalent = Equivalent::identity(&config);
    let shift = |site: TransformSite| vec![0.1; site.channels(&config)];
    for site in [TransformSite::UpDown, TransformSite::QueryKey] {
        assert!(matches!(equivalent.set_shift(0, site, shift(site)), Err(Error::NotInvariant { .. })));
    }
    let set =
        |equivalent: &mut Equivalent, scale: Vec<f32>| equivalent.set_scale(0, TransformSite::UpDown, scale);
    assert!(matches!(set(&mut equivalent, vec![1.0; 39]), Err(Error::Shape { .. })));
    for bad in [0.0, f32::NAN, f32::INFINITY, 1e-39] {
        assert!(matches!(set(&mut equivalent, vec![bad; 40]), Err(Error::Quantity { .. })), "{bad}");
    }
    assert!(matches!(
        equivalent.set_scale(2, TransformSite::UpDown, vec![1.0; 40]),
        Err(Error::Count { count: 2, .. })
    ));
    let parallel = crate::fixtures::config("stablelm-parallel");
    let refused = Equivalent::identity(&parallel).set_scale(0, TransformSite::NormMlp, vec![1.0; 32]);
    assert!(matches!(refused, Err(Error::NotInvariant { .. })));
    // Overflow leaves the model as it was.
    let before = checkpoint("llama-gqa");
    let mut after = before.clone();
    let mut wide = Equivalent::identity(&config);
    wide.set_scale(0, TransformSite::UpDown, vec![2.0; 40]).unwrap();
    wide.set_scale(1, TransformSite::NormQkv, vec![2.95e-39; 32]).unwrap();
    assert!(matches!(wide.fuse(&mut after), Err(Error::NonFinite { .. })));
    assert_eq!(after, before);
}

/// By hand: alpha 0.5, A = 8, B = 2 gives s = sqrt(8 / 2) = 2.
#[test]
fn smoothquant_scales() {
    let mut checkpoint = checkpoint("llama-gqa");
    let config = checkpoint.config.clone();
    let flat = |n: usize, value: f32| vec![value; n];
    let maxima =
        vec![
            ChannelMaxima { qkv: flat(32, 8.0), out: flat(32, 8.0), mlp: flat(32, 8.0), down: flat(40, 8.0) };
            2
        ];
    let smooth = SmoothQuant::everywhere(0.5).scales(&checkpoint, &maxima).unwrap();
    let columns = |checkpoint: &Checkpoint, channel: usize| {
        let block = &checkpoint.weights.blocks[0];
        [&block.q, &block.k, &block.v]
            .iter()
            .flat_map(|linear| (0..linear.weight.shape()[0]).map(|row| linear.weight.row(row)[channel].abs()))
            .fold(0.0, f32::max)
    };
    let scale = smooth.scale(0, TransformSite::NormQkv).unwrap();
    for (channel, s) in scale.iter().enumerate() {
        let largest = columns(&checkpoint, channel);
        assert_close!(f64::from(*s), f64::from((8.0 / largest).sqrt()), rel = 1e-6);
    }
    // One scale for a channel of both query heads of a group.
    let out = smooth.scale(0, TransformSite::ValueOut).unwrap();
    assert_eq!(out.len(), config.kv_width());
    let o = &checkpoint.weights.blocks[0].o.weight;
    let both = [3, 3 + 8].map(|channel| (0..32).map(|row| o.row(row)[channel].abs()).fold(0.0, f32::max));
    assert_close!(f64::from(out[3]), f64::from((8.0 / both[0].max(both[1])).sqrt()), rel = 1e-6);
    assert!(smooth.check(&checkpoint, &TOKENS).unwrap() < 1e-5);
    assert!(
        SmoothQuant::original(0.5)
            .scales(&checkpoint, &maxima)
            .unwrap()
            .scale(0, TransformSite::UpDown)
            .is_none()
    );
    assert!(matches!(SmoothQuant::original(1.5).scales(&checkpoint, &maxima), Err(Error::Quantity { .. })));
    assert!(matches!(SmoothQuant::original(0.5).scales(&checkpoint, &maxima[1..]), Err(Error::Count { .. })));
    // Smoothed once, activations and weights have equal ranges: a second time changes nothing.
    let smooth = SmoothQuant::original(0.5).scales(&checkpoint, &maxima).unwrap();
    smooth.fuse(&mut checkpoint).unwrap();
    let after: Vec<ChannelMaxima> = (0..2)
        .map(|layer| {
            let by =
                |site| -> Vec<f32> { smooth.scale(layer, site).unwrap().iter().map(|s| 8.0 / s).collect() };
            ChannelMaxima {
                qkv: by(TransformSite::NormQkv),
                out: flat(32, 8.0),
                mlp: by(TransformSite::NormMlp),
                down: flat(40, 8.0),
            }
        })
        .collect();
    let again = SmoothQuant::original(0.5).scales(&checkpoint, &after).unwrap();
    for s in again.scale(0, TransformSite::NormQkv).unwrap() {
        assert_close!(f64::from(*s), 1.0, abs = 1e-5);
    }
}

/// Outliers leave the function as it is, are there, and can be undone.
#[test]
fn outliers() {
    for name in FAMILIES {
        let before = checkpoint(name);
        let mut after = before.clone();
        let back = inject_outliers(&mut after, Outliers { factor: 30.0, per_norm: 2, per_up: 3 }, 9).unwrap();
        assert!(relative_change(&before, &after, &TOKENS).unwrap() < 1e-5);
        let norm = |checkpoint: &Checkpoint| checkpoint.weights.blocks[0].attention_norm.weight.clone();
        let pairs: Vec<f32> =
            norm(&before).data().iter().zip(norm(&after).data()).map(|(a, b)| b / a).collect();
        assert_eq!(pairs.iter().filter(|ratio| (**ratio - 30.0).abs() < 1e-3).count(), 2);
        assert_eq!(pairs.iter().filter(|ratio| (**ratio - 1.0).abs() < 1e-6).count(), 30);
        back.fuse(&mut after).unwrap();
        for (a, b) in norm(&before).data().iter().zip(norm(&after).data()) {
            assert_close!(f64::from(*a), f64::from(*b), rel = 1e-6);
        }
    }
}

/// A rotated residual stream computes the same and spreads an outlying channel over its run.
#[test]
fn rotation() {
    for name in ["llama-gqa", "llama-mha", "gemma-mqa", "qwen2-gqa"] {
        let mut before = checkpoint(name);
        inject_outliers(&mut before, Outliers { factor: 50.0, per_norm: 1, per_up: 0 }, 2).unwrap();
        let mut after = before.clone();
        rotate_residual(&mut after, 1).unwrap();
        assert!(relative_change(&before, &after, &TOKENS).unwrap() < 1e-4, "{name}");
        assert!(
            after.weights.blocks[0]
                .attention_norm
                .weight
                .data()
                .iter()
                .all(|x| x.to_bits() == 1.0_f32.to_bits())
        );
        let length = |row: &[f32]| row.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
        let (a, b) = (before.weights.embedding.row(5), after.weights.embedding.row(5));
        assert_close!(length(a), length(b), rel = 1e-6);
        assert_ne!(a, b);
    }
    for name in ["stablelm-mha", "stablelm-parallel"] {
        let refused = rotate_residual(&mut checkpoint(name), 1);
        assert!(matches!(refused, Err(Error::NotInvariant { .. })));
    }
}
