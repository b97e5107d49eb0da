//! Readers that give tables of one form: `station_id` and `country` (text), `year` (of the local time), `ts`
//! (milliseconds, UTC), `t_c` (°C), `rh` (percent), `p_pa` (Pa). What is missing or unreadable as a time is null.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
    sync::Arc,
};

use polars::prelude::{
    Column, DataFrame, DataType, Expr, Field, Int32Chunked, Int64Chunked, IntoColumn, IntoLazy,
    LazyCsvReader, LazyFileListReader, LazyFrame, Literal, NULL, NamedFrom, PlRefPath, PlSmallStr,
    PolarsResult, Schema, Series, TimeUnit, TimeZone, col, lit, when,
};

use super::wue::{Numbers, column, float_field};
use crate::{
    Tables,
    epw::Epw,
    error::{Error, Result},
    units::{Celsius, Pascal, RelativeHumidity},
    weather::{DateTime, read::civil_time},
    wet_bulb::saturation_pressure,
};

/// What a file does not say about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Station, where the file has no column of it.
    pub station: String,
    /// ISO 3166-1 alpha-2 code of the country, where the file has no column of it.
    pub country: String,
    /// The file's clock minus UTC, hours.
    pub utc_offset_h: f64,
}

/// Where a comma-separated file has what. Columns that are not named are ignored.
#[derive(Debug, Clone, PartialEq)]
pub struct CsvFormat {
    /// Column of the station, used if the file has it.
    pub station: Option<String>,
    /// Column of the country, used if the file has it. Names in the tables of this crate become codes.
    pub country: Option<String>,
    /// Time of the row.
    pub time: Time,
    /// Column of the dry-bulb temperature.
    pub temperature: (String, TemperatureUnit),
    /// Humidity.
    pub humidity: Humidity,
    /// Column of the air pressure at the station.
    pub pressure: Option<(String, PressureUnit)>,
    /// Number that stands for a missing value.
    pub missing: Option<f64>,
    /// The line before the header, where the file begins with free text.
    pub header_after: Option<String>,
}

/// Time of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Time {
    /// A column `YYYY-MM-DD HH:MM[:SS]`.
    Text(String),
    /// Columns of year, month, day and hour (0..=23).
    Fields([String; 4]),
}

/// Humidity of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Humidity {
    /// Column of the relative humidity in percent.
    Percent(String),
    /// Column of the dew point, from which the relative humidity is computed.
    DewPoint(String, TemperatureUnit),
}

/// Unit of a temperature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemperatureUnit {
    /// °C.
    Celsius,
    /// K.
    Kelvin,
}

/// Unit of a pressure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PressureUnit {
    /// Pa.
    Pascal,
    /// hPa, the same as millibar.
    Hectopascal,
    /// kPa.
    Kilopascal,
}

impl CsvFormat {
    /// The published data set of the paper: whole (27 columns) or an extract. Its clock is local time.
    #[must_use]
    pub fn published() -> Self {
        Self {
            station: Some("city".into()),
            country: Some("country".into()),
            time: Time::Text("timestamp".into()),
            temperature: ("temperature".into(), TemperatureUnit::Celsius),
            humidity: Humidity::Percent("humidity".into()),
            pressure: None,
            missing: None,
            header_after: None,
        }
    }

    /// Meteostat's hourly data: `time`, `temp`, `rhum`, `pres` (hPa). Its clock is UTC. Its pressure is reduced to sea
    /// level and therefore not taken.
    #[must_use]
    pub fn meteostat() -> Self {
        Self {
            station: Some("station".into()),
            country: None,
            time: Time::Text("time".into()),
            temperature: ("temp".into(), TemperatureUnit::Celsius),
            humidity: Humidity::Percent("rhum".into()),
            pressure: None,
            missing: None,
            header_after: None,
        }
    }

    /// NASA POWER's hourly data: `YEAR`, `MO`, `DY`, `HR`, `T2M`, `RH2M`, `PS` (kPa), -999 for missing values, after
    /// a header that ends with `-END HEADER-`. Its clock is that of the request.
    #[must_use]
    pub fn nasa_power() -> Self {
        Self {
            station: None,
            country: None,
            time: Time::Fields(["YEAR", "MO", "DY", "HR"].map(Into::into)),
            temperature: ("T2M".into(), TemperatureUnit::Celsius),
            humidity: Humidity::Percent("RH2M".into()),
            pressure: Some(("PS".into(), PressureUnit::Kilopascal)),
            missing: Some(-999.0),
            header_after: Some("-END HEADER-".into()),
        }
    }

    /// ERA5 as a table: `valid_time`, `t2m` and `d2m` (dew point) in K, `sp` in Pa. Its clock is UTC.
    #[must_use]
    pub fn era5() -> Self {
        Self {
            station: None,
            country: None,
            time: Time::Text("valid_time".into()),
            temperature: ("t2m".into(), TemperatureUnit::Kelvin),
            humidity: Humidity::DewPoint("d2m".into(), TemperatureUnit::Kelvin),
            pressure: Some(("sp".into(), PressureUnit::Pascal)),
            missing: None,
            header_after: None,
        }
    }

    fn columns(&self) -> (Vec<&str>, Vec<&str>) {
        let mut texts = Vec::new();
        let mut numbers = vec![self.temperature.0.as_str()];
        match &self.time {
            Time::Text(name) => texts.push(name.as_str()),
            Time::Fields(names) => numbers.extend(names.iter().map(String::as_str)),
        }
        match &self.humidity {
            Humidity::Percent(name) | Humidity::DewPoint(name, _) => numbers.push(name),
        }
        numbers.extend(self.pressure.iter().map(|(name, _)| name.as_str()));
        (texts, numbers)
    }
}

/// Opens a comma-separated file. Nothing is read yet but its header.
///
/// # Errors
/// [`Error::MissingColumn`]; [`Error::Field`] if the line before the header is not among the first thousand;
/// [`Error::Quantity`] for an impossible clock; [`Error::Polars`], [`Error::Io`]. A field that is not a number is an
/// error when the table is computed.
pub fn read_csv(path: &Path, format: &CsvFormat, source: &Source) -> Result<LazyFrame> {
    let offset_ms = offset_ms(source.utc_offset_h)?;
    let skip = match &format.header_after {
        Some(marker) => lines_through(path, marker)?,
        None => 0,
    };
    let (texts, numbers) = format.columns();
    let dtypes: Schema = numbers.iter().map(|name| Field::new((*name).into(), DataType::Float64)).collect();
    let mut frame = LazyCsvReader::new(PlRefPath::try_from_path(path)?)
        .with_skip_lines(skip)
        .with_infer_schema_length(Some(0)) // everything else stays text
        .with_dtype_overwrite(Some(Arc::new(dtypes)))
        .finish()?;
    let schema = frame.collect_schema()?;
    for name in texts.iter().chain(&numbers) {
        if !schema.contains(name) {
            let found = schema.iter_names().map(ToString::to_string).collect();
            return Err(Error::MissingColumn { column: (*name).to_owned(), found });
        }
    }
    let named = |column: &Option<String>, otherwise: &str| match column {
        Some(name) if schema.contains(name) => col(name),
        _ => lit(otherwise.to_owned()),
    };
    let number = |name: &str| match format.missing {
        Some(missing) => when(col(name).neq(lit(missing))).then(col(name)).otherwise(lit(NULL)),
        None => col(name),
    };
    let celsius = |name: &str, unit| match unit {
        TemperatureUnit::Celsius => number(name),
        TemperatureUnit::Kelvin => number(name) - lit(273.15),
    };
    let t = celsius(&format.temperature.0, format.temperature.1);
    let rh = match &format.humidity {
        Humidity::Percent(name) => number(name),
        Humidity::DewPoint(name, unit) => humidity_of(celsius(name, *unit), t.clone()),
    };
    let p = match &format.pressure {
        None => lit(NULL).cast(DataType::Float64),
        Some((name, PressureUnit::Pascal)) => number(name),
        Some((name, PressureUnit::Hectopascal)) => number(name) * lit(100.0),
        Some((name, PressureUnit::Kilopascal)) => number(name) * lit(1000.0),
    };
    let local = local_ms(&format.time);
    Ok(frame.select([
        named(&format.station, &source.station).alias("station_id"),
        country_code(named(&format.country, &source.country)).alias("country"),
        year_of(local.clone()).alias("year"),
        (local - lit(offset_ms))
            .map(|ms| utc(&ms), |_, field| Ok(Field::new(field.name().clone(), UTC)))
            .alias("ts"),
        t.alias("t_c"),
        rh.alias("rh"),
        p.alias("p_pa"),
    ]))
}

/// An EPW file as a table, with `source_year` after the usual columns. `country` is the code for its country.
///
/// # Errors
/// [`Error::Quantity`] for an impossible clock; [`Error::Polars`].
pub fn epw_frame(epw: &Epw, country: &str) -> Result<LazyFrame> {
    let offset_ms = offset_ms(epw.station.utc_offset_h)?;
    let rows = epw.hours.len();
    let text =
        |name: &str, value: &str| Column::new_scalar(name.into(), PlSmallStr::from(value).into(), rows);
    let numbers = |name: &str, of: fn(&crate::epw::EpwHour) -> Option<f64>| {
        Series::new(name.into(), epw.hours.iter().map(of).collect::<Vec<_>>()).into_column()
    };
    let years = |name: &str, of: fn(&crate::epw::EpwHour) -> i16| {
        Series::new(name.into(), epw.hours.iter().map(|hour| i32::from(of(hour))).collect::<Vec<_>>())
            .into_column()
    };
    let ts: Vec<i64> = epw.hours.iter().map(|hour| milliseconds(hour.time) - offset_ms).collect();
    let columns = vec![
        text("station_id", &epw.station.wmo),
        text("country", country),
        years("year", |hour| hour.time.year()),
        utc(&Series::new("ts".into(), ts).into_column())?,
        numbers("t_c", |hour| hour.temperature.map(|t| t.0)),
        numbers("rh", |hour| hour.humidity.map(RelativeHumidity::percent)),
        numbers("p_pa", |hour| hour.pressure.map(Pascal::get)),
        years("source_year", |hour| hour.source_year),
    ];
    Ok(DataFrame::new(rows, columns)?.lazy())
}

const UTC: DataType = DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC));

/// Milliseconds since 1970 as a time. (A cast would need the database of time zones.)
fn utc(ms: &Column) -> PolarsResult<Column> {
    let time = ms.i64()?.clone().into_datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC));
    Ok(time.into_column())
}

fn offset_ms(hours: f64) -> Result<i64> {
    if (-14.0..=14.0).contains(&hours) {
        #[expect(clippy::cast_possible_truncation, reason = "at most 14 hours")]
        return Ok((hours * 3.6e6).round() as i64);
    }
    Err(Error::Quantity { quantity: "clock minus UTC in hours", rule: "in -14..=14", value: hours })
}

/// Number of lines up to the one that a header follows.
fn lines_through(path: &Path, marker: &str) -> Result<usize> {
    const MOST: usize = 1000;
    const LONGEST: u64 = 1 << 16;
    let mut file = BufReader::new(File::open(path)?);
    for number in 1..=MOST {
        let mut line = Vec::new();
        if file.by_ref().take(LONGEST).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if String::from_utf8_lossy(&line).trim() == marker {
            return Ok(number);
        }
    }
    let rule = "in the first 1000 lines, before the header";
    Err(Error::Field { column: "end of the introduction".into(), rule, value: marker.into() })
}

/// Milliseconds of the local clock since 1970.
fn local_ms(time: &Time) -> Expr {
    match time {
        Time::Text(name) => col(name).map(
            |texts| {
                let ms = texts.str()?.iter().map(|text| text.and_then(civil_time).map(milliseconds));
                Ok(ms.collect::<Int64Chunked>().with_name(texts.name().clone()).into_column())
            },
            |_, field| Ok(Field::new(field.name().clone(), DataType::Int64)),
        ),
        Time::Fields([year, month, day, hour]) => col(year).map_many(
            |fields| {
                let fields = fields.iter().map(Numbers::of).collect::<PolarsResult<Vec<_>>>()?;
                let slices = fields.iter().map(Numbers::slice).collect::<PolarsResult<Vec<_>>>()?;
                let ms = (0..slices[0].len()).map(|row| {
                    let time = civil([slices[0][row], slices[1][row], slices[2][row], slices[3][row]]);
                    time.map(milliseconds)
                });
                Ok(ms.collect::<Int64Chunked>().with_name("ts".into()).into_column())
            },
            &[col(month), col(day), col(hour)],
            |_, _| Ok(Field::new("ts".into(), DataType::Int64)),
        ),
    }
}

fn civil([year, month, day, hour]: [f64; 4]) -> Option<DateTime> {
    #[expect(clippy::cast_possible_truncation, reason = "whole and in range, or no date")]
    let whole = |value: f64| (value.fract() == 0.0 && value.abs() < 10_000.0).then_some(value as i16);
    let small = |value: f64| whole(value).and_then(|value| i8::try_from(value).ok());
    DateTime::new(whole(year)?, small(month)?, small(day)?, small(hour)?, 0, 0, 0).ok()
}

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

fn milliseconds(time: DateTime) -> i64 {
    let since = time.duration_since(EPOCH);
    since.as_secs() * 1000 + i64::from(since.subsec_millis())
}

/// Year of milliseconds since 1970.
fn year_of(ms: Expr) -> Expr {
    ms.map(
        |ms| {
            let year = |ms: i64| {
                EPOCH
                    .checked_add(jiff::SignedDuration::from_millis(ms))
                    .ok()
                    .map(|time| i32::from(time.year()))
            };
            let years = ms.i64()?.iter().map(|ms| ms.and_then(year));
            Ok(years.collect::<Int32Chunked>().with_name(ms.name().clone()).into_column())
        },
        |_, field| Ok(Field::new(field.name().clone(), DataType::Int32)),
    )
}

/// Codes for the names that the tables know; anything else stays.
fn country_code(names: Expr) -> Expr {
    names.map(
        |names| {
            let tables = Tables::embedded();
            let mut last: Option<(String, String)> = None;
            let codes = names.str()?.iter().map(|name| {
                let name = name?;
                match &last {
                    Some((known, code)) if known == name => Some(code.clone()),
                    _ => {
                        let code = tables.country(name).map_or_else(|_| name.to_owned(), |c| c.iso2.clone());
                        last = Some((name.to_owned(), code.clone()));
                        Some(code)
                    }
                }
            });
            let codes: Vec<Option<String>> = codes.collect();
            Ok(Series::new(names.name().clone(), codes).into_column())
        },
        |_, field| Ok(Field::new(field.name().clone(), DataType::String)),
    )
}

/// Relative humidity in percent from dew point and temperature in °C; null where either is impossible. Above 100 where
/// the dew point exceeds the temperature, so that the row counts as invalid.
fn humidity_of(dew_point: Expr, t: Expr) -> Expr {
    let humidity = |dew_point: f64, t: f64| -> Result<f64> {
        let (vapour, saturation) =
            (saturation_pressure(Celsius(dew_point))?, saturation_pressure(Celsius(t))?);
        Ok(100.0 * (vapour.get() / saturation.get()))
    };
    let percent = dew_point.map_many(
        move |inputs| {
            let (dew_point, t) = (Numbers::of(&inputs[0])?, Numbers::of(&inputs[1])?);
            let rows = dew_point.slice()?.iter().zip(t.slice()?);
            Ok(column(&inputs[0], rows.map(|(d, t)| humidity(*d, *t).unwrap_or(f64::NAN)).collect()))
        },
        &[t],
        float_field,
    );
    percent.fill_nan(NULL.lit())
}
