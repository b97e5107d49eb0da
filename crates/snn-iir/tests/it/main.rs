//! Integration tests of snn-iir.
#![allow(clippy::excessive_precision, reason = "reference values keep their digits")]
#![allow(clippy::float_cmp, reason = "bit equality is what several tests assert")]
#![allow(clippy::unwrap_used, reason = "a failing step fails its test")]

mod cartpole;
#[cfg(feature = "train")]
mod conversion;
mod data;
#[cfg(feature = "frames")]
mod data_parquet;
mod data_readers;
mod data_real;
mod energy;
#[cfg(feature = "train")]
mod fixtures;
mod neuron;
mod spec;
#[cfg(feature = "train")]
mod spiking;
#[cfg(feature = "train")]
mod training;

/// Property tests with the same cases in every run.
fn same_cases(cases: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config {
        cases,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        failure_persistence: None,
        ..Default::default()
    }
}
