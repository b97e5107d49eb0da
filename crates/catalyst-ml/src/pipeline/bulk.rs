//! Crystals to begin with.

use crate::calculator::{Calculator, Wanted};
use crate::{Atoms, Cell, Element, Error, Result};

/// The primitive cell of an fcc metal with a lattice constant, Å.
///
/// # Errors
///
/// [`Error::Quantity`] unless it is above zero and at most 100.
pub fn fcc(element: Element, lattice_constant_angstrom: f64) -> Result<Atoms> {
    let a = crate::thermo::above_zero("lattice constant, Å", lattice_constant_angstrom)?;
    if a > 100.0 {
        return Err(Error::Quantity { name: "lattice constant, Å", rule: "at most 100", value: a });
    }
    let h = 0.5 * a;
    let cell = Cell::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]])?;
    Ok(Atoms::new(vec![element], vec![[0.0; 3]])?.in_cell(cell, [true; 3]))
}

/// The crystal with its lattice scaled to the least energy of a calculator; the scale may change by at most a sixth.
///
/// # Errors
///
/// [`Error::NotPeriodic`] unless it repeats along three vectors, [`Error::Quantity`] if the energy is least at an end of
/// the scales, and what the calculator refuses.
pub fn relaxed_bulk(bulk: &Atoms, calculator: &mut impl Calculator) -> Result<Atoms> {
    let mut energy = |scale: f64| -> Result<f64> {
        Ok(calculator.evaluate(&scaled(bulk, scale)?, Wanted::ENERGY)?.energy_ev)
    };
    // golden section: the interval shrinks by the same ratio with each evaluation
    let ratio = 0.5 * (5f64.sqrt() - 1.0);
    let (least, most) = (5.0 / 6.0, 7.0 / 6.0);
    let (mut low, mut high): (f64, f64) = (least, most);
    let (mut left, mut right) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut at_left, mut at_right) = (energy(left)?, energy(right)?);
    while high - low > 1e-7 {
        if at_left < at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - ratio * (high - low);
            at_left = energy(left)?;
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + ratio * (high - low);
            at_right = energy(right)?;
        }
    }
    let scale = 0.5 * (low + high);
    if scale - least < 1e-5 || most - scale < 1e-5 {
        let (name, rule) = ("scale of the lattice", "between 5/6 and 7/6 of the one given");
        return Err(Error::Quantity { name, rule, value: scale });
    }
    scaled(bulk, scale)
}

fn scaled(bulk: &Atoms, scale: f64) -> Result<Atoms> {
    let cell = match bulk.cell() {
        Some(cell) if bulk.periodic() == [true; 3] => cell,
        _ => return Err(Error::NotPeriodic { periodic: bulk.periodic() }),
    };
    let stretched = |vectors: &[[f64; 3]]| -> Vec<[f64; 3]> {
        vectors.iter().map(|vector| vector.map(|x| x * scale)).collect()
    };
    let mut atoms = bulk.clone();
    atoms.set_positions(&stretched(bulk.positions()))?;
    let [a, b, c] = cell.vectors().map(|vector| vector.map(|x| x * scale));
    Ok(atoms.in_cell(Cell::new([a, b, c])?, [true; 3]))
}
