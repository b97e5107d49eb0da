//! Selection and gating of language-model experts on the command line.
#![allow(clippy::print_stderr, reason = "a program that reports its errors")]
#![allow(unreachable_pub, reason = "a binary has no public items")]

mod error;
mod explain;
mod meter;
mod output;
mod pareto;
mod problem;
mod profile;
mod scores;
mod select;
mod train;
mod verify;

use clap::{Parser, Subcommand};
use error::{Failure, Result};
use output::Show;
use std::process::ExitCode;

/// Which language models an edge cluster should keep loaded under budgets of energy and delay, with proofs; and gates that
/// route prompts among them. After the problem and method of MoE², arXiv 2501.09410.
///
/// A cluster file describes servers, experts, categories of prompts and budgets. A table of scores says how well each expert
/// answers each prompt; it is matched with the cluster by the names of the experts.
#[derive(Parser)]
#[command(name = "moe2", version, after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Print the result as JSON.
    #[arg(long, global = true)]
    json: bool,
    /// Show no progress.
    #[arg(long, short, global = true)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples, without any data:
  moe2 select examples/cluster.toml --scores instance                      the best set, beside greedy ones
  moe2 select examples/cluster.toml --scores instance --energy 130 --delay 8 --certificate proof.json
  moe2 verify examples/cluster.toml --scores instance --energy 130 --delay 8 proof.json
  moe2 explain examples/cluster.toml --scores instance expert-6            why it is in or out
  moe2 pareto examples/cluster.toml --scores instance --energy inf --csv frontier.csv
  moe2 profile examples/boards.toml                                        delay and energy of each expert
  moe2 train --scores synthetic --out gate.safetensors                     a gate on experts trained here
  moe2 select examples/boards.toml --scores synthetic --gate gate.safetensors

Scores: a .csv, .json, .jsonl or .parquet file; or
  instance     eight experts of numbers made up to follow by hand, expert-0 to expert-7, without prompts
  synthetic    six experts that the program trains itself on invented questions, synthetic-0 to synthetic-5

`moe2 <command> --help` says more.

Exit status: 0 success, 1 wrong or unreadable input or a certificate that does not hold, 2 wrong arguments.";

#[derive(Subcommand)]
enum Command {
    Select(select::Arguments),
    Pareto(pareto::Arguments),
    Verify(verify::Arguments),
    Explain(explain::Arguments),
    Train(train::Arguments),
    Profile(profile::Arguments),
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
    let show = Show { json: cli.json, quiet: cli.quiet };
    match &cli.command {
        Command::Select(arguments) => select::run(arguments, show),
        Command::Pareto(arguments) => pareto::run(arguments, show),
        Command::Verify(arguments) => verify::run(arguments, show),
        Command::Explain(arguments) => explain::run(arguments, show),
        Command::Train(arguments) => train::run(arguments, show),
        Command::Profile(arguments) => profile::run(arguments, show),
    }
}
