//! The orbit of two bodies about each other.

use crate::Body;
use crate::constants::GRAVITATIONAL_CONSTANT as G;
use crate::error::{Error, Result, eccentricity, positive};
use std::f64::consts::TAU;

/// The relative orbit of a body and its perturber (star, planet or moon), in the plane of the body's equator.
///
/// The mean motion follows from both masses, `n² a³ = G (M + M_p)`, unless the orbit is made by
/// [`Orbit::light_body`].
///
/// ```
/// use lava_tides::{Body, Orbit, constants};
///
/// let earth = Body::new(constants::EARTH_MASS_KG, constants::EARTH_RADIUS_M, 0.3307)?;
/// let orbit = Orbit::new(&earth, constants::MOON_MASS_KG, 3.844e8, 0.0549)?;
/// assert!((orbit.period_s() / constants::DAY_S - 27.28).abs() < 0.01);
/// # Ok::<(), lava_tides::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Orbit {
    semi_major_axis_m: f64,
    eccentricity: f64,
    perturber_mass_kg: f64,
    reduced_mass_kg: f64,
    mean_motion_rad_s: f64,
    disruption_allowed: bool,
}

impl Orbit {
    /// The orbit of `body` and a perturber at this semi-major axis.
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) for a mass or axis that is not finite and positive, or an
    /// eccentricity outside `[0, 1)`.
    pub fn new(
        body: &Body,
        perturber_mass_kg: f64,
        semi_major_axis_m: f64,
        eccentricity: f64,
    ) -> Result<Self> {
        let perturber = positive("perturber mass, kg", perturber_mass_kg)?;
        let axis = positive("semi-major axis, m", semi_major_axis_m)?;
        let total = body.mass_kg() + perturber;
        Ok(Self {
            semi_major_axis_m: axis,
            eccentricity: self::eccentricity(eccentricity)?,
            perturber_mass_kg: perturber,
            reduced_mass_kg: body.mass_kg() * perturber / total,
            mean_motion_rad_s: (G * total / axis.powi(3)).sqrt(),
            disruption_allowed: false,
        })
    }

    /// The orbit of `body` and a perturber with this period.
    ///
    /// # Errors
    /// As [`Orbit::new`], for the period instead of the axis.
    pub fn from_period(
        body: &Body,
        perturber_mass_kg: f64,
        period_s: f64,
        eccentricity: f64,
    ) -> Result<Self> {
        let n = TAU / positive("period, s", period_s)?;
        let total = body.mass_kg() + positive("perturber mass, kg", perturber_mass_kg)?;
        Self::new(body, perturber_mass_kg, (G * total / (n * n)).cbrt(), eccentricity)
    }

    /// The orbit with this period of a body so light that it does not move its perturber, `n² a³ = G M_p`: how
    /// public ports of the paper count. The energies of the body and of the orbit are still those of both masses.
    ///
    /// # Errors
    /// As [`Orbit::from_period`].
    pub fn light_body(body: &Body, perturber_mass_kg: f64, period_s: f64, eccentricity: f64) -> Result<Self> {
        let n = TAU / positive("period, s", period_s)?;
        let perturber = positive("perturber mass, kg", perturber_mass_kg)?;
        let axis = positive("semi-major axis, m", (G * perturber / (n * n)).cbrt())?;
        Ok(Self {
            semi_major_axis_m: axis,
            eccentricity: self::eccentricity(eccentricity)?,
            perturber_mass_kg: perturber,
            reduced_mass_kg: body.mass_kg(),
            mean_motion_rad_s: n,
            disruption_allowed: false,
        })
    }

    /// The same orbit with another eccentricity.
    ///
    /// # Errors
    /// [`Error::Quantity`] for an eccentricity outside `[0, 1)`.
    pub fn with_eccentricity(self, eccentricity: f64) -> Result<Self> {
        Ok(Self { eccentricity: self::eccentricity(eccentricity)?, ..self })
    }

    /// The same orbit, not refused where the body would be torn apart.
    #[must_use]
    pub fn with_disruption_allowed(self) -> Self {
        Self { disruption_allowed: true, ..self }
    }

    /// Fails where the pericentre lies within the Roche limit of `body`, see [`Body::roche_limit_m`], unless that is
    /// allowed.
    ///
    /// # Errors
    /// [`Error::InsideRoche`].
    pub fn check_disruption(&self, body: &Body) -> Result<()> {
        let (pericentre_m, roche_m) = (self.pericentre_m(), body.roche_limit_m(self.perturber_mass_kg)?);
        if pericentre_m > roche_m || self.disruption_allowed {
            return Ok(());
        }
        Err(Error::InsideRoche { pericentre_m, roche_m })
    }

    /// Semi-major axis, m.
    #[must_use]
    pub fn semi_major_axis_m(&self) -> f64 {
        self.semi_major_axis_m
    }

    /// Eccentricity, in `[0, 1)`.
    #[must_use]
    pub fn eccentricity(&self) -> f64 {
        self.eccentricity
    }

    /// Mass of the body that raises the tide, kg.
    #[must_use]
    pub fn perturber_mass_kg(&self) -> f64 {
        self.perturber_mass_kg
    }

    /// Reduced mass `M M_p / (M + M_p)`, kg.
    #[must_use]
    pub fn reduced_mass_kg(&self) -> f64 {
        self.reduced_mass_kg
    }

    /// Mean motion, rad/s.
    #[must_use]
    pub fn mean_motion_rad_s(&self) -> f64 {
        self.mean_motion_rad_s
    }

    /// Period, s.
    #[must_use]
    pub fn period_s(&self) -> f64 {
        TAU / self.mean_motion_rad_s
    }

    /// Pericentre distance, m.
    #[must_use]
    pub fn pericentre_m(&self) -> f64 {
        self.semi_major_axis_m * (1.0 - self.eccentricity)
    }

    /// Angular momentum of a circular orbit of the same size, `M_r n a²`, kg m² s⁻¹.
    #[must_use]
    pub fn circular_angular_momentum_kg_m2_s(&self) -> f64 {
        self.reduced_mass_kg * self.mean_motion_rad_s * self.semi_major_axis_m.powi(2)
    }

    /// Angular momentum, kg m² s⁻¹.
    #[must_use]
    pub fn angular_momentum_kg_m2_s(&self) -> f64 {
        self.circular_angular_momentum_kg_m2_s() * (1.0 - self.eccentricity.powi(2)).sqrt()
    }

    /// Energy, negative, `-M_r n² a² / 2`, J.
    #[must_use]
    pub fn energy_j(&self) -> f64 {
        -0.5 * self.circular_angular_momentum_kg_m2_s() * self.mean_motion_rad_s
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constants::{DAY_S, SUN_MASS_KG};
    use common::assert_close;

    #[test]
    fn kepler_both_ways() {
        let body = Body::new(5e25, 1e7, 0.33).unwrap();
        let orbit = Orbit::from_period(&body, SUN_MASS_KG, 3.0 * DAY_S, 0.3).unwrap();
        let again = Orbit::new(&body, SUN_MASS_KG, orbit.semi_major_axis_m(), 0.3).unwrap();
        assert_close!(again.period_s(), 3.0 * DAY_S, rel = 1e-14);
        // Vis-viva at the pericentre.
        let speed = orbit.angular_momentum_kg_m2_s() / (orbit.reduced_mass_kg() * orbit.pericentre_m());
        let energy = 0.5 * orbit.reduced_mass_kg() * speed * speed
            - G * body.mass_kg() * SUN_MASS_KG / orbit.pericentre_m();
        assert_close!(energy, orbit.energy_j(), rel = 1e-13);
    }

    #[test]
    fn rules() {
        let body = Body::new(5e25, 1e7, 0.33).unwrap();
        for e in [-0.1, 1.0, f64::NAN] {
            assert!(Orbit::new(&body, 1e30, 1e10, e).is_err());
            assert!(Orbit::light_body(&body, 1e30, 1e5, e).is_err());
        }
        let close = Orbit::from_period(&body, SUN_MASS_KG, 0.1 * DAY_S, 0.2).unwrap();
        assert!(matches!(close.check_disruption(&body), Err(Error::InsideRoche { .. })));
        assert!(close.with_disruption_allowed().check_disruption(&body).is_ok());
        assert!(Orbit::new(&body, 0.0, 1e10, 0.0).is_err());
        assert!(Orbit::new(&body, 1e30, f64::INFINITY, 0.0).is_err());
        assert!(Orbit::from_period(&body, 1e30, -1.0, 0.0).is_err());
    }
}
