//! Reactions: species, balanced steps, networks, and the energies that they are given.
//!
//! Every step is checked for elements, charge and surface sites when it is made, every network for the sum of its
//! steps. Energies carry their reference in the type ([`AdsorptionEnergies`]), so that energies against isolated atoms
//! and energies against molecules cannot be mixed.

mod energies;
mod formation;
mod free_energies;
mod network;
pub mod networks;
mod species;
mod step;

pub use energies::{AdsorptionEnergies, GasAtoms, Molecules, Reference};
pub use formation::{Formation, FormationTable, ReactionThermochemistry};
pub use free_energies::{Corrections, FreeEnergies, OXYGEN_EV};
pub use network::ReactionNetwork;
pub use species::Species;
pub use step::ReactionStep;
