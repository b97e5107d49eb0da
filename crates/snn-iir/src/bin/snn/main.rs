//! Spiking networks on the command line.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its results and errors")]
#![allow(unreachable_pub, reason = "a binary has no public items")]

mod convert;
mod data;
mod doctor;
mod energy;
mod error;
mod iir;
mod output;
mod progress;
mod train;

use clap::{Parser, Subcommand};
use error::Result;
use std::process::ExitCode;

/// Tensors of one step are those of the next: an allocator that keeps them mapped saves a fifth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Spiking networks that answer in one timestep, after Chowdhury, Rathi and Roy 2021 (arXiv 2110.05929).
///
/// A run lives in a folder. `train` makes a rate-coded network in it, `convert` a spiking one, `iir` retrains that with
/// fewer and fewer timesteps. Every command goes on where it was stopped, and takes over what is done.
#[derive(Parser)]
#[command(name = "snn", version, after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
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
Examples:
  snn train --out runs/e4                                     a rate-coded network on the digits inside the program
  snn convert --out runs/e4                                   thresholds from percentiles of its currents
  snn iir --out runs/e4 --epochs 3 --lr 1e-3                  5, 4, 3, 2 and 1 timesteps
  snn doctor runs/e4/iir-t1.safetensors --timesteps 1,2,5     which layers fire, and where gradients pass
  snn energy runs/e4/iir-t1.safetensors                       energy against the rate-coded network
  snn energy --net vgg16 --rate 0.1                           the same from a rate, without any data
  snn train --net S8 --data cifar10:data/cifar --augment --out runs/s8

Networks: P5, S8, D4..D16 (3x32x32), E4..E16 (1x8x8), vgg4..vgg19, resnet6..resnet34, or text as
  \"3x32x32: 32 A 64 A 128 A, FC 256 10\"
Data:     digits, shapes[:COUNT], cifar10:FOLDER, cifar100:FOLDER, idx:FOLDER, images:FOLDER

`snn <command> --help` says more.

Exit status: 0 success, 1 wrong or unreadable input, 2 wrong arguments.";

#[derive(Subcommand)]
enum Command {
    Train(train::Arguments),
    Convert(convert::Arguments),
    Iir(iir::Arguments),
    Doctor(doctor::Arguments),
    Energy(energy::Arguments),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            if let Some(hint) = error.hint() {
                eprintln!("hint: {hint}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    let Cli { json, quiet, .. } = *cli;
    match &cli.command {
        Command::Train(arguments) => train::run(arguments, json, quiet),
        Command::Convert(arguments) => convert::run(arguments, json),
        Command::Iir(arguments) => iir::run(arguments, json, quiet),
        Command::Doctor(arguments) => doctor::run(arguments, json),
        Command::Energy(arguments) => energy::run(arguments, json),
    }
}
