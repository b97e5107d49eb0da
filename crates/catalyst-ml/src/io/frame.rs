//! One structure of a file with what is known of it.

use crate::Atoms;
use std::collections::BTreeMap;

/// A structure with its energy, its forces and what else its file says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The structure.
    pub atoms: Atoms,
    /// Total energy, eV.
    pub energy_ev: Option<f64>,
    /// Force on each atom, eV/Å.
    pub forces_ev_angstrom: Option<Vec<[f64; 3]>>,
    /// Further entries of the comment line, by their keys.
    pub entries: BTreeMap<String, Value>,
}

impl Frame {
    /// A structure of which nothing else is known.
    #[must_use]
    pub fn new(atoms: Atoms) -> Self {
        Self { atoms, energy_ev: None, forces_ev_angstrom: None, entries: BTreeMap::new() }
    }
}

/// The value of a key of a comment line. A file does not mark types: a value that reads as a whole number is one.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `T` or `F`.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Real(f64),
    /// Several flags.
    Flags(Vec<bool>),
    /// Several whole numbers.
    Integers(Vec<i64>),
    /// Several finite numbers.
    Reals(Vec<f64>),
    /// Anything else.
    Text(String),
}

impl Value {
    /// The number, if it is one.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a whole number is asked for as a real one")]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(*value as f64),
            Self::Real(value) => Some(*value),
            _ => None,
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}
