#![doc = include_str!("../README.md")]

mod error;
mod set;

pub use error::{Error, Result};
pub use set::ExpertSet;
