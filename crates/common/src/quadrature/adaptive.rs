//! Adaptive bisection with the pair of Gauss (7 points) and Kronrod (15 points).

/// Points of Kronrod's rule in [0, 1], with its weights and those of Gauss's rule (zero where that has no point).
/// Values as in QUADPACK (Piessens et al. 1983),
/// rounded to double precision.
const RULE: [(f64, f64, f64); 8] = [
    (0.9914553711208126, 0.022935322010529224, 0.0),
    (0.9491079123427585, 0.06309209262997856, 0.1294849661688697),
    (0.8648644233597691, 0.10479001032225019, 0.0),
    (0.7415311855993945, 0.14065325971552592, 0.27970539148927664),
    (0.5860872354676911, 0.1690047266392679, 0.0),
    (0.4058451513773972, 0.19035057806478542, 0.3818300505051189),
    (0.20778495500789848, 0.20443294007529889, 0.0),
    (0.0, 0.20948214108472782, 0.4179591836734694),
];

/// How near an integral must come: the estimate of its error must fall below the larger of the two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// In the unit of the integral, not negative.
    pub absolute: f64,
    /// As a fraction of the integral, not negative.
    pub relative: f64,
}

/// An integral with the estimate of its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Integral {
    /// The value.
    pub value: f64,
    /// Estimate of the absolute error.
    pub error: f64,
    /// Evaluations of the integrand.
    pub evaluations: usize,
}

/// Why an integral was not found.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum QuadratureError {
    /// The integrand, or a limit of the interval, is not finite.
    #[error("integrand must be finite, got {value} at {x}")]
    NotFinite {
        /// Where.
        x: f64,
        /// The value.
        value: f64,
    },
    /// The error was still too large with this many intervals.
    #[error("integral must converge within {intervals} intervals, error estimate {error:e} of {value:e}")]
    NoConvergence {
        /// Intervals used.
        intervals: usize,
        /// The value so far.
        value: f64,
        /// Estimate of its error.
        error: f64,
    },
}

/// The integral of `f` from `a` to `b`: the interval with the largest error is halved until the sum of the errors is
/// within the tolerance, or rounding hides what is left.
///
/// ```
/// use common::quadrature::{Tolerance, adaptive};
///
/// let tolerance = Tolerance { absolute: 0.0, relative: 1e-12 };
/// let area = adaptive(|x| x.sqrt(), 0.0, 1.0, tolerance, 100)?;
/// assert!((area.value - 2.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), common::quadrature::QuadratureError>(())
/// ```
///
/// # Errors
/// [`QuadratureError`] for an integrand that is not finite, or with more than `max_intervals` intervals.
pub fn adaptive(
    mut f: impl FnMut(f64) -> f64,
    a: f64,
    b: f64,
    tolerance: Tolerance,
    max_intervals: usize,
) -> Result<Integral, QuadratureError> {
    let mut parts = vec![Part::new(&mut f, a, b)?];
    loop {
        let value: f64 = crate::stats::sum(&parts.iter().map(|part| part.value).collect::<Vec<_>>());
        let error: f64 = parts.iter().map(|part| part.error).sum();
        if error <= tolerance.absolute.max(tolerance.relative * value.abs()) {
            return Ok(Integral { value, error, evaluations: 15 * (2 * parts.len() - 1) });
        }
        let failure = QuadratureError::NoConvergence { intervals: parts.len(), value, error };
        if parts.len() >= max_intervals {
            return Err(failure);
        }
        let worst = (0..parts.len()).max_by(|&i, &j| parts[i].error.total_cmp(&parts[j].error));
        let Some(worst) = worst else { return Err(failure) };
        let Part { a, b, .. } = parts[worst];
        let middle = 0.5 * (a + b);
        if !(a.min(b) < middle && middle < a.max(b)) {
            return Err(failure);
        }
        parts[worst] = Part::new(&mut f, a, middle)?;
        parts.push(Part::new(&mut f, middle, b)?);
    }
}

/// One interval.
struct Part {
    a: f64,
    b: f64,
    value: f64,
    error: f64,
}

impl Part {
    fn new(f: &mut impl FnMut(f64) -> f64, a: f64, b: f64) -> Result<Self, QuadratureError> {
        let (middle, half) = (0.5 * (a + b), 0.5 * (b - a));
        let mut at = |x: f64| {
            let value = f(x);
            if value.is_finite() { Ok(value) } else { Err(QuadratureError::NotFinite { x, value }) }
        };
        let (mut kronrod, mut gauss, mut size) = (0.0, 0.0, 0.0);
        for (x, fine, coarse) in RULE {
            let (left, right) = (at(middle - half * x)?, if x > 0.0 { at(middle + half * x)? } else { 0.0 });
            kronrod += fine * (left + right);
            gauss += coarse * (left + right);
            size += fine * (left.abs() + right.abs());
        }
        let difference = (half * (kronrod - gauss)).abs();
        // The finer rule is far better than its difference to the coarser one; QUADPACK's exponent says how far.
        let scale = (half * size).abs();
        let sharpened =
            if scale > 0.0 { scale * (200.0 * difference / scale).powf(1.5).min(1.0) } else { 0.0 };
        let error = sharpened.min(difference).max(4.0 * f64::EPSILON * scale);
        Ok(Self { a, b, value: half * kronrod, error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assert_close;

    const TIGHT: Tolerance = Tolerance { absolute: 0.0, relative: 1e-13 };

    /// Kronrod's 15 points integrate polynomials up to degree 22, Gauss's seven up to degree 13.
    #[test]
    fn degrees_of_the_pair() {
        for degree in [0, 2, 12, 14, 22] {
            let moment = |weight: fn(&(f64, f64, f64)) -> f64| -> f64 {
                RULE.iter().map(|p| weight(p) * p.0.powi(degree) * if p.0 > 0.0 { 2.0 } else { 1.0 }).sum()
            };
            let exact = 2.0 / f64::from(degree + 1);
            assert_close!(moment(|p| p.1), exact, rel = 1e-15, "degree {degree}");
            assert_eq!((moment(|p| p.2) - exact).abs() < 1e-14, degree <= 13, "degree {degree}");
        }
    }

    #[test]
    fn closed_forms() {
        let value = |f: fn(f64) -> f64, a, b| adaptive(f, a, b, TIGHT, 200).unwrap().value;
        assert_close!(value(f64::exp, 0.0, 1.0), std::f64::consts::E - 1.0, rel = 1e-14);
        assert_close!(value(|x| 1.0 / (1e-4 + x * x), -1.0, 1.0), 2e2 * 1e2f64.atan(), rel = 1e-13);
        assert_close!(value(|x| x.abs().sqrt(), 1.0, -1.0), -4.0 / 3.0, rel = 1e-12);
        let zero = adaptive(f64::sin, -1.0, 1.0, Tolerance { absolute: 1e-14, relative: 0.0 }, 10).unwrap();
        assert_close!(zero.value, 0.0, abs = 1e-15);
    }

    #[test]
    fn failures_are_typed() {
        let pole = adaptive(|x| 1.0 / x, 0.0, 1.0, TIGHT, 50);
        assert!(matches!(pole, Err(QuadratureError::NoConvergence { .. })));
        let nan = adaptive(|x| (x - 0.5).sqrt(), 0.0, 1.0, TIGHT, 50);
        assert!(matches!(nan, Err(QuadratureError::NotFinite { .. })));
        assert!(adaptive(|x| x, 0.0, f64::INFINITY, TIGHT, 50).is_err());
    }
}
