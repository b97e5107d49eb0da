//! Selections against independent computations.

mod invariants;
mod large;
#[cfg(feature = "milp")]
mod milp;
mod random;
mod small;
