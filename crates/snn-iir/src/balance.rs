//! Threshold balancing: a rate-coded network becomes a spiking one.

mod pass;
mod percentile;
mod train;

use crate::data::{Augment, Dataset, Normalize};
use crate::error::during;
use crate::network::{SpikingConfig, SpikingNet};
use crate::pass::{check_images, run};
use crate::{Error, FusedAnn, LayerSpec, Result};
use candle_core::{Device, Tensor};
use common::rng::Streams;
use rand::seq::SliceRandom as _;

pub use percentile::percentile;

/// What happens to the biases of a network whose thresholds are balanced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BiasScaling {
    /// They are copied, as in the authors' code.
    #[default]
    AsPublished,
    /// That of each layer is divided by the product of the thresholds before it, as its input is: then the classes tend
    /// to those of the rate-coded network as T grows.
    ByThreshold,
}

/// Finds the thresholds layer by layer: that of a layer is a percentile of its currents in a run with the thresholds
/// before it, the largest over all timesteps, times a scale.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ThresholdBalancer {
    /// Percentile of the currents of a timestep over all images and neurons, in (0, 100].
    pub percentile: f64,
    /// Factor of the threshold, positive.
    pub scale: f64,
    /// Timesteps of the run, at least 1.
    pub timesteps: usize,
    /// Images of the run.
    pub images: usize,
    /// Threshold of the layers inside residual blocks; `None` balances them too.
    pub block_threshold: Option<f32>,
    /// What happens to the biases.
    pub bias: BiasScaling,
}

impl ThresholdBalancer {
    /// The paper's: percentile 90, scale 1, 512 images; 100 timesteps, after which the maxima hardly rise (the authors'
    /// scripts take 500 and more). Blocks keep 0.4.
    #[must_use]
    pub fn iir() -> Self {
        Self {
            percentile: 90.0,
            scale: 1.0,
            timesteps: 100,
            images: 512,
            block_threshold: Some(0.4),
            bias: BiasScaling::AsPublished,
        }
    }

    /// That of DIET-SNN: percentile 99.7, scale 0.3.
    #[must_use]
    pub fn diet() -> Self {
        Self { percentile: 99.7, scale: 0.3, ..Self::iir() }
    }

    /// The maximum, unscaled: the limit of many timesteps.
    #[must_use]
    pub fn maximum() -> Self {
        Self { percentile: 100.0, scale: 1.0, block_threshold: None, ..Self::iir() }
    }

    /// Converts with images drawn from a data set: `images` of them, or all if there are fewer, without repetition,
    /// augmented if asked for.
    ///
    /// # Errors
    /// Those of [`ThresholdBalancer::convert_on`] and of [`Dataset::batch`].
    pub fn convert(
        &self,
        ann: &FusedAnn,
        config: SpikingConfig,
        data: &Dataset,
        normalize: &Normalize,
        augment: Option<&Augment>,
        streams: &Streams,
    ) -> Result<(SpikingNet, BalanceReport)> {
        let mut indices: Vec<usize> = (0..data.len()).collect();
        indices.shuffle(&mut streams.stream("balance/images"));
        indices.truncate(self.images);
        let mut rng = streams.stream("balance/augment");
        let batch = data.batch(&indices, normalize, augment.map(|augment| (augment, &mut rng)))?;
        let [channels, height, width] = data.shape();
        let images = Tensor::from_vec(batch, (indices.len(), channels, height, width), &Device::Cpu)
            .map_err(during("images of the balancing"))?;
        self.convert_on(ann, config, &images)
    }

    /// Converts with these images, `[B, C, H, W]`. The leaks are those of `config`, but the balancing itself runs without
    /// leak, with the immediate soft reset and without dropout.
    ///
    /// # Errors
    /// [`Error::InvalidPercentile`], [`Error::InvalidTimesteps`], [`Error::Quantity`] for the scale,
    /// [`Error::NonFinite`] for images that are not finite, [`Error::ShapeMismatch`] for their shape,
    /// [`Error::LayerOrder`] for [`BiasScaling::ByThreshold`] on a residual network, whose branches have no common scale.
    pub fn convert_on(
        &self,
        ann: &FusedAnn,
        config: SpikingConfig,
        images: &Tensor,
    ) -> Result<(SpikingNet, BalanceReport)> {
        self.check(ann)?;
        let batch = check_images(ann.spec(), images)?;
        let values =
            images.flatten_all().and_then(|images| images.to_vec1::<f32>()).map_err(during("images"))?;
        if let Some(place) = values.iter().position(|value| !value.is_finite()) {
            let value = f64::from(values[place]);
            return Err(Error::NonFinite { what: "pixels of the balancing".into(), place, value });
        }
        let mut pass = pass::BalancePass::new(self, ann, batch);
        run(ann.spec(), pass::Map::Image(images.clone()), &mut pass)?;
        let (layers, ann) = pass.finish();
        let thresholds: Vec<f32> = layers.iter().map(|layer| layer.threshold).collect();
        let report = BalanceReport { timesteps: self.timesteps, images: batch, layers };
        Ok((SpikingNet::from_parts(ann, &thresholds, config)?, report))
    }

    fn check(&self, ann: &FusedAnn) -> Result<()> {
        if !(self.percentile > 0.0 && self.percentile <= 100.0) {
            return Err(Error::InvalidPercentile(self.percentile));
        }
        if self.timesteps == 0 {
            return Err(Error::InvalidTimesteps(0));
        }
        if !(self.scale.is_finite() && self.scale > 0.0) {
            return Err(Error::Quantity { name: "scale", rule: "finite and positive", value: self.scale });
        }
        let block = ann.spec().layers().iter().position(|layer| matches!(layer, LayerSpec::Residual { .. }));
        match block {
            Some(layer) if self.bias == BiasScaling::ByThreshold => Err(Error::LayerOrder {
                layer,
                rule: "in a chain, for biases divided by thresholds",
                found: "a residual block",
            }),
            _ => Ok(()),
        }
    }
}

/// What the balancing found.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct BalanceReport {
    /// Timesteps of the run.
    pub timesteps: usize,
    /// Images of the run.
    pub images: usize,
    /// The spiking layers.
    pub layers: Vec<LayerBalance>,
}

/// The threshold of one layer.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LayerBalance {
    /// Name of the layer's weights.
    pub name: String,
    /// The threshold.
    pub threshold: f32,
    /// The timestep, from 1, whose percentile was the largest: near the number of timesteps, more would raise it.
    /// `None`: the layer was not balanced.
    pub last_raised: Option<usize>,
}
