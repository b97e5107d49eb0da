//! Water footprint of data centres on the command line.
#![allow(clippy::print_stderr, reason = "a program that reports its errors")]
#![allow(unreachable_pub, reason = "a binary has no public items")]

mod choices;
mod country;
mod error;
mod input;
mod map;
mod output;
mod problem_file;
mod request;
mod schedule;
mod site;

use clap::{Parser, Subcommand};
use error::{Failure, Result};
use std::process::ExitCode;

/// Water footprint of data centres and of language-model requests in Africa.
///
/// All water is consumption (withdrawn and not returned) in litres. Energy is server energy: the PUE is applied to it
/// where electricity counts. The model and its facts are those of arXiv 2412.03716.
#[derive(Parser)]
#[command(name = "water-dc", version, after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Print the result as JSON.
    #[arg(long, global = true)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  water-dc country                              countries and what is known of them
  water-dc country Kenya --pue 1.5              litres per kWh, with the ranges of the fuel factors
  water-dc request --model GPT-4 --task email --country ZA
  water-dc site nairobi.csv                     monthly wet bulb and water use
  water-dc schedule problem.toml --pareto       every compromise between water and carbon
  water-dc map offsite --out africa.svg

`water-dc <command> --help` says more.

Exit status: 0 success, 1 wrong or unreadable input, 2 wrong arguments, 3 a schedule that cannot be kept.";

#[derive(Subcommand)]
enum Command {
    Country(country::Arguments),
    Site(site::Arguments),
    Request(request::Arguments),
    Schedule(schedule::Arguments),
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
        Command::Country(arguments) => country::run(arguments, cli.json),
        Command::Site(arguments) => site::run(arguments, cli.json),
        Command::Request(arguments) => request::run(arguments, cli.json),
        Command::Schedule(arguments) => schedule::run(arguments, cli.json),
        Command::Map(arguments) => map::run(arguments, cli.json),
    }
}
