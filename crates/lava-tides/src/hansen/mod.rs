//! Hansen coefficients: the Fourier series of the tide of an eccentric orbit.
//!
//! ```text
//! (r/a)^p exp(i m v) = sum_k X_k^{p,m}(e) exp(i k M)
//! X_k^{p,m} = (1/π) ∫₀^π (1 - e cos E)^(p+1) cos(m v - k (E - e sin E)) dE
//! ```
//!
//! with the true anomaly `v`, the eccentric anomaly `E` and the mean anomaly `M`. The potential of a tide of degree 2
//! goes as `r^-3`, so `p = -3` (two public documents print `(r/a)^2` in this integral, which is an error). The
//! trapezoidal rule in `E` needs no solution of Kepler's equation and converges faster than any power.

mod series;
mod table;

pub use table::HansenTable;

use crate::error::{Error, Result, eccentricity};
use std::f64::consts::TAU;

/// The Hansen coefficient `X_k^{p,m}(e)`, to about 1e-15 of the largest term of its integral.
///
/// ```
/// let x = lava_tides::hansen::hansen(-3, 2, 3, 0.2)?;
/// assert!((x - 6.397115229443621e-1).abs() < 1e-14);
/// # Ok::<(), lava_tides::Error>(())
/// ```
///
/// # Errors
/// [`Error::Quantity`] for an eccentricity outside `[0, 1)`; [`Error::NoConvergence`] if four million points are not
/// enough, near `e = 1` or for very large indices.
pub fn hansen(p: i32, m: i32, k: i32, e: f64) -> Result<f64> {
    const MOST: u32 = 1 << 22;
    let e = eccentricity(e)?;
    let eta = (1.0 - e * e).sqrt();
    let integrand = |anomaly: f64| {
        let (sine, cosine) = anomaly.sin_cos();
        let r = 1.0 - e * cosine;
        let v = (eta * sine).atan2(cosine - e);
        (r.powi(p.saturating_add(1)), f64::from(m) * v - f64::from(k) * (anomaly - e * sine))
    };
    let sum = |points: u32, shift: f64| {
        let terms = (0..points).map(|j| {
            let (size, phase) = integrand(TAU * (f64::from(j) + shift) / f64::from(points));
            (size * phase.cos(), size)
        });
        terms.fold((0.0, 0.0), |(value, size), term| (value + term.0, size + term.1))
    };
    let mut points = 64;
    let (mut value, mut size) = sum(points, 0.0);
    loop {
        let between = sum(points, 0.5);
        let (next, total) = (0.5 * (value + between.0), 0.5 * (size + between.1));
        let (change, scale) = ((next - value).abs() / f64::from(points), total / f64::from(points));
        if change <= 4.0 * f64::EPSILON * scale {
            return Ok(next / f64::from(points));
        }
        if points >= MOST || !change.is_finite() {
            let what = "Hansen coefficient";
            return Err(Error::NoConvergence { what, steps: points as usize, residual: change / scale });
        }
        // The sum over twice as many points, of which half are known.
        (value, size, points) = (2.0 * next, 2.0 * total, 2 * points);
    }
}

/// The eccentricity functions of Hut (1981) that the sums over Hansen coefficients of `r^-3` add up to:
///
/// ```text
/// f1 = (1 + 31/2 e² + 255/8 e⁴ + 185/16 e⁶ + 25/64 e⁸)/(1-e²)^(15/2)
/// f2 = (1 + 15/2 e² + 45/8 e⁴ + 5/16 e⁶)/(1-e²)⁶
/// f3 = (1 + 3 e² + 3/8 e⁴)/(1-e²)^(9/2)
/// ```
///
/// # Errors
/// [`Error::Quantity`] for an eccentricity outside `[0, 1)`.
pub fn hut_functions(e: f64) -> Result<[f64; 3]> {
    let x = eccentricity(e)?.powi(2);
    let y = 1.0 - x;
    Ok([
        (1.0 + x * (15.5 + x * (255.0 / 8.0 + x * (185.0 / 16.0 + x * (25.0 / 64.0))))) / y.powf(7.5),
        (1.0 + x * (7.5 + x * (45.0 / 8.0 + x * (5.0 / 16.0)))) / y.powi(6),
        (1.0 + x * (3.0 + x * 0.375)) / y.powf(4.5),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::assert_close;

    #[test]
    fn known_coefficients() {
        // Kepler: X_k^{1,0} at k = 0 is 1 + e²/2, X_0^{-3,0} is (1-e²)^(-3/2), X_0^{-3,2} is zero.
        assert_close!(hansen(1, 0, 0, 0.3).unwrap(), 1.0 + 0.045, abs = 1e-15);
        assert_close!(hansen(-3, 0, 0, 0.5).unwrap(), 0.75f64.powf(-1.5), rel = 1e-14);
        assert_close!(hansen(-3, 2, 0, 0.5).unwrap(), 0.0, abs = 1e-14);
        // (r/a)² at k = 1: -4 J_1(e)/1² (Murray and Dermott 2.83 squared), J_1(0.2) = 0.0995008326392360.
        assert_close!(hansen(2, 0, 1, 0.2).unwrap(), -2.0 * 0.0995008326392360, abs = 1e-15);
    }

    #[test]
    fn failures_are_typed() {
        assert!(matches!(hansen(-3, 2, 1, 1.0), Err(Error::Quantity { .. })));
        assert!(matches!(hansen(-3, 2, 1, f64::NAN), Err(Error::Quantity { .. })));
        assert!(matches!(hansen(-3, 2, 1, 1.0 - 1e-14), Err(Error::NoConvergence { .. })));
        assert!(hut_functions(-0.1).is_err());
    }
}
