//! Tides of molten and solid planets on the command line.
#![allow(clippy::print_stderr, reason = "a program that reports its errors")]
#![allow(unreachable_pub, reason = "a binary has no public items")]

mod earth_moon;
mod error;
mod k2;
mod map;
mod output;
mod planet;
mod response;
mod spin;

use clap::{Parser, Subcommand};
use error::{Failure, Result};
use std::process::ExitCode;

/// Tides of planets with a magma ocean, after Farhat et al. 2025 (arXiv 2412.07285).
///
/// A planet is a solid interior, an ocean of melt on it, or both. The ocean's drag is a free parameter of the model:
/// every result is conditional on it. Each result names the assumptions that do not hold for it.
#[derive(Parser)]
#[command(name = "lava-tides", version, after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Print the result as JSON.
    #[arg(long, global = true)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  lava-tides k2 --frequency 4e-4 --depth-km 100 --drag 1e-4       one Love number
  lava-tides k2 --ocean none --viscosity 1e19 --svg k2.svg        the spectrum of a solid Earth
  lava-tides earth-moon --depth-km 172 --drag 4.66e-5             recession of the early Moon
  lava-tides planet \"55 Cnc e\" -e 0.01                            heat and temperature of a planet
  lava-tides planet archive.csv --csv budgets.csv                 of every planet with a measured mass
  lava-tides spin --period-d 10 -e 0.05                           spin states, and the time to reach one
  lava-tides map --contour-yr 1e5 --svg map.svg                   recession time over depth and drag

`lava-tides <command> --help` says more.

Exit status: 0 success, 1 wrong or unreadable input, 2 wrong arguments.";

#[derive(Subcommand)]
enum Command {
    K2(k2::Arguments),
    EarthMoon(earth_moon::Arguments),
    Planet(planet::Arguments),
    Spin(spin::Arguments),
    Map(map::Arguments),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        // a reader such as `head` that has seen enough
        Err(Failure::Print(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            if let Some(hint) = failure.hint() {
                eprintln!("hint: {hint}");
            }
            failure.exit_code()
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    match &cli.command {
        Command::K2(arguments) => k2::run(arguments, cli.json),
        Command::EarthMoon(arguments) => earth_moon::run(arguments, cli.json),
        Command::Planet(arguments) => planet::run(arguments, cli.json),
        Command::Spin(arguments) => spin::run(arguments, cli.json),
        Command::Map(arguments) => map::run(arguments, cli.json),
    }
}
