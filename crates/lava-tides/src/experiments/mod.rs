//! The paper's claims as experiments. The full text was not available: numbers are called the paper's only where its
//! abstract has them, and everything measured with free parameters counts as synthetic.

mod planets;
pub mod r1_love_numbers;
pub mod r2_melting;
pub mod r3_earth_moon;
pub mod r6_rotation;

use common::experiment::Paper;

/// The paper.
pub const PAPER: Paper = Paper {
    key: "lava-tides",
    arxiv: "2412.07285",
    title: "Tides on Lava Worlds: Application to Close-in Exoplanets and the Early Earth-Moon System",
    version: env!("CARGO_PKG_VERSION"),
    experiments: &[
        r1_love_numbers::EXPERIMENT,
        r2_melting::EXPERIMENT,
        r3_earth_moon::EXPERIMENT,
        r6_rotation::EXPERIMENT,
    ],
    datasets: &[],
};
