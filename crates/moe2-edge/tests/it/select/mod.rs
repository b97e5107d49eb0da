//! Selections against independent computations.

mod invariants;
mod large;
mod random;
mod small;
