//! Quantities with their unit in the type, so that degrees Celsius cannot pass for degrees Fahrenheit.
//!
//! ```compile_fail,E0308
//! use water_dc::{tower::{LowTemperature, TowerModel, onsite_wue}, units::Celsius};
//! // the tower formulas take degrees Fahrenheit: write Celsius(20.0).to_fahrenheit()
//! onsite_wue(Celsius(20.0), &TowerModel::FixedColdWater, &LowTemperature::Extrapolate);
//! ```

use crate::error::{Error, Result};

/// Temperature in degrees Celsius. Any number; the formulas check their range.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Celsius(pub f64);

/// Temperature in degrees Fahrenheit. Any number; the formulas check their range.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Fahrenheit(pub f64);

impl Celsius {
    /// The same temperature in degrees Fahrenheit.
    ///
    /// ```
    /// use water_dc::units::{Celsius, Fahrenheit};
    /// assert_eq!(Celsius(100.0).to_fahrenheit(), Fahrenheit(212.0));
    /// ```
    #[must_use]
    pub fn to_fahrenheit(self) -> Fahrenheit {
        Fahrenheit(1.8 * self.0 + 32.0)
    }
}

impl Fahrenheit {
    /// The same temperature in degrees Celsius.
    #[must_use]
    pub fn to_celsius(self) -> Celsius {
        Celsius((self.0 - 32.0) / 1.8)
    }
}

/// A number with a rule that its constructor checks: NaN never passes.
macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $new:ident, $get:ident, $label:literal, $rule:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
        #[cfg_attr(
            feature = "serde",
            derive(serde::Serialize, serde::Deserialize),
            serde(try_from = "f64", into = "f64")
        )]
        pub struct $name(f64);

        impl $name {
            #[doc = concat!("Checked constructor: the value has to be ", $rule, ".\n\n# Errors\n[`Error::Quantity`] otherwise.")]
            pub fn $new(value: f64) -> Result<Self> {
                let valid: fn(f64) -> bool = $valid;
                if valid(value) {
                    Ok(Self(value))
                } else {
                    Err(Error::Quantity { quantity: $label, rule: $rule, value })
                }
            }

            #[doc = concat!("The number: ", $label, ".")]
            #[must_use]
            pub const fn $get(self) -> f64 {
                self.0
            }
        }

        impl TryFrom<f64> for $name {
            type Error = Error;

            fn try_from(value: f64) -> Result<Self> {
                Self::$new(value)
            }
        }

        impl From<$name> for f64 {
            fn from(quantity: $name) -> Self {
                quantity.0
            }
        }
    };
}

pub(crate) use quantity;

quantity!(
    /// Air or vapour pressure in pascal.
    Pascal, new, get, "pressure in Pa", "finite and positive", |v| v.is_finite() && v > 0.0
);
quantity!(
    /// Height above sea level.
    Elevation, from_meters, meters, "elevation in m", "in -5000..=11000", |v| (-5000.0..=11000.0).contains(&v)
);
quantity!(
    /// Relative humidity. Percent and fraction have constructors of their own: a value is never guessed.
    RelativeHumidity, from_percent, percent, "relative humidity in percent", "in 0..=100",
    |v| (0.0..=100.0).contains(&v)
);
quantity!(
    /// Water usage effectiveness γ: litres of water consumed per kilowatt-hour. On site it is per kWh of server
    /// energy, off site per kWh of electricity that the facility draws.
    LitersPerKwh, new, get, "water use in L/kWh", "finite and not negative", |v| v.is_finite() && v >= 0.0
);
quantity!(
    /// A volume of water in litres.
    Liters, new, get, "water in L", "finite and not negative", |v| v.is_finite() && v >= 0.0
);
quantity!(
    /// Energy of the servers alone: the power usage effectiveness (PUE) is *not* in it. This is the energy E of the
    /// paper. Other work (arXiv 2505.09598) states energies that already contain the PUE: see [`FacilityEnergy`].
    ItEnergy, from_kwh, kwh, "server energy in kWh", "finite and not negative", |v| v.is_finite() && v >= 0.0
);
quantity!(
    /// Energy that the whole facility draws: server energy times PUE.
    FacilityEnergy, from_kwh, kwh, "facility energy in kWh", "finite and not negative",
    |v| v.is_finite() && v >= 0.0
);
quantity!(
    /// Power usage effectiveness ρ: energy of the facility per energy of its servers.
    Pue, new, get, "PUE", "finite and at least 1", |v| v.is_finite() && v >= 1.0
);
quantity!(
    /// Share of the water that the network loses before it arrives, as a fraction.
    LossRate, from_fraction, fraction, "loss rate", "in 0..1", |v| (0.0..1.0).contains(&v)
);
quantity!(
    /// Carbon dioxide emitted per kilowatt-hour of electricity that the facility draws.
    CarbonIntensity, from_kg_per_kwh, kg_per_kwh, "carbon intensity in kg/kWh", "finite and not negative",
    |v| v.is_finite() && v >= 0.0
);
quantity!(
    /// Cycles of concentration S of a cooling tower: how far the circulating water is concentrated before blowdown.
    Cycles, new, get, "cycles of concentration", "finite and above 1", |v| v.is_finite() && v > 1.0
);

impl Pascal {
    /// Standard pressure at sea level, 101 325 Pa.
    pub const SEA_LEVEL: Self = Self(101_325.0);

    /// A pressure that a formula for valid input makes positive.
    pub(crate) const fn positive(value: f64) -> Self {
        Self(value)
    }
}

impl RelativeHumidity {
    /// Checked constructor from a fraction.
    ///
    /// ```
    /// use water_dc::units::RelativeHumidity;
    /// assert_eq!(RelativeHumidity::from_fraction(0.5)?, RelativeHumidity::from_percent(50.0)?);
    /// # Ok::<(), water_dc::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Quantity`] outside 0..=1.
    pub fn from_fraction(fraction: f64) -> Result<Self> {
        if (0.0..=1.0).contains(&fraction) {
            Ok(Self(100.0 * fraction))
        } else {
            Err(Error::Quantity {
                quantity: "relative humidity as a fraction",
                rule: "in 0..=1",
                value: fraction,
            })
        }
    }

    /// The number as a fraction, 0..=1.
    #[must_use]
    pub fn fraction(self) -> f64 {
        self.0 / 100.0
    }
}

impl ItEnergy {
    /// Checked constructor from watt-hours.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a negative value or one that is not finite.
    pub fn from_wh(watt_hours: f64) -> Result<Self> {
        Self::from_kwh(watt_hours / 1000.0)
    }

    /// What the facility draws for it.
    ///
    /// ```
    /// use water_dc::units::{ItEnergy, Pue};
    /// let drawn = ItEnergy::from_kwh(10.0)?.at_facility(Pue::new(1.5)?);
    /// assert_eq!(drawn.kwh(), 15.0);
    /// # Ok::<(), water_dc::Error>(())
    /// ```
    #[must_use]
    pub fn at_facility(self, pue: Pue) -> FacilityEnergy {
        FacilityEnergy(self.0 * pue.0)
    }
}

impl FacilityEnergy {
    /// The part of it that reaches the servers.
    #[must_use]
    pub fn at_servers(self, pue: Pue) -> ItEnergy {
        ItEnergy(self.0 / pue.0)
    }
}

// Sums and products of finite, non-negative numbers are not checked again: only an overflow beyond 1e308 breaks the rule.

impl std::ops::Mul<ItEnergy> for LitersPerKwh {
    type Output = Liters;

    fn mul(self, energy: ItEnergy) -> Liters {
        Liters(self.0 * energy.0)
    }
}

impl std::ops::Mul<FacilityEnergy> for LitersPerKwh {
    type Output = Liters;

    fn mul(self, energy: FacilityEnergy) -> Liters {
        Liters(self.0 * energy.0)
    }
}

impl std::ops::Add for LitersPerKwh {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::ops::Add for Liters {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl LitersPerKwh {
    /// Water use per kWh of server energy of something that is per kWh of facility energy.
    #[must_use]
    pub fn per_it_energy(self, pue: Pue) -> Self {
        Self(self.0 * pue.0)
    }

    /// A value that a formula for valid input never makes negative.
    pub(crate) const fn non_negative(value: f64) -> Self {
        Self(value)
    }

    /// A multiple of it; `factor` comes from a checked type and is never negative.
    pub(crate) fn times(self, factor: f64) -> Self {
        Self(self.0 * factor)
    }
}
