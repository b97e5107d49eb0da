//! Initial values: distribution, reproducibility, bad input.

use crate::support::values;
use candle_core::{DType, Var};
use common::assert_close;
use common::rng::Streams;
use common::tensor::init;

fn moments(variable: &Var) -> (f64, f64) {
    let values = values(variable);
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt())
}

#[test]
fn distributions() {
    let shape = (100, 400);
    let mut rng = Streams::new(3).stream("weights");
    // five standard errors of 40,000 values
    let (mean, std) = moments(&init::normal(shape, 0.3, &mut rng).unwrap());
    assert_close!(mean, 0.0, abs = 5.0 * 0.3 / 200.0);
    assert_close!(std, 0.3, abs = 5.0 * 0.3 / 283.0);
    let (_, std) = moments(&init::he_normal(shape, 400, &mut rng).unwrap());
    assert_close!(std, (2.0_f64 / 400.0).sqrt(), rel = 5.0 / 283.0);
    let uniform = init::uniform(shape, 0.3, &mut rng).unwrap();
    let (mean, std) = moments(&uniform);
    assert_close!(mean, 0.0, abs = 5.0 * 0.3 / 3.0_f64.sqrt() / 200.0);
    assert_close!(std, 0.3 / 3.0_f64.sqrt(), rel = 0.02);
    assert!(values(&uniform).iter().all(|v| v.abs() <= f64::from(0.3_f32)));
}

#[test]
fn reproducible_by_seed_and_name() {
    let draw = |seed, name| values(&init::normal(50, 1.0, &mut Streams::new(seed).stream(name)).unwrap());
    assert_eq!(draw(1, "a"), draw(1, "a"));
    assert_ne!(draw(1, "a"), draw(2, "a"));
    assert_ne!(draw(1, "a"), draw(1, "b"));
    let ones = init::ones((2, 2)).unwrap();
    assert!(ones.is_variable() && ones.dtype() == DType::F32);
    assert_eq!(values(&ones), [1.0; 4]);
    assert_eq!(values(&init::zeros(3).unwrap()), [0.0; 3]);
}

#[test]
fn bad_input_is_an_error() {
    let rng = &mut Streams::new(1).stream("w");
    assert!(init::normal(3, -1.0, rng).unwrap_err().to_string().contains("finite and at least 0, got -1"));
    assert!(init::uniform(3, f64::INFINITY, rng).unwrap_err().to_string().contains("got inf"));
    assert!(init::he_normal(3, 0, rng).unwrap_err().to_string().contains("fan-in"));
}
