//! Accuracy and spikes over a data set.

use crate::data::{Dataset, Normalize};
use crate::error::during;
use crate::stats::{SpikeCounter, SpikeStats};
use crate::{Ann, Error, FusedAnn, NetworkSpec, Result, SpikingNet};
use candle_core::{Device, Tensor};
use common::tensor::loss;

/// Images of one pass. It changes no result, only memory and speed.
const BATCH: usize = 100;

/// How a network did on a data set.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Evaluation {
    /// Images.
    pub images: usize,
    /// Images whose largest logit is that of their label.
    pub correct: usize,
    /// Spikes, where they were counted.
    pub stats: Option<SpikeStats>,
}

impl Evaluation {
    /// Fraction of the images that are correct.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        self.correct as f64 / self.images as f64
    }
}

impl Ann {
    /// Accuracy on a data set.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] for images of another shape, [`Error::CountMismatch`] for another number of classes, and
    /// those of [`Dataset::batch`].
    pub fn evaluate(&self, data: &Dataset, normalize: &Normalize) -> Result<Evaluation> {
        evaluate(self.spec(), data, normalize, |images| self.forward(images))
    }
}

impl FusedAnn {
    /// Accuracy on a data set.
    ///
    /// # Errors
    /// Those of [`Ann::evaluate`].
    pub fn evaluate(&self, data: &Dataset, normalize: &Normalize) -> Result<Evaluation> {
        evaluate(self.spec(), data, normalize, |images| self.forward(images))
    }
}

impl SpikingNet {
    /// Accuracy on a data set after so many timesteps.
    ///
    /// # Errors
    /// [`Error::InvalidTimesteps`], and those of [`Ann::evaluate`].
    pub fn evaluate(&self, data: &Dataset, normalize: &Normalize, timesteps: usize) -> Result<Evaluation> {
        evaluate(self.spec(), data, normalize, |images| self.forward(images, timesteps))
    }

    /// Accuracy on a data set after so many timesteps, with the spikes counted.
    ///
    /// # Errors
    /// Those of [`SpikingNet::evaluate`].
    pub fn evaluate_counting(
        &self,
        data: &Dataset,
        normalize: &Normalize,
        timesteps: usize,
    ) -> Result<Evaluation> {
        let mut counter = SpikeCounter::new(self.spec(), timesteps);
        let result = evaluate(self.spec(), data, normalize, |images| {
            self.forward_counting(images, timesteps, &mut counter)
        })?;
        Ok(Evaluation { stats: Some(counter.finish()?), ..result })
    }
}

fn evaluate(
    spec: &NetworkSpec,
    data: &Dataset,
    normalize: &Normalize,
    mut logits: impl FnMut(&Tensor) -> Result<Tensor>,
) -> Result<Evaluation> {
    check_data(spec, data)?;
    let indices: Vec<usize> = (0..data.len()).collect();
    let mut correct = 0;
    for indices in indices.chunks(BATCH) {
        let images = images(data, indices, data.batch(indices, normalize, None)?)?;
        let logits = logits(&images)?;
        correct += loss::accuracy(&logits, &data.labels_of(indices)?).map_err(during("accuracy"))?;
    }
    Ok(Evaluation { images: data.len(), correct, stats: None })
}

/// The images of a batch as a tensor `[B, C, H, W]`.
pub(crate) fn images(data: &Dataset, indices: &[usize], batch: Vec<f32>) -> Result<Tensor> {
    let [channels, height, width] = data.shape();
    Tensor::from_vec(batch, (indices.len(), channels, height, width), &Device::Cpu).map_err(during("batch"))
}

/// Checks that a network is made for the images and classes of a data set.
pub(crate) fn check_data(spec: &NetworkSpec, data: &Dataset) -> Result<()> {
    if data.shape() != spec.input() {
        return Err(Error::ShapeMismatch {
            what: format!("images of {}", data.name()),
            expected: spec.input().to_vec(),
            got: data.shape().to_vec(),
        });
    }
    if data.classes() != spec.classes() {
        let (expected, found) = (spec.classes(), data.classes());
        return Err(Error::CountMismatch { what: "classes of the data set", expected, found });
    }
    Ok(())
}
