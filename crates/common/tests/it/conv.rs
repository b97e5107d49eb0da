//! Convolution and linear layer: gradients, agreement with candle's forward pass, threads, bad input.

use crate::support::{difference, random, same_on_one_and_two_threads, to_f32};
use candle_core::{DType, Device, Result, Tensor, Var};
use common::tensor::conv::{conv2d, linear};
use common::tensor::grad_check::grad_check;

/// batch, input channels, height, width, output channels, kernel height, kernel width, stride, padding
const CASES: [[usize; 9]; 14] = [
    [2, 3, 5, 5, 4, 3, 3, 1, 1],
    [1, 1, 1, 1, 1, 1, 1, 1, 0],
    [3, 2, 7, 6, 5, 3, 3, 2, 1],
    [2, 2, 6, 9, 3, 2, 4, 1, 0],
    [2, 3, 4, 4, 2, 1, 1, 1, 0],
    [2, 3, 5, 4, 2, 1, 1, 2, 0],
    [1, 2, 9, 8, 3, 5, 5, 3, 2],
    [4, 2, 2, 2, 3, 3, 3, 1, 1],
    [2, 1, 3, 3, 2, 3, 3, 1, 3],
    [1, 2, 12, 11, 2, 8, 8, 4, 0],
    [5, 3, 1, 7, 2, 1, 3, 1, 1],
    [70, 2, 2, 2, 3, 3, 3, 1, 1],
    [2, 17, 16, 18, 33, 3, 3, 1, 1],
    [3, 8, 8, 8, 16, 3, 3, 1, 1],
];

fn inputs(case: [usize; 9]) -> (Tensor, Tensor, Tensor) {
    let [n, c, h, w, o, kh, kw, _, _] = case;
    (random("x", &[n, c, h, w]), random("weight", &[o, c, kh, kw]), random("bias", &[o]))
}

/// A scalar with a different derivative for each element of the result.
fn weighted(y: &Tensor) -> Result<Tensor> {
    (y * random("loss", y.dims()).to_dtype(y.dtype())?)?.sum_all()
}

#[test]
fn forward_equals_candle() {
    for case in CASES {
        let (x, weight, bias) = inputs(case);
        let [.., stride, padding] = case;
        let reference = x.conv2d(&weight, padding, stride, 1, 1).unwrap();
        let reference = reference.broadcast_add(&bias.reshape((1, (), 1, 1)).unwrap()).unwrap();
        let y = conv2d(&x, &weight, Some(&bias), stride, padding).unwrap();
        assert!(difference(&y, &reference) < 1e-13, "{case:?}");
        let y = conv2d(&to_f32(&x), &to_f32(&weight), Some(&to_f32(&bias)), stride, padding).unwrap();
        assert_eq!(y.dtype(), DType::F32);
        assert!(difference(&y, &reference) < 2e-6, "{case:?}: {}", difference(&y, &reference));
    }
}

#[test]
fn gradients_equal_central_differences() {
    for case in CASES.into_iter().filter(|case| case[0] < 70 && case[1] < 17) {
        let (x, weight, bias) = inputs(case);
        let [.., stride, padding] = case;
        // quadratic, so that the gradient depends on the value
        let loss = |x: &[Tensor]| weighted(&conv2d(&x[0], &x[1], x.get(2), stride, padding)?.sqr()?);
        for at in [vec![x.clone(), weight.clone(), bias], vec![x, weight]] {
            let check = grad_check(loss, &at, 1e-5).unwrap();
            assert!(check.max_relative_error < 1e-6, "{case:?}: {check:?}");
        }
    }
}

/// Gradients of x, weight and bias in f32 and f64.
fn gradients(case: [usize; 9], dtype: DType) -> Vec<Tensor> {
    let (x, weight, bias) = inputs(case);
    let [.., stride, padding] = case;
    let variables =
        [x, weight, bias].map(|tensor| Var::from_tensor(&tensor.to_dtype(dtype).unwrap()).unwrap());
    let y = conv2d(&variables[0], &variables[1], Some(&variables[2]), stride, padding).unwrap();
    let grads = weighted(&y).unwrap().backward().unwrap();
    let gradients = variables.iter().map(|variable| grads.get(variable).unwrap().clone());
    std::iter::once(y.detach()).chain(gradients).collect()
}

#[test]
fn single_precision_equals_double() {
    for case in CASES {
        for (single, double) in gradients(case, DType::F32).iter().zip(&gradients(case, DType::F64)) {
            assert!(difference(single, double) < 3e-6, "{case:?}: {}", difference(single, double));
        }
    }
}

#[test]
fn threads_change_no_bit() {
    for case in [[37, 5, 9, 9, 7, 3, 3, 1, 1], [130, 6, 2, 2, 9, 3, 3, 1, 1], [9, 16, 32, 32, 16, 3, 3, 1, 1]]
    {
        same_on_one_and_two_threads(|| gradients(case, DType::F32));
    }
}

#[test]
fn only_what_tracks_gets_a_gradient() {
    let (x, weight, _) = inputs(CASES[0]);
    let variable = Var::from_tensor(&weight).unwrap();
    let grads = weighted(&conv2d(&x, &variable, None, 1, 1).unwrap()).unwrap().backward().unwrap();
    assert!(grads.get(&variable).is_some() && grads.get(&x).is_none());
    let variable = Var::from_tensor(&x).unwrap();
    let grads = weighted(&conv2d(&variable, &weight, None, 1, 1).unwrap()).unwrap().backward().unwrap();
    assert!(grads.get(&variable).is_some() && grads.get(&weight).is_none());
}

#[test]
fn inputs_that_are_not_contiguous() {
    let (x, weight) = (random("x", &[5, 4, 3, 2]), random("weight", &[3, 3, 3, 2]));
    let (xt, wt) = (x.transpose(0, 3).unwrap(), weight.transpose(1, 3).unwrap()); // [2, 4, 3, 5], [3, 2, 3, 3]
    assert!(!xt.is_contiguous() && !wt.is_contiguous());
    let xt = xt.transpose(1, 3).unwrap().narrow(1, 1, 2).unwrap(); // [2, 2, 3, 4]
    let y = conv2d(&xt, &wt, None, 1, 1).unwrap();
    let reference = conv2d(&xt.copy().unwrap(), &wt.copy().unwrap(), None, 1, 1).unwrap();
    assert!(difference(&y, &reference) < 1e-15);
    let loss = |x: &[Tensor]| {
        let weight = x[1].transpose(1, 3)?;
        weighted(
            &conv2d(&x[0].transpose(0, 3)?.narrow(2, 1, 2)?, &weight.narrow(1, 0, 2)?, None, 1, 1)?.sqr()?,
        )
    };
    let at = [random("x", &[4, 2, 3, 2]), random("weight", &[2, 2, 2, 3])];
    assert!(grad_check(loss, &at, 1e-5).unwrap().max_relative_error < 1e-6);
}

/// One place, whatever the stride.
#[test]
fn a_stride_beyond_the_map() {
    let (x, weight, _) = inputs([9, 3, 4, 4, 5, 3, 3, 1, 1]);
    let (x, weight) = (to_f32(&x), to_f32(&weight));
    let far = conv2d(&x, &weight, None, usize::MAX, 1).unwrap();
    let near = conv2d(&x, &weight, None, 1, 1).unwrap().narrow(2, 0, 1).unwrap().narrow(3, 0, 1).unwrap();
    assert!(difference(&far, &near) < 1e-6);
}

#[test]
fn bad_shapes_are_errors() {
    let tensor = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap();
    let text = |x: &[usize], weight: &[usize], bias: Option<&[usize]>, stride, padding| {
        conv2d(&tensor(x), &tensor(weight), bias.map(tensor).as_ref(), stride, padding)
            .unwrap_err()
            .to_string()
    };
    let cases = [
        (text(&[0, 2, 4, 4], &[3, 2, 3, 3], None, 1, 1), "needs tensors with elements"),
        (text(&[1, 2, 4, 4], &[3, 1, 3, 3], None, 1, 1), "weight of 2 input channels"),
        (text(&[1, 2, 4, 4], &[3, 2, 3, 3], Some(&[2]), 1, 1), "bias of shape [3], got [2]"),
        (text(&[1, 2, 4, 4], &[3, 2, 3, 3], None, 0, 1), "stride of at least 1, got 0"),
        (text(&[1, 2, 2, 4], &[3, 2, 3, 3], None, 1, 0), "kernel within the padded map 2x4, got 3x3"),
        (text(&[1, 2, 4, 4], &[3, 2, 3, 3], None, 1, usize::MAX / 2), "padding that fits"),
        (text(&[1, 2, 4, 4], &[3, 2, 3, 3], None, 1, 1 << 40), "result that fits"),
        (text(&[2, 4, 4], &[3, 2, 3, 3], None, 1, 1), "unexpected rank"),
    ];
    for (text, part) in cases {
        assert!(text.contains(part), "{text}");
    }
    let mixed = conv2d(&tensor(&[1, 1, 3, 3]), &random("weight", &[1, 1, 3, 3]), None, 1, 1);
    assert!(mixed.unwrap_err().to_string().contains("one element type"));
    let integer = Tensor::zeros((1, 1, 3, 3), DType::U8, &Device::Cpu).unwrap();
    assert!(conv2d(&integer, &integer, None, 1, 1).unwrap_err().to_string().contains("one element type"));
}

const LINEAR: [[usize; 3]; 5] = [[1, 1, 1], [3, 5, 2], [7, 1, 4], [2, 9, 70], [66, 3, 5]];

#[test]
fn linear_gradients_and_values() {
    for [n, i, o] in LINEAR {
        let (x, weight, bias) = (random("x", &[n, i]), random("weight", &[o, i]), random("bias", &[o]));
        let reference = x.matmul(&weight.t().unwrap()).unwrap().broadcast_add(&bias).unwrap();
        assert!(difference(&linear(&x, &weight, Some(&bias)).unwrap(), &reference) < 1e-14);
        let loss = |x: &[Tensor]| weighted(&linear(&x[0], &x[1], x.get(2))?.sqr()?);
        for at in [vec![x.clone(), weight.clone(), bias], vec![x, weight]] {
            let check = grad_check(loss, &at, 1e-5).unwrap();
            assert!(check.max_relative_error < 1e-6, "{n} {i} {o}: {check:?}");
        }
    }
}

#[test]
fn linear_threads_change_no_bit() {
    same_on_one_and_two_threads(|| {
        let variables = [random("x", &[67, 300]), random("weight", &[1100, 300]), random("bias", &[1100])]
            .map(|tensor| Var::from_tensor(&to_f32(&tensor)).unwrap());
        let y = linear(&variables[0], &variables[1], Some(&variables[2])).unwrap();
        let grads = weighted(&y).unwrap().backward().unwrap();
        let gradients = variables.iter().map(|variable| grads.get(variable).unwrap().clone());
        std::iter::once(y.detach()).chain(gradients).collect()
    });
}

#[test]
fn linear_bad_shapes_are_errors() {
    let (x, weight) = (random("x", &[2, 3]), random("weight", &[4, 3]));
    let text = |result: Result<Tensor>| result.unwrap_err().to_string();
    assert!(text(linear(&x, &random("w", &[4, 2]), None)).contains("weight of 3 columns"));
    assert!(text(linear(&x, &weight, Some(&random("b", &[3])))).contains("bias of shape [4], got [3]"));
    assert!(text(linear(&x.narrow(0, 0, 0).unwrap(), &weight, None)).contains("tensors with elements"));
    assert!(text(linear(&x, &to_f32(&weight), None)).contains("one element type"));
}
