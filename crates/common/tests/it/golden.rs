//! Operations and optimisers against values of `PyTorch`.

use crate::support::values;
use candle_core::{DType, Device, Tensor, Var};
use common::assert_close;
use common::tensor::norm::BatchNorm;
use common::tensor::{conv, loss, pool};
use common::train::adam::{Adam, AdamConfig};
use common::train::sgd::{Sgd, SgdConfig};
use std::collections::HashMap;

/// Values by case and tensor.
struct Golden(HashMap<(String, String), Vec<f64>>);

impl Golden {
    fn read() -> Self {
        let mut golden: HashMap<_, Vec<f64>> = HashMap::new();
        for line in include_str!("../golden/torch.csv").lines().skip(2) {
            let fields: Vec<&str> = line.split(',').collect();
            let values = golden.entry((fields[0].to_owned(), fields[1].to_owned())).or_default();
            assert_eq!(values.len(), fields[2].parse::<usize>().unwrap());
            values.push(fields[3].parse().unwrap());
        }
        Self(golden)
    }

    fn check(&self, case: &str, tensor: &str, ours: &Tensor) {
        let expected = &self.0[&(case.to_owned(), tensor.to_owned())];
        let ours = values(ours);
        assert_eq!(ours.len(), expected.len(), "{case} {tensor}");
        for (i, (&ours, &expected)) in ours.iter().zip(expected).enumerate() {
            assert_close!(ours, expected, abs = 1e-12 * (1.0 + expected.abs()), "{case} {tensor} {i}");
        }
    }
}

/// `scale sin(0.7 i + phase) + offset` over the elements.
fn wave(shape: &[usize], phase: f64, scale: f64, offset: f64) -> Tensor {
    let count: usize = shape.iter().product();
    let values: Vec<f64> = (0..count).map(|i| scale * (0.7 * i as f64 + phase).sin() + offset).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

fn variable(shape: &[usize], phase: f64) -> Var {
    Var::from_tensor(&wave(shape, phase, 1.0, 0.0)).unwrap()
}

/// The scalar whose gradient with respect to y is `wave(0.4)`.
fn scalar(y: &Tensor) -> Tensor {
    (y * wave(y.dims(), 0.4, 1.0, 0.0)).unwrap().sum_all().unwrap()
}

#[test]
fn convolution() {
    let golden = Golden::read();
    for (case, x, weight, stride) in
        [("conv-3x3", [2, 2, 5, 4], [3, 2, 3, 3], 1), ("conv-stride", [1, 2, 7, 6], [2, 2, 3, 2], 2)]
    {
        let (x, weight, bias) = (variable(&x, 0.1), variable(&weight, 0.2), variable(&weight[..1], 0.3));
        let y = conv::conv2d(&x, &weight, Some(&bias), stride, 1).unwrap();
        let grads = scalar(&y).backward().unwrap();
        golden.check(case, "y", &y);
        for (name, variable) in [("dx", &x), ("dweight", &weight), ("dbias", &bias)] {
            golden.check(case, name, grads.get(variable).unwrap());
        }
    }
}

#[test]
fn pooling() {
    let golden = Golden::read();
    for (case, pool) in [
        ("avg-pool", pool::avg_pool2d as fn(&Tensor, usize) -> candle_core::Result<Tensor>),
        ("max-pool", pool::max_pool2d),
    ] {
        let x = variable(&[2, 2, 5, 7], 0.1);
        let y = pool(&x, 2).unwrap();
        golden.check(case, "y", &y);
        golden.check(case, "dx", scalar(&y).backward().unwrap().get(&x).unwrap());
    }
}

#[test]
fn batch_normalisation() {
    let golden = Golden::read();
    for (case, shape) in [("norm-4d", &[3, 2, 3, 2][..]), ("norm-2d", &[5, 3])] {
        let channels = shape[1];
        let var = |tensor: Tensor| Var::from_tensor(&tensor).unwrap();
        let norm = BatchNorm {
            gamma: var(wave(&[channels], 0.5, 1.0, 1.5)),
            beta: variable(&[channels], 0.6),
            running_mean: var(Tensor::zeros(channels, DType::F64, &Device::Cpu).unwrap()),
            running_variance: var(Tensor::ones(channels, DType::F64, &Device::Cpu).unwrap()),
            momentum: 0.1,
            eps: 1e-5,
        };
        for (case, train, phase, scale, offset) in [
            (format!("{case}-0"), true, 0.1, 3.0, 1.0),
            (format!("{case}-1"), true, 1.1, 3.0, 1.0),
            (format!("{case}-eval"), false, 0.1, 1.0, 0.0),
        ] {
            let x = var(wave(shape, phase, scale, offset));
            let y = norm.forward_t(&x, train).unwrap();
            let grads = scalar(&y).backward().unwrap();
            golden.check(&case, "y", &y);
            for (name, variable) in [("dx", &x), ("dgamma", &norm.gamma), ("dbeta", &norm.beta)] {
                golden.check(&case, name, grads.get(variable).unwrap());
            }
            assert!(grads.get(&norm.running_mean).is_none() && grads.get(&norm.running_variance).is_none());
            if train {
                golden.check(&case, "mean", &norm.running_mean);
                golden.check(&case, "variance", &norm.running_variance);
            }
        }
    }
}

#[test]
fn cross_entropy() {
    let golden = Golden::read();
    let logits = Var::from_tensor(&wave(&[4, 3], 0.1, 5.0, 0.0)).unwrap();
    let loss = loss::cross_entropy(&logits, &[2, 0, 1, 1]).unwrap();
    golden.check("cross-entropy", "loss", &loss);
    golden.check("cross-entropy", "dlogits", loss.backward().unwrap().get(&logits).unwrap());
}

/// Six steps with the gradients of the golden file.
fn descend(p: &Var, mut step: impl FnMut(&candle_core::backprop::GradStore)) {
    for i in 0..6_u32 {
        let gradient = wave(&[4], 0.4 + f64::from(i), 3.0 - f64::from(i), 0.0);
        step(&(p.as_tensor() * gradient).unwrap().sum_all().unwrap().backward().unwrap());
    }
}

#[test]
fn optimisers() {
    let golden = Golden::read();
    let named = |p: &Var| vec![("p".to_owned(), p.clone())];

    let p = variable(&[4], 0.1);
    let config = SgdConfig { lr: 0.1, momentum: 0.9, weight_decay: 5e-4 };
    let mut sgd = Sgd::new(named(&p), config).unwrap();
    descend(&p, |grads| sgd.step(grads).unwrap());
    golden.check("sgd", "p", &p);

    let plain =
        AdamConfig { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.1, amsgrad: false };
    let amsgrad =
        AdamConfig { lr: 0.01, beta1: 0.8, beta2: 0.99, eps: 1e-6, weight_decay: 5e-4, amsgrad: true };
    for (case, config) in [("adam", plain), ("amsgrad", amsgrad)] {
        let p = variable(&[4], 0.1);
        let mut adam = Adam::new(named(&p), config).unwrap();
        descend(&p, |grads| adam.step(grads).unwrap());
        golden.check(case, "p", &p);
    }
}
