//! One planet of the archive.

use crate::constants::{DAY_S, EARTH_MASS_KG, EARTH_RADIUS_M, SUN_MASS_KG, SUN_RADIUS_M};
use crate::error::{Error, Result};
use crate::{Body, Orbit, Planet, Star};

/// A value with its errors of one standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Quantity {
    /// Value.
    pub value: f64,
    /// Errors upward and downward, both not negative.
    pub errors: Option<(f64, f64)>,
}

/// Where a mass comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum MassOrigin {
    /// A measurement.
    Measured,
    /// An upper limit.
    UpperLimit,
    /// A lower limit.
    LowerLimit,
    /// The minimum mass `M sin i`.
    MinimumMass,
    /// A mass-radius relation, or anything else that is no measurement of the mass.
    Derived,
}

impl MassOrigin {
    /// In words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Measured => "a measurement",
            Self::UpperLimit => "an upper limit",
            Self::LowerLimit => "a lower limit",
            Self::MinimumMass => "a minimum mass M sin i",
            Self::Derived => "a derived value",
        }
    }
}

/// What is known of an eccentricity.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Eccentricity {
    /// A measurement.
    Measured(Quantity),
    /// An upper limit.
    UpperLimit(f64),
    /// A lower limit.
    LowerLimit(f64),
    /// Zero without an error: a circular orbit was assumed.
    AssumedCircular,
    /// Nothing.
    Unknown,
}

/// One planet of the archive, in its units.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PlanetRecord {
    /// Name.
    pub name: String,
    /// Orbital period, d.
    pub period_d: Option<f64>,
    /// Semi-major axis, au.
    pub semi_major_axis_au: Option<f64>,
    /// Radius, Earth radii.
    pub radius_earth: Option<Quantity>,
    /// Mass, Earth masses, with its origin.
    pub mass_earth: Option<(Quantity, MassOrigin)>,
    /// Eccentricity.
    pub eccentricity: Eccentricity,
    /// Mass of the star, solar masses.
    pub star_mass_sun: Option<Quantity>,
    /// Radius of the star, solar radii.
    pub star_radius_sun: Option<Quantity>,
    /// Effective temperature of the star, K.
    pub star_temperature_k: Option<Quantity>,
    /// Planets known in the system.
    pub planets: Option<u32>,
}

/// Moment of inertia factor that is given to every planet of the archive.
const INERTIA_FACTOR: f64 = 0.33;

impl PlanetRecord {
    /// The planet on its orbit, with the measured eccentricity or, without one, on a circle. Period and masses fix the
    /// orbit: the tide's heat then depends on the period and not on the mass of the star.
    ///
    /// # Errors
    /// [`Error::MassNotMeasured`] for a mass that is a limit or no measurement, [`Error::MissingValue`] for a cell that
    /// is needed and empty, [`Error::Quantity`] for values out of their range.
    pub fn planet(&self) -> Result<Planet> {
        let mass = self.measured_mass()?;
        let radius = self.need(self.radius_earth, "pl_rade")?;
        let star = [
            self.need(self.star_mass_sun, "st_mass")?.value,
            self.need(self.star_radius_sun, "st_rad")?.value,
            self.need(self.star_temperature_k, "st_teff")?.value,
        ];
        let e = match self.eccentricity {
            Eccentricity::Measured(e) => e.value,
            _ => 0.0,
        };
        self.assemble([mass.value, radius.value, e], star)
    }

    /// The mass, Earth masses, if it is a measurement.
    ///
    /// # Errors
    /// [`Error::MassNotMeasured`] or [`Error::MissingValue`].
    pub fn measured_mass(&self) -> Result<Quantity> {
        match self.need(self.mass_earth, "pl_bmasse")? {
            (mass, MassOrigin::Measured) => Ok(mass),
            (mass, origin) => Err(Error::MassNotMeasured {
                planet: self.name.clone(),
                value: mass.value,
                kind: origin.name(),
            }),
        }
    }

    /// Semi-major axis, au: that of the table or, without one, from Kepler's third law, and whether it is from there.
    /// `None` where period or star are unknown too.
    #[must_use]
    pub fn semi_major_axis_au_or_kepler(&self) -> Option<(f64, bool)> {
        let kepler = || {
            let years = self.period_d? / 365.25;
            Some(((self.star_mass_sun?.value * years * years).cbrt(), true))
        };
        self.semi_major_axis_au.map(|axis| (axis, false)).or_else(kepler)
    }

    /// The planet from mass and radius (Earth units) and eccentricity, and from mass, radius (solar units) and
    /// temperature (K) of its star.
    pub(crate) fn assemble(&self, [mass, radius, e]: [f64; 3], star: [f64; 3]) -> Result<Planet> {
        let body = Body::new(mass * EARTH_MASS_KG, radius * EARTH_RADIUS_M, INERTIA_FACTOR)?;
        let star = Star::new(star[0] * SUN_MASS_KG, star[1] * SUN_RADIUS_M, star[2])?;
        let period_s = self.need(self.period_d, "pl_orbper")? * DAY_S;
        let orbit = Orbit::from_period(&body, star.mass_kg(), period_s, e)?;
        Ok(Planet { name: self.name.clone(), body, star, orbit })
    }

    pub(crate) fn need<T>(&self, value: Option<T>, column: &'static str) -> Result<T> {
        value.ok_or_else(|| Error::MissingValue { planet: self.name.clone(), column })
    }
}
