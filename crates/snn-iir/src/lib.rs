#![doc = include_str!("../README.md")]

pub mod data;
mod error;
pub mod neuron;
mod spec;
#[cfg(feature = "train")]
pub mod spiking;

pub use error::{Error, Result};
pub use spec::{LayerSpec, NetworkSpec, WeightLayer};
