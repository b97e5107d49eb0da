//! Batch normalisation: gradients, statistics, threads, bad input. Values of `PyTorch` are in `golden`.

use crate::support::{difference, random, same_on_one_and_two_threads, to_f32, values};
use candle_core::{DType, Tensor, Var};
use common::assert_close;
use common::tensor::grad_check::grad_check;
use common::tensor::norm::{BatchNorm, batch_norm};

const SHAPES: [&[usize]; 4] = [&[3, 2, 3, 2], &[4, 3], &[2, 1, 1, 5], &[7, 2, 1, 1]];

fn inputs(shape: &[usize]) -> [Tensor; 3] {
    [random("x", shape), random("gamma", &shape[1..2]), random("beta", &shape[1..2])]
}

#[test]
fn gradients_equal_central_differences() {
    for shape in SHAPES {
        let loss = |x: &[Tensor]| {
            let y = batch_norm(&x[0], &x[1], &x[2], 1e-3)?.y;
            (random("loss", shape) * (y.sqr()? + &y)?)?.sum_all()
        };
        let check = grad_check(loss, &inputs(shape), 1e-6).unwrap();
        assert!(check.max_relative_error < 1e-6, "{shape:?}: {check:?}");
    }
}

#[test]
fn gradients_with_running_statistics() {
    let norm = BatchNorm::new(2).unwrap();
    norm.running_mean.set(&to_f32(&random("mean", &[2]))).unwrap();
    norm.running_variance.set(&to_f32(&random("variance", &[2]).abs().unwrap())).unwrap();
    let loss = |x: &[Tensor]| {
        let var = |tensor: &Tensor| Var::from_tensor(tensor).unwrap();
        let norm = BatchNorm { gamma: var(&x[1]), beta: var(&x[2]), ..norm.clone() };
        norm.forward_t(&x[0], false)?.sqr()?.sum_all()
    };
    let inputs = inputs(&[3, 2, 2, 3]).map(|tensor| Var::from_tensor(&tensor).unwrap());
    let at = inputs.each_ref().map(|var| var.as_tensor().clone());
    let check = grad_check(loss, &at, 1e-6).unwrap();
    assert!(check.max_relative_error < 1e-6, "{check:?}");
}

/// With scale 1 and offset 0 each channel has mean 0 and variance 1, whatever it had.
#[test]
fn normalised_to_mean_zero_and_variance_one() {
    let x = ((random("x", &[6, 3, 9, 7]) * 40.0).unwrap() + 1000.0).unwrap();
    let norm = BatchNorm::new(3).unwrap();
    let y = norm.forward_t(&to_f32(&x), true).unwrap();
    let channels = y.transpose(0, 1).unwrap().flatten_from(1).unwrap().to_vec2::<f32>().unwrap();
    for channel in channels {
        let count = channel.len() as f64;
        let mean = channel.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
        let variance = channel.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / count;
        assert_close!(mean, 0.0, abs = 1e-5);
        assert_close!(variance, 1.0, abs = 1e-5);
    }
}

#[test]
fn single_precision_equals_double() {
    for shape in SHAPES {
        let run = |dtype: DType| {
            let vars =
                inputs(shape).map(|tensor| Var::from_tensor(&tensor.to_dtype(dtype).unwrap()).unwrap());
            let output = batch_norm(&vars[0], &vars[1], &vars[2], 1e-3).unwrap();
            let weight = random("loss", shape).to_dtype(dtype).unwrap();
            let grads = (&output.y * weight).unwrap().sum_all().unwrap().backward().unwrap();
            let grads: Vec<Tensor> = vars.iter().map(|var| grads.get(var).unwrap().clone()).collect();
            (output, grads)
        };
        let ((single, single_grads), (double, double_grads)) = (run(DType::F32), run(DType::F64));
        assert!(difference(&single.y, &double.y) < 2e-6);
        for (i, (single, double)) in single_grads.iter().zip(&double_grads).enumerate() {
            assert!(difference(single, double) < 2e-5, "{shape:?} {i} {}", difference(single, double));
        }
        assert_eq!(single.count, shape.iter().product::<usize>() / shape[1]);
    }
}

#[test]
fn threads_change_no_bit() {
    for shape in [&[37, 5, 9, 7][..], &[130, 70]] {
        same_on_one_and_two_threads(|| {
            let vars = inputs(shape).map(|tensor| Var::from_tensor(&to_f32(&tensor)).unwrap());
            let output = batch_norm(&vars[0], &vars[1], &vars[2], 1e-5).unwrap();
            let weight = to_f32(&random("loss", shape));
            let grads = (&output.y * weight).unwrap().sum_all().unwrap().backward().unwrap();
            let mut tensors = vec![output.y.detach()];
            tensors.extend(vars.iter().map(|var| grads.get(var).unwrap().clone()));
            tensors
        });
    }
}

#[test]
fn an_input_that_is_not_contiguous() {
    let [x, gamma, beta] = inputs(&[4, 3, 2, 5]);
    let copy = x.transpose(0, 2).unwrap().contiguous().unwrap();
    let y = batch_norm(&x.transpose(0, 2).unwrap(), &gamma, &beta, 1e-5).unwrap().y;
    assert!(difference(&y, &batch_norm(&copy, &gamma, &beta, 1e-5).unwrap().y) < 1e-15);
}

#[test]
fn bad_input_is_an_error() {
    let [x, gamma, beta] = inputs(&[4, 3, 2, 5]);
    let text = |x: &Tensor, gamma: &Tensor, eps| batch_norm(x, gamma, &beta, eps).unwrap_err().to_string();
    assert!(text(&x, &gamma, 0.0).contains("eps of batch normalisation must be positive, got 0"));
    assert!(text(&x, &gamma, f64::NAN).contains("got NaN"));
    assert!(text(&x, &random("gamma", &[2]), 1e-5).contains("of shape [3]"));
    assert!(text(&x, &to_f32(&gamma), 1e-5).contains("one element type"));
    assert!(text(&x.narrow(0, 0, 0).unwrap(), &gamma, 1e-5).contains("with elements"));
    assert!(text(&x.flatten_from(2).unwrap(), &gamma, 1e-5).contains("[N, C] or [N, C, H, W]"));
    assert!(text(&x.to_dtype(DType::U8).unwrap(), &gamma, 1e-5).contains("needs f32 or f64"));
    assert!(BatchNorm::new(0).unwrap_err().to_string().contains("at least one channel"));
    let single = to_f32(&x).narrow(0, 0, 1).unwrap().narrow(2, 0, 1).unwrap().narrow(3, 0, 1).unwrap();
    let norm = BatchNorm::new(3).unwrap();
    assert!(
        norm.forward_t(&single, true).unwrap_err().to_string().contains("at least 2 values a channel, got 1")
    );
    assert!(values(&norm.running_mean).iter().all(|mean| mean.to_bits() == 0), "nothing moved");
}
