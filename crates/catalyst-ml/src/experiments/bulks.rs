//! Crystals of known structure.

use crate::{Atoms, Cell, Result};

/// Face-centred positions, shifted.
fn fcc(at: [f64; 3]) -> Vec<[f64; 3]> {
    [[0.0; 3], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]]
        .map(|place| [0, 1, 2].map(|k| place[k] + at[k]))
        .to_vec()
}

fn crystal(vectors: [[f64; 3]; 3], species: &[(&str, Vec<[f64; 3]>)]) -> Result<Atoms> {
    let cell = Cell::new(vectors)?;
    let (mut elements, mut positions) = (Vec::new(), Vec::new());
    for (symbol, places) in species {
        for place in places {
            elements.push(symbol.parse()?);
            positions.push(cell.cartesian(*place));
        }
    }
    Ok(Atoms::new(elements, positions)?.in_cell(cell, [true; 3]))
}

fn box_of(a: f64, c: f64) -> [[f64; 3]; 3] {
    [[a, 0.0, 0.0], [0.0, a, 0.0], [0.0, 0.0, c]]
}

/// Platinum of a lattice constant, Å.
pub(super) fn platinum(a: f64) -> Result<Atoms> {
    crystal(box_of(a, a), &[("Pt", fcc([0.0; 3]))])
}

/// Body-centred iron.
pub(super) fn iron() -> Result<Atoms> {
    crystal(box_of(2.87, 2.87), &[("Fe", vec![[0.0; 3], [0.5; 3]])])
}

/// The ordered alloy of copper and gold.
pub(super) fn copper_gold() -> Result<Atoms> {
    crystal(box_of(3.74, 3.74), &[("Cu", fcc([0.0; 3])[1..].to_vec()), ("Au", vec![[0.0; 3]])])
}

/// Rock salt.
pub(super) fn rock_salt() -> Result<Atoms> {
    crystal(box_of(5.64, 5.64), &[("Na", fcc([0.0; 3])), ("Cl", fcc([0.5; 3]))])
}

/// Silicon.
pub(super) fn silicon() -> Result<Atoms> {
    crystal(box_of(5.43, 5.43), &[("Si", [fcc([0.0; 3]), fcc([0.25; 3])].concat())])
}

/// Hexagonal ruthenium.
pub(super) fn ruthenium() -> Result<Atoms> {
    let (a, third): (f64, f64) = (2.706, 1.0 / 3.0);
    let vectors = [[a, 0.0, 0.0], [-a / 2.0, a * 0.75_f64.sqrt(), 0.0], [0.0, 0.0, 4.282]];
    crystal(vectors, &[("Ru", vec![[third, 2.0 * third, 0.25], [2.0 * third, third, 0.75]])])
}

/// Rutile with the free coordinate of its oxygen atoms.
pub(super) fn rutile(u: f64) -> Result<Atoms> {
    let oxygen = vec![[u, u, 0.0], [-u, -u, 0.0], [0.5 - u, 0.5 + u, 0.5], [0.5 + u, 0.5 - u, 0.5]];
    crystal(box_of(4.594, 2.959), &[("Ti", vec![[0.0; 3], [0.5; 3]]), ("O", oxygen)])
}
