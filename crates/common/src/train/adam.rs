//! Adam, with the maximum of second moments (`AMSGrad`) on request.

use super::error::{Error, Result, during};
use super::parameters::{Parameters, Rule, describe};
use super::sgd::{check, check_decay, check_rate, check_share};
use crate::tensor::real::Real;
use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Tensor, Var};
use std::collections::BTreeMap;

/// The numbers of [`Adam`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamConfig {
    /// Learning rate, at least 0.
    pub lr: f64,
    /// Decay of the first moment, in [0, 1).
    pub beta1: f64,
    /// Decay of the second moment, in [0, 1).
    pub beta2: f64,
    /// Added to the root of the second moment, above 0.
    pub eps: f64,
    /// L2 penalty, added to the gradient, at least 0.
    pub weight_decay: f64,
    /// Divide by the largest second moment so far.
    pub amsgrad: bool,
}

/// Adam (Kingma and Ba 2015) with an L2 penalty in the gradient; with `amsgrad` (Reddi et al. 2018) the maximum is of
/// the raw second moments, and is divided by its bias correction afterwards:
///
/// ```text
/// g <- gradient + weight_decay p
/// m <- beta1 m + (1 - beta1) g
/// v <- beta2 v + (1 - beta2) g^2          w <- max(w, v)   (w = v without amsgrad)
/// p <- p - lr / (1 - beta1^t) m / (sqrt(w / (1 - beta2^t)) + eps)
/// ```
///
/// ```
/// use candle_core::{DType, Device, Var};
/// use common::train::adam::{Adam, AdamConfig};
///
/// let p = Var::ones((), DType::F64, &Device::Cpu)?;
/// let config = AdamConfig { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0, amsgrad: true };
/// let mut adam = Adam::new(vec![("p".to_owned(), p.clone())], config)?;
/// adam.step(&p.affine(1.0, 0.0)?.backward()?)?; // gradient 1
/// common::assert_close!(p.to_scalar::<f64>()?, 0.9900000001, abs = 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Adam {
    parameters: Parameters<3>,
    config: AdamConfig,
    steps: i64,
}

const STEPS: &str = "steps";

impl Adam {
    /// An optimiser of these variables, all with weight decay.
    ///
    /// # Errors
    /// [`Error::Setting`] for a number out of range, and if a variable or name occurs twice or is not f32 or f64.
    pub fn new(named: Vec<(String, Var)>, config: AdamConfig) -> Result<Self> {
        check_rate(config.lr)?;
        check_share("beta1", config.beta1)?;
        check_share("beta2", config.beta2)?;
        check("eps", "be finite and above 0", config.eps, config.eps.is_finite() && config.eps > 0.0)?;
        check_decay(config.weight_decay)?;
        let parameters = Parameters::new(named, ["first-moment", "second-moment", "largest-second-moment"])?;
        Ok(Self { parameters, config, steps: 0 })
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
        let steps = self.steps + 1;
        self.parameters.update(grads, &Step { config: self.config, steps })?;
        self.steps = steps;
        Ok(())
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

    /// The moments and the number of steps taken (`steps`, a scalar): with them, the variables and the learning rate
    /// a run resumes exactly.
    ///
    /// # Errors
    /// Those of candle when it makes a tensor.
    pub fn state(&self) -> Result<BTreeMap<String, Tensor>> {
        let mut state = self.parameters.state()?;
        let steps = Tensor::new(self.steps, &Device::Cpu).map_err(during("saving the number of steps"))?;
        state.insert(STEPS.to_owned(), steps);
        Ok(state)
    }

    /// Takes over a state of the same variables.
    ///
    /// # Errors
    /// If a tensor is missing, has another shape or type, or is unknown; then nothing changes.
    pub fn load_state(&mut self, state: &BTreeMap<String, Tensor>) -> Result<()> {
        let steps = state.get(STEPS).ok_or_else(|| Error::MissingTensor { name: STEPS.to_owned() })?;
        if !steps.dims().is_empty() || steps.dtype() != DType::I64 {
            let expected = format!("[] of {:?}", DType::I64);
            return Err(Error::TensorMismatch { name: STEPS.to_owned(), expected, got: describe(steps) });
        }
        let steps = steps.to_scalar().map_err(during("loading the number of steps"))?;
        check("steps", "be at least 0", steps as f64, steps >= 0)?;
        self.parameters.load(state, &[STEPS])?;
        self.steps = steps;
        Ok(())
    }
}

struct Step {
    config: AdamConfig,
    steps: i64,
}

impl Rule<3> for Step {
    fn apply<T: Real>(
        &self,
        values: &mut [T],
        gradient: &[T],
        [first, second, largest]: [&mut [T]; 3],
        decays: bool,
    ) {
        let c = &self.config;
        let correction = |beta: f64| 1.0 - beta.powf(self.steps as f64);
        let rate = T::from_f64(c.lr / correction(c.beta1));
        let root_correction = T::from_f64(correction(c.beta2).sqrt());
        let eps = T::from_f64(c.eps);
        let (beta1, rest1) = (T::from_f64(c.beta1), T::from_f64(1.0 - c.beta1));
        let (beta2, rest2) = (T::from_f64(c.beta2), T::from_f64(1.0 - c.beta2));
        let decay = T::from_f64(if decays { c.weight_decay } else { 0.0 });
        for ((((p, m), v), w), &g) in values.iter_mut().zip(first).zip(second).zip(largest).zip(gradient) {
            let g = g + decay * *p;
            *m = beta1 * *m + rest1 * g;
            *v = beta2 * *v + rest2 * (g * g);
            *w = if c.amsgrad && *w > *v { *w } else { *v };
            *p -= rate * *m / (w.root() / root_correction + eps);
        }
    }
}
