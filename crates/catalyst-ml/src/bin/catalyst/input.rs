//! Crystals, planes and structures from arguments.

use crate::error::{Failure, Result};
use catalyst_ml::calculator::Emt;
use catalyst_ml::io::{Frames, read_poscar};
use catalyst_ml::pipeline::{fcc, relaxed_bulk};
use catalyst_ml::surface::{Miller, SlabSettings};
use catalyst_ml::{Atoms, Element};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// The fcc metals of EMT with their measured lattice constants, Å.
pub const METALS: [(&str, f64); 7] =
    [("Al", 4.05), ("Ni", 3.52), ("Cu", 3.61), ("Pd", 3.89), ("Ag", 4.09), ("Pt", 3.92), ("Au", 4.08)];

/// What must be said of every number of EMT.
pub const EMT: &str = "EMT, qualitative for H, C, N, O";

/// Options of slabs.
#[derive(clap::Args)]
pub struct SlabOptions {
    /// Least thickness, Å.
    #[arg(long, value_name = "ANGSTROM", default_value_t = 7.0)]
    thickness: f64,
    /// Vacuum, Å.
    #[arg(long, value_name = "ANGSTROM", default_value_t = 20.0)]
    vacuum: f64,
    /// Least length of the surface cell, Å.
    #[arg(long, value_name = "ANGSTROM", default_value_t = 8.0)]
    pub length: f64,
}

impl SlabOptions {
    pub fn settings(&self) -> SlabSettings {
        SlabSettings {
            min_thickness_angstrom: self.thickness,
            vacuum_angstrom: self.vacuum,
            ..SlabSettings::oc20()
        }
    }
}

/// A crystal: one of the metals, at the lattice constant of EMT, or a file.
pub fn crystal(text: &str) -> Result<Atoms> {
    let Some((symbol, measured)) = METALS.into_iter().find(|(symbol, _)| *symbol == text) else {
        return structure(Path::new(text));
    };
    let element: Element = symbol.parse()?;
    Ok(relaxed_bulk(&fcc(element, measured)?, &mut Emt::new())?)
}

/// The first structure of a file: extended XYZ by its ending, else a POSCAR.
pub fn structure(path: &Path) -> Result<Atoms> {
    let wrong = |source| Failure::Structure { path: path.into(), source };
    let extended = [".extxyz", ".xyz", ".xz"].iter().any(|ending| path.to_string_lossy().ends_with(ending));
    let file = File::open(path).map_err(|source| Failure::File { path: path.into(), source })?;
    if extended {
        let frame = Frames::open(path).map_err(wrong)?.next();
        return Ok(frame.ok_or_else(|| Failure::Empty { path: path.into() })?.map_err(wrong)?.atoms);
    }
    Ok(read_poscar(BufReader::new(file)).map_err(wrong)?.0)
}

/// Planes like `1,1,1`.
pub fn miller(text: &str) -> Result<Miller> {
    let wrong =
        || Failure::Option { option: "miller", needs: "three whole numbers like 1,1,1", value: text.into() };
    let numbers: Option<Vec<i32>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    match numbers.ok_or_else(wrong)?[..] {
        [h, k, l] => Ok(Miller::new(h, k, l)?),
        _ => Err(wrong()),
    }
}
