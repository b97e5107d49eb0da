//! Pooling: gradients, ties, bad input.

use crate::support::{difference, random, to_f32, values};
use candle_core::{DType, Device, Result, Tensor, Var};
use common::tensor::grad_check::grad_check;
use common::tensor::pool::{avg_pool2d, max_pool2d};

type Pool = fn(&Tensor, usize) -> Result<Tensor>;
const BOTH: [Pool; 2] = [avg_pool2d, max_pool2d];

#[test]
fn gradients_equal_central_differences() {
    for pool in BOTH {
        for (shape, kernel) in [([2, 2, 4, 4], 2), ([1, 3, 5, 7], 2), ([1, 1, 7, 6], 3), ([1, 2, 3, 3], 1)] {
            let loss = |x: &[Tensor]| {
                let y = pool(&x[0], kernel)?;
                (random("loss", y.dims()) * y.sqr()?)?.sum_all()
            };
            let x = random("x", &shape);
            let check = grad_check(loss, std::slice::from_ref(&x), 1e-6).unwrap();
            assert!(check.max_relative_error < 1e-6, "{shape:?} {kernel}: {check:?}");
            let transposed = |x: &[Tensor]| pool(&x[0].transpose(2, 3)?, kernel)?.sqr()?.sum_all();
            assert!(grad_check(transposed, &[x], 1e-6).unwrap().max_relative_error < 1e-6);
        }
    }
}

#[test]
fn single_precision_equals_double() {
    let x = random("x", &[3, 4, 9, 10]);
    for pool in BOTH {
        for kernel in [1, 2, 3, 9] {
            let single = pool(&to_f32(&x), kernel).unwrap();
            assert_eq!(single.dtype(), DType::F32);
            assert!(difference(&single, &pool(&x, kernel).unwrap()) < 3e-7);
        }
    }
}

/// A window of k × k equal values: the mean spreads the gradient, the maximum gives it to the first.
#[test]
fn gradient_of_a_constant_window() {
    let ones = || Var::ones((1, 1, 2, 2), DType::F64, &Device::Cpu).unwrap();
    let gradient = |pool: Pool| {
        let x = ones();
        let grads = pool(&x, 2).unwrap().sum_all().unwrap().backward().unwrap();
        values(grads.get(&x).unwrap())
    };
    assert_eq!(
        gradient(avg_pool2d).iter().map(|v| v * 4.0).map(f64::to_bits).collect::<Vec<_>>(),
        [1.0_f64.to_bits(); 4]
    );
    assert_eq!(
        gradient(max_pool2d).iter().map(|v| v.to_bits()).collect::<Vec<_>>(),
        [1.0, 0.0, 0.0, 0.0_f64].map(f64::to_bits)
    );
}

#[test]
fn a_nan_is_not_lost() {
    for at in 0..4 {
        let mut x = [1.0, 2.0, 3.0, 4.0];
        x[at] = f64::NAN;
        let x = Tensor::from_slice(&x, (1, 1, 2, 2), &Device::Cpu).unwrap();
        for pool in BOTH {
            assert!(values(&pool(&x, 2).unwrap())[0].is_nan());
        }
    }
}

#[test]
fn bad_input_is_an_error() {
    let x = random("x", &[1, 2, 4, 3]);
    for pool in BOTH {
        let text = |x: &Tensor, kernel| pool(x, kernel).unwrap_err().to_string();
        assert!(text(&x, 0).contains("between 1 and the size of the map 4x3, got 0"));
        assert!(text(&x, 4).contains("between 1 and the size of the map 4x3, got 4"));
        assert!(text(&x.narrow(0, 0, 0).unwrap(), 1).contains("with elements"));
        assert!(text(&x.squeeze(0).unwrap(), 1).contains("unexpected rank"));
        assert!(text(&x.to_dtype(DType::U8).unwrap(), 1).contains("one element type"));
    }
}
