#![doc = include_str!("../README.md")]

#[cfg(test)]
extern crate self as mobilequant;

#[cfg(all(test, feature = "train"))]
#[path = "../tests/it/fixtures.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "shared with the integration tests"
)]
mod fixtures;

mod array;
#[cfg(feature = "train")]
mod calibrate;
mod config;
mod error;
#[cfg(feature = "train")]
pub mod eval;
#[cfg(feature = "train")]
pub mod exchange;
#[cfg(feature = "experiments")]
pub mod experiments;
#[cfg(feature = "train")]
pub mod learn;
pub mod load;
#[cfg(feature = "train")]
mod model;
#[cfg(feature = "train")]
pub mod pretrain;
pub mod quant;
#[cfg(feature = "train")]
pub mod simulate;
mod tokenizer;
pub mod transform;
mod weights;

pub use array::Array;
#[cfg(feature = "train")]
pub use calibrate::Calibration;
pub use config::{Activation, Config, Family, NormKind};
pub use error::{Error, FileFault, Result, TokenizerFault};
#[cfg(feature = "train")]
pub use model::{FullPrecision, Model, Rope, Site, Tap, block_forward};
pub use tokenizer::Tokenizer;
pub use weights::{Block, Checkpoint, Linear, Matrix, Norm, Weights};
