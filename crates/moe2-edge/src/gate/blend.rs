//! A linear gate and neighbours together.

use super::{HashedLinear, Knn, SparseVector};
use crate::{Error, Result};

/// The mean of a linear gate's estimate and of the neighbours':
///
/// ```text
/// score_i = sigmoid(h_i)/2 + knn_i/2
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Blend {
    pub(super) linear: HashedLinear,
    pub(super) knn: Knn,
}

impl Blend {
    /// Blends two gates of the same experts. The linear one should be trained with
    /// [`GateLoss::PerExpert`](super::GateLoss::PerExpert), whose logits estimate scores.
    ///
    /// # Errors
    /// [`Error::Dimension`] for different numbers of experts or of buckets.
    pub fn new(linear: HashedLinear, knn: Knn) -> Result<Self> {
        for (what, expected, got) in [
            ("experts of a blend", linear.outputs(), knn.outputs()),
            ("buckets of a blend", linear.buckets(), knn.buckets()),
        ] {
            if expected != got {
                return Err(Error::Dimension { what: what.to_owned(), expected, got });
            }
        }
        Ok(Self { linear, knn })
    }

    /// The linear part.
    #[must_use]
    pub fn linear(&self) -> &HashedLinear {
        &self.linear
    }

    /// The neighbours.
    #[must_use]
    pub fn knn(&self) -> &Knn {
        &self.knn
    }

    /// The predicted scores of a prompt's features, in [0, 1].
    #[must_use]
    pub fn scores(&self, features: &SparseVector) -> Vec<f32> {
        let mut scores = self.knn.scores(features);
        for (score, logit) in scores.iter_mut().zip(self.linear.logits(features)) {
            *score = 0.5 * sigmoid(logit) + 0.5 * *score;
        }
        scores
    }
}

/// `1 / (1 + exp(-h))`, finite for every finite `h`.
pub(super) fn sigmoid(h: f32) -> f32 {
    let e = (-h.abs()).exp();
    if h >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) }
}
