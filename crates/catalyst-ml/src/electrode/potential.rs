//! Electrode potentials.

use crate::thermo::{Temperature, finite};
use crate::{Error, Result};

/// An electrode potential, kept against the reversible hydrogen electrode (RHE).
///
/// ```
/// use catalyst_ml::electrode::ElectrodePotential;
/// use catalyst_ml::thermo::Temperature;
///
/// let neutral = ElectrodePotential::she(0.0, 7.0, Temperature::STANDARD)?;
/// assert!((neutral.rhe_v() - 7.0 * 0.05916).abs() < 1e-4);
/// assert!(neutral.she_v(7.0, Temperature::STANDARD)?.abs() < 1e-15);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct ElectrodePotential {
    rhe_v: f64,
}

impl ElectrodePotential {
    /// A potential against the reversible hydrogen electrode, V.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] unless it is finite.
    pub fn rhe(volt: f64) -> Result<Self> {
        Ok(Self { rhe_v: finite("potential, V", volt)? })
    }

    /// A potential against the standard hydrogen electrode, V, at a pH of -2 to 16.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] for a potential that is not finite or a pH outside.
    pub fn she(volt: f64, ph: f64, temperature: Temperature) -> Result<Self> {
        Self::rhe(finite("potential, V", volt)? + shift_v(ph, temperature)?)
    }

    /// Against the reversible hydrogen electrode, V.
    #[must_use]
    pub fn rhe_v(self) -> f64 {
        self.rhe_v
    }

    /// Against the standard hydrogen electrode, V, at a pH of -2 to 16.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] for a pH outside.
    pub fn she_v(self, ph: f64, temperature: Temperature) -> Result<f64> {
        Ok(self.rhe_v - shift_v(ph, temperature)?)
    }
}

/// What a potential gains from the standard to the reversible scale, V.
fn shift_v(ph: f64, temperature: Temperature) -> Result<f64> {
    if !(-2.0..=16.0).contains(&ph) {
        return Err(Error::Quantity { name: "pH", rule: "-2 to 16", value: ph });
    }
    Ok(temperature.thermal_ev() * std::f64::consts::LN_10 * ph)
}
