#![doc = include_str!("../README.md")]

mod error;
mod spec;

pub use error::{Error, Result};
pub use spec::{LayerSpec, NetworkSpec, WeightLayer};
