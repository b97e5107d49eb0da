//! The optimisers behind one interface, with summed gradients.

use super::{Optimizer, TrainConfig};
use crate::Result;
use crate::error::during;
use candle_core::backprop::GradStore;
use candle_core::{Tensor, Var};
use common::train::adam::{Adam, AdamConfig};
use common::train::grads::require_grads;
use common::train::sgd::{Sgd, SgdConfig};
use std::collections::BTreeMap;

pub(super) struct AnyOptimizer {
    rule: Rule,
    variables: Vec<(String, Var)>,
}

enum Rule {
    Sgd(Sgd),
    Adam(Adam),
}

impl AnyOptimizer {
    pub(super) fn new(config: &TrainConfig, variables: Vec<(String, Var)>) -> Result<Self> {
        let lr = config.lr;
        let rule = match config.optimizer {
            Optimizer::Sgd { momentum, weight_decay } => {
                Rule::Sgd(Sgd::new(variables.clone(), SgdConfig { lr, momentum, weight_decay })?)
            }
            Optimizer::Adam { weight_decay, amsgrad } => {
                let config = AdamConfig { lr, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay, amsgrad };
                Rule::Adam(Adam::new(variables.clone(), config)?)
            }
        };
        Ok(Self { rule, variables })
    }

    pub(super) fn set_lr(&mut self, lr: f64) -> Result<()> {
        match &mut self.rule {
            Rule::Sgd(sgd) => sgd.set_lr(lr)?,
            Rule::Adam(adam) => adam.set_lr(lr)?,
        }
        Ok(())
    }

    /// Adds the gradients of a batch to those before it. Every variable must have one.
    pub(super) fn accumulate(&self, sum: Option<GradStore>, mut gradients: GradStore) -> Result<GradStore> {
        require_grads(&self.variables, &gradients)?;
        let Some(sum) = sum else { return Ok(gradients) };
        for (_, var) in &self.variables {
            if let (Some(before), Some(now)) = (sum.get(var.as_tensor()), gradients.get(var.as_tensor())) {
                let total = (before + now).map_err(during("sum of gradients"))?;
                gradients.insert(var.as_tensor(), total);
            }
        }
        Ok(gradients)
    }

    pub(super) fn step(&mut self, gradients: &GradStore) -> Result<()> {
        match &mut self.rule {
            Rule::Sgd(sgd) => sgd.step(gradients)?,
            Rule::Adam(adam) => adam.step(gradients)?,
        }
        Ok(())
    }

    pub(super) fn state(&self) -> Result<BTreeMap<String, Tensor>> {
        Ok(match &self.rule {
            Rule::Sgd(sgd) => sgd.state()?,
            Rule::Adam(adam) => adam.state()?,
        })
    }

    pub(super) fn load_state(&mut self, state: &BTreeMap<String, Tensor>) -> Result<()> {
        match &mut self.rule {
            Rule::Sgd(sgd) => sgd.load_state(state)?,
            Rule::Adam(adam) => adam.load_state(state)?,
        }
        Ok(())
    }
}
