//! Monthly wet bulb and on-site water use from hourly weather.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its help and errors")]

use std::{
    fs::File,
    io::{self, ErrorKind, Write},
    process::ExitCode,
};

use water_dc::{
    tower::LowTemperature,
    units::Elevation,
    weather::{Choices, ReadOptions, Summary, SyntheticClimate, by_month, read_hours, summarize},
    wet_bulb::{PressureSource, WetBulbModel},
};

const HELP: &str = "\
Monthly wet bulb and on-site water use from hourly weather.

usage: site [WEATHER.csv] [ELEVATION]

  WEATHER.csv  columns timestamp, temperature (degrees Celsius), humidity (percent), and, if there is one,
               pressure_pa; default: a synthetic year, which stands for no place
  ELEVATION    metres above sea level: the psychrometric wet bulb at that pressure instead of Stull's fit";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    match run(&arguments, &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        // a reader that stops early, as in `… | head`
        Err(error) if error.downcast_ref().is_some_and(|e: &io::Error| e.kind() == ErrorKind::BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}\n\n{HELP}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String], out: &mut impl Write) -> Result<(), Box<dyn std::error::Error>> {
    if arguments.len() > 2 {
        return Err(format!("at most two arguments are allowed, got {}", arguments.len()).into());
    }
    let hours = if let Some(path) = arguments.first() {
        let file = File::open(path).map_err(|error| format!("{path} must be readable: {error}"))?;
        read_hours(file, &ReadOptions::default())?.hours
    } else {
        writeln!(out, "No file given: a synthetic year, which stands for no place.\n")?;
        SyntheticClimate::HIGHLAND.hours(2023)?
    };
    let wet_bulb = match arguments.get(1) {
        Some(text) => {
            let meters = text.parse().map_err(|_| format!("elevation must be a number, got {text:?}"))?;
            WetBulbModel::Psychrometric(PressureSource::Elevation(Elevation::from_meters(meters)?))
        }
        None => WetBulbModel::Stull,
    };
    let choices = Choices { wet_bulb, low_temperature: LowTemperature::Extrapolate };
    writeln!(out, "Means of hourly values, {}; water in litres per kWh of server energy\n", wet_bulb.name())?;
    writeln!(
        out,
        "{:<9}{:>7}{:>12}{:>12}{:>12}{:>18}{:>20}",
        "month", "hours", "wet bulb °C", "lowest", "highest", "fixed approach", "fixed cold water"
    )?;
    for month in by_month(&hours, &choices)? {
        row(out, &format!("{}-{:02}", month.year, month.month), &month.summary)?;
    }
    row(out, "all", &summarize(&hours, &choices)?)?;
    Ok(())
}

fn row(out: &mut impl Write, name: &str, summary: &Summary) -> io::Result<()> {
    writeln!(
        out,
        "{name:<9}{:>7}{:>12.2}{:>12.2}{:>12.2}{:>18.4}{:>20.4}",
        summary.hours,
        summary.wet_bulb.mean.0,
        summary.wet_bulb.min.0,
        summary.wet_bulb.max.0,
        summary.fixed_approach.mean.get(),
        summary.fixed_cold_water.mean.get()
    )
}
