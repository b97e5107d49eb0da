//! Whole numbers for exact comparison.
//!
//! Costs are rounded up and budgets down, so that a set which fits in whole numbers fits in real ones. A value within
//! 1e-6 of a whole number is that number first: in binary 2.007 s times 1000 lies above 2007.

use crate::{Error, Result};

/// Units per joule and per second: millijoule and millisecond.
pub const COST_UNITS: f64 = 1000.0;
/// Units per 1 of quality.
pub const QUALITY_UNITS: f64 = 1e6;
/// The largest cost, in units: sums of 128 stay exact as `f64`.
const MOST: f64 = (1_u64 << 45) as f64;
/// A budget that never binds.
pub(crate) const UNLIMITED: i64 = 1 << 60;

fn snapped(units: f64) -> Option<f64> {
    let near = units.round();
    ((units - near).abs() <= 1e-6).then_some(near)
}

/// A cost of `value` J or s in whole millijoules or milliseconds, rounded up.
///
/// ```
/// use moe2_edge::fixed::cost_units;
/// assert_eq!(cost_units("delay", 2.007)?, 2007);
/// assert_eq!(cost_units("delay", 2.0071)?, 2008);
/// assert!(cost_units("energy", -1.0).is_err());
/// # Ok::<(), moe2_edge::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidValue`] for a value that is negative, not finite, or above 3e10.
pub fn cost_units(what: &str, value: f64) -> Result<i64> {
    let units = value * COST_UNITS;
    if !(0.0..=MOST).contains(&units) {
        return Err(Error::InvalidValue {
            what: what.into(),
            rule: "finite, not negative and below 3e10",
            value,
        });
    }
    Ok(whole(snapped(units).unwrap_or_else(|| units.ceil())))
}

/// A budget of `value` J or s in whole millijoules or milliseconds, rounded down; infinity is no limit.
///
/// ```
/// use moe2_edge::fixed::budget_units;
/// assert_eq!(budget_units("delay", 1.001)?, 1001);
/// assert_eq!(budget_units("delay", 1.0019)?, 1001);
/// # Ok::<(), moe2_edge::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidValue`] for a value that is negative or not a number.
pub fn budget_units(what: &str, value: f64) -> Result<i64> {
    if value.is_nan() || value < 0.0 {
        return Err(Error::InvalidValue { what: what.into(), rule: "not negative", value });
    }
    let units = value * COST_UNITS;
    Ok(if units < MOST { whole(snapped(units).unwrap_or_else(|| units.floor())) } else { UNLIMITED })
}

/// A quality in whole millionths, to the nearest.
pub(crate) fn quality_units(score: f32) -> f64 {
    (f64::from(score) * QUALITY_UNITS).round()
}

/// The whole number that a float below 2⁶³ holds.
#[allow(clippy::cast_possible_truncation, reason = "callers keep the number below 2^60")]
pub(crate) fn whole(value: f64) -> i64 {
    value as i64
}
