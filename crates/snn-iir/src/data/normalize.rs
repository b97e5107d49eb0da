//! Normalisation of pixels by channel.

use super::Dataset;
use crate::error::{Error, Result};

/// Mean and standard deviation of each channel, in units of white.
///
/// ```text
/// value = (byte / white - mean) / std
/// ```
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Normalize {
    mean: Vec<f32>,
    std: Vec<f32>,
}

/// What a file may say.
#[derive(serde::Deserialize)]
struct Unchecked {
    mean: Vec<f32>,
    std: Vec<f32>,
}

impl TryFrom<Unchecked> for Normalize {
    type Error = Error;

    fn try_from(Unchecked { mean, std }: Unchecked) -> Result<Self> {
        Self::new(mean, std)
    }
}

impl Normalize {
    /// Means and standard deviations of the channels.
    ///
    /// # Errors
    /// [`Error::CountMismatch`] if there are not as many of one as of the other, [`Error::Quantity`] for a mean that is not
    /// finite or a standard deviation that is not finite and positive.
    pub fn new(mean: Vec<f32>, std: Vec<f32>) -> Result<Self> {
        if mean.len() != std.len() {
            return Err(Error::CountMismatch {
                what: "standard deviations",
                expected: mean.len(),
                found: std.len(),
            });
        }
        let check =
            |values: &[f32], name, rule, holds: fn(f32) -> bool| match values.iter().find(|x| !holds(**x)) {
                Some(&value) => Err(Error::Quantity { name, rule, value: value.into() }),
                None => Ok(()),
            };
        check(&mean, "mean of a channel", "finite", f32::is_finite)?;
        let positive = |value: f32| value.is_finite() && value > 0.0;
        check(&std, "standard deviation of a channel", "finite and positive", positive)?;
        Ok(Self { mean, std })
    }

    /// CIFAR-10 as the paper has it. These standard deviations are the means over the images of each image's own one;
    /// those of the data set are 0.2470, 0.2435, 0.2616.
    #[must_use]
    pub fn cifar10() -> Self {
        Self { mean: vec![0.4914, 0.4822, 0.4465], std: vec![0.2023, 0.1994, 0.2010] }
    }

    /// CIFAR-100 as the paper has it.
    #[must_use]
    pub fn cifar100() -> Self {
        Self { mean: vec![0.5071, 0.4867, 0.4408], std: vec![0.2675, 0.2565, 0.2761] }
    }

    /// `ImageNet` as the paper has it.
    #[must_use]
    pub fn imagenet() -> Self {
        Self { mean: vec![0.485, 0.456, 0.406], std: vec![0.229, 0.224, 0.225] }
    }

    /// None: values stay in [0, 1].
    #[must_use]
    pub fn identity(channels: usize) -> Self {
        Self { mean: vec![0.0; channels], std: vec![1.0; channels] }
    }

    /// Mean and standard deviation of each channel over all pixels of all images.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a channel of one grey level, whose standard deviation is zero.
    pub fn from_dataset(dataset: &Dataset) -> Result<Self> {
        let [channels, height, width] = dataset.shape();
        let (mut sums, mut squares) = (vec![0_u64; channels], vec![0_u64; channels]);
        for (at, plane) in dataset.pixels().chunks_exact(height * width).enumerate() {
            let channel = at % channels;
            sums[channel] += plane.iter().map(|byte| u64::from(*byte)).sum::<u64>();
            squares[channel] += plane.iter().map(|byte| u64::from(*byte) * u64::from(*byte)).sum::<u64>();
        }
        let count = (dataset.len() * height * width) as f64;
        let white = f64::from(dataset.white());
        let moments = sums.iter().zip(&squares).map(|(sum, square)| {
            let mean = *sum as f64 / count;
            let variance = (*square as f64 / count - mean * mean).max(0.0);
            #[allow(clippy::cast_possible_truncation, reason = "single precision is what batches have")]
            ((mean / white) as f32, (variance.sqrt() / white) as f32)
        });
        let (mean, std) = moments.unzip();
        Self::new(mean, std)
    }

    /// Means of the channels.
    #[must_use]
    pub fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// Standard deviations of the channels.
    #[must_use]
    pub fn std(&self) -> &[f32] {
        &self.std
    }

    /// The value of every byte in each channel.
    pub(super) fn tables(&self, channels: usize, white: u8) -> Result<Vec<[f32; 256]>> {
        if self.mean.len() != channels {
            let (expected, found) = (channels, self.mean.len());
            return Err(Error::CountMismatch { what: "channels of the normalisation", expected, found });
        }
        let table = |(mean, std): (&f32, &f32)| {
            std::array::from_fn(|byte| (byte as f32 / f32::from(white) - mean) / std)
        };
        Ok(self.mean.iter().zip(&self.std).map(table).collect())
    }
}
