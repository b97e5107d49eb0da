//! Batch normalisation folded into weights and biases.

use crate::error::during;
use crate::pass::{Pass, Pool, check_images, run};
use crate::{Ann, NetworkSpec, Result, activation, weights};
use candle_core::{DType, Tensor};
use common::tensor::norm::BatchNorm;

/// A rate-coded network without batch normalisation: weights, and biases of the convolutions.
#[derive(Debug, Clone)]
pub struct FusedAnn {
    pub(crate) spec: NetworkSpec,
    pub(crate) weights: Vec<Tensor>,
    pub(crate) biases: Vec<Option<Tensor>>,
}

impl Ann {
    /// Folds the normalisation into the convolutions, in double precision:
    ///
    /// ```text
    /// s = γ / sqrt(variance + eps)      W' = s W      b' = β - mean s
    /// ```
    ///
    /// # Errors
    /// [`crate::Error::Tensor`] if a variable cannot be read.
    pub fn fuse(&self) -> Result<FusedAnn> {
        let (mut weights, mut biases) = (Vec::new(), Vec::new());
        for ((_, weight), norm) in self.layers() {
            let weight = weight.as_detached_tensor();
            let (weight, bias) = match norm {
                None => (weight.copy().map_err(during("copying weights"))?, None),
                Some(norm) => {
                    let (weight, bias) =
                        fold(&weight, norm).map_err(during("folding batch normalisation"))?;
                    (weight, Some(bias))
                }
            };
            weights.push(weight);
            biases.push(bias);
        }
        Ok(FusedAnn { spec: self.spec().clone(), weights, biases })
    }
}

fn fold(weight: &Tensor, norm: &BatchNorm) -> candle_core::Result<(Tensor, Tensor)> {
    let double = |tensor: &Tensor| tensor.detach().to_dtype(DType::F64);
    let variance = double(&norm.running_variance)?;
    let scale = (double(&norm.gamma)? / (variance + norm.eps)?.sqrt()?)?;
    let bias = (double(&norm.beta)? - (double(&norm.running_mean)? * &scale)?)?;
    let weight = double(weight)?.broadcast_mul(&scale.reshape(((), 1, 1, 1))?)?;
    Ok((weight.to_dtype(DType::F32)?, bias.to_dtype(DType::F32)?))
}

impl FusedAnn {
    /// The specification.
    #[must_use]
    pub fn spec(&self) -> &NetworkSpec {
        &self.spec
    }

    /// Weights, in the order of [`NetworkSpec::weight_layers`].
    #[must_use]
    pub fn weights(&self) -> &[Tensor] {
        &self.weights
    }

    /// Biases, in the order of [`NetworkSpec::weight_layers`]; fully connected layers have none.
    #[must_use]
    pub fn biases(&self) -> &[Option<Tensor>] {
        &self.biases
    }

    /// Logits of a batch `[B, C, H, W]`.
    ///
    /// # Errors
    /// [`crate::Error::ShapeMismatch`] for images of another shape, [`crate::Error::Tensor`].
    pub fn forward(&self, images: &Tensor) -> Result<Tensor> {
        check_images(&self.spec, images)?;
        run(&self.spec, images.clone(), &mut FusedPass(self))
    }
}

struct FusedPass<'a>(&'a FusedAnn);

impl Pass for FusedPass<'_> {
    type Map = Tensor;
    type Current = Tensor;

    fn weights(&mut self, layer: usize, input: &Tensor) -> Result<Tensor> {
        let FusedAnn { spec, weights: all, biases } = self.0;
        weights::apply(&spec.weight_layers()[layer], input, &all[layer], biases[layer].as_ref())
    }

    fn identity(&mut self, input: &Tensor) -> Result<Tensor> {
        Ok(input.clone())
    }

    fn add(&mut self, first: Tensor, second: Tensor) -> Result<Tensor> {
        (first + second).map_err(during("sum of a block"))
    }

    fn neurons(&mut self, _: usize, current: Tensor, _: bool) -> Result<Tensor> {
        activation::relu(&current, None).map_err(during("rectifier"))
    }

    fn pool(&mut self, pool: Pool, map: &Tensor) -> Result<Tensor> {
        weights::pool(pool, map)
    }
}
