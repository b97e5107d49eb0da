//! Stull's fit over columns.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use super::{Air, math::select};
use crate::wet_bulb::Constants;
use common::width;

/// Wet-bulb temperature of each row. The slices are of equal length.
pub(super) fn rows(constants: &Constants, air: &Air<'_>, out_c: &mut [f64]) {
    width::widest(Rows { constants, t: air.temperature_c, rh: air.humidity_percent, out_c });
}

struct Rows<'a> {
    constants: &'a Constants,
    t: &'a [f64],
    rh: &'a [f64],
    out_c: &'a mut [f64],
}

impl width::Loop for Rows<'_> {
    #[inline(always)]
    fn run(self, _: width::Width) {
        for ((out, &t), &rh) in self.out_c.iter_mut().zip(self.t).zip(self.rh) {
            let valid = (t >= -90.0) & (t <= 60.0) & (rh >= 0.0) & (rh <= 100.0);
            *out = select(valid, stull(self.constants, t, rh), f64::NAN);
        }
    }
}

/// The fit, at any temperature.
///
/// The difference of two arctangents is one of two arguments:
/// atan(t + rh) - atan(rh - c) = atan2(t + c, 1 + (t + rh)(rh - c)). The three that remain share one division.
#[inline(always)]
pub(super) fn stull(c: &Constants, t: f64, rh: f64) -> f64 {
    let first = Arctangent::of(c.slope * (rh + c.offset).sqrt(), 1.0);
    let second = Arctangent::of(t + c.shift, 1.0 + (t + rh) * (rh - c.shift));
    let third = Arctangent::of(c.rate * rh, 1.0);
    let weight = c.weight * (rh * rh.sqrt());
    let fractions = t * first.p * second.q * third.q
        + first.q * (second.p * second.sign * third.q + weight * third.p * second.q);
    t * first.whole
        + second.sign * second.whole
        + weight * third.whole
        + fractions / (first.q * second.q * third.q)
        - c.base
}

/// Arctangent in the parts sign · (whole + p / q), by the rational approximation of the Cephes library (S. L. Moshier,
/// `atan.c`), within 2 rounding units. Reduction to |r| <= 0.66 by atan x = π/4 + atan((x - 1)/(x + 1)) and
/// atan x = π/2 - atan(1/x).
#[derive(Debug, Clone, Copy)]
struct Arctangent {
    sign: f64,
    whole: f64,
    p: f64,
    q: f64,
}

impl Arctangent {
    /// Angle of the point (x, y), as `f64::atan2`; not for (0, 0).
    #[inline(always)]
    fn of(y: f64, x: f64) -> Self {
        const TAN_3_PI_8: f64 = 2.414_213_562_373_095;
        let (a, b) = (y.abs(), x.abs());
        let large = a > TAN_3_PI_8 * b;
        let middle = a > 0.66 * b;
        let of_three = |if_large: f64, if_middle: f64, if_small: f64| {
            select(large, if_large, select(middle, if_middle, if_small))
        };
        let numerator = of_three(-b, a - b, a);
        let denominator = of_three(a, a + b, b);
        let whole = of_three(FRAC_PI_2, FRAC_PI_4, 0.0);
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
        let left = x < 0.0;
        let (whole, r) = (select(left, PI - whole, whole), select(left, -r, r));
        Self { sign: 1f64.copysign(y), whole: whole + r, p: r * z * p, q }
    }

    #[cfg(test)]
    fn value(self) -> f64 {
        self.sign * (self.whole + self.p / self.q)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_gives_the_same_bits() {
        let t: Vec<f64> = (0..4001).map(|i| f64::from(i).mul_add(0.04123, -95.0)).collect();
        let rh: Vec<f64> = (0..4001).map(|i| f64::from(i * 7919 % 4001) * 0.02551).collect();
        let mut results = Vec::new();
        for width in width::Width::all() {
            let mut out = vec![0.0; t.len()];
            width::run(width, Rows { constants: &Constants::PUBLISHED, t: &t, rh: &rh, out_c: &mut out });
            results.push(out.into_iter().map(f64::to_bits).collect::<Vec<_>>());
        }
        assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
    }

    /// The rational arctangent against that of the system's library, in all quadrants.
    #[test]
    fn arctangent() {
        let close = |y: f64, x: f64| {
            let ours = Arctangent::of(y, x).value();
            assert!((ours - y.atan2(x)).abs() <= 9e-16, "{y}, {x}: {ours} against {}", y.atan2(x));
        };
        for i in -40_000..40_000 {
            for x in [1.0, -1.0, 0.31, -7.0] {
                close(f64::from(i) * 0.0037, x);
            }
        }
        for y in [1e-300, -1e-9, 0.66, 2.414_213_562_373_095, 1e9, 1e100] {
            close(y, 1.0);
            close(y, -1.0);
            close(y, 0.0);
        }
        assert!(Arctangent::of(f64::NAN, 1.0).value().is_nan());
    }
}
