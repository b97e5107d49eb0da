#![doc = include_str!("../README.md")]

mod array;
mod error;
pub mod quant;

pub use array::Array;
pub use error::{Error, FileFault, Result, TokenizerFault};
