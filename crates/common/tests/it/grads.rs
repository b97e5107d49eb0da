//! The gradient checks themselves, and deep graphs.

use crate::support::values;
use candle_core::{DType, Device, Tensor, Var};
use common::tensor::grad_check::grad_check;
use common::train::grads::{require_finite_grads, require_grads};
use common::train::{Error, with_stack};

fn at() -> Tensor {
    Tensor::new(&[0.3_f64, -1.2, 0.7], &Device::Cpu).unwrap()
}

/// The straight-through identity has gradient 1 where the function it wraps is flat: the check must see that.
#[test]
fn a_wrong_gradient_is_found() {
    let loss = |x: &[Tensor]| {
        let wrong = (&x[0] + (x[0].sqr()? - &x[0])?.detach())?;
        wrong.narrow(0, 1, 1)?.sum_all()
    };
    let check = grad_check(loss, &[at()], 1e-6).unwrap();
    assert_eq!(check.worst, (0, 1));
    common::assert_close!(check.analytic, 1.0, rel = 1e-12);
    common::assert_close!(check.numeric, -2.4, rel = 1e-8);
    common::assert_close!(check.max_relative_error, 3.4 / 2.4, rel = 1e-8);
}

#[test]
fn a_nan_gradient_is_the_worst() {
    let loss = |x: &[Tensor]| x[0].sqrt()?.sum_all(); // of a negative number
    assert!(grad_check(loss, &[at()], 1e-6).unwrap().max_relative_error.is_nan());
}

#[test]
fn bad_checks_are_errors() {
    let text = |f: fn(&[Tensor]) -> candle_core::Result<Tensor>, at: &[Tensor], step| {
        grad_check(f, at, step).unwrap_err().to_string()
    };
    let square = |x: &[Tensor]| x[0].sqr()?.sum_all();
    assert!(text(square, &[at()], 0.0).contains("step of a gradient check must be positive, got 0"));
    assert!(text(square, &[at().to_dtype(DType::F32).unwrap()], 1e-6).contains("f64 inputs"));
    assert!(text(square, &[at(), at()], 1e-6).contains("input 1 gets no gradient"));
    assert!(text(|x| x[0].round()?.sum_all(), &[at()], 1e-6).contains("input 0 gets no gradient"));
    assert!(text(|_| Tensor::new(1.0, &Device::Cpu), &[], 1e-6).contains("at least one input"));
}

#[test]
fn missing_and_infinite_gradients() {
    let var = || Var::from_tensor(&at()).unwrap();
    let named = vec![("used".to_owned(), var()), ("unused".to_owned(), var())];
    let grads = named[0].1.sqrt().unwrap().sum_all().unwrap().backward().unwrap();
    require_grads(&named[..1], &grads).unwrap();
    let error = require_grads(&named, &grads).unwrap_err();
    assert!(matches!(&error, Error::MissingGradient { name } if name == "unused"));
    assert_eq!(error.to_string(), "every variable must receive a gradient, unused received none");

    let error = require_finite_grads(&named[..1], &grads).unwrap_err();
    assert_eq!(error.to_string(), "gradients must be finite, that of used is NaN at element 1");
    let single = Var::new(&[4.0_f32, 0.0], &Device::Cpu).unwrap();
    let grads = single.sqrt().unwrap().sum_all().unwrap().backward().unwrap();
    let named = vec![("single".to_owned(), single)];
    let error = require_finite_grads(&named, &grads).unwrap_err();
    assert_eq!(error.to_string(), "gradients must be finite, that of single is inf at element 1");
}

/// 30,000 operations in a chain overflow the stack of a test thread.
#[test]
fn deep_graphs_fit_the_large_stack() {
    let gradient = with_stack(|| {
        let x = Var::new(1.0_f64, &Device::Cpu).unwrap();
        let mut y = x.as_tensor().clone();
        for _ in 0..30_000 {
            y = (y + 1.0).unwrap();
        }
        values(y.backward().unwrap().get(&x).unwrap())
    });
    assert_eq!(gradient.unwrap(), [1.0]);
}

#[test]
fn a_panic_passes_on() {
    let caught = std::panic::catch_unwind(|| with_stack(|| std::panic::panic_any(17_u8)));
    assert_eq!(caught.unwrap_err().downcast_ref::<u8>(), Some(&17));
}
