//! The papers of the workspace.

use common::experiment::{Experiment, Paper};

/// Every paper, in the order of the report.
pub(crate) const PAPERS: &[Paper] = &[
    water_dc::experiments::PAPER,
    lava_tides::experiments::PAPER,
    snn_iir::experiments::PAPER,
    moe2_edge::experiments::PAPER,
    mobilequant::experiments::PAPER,
    catalyst_ml::experiments::PAPER,
];

/// Every experiment.
pub(crate) fn experiments() -> impl Iterator<Item = &'static Experiment> + Clone {
    PAPERS.iter().flat_map(|paper| paper.experiments)
}
