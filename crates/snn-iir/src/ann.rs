//! The rate-coded network that is trained first: convolutions with batch normalisation and rectifiers.

use crate::dropout::Dropout;
use crate::error::during;
use crate::pass::{Pass, Pool, check_images, run};
use crate::{NetworkSpec, Result, WeightLayer, activation, weights};
use candle_core::{Tensor, Var};
use common::rng::Streams;
use common::tensor::{init, norm::BatchNorm};
use std::collections::BTreeMap;

/// How weights begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Init {
    /// Convolutions as [`Init::Paper`]; fully connected layers `N(0, sqrt(2 / fan_in))`, which suits small ones
    /// too.
    #[default]
    He,
    /// The authors' code: convolutions `N(0, sqrt(2 / (k² C_out)))`, fully connected layers `N(0, 0.01)`.
    Paper,
}

impl Init {
    pub(crate) fn draw(self, layer: &WeightLayer, streams: Streams) -> Result<Var> {
        let shape = layer.weight_shape.as_slice();
        let std = match *shape {
            [out_channels, _, height, width] => (2.0 / (out_channels * height * width) as f64).sqrt(),
            [_, inputs] if self == Self::He => (2.0 / inputs as f64).sqrt(),
            _ => 0.01,
        };
        let mut rng = streams.stream(&format!("init/{}", layer.name));
        init::normal(shape, std, &mut rng).map_err(during("initial weights"))
    }
}

/// A network of convolutions, batch normalisation, rectifiers and average pools, which spiking networks are made
/// from. Its variables are shared by clones.
#[derive(Debug, Clone)]
pub struct Ann {
    spec: NetworkSpec,
    weights: Vec<Var>,
    norms: Vec<Option<BatchNorm>>,
}

impl Ann {
    /// A network with batch normalisation after each convolution. Fully connected layers have neither bias nor
    /// normalisation.
    ///
    /// # Errors
    /// [`crate::Error::Tensor`] if a variable cannot be made.
    pub fn new(spec: NetworkSpec, init: Init, streams: &Streams) -> Result<Self> {
        let plain = Self::without_batch_norm(spec, init, streams)?;
        let norms = plain.spec.weight_layers().iter().map(|layer| {
            let channels = layer.output[0];
            (!layer.is_linear())
                .then(|| BatchNorm::new(channels).map_err(during("batch normalisation")))
                .transpose()
        });
        let norms = norms.collect::<Result<_>>()?;
        Ok(Self { norms, ..plain })
    }

    /// A network without batch normalisation and without any bias (the authors' other route).
    ///
    /// # Errors
    /// [`crate::Error::Tensor`] if a variable cannot be made.
    pub fn without_batch_norm(spec: NetworkSpec, init: Init, streams: &Streams) -> Result<Self> {
        let layers = spec.weight_layers();
        let weights = layers.iter().map(|layer| init.draw(layer, *streams)).collect::<Result<_>>()?;
        let norms = vec![None; layers.len()];
        Ok(Self { spec, weights, norms })
    }

    /// The specification.
    #[must_use]
    pub fn spec(&self) -> &NetworkSpec {
        &self.spec
    }

    /// Logits of a batch `[B, C, H, W]`, with the running statistics of the normalisation and without dropout.
    ///
    /// # Errors
    /// [`crate::Error::ShapeMismatch`] for images of another shape, [`crate::Error::Tensor`].
    pub fn forward(&self, images: &Tensor) -> Result<Tensor> {
        check_images(&self.spec, images)?;
        run(&self.spec, images.clone(), &mut AnnPass { ann: self, dropout: None })
    }

    /// Logits of a training batch: statistics of the batch, which move the running ones, and dropout.
    ///
    /// # Errors
    /// Those of [`Ann::forward`], and a batch of a single value a channel.
    pub fn forward_train(&self, images: &Tensor, dropout: &Dropout) -> Result<Tensor> {
        check_images(&self.spec, images)?;
        run(&self.spec, images.clone(), &mut AnnPass { ann: self, dropout: Some(dropout) })
    }

    /// The trained variables: `conv1.weight`, `conv1.gamma`, `conv1.beta`, …
    #[must_use]
    pub fn variables(&self) -> Vec<(String, Var)> {
        let mut variables = Vec::new();
        for ((layer, weight), norm) in self.layers() {
            variables.push((format!("{}.weight", layer.name), weight.clone()));
            if let Some(norm) = norm {
                variables.push((format!("{}.gamma", layer.name), norm.gamma.clone()));
                variables.push((format!("{}.beta", layer.name), norm.beta.clone()));
            }
        }
        variables
    }

    /// All variables, the running statistics included.
    #[must_use]
    pub fn tensors(&self) -> BTreeMap<String, Var> {
        let mut all: BTreeMap<_, _> = self.variables().into_iter().collect();
        for ((layer, _), norm) in self.layers() {
            if let Some(norm) = norm {
                all.insert(format!("{}.running_mean", layer.name), norm.running_mean.clone());
                all.insert(format!("{}.running_variance", layer.name), norm.running_variance.clone());
            }
        }
        all
    }

    pub(crate) fn layers(&self) -> impl Iterator<Item = ((&WeightLayer, &Var), &Option<BatchNorm>)> {
        self.spec.weight_layers().iter().zip(&self.weights).zip(&self.norms)
    }
}

struct AnnPass<'a> {
    ann: &'a Ann,
    dropout: Option<&'a Dropout>,
}

impl Pass for AnnPass<'_> {
    type Map = Tensor;
    type Current = Tensor;

    fn weights(&mut self, layer: usize, input: &Tensor) -> Result<Tensor> {
        let Ann { spec, weights: vars, norms } = self.ann;
        let train = self.dropout.is_some();
        // Without training there is nothing to go back through.
        let weight = if train { vars[layer].as_tensor().clone() } else { vars[layer].as_detached_tensor() };
        let output = weights::apply(&spec.weight_layers()[layer], input, &weight, None)?;
        match &norms[layer] {
            None => Ok(output),
            Some(norm) => {
                let normed = norm.forward_t(&output, train).map_err(during("batch normalisation"))?;
                Ok(if train { normed } else { normed.detach() })
            }
        }
    }

    fn identity(&mut self, input: &Tensor) -> Result<Tensor> {
        Ok(input.clone())
    }

    fn add(&mut self, first: Tensor, second: Tensor) -> Result<Tensor> {
        (first + second).map_err(during("sum of a block"))
    }

    fn neurons(&mut self, layer: usize, current: Tensor, dropout: bool) -> Result<Tensor> {
        let mask =
            self.dropout.filter(|_| dropout).and_then(|dropout| dropout.mask(layer, current.elem_count()));
        activation::relu(&current, mask).map_err(during("rectifier"))
    }

    fn neurons_pooled(&mut self, _: usize, current: Tensor, pool: Pool) -> Result<Tensor> {
        if pool.maximum {
            let map = activation::relu(&current, None).map_err(during("rectifier"))?;
            return weights::pool(pool, &map);
        }
        activation::relu_pooled(&current, pool.kernel).map_err(during("rectifier"))
    }

    fn pool(&mut self, pool: Pool, map: &Tensor) -> Result<Tensor> {
        weights::pool(pool, map)
    }
}
