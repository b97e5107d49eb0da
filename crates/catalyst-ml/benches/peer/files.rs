//! Reading of files that this crate wrote: ASE, which reads the same ones, has to find the same numbers in them.

use super::{Outcome, hashed, platinum_slab};
use catalyst_ml::calculator::{Calculator, Emt, Wanted};
use catalyst_ml::io::{Coordinates, Frame, Frames, read_poscar, write_extxyz, write_poscar};
use catalyst_ml::{Error, Result};
use cpu_time::ProcessTime;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

const FRAMES: u64 = 100;

/// Rows are frames; the number is the mean over frames of all that a frame holds, and of the positions of the POSCAR.
pub(super) fn read_back() -> Outcome {
    let (extxyz, poscar) = write()?;
    let start = ProcessTime::now();
    let (mut total, mut rows) = (0.0, 0_usize);
    for frame in Frames::open(&extxyz)? {
        let frame = frame?;
        let fixed = frame.atoms.fixed().iter().filter(|fixed| **fixed).count();
        let forces = frame.forces_ev_angstrom.unwrap_or_default();
        let numbers = [frame.atoms.positions(), &forces].map(|rows| rows.as_flattened().iter().sum::<f64>());
        let force = forces.last().map_or(f64::NAN, |force| force[2]);
        total += frame.energy_ev.unwrap_or(f64::NAN) + fixed as f64 + numbers.iter().sum::<f64>() + force;
        rows += 1;
    }
    let cpu_s = start.elapsed().as_secs_f64();
    let slab = read_poscar(BufReader::new(File::open(&poscar).map_err(|source| fault(&poscar, source))?))?.0;
    let fixed = slab.fixed().iter().filter(|fixed| **fixed).count();
    let check = total / rows as f64 + fixed as f64 + slab.positions().as_flattened().iter().sum::<f64>();
    Ok((cpu_s, rows, check))
}

/// Slabs of platinum, rattled, the lower half fixed, with energies and forces; the first one also as POSCAR.
fn write() -> Result<(PathBuf, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench/catalyst-ml");
    std::fs::create_dir_all(&folder).map_err(|source| fault(&folder, source))?;
    let (extxyz, poscar) = (folder.join("slabs.extxyz"), folder.join("POSCAR"));
    let create = |path: &Path| File::create(path).map(BufWriter::new).map_err(|source| fault(path, source));
    let slab = platinum_slab(4, 4)?;
    let slab = slab.with_fixed((0..64).map(|atom| atom < 32).collect())?;
    let mut out = create(&extxyz)?;
    let mut calculator = Emt::new();
    for n in 0..FRAMES {
        let mut k = n * 192;
        let mut rattle = || {
            k += 1;
            0.1 * (2.0 * hashed(k - 1) - 1.0)
        };
        let positions: Vec<[f64; 3]> = slab.positions().iter().map(|p| p.map(|x| x + rattle())).collect();
        let mut atoms = slab.clone();
        atoms.set_positions(&positions)?;
        if n == 0 {
            write_poscar(&mut create(&poscar)?, &atoms, "Pt(111)", Coordinates::Direct)?;
        }
        let result = calculator.evaluate(&atoms, Wanted::FORCES)?;
        let (energy_ev, forces) = (Some(result.energy_ev), Some(result.forces_ev_angstrom));
        write_extxyz(&mut out, &Frame { energy_ev, forces_ev_angstrom: forces, ..Frame::new(atoms) })?;
    }
    Ok((extxyz, poscar))
}

fn fault(path: &Path, source: std::io::Error) -> Error {
    Error::Open { path: path.to_owned(), source }
}
