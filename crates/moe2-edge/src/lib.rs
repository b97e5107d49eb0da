#![doc = include_str!("../README.md")]

pub mod data;
mod error;
pub mod gate;

mod set;

pub use error::{Error, Result};
pub use set::ExpertSet;
