//! Hourly weather: reading it, and the water use that follows from it.

pub(crate) mod read;
mod summary;
mod synthetic;

pub use jiff::civil::DateTime;
pub use read::{Columns, InvalidRows, PublishedHour, ReadOptions, Weather, read_hours, read_published};
pub use summary::{Choices, Month, Statistics, Summary, by_month, summarize};
pub use synthetic::SyntheticClimate;

use crate::{
    error::Result,
    units::{Celsius, Pascal, RelativeHumidity},
    wet_bulb::{PressureSource, WetBulbModel, wet_bulb},
};

/// Weather of one hour.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Hour {
    /// Civil time as the source gives it, without a zone.
    pub time: DateTime,
    /// Dry-bulb temperature, -90..=60 °C.
    pub temperature: Celsius,
    /// Relative humidity.
    pub humidity: RelativeHumidity,
    /// Air pressure at the station, if measured.
    pub pressure: Option<Pascal>,
}

impl Hour {
    /// Wet-bulb temperature of the hour. A psychrometric model takes the hour's own pressure if there is one, and
    /// otherwise its source.
    ///
    /// # Errors
    /// As [`wet_bulb`].
    pub fn wet_bulb(&self, model: &WetBulbModel) -> Result<Celsius> {
        let model = match (model, self.pressure) {
            (WetBulbModel::Psychrometric(_), Some(own)) => {
                WetBulbModel::Psychrometric(PressureSource::Fixed(own))
            }
            _ => *model,
        };
        wet_bulb(self.temperature, self.humidity, &model)
    }
}
