//! Hourly weather of several sites as partitioned Parquet, its summary, and the SQL that gives the same on any engine.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its help and errors")]

use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use polars::prelude::{DataFrame, Engine, IntoLazy, LazyFrame, col, df};
use water_dc::{
    columnar::{Columns, Options},
    frame::{scan_parquet_hive, sink_parquet_hive, summarize, wue_lazy},
    sql::{self, Dialect},
    weather::SyntheticClimate,
};

const HELP: &str = "\
Writes hourly weather as Parquet partitioned by country and year, and summarises it.

usage: frames FOLDER

  FOLDER  must be empty or absent; gets country=…/year=…/*.parquet of generated weather, which stands for no
          place. Try: cargo run -p water-dc --features frames --example frames -- target/water-frames";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder] = arguments.as_slice() else {
        eprintln!("{HELP}");
        return ExitCode::FAILURE;
    };
    if folder == "--help" || folder == "-h" {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    match run(Path::new(folder), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(folder: &Path, out: &mut impl Write) -> Result<(), Box<dyn std::error::Error>> {
    // three countries by two years: the lowland is 8 °C warmer, the coast 14 °C, and the second year 1 °C
    let mut rows = Vec::new();
    for (country, warmer) in [("HIGHLAND", 0.0), ("LOWLAND", 8.0), ("COAST", 14.0)] {
        for year in [2022, 2023] {
            let hours = SyntheticClimate::HIGHLAND.hours(year)?;
            let warmer = warmer + f64::from(year - 2022);
            rows.extend(hours.into_iter().map(|hour| (country, year, hour, warmer)));
        }
    }
    let weather = df!(
        "country" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
        "year" => rows.iter().map(|row| i32::from(row.1)).collect::<Vec<_>>(),
        "t_c" => rows.iter().map(|row| row.2.temperature.0 + row.3).collect::<Vec<_>>(),
        "rh" => rows.iter().map(|row| row.2.humidity.fraction() * 100.0).collect::<Vec<_>>(),
    )?;
    sink_parquet_hive(weather.lazy(), folder, &["country", "year"])?;
    writeln!(out, "{} rows below {}\n", rows.len(), folder.display())?;

    let (columns, options) = (Columns { pressure: None, ..Columns::own() }, Options::paper());
    let table = wue_lazy(scan_parquet_hive(folder)?, &columns, &options);
    let table = summarize(table, &[col("country"), col("year")], false, &[]);
    writeln!(
        out,
        "{}",
        stream(table.sort(["country", "year"], polars::prelude::SortMultipleOptions::default()))?
    )?;

    let from = format!(
        "read_parquet('{}/**/*.parquet', hive_partitioning = true)",
        folder.display().to_string().replace('\'', "''")
    );
    let statement = sql::summarize(Dialect::DuckDb, &from, &["country", "year"], &columns, &options)?;
    writeln!(out, "\nThe same by DuckDB:\n{statement} ORDER BY country, year;")?;
    Ok(())
}

/// Runs in pieces: memory does not grow with the number of rows.
fn stream(table: LazyFrame) -> Result<DataFrame, Box<dyn std::error::Error>> {
    Ok(table.collect_with_engine(Engine::Streaming)?.unwrap_single())
}
