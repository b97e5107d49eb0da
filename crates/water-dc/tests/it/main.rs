//! Integration tests of the water model.
#![allow(clippy::unwrap_used, reason = "test code")]
#![allow(clippy::float_cmp, reason = "where equality is asserted, it has to be exact")]

mod batch;
mod cooling;
mod epw;
mod errors;
#[cfg(feature = "frames")]
mod frames;
mod golden;
mod invariants;
#[cfg(feature = "map")]
mod map;
mod paper;
mod request;
mod schedule;
#[cfg(feature = "serde")]
mod serde;
mod tables;
mod uncertainty;
mod weather;
mod wet_bulb;

/// Rows of a golden file: name to text, without its comment lines.
fn golden(text: &str) -> Vec<std::collections::HashMap<String, String>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

/// A number of a golden row.
fn number(row: &std::collections::HashMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap()
}

/// Property tests with the same cases in every run.
fn same_cases(cases: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config {
        cases,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        failure_persistence: None,
        ..Default::default()
    }
}
