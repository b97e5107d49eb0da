//! Server energy of a request to a language model.
//!
//! Three of the paper's four energies come from the model of EcoLogits in late 2024,
//! [`ecologits_05_energy`]; the fourth is a measurement. What the paper uses is
//! [`Tables::request_energy`](crate::Tables::request_energy).

use crate::{
    error::{Error, Result},
    units::ItEnergy,
};

/// Size of a language model, in billions of parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Architecture {
    total: f64,
    active_low: f64,
    active_high: f64,
}

/// Server energy of a request; a range where the number of active parameters is one.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RequestEnergy {
    /// With the fewest active parameters.
    pub low: ItEnergy,
    /// Mean of the two ends: what the paper uses.
    pub mean: ItEnergy,
    /// With the most active parameters.
    pub high: ItEnergy,
}

impl Architecture {
    /// A dense model: every parameter is active for every token.
    ///
    /// # Errors
    /// [`Error::ActiveParameters`] unless `billions` is positive and finite.
    pub fn dense(billions: f64) -> Result<Self> {
        Self::mixture_of_experts(billions, billions, billions)
    }

    /// A mixture of experts: between `active_low` and `active_high` of `total` billions are active.
    ///
    /// # Errors
    /// [`Error::ActiveParameters`] unless 0 < low <= high <= total, all finite.
    pub fn mixture_of_experts(total: f64, active_low: f64, active_high: f64) -> Result<Self> {
        if total.is_finite() && 0.0 < active_low && active_low <= active_high && active_high <= total {
            Ok(Self { total, active_low, active_high })
        } else {
            Err(Error::ActiveParameters { low: active_low, high: active_high, total })
        }
    }

    /// All parameters, billions.
    #[must_use]
    pub fn total_billions(&self) -> f64 {
        self.total
    }

    /// Fewest and most active parameters, billions.
    #[must_use]
    pub fn active_billions(&self) -> (f64, f64) {
        (self.active_low, self.active_high)
    }

    fn energy(&self, kwh: impl Fn(f64) -> f64) -> Result<RequestEnergy> {
        let (low, high) = (kwh(self.active_low), kwh(self.active_high));
        Ok(RequestEnergy {
            low: ItEnergy::from_kwh(low)?,
            mean: ItEnergy::from_kwh(0.5 * (low + high))?,
            high: ItEnergy::from_kwh(high)?,
        })
    }

    /// GPUs of 80 GB that hold the weights with 20 % to spare.
    fn gpus(&self, bits: f64) -> f64 {
        (1.2 * self.total * bits / 8.0 / 80.0).ceil()
    }
}

/// Energy by the model of EcoLogits up to 0.5 (constants of 0.5.1), the one behind the paper's numbers:
/// ```text
/// E_gpu = N (8.91e-8 P + 1.43e-6)                 kWh per GPU       P: active parameters, billions
/// Δt    = N (8.02e-4 P + 2.23e-2)                 s                 N: output tokens
/// G     = ceil(1.2 P_total (4 bits)/8 / 80)       GPUs of 80 GB
/// E     = Δt/3600 · 1 kW · G/8 + G E_gpu          kWh, without PUE
/// ```
///
/// ```
/// use water_dc::request::{Architecture, ecologits_05_energy};
/// let gpt4 = Architecture::mixture_of_experts(1760.0, 220.0, 880.0)?;
/// let report = ecologits_05_energy(&gpt4, 5000)?;
/// assert!((report.mean.kwh() - 4.65677).abs() < 5e-6);      // the paper's 4.66 kWh
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`Error::Quantity`] if the energy overflows.
pub fn ecologits_05_energy(model: &Architecture, output_tokens: u32) -> Result<RequestEnergy> {
    const SERVER_KW: f64 = 1.0;
    let (n, gpus) = (f64::from(output_tokens), model.gpus(4.0));
    model.energy(|p| {
        let gpu = n * (8.91e-8 * p + 1.43e-6);
        let seconds = n * (8.02e-4 * p + 2.23e-2);
        seconds / 3600.0 * SERVER_KW * gpus / 8.0 + gpus * gpu
    })
}

/// Energy by the later model of EcoLogits (constants of 0.11.3): batches of 64 requests, weights of 16 bits, and a
/// number of GPUs that is rounded up to a power of two:
/// ```text
/// E_gpu = N (α exp(64 β) P + γ) / 1000            kWh per GPU
/// Δt    = N (6.785088e-4 P + 3.119310e-4 · 64 + 0.0194737)   s
/// G     = 2^ceil(log2(ceil(1.2 P_total (16 bits)/8 / 80)))
/// E     = Δt/3600 · 1.2 kW · G/8 / 64 + G E_gpu   kWh, without PUE
/// α = 1.1665273170451914e-6, β = -0.011205921025579175, γ = 4.052928146734005e-5
/// ```
///
/// ```
/// use water_dc::request::{Architecture, ecologits_011_energy};
/// let llama = Architecture::dense(70.55)?;
/// let report = ecologits_011_energy(&llama, 5000)?;
/// assert!(report.mean.kwh() < 0.003);             // less than a tenth of the earlier model's 0.0523 kWh
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`Error::Quantity`] if the energy overflows.
pub fn ecologits_011_energy(model: &Architecture, output_tokens: u32) -> Result<RequestEnergy> {
    const SERVER_KW: f64 = 1.2;
    const BATCH: f64 = 64.0;
    let per_parameter = 1.1665273170451914e-6 * (-0.011205921025579175 * BATCH).exp();
    let (n, gpus) = (f64::from(output_tokens), model.gpus(16.0).log2().ceil().exp2());
    model.energy(|p| {
        let gpu = n * (per_parameter * p + 4.052928146734005e-5) / 1000.0;
        let seconds = n * (0.0006785088094353663 * p + 0.0003119310311688259 * BATCH + 0.019473717579473387);
        seconds / 3600.0 * SERVER_KW * (gpus / 8.0) / BATCH + gpus * gpu
    })
}
