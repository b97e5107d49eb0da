//! The paper's results as experiments: each `measure` computes numbers from a given set of tables, each `EXPERIMENT`
//! holds the embedded tables against what the paper prints.

mod places;
pub mod r1_request_energy;
pub mod r2_v2_figures;
pub mod r3_v3_figures;
pub mod r4_corrected_congo;
pub mod r5_offsite;
pub mod r6_onsite;
pub mod r7_nairobi_year;
pub mod r8_monthly_regions;
pub mod versions;

use common::dataset::Dataset;
use common::experiment::Paper;

/// The paper.
pub const PAPER: Paper = Paper {
    key: "water-dc",
    arxiv: "2412.03716",
    title: "A Water Efficiency Dataset for African Data Centers",
    version: env!("CARGO_PKG_VERSION"),
    experiments: &[
        r1_request_energy::EXPERIMENT,
        r2_v2_figures::EXPERIMENT,
        r3_v3_figures::EXPERIMENT,
        r4_corrected_congo::EXPERIMENT,
        r5_offsite::EXPERIMENT,
        r6_onsite::EXPERIMENT,
        r7_nairobi_year::EXPERIMENT,
        r8_monthly_regions::EXPERIMENT,
        versions::EXPERIMENT,
    ],
    datasets: &[Dataset {
        manifest: include_str!("../../../../datasets/electricity-africa.toml"),
        sample: None,
    }],
};
