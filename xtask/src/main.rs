//! `cargo xtask`: the commands that span the workspace.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

mod bench;
mod ci;
mod data;
mod filter;
mod papers;
mod progress;
mod reproduce;
mod summary;
mod tidy;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Tensors of one training step are those of the next: an allocator that keeps them mapped saves a fifth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Reproduces the papers, and the other tasks that span the workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the papers' experiments and judge every number.
    ///
    /// Writes index.html, index.md and results.json, and a folder an experiment with its tables (CSV) and figures
    /// (SVG). Exit code 1: a number deviates or is missing and REPRODUCTION.md does not list it as known; 2: an
    /// experiment failed.
    Reproduce(reproduce::Arguments),
    /// List, fetch and verify the data sets.
    Data(data::Arguments),
    /// Run the steps of continuous integration, all or those named.
    Ci(ci::Arguments),
    /// Check what the compiler cannot: file sizes, manifests, the list of experiments, forbidden words.
    Tidy(tidy::Arguments),
    /// Run the benches; with --peers, the same work in other programs, in alternation.
    Bench(bench::Arguments),
}

/// A reader of our output that stops early (`… | head`) ends the program quietly, with the code of a broken pipe.
fn end_quietly_on_broken_pipe() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.payload_as_str().unwrap_or_default();
        if text.starts_with("failed printing to stdout") {
            std::process::exit(141);
        }
        report(panic);
    }));
}

fn main() -> ExitCode {
    end_quietly_on_broken_pipe();
    let outcome = match Arguments::parse().command {
        Command::Reproduce(arguments) => reproduce::run(&arguments),
        Command::Data(arguments) => data::run(&arguments),
        Command::Ci(arguments) => ci::run(&arguments),
        Command::Tidy(arguments) => tidy::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}
