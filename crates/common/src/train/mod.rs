//! Training: optimisers, schedules, gradient checks at run time, checkpoints.
//!
//! candle 0.11 has a plain gradient step and `AdamW`; both skip a variable without a gradient in silence. Here a
//! missing gradient is an error, momentum and `AMSGrad` exist, and the state of an optimiser can be saved and loaded,
//! so that a run that was interrupted continues to the same numbers, bit for bit.

pub mod adam;
pub mod checkpoint;
mod error;
pub mod grads;
mod parameters;
pub mod schedule;
pub mod sgd;
mod stack;

pub use error::{CheckpointFault, Error, Result};
pub use stack::with_stack;
