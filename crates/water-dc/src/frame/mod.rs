//! Tables of any size with polars: lazy expressions around the loops of [`batch`](crate::batch), sums of groups,
//! partitioned Parquet. Everything here runs in polars' streaming engine, whose memory does not grow with the number of
//! rows.
//!
//! ```
//! use polars::prelude::*;
//! use water_dc::{columnar::{Columns, Options}, frame};
//!
//! let weather = df!("t_c" => [20.0, 99.0], "rh" => [50.0, 50.0])?.lazy();
//! let columns = Columns { pressure: None, ..Columns::own() };
//! let table = frame::wue_lazy(weather, &columns, &Options::paper()).collect()?;
//! let tw = table.column("tw_c")?.f64()?;
//! assert!((tw.get(0).unwrap_or(0.0) - 13.699341968988136).abs() < 1e-12);
//! assert_eq!(tw.get(1), None);                                    // no weather has 99 °C
//! # Ok::<(), PolarsError>(())
//! ```

mod check;
mod read;
mod sink;
mod summary;
mod wue;

pub use check::{RowReport, check_rows};
pub use read::{CsvFormat, Humidity, PressureUnit, Source, TemperatureUnit, Time, epw_frame, read_csv};
pub use sink::{output, scan_parquet_hive, sink_parquet_hive};
pub use summary::summarize;
pub use wue::wue_lazy;
