//! Training of gates.

use super::loss::tensor;
use super::network::{Network, during};
use super::{Blend, Gate, GateLoss, GateModel, HashedFeatures, Knn, SparseVector};
use crate::data::permute::shuffle;
use crate::data::{RoutingData, fnv1a64};
use crate::{Error, ExpertSet, Result};
use candle_core::{Device, Tensor};
use common::rng::Streams;
use common::train::adam::{Adam, AdamConfig};
use common::train::grads::require_finite_grads;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// What a gate consists of.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum GateKind {
    /// A linear map.
    Linear,
    /// One hidden layer with dropout. Every tenth prompt by its hash is kept aside, and the weights of the epoch that
    /// did best on those are the result; training ends when `patience` epochs have not been better.
    Mlp {
        /// Hidden units, 1 to 4096.
        hidden: usize,
        /// Share of hidden units left out in a step, in [0, 1).
        dropout: f64,
        /// Epochs without a better one before the end.
        patience: usize,
    },
    /// Nearest neighbours.
    Knn {
        /// Their number.
        neighbours: usize,
    },
    /// A linear map and nearest neighbours.
    Blend {
        /// The number of neighbours.
        neighbours: usize,
    },
}

/// The numbers of a training run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainingConfig {
    /// Learning rate of Adam (moments 0.9 and 0.999).
    pub lr: f64,
    /// Prompts in a step.
    pub batch: usize,
    /// Passes over the prompts.
    pub epochs: usize,
    /// L2 penalty.
    pub l2: f64,
    /// Seed of order, initial weights and dropout.
    pub seed: u64,
}

impl Default for TrainingConfig {
    /// Rate 0.01, 256 prompts in a step, 10 epochs, penalty 1e-5, seed 0. More epochs over-fit a few thousand prompts.
    fn default() -> Self {
        Self { lr: 0.01, batch: 256, epochs: 10, l2: 1e-5, seed: 0 }
    }
}

/// What to train, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GateConfig {
    /// The model.
    pub kind: GateKind,
    /// The loss. Of a blend's linear part only [`GateLoss::PerExpert`] makes sense; it is taken as given.
    pub loss: GateLoss,
    /// The features.
    pub features: HashedFeatures,
    /// The training run.
    pub training: TrainingConfig,
}

impl GateConfig {
    /// A gate of this kind for the best single route: [`GateLoss::PerExpert`], everything else as by default.
    #[must_use]
    pub fn new(kind: GateKind) -> Self {
        let (features, training) = (HashedFeatures::default(), TrainingConfig::default());
        Self { kind, loss: GateLoss::PerExpert, features, training }
    }
}

/// How a training run went.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrainReport {
    /// Mean training loss of each epoch, taken while the weights moved.
    pub losses: Vec<f64>,
    /// Mean loss on the prompts kept aside after each epoch; empty without such prompts.
    pub validation: Vec<f64>,
    /// Prompts without a positive score, from which the loss learns nothing.
    pub skipped: usize,
}

impl Gate {
    /// Trains a gate on all rows of a table. The same configuration and table give the same gate, whatever the number
    /// of threads.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] for a number out of range; [`Error::Training`] and [`Error::Tensor`] if a step fails or
    /// a gradient is missing or not finite.
    pub fn train(config: &GateConfig, data: &RoutingData) -> Result<(Self, TrainReport)> {
        let features = config.features;
        let all = ExpertSet::first(data.experts());
        let neighbours = |count| Knn::new(features, data, count);
        let (model, report) = match config.kind {
            GateKind::Knn { neighbours: count } => {
                (GateModel::Knn(neighbours(count)?), TrainReport::default())
            }
            GateKind::Linear => {
                let network = Network::linear(features.buckets(), data.experts())?;
                let report = Run::new(config, data, all)?.fit(&network)?;
                (network.model()?, report)
            }
            GateKind::Blend { neighbours: count } => {
                let network = Network::linear(features.buckets(), data.experts())?;
                let report = Run::new(config, data, all)?.fit(&network)?;
                let linear = network.linear_part()?;
                (GateModel::Blend(Blend::new(linear, neighbours(count)?)?), report)
            }
            GateKind::Mlp { hidden, dropout, patience } => {
                let network = Network::mlp(config, hidden, dropout, data.experts())?;
                let aside: Vec<bool> = data.prompts().iter().map(|prompt| kept_aside(prompt)).collect();
                let split = data.filter(|row| !aside[row]).and_then(|train| {
                    let validation = data.filter(|row| aside[row])?;
                    Ok((train, validation))
                });
                let report = match split {
                    Ok((train, validation)) => {
                        Run::new(config, &train, all)?.fit_stopping(&network, &validation, patience)?
                    }
                    Err(_) => Run::new(config, data, all)?.fit(&network)?, // too few prompts to keep any aside
                };
                (network.model()?, report)
            }
        };
        Ok((Self::new(data.models().to_vec(), features, model, config.loss)?, report))
    }
}

/// Every tenth prompt of every fold: folds go by the remainder of the hash, so the quotient decides here.
fn kept_aside(prompt: &str) -> bool {
    (fnv1a64(prompt.as_bytes()) / 60).is_multiple_of(10)
}

/// One training run.
pub(super) struct Run<'a> {
    config: TrainingConfig,
    loss: GateLoss,
    set: ExpertSet,
    data: &'a RoutingData,
    features: Vec<SparseVector>,
    buckets: usize,
    /// The rows that the loss learns from.
    rows: Vec<usize>,
    rng: ChaCha8Rng,
}

impl<'a> Run<'a> {
    pub(super) fn new(config: &GateConfig, data: &'a RoutingData, set: ExpertSet) -> Result<Self> {
        let training = config.training;
        for (what, count) in [("batch", training.batch), ("epochs", training.epochs)] {
            if count == 0 {
                return Err(Error::InvalidValue { what: what.to_owned(), rule: "at least 1", value: 0.0 });
            }
        }
        let features = data.prompts().par_iter().map(|prompt| config.features.vector(prompt)).collect();
        let learns = |row: usize| {
            let scores = &data.scores()[row * data.experts()..];
            config.loss == GateLoss::PerExpert || set.iter().any(|i| scores[i] > 0.0)
        };
        let rows: Vec<usize> = (0..data.len()).filter(|&row| learns(row)).collect();
        if rows.is_empty() {
            let what = "largest score of a table for training".to_owned();
            return Err(Error::InvalidValue { what, rule: "above 0", value: 0.0 });
        }
        let rng = Streams::new(training.seed).stream("gate/order");
        let buckets = config.features.buckets();
        Ok(Self { config: training, loss: config.loss, set, data, features, buckets, rows, rng })
    }

    pub(super) fn fit(&mut self, network: &Network) -> Result<TrainReport> {
        let mut adam = self.adam(network)?;
        let mut report = self.report();
        for _ in 0..self.config.epochs {
            report.losses.push(self.epoch(network, &mut adam)?);
        }
        Ok(report)
    }

    /// Trains on and keeps the weights of the epoch with the smallest loss on other rows, the present ones included.
    pub(super) fn fit_stopping(
        &mut self,
        network: &Network,
        validation: &RoutingData,
        patience: usize,
    ) -> Result<TrainReport> {
        let vectors = self.vectors(validation)?;
        let (loss, set) = (self.loss, self.set);
        let judge = |network: &Network| -> Result<f64> {
            let logits = network.model()?.raw_logits(&vectors);
            Ok(loss.mean(&logits, 1.0, validation, set)?.unwrap_or(f64::INFINITY))
        };
        let mut best = (judge(network)?, network.snapshot()?);
        let (mut adam, mut report, mut worse) = (self.adam(network)?, self.report(), 0);
        for _ in 0..self.config.epochs {
            report.losses.push(self.epoch(network, &mut adam)?);
            let now = judge(network)?;
            report.validation.push(now);
            if now < best.0 {
                (best, worse) = ((now, network.snapshot()?), 0);
            } else {
                worse += 1;
                if worse >= patience {
                    break;
                }
            }
        }
        network.restore(&best.1)?;
        Ok(report)
    }

    fn vectors(&self, data: &RoutingData) -> Result<Vec<SparseVector>> {
        #[allow(clippy::cast_possible_truncation, reason = "buckets are a u32")]
        let features = HashedFeatures::new(self.buckets as u32)?;
        Ok(data.prompts().par_iter().map(|prompt| features.vector(prompt)).collect())
    }

    fn report(&self) -> TrainReport {
        TrainReport { skipped: self.data.len() - self.rows.len(), ..TrainReport::default() }
    }

    fn adam(&self, network: &Network) -> Result<Adam> {
        let (lr, weight_decay) = (self.config.lr, self.config.l2);
        let config = AdamConfig { lr, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay, amsgrad: false };
        Ok(Adam::new(network.variables(), config)?.decay_only(|name| !name.ends_with("bias")))
    }

    /// One pass over the rows in random order; the mean loss.
    fn epoch(&mut self, network: &Network, adam: &mut Adam) -> Result<f64> {
        let mut rows = self.rows.clone();
        shuffle(&mut rows, &mut self.rng);
        let mut total = 0.0;
        for batch in rows.chunks(self.config.batch) {
            let loss = self.batch_loss(network, batch).map_err(during("the loss of a gate"))?;
            let grads = loss.backward().map_err(during("the gradient of a gate"))?;
            require_finite_grads(&network.variables(), &grads)?;
            adam.step(&grads)?;
            let loss = loss.to_scalar::<f32>().map_err(during("the loss of a gate"))?;
            total += f64::from(loss) * batch.len() as f64;
        }
        Ok(total / rows.len() as f64)
    }

    fn batch_loss(&mut self, network: &Network, rows: &[usize]) -> candle_core::Result<Tensor> {
        let (device, n) = (&Device::Cpu, self.data.experts());
        let features = rows.iter().map(|&row| self.features[row].clone()).collect();
        let targets: Vec<f32> =
            rows.iter().flat_map(|&row| &self.data.scores()[row * n..][..n]).copied().collect();
        let targets = Tensor::from_vec(targets, (rows.len(), n), device)?;
        let weights = Tensor::full(1.0 / rows.len() as f32, rows.len(), device)?;
        let logits = network.logits(features, Some(&mut self.rng))?;
        tensor::loss(self.loss, &logits, &targets, &weights, self.set)
    }
}

#[cfg(test)]
mod tests;
