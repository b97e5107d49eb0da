//! The exponential function on whole registers.

/// `exp(x)` within two units of the last place for -700 < x < 700; beyond, that of the nearest end.
///
/// Written without branches and calls, so that loops over it use whatever registers they are compiled for; all give the
/// same bits.
#[inline(always)]
pub(super) fn exp(x: f64) -> f64 {
    const LOG2_E: f64 = std::f64::consts::LOG2_E;
    // ln 2 in two parts, the first with trailing zeros
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    // 1.5 * 2^52: a sum with it ends in the nearest whole number
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let x = x.clamp(-700.0, 700.0);
    let shifted = x * LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let r = (x - whole * LN_2_HIGH) - whole * LN_2_LOW;
    // Taylor's series to r^13: |r| <= ln 2 / 2
    let mut sum = 1.0 / 6_227_020_800.0;
    for factorial in [
        479_001_600.0,
        39_916_800.0,
        3_628_800.0,
        362_880.0,
        40_320.0,
        5040.0,
        720.0,
        120.0,
        24.0,
        6.0,
        2.0,
        1.0,
        1.0,
    ] {
        sum = sum * r + 1.0 / factorial;
    }
    // the whole number sits in the last bits of `shifted`: it becomes the exponent
    let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52));
    sum * power
}

#[cfg(test)]
mod tests {
    use super::exp;

    #[test]
    fn it_is_the_exponential_function() {
        let mut x = -699.9;
        while x < 699.9 {
            assert!((exp(x) / x.exp() - 1.0).abs() < 5e-16, "{x}");
            x += 0.037;
        }
        assert!((exp(0.0) - 1.0).abs() < 1e-300);
        assert!(exp(-1e6) < 1e-300 && exp(1e6) > 1e300);
        assert!(exp(f64::NAN).is_nan());
    }
}
