//! Integration tests.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails where it cannot go on, and says what it skips"
)]
#![allow(clippy::needless_for_each, reason = "one line a tensor")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "sizes of tests are small"
)]

#[cfg(feature = "train")]
mod byte_model;
#[cfg(feature = "train")]
mod exchange;
#[cfg(feature = "train")]
mod files;
#[cfg(feature = "train")]
mod fixtures;
#[cfg(feature = "train")]
mod learning;
#[cfg(feature = "train")]
mod models;
#[cfg(feature = "train")]
mod pretraining;
mod quantisers;
#[cfg(feature = "train")]
mod real_model;
#[cfg(feature = "train")]
mod simulation;
#[cfg(feature = "train")]
mod transforms;
