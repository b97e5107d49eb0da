//! Stull's fit over columns.

use super::{
    Air,
    math::{atan, select},
    simd,
};
use crate::wet_bulb::Constants;

/// Wet-bulb temperature of each row. The slices are of equal length.
pub(super) fn rows(constants: &Constants, air: &Air<'_>, out_c: &mut [f64]) {
    simd::widest(Rows { constants, t: air.temperature_c, rh: air.humidity_percent, out_c });
}

struct Rows<'a> {
    constants: &'a Constants,
    t: &'a [f64],
    rh: &'a [f64],
    out_c: &'a mut [f64],
}

impl simd::Loop for Rows<'_> {
    #[inline(always)]
    fn run(self) {
        for ((out, &t), &rh) in self.out_c.iter_mut().zip(self.t).zip(self.rh) {
            *out = row(self.constants, t, rh);
        }
    }
}

/// One row; NaN outside -90..=60 °C and 0..=100 %.
#[inline(always)]
fn row(c: &Constants, t: f64, rh: f64) -> f64 {
    let valid = (t >= -90.0) & (t <= 60.0) & (rh >= 0.0) & (rh <= 100.0);
    select(valid, unchecked(c, t, rh), f64::NAN)
}

/// The fit at any temperature.
#[inline(always)]
pub(super) fn unchecked(c: &Constants, t: f64, rh: f64) -> f64 {
    t * atan(c.slope * (rh + c.offset).sqrt())
        + difference(t + rh, rh - c.shift)
        + c.weight * (rh * rh.sqrt()) * atan(c.rate * rh)
        - c.base
}

/// `atan a - atan b` with a single arctangent: `atan((a - b) / (1 + a b))`, shifted by π where the two differ by more
/// than a right angle, that is where `1 + a b` is negative.
#[inline(always)]
fn difference(a: f64, b: f64) -> f64 {
    let below = 1.0 + a * b;
    let shift = select(below < 0.0, std::f64::consts::PI.copysign(a), 0.0);
    atan((a - b) / below) + shift
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_gives_the_same_bits() {
        let t: Vec<f64> = (0..4001).map(|i| f64::from(i).mul_add(0.04123, -95.0)).collect();
        let rh: Vec<f64> = (0..4001).map(|i| f64::from(i * 7919 % 4001) * 0.02551).collect();
        let mut results = Vec::new();
        for width in simd::Width::all() {
            let mut out = vec![0.0; t.len()];
            simd::run(width, Rows { constants: &Constants::PUBLISHED, t: &t, rh: &rh, out_c: &mut out });
            results.push(out.into_iter().map(f64::to_bits).collect::<Vec<_>>());
        }
        assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
    }
}
