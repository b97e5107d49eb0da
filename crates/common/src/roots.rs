//! Bracketing root finder.

/// Why no root was found.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RootError {
    /// The function has the same sign at both ends of the bracket.
    #[error("root finder needs a sign change: f({a}) = {fa}, f({b}) = {fb}")]
    NotBracketed {
        /// Left end.
        a: f64,
        /// Value there.
        fa: f64,
        /// Right end.
        b: f64,
        /// Value there.
        fb: f64,
    },
    /// The function is not finite at a point that the search reached.
    #[error("root finder met f({x}) = {fx}")]
    NotFinite {
        /// Where.
        x: f64,
        /// The value.
        fx: f64,
    },
    /// The bracket was still wider than the tolerance after this many steps.
    #[error("root finder stopped after {steps} steps at {x}")]
    NoConvergence {
        /// Steps taken.
        steps: usize,
        /// Best point.
        x: f64,
    },
}

/// Root of a continuous `f` in `[a, b]` by Brent's method (Brent 1973, chapter 4), to within `tolerance` in x
/// (plus a few rounding units of the root). The function must change sign over the bracket.
///
/// ```
/// let root = common::roots::brent(|x: f64| x.cos() - x, 0.0, 1.0, 1e-15)?;
/// assert!((root - 0.739_085_133_215_160_6).abs() < 1e-15);   // the Dottie number
/// # Ok::<(), common::roots::RootError>(())
/// ```
///
/// # Errors
/// [`RootError::NotBracketed`] without a sign change, [`RootError::NotFinite`] where `f` is not finite.
pub fn brent(mut f: impl FnMut(f64) -> f64, a: f64, b: f64, tolerance: f64) -> Result<f64, RootError> {
    const MAX_STEPS: usize = 200;
    let mut value = |x: f64| {
        let fx = f(x);
        if fx.is_finite() { Ok(fx) } else { Err(RootError::NotFinite { x, fx }) }
    };
    // b is the best point, a the point before it, c keeps the bracket [b, c].
    let (mut a, mut b) = (a, b);
    let (mut fa, mut fb) = (value(a)?, value(b)?);
    if fa * fb > 0.0 {
        return Err(RootError::NotBracketed { a, fa, b, fb });
    }
    let (mut c, mut fc) = (a, fa);
    let (mut step, mut previous) = (b - a, b - a);
    for _ in 0..MAX_STEPS {
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let within = 2.0 * f64::EPSILON * b.abs() + 0.5 * tolerance;
        let half = 0.5 * (c - b);
        if half.abs() <= within || fb == 0.0 {
            return Ok(b);
        }
        let interpolated = (previous.abs() >= within && fa.abs() > fb.abs())
            .then(|| interpolate((a, fa), (b, fb), (c, fc)))
            .flatten()
            .filter(|d| {
                (2.0 * d).abs() < (3.0 * half).abs() - within.abs() && d.abs() < (0.5 * previous).abs()
            });
        (previous, step) = match interpolated {
            Some(d) => (step, d),
            None => (half, half),
        };
        (a, fa) = (b, fb);
        b += if step.abs() > within { step } else { within.copysign(half) };
        fb = value(b)?;
        if fb * fc > 0.0 {
            (c, fc) = (a, fa);
            (step, previous) = (b - a, b - a);
        }
    }
    Err(RootError::NoConvergence { steps: MAX_STEPS, x: b })
}

/// Step from `b` to the root of the secant (two points) or of the inverse parabola (three points).
#[allow(clippy::float_cmp, reason = "a and c are the same point exactly when only two points are known")]
fn interpolate((a, fa): (f64, f64), (b, fb): (f64, f64), (c, fc): (f64, f64)) -> Option<f64> {
    let s = fb / fa;
    let (p, q) = if a == c {
        ((c - b) * s, 1.0 - s)
    } else {
        let (q, r) = (fa / fc, fb / fc);
        (s * ((c - b) * q * (q - r) - (b - a) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
    };
    let d = -p / q;
    (d.is_finite() && d * (c - b) > 0.0).then_some(d)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assert_close;

    #[test]
    fn closed_form_roots() {
        assert_close!(brent(|x| x * x - 2.0, 0.0, 2.0, 1e-15).unwrap(), 2f64.sqrt(), abs = 1e-15);
        assert_close!(brent(|x| (x - 1.0).powi(3), -4.0, 3.3, 1e-12).unwrap(), 1.0, abs = 1e-4);
        assert_close!(brent(|x: f64| x.exp() - 1e6, 0.0, 100.0, 1e-13).unwrap(), 1e6f64.ln(), abs = 2e-13);
        assert_close!(brent(|x| x, -1.0, 0.0, 1e-12).unwrap(), 0.0, abs = 0.0);
    }

    #[test]
    fn few_evaluations_on_smooth_functions() {
        let mut calls = 0;
        let f = |x: f64| {
            calls += 1;
            x.powi(3) - 2.0 * x - 5.0
        };
        assert_close!(brent(f, 2.0, 3.0, 1e-14).unwrap(), 2.094551481542326, abs = 1e-14);
        assert!(calls <= 12, "{calls} evaluations");
    }

    #[test]
    fn failures_are_typed() {
        assert!(matches!(brent(|x| x * x + 1.0, -1.0, 1.0, 1e-9), Err(RootError::NotBracketed { .. })));
        assert!(matches!(brent(|_| f64::NAN, -1.0, 1.0, 1e-9), Err(RootError::NotFinite { .. })));
    }
}
