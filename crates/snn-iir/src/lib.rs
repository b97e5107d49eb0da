//! Spiking neural networks that answer in one timestep.

pub mod data;
mod error;

pub use error::{Error, Result};
