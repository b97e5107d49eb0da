//! Reader of `EnergyPlus` weather files (EPW), plain or compressed with gzip.
//!
//! Files have defects. What the reader does with each, and how many hours it concerns, stands in [`Defects`]; a file
//! that is no EPW file at all is an error that names the line.

mod lines;
mod row;

use std::io::{BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use crate::{
    error::{Error, Result},
    units::{Celsius, Elevation, Pascal, RelativeHumidity},
    weather::{DateTime, Hour, Weather},
    wet_bulb::{WetBulbModel, wet_bulb},
};
use lines::Lines;

/// A weather file.
#[derive(Debug, Clone, PartialEq)]
pub struct Epw {
    /// Where it was measured.
    pub station: Station,
    /// Its hours, in the order of the file.
    pub hours: Vec<EpwHour>,
    /// What is wrong with it.
    pub defects: Defects,
}

/// The header line `LOCATION`.
#[derive(Debug, Clone, PartialEq)]
pub struct Station {
    /// City.
    pub city: String,
    /// State, province or region.
    pub region: String,
    /// Country as the file has it, mostly ISO 3166-1 alpha-3.
    pub country: String,
    /// Kind of data, such as `TMY3` or `SWERA`.
    pub source: String,
    /// Number of the World Meteorological Organization, as text.
    pub wmo: String,
    /// Latitude, degrees north, -90..=90.
    pub latitude_deg: f64,
    /// Longitude, degrees east, -180..=180.
    pub longitude_deg: f64,
    /// Local standard time minus UTC, hours, -12..=14.
    pub utc_offset_h: f64,
    /// Height above sea level.
    pub elevation: Elevation,
}

/// One hour. What is missing or cannot be right is `None`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpwHour {
    /// Beginning of the hour in local standard time: hour 1 of the file is 00:00, hour 24 is 23:00. The year is that
    /// of [`Years`].
    pub time: DateTime,
    /// Year in which it was measured. Typical years are put together from months of different years.
    pub source_year: i16,
    /// Dry bulb.
    pub temperature: Option<Celsius>,
    /// Dew point.
    pub dew_point: Option<Celsius>,
    /// Relative humidity.
    pub humidity: Option<RelativeHumidity>,
    /// Air pressure at the station.
    pub pressure: Option<Pascal>,
}

/// Numbers of hours with each defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Defects {
    /// Dew point above the dry bulb, by at most 1 °C, or without a dew point a humidity of at most 106 %. Taken as
    /// saturated air: humidity 100 %.
    pub supersaturation_clamped: u64,
    /// The same by more: one of the two temperatures is wrong, so temperature, dew point and humidity become `None`.
    pub supersaturation_nulled: u64,
    /// Humidity above 100 % in the file; each of these hours is also in one of the two numbers above, or has a
    /// dew point that does not exceed the dry bulb and its humidity set to 100 %.
    pub humidity_above_100: u64,
    /// Temperature missing (99.9) or outside -90..=60 °C.
    pub temperature_missing: u64,
    /// Humidity missing (999) or below 0 %.
    pub humidity_missing: u64,
    /// Pressure missing (999999) or outside 31 000..=120 000 Pa.
    pub pressure_missing: u64,
    /// Humidity differs by more than 10 percentage points from what the dew point implies. Left as it is.
    pub humidity_disagrees: u64,
    /// Pressure more than 3 % away from the standard atmosphere at the station's height. Left as it is.
    pub pressure_unusual: u64,
}

impl Defects {
    /// Each number of hours with what is wrong and what became of it.
    #[must_use]
    pub fn described(&self) -> [(u64, &'static str); 8] {
        [
            (
                self.supersaturation_clamped,
                "dew point above the dry bulb by at most 1 °C: humidity set to 100 %",
            ),
            (self.supersaturation_nulled, "dew point above the dry bulb by more: left out"),
            (self.humidity_above_100, "humidity above 100 % in the file (clamped or left out as said above)"),
            (self.temperature_missing, "temperature missing or impossible: left out"),
            (self.humidity_missing, "humidity missing or impossible: left out"),
            (self.pressure_missing, "pressure missing or impossible: sea level or --elevation instead"),
            (self.humidity_disagrees, "humidity and dew point differ by more than 10 points: kept"),
            (self.pressure_unusual, "pressure more than 3 % off the standard atmosphere: kept"),
        ]
    }
}

/// Which year the times are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Years {
    /// The same for all hours, whenever they were measured.
    Label(i16),
    /// That of the file, hour by hour.
    Source,
}

impl Default for Years {
    /// 2001, a year without a leap day: right for typical years.
    fn default() -> Self {
        Self::Label(2001)
    }
}

/// Reads a file. Compression is recognised by itself; both line ends are accepted.
///
/// ```
/// use water_dc::epw::{Years, read_epw};
/// let header = "LOCATION,Nairobi,-,KEN,TEST,637400,-1.32,36.92,3.0,1624.0\n".to_owned()
///     + &"COMMENTS 1,a line of the header\n".repeat(6)
///     + "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31\n";
/// let hour = "1998,1,31,24,60,?9,16.7,7.0,53,83400,9999\n";
/// let epw = read_epw((header + hour).as_bytes(), Years::default())?;
/// assert_eq!(epw.hours[0].time.to_string(), "2001-01-31T23:00:00");
/// assert_eq!((epw.hours[0].source_year, epw.hours[0].pressure.map(|p| p.get())), (1998, Some(83_400.0)));
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`Error::Line`] with the line of what is wrong: a header that does not begin with `LOCATION` or has impossible
/// coordinates, a number of records an hour other than one, a line without the first ten fields, a field that is no
/// number, a date that the year does not have, a line beyond 64 KiB or an hour beyond the millionth;
/// [`Error::NoHours`] for a file without hours; [`Error::Io`].
pub fn read_epw(source: impl Read, years: Years) -> Result<Epw> {
    let mut source = BufReader::new(source);
    if source.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        read(BufReader::new(MultiGzDecoder::new(source)), years)
    } else {
        read(source, years)
    }
}

fn read(source: impl BufRead, years: Years) -> Result<Epw> {
    const MOST_HOURS: usize = 1_000_000;
    const HEADER_LINES: u64 = 8;
    let mut lines = Lines::new(source);
    let station = lines.required()?.station()?;
    for _ in 2..HEADER_LINES {
        lines.required()?;
    }
    lines.required()?.check_periods()?;
    let reader = row::Reader::new(&station, years);
    let (mut hours, mut defects) = (Vec::new(), Defects::default());
    while let Some(line) = lines.next()? {
        if line.is_blank() {
            continue;
        }
        if hours.len() == MOST_HOURS {
            return Err(line.wrong("hour", "one of at most 1000000"));
        }
        hours.push(reader.hour(&line, &mut defects)?);
    }
    if hours.is_empty() { Err(Error::NoHours) } else { Ok(Epw { station, hours, defects }) }
}

impl Epw {
    /// The hours that have temperature and humidity, for the functions of [`weather`](crate::weather); the others are
    /// counted as skipped.
    #[must_use]
    pub fn weather(&self) -> Weather<Hour> {
        let hours: Vec<Hour> = self.hours.iter().filter_map(EpwHour::hour).collect();
        let skipped = (self.hours.len() - hours.len()) as u64;
        Weather { hours, skipped }
    }

    /// Number of hours in which Stull's fit lies above the dry bulb, and by how much at most, °C. The fit does that
    /// near saturation; it is not capped.
    #[must_use]
    pub fn stull_above_dry_bulb(&self) -> (u64, f64) {
        let excess = self.hours.iter().filter_map(EpwHour::hour).filter_map(|hour| {
            let tw = wet_bulb(hour.temperature, hour.humidity, &WetBulbModel::Stull).ok()?;
            Some(tw.0 - hour.temperature.0).filter(|excess| *excess > 0.0)
        });
        excess.fold((0, 0.0), |(hours, most), excess| (hours + 1, excess.max(most)))
    }
}

impl EpwHour {
    /// The hour without what only this format has; `None` if temperature or humidity is missing.
    #[must_use]
    pub fn hour(&self) -> Option<Hour> {
        let (temperature, humidity) = (self.temperature?, self.humidity?);
        Some(Hour { time: self.time, temperature, humidity, pressure: self.pressure })
    }
}
