//! The paper's claims as experiments.
//!
//! The paper's networks and data need days or a GPU; what runs here is its method on small networks: handwritten digits
//! inside the crate, and CIFAR-10 from JPEG copies where it is at hand. Such rows are trends. Energies, operation counts
//! and facts of the neuron are exact. Rows that the paper does not print name their source instead.

mod chain;
pub mod depth;
pub mod energy;
pub mod iir;
pub mod neuron;

use common::dataset::Dataset;
use common::experiment::{Bound, Evidence, Expected, Paper, Profile, Record};

/// The paper.
pub const PAPER: Paper = Paper {
    key: "snn-iir",
    arxiv: "2110.05929",
    title: "One Timestep is All You Need: Training Spiking Neural Networks with Ultra Low Latency",
    version: env!("CARGO_PKG_VERSION"),
    experiments: &[energy::EXPERIMENT, neuron::EXPERIMENT, iir::EXPERIMENT, depth::EXPERIMENT],
    datasets: &[
        Dataset { manifest: include_str!("../../../../datasets/cifar10-jpeg.toml"), sample: None },
        Dataset { manifest: include_str!("../../../../datasets/mnist-t10k.toml"), sample: None },
    ],
};

/// A row whose value is known without training.
const fn known(name: &'static str, unit: &'static str, source: &'static str, bound: Bound) -> Expected {
    Expected::unprinted(name, unit, source).within(bound)
}

/// A row on the digits, judged from the quick run on: a smoke run trains a smaller network once.
const fn trend(name: &'static str, unit: &'static str, bounds: &'static [(Profile, Bound)]) -> Expected {
    Expected::unprinted(name, unit, "digits, mean over three seeds").within_by_profile(bounds)
}

const fn quick_and_up(bound: Bound) -> [(Profile, Bound); 3] {
    [(Profile::Quick, bound), (Profile::Long, bound), (Profile::Full, bound)]
}

fn exact(record: &mut Record, name: &str, value: f64) {
    record.measure(name, value, Evidence::Exact);
}
