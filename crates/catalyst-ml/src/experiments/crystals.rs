//! Crystals and slabs of the experiments.

use crate::{Atoms, Cell, Element, Result};

/// The primitive cell of an fcc crystal.
pub(super) fn fcc(symbol: &str, a_angstrom: f64) -> Result<Atoms> {
    let h = a_angstrom / 2.0;
    let cell = Cell::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]])?;
    Ok(Atoms::new(vec![symbol.parse()?], vec![[0.0; 3]])?.in_cell(cell, [true; 3]))
}

/// `n` x `n` x `n` cubic cells of an fcc crystal.
pub(super) fn cubic(symbol: &str, a_angstrom: f64, n: u32) -> Result<Atoms> {
    let mut positions = Vec::new();
    for k in 0..n * n * n {
        let corner = [k / (n * n), k / n % n, k % n].map(f64::from);
        for basis in [[0.0; 3], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]] {
            positions.push(std::array::from_fn(|axis| a_angstrom * (corner[axis] + basis[axis])));
        }
    }
    let side = a_angstrom * f64::from(n);
    let cell = Cell::new([[side, 0.0, 0.0], [0.0, side, 0.0], [0.0, 0.0, side]])?;
    let element: Element = symbol.parse()?;
    Ok(Atoms::new(vec![element; positions.len()], positions)?.in_cell(cell, [true; 3]))
}

/// Side of the surface cell of one atom of Pt(111), a = 3.92 Å.
pub(super) fn side_angstrom() -> f64 {
    3.92 / 2.0_f64.sqrt()
}

/// Pt(111), `n` x `n` atoms in each of four layers, lowest first, a = 3.92 Å, 10 Å of vacuum on each side, repeated in all
/// directions; the two lowest layers fixed.
pub(super) fn platinum_slab(n: u32) -> Result<Atoms> {
    let (side, rise, spacing) = (side_angstrom(), 0.75_f64.sqrt(), 3.92 / 3.0_f64.sqrt());
    let (mut positions, mut fixed) = (Vec::new(), Vec::new());
    for layer in 0..4_u32 {
        for k in 0..n * n {
            let stacking = f64::from((3 - layer) % 3) / 3.0;
            let (u, v) = (f64::from(k % n) - stacking, f64::from(k / n) - stacking);
            positions.push([side * (u + 0.5 * v), side * rise * v, 10.0 + spacing * f64::from(layer)]);
            fixed.push(layer < 2);
        }
    }
    let platinum: Element = "Pt".parse()?;
    let side = side * f64::from(n);
    let cell =
        Cell::new([[side, 0.0, 0.0], [0.5 * side, rise * side, 0.0], [0.0, 0.0, 20.0 + 3.0 * spacing]])?;
    Atoms::new(vec![platinum; positions.len()], positions)?.in_cell(cell, [true; 3]).with_fixed(fixed)
}
