//! Loops compiled for the processor at hand.
//!
//! A task is written once as plain Rust and compiled twice, for any x86-64 and for AVX2. Neither uses fused
//! multiplication, so both give the same bits.

mod dispatch;
mod power;

pub(crate) use dispatch::{Task, run};
pub(crate) use power::NegativePower;

/// Length of the pieces in which long slices are worked through: all temporaries stay in the first cache.
pub(crate) const BLOCK: usize = 128;
