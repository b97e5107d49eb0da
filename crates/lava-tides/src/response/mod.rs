//! Love numbers: how the potential of a body answers a tidal potential.
//!
//! A [`TidalResponse`] gives the degree-2 potential Love number `k₂(σ)` for a potential that goes as
//! `exp(+i σ t)`: `Im k₂ < 0` at `σ > 0` means that energy is lost, and `k₂(-σ)` is the conjugate of `k₂(σ)`
//! (with the spin reversed, where the response depends on it).

mod molten;
mod ocean;
mod reference;
mod rotating;
mod solid;
mod tabulated;

pub use molten::MoltenPlanet;
pub use ocean::{Crust, MagmaOcean, OceanCoupling, Truncation};
pub use reference::{ConstantQ, ConstantTimeLag, Tideless};
pub use solid::{HomogeneousBody, LoveNumbers};
pub use tabulated::TabulatedResponse;

use crate::Validity;
use num_complex::Complex64;

/// Azimuthal order of a degree-2 tide of a coplanar orbit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Order {
    /// `m = 0`: the radial tide of an eccentric orbit, the same all along a parallel.
    Zonal,
    /// `m = 2`: the two bulges that travel around the body.
    Sectoral,
}

impl Order {
    /// The order `m`.
    #[must_use]
    pub fn m(self) -> i32 {
        match self {
            Self::Zonal => 0,
            Self::Sectoral => 2,
        }
    }
}

/// One periodic tide, seen from the surface of the body.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Forcing {
    /// Frequency σ, rad/s, of either sign.
    pub frequency_rad_s: f64,
    /// Spin Ω of the body, rad/s.
    pub spin_rad_s: f64,
    /// Azimuthal order.
    pub order: Order,
}

impl Forcing {
    /// A sectoral tide of a body whose rotation does not matter.
    #[must_use]
    pub fn sectoral(frequency_rad_s: f64) -> Self {
        Self { frequency_rad_s, spin_rad_s: 0.0, order: Order::Sectoral }
    }
}

/// Least frequency that is told apart from zero, rad/s: far below any tide, and its square is still a number.
const LEAST: f64 = 1e-60;

/// The size of a frequency for the laws of rheology, which know positive ones only. NaN stays.
#[inline]
fn positive(frequency_rad_s: f64) -> f64 {
    let size = frequency_rad_s.abs();
    if size < LEAST { LEAST } else { size }
}

/// The Love number at this frequency from that at its size: conjugated below zero, real at zero.
#[inline]
fn signed(k: Complex64, frequency_rad_s: f64) -> Complex64 {
    let sign = if frequency_rad_s > 0.0 {
        1.0
    } else if frequency_rad_s < 0.0 {
        -1.0
    } else {
        0.0
    };
    Complex64::new(k.re, k.im * sign)
}

/// A body's degree-2 response to tides.
pub trait TidalResponse: Send + Sync {
    /// The Love number; NaN where the response is not defined, which the functions that use it report as
    /// [`Error::UndefinedResponse`](crate::Error::UndefinedResponse).
    fn k2(&self, forcing: Forcing) -> Complex64;

    /// Love numbers at many frequencies (rad/s, of either sign) of one order on a body with one spin. The slices are
    /// equally long. The default calls [`TidalResponse::k2`] for each.
    fn k2_into(&self, frequencies_rad_s: &[f64], spin_rad_s: f64, order: Order, out: &mut [Complex64]) {
        for (&frequency_rad_s, out) in frequencies_rad_s.iter().zip(out) {
            *out = self.k2(Forcing { frequency_rad_s, spin_rad_s, order });
        }
    }

    /// Whether the Love number depends on spin and order; by default it may.
    fn depends_on_spin(&self) -> bool {
        true
    }

    /// Depth of the ocean in m, if there is one.
    fn ocean_depth_m(&self) -> Option<f64> {
        None
    }

    /// Height of the ocean's tide over that of the equilibrium tide `U/g`; zero without an ocean.
    fn ocean_elevation(&self, forcing: Forcing) -> Complex64 {
        let _ = forcing;
        Complex64::new(0.0, 0.0)
    }

    /// Love number and ocean elevation together.
    fn k2_and_elevation(&self, forcing: Forcing) -> (Complex64, Complex64) {
        (self.k2(forcing), self.ocean_elevation(forcing))
    }

    /// Assumptions of the model that do not hold for a body with this spin, rad/s.
    fn validity(&self, spin_rad_s: f64) -> Validity {
        let _ = spin_rad_s;
        Validity::default()
    }
}

impl<T: TidalResponse + ?Sized> TidalResponse for &T {
    fn k2(&self, forcing: Forcing) -> Complex64 {
        (**self).k2(forcing)
    }

    fn k2_into(&self, frequencies_rad_s: &[f64], spin_rad_s: f64, order: Order, out: &mut [Complex64]) {
        (**self).k2_into(frequencies_rad_s, spin_rad_s, order, out);
    }

    fn depends_on_spin(&self) -> bool {
        (**self).depends_on_spin()
    }

    fn ocean_depth_m(&self) -> Option<f64> {
        (**self).ocean_depth_m()
    }

    fn ocean_elevation(&self, forcing: Forcing) -> Complex64 {
        (**self).ocean_elevation(forcing)
    }

    fn k2_and_elevation(&self, forcing: Forcing) -> (Complex64, Complex64) {
        (**self).k2_and_elevation(forcing)
    }

    fn validity(&self, spin_rad_s: f64) -> Validity {
        (**self).validity(spin_rad_s)
    }
}

impl<T: TidalResponse + ?Sized> TidalResponse for Box<T> {
    fn k2(&self, forcing: Forcing) -> Complex64 {
        (**self).k2(forcing)
    }

    fn k2_into(&self, frequencies_rad_s: &[f64], spin_rad_s: f64, order: Order, out: &mut [Complex64]) {
        (**self).k2_into(frequencies_rad_s, spin_rad_s, order, out);
    }

    fn depends_on_spin(&self) -> bool {
        (**self).depends_on_spin()
    }

    fn ocean_depth_m(&self) -> Option<f64> {
        (**self).ocean_depth_m()
    }

    fn ocean_elevation(&self, forcing: Forcing) -> Complex64 {
        (**self).ocean_elevation(forcing)
    }

    fn k2_and_elevation(&self, forcing: Forcing) -> (Complex64, Complex64) {
        (**self).k2_and_elevation(forcing)
    }

    fn validity(&self, spin_rad_s: f64) -> Validity {
        (**self).validity(spin_rad_s)
    }
}
