//! Psychrometric wet bulb over columns: Newton's method with a fixed number of steps, so that every row is computed
//! alike whatever its neighbours are.

use super::{
    Air,
    math::{exp, ln_kelvin, select},
    stull,
};
use crate::{
    units::{Celsius, Pascal, RelativeHumidity},
    wet_bulb::{
        Constants, PressureSource, WetBulbModel,
        psychrometric::{
            Bulb, COLDEST_C, COLDEST_WET_BULB_C, FREEZING_PA, HOTTEST_C, LEAST_HUMIDITY_RATIO,
            LEAST_PRESSURE_PA, Saturation, TRIPLE_POINT_C, humidity_ratio,
        },
        wet_bulb,
    },
};
use common::width;

/// From Stull's fit, four steps leave an error far below 1e-9 °C in any weather; what they do not settle is left to
/// the scalar solver.
const STEPS: usize = 4;
/// A last step below this means that the error before it was as small, and squared after it.
const SETTLED_C: f64 = 1e-6;
/// Rows that go through the steps together: their state stays in the fastest cache.
const BLOCK: usize = 256;

/// Wet-bulb temperature of each row; `otherwise_pa` is the pressure where a row has none. The slices are of equal
/// length.
pub(super) fn rows(air: &Air<'_>, otherwise_pa: f64, out_c: &mut [f64]) {
    let mut pressure_pa = [otherwise_pa; BLOCK];
    for start in (0..out_c.len()).step_by(BLOCK) {
        let range = start..out_c.len().min(start + BLOCK);
        let (t, rh) = (&air.temperature_c[range.clone()], &air.humidity_percent[range.clone()]);
        let p = &mut pressure_pa[..range.len()];
        if let Some(given) = air.pressure_pa {
            for (p, &given) in p.iter_mut().zip(&given[range.clone()]) {
                *p = if given.is_nan() { otherwise_pa } else { given };
            }
        }
        let out_c = &mut out_c[range];
        width::widest(Block { t, rh, p, out_c });
        for (i, out) in out_c.iter_mut().enumerate().filter(|(_, out)| out.is_nan()) {
            *out = scalar(t[i], rh[i], p[i]);
        }
    }
}

/// What the scalar function gives; NaN for its errors.
#[cold]
fn scalar(t: f64, rh: f64, p: f64) -> f64 {
    let result = || {
        let model = WetBulbModel::Psychrometric(PressureSource::Fixed(Pascal::new(p)?));
        wet_bulb(Celsius(t), RelativeHumidity::from_percent(rh)?, &model)
    };
    result().map_or(f64::NAN, |tw| tw.0)
}

/// At most [`BLOCK`] rows. `out_c` becomes NaN where a row is invalid or not settled.
struct Block<'a> {
    t: &'a [f64],
    rh: &'a [f64],
    p: &'a [f64],
    out_c: &'a mut [f64],
}

impl width::Loop for Block<'_> {
    #[inline(always)]
    fn run(self, _: width::Width) {
        let Self { t, rh, p, out_c: wet } = self;
        let rows = wet.len().min(BLOCK);
        let (t, rh, p, wet) = (&t[..rows], &rh[..rows], &p[..rows], &mut wet[..rows]);
        let [mut target, mut low, mut high, mut step] = [[0.0; BLOCK]; 4];
        // each pass is a loop of its own over columns: nested loops would not become vector code
        for i in 0..rows {
            let start = Start::of(t[i], rh[i], p[i]);
            (target[i], low[i], high[i], wet[i]) = (start.target, start.low, start.high, start.guess);
        }
        for _ in 0..STEPS {
            for i in 0..rows {
                let (saturation, ln_slope) = saturation(wet[i]);
                let bulb = bulb(low[i] < 0.0);
                let (value, slope) = bulb.humidity_ratio_at(wet[i], t[i], p[i], saturation, ln_slope);
                let next = between(wet[i] - (value - target[i]) / slope, low[i], high[i]);
                step[i] = select(saturation < p[i], next - wet[i], f64::NAN); // water must not boil
                wet[i] = next;
            }
        }
        for i in 0..rows {
            wet[i] = select(step[i].abs() < SETTLED_C, wet[i], f64::NAN);
        }
    }
}

/// Where the search begins.
struct Start {
    /// Humidity ratio that the wet bulb has to explain; NaN for an invalid row, and then all that follows.
    target: f64,
    /// Range of the wet bulb, °C: over water it begins at 0, over ice it ends there or below.
    low: f64,
    high: f64,
    /// First guess of the wet bulb, °C.
    guess: f64,
}

impl Start {
    #[inline(always)]
    fn of(t: f64, rh: f64, p: f64) -> Self {
        let (saturation, _) = saturation(t);
        let vapour = 0.01 * rh * saturation;
        let ratio = humidity_ratio(vapour, p);
        let ratio = select(ratio < LEAST_HUMIDITY_RATIO, LEAST_HUMIDITY_RATIO, ratio);
        let air = (rh >= 0.0) & (rh <= 100.0) & (t >= COLDEST_C) & (t <= HOTTEST_C);
        let target = select(air & (p >= LEAST_PRESSURE_PA) & (vapour < p), ratio, f64::NAN);
        // as in the scalar solver: saturated air leaves a single temperature, and where ice and water both have a
        // solution, it is that of ice
        let saturated = (saturation < p) & (target >= humidity_ratio(saturation, p));
        let at_freezing = Bulb::ICE.balance(0.0, t, humidity_ratio(FREEZING_PA, p));
        let frozen = (t < 0.0) | (p <= FREEZING_PA) | (target <= at_freezing);
        let high = select(frozen & (t > 0.0) & !saturated, 0.0, t);
        let low = select(saturated, t, select(frozen, COLDEST_WET_BULB_C, 0.0));
        let guess = between(stull::stull(&Constants::PUBLISHED, t, rh), low, high);
        Self { target, low, high, guess }
    }
}

#[inline(always)]
fn bulb(frozen: bool) -> Bulb {
    Bulb::ICE.or(&Bulb::WATER, |ice, water| select(frozen, ice, water))
}

/// Saturation pressure in Pa and the derivative of its logarithm.
#[inline(always)]
fn saturation(t: f64) -> (f64, f64) {
    let frozen = t <= TRIPLE_POINT_C;
    let coefficients = Saturation::ICE.or(&Saturation::WATER, |ice, water| select(frozen, ice, water));
    let k = t + 273.15;
    let (ln_pressure, ln_slope) = coefficients.ln_pressure(k, ln_kelvin(k));
    (exp(ln_pressure), ln_slope)
}

/// The value, or the end of the range that it passes; NaN stays.
#[inline(always)]
fn between(value: f64, low: f64, high: f64) -> f64 {
    select(value < low, low, select(value > high, high, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_gives_the_same_bits() {
        for block in 0..100 {
            let at = |i: usize| (block * BLOCK + i) as f64;
            let t: Vec<f64> = (0..BLOCK).map(|i| (at(i) * 0.7310).rem_euclid(300.0) - 101.0).collect();
            let rh: Vec<f64> = (0..BLOCK).map(|i| (at(i) * 0.6180).rem_euclid(102.0) - 1.0).collect();
            let p: Vec<f64> = (0..BLOCK).map(|i| 50_000.0 + (at(i) * 37.7).rem_euclid(60_000.0)).collect();
            let mut results = Vec::new();
            for width in width::Width::all() {
                let mut out = [0.0; BLOCK];
                width::run(width, Block { t: &t, rh: &rh, p: &p, out_c: &mut out });
                results.push(out.map(f64::to_bits));
            }
            assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
        }
    }

    /// Were it otherwise, the speed would be that of the scalar solver.
    #[test]
    fn hardly_any_weather_is_left_to_the_scalar_solver() {
        let (mut rows, mut left) = (0, 0);
        for tenths in (-400..=500).step_by(7) {
            for percent in 1..=100 {
                for p in [60_000.0, 77_000.0, 101_325.0] {
                    let mut out = [0.0];
                    let (t, rh) = (f64::from(tenths) / 10.0, f64::from(percent));
                    width::widest(Block { t: &[t], rh: &[rh], p: &[p], out_c: &mut out });
                    rows += 1;
                    left += usize::from(out[0].is_nan());
                }
            }
        }
        assert!(left * 100 < rows, "{left} of {rows}");
    }
}
