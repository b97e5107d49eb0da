//! The paper's claims as experiments.
//!
//! Of the paper only the abstract could be had, so no row carries a number of the paper. Facts of the solvers, the cost
//! model and the gates are judged against independent programs and closed forms. Curves over budgets are drawn on experts
//! that the crate trains itself (labelled synthetic), and on public routing data where that is at hand.

mod study;
pub mod x1_selector;
pub mod x2_energy;
pub mod x3_delay;
pub mod x4_gate;
pub mod x5_property;

use common::dataset::Dataset;
use common::experiment::{Bound, Evidence, Expected, Paper, Record};

/// The paper.
pub const PAPER: Paper = Paper {
    key: "moe2-edge",
    arxiv: "2501.09410",
    title: "MoE²: Optimizing Collaborative Inference for Edge Large Language Models",
    version: env!("CARGO_PKG_VERSION"),
    experiments: &[
        x1_selector::EXPERIMENT,
        x2_energy::EXPERIMENT,
        x3_delay::EXPERIMENT,
        x4_gate::EXPERIMENT,
        x5_property::EXPERIMENT,
    ],
    datasets: &[Dataset { manifest: include_str!("../../../../datasets/router.toml"), sample: None }],
};

/// A row whose value is known from elsewhere.
const fn known(name: &'static str, unit: &'static str, source: &'static str, bound: Bound) -> Expected {
    Expected::unprinted(name, unit, source).within(bound)
}

/// A row that must be exactly this.
const fn equal(name: &'static str, unit: &'static str, source: &'static str, value: f64) -> Expected {
    known(name, unit, source, Bound::Between(value, value))
}

fn exact(record: &mut Record, name: &str, value: f64) {
    record.measure(name, value, Evidence::Exact);
}
