//! One planet of a table.

use crate::constants::{
    ASTRONOMICAL_UNIT_M, DAY_S, EARTH_MASS_KG, EARTH_RADIUS_M, GRAVITATIONAL_CONSTANT as G, SUN_MASS_KG,
};
use crate::{Body, Result};
use std::f64::consts::TAU;

/// What a tabulated number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The value itself.
    Value,
    /// The true value is at most this.
    Upper,
    /// The true value is at least this.
    Lower,
}

/// A tabulated number with its errors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measurement {
    /// The number.
    pub value: f64,
    /// Upward error, not negative.
    pub error_up: Option<f64>,
    /// Downward error, not negative.
    pub error_down: Option<f64>,
    /// What it says.
    pub limit: Limit,
}

impl Measurement {
    /// The value, unless it is a limit.
    #[must_use]
    pub fn known(&self) -> Option<f64> {
        (self.limit == Limit::Value).then_some(self.value)
    }
}

/// Where a mass comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MassKind {
    /// Measured.
    Measured,
    /// Measured times the unknown sine of the inclination.
    Minimum,
    /// Guessed from the radius.
    Estimated,
}

/// Where a semi-major axis comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// The table.
    Tabulated,
    /// Kepler's law with the star's mass.
    Kepler,
}

/// A planet of a table. `None` is "not known".
#[derive(Debug, Clone, PartialEq)]
pub struct PlanetRecord {
    /// Name.
    pub name: String,
    /// Period, d.
    pub period_d: Option<Measurement>,
    /// Semi-major axis, au, and where it comes from.
    pub axis_au: Option<(Measurement, Axis)>,
    /// Radius, Earth radii.
    pub radius_earth: Option<Measurement>,
    /// Mass, Earth masses, and where it comes from.
    pub mass_earth: Option<(Measurement, MassKind)>,
    /// Eccentricity.
    pub eccentricity: Option<Measurement>,
    /// Whether the eccentricity is a zero that was assumed, not measured.
    pub circular_assumed: bool,
    /// Mass of the star, solar masses.
    pub star_mass_sun: Option<Measurement>,
    /// Radius of the star, solar radii.
    pub star_radius_sun: Option<Measurement>,
    /// Effective temperature of the star, K.
    pub star_temperature_k: Option<Measurement>,
    /// Known planets of the star.
    pub planets: Option<u32>,
}

impl PlanetRecord {
    /// The mass in Earth masses if it was measured and is not a limit.
    #[must_use]
    pub fn measured_mass_earth(&self) -> Option<f64> {
        let (mass, kind) = self.mass_earth?;
        (kind == MassKind::Measured).then(|| mass.known()).flatten()
    }

    /// The planet, if its mass was measured and its radius is known.
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) for a moment of inertia factor out of its range.
    pub fn body(&self, inertia_factor: f64) -> Result<Option<Body>> {
        let radius = self.radius_earth.and_then(|radius| radius.known());
        let (Some(mass), Some(radius)) = (self.measured_mass_earth(), radius) else { return Ok(None) };
        Body::new(mass * EARTH_MASS_KG, radius * EARTH_RADIUS_M, inertia_factor).map(Some)
    }

    /// Fills in a missing semi-major axis from the period and the star's mass, where both are known.
    #[must_use]
    pub(super) fn with_kepler(mut self) -> Self {
        let known = |m: Option<Measurement>| m.and_then(|m| m.known());
        if let (None, Some(days), Some(star)) =
            (self.axis_au, known(self.period_d), known(self.star_mass_sun))
        {
            let n = TAU / (days * DAY_S);
            let axis = (G * star * SUN_MASS_KG / (n * n)).cbrt() / ASTRONOMICAL_UNIT_M;
            let value = Measurement { value: axis, error_up: None, error_down: None, limit: Limit::Value };
            self.axis_au = Some((value, Axis::Kepler));
        }
        self
    }
}
