//! Enumeration of slabs up to Miller index 2, on the crystals that `benches/peers/surfaces.py` also has.
//!
//! `cargo bench -p catalyst-ml --bench surfaces -- --workload slabs_tio2 --rows 3` prints one JSON line with the CPU seconds
//! of so many enumerations and the number of terminations found; `--list` prints the workloads and their peers. Each
//! enumeration starts from the bulk's atoms: symmetry, distinct indices, all terminations, which differ from below.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its result")]

use catalyst_ml::surface::{Bulk, SlabSettings};
use catalyst_ml::{Atoms, Cell, Result};
use cpu_time::ProcessTime;
use std::hint::black_box;
use std::process::ExitCode;

const PEER: &str = "pymatgen SlabGenerator";

type Species = &'static [(&'static str, &'static [[f64; 3]])];

/// Name, lengths of the cell's edges, elements with their fractional positions.
const WORKLOADS: [(&str, [f64; 3], Species); 3] = [
    ("slabs_pt", [3.92; 3], &[("Pt", &[[0.0; 3], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]])]),
    (
        "slabs_cu3au",
        [3.74; 3],
        &[("Cu", &[[0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]]), ("Au", &[[0.0; 3]])],
    ),
    (
        "slabs_tio2",
        [4.594, 4.594, 2.959],
        &[
            ("Ti", &[[0.0; 3], [0.5; 3]]),
            ("O", &[[0.305, 0.305, 0.0], [0.695, 0.695, 0.0], [0.195, 0.805, 0.5], [0.805, 0.195, 0.5]]),
        ],
    ),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        for (name, ..) in WORKLOADS {
            println!("{name}\t{PEER}");
        }
        return ExitCode::SUCCESS;
    }
    let value = |flag: &str| {
        arguments.iter().position(|argument| argument == flag).and_then(|at| arguments.get(at + 1))
    };
    let wanted = value("--workload");
    if let Some(name) = wanted
        && !WORKLOADS.iter().any(|workload| workload.0 == name)
    {
        eprintln!("error: workload must be one of --list, got {name:?}");
        return ExitCode::FAILURE;
    }
    let rows = match value("--rows").map(|text| text.parse::<usize>()) {
        None => 2,
        Some(Ok(rows @ 1..)) => rows,
        Some(_) => {
            eprintln!("error: --rows must be a whole number from 1 on");
            return ExitCode::FAILURE;
        }
    };
    for (name, edges, species) in WORKLOADS.iter().filter(|w| wanted.is_none_or(|wanted| wanted == w.0)) {
        match crystal(*edges, species).and_then(|atoms| enumerate(&atoms, rows)) {
            Ok((cpu_s, check)) => {
                println!(
                    "{{\"workload\": \"{name}\", \"rows\": {rows}, \"cpu_s\": {cpu_s}, \"check\": {check}}}"
                );
            }
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn crystal(edges: [f64; 3], species: Species) -> Result<Atoms> {
    let [a, b, c] = edges;
    let cell = Cell::new([[a, 0.0, 0.0], [0.0, b, 0.0], [0.0, 0.0, c]])?;
    let (mut elements, mut positions) = (Vec::new(), Vec::new());
    for (symbol, places) in species {
        for place in *places {
            elements.push(symbol.parse()?);
            positions.push(cell.cartesian(*place));
        }
    }
    Ok(Atoms::new(elements, positions)?.in_cell(cell, [true; 3]))
}

/// CPU seconds of all enumerations, terminations of one.
fn enumerate(atoms: &Atoms, rows: usize) -> Result<(f64, usize)> {
    let once = || -> Result<usize> {
        let bulk = Bulk::new(black_box(atoms), 0.1)?;
        Ok(bulk.all_slabs(2, &SlabSettings::oc20())?.iter().filter(|slab| slab.top).count())
    };
    let mut terminations = once()?;
    let start = ProcessTime::now();
    for _ in 0..rows {
        terminations = black_box(once()?);
    }
    Ok((start.elapsed().as_secs_f64(), terminations))
}
