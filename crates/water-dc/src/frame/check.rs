//! How many rows are invalid, and why.

use polars::prelude::{Engine, Expr, LazyFrame, col, len, lit};

use super::wue_lazy;
use crate::{
    columnar::{Columns, Encoding, Options},
    error::Result,
};

/// Numbers of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowReport {
    /// All.
    pub rows: u64,
    /// Temperature is null or not a number.
    pub temperature_missing: u64,
    /// Temperature outside the wet-bulb model's range.
    pub temperature_out_of_range: u64,
    /// Humidity is null or not a number.
    pub humidity_missing: u64,
    /// Humidity outside 0..=100 %.
    pub humidity_out_of_range: u64,
    /// No wet bulb, for any of these reasons or because the pressure is impossible. A row counts once here.
    pub invalid: u64,
}

/// Counts the rows that [`wue_lazy`] makes null, by cause.
///
/// ```
/// use polars::prelude::*;
/// use water_dc::{columnar::{Columns, Options}, frame};
/// let weather = df!("t_c" => [Some(20.0), None, Some(99.0)], "rh" => [50.0, 150.0, 50.0])?.lazy();
/// let columns = Columns { pressure: None, ..Columns::own() };
/// let report = frame::check_rows(weather, &columns, &Options::paper())?;
/// assert_eq!((report.rows, report.invalid), (3, 2));
/// assert_eq!((report.temperature_missing, report.temperature_out_of_range), (1, 1));
/// assert_eq!(report.humidity_out_of_range, 1);
/// # Ok::<(), water_dc::Error>(())
/// ```
///
/// # Errors
/// [`Error::Polars`](crate::Error::Polars) for a missing column or an unreadable file.
pub fn check_rows(frame: LazyFrame, columns: &Columns, options: &Options) -> Result<RowReport> {
    let (low, high) = options.wet_bulb.range();
    let tenths = match columns.encoding {
        Encoding::Numbers => 1.0,
        Encoding::Quantized => 10.0,
    };
    let count = |condition: Expr, name: &str| condition.fill_null(lit(false)).sum().alias(name);
    let number = |name: &str| col(name).cast(polars::prelude::DataType::Float64);
    let missing = |name: &str| number(name).is_null().or(number(name).is_nan());
    let outside = |name: &str, low: f64, high: f64| {
        number(name).lt(lit(low)).or(number(name).gt(lit(high))).and(number(name).is_not_nan())
    };
    let (t, rh) = (columns.temperature.as_str(), columns.humidity.as_str());
    let counts = wue_lazy(frame, columns, options)
        .select([
            len().alias("rows"),
            count(missing(t), "temperature_missing"),
            count(outside(t, tenths * low.0, tenths * high.0), "temperature_out_of_range"),
            count(missing(rh), "humidity_missing"),
            count(outside(rh, 0.0, 100.0), "humidity_out_of_range"),
            count(col("tw_c").is_null(), "invalid"),
        ])
        .collect_with_engine(Engine::Streaming)?
        .unwrap_single();
    let number = |name: &str| -> Result<u64> {
        Ok(counts.column(name)?.cast(&polars::prelude::DataType::UInt64)?.u64()?.get(0).unwrap_or(0))
    };
    Ok(RowReport {
        rows: number("rows")?,
        temperature_missing: number("temperature_missing")?,
        temperature_out_of_range: number("temperature_out_of_range")?,
        humidity_missing: number("humidity_missing")?,
        humidity_out_of_range: number("humidity_out_of_range")?,
        invalid: number("invalid")?,
    })
}
