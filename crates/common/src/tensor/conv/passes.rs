//! The three passes of a convolution, and which kernels run them.

use super::direct::Direct;
use super::general::General;
use super::geometry::Geometry;
use super::tile::Simd;
use crate::tensor::real::Real;

/// The passes of one convolution on slices of element type `T`.
pub(super) trait Passes<T> {
    /// `[N, O, oh, ow]` from `[N, C, H, W]`, `[O, C, kh, kw]`, `[O]`.
    fn forward(&self, x: &[T], weight: &[T], bias: Option<&[T]>) -> Vec<T>;

    /// `[N, C, H, W]` from the weight and the gradient of the result.
    fn input_gradient(&self, weight: &[T], gradient: &[T]) -> Vec<T>;

    /// `[O, C, kh, kw]` from the input and the gradient of the result.
    fn weight_gradient(&self, x: &[T], gradient: &[T]) -> Vec<T>;
}

/// An element type whose convolution is known.
pub(super) trait Convolve: Real {
    /// The fastest passes of this processor.
    fn passes(geometry: Geometry) -> Box<dyn Passes<Self>>;
}

impl Convolve for f32 {
    fn passes(geometry: Geometry) -> Box<dyn Passes<Self>> {
        match Simd::detect().and_then(|simd| Direct::new(simd, geometry)) {
            Some(direct) => Box::new(direct),
            None => Box::new(General(geometry)),
        }
    }
}

impl Convolve for f64 {
    fn passes(geometry: Geometry) -> Box<dyn Passes<Self>> {
        Box::new(General(geometry))
    }
}
