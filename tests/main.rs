//! Checks that span the workspace: the registry of experiments, manifests, reports, dependency rules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "tests fail by panicking")]

mod altered;
mod browser;
mod dependencies;
mod registry;
mod reports;

use common::dataset::{DataRoots, Store};
use common::experiment::{Paper, Profile, Setup};
use std::path::PathBuf;

const PAPERS: &[Paper] = &[
    water_dc::experiments::PAPER,
    lava_tides::experiments::PAPER,
    snn_iir::experiments::PAPER,
    moe2_edge::experiments::PAPER,
    mobilequant::experiments::PAPER,
    catalyst_ml::experiments::PAPER,
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// A run without any data files, so that it is the same on every machine.
fn setup() -> Setup {
    let datasets = PAPERS.iter().flat_map(|paper| paper.datasets).copied();
    Setup::new(Profile::Smoke, 1, Store::new(DataRoots::default(), datasets).unwrap())
}
