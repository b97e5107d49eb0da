//! Stochastic gradient descent with momentum.

use super::error::{Error, Result};
use super::parameters::{Parameters, Rule};
use crate::tensor::real::Real;
use candle_core::backprop::GradStore;
use candle_core::{Tensor, Var};
use std::collections::BTreeMap;

/// The numbers of [`Sgd`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SgdConfig {
    /// Learning rate, at least 0.
    pub lr: f64,
    /// Share of the last step's direction that is kept, in [0, 1).
    pub momentum: f64,
    /// L2 penalty, added to the gradient, at least 0.
    pub weight_decay: f64,
}

/// Stochastic gradient descent with momentum and an L2 penalty in the gradient:
///
/// ```text
/// g <- gradient + weight_decay p
/// v <- momentum v + g
/// p <- p - lr v
/// ```
///
/// ```
/// use candle_core::{DType, Device, Var};
/// use common::train::sgd::{Sgd, SgdConfig};
///
/// let p = Var::ones((), DType::F64, &Device::Cpu)?;
/// let config = SgdConfig { lr: 0.1, momentum: 0.9, weight_decay: 5e-4 };
/// let mut sgd = Sgd::new(vec![("p".to_owned(), p.clone())], config)?;
/// sgd.step(&p.affine(1.0, 0.0)?.backward()?)?; // gradient 1
/// common::assert_close!(p.to_scalar::<f64>()?, 0.89995, rel = 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Sgd {
    parameters: Parameters<1>,
    config: SgdConfig,
}

impl Sgd {
    /// An optimiser of these variables, all with weight decay.
    ///
    /// # Errors
    /// [`Error::Setting`] for a number out of range, and if a variable or name occurs twice or is not f32 or f64.
    pub fn new(named: Vec<(String, Var)>, config: SgdConfig) -> Result<Self> {
        check_rate(config.lr)?;
        check_share("momentum", config.momentum)?;
        check_decay(config.weight_decay)?;
        Ok(Self { parameters: Parameters::new(named, ["momentum"])?, config })
    }

    /// Restricts weight decay to the variables whose name `decays` chooses.
    #[must_use]
    pub fn decay_only(mut self, decays: impl Fn(&str) -> bool) -> Self {
        self.parameters.decay_only(decays);
        self
    }

    /// One step down these gradients. If one is missing, nothing moves.
    ///
    /// # Errors
    /// [`Error::MissingGradient`].
    pub fn step(&mut self, grads: &GradStore) -> Result<()> {
        self.parameters.update(grads, &self.config)
    }

    /// The learning rate.
    #[must_use]
    pub fn lr(&self) -> f64 {
        self.config.lr
    }

    /// Sets the learning rate of the next steps.
    ///
    /// # Errors
    /// [`Error::Setting`] if it is negative or not finite.
    pub fn set_lr(&mut self, lr: f64) -> Result<()> {
        check_rate(lr)?;
        self.config.lr = lr;
        Ok(())
    }

    /// The moments, `momentum/NAME`: with them, the variables and the learning rate a run resumes exactly.
    ///
    /// # Errors
    /// Those of candle when it makes a tensor.
    pub fn state(&self) -> Result<BTreeMap<String, Tensor>> {
        self.parameters.state()
    }

    /// Takes over a state of the same variables.
    ///
    /// # Errors
    /// If a tensor is missing, has another shape or type, or is unknown; then nothing changes.
    pub fn load_state(&mut self, state: &BTreeMap<String, Tensor>) -> Result<()> {
        self.parameters.load(state, &[])
    }
}

impl Rule<1> for SgdConfig {
    fn apply<T: Real>(&self, values: &mut [T], gradient: &[T], [velocity]: [&mut [T]; 1], decays: bool) {
        let lr = T::from_f64(self.lr);
        let momentum = T::from_f64(self.momentum);
        let decay = T::from_f64(if decays { self.weight_decay } else { 0.0 });
        for ((p, v), &g) in values.iter_mut().zip(velocity).zip(gradient) {
            *v = momentum * *v + (g + decay * *p);
            *p -= lr * *v;
        }
    }
}

pub(super) fn check_rate(value: f64) -> Result<()> {
    check("lr", "be finite and at least 0", value, value.is_finite() && value >= 0.0)
}

pub(super) fn check_decay(value: f64) -> Result<()> {
    check("weight_decay", "be finite and at least 0", value, value.is_finite() && value >= 0.0)
}

pub(super) fn check_share(field: &'static str, value: f64) -> Result<()> {
    check(field, "lie in [0, 1)", value, (0.0..1.0).contains(&value))
}

pub(super) fn check(field: &'static str, rule: &'static str, value: f64, holds: bool) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::Setting { field, rule, value }) }
}
