//! Atoms and the cell that repeats them.

mod atoms;
mod cell;

pub use atoms::{Atoms, Tag};
pub use cell::Cell;
pub(crate) use cell::{cross, dot, length};
