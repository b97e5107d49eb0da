//! Means and extremes of wet bulb and on-site water use over hours.

use std::collections::BTreeMap;

use super::Hour;
use crate::{
    error::{Error, Result},
    tower::{LowTemperature, TowerModel, onsite_wue},
    units::{Celsius, LitersPerKwh},
    wet_bulb::WetBulbModel,
};

/// Choices that a summary depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Choices {
    /// Wet-bulb model.
    pub wet_bulb: WetBulbModel,
    /// What happens at low wet-bulb temperatures.
    pub low_temperature: LowTemperature,
}

/// Mean and extremes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Statistics<T> {
    /// Arithmetic mean.
    pub mean: T,
    /// Least value.
    pub min: T,
    /// Greatest value.
    pub max: T,
}

/// Wet bulb and on-site water use of some hours. Means are means of hourly values, not values at mean weather.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Summary {
    /// Number of hours.
    pub hours: usize,
    /// Wet-bulb temperature.
    pub wet_bulb: Statistics<Celsius>,
    /// Water use by Eq. 1.
    pub fixed_approach: Statistics<LitersPerKwh>,
    /// Water use by Eq. 2.
    pub fixed_cold_water: Statistics<LitersPerKwh>,
}

/// Summary of a calendar month.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Month {
    /// Year.
    pub year: i16,
    /// Month, 1..=12.
    pub month: i8,
    /// What it was like.
    pub summary: Summary,
}

/// Summary of all hours together.
///
/// ```
/// use water_dc::{tower::LowTemperature, weather::*, wet_bulb::WetBulbModel};
/// let hours = SyntheticClimate::HIGHLAND.hours(2023)?;
/// let choices = Choices { wet_bulb: WetBulbModel::Stull, low_temperature: LowTemperature::Extrapolate };
/// let year = summarize(&hours, &choices)?;
/// assert_eq!(year.hours, 8760);
/// assert!(year.fixed_cold_water.mean.get() > 1.17);     // Eq. 2 is never below 1.173 L/kWh
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`Error::NoHours`] for none; errors of the wet-bulb model.
pub fn summarize(hours: &[Hour], choices: &Choices) -> Result<Summary> {
    summary_of(hours.iter(), choices)
}

/// Summary of every calendar month that occurs, in order of time.
///
/// # Errors
/// As [`summarize`].
pub fn by_month(hours: &[Hour], choices: &Choices) -> Result<Vec<Month>> {
    let mut months: BTreeMap<(i16, i8), Vec<&Hour>> = BTreeMap::new();
    for hour in hours {
        months.entry((hour.time.year(), hour.time.month())).or_default().push(hour);
    }
    if months.is_empty() {
        return Err(Error::NoHours);
    }
    months
        .into_iter()
        .map(|((year, month), hours)| {
            Ok(Month { year, month, summary: summary_of(hours.into_iter(), choices)? })
        })
        .collect()
}

fn summary_of<'a>(hours: impl Iterator<Item = &'a Hour>, choices: &Choices) -> Result<Summary> {
    let (mut wet_bulb, mut approach, mut cold_water) = (Vec::new(), Vec::new(), Vec::new());
    for hour in hours {
        let tw = hour.wet_bulb(&choices.wet_bulb)?;
        let wue =
            |model| onsite_wue(tw.to_fahrenheit(), model, &choices.low_temperature).map(LitersPerKwh::get);
        wet_bulb.push(tw.0);
        approach.push(wue(&TowerModel::FixedApproach)?);
        cold_water.push(wue(&TowerModel::FixedColdWater)?);
    }
    Ok(Summary {
        hours: wet_bulb.len(),
        wet_bulb: statistics(&wet_bulb, Celsius)?,
        fixed_approach: statistics(&approach, LitersPerKwh::non_negative)?,
        fixed_cold_water: statistics(&cold_water, LitersPerKwh::non_negative)?,
    })
}

fn statistics<T>(values: &[f64], unit: impl Fn(f64) -> T) -> Result<Statistics<T>> {
    let mean = common::stats::mean(values).ok_or(Error::NoHours)?;
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Ok(Statistics { mean: unit(mean), min: unit(min), max: unit(max) })
}
