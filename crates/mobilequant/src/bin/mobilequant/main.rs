//! Quantisation of language models on the command line.
#![allow(clippy::print_stderr, reason = "a program that reports its errors")]
#![allow(unreachable_pub, reason = "a binary has no public items")]
#![allow(clippy::doc_markdown, reason = "these comments are the texts of --help")]

mod calibrate;
mod choices;
mod error;
mod eval;
mod generate;
mod inspect;
mod learned;
mod output;
mod quantize;
mod scheme;
mod source;

use clap::{Parser, Subcommand};
use error::{Failure, Result};
use output::Show;
use std::process::ExitCode;

/// Post-training quantisation of language models with static 8-bit activations and 8- or 4-bit weights, after MobileQuant,
/// arXiv 2408.13933.
///
/// Static 8-bit activations fail where few channels have large values. SmoothQuant moves these into the weights; learned
/// methods find scales of channels and ranges of weights and activations from a text. The quantised model is simulated in
/// floating point: what comes out is its accuracy, not its speed.
#[derive(Parser)]
#[command(name = "mobilequant", version, after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
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
  mobilequant inspect model/ --text book.txt                       sizes, outlying channels
  mobilequant eval model/ --text book.txt                          perplexity in full precision
  mobilequant quantize model/ --scheme w8a8 --method smoothquant --text book.txt --out smooth
  mobilequant quantize model/ --scheme w4a8 --method mobilequant --text book.txt --epochs 20 --out learned
  mobilequant eval learned --ranges learned/act_dict.json --reference model/ --text book.txt --skip 56
  mobilequant generate learned --ranges learned/act_dict.json --prompt \"Once upon a time\"
  mobilequant calibrate model/ --text book.txt --out ranges.json
  mobilequant eval model/ --ranges ranges.json --scheme w8a8 --text book.txt --skip 16

MODEL is a directory in the form of Hugging Face (config.json, safetensors, tokenizer.json), a .gguf file, or a .bin of
llama2.c, for which --tokenizer names its tokenizer. Architectures: Llama, Gemma, StableLM-2, Qwen2.

`mobilequant <command> --help` says more.

Exit status: 0 success, 1 wrong or unreadable input, 2 wrong arguments.";

#[derive(Subcommand)]
enum Command {
    Inspect(inspect::Arguments),
    Calibrate(calibrate::Arguments),
    Quantize(quantize::Arguments),
    Eval(eval::Arguments),
    Generate(generate::Arguments),
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
        Command::Inspect(arguments) => inspect::run(arguments, show),
        Command::Calibrate(arguments) => calibrate::run(arguments, show),
        Command::Quantize(arguments) => quantize::run(arguments, show),
        Command::Eval(arguments) => eval::run(arguments, show),
        Command::Generate(arguments) => generate::run(arguments, show),
    }
}
