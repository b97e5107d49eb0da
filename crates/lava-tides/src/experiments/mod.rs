//! The paper's claims as experiments.
//!
//! The paper's full text could not be had, so its inputs are not known and only its abstract is judged:
//!
//! - C1: beyond a critical melt fraction the tide of the fluid replaces that of a weak solid, which earlier models kept;
//! - C2: it drives the early Moon to about 25 Earth radii within 1e4 to 1e5 years;
//! - C3: molten close-in planets evade spin-orbit resonances and synchronise within a Myr rather than a Gyr;
//! - C4: tidal heat rather than starlight is likely to control the surfaces of detected close-in planets.
//!
//! Rows on these claims have the evidence `synthetic`: their inputs are reference values of public ports or choices made
//! here. The other rows are closed forms, classical results and values of independent programs, which no paper number
//! stands behind.

mod planets;
pub mod r1_love_spectrum;
pub mod r2_melt_transition;
pub mod r3_earth_moon;
pub mod r4_spin;
pub mod r5_energy_budget;
pub mod r6_rotation;

use common::dataset::Dataset;
use common::experiment::{Bound, Evidence, Expected, Paper, Profile, Record};

/// The paper.
pub const PAPER: Paper = Paper {
    key: "lava-tides",
    arxiv: "2412.07285",
    title: "Tides on Lava Worlds: Application to Close-in Exoplanets and the Early Earth-Moon System",
    version: env!("CARGO_PKG_VERSION"),
    experiments: &[
        r1_love_spectrum::EXPERIMENT,
        r2_melt_transition::EXPERIMENT,
        r3_earth_moon::EXPERIMENT,
        r4_spin::EXPERIMENT,
        r5_energy_budget::EXPERIMENT,
        r6_rotation::EXPERIMENT,
    ],
    datasets: &[Dataset { manifest: include_str!("../../../../datasets/exoplanets.toml"), sample: None }],
};

/// A row on a claim of the abstract.
const fn claim(name: &'static str, unit: &'static str, source: &'static str, bound: Bound) -> Expected {
    Expected::unprinted(name, unit, source).within(bound)
}

/// A row whose value is known without the paper.
const fn known(name: &'static str, unit: &'static str, source: &'static str, bound: Bound) -> Expected {
    Expected::unprinted(name, unit, source).within(bound)
}

/// A relative difference to a value known without the paper, see [`agree`].
const fn agreement(name: &'static str, source: &'static str, at_most: f64) -> Expected {
    known(name, "relative", source, Bound::AtMost(at_most))
}

/// Measures the relative difference to a known value.
fn agree(record: &mut Record, name: &str, ours: f64, known: f64) {
    record.measure(name, (ours / known - 1.0).abs(), Evidence::Exact);
}

/// Measures a number that a claim is held against.
fn weigh(record: &mut Record, name: &str, value: f64) {
    record.measure(name, value, Evidence::Synthetic);
}

/// A number for each size of run: smoke, quick, and long or full.
const fn sized(profile: Profile, sizes: [usize; 3]) -> usize {
    match profile {
        Profile::Smoke => sizes[0],
        Profile::Quick => sizes[1],
        Profile::Long | Profile::Full => sizes[2],
    }
}
