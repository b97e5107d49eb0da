//! Cross-entropy and accuracy. A value of `PyTorch` is in `golden`.

use crate::support::{difference, random, to_f32, values};
use candle_core::{DType, Device, Tensor, Var};
use common::assert_close;
use common::tensor::grad_check::grad_check;
use common::tensor::loss::{accuracy, cross_entropy};

#[test]
fn gradient_equals_central_differences() {
    let labels = [2, 0, 1, 1];
    let loss = |x: &[Tensor]| cross_entropy(&(&x[0] * 5.0)?, &labels)?.sqr();
    let check = grad_check(loss, &[random("logits", &[4, 3])], 1e-6).unwrap();
    assert!(check.max_relative_error < 1e-6, "{check:?}");
}

/// Equal logits: log K; and the gradient of a row sums to 0.
#[test]
fn closed_forms() {
    let logits = Var::zeros((3, 10), DType::F32, &Device::Cpu).unwrap();
    let loss = cross_entropy(&logits, &[0, 4, 9]).unwrap();
    assert_close!(values(&loss)[0], 10.0_f64.ln(), rel = 1e-7);
    let gradient = values(loss.backward().unwrap().get(&logits).unwrap());
    assert_close!(gradient[0], (0.1 - 1.0) / 3.0, rel = 1e-7);
    assert_close!(gradient[1], 0.1 / 3.0, rel = 1e-7);
    for row in gradient.chunks(10) {
        assert_close!(row.iter().sum(), 0.0, abs = 1e-8);
    }
}

#[test]
fn large_logits_stay_finite() {
    let logits = Var::new(&[[1e4_f32, -1e4], [3e38, -3e38]], &Device::Cpu).unwrap();
    let loss = cross_entropy(&logits, &[1, 0]).unwrap();
    assert_close!(values(&loss)[0], 1e4, rel = 1e-7);
    let gradient = values(loss.backward().unwrap().get(&logits).unwrap());
    assert_eq!(gradient, [0.5, -0.5, 0.0, 0.0]);
}

/// A batch of 2^17 rows: a sum of f32 in sequence is off by more than this.
#[test]
fn many_rows_are_summed_in_double_precision() {
    let rows = 1 << 17;
    let logits = Tensor::zeros((rows, 3), DType::F32, &Device::Cpu).unwrap();
    let loss = cross_entropy(&logits, &vec![1; rows]).unwrap();
    assert_close!(values(&loss)[0], 3.0_f64.ln(), rel = 6e-8);
}

#[test]
fn single_precision_equals_double() {
    let logits = random("logits", &[7, 5]);
    let labels = [0, 1, 2, 3, 4, 0, 1];
    let double = cross_entropy(&logits, &labels).unwrap();
    let single = cross_entropy(&to_f32(&logits), &labels).unwrap();
    assert_eq!(single.dtype(), DType::F32);
    assert!(difference(&single, &double) < 1e-6);
    let transposed = random("logits", &[5, 7]).t().unwrap();
    let copy = transposed.copy().unwrap();
    assert_eq!(
        values(&cross_entropy(&transposed, &labels).unwrap()),
        values(&cross_entropy(&copy, &labels).unwrap())
    );
}

#[test]
fn accuracy_counts_first_maxima() {
    let nan = f32::NAN;
    let logits = [
        [0.0, 2.0, 1.0],
        [3.0, 3.0, 1.0],
        [3.0, 3.0, 1.0],
        [nan, 5.0, 1.0],
        [5.0, nan, 1.0],
        [nan, nan, nan],
    ];
    let logits = Tensor::new(&logits, &Device::Cpu).unwrap();
    assert_eq!(accuracy(&logits, &[1, 0, 0, 1, 0, 0]).unwrap(), 3);
    assert_eq!(accuracy(&logits, &[1, 1, 1, 0, 0, 0]).unwrap(), 1);
    let double = logits.to_dtype(DType::F64).unwrap();
    assert_eq!(accuracy(&double, &[1, 0, 0, 1, 0, 0]).unwrap(), 3);
}

type Checked = fn(&Tensor, &[u32]) -> candle_core::Result<()>;

#[test]
fn bad_input_is_an_error() {
    let logits = random("logits", &[2, 3]);
    let functions: [Checked; 2] = [|x, y| cross_entropy(x, y).map(|_| ()), |x, y| accuracy(x, y).map(|_| ())];
    for function in functions {
        let text = |x: &Tensor, labels: &[u32]| function(x, labels).unwrap_err().to_string();
        assert!(text(&logits, &[0, 3]).contains("below the number of classes 3, got 3 in row 1"));
        assert!(text(&logits, &[0]).contains("got 1 labels for 2 rows"));
        assert!(text(&logits.narrow(0, 0, 0).unwrap(), &[]).contains("at least one row"));
        assert!(text(&logits.narrow(1, 0, 0).unwrap(), &[0, 0]).contains("number of classes 0"));
        assert!(text(&logits.get(0).unwrap(), &[0]).contains("unexpected rank"));
        assert!(text(&logits.to_dtype(DType::U32).unwrap(), &[0, 0]).contains("f32 or f64"));
    }
}
