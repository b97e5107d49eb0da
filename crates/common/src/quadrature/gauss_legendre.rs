//! The rules of Gauss and Legendre.

use std::num::NonZeroUsize;

/// The rule of Gauss and Legendre with `n` points: exact for polynomials up to degree `2 n - 1`.
///
/// ```
/// use common::quadrature::GaussLegendre;
///
/// let rule = GaussLegendre::new(5.try_into()?);
/// assert!((rule.integrate(0.0, 1.0, |x| x.powi(9)) - 0.1).abs() < 1e-15);
/// # Ok::<(), std::num::TryFromIntError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GaussLegendre {
    /// Points in (-1, 1), ascending, with their weights.
    points: Vec<(f64, f64)>,
}

impl GaussLegendre {
    /// Zeros of the Legendre polynomial of this degree, by Newton's method from Tricomi's approximation.
    #[must_use]
    pub fn new(points: NonZeroUsize) -> Self {
        let n = points.get();
        let mut rule = vec![(0.0, 0.0); n];
        for index in 0..n.div_ceil(2) {
            let theta = std::f64::consts::PI * (index as f64 + 0.75) / (n as f64 + 0.5);
            let mut x = (1.0 - (n as f64 - 1.0) / (8.0 * (n as f64).powi(3))) * theta.cos();
            if 2 * index + 1 == n {
                x = 0.0;
            }
            let mut slope = legendre(n, x).1;
            for _ in 0..10 {
                let (value, derivative) = legendre(n, x);
                let step = value / derivative;
                x -= step;
                slope = legendre(n, x).1;
                if step.abs() <= 4.0 * f64::EPSILON {
                    break;
                }
            }
            let weight = 2.0 / ((1.0 - x * x) * slope * slope);
            rule[index] = (-x, weight);
            rule[n - 1 - index] = (x, weight);
        }
        Self { points: rule }
    }

    /// The points of the rule in the interval from `a` to `b`, with their weights.
    pub fn points(&self, a: f64, b: f64) -> impl Iterator<Item = (f64, f64)> {
        let (middle, half) = (0.5 * (a + b), 0.5 * (b - a));
        self.points.iter().map(move |&(x, weight)| (middle + half * x, half * weight))
    }

    /// The integral of `f` from `a` to `b`.
    pub fn integrate(&self, a: f64, b: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
        self.points(a, b).map(|(x, weight)| weight * f(x)).sum()
    }
}

/// Legendre polynomial of degree `n` and its derivative.
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for degree in 2..=n {
        let degree = degree as f64;
        (before, value) = (value, ((2.0 * degree - 1.0) * x * value - (degree - 1.0) * before) / degree);
    }
    (value, n as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assert_close;

    fn rule(n: usize) -> GaussLegendre {
        GaussLegendre::new(NonZeroUsize::new(n).unwrap())
    }

    /// Abscissae and weights of Abramowitz and Stegun, table 25.4.
    #[test]
    fn published_points() {
        let two: Vec<_> = rule(2).points(-1.0, 1.0).collect();
        assert_close!(two[1].0, 1.0 / 3f64.sqrt(), abs = 1e-15);
        assert_close!(two[1].1, 1.0, abs = 1e-15);
        let twenty: Vec<_> = rule(20).points(-1.0, 1.0).collect();
        assert_close!(twenty[19].0, 0.993128599185095, abs = 1e-15);
        assert_close!(twenty[19].1, 0.017614007139152, abs = 1e-15);
        assert_close!(twenty[10].0, 0.076526521133497, abs = 1e-15);
        assert_close!(twenty[10].1, 0.152753387130726, abs = 1e-15);
        assert_close!(rule(1).integrate(2.0, 4.0, |x| x), 6.0, abs = 1e-15);
    }

    #[test]
    fn exact_to_degree_two_n_less_one() {
        for n in [1, 2, 3, 7, 16, 33, 400] {
            let degree = i32::try_from(2 * n - 1).unwrap();
            let even = rule(n).integrate(-1.0, 1.0, |x| x.powi(degree - 1));
            assert_close!(even, 2.0 / f64::from(degree), rel = 2e-13, "n = {n}");
            assert_close!(
                rule(n).integrate(0.0, 1.0, |x| x.powi(degree)),
                1.0 / f64::from(degree + 1),
                rel = 2e-13
            );
        }
    }
}
