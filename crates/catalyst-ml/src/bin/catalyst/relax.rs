//! `catalyst relax`.

use crate::error::{Failure, Result};
use crate::input::{EMT, structure};
use crate::output::print;
use catalyst_ml::Error;
use catalyst_ml::calculator::Emt;
use catalyst_ml::io::{Frame, write_extxyz};
use catalyst_ml::relax::{Relax, Relaxation, Status};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::path::PathBuf;

/// Brings a structure to rest by effective medium theory; fixed atoms stay.
///
/// With --checkpoint the state is written as it goes, and a later call with the same file goes on from there, to the same
/// end bit by bit.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  catalyst relax start.extxyz --force 0.01 --out end.extxyz
  catalyst relax start.extxyz --checkpoint state.bin --json")]
pub struct Arguments {
    /// Extended XYZ or POSCAR.
    file: PathBuf,
    /// Largest force at rest, eV/Å.
    #[arg(long, value_name = "EV_PER_ANGSTROM", default_value_t = 0.02)]
    force: f64,
    /// Most steps.
    #[arg(long, default_value_t = 1000)]
    steps: usize,
    /// How steps are chosen.
    #[arg(long, value_enum, default_value_t = Method::Lbfgs)]
    method: Method,
    /// Write the relaxed structure as extended XYZ.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Keep the state in this file, and go on from it.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// No progress display.
    #[arg(long)]
    quiet: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Method {
    Lbfgs,
    Fire,
}

#[derive(Serialize)]
struct Answer {
    calculator: &'static str,
    energy_ev: f64,
    max_force_ev_angstrom: f64,
    steps: usize,
    converged: bool,
}

/// Steps between two states on file.
const KEEP_EVERY: usize = 25;

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let preset = match arguments.method {
        Method::Lbfgs => Relax::ase(arguments.force),
        Method::Fire => Relax::fire(arguments.force),
    };
    let settings = Relax { most_steps: arguments.steps, ..preset };
    let mut relaxation = match arguments.checkpoint.as_deref().filter(|path| path.is_file()) {
        Some(path) => Relaxation::read(path)?,
        None => Relaxation::new(settings, structure(&arguments.file)?)?,
    };
    if *relaxation.settings() != settings {
        let value = "those of a run with other options".into();
        return Err(Failure::Option { option: "checkpoint", needs: "of the same options", value });
    }
    let bar = if arguments.quiet { ProgressBar::hidden() } else { ProgressBar::new(arguments.steps as u64) };
    let style = ProgressStyle::with_template("{msg} {bar:40} step {pos} of at most {len}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut calculator = Emt::new();
    while relaxation.status() == Status::Running {
        let frame = relaxation.step(&mut calculator)?;
        bar.set_position(frame.step as u64);
        bar.set_message(format!("{EMT}: {:.4} eV/Å", frame.max_force_ev_angstrom));
        let last = relaxation.status() != Status::Running;
        if let Some(path) = arguments.checkpoint.as_deref().filter(|_| last || frame.step % KEEP_EVERY == 0) {
            relaxation.write(path)?;
        }
    }
    bar.finish_and_clear();
    let answer = Answer {
        calculator: EMT,
        energy_ev: relaxation.energy_ev(),
        max_force_ev_angstrom: relaxation.max_force_ev_angstrom(),
        steps: relaxation.steps(),
        converged: relaxation.is_converged(),
    };
    if let Some(path) = &arguments.out {
        let mut frame = Frame::new(relaxation.into_atoms());
        frame.energy_ev = Some(answer.energy_ev);
        frame.entries.insert("calculator".into(), catalyst_ml::io::Value::Text(EMT.into()));
        let mut text = Vec::new();
        write_extxyz(&mut text, &frame)?;
        std::fs::write(path, &text).map_err(|source| Error::Write { source })?;
    }
    print(json, &answer, || {
        let end = if answer.converged { "at rest" } else { "not at rest" };
        format!(
            "{end} after {} steps: {:.6} eV, largest force {:.5} eV/Å\n{EMT}\n",
            answer.steps, answer.energy_ev, answer.max_force_ev_angstrom
        )
    })
}
