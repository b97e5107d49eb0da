//! Random tensors and comparisons for the tests.

use candle_core::{DType, Device, Tensor};
use common::rng::Streams;
use rand::RngExt as _;

/// Numbers uniform between -1 and 1, of the stream with this name.
pub(crate) fn numbers(name: &str, count: usize) -> Vec<f64> {
    let mut rng = Streams::new(5).stream(name);
    (0..count).map(|_| 2.0 * rng.random::<f64>() - 1.0).collect()
}

/// A tensor of [`numbers`].
pub(crate) fn random(name: &str, shape: &[usize]) -> Tensor {
    Tensor::from_vec(numbers(name, shape.iter().product()), shape, &Device::Cpu).unwrap()
}

pub(crate) fn to_f32(tensor: &Tensor) -> Tensor {
    tensor.to_dtype(DType::F32).unwrap()
}

pub(crate) fn values(tensor: &Tensor) -> Vec<f64> {
    tensor.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

/// Largest difference of two tensors of one shape, relative to the largest magnitude of the second.
pub(crate) fn difference(ours: &Tensor, reference: &Tensor) -> f64 {
    assert_eq!(ours.dims(), reference.dims());
    let (ours, reference) = (values(ours), values(reference));
    let largest = reference.iter().fold(0.0_f64, |max, value| max.max(value.abs()));
    let worst = ours.iter().zip(&reference).fold(0.0_f64, |max, (a, b)| {
        let difference = (a - b).abs();
        if difference > max || difference.is_nan() { difference } else { max }
    });
    worst / largest
}

/// Asserts that `work` gives the same bits on pools of one and of two threads.
pub(crate) fn same_on_one_and_two_threads(work: impl Fn() -> Vec<Tensor> + Sync) {
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| work().iter().map(values).collect::<Vec<_>>())
    };
    let (one, two) = (on(1), on(2));
    assert_eq!(one.len(), two.len());
    for (i, (one, two)) in one.iter().zip(&two).enumerate() {
        assert!(
            one.iter().zip(two).all(|(a, b)| a.to_bits() == b.to_bits()),
            "tensor {i} depends on the threads"
        );
    }
}
