#![doc = include_str!("../README.md")]

pub mod data;
mod error;
pub mod gate;
pub mod meter;
mod set;

pub use error::{Error, Result};
pub use set::ExpertSet;
