//! Two-dimensional convolution.

use super::geometry::Geometry;
use super::layer::Layer;
use candle_core::{Result, Shape, Tensor};

/// Convolves `x`, `[N, C, H, W]`, with `weight`, `[O, C, kh, kw]`, and adds `bias`, `[O]`:
///
/// ```text
/// y[n, o, i, j] = bias[o] + sum_{c, a, b} weight[o, c, a, b] x[n, c, i stride + a - padding, j stride + b - padding]
/// ```
///
/// where `x` is 0 outside its map. (A correlation in the words of mathematics, a convolution in those of the field.)
/// The result has height `(H + 2 padding - kh) / stride + 1`, rounded down, and the width alike.
///
/// The result and all gradients are the same for any number of threads, bit for bit.
///
/// # Errors
/// If the shapes do not fit each other, a tensor has no element, the stride is 0, the kernel is larger than the padded
/// map, or the element types are not all f32 or all f64.
pub fn conv2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    stride: usize,
    padding: usize,
) -> Result<Tensor> {
    let geometry = Geometry::new(x, weight, bias, stride, padding)?;
    let result = Shape::from((geometry.n, geometry.o, geometry.oh, geometry.ow));
    Layer { name: "convolution", geometry, result }.apply(x, weight, bias)
}
