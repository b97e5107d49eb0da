//! Integration tests of snn-iir.
#![allow(clippy::excessive_precision, reason = "reference values keep their digits")]
#![allow(clippy::unwrap_used, reason = "a failing step fails its test")]

mod cartpole;
mod data;
mod energy;
mod neuron;
mod spec;
#[cfg(feature = "train")]
mod spiking;

/// Property tests with the same cases in every run.
fn same_cases(cases: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config {
        cases,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        failure_persistence: None,
        ..Default::default()
    }
}
