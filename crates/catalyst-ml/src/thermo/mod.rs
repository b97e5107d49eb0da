//! Thermochemistry: from an electronic energy to a free energy.
//!
//! ```text
//! G = E + ZPE + thermal energy - T S + corrections
//! ```
//!
//! Adsorbates are sets of harmonic oscillators ([`Vibrations::free_energy`]), molecules ideal gases ([`IdealGas`]).
//! Whatever else belongs to a species enters by name and stays visible in the result ([`FreeEnergy`]).

mod condition;
mod free_energy;
mod ideal_gas;
mod vibrations;

pub use condition::{Pressure, Temperature};
pub(crate) use condition::{above_zero, finite};
pub use free_energy::{ElectricField, FreeEnergy};
pub use ideal_gas::{IdealGas, Rotor};
pub use vibrations::Vibrations;
