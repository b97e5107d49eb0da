//! The paper's claims as experiments.
//!
//! The paper's models have 1.1 to 2.5 billion weights and were quantised on two A100; its tables are printed as they are.
//! What runs here is its method on a model of bytes inside the crate (771,328 weights), and in the profile `long` on a
//! model of 260,032 weights and one of 135 million where they are at hand. Small models have no outlying channels of their
//! own: they are put in, which leaves the function as it is. Orders of methods on such models are trends; that something
//! leaves the function as it is, is exact.

mod methods;
mod reference;
mod runs;
mod study;
pub mod t1s_methods;
pub mod t2_ablation;
pub mod t3_budget;
pub mod t6_smollm2;

use common::dataset::Dataset;
use common::experiment::{Bound, Evidence, Expected, Paper, Profile, Record};

/// The paper.
pub const PAPER: Paper = Paper {
    key: "mobilequant",
    arxiv: "2408.13933",
    title: "MobileQuant: Mobile-friendly Quantization for On-device Language Models",
    version: env!("CARGO_PKG_VERSION"),
    experiments: &[
        t1s_methods::EXPERIMENT,
        t2_ablation::EXPERIMENT,
        t3_budget::EXPERIMENT,
        t6_smollm2::EXPERIMENT,
    ],
    datasets: &[
        Dataset { manifest: include_str!("../../../../datasets/fortunes.toml"), sample: None },
        Dataset { manifest: include_str!("../../../../datasets/smollm2.toml"), sample: None },
        Dataset { manifest: include_str!("../../../../datasets/text.toml"), sample: None },
        Dataset { manifest: include_str!("../../../../datasets/tinyllama-260k.toml"), sample: None },
    ],
};

/// A row whose value is known without a model.
const fn known(name: &'static str, source: &'static str, bound: Bound) -> Expected {
    Expected::unprinted(name, "", source).within(bound)
}

/// A number that is judged in these profiles only, mostly an order that the paper reports of its models.
const fn order(name: &'static str, source: &'static str, bounds: &'static [(Profile, Bound)]) -> Expected {
    Expected::unprinted(name, "", source).within_by_profile(bounds)
}

const fn always(bound: Bound) -> [(Profile, Bound); 4] {
    [(Profile::Smoke, bound), (Profile::Quick, bound), (Profile::Long, bound), (Profile::Full, bound)]
}

const fn quick_and_up(bound: Bound) -> [(Profile, Bound); 3] {
    [(Profile::Quick, bound), (Profile::Long, bound), (Profile::Full, bound)]
}

const fn long_and_up(bound: Bound) -> [(Profile, Bound); 2] {
    [(Profile::Long, bound), (Profile::Full, bound)]
}

fn exact(record: &mut Record, name: &str, value: f64) {
    record.measure(name, value, Evidence::Exact);
}

fn trend(record: &mut Record, name: &str, value: f64) {
    record.measure(name, value, Evidence::Synthetic);
}
