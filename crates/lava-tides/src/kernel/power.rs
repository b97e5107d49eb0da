//! Powers `x^-alpha` of many numbers.

use super::{BLOCK, Task, run};

/// `x^-alpha` with a fixed exponent, for slices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct NegativePower {
    alpha: f64,
    /// The leading 41 bits of `alpha`: their product with an exponent of two is exact.
    high: f64,
    low: f64,
}

impl NegativePower {
    /// `alpha` in `(0, 1)`.
    pub(crate) fn new(alpha: f64) -> Self {
        let high = f64::from_bits(alpha.to_bits() & !0xfff);
        Self { alpha, high, low: alpha - high }
    }

    /// The power of one number.
    pub(crate) fn of(&self, x: f64) -> f64 {
        x.powf(-self.alpha)
    }

    /// The powers of numbers that are not negative, each to about one unit in the last place.
    pub(crate) fn of_each(&self, x: &[f64], out: &mut [f64]) {
        for (x, out) in x.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
            run(Powers { power: self, x, out });
            // Zero, subnormal numbers and what is not finite.
            if x.iter().any(|x| !x.is_normal()) {
                for (x, out) in x.iter().zip(out).filter(|(x, _)| !x.is_normal()) {
                    *out = self.of(*x);
                }
            }
        }
    }
}

struct Powers<'a> {
    power: &'a NegativePower,
    x: &'a [f64],
    out: &'a mut [f64],
}

impl Task for Powers<'_> {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "takes the instruction set of its caller")]
    fn run(self) {
        let NegativePower { high, low, alpha } = *self.power;
        for (x, out) in self.x.iter().zip(self.out) {
            *out = negative_power(*x, alpha, high, low);
        }
    }
}

/// 1.5 2^52: adding it rounds to a whole number, which the low bits of the sum then hold.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// 2^52, and its bits.
const TWO_52: f64 = 4_503_599_627_370_496.0;
const TWO_52_BITS: u64 = 0x4330_0000_0000_0000;
/// Bits of 1 less those of √½.
const TO_SQRT_HALF: u64 = 0x3ff0_0000_0000_0000 - 0x3fe6_a09e_667f_3bcd;

/// Coefficients of log2((1+s)/(1-s)) / s in powers of s²: the series 2/ln 2 (1 + s²/3 + s⁴/5 + …).
const LOG: [f64; 10] = {
    let mut c = [0.0; 10];
    let mut k = 0;
    while k < 10 {
        c[k] = 2.0 / std::f64::consts::LN_2 / (2 * k + 1) as f64;
        k += 1;
    }
    c
};

/// Coefficients of 2^f in powers of f: (ln 2)^k / k!.
const EXP: [f64; 14] = {
    let mut c = [1.0; 14];
    let mut k = 1;
    while k < 14 {
        c[k] = c[k - 1] * std::f64::consts::LN_2 / k as f64;
        k += 1;
    }
    c
};

/// `2^(-alpha log2 x)`, with `x = 2^e m`, `m` in `[√½, √2)`.
#[inline(always)]
#[allow(clippy::inline_always, reason = "takes the instruction set of its caller")]
fn negative_power(x: f64, alpha: f64, high: f64, low: f64) -> f64 {
    let bits = x.to_bits();
    let biased = (bits.wrapping_add(TO_SQRT_HALF)) >> 52;
    let m = f64::from_bits(bits.wrapping_sub(biased << 52).wrapping_add(1023 << 52));
    // The exponent as a number: its bits put below those of 2^52.
    let e = f64::from_bits(biased | TWO_52_BITS) - (TWO_52 + 1023.0);
    let s = (m - 1.0) / (m + 1.0);
    let s2 = s * s;
    let s4 = s2 * s2;
    let s8 = s4 * s4;
    let log = s
        * ((LOG[0] + LOG[1] * s2)
            + (LOG[2] + LOG[3] * s2) * s4
            + ((LOG[4] + LOG[5] * s2) + (LOG[6] + LOG[7] * s2) * s4 + (LOG[8] + LOG[9] * s2) * s8) * s8);
    let whole = -high * e;
    let rest = -low * e - alpha * log;
    let rounded = (whole + rest) + ROUND;
    let f = (whole - (rounded - ROUND)) + rest;
    let f2 = f * f;
    let f4 = f2 * f2;
    let f8 = f4 * f4;
    let low_half = ((EXP[0] + EXP[1] * f) + (EXP[2] + EXP[3] * f) * f2)
        + ((EXP[4] + EXP[5] * f) + (EXP[6] + EXP[7] * f) * f2) * f4;
    let high_half = ((EXP[8] + EXP[9] * f) + (EXP[10] + EXP[11] * f) * f2) + (EXP[12] + EXP[13] * f) * f4;
    let scale = f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52);
    (low_half + high_half * f8) * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers() -> Vec<f64> {
        let mut x: Vec<f64> = (0..200_000).map(|i| 10f64.powf(-300.0 + 600.0 * f64::from(i) / 2e5)).collect();
        x.extend((0..2_000).map(|i| 0.5 + 1e-3 * f64::from(i)));
        x
    }

    /// Against the standard library's power function, which is accurate to one unit in the last place.
    #[test]
    fn within_three_units_of_the_scalar_power() {
        let x = numbers();
        let mut out = vec![0.0; x.len()];
        for alpha in [0.01, 0.2, 0.3, 1.0 / 3.0, 0.5, 0.9999] {
            let power = NegativePower::new(alpha);
            power.of_each(&x, &mut out);
            for (x, out) in x.iter().zip(&out) {
                let exact = power.of(*x);
                assert!(
                    (out - exact).abs() <= 3.0 * f64::EPSILON * exact,
                    "{x:e}^-{alpha}: {out:e} {exact:e}"
                );
            }
        }
    }

    #[test]
    fn both_instruction_sets_agree_bit_by_bit() {
        let x = numbers();
        let power = NegativePower::new(0.3);
        let (mut best, mut portable) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        run(Powers { power: &power, x: &x, out: &mut best });
        Powers { power: &power, x: &x, out: &mut portable }.run();
        assert_eq!(best, portable);
    }

    #[test]
    fn special_numbers() {
        let x = [0.0, 1.0, f64::MIN_POSITIVE, 5e-324, f64::INFINITY, f64::NAN, 4.0];
        let mut out = [0.0; 7];
        NegativePower::new(0.5).of_each(&x, &mut out);
        assert_eq!(out[..6].iter().map(|v| v.to_bits()).collect::<Vec<_>>()[0], f64::INFINITY.to_bits());
        assert!((out[1] - 1.0).abs() < 1e-15 && (out[6] - 0.5).abs() < 1e-15);
        assert!((out[2] * 2f64.powi(-511) - 1.0).abs() < 1e-15);
        assert!((out[3] / 5e-324f64.powf(-0.5) - 1.0).abs() < 1e-15);
        assert!(out[4] == 0.0 && out[5].is_nan());
    }
}
