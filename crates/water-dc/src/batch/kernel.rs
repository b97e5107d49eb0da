//! Portable loops without branches, which the compiler turns into vector code.
#![allow(
    clippy::inline_always,
    reason = "the loops have to be compiled inside their callers' instruction sets"
)]

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use crate::{tower::Polynomial, wet_bulb::Constants};

/// What to do at low wet-bulb temperatures; minus infinity switches either part off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy {
    pub(super) clamp_f: f64,
    pub(super) off_below_f: f64,
    pub(super) off: f64,
}

/// Stull's fit. The slices are of equal length.
///
/// The difference of two arctangents is one of two arguments:
/// atan(t + rh) - atan(rh - c) = atan2(t + c, 1 + (t + rh)(rh - c)). The three that remain share one division.
#[inline(always)]
pub(super) fn stull(c: &Constants, range_c: (f64, f64), t: &[f64], rh: &[f64], out: &mut [f64]) {
    for ((&t, &rh), out) in t.iter().zip(rh).zip(out) {
        let first = Arctangent::of(c.slope * (rh + c.offset).sqrt(), 1.0);
        let second = Arctangent::of(t + c.shift, 1.0 + (t + rh) * (rh - c.shift));
        let third = Arctangent::of(c.rate * rh, 1.0);
        let weight = c.weight * (rh * rh.sqrt());
        let fractions = t * first.p * second.q * third.q
            + first.q * (second.p * second.sign * third.q + weight * third.p * second.q);
        let value = t * first.whole
            + second.sign * second.whole
            + weight * third.whole
            + fractions / (first.q * second.q * third.q)
            - c.base;
        let valid = (range_c.0..=range_c.1).contains(&t) && (0.0..=100.0).contains(&rh);
        *out = if valid { value } else { f64::NAN };
    }
}

/// A tower polynomial of wet-bulb temperatures in °C. The slices are of equal length.
#[inline(always)]
pub(super) fn tower(polynomial: &Polynomial, policy: Policy, wet_bulb_c: &[f64], out: &mut [f64]) {
    for (&celsius, out) in wet_bulb_c.iter().zip(out) {
        let tw = 1.8 * celsius + 32.0;
        let clamped = if tw < policy.clamp_f { policy.clamp_f } else { tw };
        let value = polynomial.at(clamped);
        let value = if tw < policy.off_below_f { policy.off } else { value };
        *out = if (-100.0..=200.0).contains(&celsius) { value } else { f64::NAN };
    }
}

/// Arctangent in the parts sign · (whole + p / q), by the rational approximation of the Cephes library (S. L. Moshier,
/// `atan.c`), within 2 rounding units. Reduction to |r| <= 0.66 by atan x = π/4 + atan((x - 1)/(x + 1)) and
/// atan x = π/2 - atan(1/x).
#[derive(Debug, Clone, Copy)]
pub(super) struct Arctangent {
    sign: f64,
    whole: f64,
    p: f64,
    q: f64,
}

impl Arctangent {
    /// Angle of the point (x, y), as `f64::atan2`; not for (0, 0).
    #[inline(always)]
    pub(super) fn of(y: f64, x: f64) -> Self {
        const TAN_3_PI_8: f64 = 2.414_213_562_373_095;
        let (a, b) = (y.abs(), x.abs());
        let large = a > TAN_3_PI_8 * b;
        let middle = a > 0.66 * b;
        let numerator = if large {
            -b
        } else if middle {
            a - b
        } else {
            a
        };
        let denominator = if large {
            a
        } else if middle {
            a + b
        } else {
            b
        };
        let whole = if large {
            FRAC_PI_2
        } else if middle {
            FRAC_PI_4
        } else {
            0.0
        };
        let r = numerator / denominator;
        let z = r * r;
        let p = (((-8.750_608_600_031_904e-1 * z - 1.615_753_718_733_365e1) * z - 7.500_855_792_314_705e1)
            * z
            - 1.228_866_684_490_136_2e2)
            * z
            - 6.485_021_904_942_025e1;
        let q = ((((z + 2.485_846_490_142_306_3e1) * z + 1.650_270_098_316_988_5e2) * z
            + 4.328_810_604_912_903e2)
            * z
            + 4.853_903_996_359_137e2)
            * z
            + 1.945_506_571_482_614e2;
        // left half plane: π minus the angle
        let (whole, r) = if x < 0.0 { (PI - whole, -r) } else { (whole, r) };
        Self { sign: 1f64.copysign(y), whole: whole + r, p: r * z * p, q }
    }

    #[cfg(test)]
    pub(super) fn value(self) -> f64 {
        self.sign * (self.whole + self.p / self.q)
    }
}
