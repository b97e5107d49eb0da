//! Tides of lava worlds on the command line.
#![allow(clippy::print_stderr, reason = "a program that reports its errors")]
#![allow(unreachable_pub, reason = "a binary has no public items")]

mod choices;
mod earth_moon;
mod error;
mod k2;
mod map;
mod output;

use clap::{Parser, Subcommand};
use error::{Failure, Result};
use std::process::ExitCode;

/// Tides of planets with magma oceans: Love numbers and the Moon's recession.
///
/// All results depend on the depth and the drag of the ocean, which are free parameters. The model is that of arXiv
/// 2412.07285, with the attraction of the tide on itself and the yielding of the floor unless --coupling says otherwise.
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
  lava-tides k2 --mass 8 --radius 2 --depth 255           Love numbers of a molten super-Earth
  lava-tides earth-moon --depth 172 --drag 4.66e-5        how long the Moon takes to 25 Earth radii
  lava-tides map --cells 100 --out map.csv                that time over depth and drag

`lava-tides <command> --help` says more.

Exit status: 0 success, 1 wrong or unreadable input, 2 wrong arguments.";

#[derive(Subcommand)]
enum Command {
    K2(k2::Arguments),
    EarthMoon(earth_moon::Arguments),
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
            ExitCode::from(1)
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    match &cli.command {
        Command::K2(arguments) => k2::run(arguments, cli.json),
        Command::EarthMoon(arguments) => earth_moon::run(arguments, cli.json),
        Command::Map(arguments) => map::run(arguments, cli.json),
    }
}
