//! Today's wrong gradients of candle 0.11.1, asserted one by one. Where a test fails after an upgrade, candle has been
//! repaired, and the workaround that `common::tensor` names for it may go.

use crate::support::{difference, random, to_f32, values};
use candle_core::{D, DType, Device, Module as _, Result, Tensor, Var};
use candle_nn::{LayerNorm, RmsNorm, ops, rotary_emb};
use common::assert_close;
use common::tensor::grad_check::grad_check;

/// The relative error of candle's gradient with respect to one f64 input.
fn error(f: impl Fn(&Tensor) -> Result<Tensor>, x: &Tensor) -> f64 {
    let loss = |x: &[Tensor]| {
        let y = f(&x[0])?;
        (random("loss", y.dims()) * &y)?.sum_all()
    };
    grad_check(loss, std::slice::from_ref(x), 1e-6).unwrap().max_relative_error
}

/// Whether an f32 input gets a gradient at all.
fn reaches(f: impl Fn(&Tensor) -> Result<Tensor>, x: &Tensor) -> bool {
    let x = Var::from_tensor(&to_f32(x)).unwrap();
    let loss = f(&x).unwrap().sum_all().unwrap();
    loss.backward().unwrap().get(&x).is_some()
}

fn ones(shape: &[usize]) -> Tensor {
    Tensor::ones(shape, DType::F32, &Device::Cpu).unwrap()
}

#[test]
fn fused_norms_lose_the_gradient_in_silence() {
    let x = random("x", &[2, 4]);
    let (scale, offset) = (ones(&[4]), Tensor::zeros(4, DType::F32, &Device::Cpu).unwrap());
    assert!(!reaches(|x| LayerNorm::new(scale.clone(), offset.clone(), 1e-5).forward(x), &x));
    assert!(!reaches(|x| RmsNorm::new(scale.clone(), 1e-5).forward(x), &x));
    assert!(!reaches(|x| ops::layer_norm(x, &scale, &offset, 1e-5), &x));
    assert!(!reaches(|x| ops::rms_norm(x, &scale, 1e-5), &x));
    // and in double precision they are an error
    let double = scale.to_dtype(DType::F64).unwrap();
    assert!(ops::rms_norm(&x, &double, 1e-5).is_err());
    // what to use
    assert!(reaches(|x| RmsNorm::new(scale.clone(), 1e-5).forward_diff(x), &x));
    assert!(error(|x| ops::layer_norm_slow(x, &double, &double.zeros_like()?, 1e-5), &x) < 1e-6);
    assert!(error(|x| ops::rms_norm_slow(x, &double, 1e-5), &x) < 1e-6);
}

#[test]
fn fused_softmax_and_rope_lose_the_gradient_in_silence() {
    let x = random("x", &[1, 1, 2, 4]);
    assert!(!reaches(ops::softmax_last_dim, &x));
    let angles = to_f32(&random("angles", &[2, 2]));
    assert!(!reaches(|x| rotary_emb::rope(x, &angles, &angles), &x));
    // what to use
    let angles = random("angles", &[2, 2]);
    assert!(error(|x| ops::softmax(x, D::Minus1), &x) < 1e-6);
    assert!(error(|x| rotary_emb::rope_slow(x, &angles, &angles), &x) < 1e-6);
}

#[test]
fn conv1d_is_wrong_for_a_kernel_that_is_not_contiguous() {
    let (x, kernel) = (random("x", &[2, 3, 6]), random("kernel", &[4, 3, 3]));
    let strided = kernel.transpose(0, 2).unwrap().contiguous().unwrap().transpose(0, 2).unwrap();
    assert!(!strided.is_contiguous());
    let right = x.conv1d(&kernel, 1, 1, 1, 1).unwrap();
    assert!(difference(&x.conv1d(&strided, 1, 1, 1, 1).unwrap(), &right) > 0.1);
    // its backward pass hands such a kernel to itself: the gradient of the kernel is off, whatever the kernel's layout
    assert!(error(|kernel| x.conv1d(kernel, 1, 1, 1, 1), &kernel) > 0.1);
    assert!(error(|x| x.conv1d(&strided, 1, 1, 1, 1), &x) > 0.1);
    // what to use
    let ours = |x: &Tensor| {
        common::tensor::conv::conv2d(&x.unsqueeze(2)?, &kernel.unsqueeze(2)?, None, 1, 0)?.squeeze(2)
    };
    assert!(difference(&ours(&x).unwrap(), &x.conv1d(&kernel, 0, 1, 1, 1).unwrap()) < 1e-14);
    assert!(error(ours, &x) < 1e-6);
}

#[test]
fn conv_transpose1d_is_wrong_for_a_kernel_that_is_not_contiguous() {
    let (x, kernel) = (random("x", &[2, 3, 6]), random("kernel", &[3, 4, 3]));
    let strided = kernel.transpose(0, 2).unwrap().contiguous().unwrap().transpose(0, 2).unwrap();
    let run = |kernel: &Tensor| x.conv_transpose1d(kernel, 0, 0, 1, 1, 1).unwrap();
    assert!(difference(&run(&strided), &run(&kernel)) > 0.1);
    assert!(gradient_fails(|x| x.conv_transpose1d(&kernel, 0, 0, 1, 1, 1), &x));
}

/// The forward pass works and the backward pass is an error.
fn gradient_fails(f: impl Fn(&Tensor) -> Result<Tensor>, x: &Tensor) -> bool {
    let x = Var::from_tensor(x).unwrap();
    f(&x).unwrap().sum_all().unwrap().backward().is_err()
}

#[test]
fn max_pool2d_has_a_gradient_too_small() {
    let x = Var::new(&[[[[1.0_f64, 2.0], [3.0, 4.0]]]], &Device::Cpu).unwrap();
    let gradient = x.max_pool2d(2).unwrap().sum_all().unwrap().backward().unwrap();
    assert_eq!(values(gradient.get(&x).unwrap()), [0.0, 0.0, 0.0, 0.25]);
    assert!(gradient_fails(|x| x.max_pool2d_with_stride(2, 1), &random("x", &[1, 1, 3, 3])));
    assert!(pool_is_wrong(|x| x.max_pool2d(2)));
}

#[test]
fn avg_pool2d_is_wrong_unless_the_window_divides_the_map() {
    assert!(error(|x| x.avg_pool2d(2), &random("x", &[1, 1, 4, 4])) < 1e-6);
    assert!(pool_is_wrong(|x| x.avg_pool2d(2)));
    assert!(gradient_fails(|x| x.avg_pool2d_with_stride(2, 1), &random("x", &[1, 1, 3, 3])));
}

/// On a map of 5 × 5: an error, or a gradient that is off.
fn pool_is_wrong(f: impl Fn(&Tensor) -> Result<Tensor>) -> bool {
    let x = random("x", &[1, 1, 5, 5]);
    gradient_fails(&f, &x) || error(f, &x) > 0.1
}

#[test]
fn scatter_and_scatter_add_have_a_wrong_gradient_of_the_initial_tensor() {
    let (initial, source) = (random("initial", &[4]), random("source", &[4]));
    let index = Tensor::new(&[1_u32, 1, 0, 0], &Device::Cpu).unwrap();
    let gradient = |f: fn(&Tensor, &Tensor, &Tensor) -> Result<Tensor>| {
        let initial = Var::from_tensor(&initial).unwrap();
        let grads = f(&initial, &index, &source).unwrap().sum_all().unwrap().backward().unwrap();
        values(grads.get(&initial).unwrap())
    };
    // elements 0 and 1 are overwritten: right is 0, 0, 1, 1
    assert_eq!(gradient(|x, index, source| x.scatter(index, source, 0)), [1.0; 4]);
    // nothing is overwritten: right is 1, 1, 1, 1
    assert_eq!(gradient(|x, index, source| x.scatter_add(index, source, 0)), [0.0, 0.0, 1.0, 1.0]);
    // what to use
    assert_eq!(gradient(|x, index, source| x.index_add(index, source, 0)), [1.0; 4]);
}

#[test]
fn upsampling_overwrites_other_gradients() {
    // in one order of the two uses; the other is right by chance
    type Upsample = fn(&Tensor) -> Result<Tensor>;
    let worst = |upsample: Upsample, x: &Tensor| {
        let first = error(|x| x.sum_all()? + upsample(x)?.sum_all()?, x);
        first.max(error(|x| upsample(x)?.sum_all()? + x.sum_all()?, x))
    };
    assert!(worst(|x| x.upsample_nearest2d(4, 4), &random("x", &[1, 1, 2, 2])) > 0.1);
    assert!(worst(|x| x.upsample_nearest1d(4), &random("x", &[1, 1, 2])) > 0.1);
    assert!(gradient_fails(|x| x.upsample_bilinear2d(4, 4, false), &random("x", &[1, 1, 2, 2])));
}

#[test]
fn rounding_and_comparison_have_no_gradient() {
    let x = random("x", &[4]);
    assert!(!reaches(Tensor::round, &x));
    assert!(!reaches(Tensor::floor, &x));
    assert!(!reaches(Tensor::ceil, &x));
    assert!(!reaches(Tensor::sign, &x));
    assert!(!reaches(|x| x.gt(0.0)?.to_dtype(DType::F32), &x));
    // straight through
    let x = Var::from_tensor(&x).unwrap();
    let through = (x.as_tensor() + (x.round().unwrap() - x.as_tensor()).unwrap().detach()).unwrap();
    assert_eq!(values(through.sum_all().unwrap().backward().unwrap().get(&x).unwrap()), [1.0; 4]);
}

/// A product with the number 0 cuts the graph: no gradient instead of a gradient of 0.
#[test]
fn multiplication_by_zero_loses_the_gradient_in_silence() {
    assert!(!reaches(|x| x * 0.0, &random("x", &[2])));
    assert!(reaches(|x| x * x.zeros_like()?, &random("x", &[2])));
}

/// Of (z²)³ at 3 the second derivative is 30 z⁴ = 2430; what candle could give of it is lost, as gradients are
/// detached.
#[test]
fn second_derivatives_are_not_there() {
    let z = Var::new(3.0_f64, &Device::Cpu).unwrap();
    let y = z.sqr().unwrap().powf(3.0).unwrap();
    let first = y.backward().unwrap().get(&z).unwrap().clone();
    assert_close!(values(&first)[0], 6.0 * 243.0, rel = 1e-14);
    let second = first.backward().unwrap().get(&z).map_or(0.0, |second| values(second)[0]);
    assert!((second - 2430.0).abs() > 1.0, "{second}");
}

/// Other frameworks give 0, 0, 1 (or 0), and the gradient to one of the maxima.
#[test]
fn conventions_at_kinks() {
    let gradient = |f: fn(&Tensor) -> Result<Tensor>, at: &[f64]| {
        let x = Var::new(at, &Device::Cpu).unwrap();
        values(f(&x).unwrap().sum_all().unwrap().backward().unwrap().get(&x).unwrap())
    };
    assert_eq!(gradient(Tensor::relu, &[0.0]), [1.0]);
    assert_eq!(gradient(Tensor::abs, &[0.0]), [1.0]);
    assert_eq!(gradient(|x| x.clamp(0.0, 1.0), &[0.0]), [0.5]);
    assert_eq!(gradient(|x| x.max(0), &[2.0, 2.0]), [1.0, 1.0]);
}

#[test]
fn gelu_has_gradient_constants_of_few_digits() {
    let x = random("x", &[8]);
    for f in [Tensor::gelu as fn(&Tensor) -> Result<Tensor>, Tensor::gelu_erf] {
        let error = error(f, &x);
        assert!(error > 1e-8 && error < 1e-4, "{error}");
    }
}

#[test]
fn numbers_of_the_cpu_generator_cannot_be_seeded() {
    assert!(Device::Cpu.set_seed(1).is_err());
}

/// Ten million times 0.1: a sum of f32 in sequence is 0.3 % off.
#[test]
fn sums_are_naive() {
    let x = Tensor::full(0.1_f32, 10_000_000, &Device::Cpu).unwrap();
    assert!((values(&x.sum_all().unwrap())[0] - 1e6).abs() > 1e3);
}
