#![doc = include_str!("../README.md")]

mod array;
mod config;
mod error;
pub mod load;
pub mod quant;
mod weights;

pub use array::Array;
pub use config::{Activation, Config, Family, NormKind};
pub use error::{Error, FileFault, Result, TokenizerFault};
pub use weights::{Block, Checkpoint, Linear, Matrix, Norm, Weights};
