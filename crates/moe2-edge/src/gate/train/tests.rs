//! Gradients of the losses and of the networks.

use super::*;
use candle_core::{DType, Var};
use common::tensor::grad_check::grad_check;

const LOSSES: [GateLoss; 3] = [GateLoss::PerExpert, GateLoss::Posterior, GateLoss::Mixture];

fn table() -> RoutingData {
    let row = |prompt: &str, scores: [f32; 3]| crate::data::Row {
        prompt: prompt.into(),
        scores: scores.into(),
        ..Default::default()
    };
    let rows =
        vec![row("one two", [0.2, 0.7, 1.0]), row("three", [1.0, 0.0, 0.5]), row("one", [0.4, 0.1, 0.9])];
    RoutingData::new(vec!["a".into(), "b".into(), "c".into()], rows).unwrap()
}

#[test]
fn gradients_of_the_losses_are_central_differences() {
    let device = &Device::Cpu;
    let logits = Tensor::new(&[[0.3_f64, -1.2, 0.8], [2.0, 0.1, -0.4]], device).unwrap();
    let targets = Tensor::new(&[[0.2_f64, 0.7, 1.0], [1.0, 0.0, 0.5]], device).unwrap();
    let weights = Tensor::new(&[0.25_f64, 0.75], device).unwrap();
    for loss in LOSSES {
        for set in [ExpertSet::first(3), [0, 2].into_iter().collect()] {
            let f = |x: &[Tensor]| tensor::loss(loss, &x[0], &targets, &weights, set);
            let check = grad_check(f, std::slice::from_ref(&logits), 1e-6).unwrap();
            assert!(check.max_relative_error < 1e-7, "{loss:?} {set:?}: {check:?}");
            let value = f(std::slice::from_ref(&logits)).unwrap().to_scalar::<f64>().unwrap();
            let rows = logits.to_vec2::<f64>().unwrap().into_iter().zip(targets.to_vec2::<f64>().unwrap());
            let slices: f64 = rows
                .zip([0.25, 0.75])
                .map(|((h, r), weight)| weight * loss.row(&h, &r, set).unwrap().unwrap())
                .sum();
            common::assert_close!(value, slices, rel = 1e-13, "{loss:?}");
        }
    }
}

/// At 0, where the derivatives of candle's relu and abs are conventions, that of the loss is exact.
#[test]
fn gradient_at_zero_logits() {
    let logits = Var::zeros((1, 3), DType::F64, &Device::Cpu).unwrap();
    let targets = Tensor::new(&[[0.0_f64, 1.0, 0.3]], &Device::Cpu).unwrap();
    let weights = Tensor::ones(1, DType::F64, &Device::Cpu).unwrap();
    let loss = tensor::loss(GateLoss::PerExpert, &logits, &targets, &weights, ExpertSet::first(3)).unwrap();
    let grads = loss.backward().unwrap();
    let grads = grads.get(&logits).unwrap().to_vec2::<f64>().unwrap();
    for (ours, exact) in grads[0].iter().zip([0.5, -0.5, 0.2]) {
        common::assert_close!(*ours, exact, abs = 1e-15);
    }
}

#[test]
fn every_variable_has_a_gradient() {
    let data = table();
    let mut config = GateConfig::new(GateKind::Linear);
    config.features = HashedFeatures::new(16).unwrap();
    let networks = [Network::linear(16, 3).unwrap(), Network::mlp(&config, 4, 0.1, 3).unwrap()];
    for (network, loss) in networks.iter().flat_map(|network| LOSSES.map(|loss| (network, loss))) {
        config.loss = loss;
        let mut run = Run::new(&config, &data, ExpertSet::first(3)).unwrap();
        let grads = run.batch_loss(network, &[0, 1, 2]).unwrap().backward().unwrap();
        require_finite_grads(&network.variables(), &grads).unwrap();
        for (name, variable) in network.variables() {
            let norm = grads.get(&variable).unwrap().sqr().unwrap().sum_all().unwrap();
            assert!(norm.to_scalar::<f32>().unwrap() > 0.0, "{name} {loss:?}");
        }
    }
}

/// The path over slices gives what the tensors give.
#[test]
fn slices_and_tensors_agree() {
    let mut config = GateConfig::new(GateKind::Linear);
    config.features = HashedFeatures::new(16).unwrap();
    let network = Network::mlp(&config, 8, 0.1, 3).unwrap();
    let vector = config.features.vector("one two three two");
    let tensors = network.logits(vec![vector.clone()], None).unwrap().to_vec2::<f32>().unwrap();
    let slices = network.model().unwrap().raw_logits(&[vector]);
    for (a, b) in tensors[0].iter().zip(&slices) {
        common::assert_close!(f64::from(*a), f64::from(*b), abs = 1e-5);
    }
}
