//! One workload on the input that the Python peers in `benches/peers` also have.
//!
//! `cargo bench -p catalyst-ml --bench peer -- --workload copper_vesin` prints one JSON line with the CPU seconds of the
//! work alone and a number from the result; `--list` prints the workloads and their peers. All run on one thread.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its result")]

mod files;
mod surfaces;

use catalyst_ml::calculator::{Calculator, Emt, Wanted};
use catalyst_ml::neighbors::NeighborList;
use catalyst_ml::relax::Relax;
use catalyst_ml::{Atoms, Cell, Element, Result};
use cpu_time::ProcessTime;
use std::hint::black_box;
use std::process::ExitCode;

/// CPU seconds, rows, a number from the result.
type Outcome = Result<(f64, usize, f64)>;

/// Name, peer, work.
type Workload = (&'static str, &'static str, fn() -> Outcome);

const WORKLOADS: [Workload; 11] = [
    ("copper_vesin", "vesin", || list(&copper(CUBIC)?, 5)),
    ("copper_matscipy", "matscipy", || list(&copper(CUBIC)?, 5)),
    ("triclinic_vesin", "vesin", || list(&copper(SKEWED)?, 5)),
    ("slab_vesin", "vesin", || list(&platinum_slab(7, 4)?, 2000)),
    ("emt_ase", "ASE, its list kept; ours kept", || emt(true)),
    ("emt_search_ase", "ASE, its list kept; ours searched each time", || emt(false)),
    ("relax_ase", "ASE", relax),
    ("files_ase", "ASE, reading what ours wrote", files::read_back),
    ("slabs_platinum", "pymatgen", || surfaces::enumerate(&surfaces::PLATINUM)),
    ("slabs_cu3au", "pymatgen", || surfaces::enumerate(&surfaces::CU3AU)),
    ("slabs_rutile", "pymatgen", || surfaces::enumerate(&surfaces::RUTILE)),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        for (name, peer, _) in WORKLOADS {
            println!("{name}\t{peer}");
        }
        return ExitCode::SUCCESS;
    }
    let wanted = arguments.iter().position(|word| word == "--workload").and_then(|at| arguments.get(at + 1));
    if let Some(name) = wanted
        && !WORKLOADS.iter().any(|workload| workload.0 == name)
    {
        eprintln!("error: workload must be one of --list, got {name:?}");
        return ExitCode::FAILURE;
    }
    for (name, _, work) in WORKLOADS.iter().filter(|w| wanted.is_none_or(|wanted| wanted == w.0)) {
        match work() {
            Ok((cpu_s, rows, check)) => println!(
                "{{\"workload\":\"{name}\",\"rows\":{rows},\"cpu_s\":{cpu_s:e},\"check\":{check:.15e}}}"
            ),
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// All pairs within 6 Å with both atoms, shift, vector and distance; buffers are warm. Rows are atoms.
fn list(atoms: &Atoms, times: usize) -> Outcome {
    let mut list = NeighborList::build(atoms, 6.0)?;
    let start = ProcessTime::now();
    for _ in 0..times {
        black_box(&mut list).rebuild(black_box(atoms), 6.0)?;
    }
    let cpu_s = start.elapsed().as_secs_f64();
    let mean = list.distances().iter().sum::<f64>() / atoms.len() as f64;
    Ok((cpu_s, times * atoms.len(), mean))
}

/// Energy and forces of a slab of 196 atoms that move by up to 0.02 Å about where they were. Rows are evaluations. Unless
/// lists are to be kept, every second structure is moved as a whole, so that each evaluation starts with a search.
fn emt(keep: bool) -> Outcome {
    let slab = platinum_slab(7, 4)?;
    let mut structures = Vec::new();
    for n in 0..100_u64 {
        let mut k = n * 588;
        let whole = if keep || n % 2 == 0 { 0.0 } else { 0.5 };
        let mut moved = || {
            k += 1;
            0.02 * (2.0 * hashed(k - 1) - 1.0)
        };
        let positions: Vec<[f64; 3]> =
            slab.positions().iter().map(|p| std::array::from_fn(|axis| p[axis] + moved() + whole)).collect();
        let mut structure = slab.clone();
        structure.set_positions(&positions)?;
        structures.push(structure);
    }
    let mut calculator = Emt::new();
    calculator.evaluate(&slab, Wanted::FORCES)?;
    let (mut energy, mut force) = (0.0, 0.0);
    let times = 5;
    let start = ProcessTime::now();
    for _ in 0..times {
        for structure in &structures {
            let result = calculator.evaluate(black_box(structure), Wanted::FORCES)?;
            energy += result.energy_ev;
            force += result.forces_ev_angstrom[7][2];
        }
    }
    let cpu_s = start.elapsed().as_secs_f64();
    let rows = times * structures.len();
    Ok((cpu_s, rows, (energy + force) / rows as f64))
}

/// L-BFGS of O on the fcc site of Pt(111) 3 x 3 x 4, two layers fixed, to 0.01 eV/Å. Rows are relaxations.
fn relax() -> Outcome {
    let slab = platinum_slab(3, 4)?;
    let s = 3.92 / 2.0_f64.sqrt();
    let (mut elements, mut positions) = (slab.elements().to_vec(), slab.positions().to_vec());
    elements.push("O".parse()?);
    positions.push([s / 2.0, s * 0.75_f64.sqrt() / 3.0, positions[35][2] + 1.2]);
    let fixed = (0..37).map(|atom| atom < 18).collect();
    let mut atoms = Atoms::new(elements, positions)?.with_fixed(fixed)?;
    if let Some(cell) = slab.cell() {
        atoms = atoms.in_cell(*cell, [true; 3]);
    }
    let times = 200;
    let mut energy = 0.0;
    let start = ProcessTime::now();
    for _ in 0..times {
        energy = Relax::ase(0.01).run(black_box(atoms.clone()), &mut Emt::new())?.energy_ev();
    }
    Ok((start.elapsed().as_secs_f64(), times, energy))
}

const CUBIC: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
const SKEWED: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.4, 1.0, 0.0], [0.3, -0.35, 1.0]];

/// 29 x 29 x 29 cubic cells of copper, a = 3.61 Å, strained by a matrix and rattled by 0.05 Å.
fn copper(strain: [[f64; 3]; 3]) -> Result<Atoms> {
    let (a, n) = (3.61, 29_u32);
    let strain = Cell::new(strain)?;
    let mut positions = Vec::new();
    let mut rattle = (0_u64..).map(|k| 0.05 * 3.0_f64.sqrt() * (2.0 * hashed(k) - 1.0));
    for i in 0..n {
        for j in 0..n {
            for k in 0..n {
                for basis in [[0.0; 3], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]] {
                    let ideal: [f64; 3] =
                        std::array::from_fn(|axis| a * (f64::from([i, j, k][axis]) + basis[axis]));
                    positions.push(strain.cartesian(ideal).map(|x| x + rattle.next().unwrap_or(0.0)));
                }
            }
        }
    }
    let copper: Element = "Cu".parse()?;
    let side = a * f64::from(n);
    let cell = Cell::new(strain.vectors().map(|row| row.map(|x| x * side)))?;
    Ok(Atoms::new(vec![copper; positions.len()], positions)?.in_cell(cell, [true; 3]))
}

/// A Pt(111) slab of `n` x `n` atoms a layer, a = 3.92 Å, 10 Å of vacuum on each side, repeated in all directions.
fn platinum_slab(n: u32, layers: u32) -> Result<Atoms> {
    let side = 3.92 / 2.0_f64.sqrt();
    let (height, rise) = (3.92 / 3.0_f64.sqrt(), 3.0_f64.sqrt() / 2.0);
    let mut positions = Vec::new();
    for layer in 0..layers {
        for j in 0..n {
            for i in 0..n {
                // as ASE places them: the order of atoms counts
                let [u, v] = [[0.0; 2], [-1.0, 2.0], [1.0; 2]][((layers - 1 - layer) % 3) as usize];
                let (u, v) = (f64::from(i) + u / 3.0, f64::from(j) + v / 3.0);
                positions.push([side * (u + 0.5 * v), side * rise * v, 10.0 + height * f64::from(layer)]);
            }
        }
    }
    let platinum: Element = "Pt".parse()?;
    let (side, thick) = (side * f64::from(n), height * f64::from(layers - 1));
    let cell = Cell::new([[side, 0.0, 0.0], [0.5 * side, rise * side, 0.0], [0.0, 0.0, thick + 20.0]])?;
    Ok(Atoms::new(vec![platinum; positions.len()], positions)?.in_cell(cell, [true; 3]))
}

/// A number from 0 to 1 for each number (`SplitMix64`).
fn hashed(k: u64) -> f64 {
    let mut z = k.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}
