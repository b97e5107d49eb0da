//! Energies, forces and stress of structures.
//!
//! A [`Calculator`] gives them: [`Emt`] for some metals, [`LennardJones`] for anything that is held together by pairs.
#![allow(
    clippy::inline_always,
    reason = "loops are compiled again for each width of registers, with all they call"
)]

mod emt;
mod exponential;
mod lennard_jones;
mod stress;

pub use emt::Emt;
pub use lennard_jones::LennardJones;

use crate::{Atoms, Result};

/// Something that knows the energy of a structure.
///
/// ```
/// use catalyst_ml::{Atoms, calculator::{Calculator, Emt, Wanted}};
///
/// let copper = Atoms::new(vec!["Cu".parse()?; 2], vec![[0.0; 3], [2.5, 0.0, 0.0]])?;
/// let result = Emt::new().evaluate(&copper, Wanted::FORCES)?;
/// assert!((result.energy_ev - 3.7614101435).abs() < 1e-9);
/// assert!((result.forces_ev_angstrom[0][0] - 2.73787365).abs() < 1e-8);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
pub trait Calculator {
    /// The energy of a structure, and what else is wanted. The result depends on the structure alone, bit by bit: not on
    /// what was evaluated before, nor on how many threads evaluate.
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedElement`](crate::Error::UnsupportedElement) for an element without parameters,
    /// [`Error::NoVolume`](crate::Error::NoVolume) for the stress of a structure without a cell, and what the search for
    /// neighbours refuses.
    fn evaluate(&mut self, atoms: &Atoms, wanted: Wanted) -> Result<Evaluation>;
}

/// What is wanted besides the energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Forces on the atoms.
    pub forces: bool,
    /// Stress of the cell.
    pub stress: bool,
}

impl Wanted {
    /// The energy alone.
    pub const ENERGY: Self = Self { forces: false, stress: false };
    /// Energy and forces.
    pub const FORCES: Self = Self { forces: true, stress: false };
    /// Energy, forces and stress.
    pub const ALL: Self = Self { forces: true, stress: true };
}

/// What a calculator found.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Energy, eV.
    pub energy_ev: f64,
    /// Force on each atom, eV/Å: minus the derivative of the energy. Empty unless wanted.
    pub forces_ev_angstrom: Vec<[f64; 3]>,
    /// Derivative of the energy with respect to strain over the volume of the cell, eV/Å³; positive where the cell wants
    /// to shrink.
    pub stress_ev_angstrom3: Option<[[f64; 3]; 3]>,
}
