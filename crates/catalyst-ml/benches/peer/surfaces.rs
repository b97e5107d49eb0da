//! Enumeration of slabs up to Miller index 2, on the crystals that `benches/peers/surfaces.py` also has. Each enumeration
//! starts from the bulk's atoms: symmetry, distinct indices, all terminations, which differ from below.

use super::Outcome;
use catalyst_ml::surface::{Bulk, SlabSettings};
use catalyst_ml::{Atoms, Cell, Result};
use cpu_time::ProcessTime;
use std::hint::black_box;

type Species = &'static [(&'static str, &'static [[f64; 3]])];

/// A cubic or tetragonal crystal.
pub(super) struct Crystal {
    /// Lengths of the cell's edges, Å.
    edges: [f64; 3],
    /// Elements with their fractional positions.
    species: Species,
}

pub(super) const PLATINUM: Crystal = Crystal {
    edges: [3.92; 3],
    species: &[("Pt", &[[0.0; 3], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]])],
};

pub(super) const CU3AU: Crystal = Crystal {
    edges: [3.74; 3],
    species: &[("Cu", &[[0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]]), ("Au", &[[0.0; 3]])],
};

pub(super) const RUTILE: Crystal = Crystal {
    edges: [4.594, 4.594, 2.959],
    species: &[
        ("Ti", &[[0.0; 3], [0.5; 3]]),
        ("O", &[[0.305, 0.305, 0.0], [0.695, 0.695, 0.0], [0.195, 0.805, 0.5], [0.805, 0.195, 0.5]]),
    ],
};

/// Rows are enumerations; the number is that of terminations.
pub(super) fn enumerate(crystal: &Crystal) -> Outcome {
    let atoms = atoms(crystal)?;
    let once = || -> Result<usize> {
        let bulk = Bulk::new(black_box(&atoms), 0.1)?;
        Ok(bulk.all_slabs(2, &SlabSettings::oc20())?.iter().filter(|slab| slab.top).count())
    };
    let (mut terminations, rows) = (once()?, 50);
    let start = ProcessTime::now();
    for _ in 0..rows {
        terminations = black_box(once()?);
    }
    Ok((start.elapsed().as_secs_f64(), rows, terminations as f64))
}

fn atoms(crystal: &Crystal) -> Result<Atoms> {
    let [a, b, c] = crystal.edges;
    let cell = Cell::new([[a, 0.0, 0.0], [0.0, b, 0.0], [0.0, 0.0, c]])?;
    let (mut elements, mut positions) = (Vec::new(), Vec::new());
    for (symbol, places) in crystal.species {
        for place in *places {
            elements.push(symbol.parse()?);
            positions.push(cell.cartesian(*place));
        }
    }
    Ok(Atoms::new(elements, positions)?.in_cell(cell, [true; 3]))
}
