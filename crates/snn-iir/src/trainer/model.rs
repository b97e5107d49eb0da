//! What the trainer needs of a network.

use super::Clamps;
use crate::checkpoint::{self, CheckpointInfo};
use crate::data::{Dataset, Normalize};
use crate::dropout::Dropout;
use crate::evaluate::Evaluation;
use crate::network::write;
use crate::{Ann, NetworkSpec, Result, SpikingNet};
use candle_core::{Tensor, Var};
use std::collections::BTreeMap;

pub(super) trait Model {
    fn spec(&self) -> &NetworkSpec;
    fn timesteps(&self) -> Option<usize>;
    /// The trained variables.
    fn variables(&self) -> Vec<(String, Var)>;
    /// All variables of a checkpoint.
    fn tensors(&self) -> BTreeMap<String, Var>;
    /// Entries that tell a checkpoint's reader what it holds.
    fn metadata(&self, info: &CheckpointInfo) -> BTreeMap<String, String>;
    fn logits_train(&self, images: &Tensor, dropout: &Dropout) -> Result<Tensor>;
    fn evaluate(&self, data: &Dataset, normalize: &Normalize, counting: bool) -> Result<Evaluation>;
    /// Brings variables back into their bounds.
    fn after_step(&self) -> Result<()>;
}

pub(super) struct AnnModel<'a>(pub(super) &'a Ann);

impl Model for AnnModel<'_> {
    fn spec(&self) -> &NetworkSpec {
        self.0.spec()
    }

    fn timesteps(&self) -> Option<usize> {
        None
    }

    fn variables(&self) -> Vec<(String, Var)> {
        self.0.variables()
    }

    fn tensors(&self) -> BTreeMap<String, Var> {
        self.0.tensors()
    }

    fn metadata(&self, info: &CheckpointInfo) -> BTreeMap<String, String> {
        checkpoint::metadata("rate-coded", self.0.spec(), info)
    }

    fn logits_train(&self, images: &Tensor, dropout: &Dropout) -> Result<Tensor> {
        self.0.forward_train(images, dropout)
    }

    fn evaluate(&self, data: &Dataset, normalize: &Normalize, _: bool) -> Result<Evaluation> {
        self.0.evaluate(data, normalize)
    }

    fn after_step(&self) -> Result<()> {
        Ok(())
    }
}

pub(super) struct SpikingModel<'a> {
    pub(super) net: &'a SpikingNet,
    pub(super) timesteps: usize,
    pub(super) clamps: Clamps,
}

impl Model for SpikingModel<'_> {
    fn spec(&self) -> &NetworkSpec {
        self.net.spec()
    }

    fn timesteps(&self) -> Option<usize> {
        Some(self.timesteps)
    }

    fn variables(&self) -> Vec<(String, Var)> {
        self.net.variables()
    }

    fn tensors(&self) -> BTreeMap<String, Var> {
        self.net.variables().into_iter().collect()
    }

    fn metadata(&self, info: &CheckpointInfo) -> BTreeMap<String, String> {
        self.net.metadata(info)
    }

    fn logits_train(&self, images: &Tensor, dropout: &Dropout) -> Result<Tensor> {
        self.net.forward_train(images, self.timesteps, dropout)
    }

    fn evaluate(&self, data: &Dataset, normalize: &Normalize, counting: bool) -> Result<Evaluation> {
        if counting {
            self.net.evaluate_counting(data, normalize, self.timesteps)
        } else {
            self.net.evaluate(data, normalize, self.timesteps)
        }
    }

    fn after_step(&self) -> Result<()> {
        let clamp = |vars: &[Var], values: Vec<f32>, least: Option<f32>, most: f32| {
            let clamped: Vec<f32> =
                values.iter().map(|value| value.min(most).max(least.unwrap_or(*value))).collect();
            if clamped == values { Ok(()) } else { write(vars, &clamped) }
        };
        let (thresholds, leaks) = self.net.neuron_variables();
        clamp(leaks, self.net.leaks()?, self.clamps.leak, 1.0)?;
        clamp(thresholds, self.net.thresholds()?, self.clamps.threshold, f32::INFINITY)
    }
}
