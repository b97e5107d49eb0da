//! The paper's claims as experiments.
//!
//! The paper's full text could not be had: its numbers are known through notes on it and are shown as second-hand.
//! Rows are judged against measured values, tables of other sources, closed forms and independent programs.

mod bulks;
mod crystals;
pub mod e12_neighbours;
pub mod e1_storage;
pub mod e2_thermochemistry;
pub mod e3_diagrams;
pub mod e4_volcanoes;
pub mod e5_scaling;
pub mod e6_surfaces;
pub mod e7_relaxation;

use common::dataset::Dataset;
use common::experiment::{Bound, Evidence, Expected, Paper, Record};

/// The paper.
pub const PAPER: Paper = Paper {
    key: "catalyst-ml",
    arxiv: "2010.09435",
    title: "An Introduction to Electrocatalyst Design using Machine Learning for Renewable Energy Storage",
    version: env!("CARGO_PKG_VERSION"),
    experiments: &[
        e1_storage::EXPERIMENT,
        e2_thermochemistry::EXPERIMENT,
        e3_diagrams::EXPERIMENT,
        e4_volcanoes::EXPERIMENT,
        e5_scaling::EXPERIMENT,
        e6_surfaces::EXPERIMENT,
        e7_relaxation::EXPERIMENT,
        e12_neighbours::EXPERIMENT,
    ],
    datasets: &[Dataset { manifest: include_str!("../../../../datasets/catalysis.toml"), sample: None }],
};

/// A row whose value is known without the paper.
const fn known(name: &'static str, unit: &'static str, source: &'static str, bound: Bound) -> Expected {
    Expected::unprinted(name, unit, source).within(bound)
}

/// A row that must come so near to a value that is known without the paper.
const fn near(name: &'static str, unit: &'static str, source: &'static str, value: f64, by: f64) -> Expected {
    known(name, unit, source, Bound::Between(value - by, value + by))
}

fn exact(record: &mut Record, name: impl Into<String>, value: f64) {
    record.measure(name, value, Evidence::Exact);
}
