#![doc = include_str!("../README.md")]

pub mod cluster;
pub mod cost;
pub mod data;
mod error;
#[cfg(feature = "experiments")]
pub mod experiments;
pub mod fixed;
pub mod gate;
pub mod instance;
mod kernel;
pub mod meter;
pub mod model;
pub mod objective;
mod quality;
pub mod select;
mod set;

pub use error::{Error, Result};
pub use model::Expert;
pub use quality::QualityTable;
pub use set::ExpertSet;
