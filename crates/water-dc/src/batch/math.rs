//! Exponential and logarithm without branches, so that loops over them become vector code.
//!
//! Each is the same sequence of correctly rounded operations on every processor: no fused multiply-add, no library
//! call. Vector width therefore changes nothing in the results.

use std::f64::consts::{LN_2, LOG2_E};

/// One of two computed values, never by a branch.
#[inline(always)]
pub(super) fn select(condition: bool, yes: f64, no: f64) -> f64 {
    std::hint::select_unpredictable(condition, yes, no)
}

/// Exponential of a number in -700..=700; a relative error below 3e-16 there, nonsense outside.
///
/// `exp x = 2^n exp r` with `n` the whole number nearest to `x / ln 2` and the Taylor series of `exp r`.
#[inline(always)]
pub(super) fn exp(x: f64) -> f64 {
    /// Adding it rounds to a whole number and leaves that number in the low bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    /// The first 33 bits of ln 2, so that n times it is exact, and the rest.
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const INVERSE_FACTORIAL: [f64; 12] = [
        1.0 / 6_227_020_800.0,
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        1.0 / 2.0,
    ];
    const { assert!(LN_2_HIGH < LN_2 && LN_2 - LN_2_HIGH - LN_2_LOW < 1e-17) }
    let rounded = x * LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let mut series = INVERSE_FACTORIAL[0];
    for coefficient in &INVERSE_FACTORIAL[1..] {
        series = series * r + coefficient;
    }
    let power = f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52);
    (1.0 + (r + r * r * series)) * power
}

/// Natural logarithm of a number in 160..=500 (a temperature in K); an absolute error below 1e-15 there.
///
/// `ln k = ln c + 2 artanh((k - c) / (k + c))` around the geometric mean c of the range.
#[inline(always)]
pub(super) fn ln_kelvin(k: f64) -> f64 {
    const CENTRE: f64 = 286.0;
    const LN_CENTRE: f64 = 5.655_991_810_819_852;
    const TERMS: usize = 14;
    const ODD: [f64; TERMS] = {
        let mut odd = [0.0; TERMS];
        let mut i = 0;
        while i < TERMS {
            odd[i] = 2.0 / (2 * (TERMS - i) - 1) as f64;
            i += 1;
        }
        odd
    };
    let s = (k - CENTRE) / (k + CENTRE);
    let z = s * s;
    let mut series = ODD[0];
    for coefficient in &ODD[1..] {
        series = series * z + coefficient;
    }
    LN_CENTRE + s * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_and_logarithm_agree_with_the_library() {
        let mut x = -700.0;
        while x < 700.0 {
            assert!((exp(x) / x.exp() - 1.0).abs() < 5e-16, "{x}");
            x += 0.0137;
        }
        let mut k: f64 = 160.0;
        while k <= 500.0 {
            assert!((ln_kelvin(k) - k.ln()).abs() < 2e-15, "{k}");
            k += 0.00713;
        }
    }
}
