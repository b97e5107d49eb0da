//! Generated weather, for examples and for runs without data.

use std::f64::consts::TAU;

use super::{DateTime, Hour};
use crate::{
    error::{Error, Result},
    units::{Celsius, RelativeHumidity},
    wet_bulb::in_range,
};

/// **Synthetic** weather: sums of cosines with a seasonal, a daily and two irregular periods. It stands for no place
/// and no year; nothing computed from it is a result about a country. The same fields always give the same hours.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SyntheticClimate {
    /// Mean temperature, °C.
    pub mean_c: f64,
    /// Half the difference between the warmest and the coldest season, °C.
    pub seasonal_c: f64,
    /// Half the difference between afternoon and morning, °C.
    pub diurnal_c: f64,
    /// Mean relative humidity, percent.
    pub mean_humidity_percent: f64,
    /// Half the difference in humidity between morning and afternoon, percent.
    pub diurnal_humidity_percent: f64,
    /// Day of the year that is warmest, 1..=366.
    pub warmest_day: f64,
}

impl SyntheticClimate {
    /// A tropical highland, roughly: 19 °C, 65 %.
    pub const HIGHLAND: Self = Self {
        mean_c: 19.0,
        seasonal_c: 2.0,
        diurnal_c: 5.0,
        mean_humidity_percent: 65.0,
        diurnal_humidity_percent: 20.0,
        warmest_day: 60.0,
    };

    /// Every hour of a calendar year. Humidity is clamped to 1..=100 %.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a year outside 1..=9999 or a field that is not finite, [`Error::Temperature`] if a
    /// temperature leaves -90..=60 °C.
    pub fn hours(&self, year: i16) -> Result<Vec<Hour>> {
        const HOTTEST_HOUR: f64 = 15.0;
        const YEAR_H: f64 = 8766.0;
        const SPELLS_H: [f64; 2] = [24.0 * 5.3, 24.0 * 11.7];
        let bad_year = || Error::Quantity { quantity: "year", rule: "in 1..=9999", value: f64::from(year) };
        if year < 1 {
            return Err(bad_year());
        }
        let mut time = DateTime::new(year, 1, 1, 0, 0, 0, 0).map_err(|_| bad_year())?;
        let mut hours = Vec::with_capacity(8784);
        for index in 0.. {
            if time.year() != year {
                break;
            }
            let h = f64::from(index);
            let season = (TAU * (h - 24.0 * (self.warmest_day - 1.0)) / YEAR_H).cos();
            let day = (TAU * (h - HOTTEST_HOUR) / 24.0).cos();
            let spell: f64 = SPELLS_H.iter().map(|period| (TAU * h / period).sin()).sum();
            let temperature = Celsius(
                self.mean_c + self.seasonal_c * season + self.diurnal_c * day + 0.2 * self.diurnal_c * spell,
            );
            in_range(temperature, -90.0, 60.0, "weather")?;
            let percent = self.mean_humidity_percent - self.diurnal_humidity_percent * (day + 0.2 * spell);
            let humidity = RelativeHumidity::from_percent(percent.clamp(1.0, 100.0))?;
            hours.push(Hour { time, temperature, humidity, pressure: None });
            let Ok(next) = time.checked_add(jiff::Span::new().hours(1)) else { break };
            time = next;
        }
        Ok(hours)
    }
}
