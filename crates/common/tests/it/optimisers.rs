//! Optimisers: published sequences, exact resumption, weight decay by variable, bad input. Values of `PyTorch` are in
//! `golden`.

use crate::support::{random, to_f32, values};
use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Tensor, Var};
use common::assert_close;
use common::train::Error;
use common::train::adam::{Adam, AdamConfig};
use common::train::sgd::{Sgd, SgdConfig};
use std::collections::BTreeMap;

const SGD: SgdConfig = SgdConfig { lr: 0.1, momentum: 0.9, weight_decay: 5e-4 };
const AMSGRAD: AdamConfig =
    AdamConfig { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0, amsgrad: true };

fn scalar() -> (Var, Vec<(String, Var)>) {
    let p = Var::ones((), DType::F64, &Device::Cpu).unwrap();
    (p.clone(), vec![("p".to_owned(), p)])
}

/// Gradients of a linear function with this slope.
fn slope(p: &Var, slope: f64) -> GradStore {
    p.affine(slope, 0.0).unwrap().backward().unwrap()
}

/// p = 1 and gradients 1, -2, 0.5; an independent recomputation in Python, double precision.
#[test]
fn three_steps() {
    let (p, named) = scalar();
    let mut adam = Adam::new(named, AMSGRAD).unwrap();
    for (gradient, expected) in [(1.0, 0.9900000001), (-2.0, 0.9936610353472075), (0.5, 0.9950279419673822)] {
        adam.step(&slope(&p, gradient)).unwrap();
        assert_close!(values(&p)[0], expected, abs = 1e-15);
    }
    let (p, named) = scalar();
    let mut sgd = Sgd::new(named, SGD).unwrap();
    for (gradient, expected) in [(1.0, 0.89995), (-2.0, 1.0098600025), (0.5, 1.058728511749875)] {
        sgd.step(&slope(&p, gradient)).unwrap();
        assert_close!(values(&p)[0], expected, abs = 1e-15);
    }
}

enum Optimiser {
    Sgd(Sgd),
    Adam(Adam),
}

impl Optimiser {
    fn all(named: &[(String, Var)]) -> [Self; 2] {
        let config = AdamConfig { weight_decay: 0.01, ..AMSGRAD };
        [
            Self::Sgd(Sgd::new(named.to_vec(), SGD).unwrap()),
            Self::Adam(Adam::new(named.to_vec(), config).unwrap()),
        ]
    }

    fn step(&mut self, grads: &GradStore) -> Result<(), Error> {
        match self {
            Self::Sgd(sgd) => sgd.step(grads),
            Self::Adam(adam) => adam.step(grads),
        }
    }

    fn state(&self) -> BTreeMap<String, Tensor> {
        match self {
            Self::Sgd(sgd) => sgd.state().unwrap(),
            Self::Adam(adam) => adam.state().unwrap(),
        }
    }

    fn load(&mut self, state: &BTreeMap<String, Tensor>) -> Result<(), Error> {
        match self {
            Self::Sgd(sgd) => sgd.load_state(state),
            Self::Adam(adam) => adam.load_state(state),
        }
    }
}

fn network() -> Vec<(String, Var)> {
    let var = |name: &str, shape: &[usize]| {
        (name.to_owned(), Var::from_tensor(&to_f32(&random(name, shape))).unwrap())
    };
    vec![var("weight", &[3, 4]), var("bias", &[3])]
}

fn loss(named: &[(String, Var)]) -> GradStore {
    let weight = named[0].1.sqr().unwrap().sum_all().unwrap();
    let bias = (named[1].1.exp().unwrap().sum_all().unwrap() * 0.1).unwrap();
    (weight + bias).unwrap().backward().unwrap()
}

#[test]
fn resumed_equals_uninterrupted_bit_for_bit() {
    for i in 0..2 {
        let run = |steps, interrupt: Option<usize>| {
            let named = network();
            let mut optimiser = Optimiser::all(&named).into_iter().nth(i).unwrap();
            for step in 0..steps {
                if interrupt == Some(step) {
                    let state = optimiser.state();
                    optimiser = Optimiser::all(&named).into_iter().nth(i).unwrap();
                    optimiser.load(&state).unwrap();
                }
                optimiser.step(&loss(&named)).unwrap();
            }
            named.iter().flat_map(|(_, var)| values(var)).map(f64::to_bits).collect::<Vec<_>>()
        };
        assert_eq!(run(9, None), run(9, Some(4)));
        assert_ne!(run(9, None), run(8, None));
    }
}

/// Without gradient, only decay moves a variable; and it moves only those chosen.
#[test]
fn decay_by_name() {
    let still = |named: &[(String, Var)]| {
        let sum = |i: usize| {
            let var = &named[i].1;
            (var.as_tensor() * var.zeros_like().unwrap()).unwrap().sum_all().unwrap()
        };
        (sum(0) + sum(1)).unwrap().backward().unwrap()
    };
    let named = network();
    let before: Vec<_> = named.iter().map(|(_, var)| values(var)).collect();
    let config = SgdConfig { lr: 0.5, momentum: 0.0, weight_decay: 0.5 };
    let mut sgd = Sgd::new(named.clone(), config).unwrap().decay_only(|name| name == "weight");
    sgd.step(&still(&named)).unwrap();
    assert_eq!(values(&named[1].1), before[1]);
    for (after, before) in values(&named[0].1).iter().zip(&before[0]) {
        assert_close!(*after, 0.75 * before, rel = 1e-7);
    }
    let bias = values(&named[1].1);
    let config = AdamConfig { weight_decay: 0.5, ..AMSGRAD };
    let mut adam = Adam::new(named.clone(), config).unwrap().decay_only(|name| name == "weight");
    let weight = values(&named[0].1);
    adam.step(&still(&named)).unwrap();
    assert_eq!(values(&named[1].1), bias);
    assert!(values(&named[0].1).iter().zip(weight).all(|(after, before)| (after - before).abs() > 0.009));
}

#[test]
fn a_missing_gradient_moves_nothing() {
    let named = network();
    let before: Vec<_> = named.iter().map(|(_, var)| values(var)).collect();
    let grads = named[0].1.sum_all().unwrap().backward().unwrap();
    for mut optimiser in Optimiser::all(&named) {
        let state = optimiser.state();
        let error = optimiser.step(&grads).unwrap_err();
        assert!(matches!(error, Error::MissingGradient { name } if name == "bias"));
        let after = optimiser.state();
        assert!(state.iter().all(|(name, tensor)| values(tensor) == values(&after[name])));
    }
    assert!(named.iter().zip(before).all(|((_, var), before)| values(var) == before));
}

#[test]
fn states_that_do_not_fit() {
    let named = network();
    for (i, mut optimiser) in Optimiser::all(&named).into_iter().enumerate() {
        let good = optimiser.state();
        let key = ["momentum/bias", "second-moment/bias"][i];
        let mut text = |change: &dyn Fn(&mut BTreeMap<String, Tensor>)| {
            let mut state = good.clone();
            change(&mut state);
            optimiser.load(&state).unwrap_err().to_string()
        };
        let missing = text(&|state| drop(state.remove(key)));
        assert_eq!(missing, format!("a tensor named {key} is required, there is none"));
        let shape = text(&|state| drop(state.insert(key.to_owned(), to_f32(&random("x", &[2])))));
        assert_eq!(shape, format!("{key} must be [3] of F32, got [2] of F32"));
        let kind = text(&|state| drop(state.insert(key.to_owned(), random("x", &[3]))));
        assert_eq!(kind, format!("{key} must be [3] of F32, got [3] of F64"));
        let unknown = text(&|state| drop(state.insert("momentum/other".to_owned(), random("x", &[3]))));
        assert!(unknown.contains("got momentum/other"));
    }
    let mut adam = Adam::new(named, AMSGRAD).unwrap();
    let mut state = adam.state().unwrap();
    state.insert("steps".to_owned(), Tensor::new(-1_i64, &Device::Cpu).unwrap());
    assert_eq!(adam.load_state(&state).unwrap_err().to_string(), "steps must be at least 0, got -1");
    state.insert("steps".to_owned(), Tensor::new(1.0_f32, &Device::Cpu).unwrap());
    assert!(adam.load_state(&state).unwrap_err().to_string().contains("got [] of F32"));
    state.remove("steps");
    assert!(matches!(adam.load_state(&state), Err(Error::MissingTensor { name }) if name == "steps"));
}

#[test]
fn numbers_out_of_range() {
    let sgd = |config| Sgd::new(network(), config).unwrap_err().to_string();
    assert_eq!(sgd(SgdConfig { lr: -1.0, ..SGD }), "lr must be finite and at least 0, got -1");
    assert_eq!(sgd(SgdConfig { momentum: 1.0, ..SGD }), "momentum must lie in [0, 1), got 1");
    assert!(sgd(SgdConfig { weight_decay: f64::NAN, ..SGD }).contains("weight_decay"));
    let adam = |config| Adam::new(network(), config).unwrap_err().to_string();
    assert!(adam(AdamConfig { lr: f64::INFINITY, ..AMSGRAD }).contains("lr"));
    assert!(adam(AdamConfig { beta1: 1.0, ..AMSGRAD }).contains("beta1 must lie in [0, 1)"));
    assert!(adam(AdamConfig { beta2: -0.1, ..AMSGRAD }).contains("beta2"));
    assert!(adam(AdamConfig { eps: 0.0, ..AMSGRAD }).contains("eps must be finite and above 0, got 0"));
    assert!(adam(AdamConfig { weight_decay: -1.0, ..AMSGRAD }).contains("weight_decay"));

    let mut sgd = Sgd::new(network(), SGD).unwrap();
    assert!(sgd.set_lr(f64::NAN).is_err());
    sgd.set_lr(0.5).unwrap();
    assert_close!(sgd.lr(), 0.5, abs = 0.0);
}

#[test]
fn variables_given_twice() {
    let mut named = network();
    named[1].0 = "weight".to_owned();
    assert!(matches!(Sgd::new(named, SGD), Err(Error::DuplicateName { name }) if name == "weight"));
    let mut named = network();
    named[1].1 = named[0].1.clone();
    let error = Adam::new(named, AMSGRAD).unwrap_err().to_string();
    assert_eq!(error, "a variable must be given once, weight and bias are the same");
    let integer = Var::zeros(3, DType::U32, &Device::Cpu).unwrap();
    let error = Sgd::new(vec![("integer".to_owned(), integer)], SGD).unwrap_err();
    assert!(error.to_string().contains("must be f32 or f64, integer is U32"));
}
