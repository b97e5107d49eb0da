//! Tower polynomials over columns.

use super::math::select;
use crate::tower::{LowTemperature, Polynomial};
use common::width;

/// Water use of each row from its wet-bulb temperature in °C. The slices are of equal length.
pub(super) fn rows(wet_bulb_c: &[f64], polynomial: &Polynomial, low: &LowTemperature, out: &mut [f64]) {
    match *low {
        LowTemperature::Extrapolate => with(wet_bulb_c, out, |tw| polynomial.at(tw)),
        LowTemperature::ClampAt(limit) => {
            with(wet_bulb_c, out, |tw| polynomial.at(select(tw < limit.0, limit.0, tw)));
        }
        LowTemperature::FreeCooling { below, wue } => {
            with(wet_bulb_c, out, |tw| select(tw < below.0, wue.get(), polynomial.at(tw)));
        }
    }
}

fn with(wet_bulb_c: &[f64], out: &mut [f64], formula: impl Fn(f64) -> f64) {
    width::widest(Rows { wet_bulb_c, out, formula });
}

struct Rows<'a, F> {
    wet_bulb_c: &'a [f64],
    out: &'a mut [f64],
    formula: F,
}

impl<F: Fn(f64) -> f64> width::Loop for Rows<'_, F> {
    #[inline(always)]
    fn run(self, _: width::Width) {
        for (out, &celsius) in self.out.iter_mut().zip(self.wet_bulb_c) {
            let value = (self.formula)(1.8 * celsius + 32.0);
            let valid = (celsius >= -100.0) & (celsius <= 200.0) & (value < f64::INFINITY);
            *out = select(valid, value, f64::NAN);
        }
    }
}
