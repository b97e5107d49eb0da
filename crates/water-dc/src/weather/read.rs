//! Readers of hourly weather as comma-separated text.

use std::io::Read;

use super::{DateTime, Hour};
use crate::{
    error::{Error, Result},
    text::{Row, Text},
    units::{Celsius, Fahrenheit, LitersPerKwh, Pascal, RelativeHumidity},
    wet_bulb::in_range,
};

/// Which columns hold what. `None` means: recognise it by the usual names, whatever their case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// Civil time `YYYY-MM-DD HH:MM[:SS]`, with a blank or a `T`. Recognised: `timestamp`, `datetime`, `date_time`, `time`.
    pub time: Option<String>,
    /// Dry-bulb temperature in °C. Recognised: `temperature`, `temperature_c`, `temp_c`, `dry_bulb_c`.
    pub temperature: Option<String>,
    /// Relative humidity in percent. Recognised: `humidity`, `relative_humidity`, `humidity_percent`, `rh`.
    pub humidity: Option<String>,
    /// Air pressure at the station in Pa; the file need not have it. Recognised: `pressure_pa`.
    pub pressure: Option<String>,
}

/// What happens to a row that cannot be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum InvalidRows {
    /// The first one is the error of the whole file.
    #[default]
    Reject,
    /// They are left out and counted.
    Skip,
}

/// How a file is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Which columns hold what.
    pub columns: Columns,
    /// What happens to invalid rows.
    pub invalid_rows: InvalidRows,
}

/// What was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Weather<T> {
    /// The rows, in the order of the file.
    pub hours: Vec<T>,
    /// Rows left out because they were invalid.
    pub skipped: u64,
}

/// Row of the published data set, with what it computed.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PublishedHour {
    /// Civil time of the place; `None` only in the tables, where it is not known of some rows.
    pub time: Option<DateTime>,
    /// Column `temperature`.
    pub temperature: Celsius,
    /// Column `humidity`.
    pub humidity: RelativeHumidity,
    /// Column `wetbulb_temperature`, in °F although the temperature is in °C.
    pub wet_bulb: Fahrenheit,
    /// Column `WUE_FixedApproachDirect(L/KWh)`.
    pub fixed_approach: LitersPerKwh,
    /// Column `WUE_FixedColdWaterDirect(L/KWh)`.
    pub fixed_cold_water: LitersPerKwh,
    /// Column `WUE_Indirect(L/KWh)`, if the file has it.
    pub offsite: Option<LitersPerKwh>,
}

impl PublishedHour {
    /// The weather alone; `None` without a time.
    #[must_use]
    pub fn hour(&self) -> Option<Hour> {
        let (temperature, humidity) = (self.temperature, self.humidity);
        self.time.map(|time| Hour { time, temperature, humidity, pressure: None })
    }
}

/// Reads hourly weather. Byte-order mark and either line end are accepted; further columns are ignored.
///
/// ```
/// use water_dc::weather::{ReadOptions, read_hours};
/// let file = "timestamp,temperature,humidity\r\n2022-08-20 00:00:00,16.7,53\r\n";
/// let weather = read_hours(file.as_bytes(), &ReadOptions::default())?;
/// assert_eq!(weather.hours[0].temperature.0, 16.7);
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`Error::MissingColumn`]; [`Error::Line`] for a row that has the wrong number of fields, an unreadable one, a
/// temperature outside -90..=60 °C, a humidity outside 0..=100 % or a pressure that is not positive, unless invalid
/// rows are skipped; [`Error::NoHours`] if no row remains; [`Error::Io`].
pub fn read_hours(source: impl Read, options: &ReadOptions) -> Result<Weather<Hour>> {
    let text = Text::new(source, false)?;
    let named = &options.columns;
    let time = column(&text, named.time.as_deref(), &["timestamp", "datetime", "date_time", "time"])?;
    let temperature = column(
        &text,
        named.temperature.as_deref(),
        &["temperature", "temperature_c", "temp_c", "dry_bulb_c"],
    )?;
    let humidity = column(
        &text,
        named.humidity.as_deref(),
        &["humidity", "relative_humidity", "humidity_percent", "rh"],
    )?;
    let pressure = match named.pressure.as_deref() {
        Some(name) => Some(text.column(name)?),
        None => text.find(&["pressure_pa"]),
    };
    collect(text, options.invalid_rows, |row| {
        Ok(Hour {
            time: parse_time(row, time)?,
            temperature: parse_temperature(row, temperature)?,
            humidity: row.locate(RelativeHumidity::from_percent(row.number(humidity)?))?,
            pressure: pressure.map(|column| row.locate(Pascal::new(row.number(column)?))).transpose()?,
        })
    })
}

/// Reads a file of the published data set, a whole one or an extract: the columns of [`PublishedHour`] under their
/// published names, any others ignored.
///
/// # Errors
/// As [`read_hours`].
pub fn read_published(source: impl Read, invalid_rows: InvalidRows) -> Result<Weather<PublishedHour>> {
    let text = Text::new(source, false)?;
    let columns = PublishedColumns::of(&text)?;
    collect(text, invalid_rows, |row| {
        let hour = published_hour(row, &columns)?;
        if hour.time.is_none() {
            return Err(row.wrong(columns.time, TIME_RULE));
        }
        Ok(hour)
    })
}

/// Positions of the published columns.
pub(crate) struct PublishedColumns {
    time: usize,
    temperature: usize,
    humidity: usize,
    wet_bulb: usize,
    fixed_approach: usize,
    fixed_cold_water: usize,
    offsite: Option<usize>,
}

impl PublishedColumns {
    pub(crate) fn of<R: Read>(text: &Text<R>) -> Result<Self> {
        Ok(Self {
            time: text.column("timestamp")?,
            temperature: text.column("temperature")?,
            humidity: text.column("humidity")?,
            wet_bulb: text.column("wetbulb_temperature")?,
            fixed_approach: text.column("WUE_FixedApproachDirect(L/KWh)")?,
            fixed_cold_water: text.column("WUE_FixedColdWaterDirect(L/KWh)")?,
            offsite: text.find(&["WUE_Indirect(L/KWh)"]),
        })
    }
}

pub(crate) fn published_hour(row: &Row<'_>, columns: &PublishedColumns) -> Result<PublishedHour> {
    let wue = |column| row.locate(LitersPerKwh::new(row.number(column)?));
    Ok(PublishedHour {
        time: if row.text(columns.time).is_empty() { None } else { Some(parse_time(row, columns.time)?) },
        temperature: parse_temperature(row, columns.temperature)?,
        humidity: row.locate(RelativeHumidity::from_percent(row.number(columns.humidity)?))?,
        wet_bulb: Fahrenheit(row.finite(columns.wet_bulb)?),
        fixed_approach: wue(columns.fixed_approach)?,
        fixed_cold_water: wue(columns.fixed_cold_water)?,
        offsite: columns.offsite.map(wue).transpose()?,
    })
}

const TIME_RULE: &str = "a time YYYY-MM-DD HH:MM[:SS]";

fn parse_time(row: &Row<'_>, column: usize) -> Result<DateTime> {
    civil_time(row.text(column)).ok_or_else(|| row.wrong(column, TIME_RULE))
}

/// Strictly this form: jiff would also take a date for midnight and drop an offset from UTC.
pub(crate) fn civil_time(text: &str) -> Option<DateTime> {
    let bytes = text.as_bytes();
    let of_day = |byte: &u8| byte.is_ascii_digit() || *byte == b':';
    let strict = matches!(bytes.len(), 16 | 19)
        && bytes[4] == b'-'
        && matches!(bytes[10], b' ' | b'T')
        && bytes[11..].iter().all(of_day);
    if strict { text.parse().ok() } else { None }
}

fn parse_temperature(row: &Row<'_>, column: usize) -> Result<Celsius> {
    let t = Celsius(row.number(column)?);
    row.locate(in_range(t, -90.0, 60.0, "weather")).map(|_| t)
}

fn column<R: Read>(text: &Text<R>, named: Option<&str>, usual: &[&str]) -> Result<usize> {
    match named {
        Some(name) => text.column(name),
        None => text.find(usual).map_or_else(|| text.column(usual[0]), Ok),
    }
}

fn collect<R: Read, T>(
    mut text: Text<R>,
    invalid_rows: InvalidRows,
    parse: impl Fn(&Row<'_>) -> Result<T>,
) -> Result<Weather<T>> {
    let mut weather = Weather { hours: Vec::new(), skipped: 0 };
    loop {
        let parsed = match text.next_row() {
            Ok(None) => break,
            Ok(Some(row)) => parse(&row),
            Err(error) => Err(error),
        };
        match parsed {
            Ok(hour) => weather.hours.push(hour),
            Err(Error::Line { .. }) if invalid_rows == InvalidRows::Skip => weather.skipped += 1,
            Err(error) => return Err(error),
        }
    }
    if weather.hours.is_empty() { Err(Error::NoHours) } else { Ok(weather) }
}
