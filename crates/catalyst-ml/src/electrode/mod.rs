//! The computational hydrogen electrode.
//!
//! ```text
//! mu(H+) + mu(e-) = 1/2 G(H2) - e U_RHE,    U_RHE = U_SHE + (kB T/e) ln10 pH
//! ```
//!
//! A step that takes up n pairs of proton and electron therefore costs `dG(U) = dG(0) + n e U`.

mod diagram;
mod potential;

pub use diagram::{DiagramStep, Direction, FreeEnergyDiagram, LimitingPotential};
pub use potential::ElectrodePotential;
