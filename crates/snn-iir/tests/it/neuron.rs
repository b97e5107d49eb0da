//! The neuron against independent recomputation in double precision and against facts.

use crate::same_cases;
use common::assert_close;
use proptest::prelude::*;
use snn_iir::Error;
use snn_iir::neuron::{Neuron, NeuronConfig, ResetMode, Surrogate};

fn neuron(threshold: f64, leak: f64, reset: ResetMode) -> Neuron {
    Neuron::new(NeuronConfig { threshold, leak, reset, surrogate: Surrogate::default() }).unwrap()
}

fn assert_all(ours: &[f64], reference: &[f64]) {
    assert_eq!(ours.len(), reference.len());
    for (&ours, &reference) in ours.iter().zip(reference) {
        assert_close!(ours, reference, abs = 1e-14);
    }
}

/// Independent recomputation in double precision (Python).
#[test]
fn traces() {
    let immediate = neuron(1.0, 0.9, ResetMode::SoftImmediate).run(&[0.6; 5]);
    assert_eq!(immediate.spikes, [false, true, false, true, false]);
    assert_all(&immediate.after_reset, &[0.6, 0.14, 0.726, 0.2534, 0.82806]);
    let delayed = neuron(1.0, 0.9, ResetMode::SoftDelayed).run(&[0.6; 5]);
    assert_eq!(delayed.spikes, [false, true, false, true, false]);
    assert_all(&delayed.potential, &[0.6, 1.14, 0.626, 1.1634, 0.64706]);
}

/// A neuron of θ = 0.8, λ = 0.95 whose four currents are `1.2 w` at w = 0.5: derivatives of
/// `Σ c_t o_t` with respect to w, θ and λ (independent recomputation in double precision).
#[test]
fn gradients() {
    let check = |reset, weights: [f64; 4], spikes: [bool; 4], [dw, dtheta, dleak]: [f64; 3]| {
        let neuron = neuron(0.8, 0.95, reset);
        let currents = [0.6; 4];
        assert_eq!(neuron.run(&currents).spikes, spikes);
        let gradients = neuron.gradients(&currents, &weights).unwrap();
        assert_close!(gradients.currents.iter().sum::<f64>() * 1.2, dw, rel = 1e-14);
        assert_close!(gradients.threshold, dtheta, rel = 1e-14);
        assert_close!(gradients.leak, dleak, rel = 1e-14);
    };
    let immediate = [false, true, true, false];
    check(
        ResetMode::SoftImmediate,
        [0.7; 4],
        immediate,
        [2.3814846599414063, -1.4884279124633784, 0.5396408267578123],
    );
    check(
        ResetMode::SoftImmediate,
        [1.0, 2.0, 3.0, 4.0],
        immediate,
        [10.612132755468748, -6.632582972167966, 2.556041554687499],
    );
    check(
        ResetMode::SoftDelayed,
        [0.7; 4],
        immediate,
        [2.3124719990039058, -1.4452949993774409, 1.0381069986328122],
    );
    check(ResetMode::Hard, [0.7; 4], [false, true, false, true], [1.13281875, -0.70801171875, 0.1693125]);
    let one = neuron(0.8, 0.95, ResetMode::SoftImmediate);
    assert_eq!(one.run(&[0.6]).spikes, [false]);
    let gradients = one.gradients(&[0.6], &[1.0]).unwrap();
    assert_close!(gradients.currents[0] * 1.2, 0.3375, rel = 1e-14);
    assert_close!(gradients.threshold, -0.2109375, rel = 1e-14);
    assert_eq!(gradients.leak.to_bits(), 0.0_f64.to_bits());
}

#[test]
fn surrogates() {
    let triangle = Surrogate::default();
    let at = [-1.5, -1.0, -0.5, 0.0, 0.25, 0.999, 1.0, 2.0];
    let ours: Vec<f64> = at.iter().map(|&z| triangle.derivative(z)).collect();
    assert_all(&ours, &[0.0, 0.0, 0.15, 0.3, 0.225, 0.0003, 0.0, 0.0]);
    let neuron = neuron(1.0, 1.0, ResetMode::SoftImmediate);
    let spikes: Vec<bool> = at.iter().map(|&z| neuron.run(&[1.0 + z]).spikes[0]).collect();
    assert_eq!(spikes, [false, false, false, false, true, true, true, true]);
    for surrogate in [
        triangle,
        Surrogate::FastSigmoid { amplitude: 0.7, slope: 3.0 },
        Surrogate::ArcTan { amplitude: 1.2, alpha: 2.0 },
        Surrogate::Rectangular { amplitude: 0.9, width: 0.5 },
    ] {
        // Even, and half of the maximum at the half width (or its edge).
        assert_close!(surrogate.derivative(0.3), surrogate.derivative(-0.3), abs = 0.0);
        let edge = surrogate.derivative(surrogate.half_width());
        let whole = surrogate.derivative(0.0);
        assert!(edge.abs() < 1e-15 || (edge / whole - 0.5).abs() < 1e-12, "{surrogate:?} {edge}");
    }
    // Integrals over all z: 0.3, 2 amplitude / slope, amplitude, amplitude.
    let integral = |surrogate: Surrogate| {
        let step = 1e-3;
        (-4_000_000..4_000_000).map(|i| surrogate.derivative((f64::from(i) + 0.5) * step) * step).sum::<f64>()
    };
    assert_close!(integral(triangle), 0.3, rel = 1e-6);
    assert_close!(integral(Surrogate::FastSigmoid { amplitude: 0.7, slope: 3.0 }), 1.4 / 3.0, rel = 1e-3);
    assert_close!(integral(Surrogate::ArcTan { amplitude: 1.2, alpha: 2.0 }), 1.2, rel = 1e-3);
    assert_close!(integral(Surrogate::Rectangular { amplitude: 0.9, width: 0.5 }), 0.9, rel = 1e-3);
}

/// Constant current I, λ = 1: `ceil(T I / θ) - 1` spikes for `0 < I <= θ`, T above, none for `I <= 0`.
#[test]
fn spikes_of_a_constant_current() {
    for (current, threshold, steps, spikes) in [
        (0.375, 1.0, 8, 2),
        (0.25, 1.0, 8, 1),
        (1.0, 1.0, 5, 4),
        (1.5, 1.0, 5, 5),
        (0.3, 1.0, 11, 3),
        (-0.2, 1.0, 9, 0),
    ] {
        let trace = neuron(threshold, 1.0, ResetMode::SoftImmediate).run(&vec![current; steps]);
        assert_eq!(trace.count(), spikes, "{current} {threshold} {steps}");
    }
}

#[test]
fn bad_parameters() {
    let new = |threshold, leak, surrogate| {
        Neuron::new(NeuronConfig { threshold, leak, reset: ResetMode::Hard, surrogate })
    };
    let triangle = Surrogate::default();
    for value in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(new(value, 1.0, triangle), Err(Error::NonPositiveThreshold { .. })));
        assert!(matches!(
            new(1.0, 1.0, Surrogate::ArcTan { amplitude: 1.0, alpha: value }),
            Err(Error::Quantity { name: "alpha", .. })
        ));
    }
    for value in [1.1, f64::NAN, f64::NEG_INFINITY] {
        assert!(matches!(new(1.0, value, triangle), Err(Error::InvalidLeak { .. })));
    }
    let neuron = new(1.0, 1.0, triangle).unwrap();
    assert!(matches!(neuron.gradients(&[1.0], &[]), Err(Error::ShapeMismatch { .. })));
}

proptest! {
    #![proptest_config(same_cases(200))]

    /// λ = 1 with soft reset: what came in is in the potential or left by spikes.
    #[test]
    fn charge_is_conserved(currents in proptest::collection::vec(-1.0..2.0_f64, 1..30), threshold in 0.1..2.0_f64) {
        let trace = neuron(threshold, 1.0, ResetMode::SoftImmediate).run(&currents);
        let held = trace.after_reset.last().unwrap() + threshold * trace.count() as f64;
        assert_close!(held, currents.iter().sum::<f64>(), abs = 1e-12);
    }

    /// λ = 1: both soft resets give the same spikes (away from ties).
    #[test]
    fn soft_resets_agree_without_leak(currents in proptest::collection::vec(-1.0..2.0_f64, 1..30)) {
        let run = |reset| neuron(0.77, 1.0, reset).run(&currents).spikes;
        prop_assert_eq!(run(ResetMode::SoftImmediate), run(ResetMode::SoftDelayed));
    }

    /// The rate of a constant current is `clip(I/θ, 0, 1)` within 1/T.
    #[test]
    fn rate_of_a_constant_current(current in -0.5..1.5_f64, steps in 1..60_usize) {
        let trace = neuron(0.9, 1.0, ResetMode::SoftImmediate).run(&vec![current; steps]);
        let rate = trace.count() as f64 / steps as f64;
        prop_assert!((rate - (current / 0.9).clamp(0.0, 1.0)).abs() <= 1.0 / steps as f64 + 1e-12);
    }

    /// T = 1: neither leak nor reset matters.
    #[test]
    fn one_step_knows_no_leak(current in -2.0..2.0_f64, leak in -1.0..1.0_f64) {
        let spike = |leak, reset| neuron(0.5, leak, reset).run(&[current]).spikes[0];
        for reset in [ResetMode::SoftImmediate, ResetMode::SoftDelayed, ResetMode::Hard] {
            prop_assert_eq!(spike(leak, reset), current > 0.5);
        }
    }
}
