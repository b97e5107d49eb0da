//! One workload of the water model on the input that the Python peers in `benches/peers` also have.
//!
//! `cargo bench -p water-dc --bench peer -- --workload stull --rows 1000000` prints one JSON line with the CPU seconds
//! of the work alone, the mean of the result and the largest memory of the process; `--list` prints the workloads and
//! their peers. The `table_…` workloads read a Parquet file below `target/bench`, written when it is missing; `sql_…`
//! runs on that file, and `parts_…` on the files of the example `frames`, the statement of `water_dc::sql`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its result")]

#[path = "peers/table.rs"]
mod table;

use std::{error::Error, hint::black_box, path::Path, process::ExitCode};

use cpu_time::ProcessTime;
use rand_pcg::Pcg64;
use water_dc::{
    batch::{self, Air},
    columnar::{Columns, Options},
    sql::{self, Dialect},
    tower::{LowTemperature, TowerModel, onsite_wue},
    units::{Celsius, Cycles, Fahrenheit, RelativeHumidity},
    weather::SyntheticClimate,
    wet_bulb::{PressureSource, WetBulbModel, wet_bulb},
};

struct Workload {
    name: &'static str,
    peer: &'static str,
    rows: usize,
    work: Work,
}

type OfSlices = fn(&[f64], &[f64], &mut [f64]) -> water_dc::Result<()>;

enum Work {
    /// From temperatures in °C and humidities in percent to one result a row.
    Slices(OfSlices),
    /// Group means of a Parquet file, of doubles or of whole numbers.
    Table { quantized: bool },
    /// The same means of doubles; the peer runs our statement.
    Sql,
    /// Means by country and year of the generated weather that the example `frames` writes; the peer runs our statement
    /// on its files.
    Parts,
}

const WORKLOADS: [Workload; 11] = [
    slices("stull", "numpy", 100_000, stull),
    slices("stull_both_towers", "numpy", 100_000, stull_both_towers),
    slices("psychrometric", "psychrolib", 100_000, psychrometric),
    slices("psychrometric_batch", "psychrolib with numba", 1_000_000, psychrometric_batch),
    slices("tower_cubic", "numpy", 100_000, tower_cubic),
    table("table_numbers_polars", "polars", false),
    table("table_numbers_duckdb", "duckdb", false),
    table("table_quantized_polars", "polars", true),
    table("table_quantized_duckdb", "duckdb", true),
    Workload { name: "sql_duckdb", peer: "duckdb", rows: 10_000_000, work: Work::Sql },
    Workload { name: "parts_duckdb", peer: "duckdb", rows: 52_560, work: Work::Parts },
];

const fn slices(name: &'static str, peer: &'static str, rows: usize, work: OfSlices) -> Workload {
    Workload { name, peer, rows, work: Work::Slices(work) }
}

const fn table(name: &'static str, peer: &'static str, quantized: bool) -> Workload {
    Workload { name, peer, rows: 10_000_000, work: Work::Table { quantized } }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        for Workload { name, peer, .. } in WORKLOADS {
            println!("{name}\t{peer}");
        }
        return ExitCode::SUCCESS;
    }
    let value = |flag: &str| {
        arguments.iter().position(|argument| argument == flag).and_then(|at| arguments.get(at + 1))
    };
    // `cargo bench` without a workload: a short run of each
    let wanted = value("--workload");
    if let Some(name) = wanted
        && !WORKLOADS.iter().any(|workload| workload.name == name)
    {
        eprintln!("error: workload must be one of --list, got {name:?}");
        return ExitCode::FAILURE;
    }
    let given = match value("--rows").map(|text| text.parse()) {
        None => None,
        Some(Ok(rows @ 1..)) => Some(rows),
        Some(_) => {
            eprintln!("error: --rows must be a positive whole number");
            return ExitCode::FAILURE;
        }
    };
    for workload in WORKLOADS.iter().filter(|w| wanted.is_none_or(|wanted| wanted == w.name)) {
        let rows = given.unwrap_or(if wanted.is_some() { workload.rows } else { 100_000 });
        match run(&workload.work, rows) {
            Ok((cpu_s, check)) => println!(
                "{{\"workload\":\"{}\",\"rows\":{rows},\"cpu_s\":{cpu_s:e},\"check\":{check:.15},\"rss_mb\":{:.1}}}",
                workload.name,
                largest_memory_mb()
            ),
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// CPU seconds of the work, and the mean of its result.
fn run(work: &Work, rows: usize) -> Result<(f64, f64), Box<dyn Error>> {
    match *work {
        Work::Slices(work) => {
            let (t, rh) = input(rows);
            let mut out = vec![1.0; rows]; // touched, so that the work does not pay for fresh pages
            let start = ProcessTime::now();
            work(black_box(&t), black_box(&rh), black_box(&mut out))?;
            let cpu_s = start.elapsed().as_secs_f64();
            Ok((cpu_s, common::stats::mean(&out).unwrap_or(f64::NAN)))
        }
        Work::Table { quantized } => {
            let file = table::file(rows, quantized)?;
            let start = ProcessTime::now();
            let sums = if quantized { table::of_quantized(&file)? } else { table::of_numbers(&file)? };
            Ok((start.elapsed().as_secs_f64(), table::check(&sums)))
        }
        Work::Sql => {
            let file = table::file(rows, false)?;
            let columns = Columns { temperature: "t".into(), humidity: "rh".into(), ..numbers() };
            let from = format!("read_parquet('{}')", file.display());
            statements(&file.with_file_name("sql.txt"), &from, &["group"], &columns)?;
            run(&Work::Table { quantized: false }, rows)
        }
        Work::Parts => {
            let folder = table::folder();
            let from =
                format!("read_parquet('{}/parts/**/*.parquet', hive_partitioning = true)", folder.display());
            statements(&folder.join("parts.txt"), &from, &["country", "year"], &numbers())?;
            let (t, rh, group) = climates()?;
            let start = ProcessTime::now();
            let air = Air { temperature_c: &t, humidity_percent: &rh, pressure_pa: None };
            let sums = table::onsite().group_sums(&air, &group, 6, 1)?;
            Ok((start.elapsed().as_secs_f64(), table::check(&sums)))
        }
    }
}

fn numbers() -> Columns {
    Columns { pressure: None, ..Columns::own() }
}

/// Writes the statements of both towers for `DuckDB`, a line each, where the peer looks for them.
fn statements(path: &Path, from: &str, by: &[&str], columns: &Columns) -> Result<(), Box<dyn Error>> {
    let statement = |tower| {
        let options = Options { tower, ..Options::paper() };
        sql::summarize(Dialect::DuckDb, from, by, columns, &options)
    };
    let text = statement(TowerModel::FixedApproach)? + "\n" + &statement(TowerModel::FixedColdWater)? + "\n";
    Ok(std::fs::write(path, text)?)
}

type Climates = (Vec<f64>, Vec<f64>, Vec<u32>);

/// The weather of the example `frames`: three places by the years 2022 and 2023.
fn climates() -> Result<Climates, Box<dyn Error>> {
    let (mut t, mut rh, mut group) = (Vec::new(), Vec::new(), Vec::new());
    for (place, warmer) in [(0, 0.0), (1, 8.0), (2, 14.0)] {
        for year in [2022, 2023] {
            for hour in SyntheticClimate::HIGHLAND.hours(year)? {
                t.push(hour.temperature.0 + (warmer + f64::from(year - 2022)));
                rh.push(hour.humidity.fraction() * 100.0);
                group.push(2 * place + u32::from(year == 2023));
            }
        }
    }
    Ok((t, rh, group))
}

/// Peak resident memory of this process; 0 where the system does not tell.
fn largest_memory_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|text| text.trim().split(' ').next()?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

/// What `numpy.random.default_rng(7)` gives: all temperatures, uniform in 5..45 °C, then all humidities in 5..99 %.
fn input(rows: usize) -> (Vec<f64>, Vec<f64>) {
    let mut rng =
        Pcg64::new(312124358633082931476149097798454608762, 130568342316134335412970426538198068396);
    let mut uniform =
        |low, high| (0..rows).map(|_| table::uniform(&mut rng, low, high)).collect::<Vec<f64>>();
    (uniform(5.0, 45.0), uniform(5.0, 99.0))
}
fn stull(t: &[f64], rh: &[f64], out: &mut [f64]) -> water_dc::Result<()> {
    batch::wet_bulb_c(&WetBulbModel::Stull, t, rh, out).map(drop)
}

/// Mean of the two tower formulas at Stull's wet bulb.
fn stull_both_towers(t: &[f64], rh: &[f64], out: &mut [f64]) -> water_dc::Result<()> {
    const BLOCK: usize = 2048;
    let (mut wet_bulb, mut approach) = ([0.0; BLOCK], [0.0; BLOCK]);
    for ((t, rh), out) in t.chunks(BLOCK).zip(rh.chunks(BLOCK)).zip(out.chunks_mut(BLOCK)) {
        let (wet_bulb, approach) = (&mut wet_bulb[..t.len()], &mut approach[..t.len()]);
        batch::wet_bulb_c(&WetBulbModel::Stull, t, rh, wet_bulb)?;
        batch::onsite_wue(&TowerModel::FixedApproach, &LowTemperature::Extrapolate, wet_bulb, approach)?;
        batch::onsite_wue(&TowerModel::FixedColdWater, &LowTemperature::Extrapolate, wet_bulb, out)?;
        for (out, approach) in out.iter_mut().zip(approach) {
            *out = 0.5 * (*out + *approach);
        }
    }
    Ok(())
}

/// Row by row, as the peer: the scalar function at sea level.
fn psychrometric(t: &[f64], rh: &[f64], out: &mut [f64]) -> water_dc::Result<()> {
    let model = WetBulbModel::Psychrometric(PressureSource::SeaLevel);
    for ((&t, &rh), out) in t.iter().zip(rh).zip(out) {
        *out = wet_bulb(Celsius(t), RelativeHumidity::from_percent(rh)?, &model)?.0;
    }
    Ok(())
}

/// All rows at once, within 1e-9 °C; the peer stops at 1e-3 °C. The means differ by 1.44e-3 °C because in 0.3 % of the
/// rows both an icy and a wet bulb are in equilibrium, and the peer's bisection ends on the other one.
fn psychrometric_batch(t: &[f64], rh: &[f64], out: &mut [f64]) -> water_dc::Result<()> {
    batch::wet_bulb_c(&WetBulbModel::Psychrometric(PressureSource::SeaLevel), t, rh, out).map(drop)
}

/// The cubic with 6 cycles, row by row with the scalar function; the temperature stands in for the wet bulb.
fn tower_cubic(t: &[f64], _: &[f64], out: &mut [f64]) -> water_dc::Result<()> {
    let model = TowerModel::Cubic { cycles: Cycles::new(6.0)? };
    for (&t, out) in t.iter().zip(out) {
        *out = onsite_wue(Fahrenheit(1.8 * t + 32.0), &model, &LowTemperature::Extrapolate)?.get();
    }
    Ok(())
}
