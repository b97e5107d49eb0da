//! The magma ocean: a shallow fluid layer with drag, and a lid on it.

use crate::Body;
use crate::error::{Error, Result, not_negative, positive, within};
use num_complex::Complex64;

/// How the ocean is coupled to the rest of the planet, and which forces it knows.
///
/// With `s = σ - i σ_R`, `σ_n² = n(n+1) g H/R²` and `ξ_n = 3/(2n+1)` times the density ratio:
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum OceanCoupling {
    /// The paper's Eq. 7 and 28 as public ports have them,
    ///
    /// ```text
    /// k_fl = -ξ₂ σ₂² / (σ s - σ₂²),   k₂ = k_T + (1 + k_L) k_fl:
    /// ```
    ///
    /// neither the attraction of the tide on itself, nor the yielding of the floor under tide and load, nor the
    /// Coriolis force. For reproducing the paper.
    PaperEq7,
    /// The same equations with the attraction of the tide on itself and the yielding of the floor (derived here),
    ///
    /// ```text
    /// k_oc = -ξ₂ σ₂² γ_T / (σ s - σ₂² (1 + Λ₂ - γ_L ξ₂)),   k₂ = k_T + (1 + k_L) k_oc,
    /// γ_T = 1 + k_T - h_T,   γ_L = 1 + k_L - h_L.
    /// ```
    ///
    /// A full radial solution (TidalPy 0.8.1) agrees within 2 % over a rigid floor and within 6 % over a yielding
    /// one away from the resonance.
    #[default]
    SelfAttracting,
    /// [`OceanCoupling::SelfAttracting`] with the Coriolis force: Laplace's tidal equations in spherical harmonics
    /// (derived here; they give Lamb's classical tides).
    Rotating(Truncation),
}

/// Where the series of the rotating tide ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Truncation {
    /// After so many degrees, from 2 on; 24 are enough for oceans deeper than 30 km on an Earth.
    Terms(usize),
    /// Where twice as many degrees change the result by less than 1e-12 of itself.
    #[default]
    Converged,
}

/// A solid lid that floats on the ocean.
///
/// ```text
/// Λ_n = (E d q + D n(n+1) q²/R²) / (ρ_f g R² (q + 1 + ν)),
/// q = (n-1)(n+2),  E = 2 (1+ν) μ_c,  D = E d³/(12 (1-ν²))
/// ```
///
/// (thin elastic shell, derived here; a three-layer radial solution of TidalPy 0.8.1 agrees within 0.1 % for lids up
/// to 10 km on an Earth, away from the resonance).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crust {
    thickness: f64,
    rigidity: Complex64,
    poisson: f64,
}

impl Crust {
    /// Thickness in m, complex rigidity in Pa (its imaginary part, not negative, is what the lid dissipates) and
    /// Poisson's ratio in `[0, 0.5]`.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a value out of its range.
    pub fn new(thickness_m: f64, rigidity_pa: Complex64, poisson_ratio: f64) -> Result<Self> {
        positive("crust rigidity, Pa", rigidity_pa.re)?;
        not_negative("imaginary crust rigidity, Pa", rigidity_pa.im)?;
        let in_range = (0.0..=0.5).contains(&poisson_ratio);
        Ok(Self {
            thickness: positive("crust thickness, m", thickness_m)?,
            rigidity: rigidity_pa,
            poisson: within("Poisson's ratio", "in [0, 0.5]", poisson_ratio, in_range)?,
        })
    }

    /// `Λ_n` on this body over melt of this density.
    fn stiffening(&self, degree: u32, body: &Body, melt_density: f64) -> Complex64 {
        let (n, d, nu, r) = (f64::from(degree), self.thickness, self.poisson, body.radius_m());
        let q = (n - 1.0) * (n + 2.0);
        let young = 2.0 * (1.0 + nu) * self.rigidity;
        let bending = young * d.powi(3) / (12.0 * (1.0 - nu * nu));
        (young * d * q + bending * (n * (n + 1.0) * q * q / (r * r)))
            / (melt_density * body.gravity_m_s2() * r * r * (q + 1.0 + nu))
    }
}

/// A global ocean of melt.
///
/// The drag is a free parameter (boundary layer, form drag, flow through a porous bed): every result depends on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MagmaOcean {
    depth_m: f64,
    drag_per_s: f64,
    density_ratio: f64,
    coupling: OceanCoupling,
    crust: Option<Crust>,
}

impl MagmaOcean {
    /// Depth `H` in m, Rayleigh drag `σ_R` in s⁻¹ (not negative), and density of the melt over the mean density of
    /// the whole planet, in (0, 1]; with [`OceanCoupling::SelfAttracting`] and no crust. (A public port of the paper
    /// divides by the density of the solid below instead; give that ratio to reproduce it.)
    ///
    /// # Errors
    /// [`Error::Quantity`] for a value out of its range.
    pub fn new(depth_m: f64, drag_per_s: f64, density_ratio: f64) -> Result<Self> {
        let in_range = density_ratio > 0.0 && density_ratio <= 1.0;
        Ok(Self {
            depth_m: positive("ocean depth, m", depth_m)?,
            drag_per_s: not_negative("drag, 1/s", drag_per_s)?,
            density_ratio: within("density ratio", "in (0, 1]", density_ratio, in_range)?,
            coupling: OceanCoupling::default(),
            crust: None,
        })
    }

    /// The same ocean with another coupling.
    ///
    /// # Errors
    /// [`Error::Combination`] for the paper's Eq. 7 under a crust, [`Error::Count`] for fewer than two terms.
    pub fn with_coupling(self, coupling: OceanCoupling) -> Result<Self> {
        Self { coupling, ..self }.checked()
    }

    /// The same ocean below a crust.
    ///
    /// # Errors
    /// [`Error::Combination`] for the paper's Eq. 7, which has none.
    pub fn with_crust(self, crust: Crust) -> Result<Self> {
        Self { crust: Some(crust), ..self }.checked()
    }

    fn checked(self) -> Result<Self> {
        match self.coupling {
            OceanCoupling::PaperEq7 if self.crust.is_some() => {
                Err(Error::Combination { setting: "a crust", other: "the paper's Eq. 7" })
            }
            OceanCoupling::Rotating(Truncation::Terms(count @ 0..2)) => {
                Err(Error::Count { name: "terms of the rotating tide", rule: "at least 2", count })
            }
            _ => Ok(self),
        }
    }

    /// The same ocean of another depth, m.
    ///
    /// # Errors
    /// [`Error::Quantity`] unless it is finite and positive.
    pub fn with_depth(self, depth_m: f64) -> Result<Self> {
        Ok(Self { depth_m: positive("ocean depth, m", depth_m)?, ..self })
    }

    /// Depth, m.
    #[must_use]
    pub fn depth_m(&self) -> f64 {
        self.depth_m
    }

    /// Drag, s⁻¹.
    #[must_use]
    pub fn drag_per_s(&self) -> f64 {
        self.drag_per_s
    }

    /// Density of the melt over the mean density of the planet.
    #[must_use]
    pub fn density_ratio(&self) -> f64 {
        self.density_ratio
    }

    /// Coupling.
    #[must_use]
    pub fn coupling(&self) -> OceanCoupling {
        self.coupling
    }

    /// Drag that viscosity alone gives an ocean of this depth (m), `η/(ρ H²)`, s⁻¹: an estimate of the slowest
    /// spin-down, not a law that links drag and viscosity.
    ///
    /// # Errors
    /// [`Error::Quantity`] unless all three are finite and positive.
    pub fn viscous_drag_estimate_per_s(viscosity_pa_s: f64, density_kg_m3: f64, depth_m: f64) -> Result<f64> {
        let kinematic =
            positive("viscosity, Pa s", viscosity_pa_s)? / positive("density, kg/m³", density_kg_m3)?;
        Ok(kinematic / positive("ocean depth, m", depth_m)?.powi(2))
    }

    /// `σ_n² / (n(n+1))`, that is `g H/R²`, s⁻².
    pub(super) fn wave_s2(&self, body: &Body) -> f64 {
        body.gravity_m_s2() * self.depth_m / body.radius_m().powi(2)
    }

    /// `ξ_n`.
    pub(super) fn attraction(&self, degree: u32) -> f64 {
        3.0 / (2.0 * f64::from(degree) + 1.0) * self.density_ratio
    }

    /// `Λ_n`.
    pub(super) fn stiffening(&self, degree: u32, body: &Body) -> Complex64 {
        let melt_density = self.density_ratio * body.mean_density_kg_m3();
        self.crust.map_or(Complex64::new(0.0, 0.0), |crust| crust.stiffening(degree, body, melt_density))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::assert_close;

    #[test]
    fn rules() {
        for (depth, drag, ratio) in [
            (0.0, 1e-3, 0.5),
            (1e5, -1e-9, 0.5),
            (1e5, 1e-3, 0.0),
            (1e5, 1e-3, 1.01),
            (f64::NAN, 1e-3, 0.5),
            (1e5, f64::INFINITY, 0.5),
        ] {
            assert!(matches!(MagmaOcean::new(depth, drag, ratio), Err(Error::Quantity { .. })));
        }
        let ocean = MagmaOcean::new(1e5, 0.0, 1.0).unwrap();
        let crust = Crust::new(1e4, Complex64::new(3e10, 1e8), 0.25).unwrap();
        assert!(matches!(
            ocean.with_crust(crust).unwrap().with_coupling(OceanCoupling::PaperEq7),
            Err(Error::Combination { .. })
        ));
        assert!(ocean.with_coupling(OceanCoupling::Rotating(Truncation::Terms(1))).is_err());
        assert!(Crust::new(1e4, Complex64::new(3e10, -1.0), 0.25).is_err());
        assert!(Crust::new(1e4, Complex64::new(3e10, 0.0), 0.6).is_err());
        let estimate = MagmaOcean::viscous_drag_estimate_per_s(300.0, 3000.0, 1e3).unwrap();
        assert_close!(estimate, 1e-7, rel = 1e-14);
    }

    /// A lid of 10 km on the Earth; independent recomputation in Python.
    #[test]
    fn lid_on_the_earth() {
        let earth = Body::new(5.9722e24, 6.371e6, 0.33).unwrap();
        let crust = Crust::new(1e4, Complex64::new(3e10, 0.0), 0.5).unwrap();
        assert_close!(crust.stiffening(2, &earth, 3000.0).re, 5.47e-4, abs = 5e-7);
    }
}
