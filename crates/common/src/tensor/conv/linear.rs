//! The fully connected layer.

use super::geometry::Geometry;
use super::layer::Layer;
use candle_core::{Result, Shape, Tensor, bail};

/// `y = x weight^T + bias`: `[N, I]`, `[O, I]`, `[O]` to `[N, O]`. It is the convolution of maps of one place.
///
/// The result and all gradients are the same for any number of threads, bit for bit.
///
/// # Errors
/// If the shapes do not fit, a tensor has no element, or the element types are not all f32 or all f64.
pub fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    const NAME: &str = "linear layer";
    let (n, i) = x.dims2()?;
    let (o, weight_i) = weight.dims2()?;
    if n * i * o == 0 {
        bail!("{NAME} needs tensors with elements, got x {:?}, weight {:?}", x.shape(), weight.shape());
    }
    if weight_i != i {
        bail!("{NAME} needs a weight of {i} columns as x has, got weight {:?}", weight.shape());
    }
    if let Some(bias) = bias
        && bias.dims() != [o]
    {
        bail!("{NAME} needs a bias of shape [{o}], got {:?}", bias.shape());
    }
    let geometry = Geometry { n, c: i, h: 1, w: 1, o, kh: 1, kw: 1, stride: 1, padding: 0, oh: 1, ow: 1 };
    Layer { name: NAME, geometry, result: Shape::from((n, o)) }.apply(x, weight, bias)
}
