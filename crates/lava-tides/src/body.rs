//! A planet, moon or star as the tide sees it.

use crate::constants::GRAVITATIONAL_CONSTANT as G;
use crate::error::{Result, positive, within};
use std::f64::consts::PI;

/// Mass, radius and moment of inertia of a spherical body.
///
/// ```
/// use lava_tides::Body;
///
/// let earth = Body::new(5.9722e24, 6.371e6, 0.3307)?;
/// assert!((earth.gravity_m_s2() - 9.8203).abs() < 1e-4);
/// assert!((earth.mean_density_kg_m3() - 5513.4).abs() < 0.1);
/// # Ok::<(), lava_tides::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Body {
    mass_kg: f64,
    radius_m: f64,
    inertia_factor: f64,
}

impl Body {
    /// A body of this mass and radius, whose moment of inertia about its axis is `inertia_factor` times mass times
    /// radius squared: 0.4 for a uniform sphere, 0.33 for a rocky planet, above 0 and at most 2/3 (a hollow shell).
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) for a mass or radius that is not finite and positive, or a factor
    /// out of its range.
    pub fn new(mass_kg: f64, radius_m: f64, inertia_factor: f64) -> Result<Self> {
        let factor = within(
            "moment of inertia factor",
            "in (0, 2/3]",
            inertia_factor,
            inertia_factor > 0.0 && inertia_factor <= 2.0 / 3.0,
        )?;
        Ok(Self {
            mass_kg: positive("mass, kg", mass_kg)?,
            radius_m: positive("radius, m", radius_m)?,
            inertia_factor: factor,
        })
    }

    /// A body whose numbers are known to be in range.
    pub(crate) const fn known(mass_kg: f64, radius_m: f64, inertia_factor: f64) -> Self {
        Self { mass_kg, radius_m, inertia_factor }
    }

    /// Mass, kg.
    #[must_use]
    pub fn mass_kg(&self) -> f64 {
        self.mass_kg
    }

    /// Radius, m.
    #[must_use]
    pub fn radius_m(&self) -> f64 {
        self.radius_m
    }

    /// Gravity at the surface, m s⁻².
    #[must_use]
    pub fn gravity_m_s2(&self) -> f64 {
        G * self.mass_kg / (self.radius_m * self.radius_m)
    }

    /// Mean density, kg m⁻³.
    #[must_use]
    pub fn mean_density_kg_m3(&self) -> f64 {
        self.mass_kg / (4.0 / 3.0 * PI * self.radius_m.powi(3))
    }

    /// Moment of inertia about the axis, kg m².
    #[must_use]
    pub fn moment_of_inertia_kg_m2(&self) -> f64 {
        self.inertia_factor * self.mass_kg * self.radius_m * self.radius_m
    }

    /// Area of the surface, m².
    #[must_use]
    pub fn area_m2(&self) -> f64 {
        4.0 * PI * self.radius_m * self.radius_m
    }

    /// Distance from a perturber below which this body, if fluid, is torn apart,
    ///
    /// ```text
    /// d = 2.456 R (M_p/M)^(1/3)
    /// ```
    ///
    /// (Chandrasekhar 1969, for a homogeneous and synchronous body), m.
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) for a perturber mass that is not finite and positive.
    pub fn roche_limit_m(&self, perturber_mass_kg: f64) -> Result<f64> {
        let perturber = positive("perturber mass, kg", perturber_mass_kg)?;
        Ok(2.456 * self.radius_m * (perturber / self.mass_kg).cbrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    #[test]
    fn rules() {
        assert!(Body::new(1.0, 1.0, 0.4).is_ok());
        for (mass, radius, factor) in
            [(0.0, 1.0, 0.4), (1.0, f64::NAN, 0.4), (1.0, 1.0, 0.7), (1.0, 1.0, 0.0)]
        {
            assert!(matches!(Body::new(mass, radius, factor), Err(Error::Quantity { .. })));
        }
        let text = Body::new(1.0, -2.0, 0.4).unwrap_err().to_string();
        assert_eq!(text, "radius, m must be finite and positive, got -2");
    }

    /// The Moon is torn apart at 2.9 Earth radii.
    #[test]
    fn roche_limit() {
        let moon = Body::new(7.346e22, 1.7374e6, 0.39).unwrap();
        let limit = moon.roche_limit_m(5.9722e24).unwrap() / 6.371e6;
        assert!((limit - 2.90).abs() < 0.005, "{limit}");
        assert!(moon.roche_limit_m(0.0).is_err());
    }
}
