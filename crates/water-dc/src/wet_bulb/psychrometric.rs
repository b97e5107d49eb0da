//! Psychrometric wet bulb, saturation pressure, dew point, standard atmosphere.
#![allow(
    clippy::inline_always,
    reason = "also compiled into the loops over columns, for each width of the registers"
)]

use super::{Constants, in_range, stull};
use crate::{
    error::{Error, Result},
    units::{Celsius, Elevation, Pascal, RelativeHumidity},
};

/// Ends of the saturation formula, °C.
pub(crate) const COLDEST_C: f64 = -100.0;
pub(crate) const HOTTEST_C: f64 = 200.0;
/// The wet bulb of air at -100 °C is never colder than this, °C: the energy balance is negative there.
pub(crate) const COLDEST_WET_BULB_C: f64 = -110.0;
/// Up to it the saturation pressure is that over ice, °C.
pub(crate) const TRIPLE_POINT_C: f64 = 0.01;
/// Below this pressure ice would boil inside the bracket of the solver, Pa.
pub(crate) const LEAST_PRESSURE_PA: f64 = 1.0;
/// Saturation pressure at 0 °C by the formula, Pa.
pub(crate) const FREEZING_PA: f64 = 611.153_570_890_765_8;
/// Ratio of the molar masses of water and dry air.
pub(crate) const MASS_RATIO: f64 = 0.621945;
/// Humidity ratios below this are set to it, as in PsychroLib: in such cold the result is T itself.
pub(crate) const LEAST_HUMIDITY_RATIO: f64 = 1e-7;

/// Saturation pressure of water vapour, over ice up to 0.01 °C and over liquid water above
/// (ASHRAE Fundamentals 2017, chapter 1, equations 5 and 6), for -100..=200 °C.
///
/// ```
/// use water_dc::{units::Celsius, wet_bulb::saturation_pressure};
/// assert!((saturation_pressure(Celsius(25.0))?.get() - 3169.2165).abs() < 5e-5);
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`Error::Temperature`] outside the range.
pub fn saturation_pressure(temperature: Celsius) -> Result<Pascal> {
    let t = in_range(temperature, COLDEST_C, HOTTEST_C, "the saturation pressure")?;
    Ok(Pascal::positive(ln_saturation_pressure(t).0.exp()))
}

/// Pressure of the standard atmosphere (ASHRAE Fundamentals 2017, chapter 1, equation 3; -5000..=11000 m):
/// ```text
/// p = 101325 (1 - 2.25577e-5 z)^5.2559      p in Pa, z in m
/// ```
///
/// ```
/// use water_dc::{units::Elevation, wet_bulb::standard_pressure};
/// let nairobi = standard_pressure(Elevation::from_meters(1624.0)?);
/// assert!((nairobi.get() - 83_300.0).abs() < 100.0);
/// # Ok::<(), water_dc::Error>(())
/// ```
#[must_use]
pub fn standard_pressure(elevation: Elevation) -> Pascal {
    Pascal::positive(Pascal::SEA_LEVEL.get() * (1.0 - 2.25577e-5 * elevation.meters()).powf(5.2559))
}

/// Dew point (frost point below 0.01 °C): where the vapour in the air would saturate it, to 1e-9 °C.
///
/// ```
/// use water_dc::{units::*, wet_bulb::dew_point};
/// let dew = dew_point(Celsius(25.0), RelativeHumidity::from_percent(80.0)?)?;
/// assert!((dew.0 - 21.309397).abs() < 1e-3);      // PsychroLib's own test value, from the ASHRAE tables
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`Error::Temperature`] outside -100..=200 °C; [`Error::DewPoint`] for air whose dew point lies below -100 °C,
/// dry air included.
pub fn dew_point(temperature: Celsius, humidity: RelativeHumidity) -> Result<Celsius> {
    let t = in_range(temperature, COLDEST_C, HOTTEST_C, "the dew point")?;
    let ln_saturation = ln_saturation_pressure(t).0;
    let ln_lowest = ln_saturation_pressure(COLDEST_C).0;
    let ln_vapour = ln_saturation + humidity.fraction().ln();
    if ln_vapour >= ln_saturation {
        return Ok(temperature);
    }
    if ln_vapour < ln_lowest {
        return Err(Error::DewPoint { lowest_pa: ln_lowest.exp(), vapour_pa: ln_vapour.exp() });
    }
    // Magnus's approximation inverted
    let x = ln_vapour - 610.94_f64.ln();
    let guess = 243.04 * x / (17.625 - x);
    increasing_root(COLDEST_C, t, guess, |td| {
        let (value, slope) = ln_saturation_pressure(td);
        (value - ln_vapour, slope)
    })
    .map(Celsius)
}

/// Psychrometric wet bulb in °C. `t` lies in the range of the saturation formula, `rh` in 0..=1, `p` is positive.
pub(super) fn wet_bulb_c(t: f64, rh: f64, p: f64) -> Result<f64> {
    if p < LEAST_PRESSURE_PA {
        let quantity = "air pressure of the psychrometric wet bulb in Pa";
        return Err(Error::Quantity { quantity, rule: "at least 1", value: p });
    }
    let saturation = ln_saturation_pressure(t).0.exp();
    let vapour = rh * saturation;
    if vapour >= p {
        return Err(Error::VapourPressure { pressure_pa: p, vapour_pa: vapour });
    }
    let target = humidity_ratio(vapour, p).max(LEAST_HUMIDITY_RATIO);
    if saturation < p && target >= humidity_ratio(saturation, p) {
        return Ok(t); // saturated
    }
    // Both branches increase with t*. Where they overlap the ice branch wins, see `super::wet_bulb`.
    let (bulb, low, high) =
        if t < 0.0 || p <= FREEZING_PA || target <= Bulb::ICE.balance(0.0, t, humidity_ratio(FREEZING_PA, p))
        {
            (&Bulb::ICE, COLDEST_WET_BULB_C, t.min(0.0))
        } else {
            (&Bulb::WATER, 0.0, t)
        };
    let guess = stull::stull(&Constants::PUBLISHED, t, 100.0 * rh);
    increasing_root(low, high, guess, |wet| {
        let (ratio, slope) = bulb.humidity_ratio(wet, t, p);
        (ratio - target, slope)
    })
}

/// Mass of vapour per mass of dry air at vapour pressure `vapour` below air pressure `p`.
#[inline(always)]
pub(crate) fn humidity_ratio(vapour: f64, p: f64) -> f64 {
    MASS_RATIO * vapour / (p - vapour)
}

/// Energy balance of one kind of wet bulb: latent heat of its surface and heat capacity of what evaporates.
#[derive(Clone, Copy)]
pub(crate) struct Bulb {
    latent_heat: f64,
    latent_slope: f64,
    surface_heat: f64,
}

impl Bulb {
    pub(crate) const WATER: Self = Self { latent_heat: 2501.0, latent_slope: 2.326, surface_heat: 4.186 };
    pub(crate) const ICE: Self = Self { latent_heat: 2830.0, latent_slope: 0.24, surface_heat: 2.1 };

    /// Each property chosen from this bulb and another one.
    #[inline(always)]
    pub(crate) fn or(&self, other: &Self, choose: impl Fn(f64, f64) -> f64) -> Self {
        Self {
            latent_heat: choose(self.latent_heat, other.latent_heat),
            latent_slope: choose(self.latent_slope, other.latent_slope),
            surface_heat: choose(self.surface_heat, other.surface_heat),
        }
    }

    /// Humidity ratio of air of temperature `t` whose wet bulb is `wet`, and its derivative by `wet`.
    /// Infinite where water would boil at `wet`.
    fn humidity_ratio(&self, wet: f64, t: f64, p: f64) -> (f64, f64) {
        let (ln_pressure, ln_slope) = ln_saturation_pressure(wet);
        let saturation = ln_pressure.exp();
        if saturation < p {
            self.humidity_ratio_at(wet, t, p, saturation, ln_slope)
        } else {
            (f64::INFINITY, f64::INFINITY)
        }
    }

    /// The same from the saturation pressure at `wet`, below `p`, and the derivative of its logarithm.
    #[inline(always)]
    pub(crate) fn humidity_ratio_at(
        &self,
        wet: f64,
        t: f64,
        p: f64,
        saturation: f64,
        ln_slope: f64,
    ) -> (f64, f64) {
        let per_air = 1.0 / (p - saturation);
        let saturated = MASS_RATIO * saturation * per_air;
        let saturated_slope = saturated * ln_slope * p * per_air;
        let per_scale = 1.0 / self.scale(wet, t);
        let ratio = (self.latent(wet) * saturated - 1.006 * (t - wet)) * per_scale;
        let slope = self.latent(wet) * saturated_slope - self.latent_slope * saturated
            + 1.006
            + self.surface_heat * ratio;
        (ratio, slope * per_scale)
    }

    /// The same ratio from that of saturated air at `wet`.
    #[inline(always)]
    pub(crate) fn balance(&self, wet: f64, t: f64, saturated: f64) -> f64 {
        (self.latent(wet) * saturated - 1.006 * (t - wet)) / self.scale(wet, t)
    }

    #[inline(always)]
    fn latent(&self, wet: f64) -> f64 {
        self.latent_heat - self.latent_slope * wet
    }

    #[inline(always)]
    fn scale(&self, wet: f64, t: f64) -> f64 {
        self.latent_heat + 1.86 * t - self.surface_heat * wet
    }
}

/// Natural logarithm of the saturation pressure in Pa, and its derivative by temperature, 1/K.
fn ln_saturation_pressure(t: f64) -> (f64, f64) {
    let k = t + 273.15;
    let coefficients = if t <= TRIPLE_POINT_C { Saturation::ICE } else { Saturation::WATER };
    coefficients.ln_pressure(k, k.ln())
}

/// Coefficients of `ln pws = inverse / T + Σ power[i] Tⁱ + ln ln T`, T in K.
#[derive(Clone, Copy)]
pub(crate) struct Saturation {
    inverse: f64,
    power: [f64; 5],
    ln: f64,
}

impl Saturation {
    pub(crate) const ICE: Self = Self {
        inverse: -5.6745359e3,
        power: [6.3925247, -9.677843e-3, 6.2215701e-7, 2.0747825e-9, -9.484024e-13],
        ln: 4.1635019,
    };
    pub(crate) const WATER: Self = Self {
        inverse: -5.8002206e3,
        power: [1.3914993, -4.8640239e-2, 4.1764768e-5, -1.4452093e-8, 0.0],
        ln: 6.5459673,
    };

    /// Each coefficient chosen from this set and another one.
    #[inline(always)]
    pub(crate) fn or(&self, other: &Self, choose: impl Fn(f64, f64) -> f64) -> Self {
        Self {
            inverse: choose(self.inverse, other.inverse),
            power: std::array::from_fn(|i| choose(self.power[i], other.power[i])),
            ln: choose(self.ln, other.ln),
        }
    }

    /// `ln pws` and its derivative at k kelvin.
    #[inline(always)]
    pub(crate) fn ln_pressure(&self, k: f64, ln_k: f64) -> (f64, f64) {
        let [c0, c1, c2, c3, c4] = self.power;
        let polynomial = c0 + k * (c1 + k * (c2 + k * (c3 + k * c4)));
        let slope = c1 + k * (2.0 * c2 + k * (3.0 * c3 + k * 4.0 * c4));
        let per_k = 1.0 / k;
        let value = self.inverse * per_k + polynomial + self.ln * ln_k;
        (value, (self.ln - self.inverse * per_k) * per_k + slope)
    }
}

/// Root in `[low, high]` of an increasing function given with its derivative: Newton's method, with a bisection where
/// a step leaves the bracket. A Newton step below 1e-6 °C ends the search: the next one would be below 1e-13, and below
/// 1e-9 even within 1e-3 °C of the boiling point, where the curvature is large.
fn increasing_root(mut low: f64, mut high: f64, guess: f64, f: impl Fn(f64) -> (f64, f64)) -> Result<f64> {
    const MAX_STEPS: usize = 100;
    let mut x = if guess > low && guess < high { guess } else { 0.5 * (low + high) };
    for _ in 0..MAX_STEPS {
        let (value, slope) = f(x);
        if value > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let step = value / slope;
        let newton = x - step;
        if newton >= low && newton <= high {
            if step.abs() < 1e-6 {
                return Ok(newton);
            }
            x = newton;
        } else {
            x = 0.5 * (low + high);
        }
        // the saturation formula jumps by 1e-8 of its value at the triple point: there may be no exact root
        if high - low < 1e-10 {
            return Ok(x);
        }
    }
    Err(Error::NoConvergence { steps: MAX_STEPS, celsius: x })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saturation_at_freezing() {
        common::assert_close!(FREEZING_PA, ln_saturation_pressure(0.0).0.exp(), rel = 1e-13);
    }
}
