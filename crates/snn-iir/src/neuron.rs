//! The leaky integrate-and-fire neuron and its surrogate gradient, in double precision and plain Rust.
//!
//! The layers of a network run the same equations in one fused operation; this form is for reading, for
//! plots, and to check that operation.

use crate::{Error, Result};

/// What happens to the potential of a neuron that fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResetMode {
    /// The threshold is subtracted in the same step: `u = v - θ o`. The form of the authors' code.
    #[default]
    SoftImmediate,
    /// The threshold is subtracted in the next step and is not leaked: `v' = λ v + a' - θ o`. The form of
    /// the DIET-SNN paper; the same as [`ResetMode::SoftImmediate`] where λ = 1.
    SoftDelayed,
    /// The potential is set to zero: `u = v (1 - o)`.
    Hard,
}

/// The function that stands for the derivative of the spike with respect to the normalised overdrive
/// `z = v/θ - 1`.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Surrogate {
    /// `gamma max(0, 1 - |z|)`.
    Triangle {
        /// Height of the triangle.
        gamma: f64,
    },
    /// `amplitude / (1 + slope |z|)²`.
    FastSigmoid {
        /// Value at `z = 0`.
        amplitude: f64,
        /// Steepness.
        slope: f64,
    },
    /// `amplitude (alpha/2) / (1 + (π/2 alpha z)²)`.
    ArcTan {
        /// Factor; 1 makes the integral over all `z` one.
        amplitude: f64,
        /// Steepness.
        alpha: f64,
    },
    /// `amplitude / width` where `|z| < width/2`, else 0.
    Rectangular {
        /// Factor; 1 makes the integral over all `z` one.
        amplitude: f64,
        /// Width of the window.
        width: f64,
    },
}

impl Default for Surrogate {
    /// The paper's: a triangle of height 0.3.
    fn default() -> Self {
        Self::Triangle { gamma: 0.3 }
    }
}

impl Surrogate {
    /// The surrogate derivative at the overdrive `z`.
    ///
    /// ```
    /// use snn_iir::neuron::Surrogate;
    ///
    /// common::assert_close!(Surrogate::default().derivative(0.25), 0.225, abs = 1e-15);
    /// ```
    #[must_use]
    pub fn derivative(self, z: f64) -> f64 {
        match self {
            Self::Triangle { gamma } => gamma * (1.0 - z.abs()).max(0.0),
            Self::FastSigmoid { amplitude, slope } => amplitude / (1.0 + slope * z.abs()).powi(2),
            Self::ArcTan { amplitude, alpha } => {
                amplitude * (alpha / 2.0) / (1.0 + (std::f64::consts::FRAC_PI_2 * alpha * z).powi(2))
            }
            Self::Rectangular { amplitude, width } => {
                if z.abs() < width / 2.0 {
                    amplitude / width
                } else {
                    0.0
                }
            }
        }
    }

    /// Half the width of the window outside of which the derivative is zero, or, where it never is, at whose
    /// edge it has fallen to half of its maximum.
    #[must_use]
    pub fn half_width(self) -> f64 {
        match self {
            Self::Triangle { .. } => 1.0,
            Self::FastSigmoid { slope, .. } => (std::f64::consts::SQRT_2 - 1.0) / slope,
            Self::ArcTan { alpha, .. } => std::f64::consts::FRAC_2_PI / alpha,
            Self::Rectangular { width, .. } => width / 2.0,
        }
    }

    /// The surrogate, if its parameters are finite and positive.
    ///
    /// # Errors
    /// [`Error::Quantity`] with the name of the parameter that is not.
    pub fn checked(self) -> Result<Self> {
        let parameters = match self {
            Self::Triangle { gamma } => [("gamma", gamma), ("gamma", gamma)],
            Self::FastSigmoid { amplitude, slope } => [("amplitude", amplitude), ("slope", slope)],
            Self::ArcTan { amplitude, alpha } => [("amplitude", amplitude), ("alpha", alpha)],
            Self::Rectangular { amplitude, width } => [("amplitude", amplitude), ("width", width)],
        };
        match parameters.into_iter().find(|(_, value)| !(value.is_finite() && *value > 0.0)) {
            Some((name, value)) => Err(Error::Quantity { name, rule: "finite and positive", value }),
            None => Ok(self),
        }
    }
}

/// Parameters of one neuron.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct NeuronConfig {
    /// Firing threshold θ, positive.
    pub threshold: f64,
    /// Leak factor λ of one timestep, at most 1; 1 keeps all.
    pub leak: f64,
    /// What a spike does to the potential.
    pub reset: ResetMode,
    /// The derivative of the spike.
    pub surrogate: Surrogate,
}

impl Default for NeuronConfig {
    /// The authors' start without conversion: θ = 0.4, λ = 1, immediate soft reset, triangle of 0.3.
    fn default() -> Self {
        Self { threshold: 0.4, leak: 1.0, reset: ResetMode::default(), surrogate: Surrogate::default() }
    }
}

/// A neuron.
///
/// ```text
/// v_t = λ u_{t-1} + a_t       u_0 = 0
/// o_t = 1 if v_t > θ else 0
/// u_t = v_t - θ o_t           (immediate soft reset)
/// ```
///
/// ```
/// use snn_iir::neuron::{Neuron, NeuronConfig};
///
/// let neuron = Neuron::new(NeuronConfig { threshold: 1.0, leak: 0.9, ..Default::default() })?;
/// let trace = neuron.run(&[0.6; 5]);
/// assert_eq!(trace.spikes, [false, true, false, true, false]);
/// common::assert_close!(trace.after_reset[3], 0.2534, rel = 1e-14);
/// # Ok::<(), snn_iir::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neuron {
    config: NeuronConfig,
}

/// What a neuron does over a run; one entry for each timestep.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Potential `v` before the reset.
    pub potential: Vec<f64>,
    /// Potential `u` after the reset. With [`ResetMode::SoftDelayed`] the reset comes with the next input,
    /// and this is `v`.
    pub after_reset: Vec<f64>,
    /// Whether it fired.
    pub spikes: Vec<bool>,
}

impl Trace {
    /// Number of spikes.
    #[must_use]
    pub fn count(&self) -> usize {
        self.spikes.iter().filter(|&&spike| spike).count()
    }
}

/// Derivatives of a loss with respect to a neuron's inputs and parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradients {
    /// With respect to the current of each timestep.
    pub currents: Vec<f64>,
    /// With respect to the threshold.
    pub threshold: f64,
    /// With respect to the leak.
    pub leak: f64,
}

impl Neuron {
    /// A neuron of these parameters.
    ///
    /// # Errors
    /// [`Error::NonPositiveThreshold`], [`Error::InvalidLeak`] (layer 0), or [`Error::Quantity`] for a
    /// parameter of the surrogate.
    pub fn new(config: NeuronConfig) -> Result<Self> {
        #[allow(clippy::cast_possible_truncation, reason = "only for the text of the error")]
        if !(config.threshold.is_finite() && config.threshold > 0.0) {
            return Err(Error::NonPositiveThreshold { layer: 0, value: config.threshold as f32 });
        }
        #[allow(clippy::cast_possible_truncation, reason = "only for the text of the error")]
        if !(config.leak.is_finite() && config.leak <= 1.0) {
            return Err(Error::InvalidLeak { layer: 0, value: config.leak as f32 });
        }
        config.surrogate.checked()?;
        Ok(Self { config })
    }

    /// Runs the neuron from rest on a current for each timestep.
    #[must_use]
    pub fn run(&self, currents: &[f64]) -> Trace {
        let NeuronConfig { threshold, leak, reset, .. } = self.config;
        let mut trace = Trace { potential: vec![], after_reset: vec![], spikes: vec![] };
        let (mut u, mut owed) = (0.0, 0.0);
        for &current in currents {
            let v = leak * u + current - owed;
            let spike = v > threshold;
            let drop = if spike { threshold } else { 0.0 };
            (u, owed) = match reset {
                ResetMode::SoftImmediate => (v - drop, 0.0),
                ResetMode::SoftDelayed => (v, drop),
                ResetMode::Hard => (if spike { 0.0 } else { v }, 0.0),
            };
            trace.potential.push(v);
            trace.after_reset.push(u);
            trace.spikes.push(spike);
        }
        trace
    }

    /// Backpropagation through time: the derivatives of a loss whose derivative with respect to the spike of
    /// each timestep is `spike_gradients`. The indicator of the spike inside the reset has no gradient.
    ///
    /// ```text
    /// s_t = surrogate(z_t)            g_t = spike_gradient_t s_t / θ + G_t
    /// dL/dθ = Σ ( -spike_gradient_t s_t v_t / θ² - G_t o_t )
    /// dL/dλ = Σ g_t u_{t-1}           G_{t-1} = λ g_t         (immediate soft reset)
    /// ```
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] if there are not as many gradients as currents.
    pub fn gradients(&self, currents: &[f64], spike_gradients: &[f64]) -> Result<Gradients> {
        if currents.len() != spike_gradients.len() {
            return Err(Error::ShapeMismatch {
                what: "gradients of the spikes".into(),
                expected: vec![currents.len()],
                got: vec![spike_gradients.len()],
            });
        }
        let NeuronConfig { threshold, leak, reset, surrogate } = self.config;
        let trace = self.run(currents);
        let mut result = Gradients { currents: vec![0.0; currents.len()], threshold: 0.0, leak: 0.0 };
        let mut next = 0.0; // dL/dv of the following timestep
        for t in (0..currents.len()).rev() {
            let v = trace.potential[t];
            let spike = f64::from(u8::from(trace.spikes[t]));
            let through_spike = spike_gradients[t] * surrogate.derivative(v / threshold - 1.0) / threshold;
            result.leak += next * trace.after_reset[t];
            result.threshold -= through_spike * v / threshold;
            let kept = match reset {
                ResetMode::SoftImmediate => {
                    result.threshold -= leak * next * spike;
                    1.0
                }
                ResetMode::SoftDelayed => {
                    result.threshold -= next * spike;
                    1.0
                }
                ResetMode::Hard => 1.0 - spike,
            };
            next = through_spike + kept * leak * next;
            result.currents[t] = next;
        }
        Ok(result)
    }
}
