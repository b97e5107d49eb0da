//! Temperature and pressure.

use crate::constants::BOLTZMANN_EV_K;
use crate::{Error, Result};

/// An absolute temperature above zero.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Temperature(f64);

impl Temperature {
    /// 298.15 K.
    pub const STANDARD: Self = Self(298.15);

    /// A temperature in kelvin.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] unless it is finite and above zero.
    pub fn kelvin(kelvin: f64) -> Result<Self> {
        above_zero("temperature, K", kelvin).map(Self)
    }

    /// In kelvin.
    #[must_use]
    pub fn in_kelvin(self) -> f64 {
        self.0
    }

    /// Thermal energy `kB T`, eV.
    #[must_use]
    pub fn thermal_ev(self) -> f64 {
        BOLTZMANN_EV_K * self.0
    }
}

/// A pressure above zero.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Pressure(f64);

impl Pressure {
    /// The standard pressure, 1 bar.
    pub const STANDARD: Self = Self(1e5);
    /// 101325 Pa.
    pub const ATMOSPHERE: Self = Self(101325.0);

    /// A pressure in pascal.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] unless it is finite and above zero.
    pub fn pascal(pascal: f64) -> Result<Self> {
        above_zero("pressure, Pa", pascal).map(Self)
    }

    /// In pascal.
    #[must_use]
    pub fn in_pascal(self) -> f64 {
        self.0
    }
}

/// The value if it is finite and above zero.
pub(crate) fn above_zero(name: &'static str, value: f64) -> Result<f64> {
    let holds = value.is_finite() && value > 0.0;
    if holds { Ok(value) } else { Err(Error::Quantity { name, rule: "finite and above zero", value }) }
}

/// The value if it is finite.
pub(crate) fn finite(name: &'static str, value: f64) -> Result<f64> {
    if value.is_finite() { Ok(value) } else { Err(Error::Quantity { name, rule: "finite", value }) }
}
