//! A response given by a table.

use super::{Forcing, TidalResponse, signed};
use crate::error::{Error, Result, finite, positive};
use num_complex::Complex64;

/// Love numbers of another model at ascending frequencies, joined by monotone cubics (Fritsch and Carlson 1980) of
/// `Re k₂` and of `ln |Im k₂|` over `ln σ`.
///
/// Below the table `Re k₂` stays and `Im k₂` falls in proportion to the frequency, as that of every passive linear
/// body does in the end; above it there is no value. A table must be fine where the response has a peak: an
/// interpolated peak is as good as its table.
#[derive(Debug, Clone, PartialEq)]
pub struct TabulatedResponse {
    log_frequency: Vec<f64>,
    real: Curve,
    log_loss: Curve,
}

impl TabulatedResponse {
    /// Frequencies in rad/s (positive, ascending, at least two) with their Love numbers (`Im k₂ < 0`).
    ///
    /// # Errors
    /// [`Error::Count`], [`Error::NotAscending`] or [`Error::Quantity`] with the offending value.
    pub fn new(table: &[(f64, Complex64)]) -> Result<Self> {
        if table.len() < 2 {
            let (name, rule) = ("rows of a response table", "at least 2");
            return Err(Error::Count { name, rule, count: table.len() });
        }
        for (place, pair) in table.windows(2).enumerate() {
            let (before, after) = (pair[0].0, pair[1].0);
            if before >= after {
                return Err(Error::NotAscending {
                    name: "frequency, rad/s",
                    place: place + 1,
                    before,
                    after,
                });
            }
        }
        let (mut x, mut real, mut loss) = (Vec::new(), Vec::new(), Vec::new());
        for &(sigma, k2) in table {
            x.push(positive("frequency, rad/s", sigma)?.ln());
            real.push(finite("real part of k2", k2.re)?);
            loss.push(positive("negative imaginary part of k2", -k2.im)?.ln());
        }
        let (real, log_loss) = (Curve::new(&x, real), Curve::new(&x, loss));
        Ok(Self { log_frequency: x, real, log_loss })
    }
}

impl TidalResponse for TabulatedResponse {
    fn k2(&self, forcing: Forcing) -> Complex64 {
        let x = &self.log_frequency;
        let at = forcing.frequency_rad_s.abs().ln();
        if at.is_nan() || at > x[x.len() - 1] {
            return Complex64::new(f64::NAN, f64::NAN);
        }
        let k = if at < x[0] {
            Complex64::new(self.real.values[0], -(self.log_loss.values[0] + at - x[0]).exp())
        } else {
            let right = x.partition_point(|x| *x <= at).clamp(1, x.len() - 1);
            let loss = self.log_loss.at(x, right, at).exp();
            Complex64::new(self.real.at(x, right, at), -loss)
        };
        signed(k, forcing.frequency_rad_s)
    }

    fn depends_on_spin(&self) -> bool {
        false
    }
}

/// Values and slopes of a monotone cubic interpolation.
#[derive(Debug, Clone, PartialEq)]
struct Curve {
    values: Vec<f64>,
    slopes: Vec<f64>,
}

impl Curve {
    fn new(x: &[f64], values: Vec<f64>) -> Self {
        let steps: Vec<f64> = x.windows(2).map(|x| x[1] - x[0]).collect();
        let secants: Vec<f64> = values.windows(2).zip(&steps).map(|(v, h)| (v[1] - v[0]) / h).collect();
        let inner = (1..secants.len()).map(|i| {
            let (a, b) = (secants[i - 1], secants[i]);
            if a * b <= 0.0 {
                return 0.0;
            }
            // Weighted harmonic mean (Fritsch and Butland 1984).
            let (w1, w2) = (2.0 * steps[i] + steps[i - 1], steps[i] + 2.0 * steps[i - 1]);
            (w1 + w2) / (w1 / a + w2 / b)
        });
        let slopes = std::iter::once(secants[0]).chain(inner).chain(secants.last().copied()).collect();
        Self { values, slopes }
    }

    /// In the interval that ends at place `right`.
    fn at(&self, x: &[f64], right: usize, at: f64) -> f64 {
        let left = right - 1;
        let h = x[right] - x[left];
        let t = (at - x[left]) / h;
        let (a, b) = (1.0 - t, t);
        let (va, vb) = (self.values[left], self.values[right]);
        let (sa, sb) = (self.slopes[left] * h, self.slopes[right] * h);
        va * a * a * (1.0 + 2.0 * b) + vb * b * b * (1.0 + 2.0 * a) + sa * a * a * b - sb * b * b * a
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Body;
    use crate::response::HomogeneousBody;
    use crate::rheology::Andrade;
    use common::assert_close;

    #[test]
    fn a_fine_table_of_an_andrade_body_gives_it_back() {
        let earth = Body::new(5.9722e24, 6.371e6, 0.33).unwrap();
        let body = HomogeneousBody::new(&earth, Andrade::new(6e10, 1e20, 0.3).unwrap());
        let sigma = |i: i32| 1e-12 * 10f64.powf(f64::from(i) / 40.0);
        let table: Vec<_> = (0..=320).map(|i| (sigma(i), body.k2(Forcing::sectoral(sigma(i))))).collect();
        let tabulated = TabulatedResponse::new(&table).unwrap();
        for i in 0..320 {
            let between = Forcing::sectoral(sigma(i) * 1.03);
            let (ours, exact) = (tabulated.k2(between), body.k2(between));
            assert_close!(ours.re, exact.re, rel = 1e-4);
            assert_close!(ours.im, exact.im, rel = 1e-3);
        }
        let below = tabulated.k2(Forcing::sectoral(-1e-14));
        assert_close!(below.im, -table[0].1.im * 1e-2, rel = 1e-12);
        assert!(tabulated.k2(Forcing::sectoral(0.0)).im == 0.0);
        assert!(tabulated.k2(Forcing::sectoral(1.0)).re.is_nan());
    }

    #[test]
    fn rules() {
        let k = Complex64::new(0.3, -0.01);
        assert!(matches!(TabulatedResponse::new(&[(1e-5, k)]), Err(Error::Count { .. })));
        let unordered = [(1e-5, k), (1e-5, k)];
        assert!(matches!(TabulatedResponse::new(&unordered), Err(Error::NotAscending { place: 1, .. })));
        assert!(TabulatedResponse::new(&[(0.0, k), (1e-5, k)]).is_err());
        assert!(TabulatedResponse::new(&[(1e-6, k), (1e-5, k.conj())]).is_err());
    }
}
