//! A homogeneous incompressible sphere.

use super::{Forcing, Order, TidalResponse, positive, signed};
use crate::Body;
use crate::constants::GRAVITATIONAL_CONSTANT as G;
use crate::error::{Error, Result};
use crate::kernel::{BLOCK, Task, run};
use crate::response::MagmaOcean;
use crate::rheology::Rheology;
use num_complex::Complex64;
use std::f64::consts::PI;

/// Love numbers of one degree: of potential and radial displacement, under a tide and under a load on the surface.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LoveNumbers {
    /// Potential under a tide.
    pub tidal_k: Complex64,
    /// Displacement under a tide.
    pub tidal_h: Complex64,
    /// Potential under a load.
    pub load_k: Complex64,
    /// Displacement under a load.
    pub load_h: Complex64,
}

/// A homogeneous incompressible self-gravitating sphere of any rheology, whose Love numbers of degree `n` are
///
/// ```text
/// f_n = 1 / (1 + A_n μ(σ)),   A_n = 4 π R⁴ (2n² + 4n + 3) / (3 n G M²)
/// k_T = 3 f/(2(n-1)),  h_T = (2n+1) f/(2(n-1)),  k_L = -f,  h_L = -(2n+1) f/3
/// ```
///
/// (public ports of the paper; equal to TidalPy's to rounding). `f_n` runs from 0 (rigid) to 1 (fluid).
///
/// ```
/// use lava_tides::{Body, TidalResponse, response::{Forcing, HomogeneousBody}, rheology::Elastic};
///
/// // Kelvin's Earth of steel.
/// let earth = Body::new(5.9722e24, 6.371e6, 0.33)?;
/// let steel = HomogeneousBody::new(&earth, Elastic::new(8e10)?);
/// let k2 = steel.k2(Forcing::sectoral(1.4e-4));
/// assert!((k2.re - 0.468).abs() < 1e-3 && k2.im == 0.0);
/// # Ok::<(), lava_tides::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HomogeneousBody<R> {
    /// 4 π R⁴ / (3 G M²), Pa⁻¹.
    stiffness: f64,
    rheology: R,
}

impl<R: Rheology> HomogeneousBody<R> {
    /// The whole of a body.
    #[must_use]
    pub fn new(body: &Body, rheology: R) -> Self {
        Self::sphere(body.mass_kg(), body.radius_m(), rheology)
    }

    /// The sphere below an ocean, with its own radius and mass, so that no layer yields twice.
    ///
    /// # Errors
    /// [`Error::OceanDepth`] and [`Error::OceanMass`] if the ocean leaves no sphere.
    pub fn below_ocean(body: &Body, ocean: &MagmaOcean, rheology: R) -> Result<Self> {
        let (radius_m, depth_m) = (body.radius_m(), ocean.depth_m());
        let inner = radius_m - depth_m;
        if inner <= 0.0 {
            return Err(Error::OceanDepth { depth_m, radius_m });
        }
        let melt_density = ocean.density_ratio() * body.mean_density_kg_m3();
        let ocean_kg = 4.0 / 3.0 * PI * (radius_m.powi(3) - inner.powi(3)) * melt_density;
        let mass = body.mass_kg() - ocean_kg;
        if mass <= 0.0 {
            return Err(Error::OceanMass { ocean_kg, planet_kg: body.mass_kg() });
        }
        Ok(Self::sphere(mass, inner, rheology))
    }

    fn sphere(mass_kg: f64, radius_m: f64, rheology: R) -> Self {
        let stiffness = 4.0 * PI * radius_m.powi(4) / (3.0 * G * mass_kg * mass_kg);
        Self { stiffness, rheology }
    }

    /// Its rheology.
    #[must_use]
    pub fn rheology(&self) -> &R {
        &self.rheology
    }

    /// Love numbers of any degree from 2 at any frequency, rad/s.
    ///
    /// # Errors
    /// [`Error::Count`] for a lower degree.
    pub fn love_numbers(&self, degree: u32, frequency_rad_s: f64) -> Result<LoveNumbers> {
        if degree < 2 {
            return Err(Error::Count { name: "degree", rule: "at least 2", count: degree as usize });
        }
        let compliance = self.rheology.compliance_per_pa(positive(frequency_rad_s));
        let f = signed(self.relaxation(degree, compliance), frequency_rad_s);
        let n = f64::from(degree);
        Ok(LoveNumbers {
            tidal_k: f * (1.5 / (n - 1.0)),
            tidal_h: f * ((2.0 * n + 1.0) / (2.0 * (n - 1.0))),
            load_k: -f,
            load_h: f * (-(2.0 * n + 1.0) / 3.0),
        })
    }

    /// `A_n` in Pa⁻¹.
    pub(super) fn stiffness_per_pa(&self, degree: u32) -> f64 {
        let n = f64::from(degree);
        self.stiffness * (2.0 * n * n + 4.0 * n + 3.0) / n
    }

    /// `f_n` for a compliance of the rheology.
    pub(super) fn relaxation(&self, degree: u32, compliance: Complex64) -> Complex64 {
        relaxation(compliance.re, compliance.im, self.stiffness_per_pa(degree))
    }

    /// `f_2` at a frequency of either sign, taken at its size.
    pub(super) fn relaxation_at(&self, frequency_rad_s: f64) -> Complex64 {
        self.relaxation(2, self.rheology.compliance_per_pa(positive(frequency_rad_s)))
    }

    /// `f_2` for a block of sizes of frequencies.
    pub(super) fn relaxations(&self, sizes: &[f64], re: &mut [f64], im: &mut [f64]) {
        self.rheology.compliance_into(sizes, re, im);
        run(Relax { stiffness: self.stiffness_per_pa(2), re, im });
    }
}

/// `f = J/(J + A)`, written so that nothing overflows to NaN and a real `J` gives a real `f`.
#[inline(always)]
#[allow(clippy::inline_always, reason = "takes the instruction set of its caller")]
fn relaxation(re: f64, im: f64, stiffness: f64) -> Complex64 {
    let sum = re + stiffness;
    let scale = stiffness / (sum * sum + im * im);
    Complex64::new(1.0 - sum * scale, im * scale)
}

/// Turns compliances into `f`.
struct Relax<'a> {
    stiffness: f64,
    re: &'a mut [f64],
    im: &'a mut [f64],
}

impl Task for Relax<'_> {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "takes the instruction set of its caller")]
    fn run(self) {
        for (re, im) in self.re.iter_mut().zip(self.im) {
            let f = relaxation(*re, *im, self.stiffness);
            (*re, *im) = (f.re, f.im);
        }
    }
}

impl<R: Rheology> TidalResponse for HomogeneousBody<R> {
    fn k2(&self, forcing: Forcing) -> Complex64 {
        signed(1.5 * self.relaxation_at(forcing.frequency_rad_s), forcing.frequency_rad_s)
    }

    fn k2_into(&self, frequencies_rad_s: &[f64], _: f64, _: Order, out: &mut [Complex64]) {
        let (mut size, mut re, mut im) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
        for (sigma, out) in frequencies_rad_s.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
            let (size, re, im) = (&mut size[..sigma.len()], &mut re[..sigma.len()], &mut im[..sigma.len()]);
            for (size, sigma) in size.iter_mut().zip(sigma) {
                *size = positive(*sigma);
            }
            self.relaxations(size, re, im);
            for (((out, re), im), sigma) in out.iter_mut().zip(re).zip(im).zip(sigma) {
                *out = signed(Complex64::new(1.5 * *re, 1.5 * *im), *sigma);
            }
        }
    }

    fn depends_on_spin(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rheology::{Andrade, Elastic, Newtonian, Rigid};
    use common::assert_close;

    fn earth() -> Body {
        Body::new(5.9722e24, 6.371e6, 0.33).unwrap()
    }

    /// Kelvin's closed form: k2 = 1.5/(1 + 19 μ/(2 ρ g R)), h2 = 5 k2/3; a fluid has 3/2 and 5/2.
    #[test]
    fn kelvin() {
        let earth = earth();
        let effective =
            19.0 * 6e10 / (2.0 * earth.mean_density_kg_m3() * earth.gravity_m_s2() * earth.radius_m());
        let love = HomogeneousBody::new(&earth, Elastic::new(6e10).unwrap()).love_numbers(2, 1e-4).unwrap();
        assert_close!(love.tidal_k.re, 1.5 / (1.0 + effective), rel = 1e-13);
        assert_close!(love.tidal_h.re, 2.5 / (1.0 + effective), rel = 1e-13);
        let fluid = HomogeneousBody::new(&earth, Newtonian::new(1e3).unwrap());
        for sigma in [0.0, 1e-20, -1e-18] {
            let k = fluid.k2(Forcing::sectoral(sigma));
            assert_close!(k.re, 1.5, rel = 1e-12);
        }
        let static_k = fluid.k2(Forcing::sectoral(0.0));
        assert!(static_k.im == 0.0);
        let rigid = HomogeneousBody::new(&earth, Rigid).k2(Forcing::sectoral(1e-5));
        assert!(rigid.re == 0.0 && rigid.im == 0.0);
    }

    #[test]
    fn slices_agree_with_single_values_and_signs_conjugate() {
        let body = HomogeneousBody::new(&earth(), Andrade::new(6e10, 1e19, 0.3).unwrap());
        let sigma: Vec<f64> = (-300..=300)
            .map(|i| f64::from(i).signum() * 1e-12 * 10f64.powf(f64::from(i).abs() / 30.0))
            .collect();
        let mut out = vec![Complex64::new(0.0, 0.0); sigma.len()];
        body.k2_into(&sigma, 0.0, Order::Sectoral, &mut out);
        for (sigma, out) in sigma.iter().zip(&out) {
            let one = body.k2(Forcing::sectoral(*sigma));
            assert!((out - one).norm() < 1e-14 * one.norm());
            assert_close!(body.k2(Forcing::sectoral(-sigma)).im, -one.im, abs = 0.0);
            assert!(one.im * sigma <= 0.0);
        }
        assert!(body.k2(Forcing::sectoral(f64::NAN)).re.is_nan());
        assert!(body.love_numbers(1, 1e-5).is_err());
    }
}
