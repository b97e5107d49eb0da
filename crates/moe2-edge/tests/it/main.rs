//! Integration tests of moe2-edge.
#![allow(clippy::approx_constant, reason = "0.3180 is a quality")]
#![allow(
    clippy::float_cmp,
    reason = "costs are whole millijoules and milliseconds; several tests assert bit equality"
)]
#![allow(clippy::type_complexity, reason = "rows of reference tables")]
#![allow(clippy::unwrap_used, reason = "a failing step fails its test")]

mod certificate;
mod cluster;
mod cost;
mod data;
mod gate;
mod gate_file;
mod meter;
mod objectives;
#[cfg(all(feature = "gate", feature = "parquet"))]
mod router_data;
mod select;

/// Property tests with the same cases in every run.
fn same_cases(cases: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config {
        cases,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        failure_persistence: None,
        ..Default::default()
    }
}

/// The set of a list.
fn set(list: &[usize]) -> moe2_edge::ExpertSet {
    list.iter().copied().collect()
}
