//! Integration tests of the shared crate.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod candle_defects;
mod checkpoint;
mod conv;
mod golden;
mod grads;
mod init;
mod loss;
mod norm;
mod optimisers;
mod pool;
mod support;
