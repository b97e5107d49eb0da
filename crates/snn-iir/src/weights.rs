//! Applying the weights of a layer to a tensor.

use crate::error::during;
use crate::pass::Pool;
use crate::{Result, WeightLayer};
use candle_core::Tensor;
use common::tensor::{conv, pool};

/// Convolution or fully connected layer; a map before the latter is flattened.
pub(crate) fn apply(
    layer: &WeightLayer,
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
) -> Result<Tensor> {
    if layer.is_linear() {
        let input = if input.rank() == 2 { Ok(input.clone()) } else { input.flatten_from(1) };
        input.and_then(|input| conv::linear(&input, weight, bias)).map_err(during("fully connected layer"))
    } else {
        conv::conv2d(input, weight, bias, layer.stride, layer.padding).map_err(during("convolution"))
    }
}

pub(crate) fn pool(kind: Pool, map: &Tensor) -> Result<Tensor> {
    let pooled =
        if kind.maximum { pool::max_pool2d(map, kind.kernel) } else { pool::avg_pool2d(map, kind.kernel) };
    pooled.map_err(during("pooling"))
}
