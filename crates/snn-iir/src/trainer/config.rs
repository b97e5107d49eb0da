//! Settings of a stage of training.

use crate::data::{Augment, Normalize};
use crate::dropout::check_rate;
use crate::{Error, Result};
use common::train::schedule::StepDecay;

/// Which epoch's weights a stage ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Selection {
    /// The last one's.
    LastEpoch,
    /// Those of the best accuracy on images held out from training; the first of equals.
    #[default]
    BestValidation,
    /// Those of the best accuracy on the test images, as in the authors' code. The reported accuracy is then too good:
    /// the test images took part in the choice.
    BestTest,
}

/// The rule that weights follow.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Optimizer {
    /// Gradient descent with momentum and L2 penalty.
    Sgd {
        /// Momentum, in [0, 1).
        momentum: f64,
        /// L2 penalty, at least 0.
        weight_decay: f64,
    },
    /// Adam with β = 0.9 and 0.999, ε = 1e-8.
    Adam {
        /// L2 penalty, at least 0.
        weight_decay: f64,
        /// Whether to divide by the largest second moment so far.
        amsgrad: bool,
    },
}

/// Bounds of thresholds and leaks after each step; leaks are always held at most at 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Clamps {
    /// Least leak; `None` as in the authors' code.
    pub leak: Option<f32>,
    /// Least threshold, positive; `None` as in the authors' code.
    pub threshold: Option<f32>,
}

impl Clamps {
    /// Leaks at least 0 and thresholds at least 0.001: negative leaks are a symptom of blow-up, and thresholds must be
    /// positive.
    #[must_use]
    pub fn recommended() -> Self {
        Self { leak: Some(0.0), threshold: Some(1e-3) }
    }
}

/// Ends a stage before its last epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StopRule {
    /// Epochs without a better score after which the stage ends, at least 1.
    pub patience: usize,
}

/// Settings of a stage of training.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct TrainConfig {
    /// Epochs, at least 1.
    pub epochs: usize,
    /// Images of a batch, at least 1.
    pub batch: usize,
    /// Batches whose gradients are summed, without division, before a step; at least 1.
    pub accumulate: usize,
    /// The rule that weights follow.
    pub optimizer: Optimizer,
    /// Learning rate of the first epoch.
    pub lr: f64,
    /// Factor of the learning rate at each milestone.
    pub lr_factor: f64,
    /// Milestones as fractions of the epochs.
    pub milestones: Vec<f64>,
    /// Dropout rate, in [0, 1).
    pub dropout: f64,
    /// Random changes of the images.
    pub augment: Option<Augment>,
    /// Normalisation of the images.
    pub normalize: Normalize,
    /// Which epoch's weights the stage ends with.
    pub selection: Selection,
    /// Bounds of thresholds and leaks.
    pub clamps: Clamps,
    /// Ends the stage early.
    pub stop: Option<StopRule>,
    /// Seed of order, augmentation and dropout.
    pub seed: u64,
}

impl TrainConfig {
    /// The paper's recipe for a rate-coded network on CIFAR: 300 epochs of 64, SGD with momentum 0.9 and L2 5e-4, rate
    /// 0.01 divided by 5 at 45, 70 and 90 % of the epochs, dropout 0.2 (authors' code).
    #[must_use]
    pub fn ann(normalize: Normalize, seed: u64) -> Self {
        Self {
            epochs: 300,
            batch: 64,
            accumulate: 1,
            optimizer: Optimizer::Sgd { momentum: 0.9, weight_decay: 5e-4 },
            lr: 0.01,
            lr_factor: 0.2,
            milestones: vec![0.45, 0.7, 0.9],
            dropout: 0.2,
            augment: None,
            normalize,
            selection: Selection::default(),
            clamps: Clamps::default(),
            stop: None,
            seed,
        }
    }

    /// The paper's recipe for one stage of a spiking network on CIFAR: Adam with `AMSGrad`, rate 1e-4 divided by 5 at
    /// 60, 80 and 90 % of at most 500 epochs of 64, dropout 0.2 (authors' code); thresholds and leaks clamped as
    /// recommended here.
    #[must_use]
    pub fn spiking(normalize: Normalize, seed: u64) -> Self {
        Self {
            epochs: 500,
            optimizer: Optimizer::Adam { weight_decay: 0.0, amsgrad: true },
            lr: 1e-4,
            milestones: vec![0.6, 0.8, 0.9],
            clamps: Clamps::recommended(),
            ..Self::ann(normalize, seed)
        }
    }

    /// The paper's recipe for one stage on `ImageNet`: as [`TrainConfig::spiking`], rate 2e-5, 25 epochs of 16, the
    /// gradients of 8 batches summed for each step.
    #[must_use]
    pub fn spiking_imagenet(normalize: Normalize, seed: u64) -> Self {
        Self { epochs: 25, batch: 16, accumulate: 8, lr: 2e-5, ..Self::spiking(normalize, seed) }
    }

    /// The same settings with a constant learning rate: with fewer than ten epochs the milestones, which round down,
    /// would lower it almost from the start.
    #[must_use]
    pub fn constant_lr(self) -> Self {
        Self { milestones: Vec::new(), ..self }
    }

    /// Learning rate of an epoch, from 1.
    #[must_use]
    pub fn lr(&self, epoch: usize) -> f64 {
        self.decay().lr(epoch, self.epochs)
    }

    fn decay(&self) -> StepDecay {
        StepDecay { base_lr: self.lr, factor: self.lr_factor, milestones: self.milestones.clone() }
    }

    pub(super) fn check(&self) -> Result<()> {
        let patience = self.stop.map_or(1, |stop| stop.patience);
        let counts = [
            ("epochs", self.epochs),
            ("images of a batch", self.batch),
            ("accumulated batches", self.accumulate),
            ("patience", patience),
        ];
        if let Some((name, count)) = counts.into_iter().find(|(_, count)| *count == 0) {
            return Err(Error::Count { name, rule: "at least 1", count });
        }
        check_rate(self.dropout)?;
        if let Some(value) = self.clamps.threshold
            && !(value.is_finite() && value > 0.0)
        {
            return Err(Error::Quantity {
                name: "least threshold",
                rule: "finite and positive",
                value: value.into(),
            });
        }
        if let Some(value) = self.clamps.leak
            && !(value.is_finite() && value <= 1.0)
        {
            return Err(Error::Quantity {
                name: "least leak",
                rule: "finite and at most 1",
                value: value.into(),
            });
        }
        Ok(self.decay().validate()?)
    }
}
