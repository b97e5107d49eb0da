//! Responses of one number, as most of the literature uses them.

use super::{Forcing, TidalResponse, signed};
use crate::error::{Result, not_negative, positive};
use num_complex::Complex64;

/// A body in which no tide is raised: the default for a star.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tideless;

impl TidalResponse for Tideless {
    fn k2(&self, _: Forcing) -> Complex64 {
        Complex64::new(0.0, 0.0)
    }

    fn depends_on_spin(&self) -> bool {
        false
    }
}

/// A constant quality factor: `k₂ (1 - i sgn(σ)/Q)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConstantQ {
    k2: f64,
    quality: f64,
}

impl ConstantQ {
    /// Real Love number (not negative) and quality factor (positive).
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) for a value out of its range.
    pub fn new(k2: f64, quality_factor: f64) -> Result<Self> {
        Ok(Self { k2: not_negative("k2", k2)?, quality: positive("quality factor", quality_factor)? })
    }
}

impl TidalResponse for ConstantQ {
    fn k2(&self, forcing: Forcing) -> Complex64 {
        if forcing.frequency_rad_s.is_nan() {
            return Complex64::new(f64::NAN, f64::NAN);
        }
        signed(Complex64::new(self.k2, -self.k2 / self.quality), forcing.frequency_rad_s)
    }

    fn depends_on_spin(&self) -> bool {
        false
    }
}

/// A constant time lag, `k₂ (1 - i σ Δt)`: the model of Hut (1981).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConstantTimeLag {
    k2: f64,
    lag: f64,
}

impl ConstantTimeLag {
    /// Real Love number and time lag in s, neither negative.
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) for a value out of its range.
    pub fn new(k2: f64, time_lag_s: f64) -> Result<Self> {
        Ok(Self { k2: not_negative("k2", k2)?, lag: not_negative("time lag, s", time_lag_s)? })
    }
}

impl TidalResponse for ConstantTimeLag {
    fn k2(&self, forcing: Forcing) -> Complex64 {
        Complex64::new(self.k2, -self.k2 * self.lag * forcing.frequency_rad_s)
    }

    fn depends_on_spin(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::assert_close;

    #[test]
    fn signs() {
        let q = ConstantQ::new(0.3, 30.0).unwrap();
        assert_close!(q.k2(Forcing::sectoral(1e-5)).im, -0.01, rel = 1e-15);
        assert_close!(q.k2(Forcing::sectoral(-1e-5)).im, 0.01, rel = 1e-15);
        assert_close!(q.k2(Forcing::sectoral(0.0)).im, 0.0, abs = 0.0);
        let lag = ConstantTimeLag::new(0.3, 600.0).unwrap();
        assert_close!(lag.k2(Forcing::sectoral(-1e-5)).im, 0.3 * 600.0 * 1e-5, rel = 1e-15);
        assert!(ConstantQ::new(0.3, 0.0).is_err() && ConstantTimeLag::new(-1.0, 1.0).is_err());
    }
}
