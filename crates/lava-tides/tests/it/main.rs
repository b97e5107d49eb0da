//! Integration tests of lava-tides.
#![allow(clippy::excessive_precision, reason = "reference values keep their digits")]
#![allow(clippy::unwrap_used, reason = "a failing step fails its test")]

mod archive;
mod earth_moon;
mod evolve;
#[cfg(feature = "experiments")]
mod experiments;
mod golden;
mod hansen;
mod love;
mod map;
mod monte_carlo;
mod passive;
mod planets;
mod spin;
mod surface;
mod tides;

/// Property tests with the same cases in every run.
fn same_cases(cases: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config {
        cases,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        failure_persistence: None,
        ..Default::default()
    }
}
