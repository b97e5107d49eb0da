//! A planet with its star.

use crate::constants::STEFAN_BOLTZMANN;
use crate::error::{Result, positive};
use crate::{Body, Orbit};
use std::f64::consts::PI;

/// A star as a source of light and of tides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Star {
    mass_kg: f64,
    luminosity_w: f64,
}

impl Star {
    /// Mass in kg, radius in m and effective temperature in K; `L = 4 π R² σ_SB T⁴`.
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) unless all are finite and positive.
    pub fn new(mass_kg: f64, radius_m: f64, effective_temperature_k: f64) -> Result<Self> {
        let radius = positive("star radius, m", radius_m)?;
        let temperature = positive("effective temperature, K", effective_temperature_k)?;
        let luminosity_w = 4.0 * PI * radius * radius * STEFAN_BOLTZMANN * temperature.powi(4);
        Ok(Self { mass_kg: positive("star mass, kg", mass_kg)?, luminosity_w })
    }

    /// Mass, kg.
    #[must_use]
    pub fn mass_kg(&self) -> f64 {
        self.mass_kg
    }

    /// Luminosity, W.
    #[must_use]
    pub fn luminosity_w(&self) -> f64 {
        self.luminosity_w
    }
}

/// A planet on its orbit about a star.
#[derive(Debug, Clone, PartialEq)]
pub struct Planet {
    /// Name.
    pub name: String,
    /// The planet itself.
    pub body: Body,
    /// Its star.
    pub star: Star,
    /// Its orbit.
    pub orbit: Orbit,
}

impl Planet {
    /// The same planet on an orbit of another eccentricity.
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) for an eccentricity outside `[0, 1)`.
    pub fn with_eccentricity(&self, eccentricity: f64) -> Result<Self> {
        Ok(Self { orbit: self.orbit.with_eccentricity(eccentricity)?, ..self.clone() })
    }

    /// Light of the star at the semi-major axis, `L/(4 π a²)`, W m⁻².
    #[must_use]
    pub fn stellar_flux_w_m2(&self) -> f64 {
        self.star.luminosity_w() / (4.0 * PI * self.orbit.semi_major_axis_m().powi(2))
    }
}
