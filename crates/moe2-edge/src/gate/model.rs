//! A gate with all that it needs to route a prompt.

use super::blend::sigmoid;
use super::{
    Activation, Blend, GateLoss, GateWeights, HashedFeatures, HashedLinear, Knn, Mlp, masked_softmax,
};
use crate::data::RoutingData;
use crate::{Error, ExpertSet, Result};
use rayon::prelude::*;

/// The function from features to experts inside a gate.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum GateModel {
    /// A linear map.
    Linear(HashedLinear),
    /// One hidden layer.
    Mlp(Mlp),
    /// Nearest neighbours.
    Knn(Knn),
    /// Linear map and neighbours.
    Blend(Blend),
}

impl GateModel {
    /// The number of experts.
    #[must_use]
    pub fn experts(&self) -> usize {
        match self {
            Self::Linear(linear) => linear.outputs(),
            Self::Mlp(mlp) => mlp.outputs(),
            Self::Knn(knn) => knn.outputs(),
            Self::Blend(blend) => blend.knn().outputs(),
        }
    }
}

/// A trained gate: names of the experts, features, model and temperature.
///
/// ```
/// use moe2_edge::data::{RoutingData, Row};
/// use moe2_edge::{ExpertSet, gate::{Activation, Gate}};
///
/// let row = |prompt: &str, scores: [f32; 2]| Row { prompt: prompt.into(), scores: scores.into(), ..Row::default() };
/// let rows = vec![row("add two and two", [1.0, 0.0]), row("capital of Peru", [0.0, 1.0])];
/// let data = RoutingData::new(vec!["calculator".into(), "atlas".into()], rows)?;
/// let gate = Gate::knn(&data, 1)?;
/// let weights = gate.weights("the capital of Chile", ExpertSet::first(2), Activation::TopK(1))?;
/// assert_eq!(gate.models()[weights.first()], "atlas");
/// common::assert_close!(f64::from(gate.scores("the capital of Chile")[1]), 1.005 / 1.01, abs = 1e-6);
/// # Ok::<(), moe2_edge::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    pub(super) models: Vec<String>,
    pub(super) features: HashedFeatures,
    pub(super) model: GateModel,
    pub(super) loss: GateLoss,
    pub(super) temperature: f64,
}

impl Gate {
    /// A gate of these experts. `loss` says what the logits of a linear or hidden-layer model mean.
    ///
    /// # Errors
    /// [`Error::Dimension`] if the number of names is not the model's number of experts, or the features have another
    /// number of buckets than the model.
    pub fn new(
        models: Vec<String>,
        features: HashedFeatures,
        model: GateModel,
        loss: GateLoss,
    ) -> Result<Self> {
        let same = |what: &str, expected: usize, got: usize| {
            let what = what.to_owned();
            if expected == got { Ok(()) } else { Err(Error::Dimension { what, expected, got }) }
        };
        same("names of a gate's experts", model.experts(), models.len())?;
        let buckets = match &model {
            GateModel::Linear(linear) => linear.buckets(),
            GateModel::Mlp(mlp) => mlp.buckets(),
            GateModel::Blend(blend) => blend.linear().buckets(),
            GateModel::Knn(knn) => knn.buckets(),
        };
        same("buckets of a gate's features", buckets, features.buckets())?;
        Ok(Self { models, features, model, loss, temperature: 1.0 })
    }

    /// A gate of nearest neighbours with the default features; it needs no training.
    ///
    /// # Errors
    /// Those of [`Knn::new`].
    pub fn knn(data: &RoutingData, neighbours: usize) -> Result<Self> {
        let features = HashedFeatures::default();
        let model = GateModel::Knn(Knn::new(features, data, neighbours)?);
        Self::new(data.models().to_vec(), features, model, GateLoss::PerExpert)
    }

    /// The names of the experts.
    #[must_use]
    pub fn models(&self) -> &[String] {
        &self.models
    }

    /// The model inside.
    #[must_use]
    pub fn model(&self) -> &GateModel {
        &self.model
    }

    /// The loss that the model was trained with.
    #[must_use]
    pub fn loss(&self) -> GateLoss {
        self.loss
    }

    /// The temperature of the weights, 1 unless set.
    #[must_use]
    pub fn temperature(&self) -> f64 {
        self.temperature
    }

    /// The gate with another temperature, see [`calibrate_temperature`](super::calibrate_temperature).
    ///
    /// # Errors
    /// [`Error::InvalidValue`] unless it is finite and positive.
    pub fn with_temperature(mut self, temperature: f64) -> Result<Self> {
        if !(temperature.is_finite() && temperature > 0.0) {
            let what = "temperature".to_owned();
            return Err(Error::InvalidValue { what, rule: "finite and above 0", value: temperature });
        }
        self.temperature = temperature;
        Ok(self)
    }

    /// The logits of a prompt. Of neighbours and blends: the logarithms of the predicted scores, so that weights are
    /// proportional to scores.
    #[must_use]
    pub fn logits(&self, prompt: &str) -> Vec<f32> {
        let features = self.features.vector(prompt);
        let logarithms = |scores: Vec<f32>| scores.into_iter().map(|score| score.max(1e-6).ln()).collect();
        match &self.model {
            GateModel::Linear(linear) => linear.logits(&features),
            GateModel::Mlp(mlp) => mlp.logits(&features),
            GateModel::Knn(knn) => logarithms(knn.scores(&features)),
            GateModel::Blend(blend) => logarithms(blend.scores(&features)),
        }
    }

    /// What the gate predicts of each expert on a prompt, in [0, 1]: its score (neighbours, blends, and models trained
    /// with [`GateLoss::PerExpert`]) or else its share among all experts. The order is that of the logits.
    #[must_use]
    pub fn scores(&self, prompt: &str) -> Vec<f32> {
        match &self.model {
            GateModel::Knn(knn) => return knn.scores(&self.features.vector(prompt)),
            GateModel::Blend(blend) => return blend.scores(&self.features.vector(prompt)),
            GateModel::Linear(_) | GateModel::Mlp(_) => {}
        }
        #[allow(clippy::cast_possible_truncation, reason = "arithmetic of a network in f32")]
        let tau = self.temperature as f32;
        let logits = self.logits(prompt);
        match self.loss {
            GateLoss::PerExpert => logits.iter().map(|h| sigmoid(h / tau)).collect(),
            GateLoss::Posterior | GateLoss::Mixture => {
                let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let mut shares: Vec<f32> = logits.iter().map(|h| ((h - largest) / tau).exp()).collect();
                let sum: f32 = shares.iter().sum();
                for share in &mut shares {
                    *share /= sum;
                }
                shares
            }
        }
    }

    /// The experts of a set that answer a prompt, and their weights.
    ///
    /// # Errors
    /// Those of [`GateWeights::new`].
    pub fn weights(&self, prompt: &str, set: ExpertSet, activation: Activation) -> Result<GateWeights> {
        #[allow(clippy::cast_possible_truncation, reason = "arithmetic of a network in f32")]
        GateWeights::new(&self.logits(prompt), set, self.temperature as f32, activation)
    }

    /// The weights of all experts of a set on a prompt; 0 outside the set.
    ///
    /// # Errors
    /// Those of [`masked_softmax`].
    pub fn softmax(&self, prompt: &str, set: ExpertSet) -> Result<Vec<f32>> {
        #[allow(clippy::cast_possible_truncation, reason = "arithmetic of a network in f32")]
        masked_softmax(&self.logits(prompt), set, self.temperature as f32)
    }

    /// [`Gate::scores`] of many prompts, row-major.
    #[must_use]
    pub fn predict(&self, prompts: &[String]) -> Vec<f32> {
        prompts.par_iter().flat_map_iter(|prompt| self.scores(prompt)).collect()
    }

    /// [`Gate::logits`] of many prompts, row-major.
    #[must_use]
    pub fn predict_logits(&self, prompts: &[String]) -> Vec<f32> {
        prompts.par_iter().flat_map_iter(|prompt| self.logits(prompt)).collect()
    }
}
