//! Catalysts on the command line: slabs, sites, relaxation, volcanoes, screening.
#![allow(clippy::print_stderr, reason = "a program that reports its errors")]
#![allow(unreachable_pub, reason = "a binary has no public items")]

mod error;
mod input;
mod output;
mod relax;
mod screen;
mod sites;
mod slab;
mod volcano;

use clap::{Parser, Subcommand};
use error::{Failure, Result};
use std::process::ExitCode;

/// Electrocatalysts: surfaces, adsorption sites, relaxation, volcano plots, screening.
///
/// Relaxation and screening use effective medium theory (EMT): real physics of some metals, qualitative for H, C, N and O.
/// Crystals are files (POSCAR or extended XYZ) or the symbol of one of the fcc metals of EMT: Al, Ni, Cu, Pd, Ag, Pt, Au.
#[derive(Parser)]
#[command(name = "catalyst", version, after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Print the result as JSON.
    #[arg(long, global = true)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  catalyst slab Pt --max 2                             all planes with indices up to 2
  catalyst sites Pt --miller 1,1,1 --svg sites.svg     adsorption sites, drawn
  catalyst relax start.extxyz --out end.extxyz         to rest, by EMT
  catalyst volcano --svg orr.svg                       oxygen reduction on seven metals, ranked
  catalyst screen --journal run.jsonl --svg orr.svg    seven metals, three facets, O, H and N; resumes

`catalyst <command> --help` says more.

Exit status: 0 success, 1 wrong or unreadable input, 2 wrong arguments.";

#[derive(Subcommand)]
enum Command {
    Slab(slab::Arguments),
    Sites(sites::Arguments),
    Relax(relax::Arguments),
    Volcano(volcano::Arguments),
    Screen(screen::Arguments),
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
        Command::Slab(arguments) => slab::run(arguments, cli.json),
        Command::Sites(arguments) => sites::run(arguments, cli.json),
        Command::Relax(arguments) => relax::run(arguments, cli.json),
        Command::Volcano(arguments) => volcano::run(arguments, cli.json),
        Command::Screen(arguments) => screen::run(arguments, cli.json),
    }
}
