//! A gate with free logits for every class of prompts, the most expressive one.

use super::GateLoss;
use super::activation::check_set;
use super::loss::tensor;
use super::network::during;
use crate::{Error, ExpertSet, Result};
use candle_core::{DType, Device, Tensor, Var};
use common::train::adam::{Adam, AdamConfig};
use common::train::grads::require_finite_grads;

/// What a [`Tabular`] gate is trained on: rows of targets, each with the class of its prompt and a weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Examples {
    experts: usize,
    classes: Vec<usize>,
    targets: Vec<f64>,
    weights: Vec<f64>,
}

impl Examples {
    /// Examples from the class of each row, its `experts` targets (all row-major) and its weight.
    ///
    /// # Errors
    /// [`Error::Dimension`] for no row or expert or lengths that differ, or a class that is not below the number of
    /// rows; [`Error::InvalidValue`] for a target or weight that is negative or not finite, or weights without a sum.
    pub fn new(experts: usize, classes: Vec<usize>, targets: Vec<f64>, weights: Vec<f64>) -> Result<Self> {
        let largest = classes.iter().copied().max().unwrap_or(0);
        for (what, expected, got) in [
            ("experts of examples", experts.clamp(1, ExpertSet::MAX), experts),
            ("rows of examples", classes.len().max(1), classes.len()),
            ("targets of examples", classes.len().saturating_mul(experts), targets.len()),
            ("weights of examples", classes.len(), weights.len()),
            ("classes of examples", (largest + 1).min(classes.len()), largest + 1),
        ] {
            if expected != got {
                return Err(Error::Dimension { what: what.to_owned(), expected, got });
            }
        }
        let bad = targets.iter().chain(&weights).find(|value| !(value.is_finite() && **value >= 0.0));
        if let Some(&value) = bad {
            let what = "target or weight of an example".to_owned();
            return Err(Error::InvalidValue { what, rule: "finite and at least 0", value });
        }
        let sum: f64 = weights.iter().sum();
        if !(sum.is_finite() && sum > 0.0) {
            let what = "sum of weights of examples".to_owned();
            return Err(Error::InvalidValue { what, rule: "finite and above 0", value: sum });
        }
        Ok(Self { experts, classes, targets, weights })
    }

    /// The targets of each row.
    fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.targets.chunks_exact(self.experts)
    }
}

/// Free logits for each class of prompts: a gate that can reach the minimum of any [`GateLoss`] at every prompt, as the
/// property of [`GateLoss::Posterior`] supposes. For checks of the property, not for serving.
#[derive(Debug, Clone, PartialEq)]
pub struct Tabular {
    experts: usize,
    logits: Vec<f64>,
}

impl Tabular {
    /// Trains the logits on a set of experts from 0 on, by `steps` steps of Adam on all examples with a rate that falls
    /// from 0.2 to 0.
    ///
    /// # Errors
    /// [`Error::EmptySet`], [`Error::Dimension`] for an expert beyond the examples', [`Error::InvalidValue`] if no
    /// example has a positive target in the set, and those of training.
    pub fn train(examples: &Examples, loss: GateLoss, set: ExpertSet, steps: u32) -> Result<Self> {
        check_set(set, examples.experts)?;
        let failed = during("training of a tabular gate");
        let problem = Problem::new(examples, loss, set).map_err(failed)?;
        let config =
            AdamConfig { lr: 0.2, beta1: 0.9, beta2: 0.99, eps: 1e-12, weight_decay: 0.0, amsgrad: false };
        let named = vec![("logits".to_owned(), problem.logits.clone())];
        let mut adam = Adam::new(named.clone(), config)?;
        for step in 0..steps {
            adam.set_lr(0.2 * (1.0 - f64::from(step) / f64::from(steps)).powi(3))?;
            let grads = problem.loss(loss, set).and_then(|loss| loss.backward());
            let grads = grads.map_err(during("training of a tabular gate"))?;
            require_finite_grads(&named, &grads)?;
            adam.step(&grads)?;
        }
        let logits = problem.logits.flatten_all().and_then(|flat| flat.to_vec1());
        let logits = logits.map_err(during("reading a tabular gate"))?;
        Ok(Self { experts: examples.experts, logits })
    }

    /// The logits of a class; empty beyond the last one.
    #[must_use]
    pub fn logits(&self, class: usize) -> &[f64] {
        self.logits.chunks_exact(self.experts).nth(class).unwrap_or(&[])
    }

    /// The weighted mean loss of the examples on a set.
    ///
    /// # Errors
    /// [`Error::EmptySet`], [`Error::Dimension`] if the examples have other experts or classes than the gate, and
    /// [`Error::InvalidValue`] if no example has a positive target in the set.
    pub fn loss(&self, examples: &Examples, loss: GateLoss, set: ExpertSet) -> Result<f64> {
        let (mut total, mut weights) = (0.0, 0.0);
        for ((targets, &class), &weight) in examples.rows().zip(&examples.classes).zip(&examples.weights) {
            if let Some(value) = loss.row(self.logits(class), targets, set)? {
                total += weight * value;
                weights += weight;
            }
        }
        if weights > 0.0 { Ok(total / weights) } else { Err(nothing_to_learn()) }
    }

    /// What masking this gate to a set costs against one trained on the set from the beginning; negative if that one
    /// did worse.
    ///
    /// # Errors
    /// Those of [`Tabular::train`] and [`Tabular::loss`].
    pub fn restriction_regret(
        &self,
        examples: &Examples,
        loss: GateLoss,
        set: ExpertSet,
        steps: u32,
    ) -> Result<f64> {
        let tuned = Self::train(examples, loss, set, steps)?;
        Ok(self.loss(examples, loss, set)? - tuned.loss(examples, loss, set)?)
    }
}

fn nothing_to_learn() -> Error {
    let what = "largest target of the set".to_owned();
    Error::InvalidValue { what, rule: "above 0", value: 0.0 }
}

/// The examples as tensors.
struct Problem {
    logits: Var,
    classes: Tensor,
    targets: Tensor,
    weights: Tensor,
}

impl Problem {
    fn new(examples: &Examples, loss: GateLoss, set: ExpertSet) -> candle_core::Result<Self> {
        let (device, n) = (&Device::Cpu, examples.experts);
        let count = examples.classes.iter().max().map_or(0, |largest| largest + 1);
        let learns = |targets: &[f64]| loss == GateLoss::PerExpert || set.iter().any(|i| targets[i] > 0.0);
        let weights: Vec<f64> = examples
            .rows()
            .zip(&examples.weights)
            .map(|(targets, &weight)| if learns(targets) { weight } else { 0.0 })
            .collect();
        let sum: f64 = weights.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let weights: Vec<f64> = weights.iter().map(|weight| weight / sum).collect();
        #[allow(clippy::cast_possible_truncation, reason = "fewer classes than rows, each of them in memory")]
        let classes: Vec<u32> = examples.classes.iter().map(|&class| class as u32).collect();
        Ok(Self {
            logits: Var::zeros((count, n), DType::F64, device)?,
            classes: Tensor::new(classes, device)?,
            targets: Tensor::from_slice(&examples.targets, (examples.classes.len(), n), device)?,
            weights: Tensor::new(weights, device)?,
        })
    }

    fn loss(&self, loss: GateLoss, set: ExpertSet) -> candle_core::Result<Tensor> {
        let logits = self.logits.index_select(&self.classes, 0)?;
        tensor::loss(loss, &logits, &self.targets, &self.weights, set)
    }
}
