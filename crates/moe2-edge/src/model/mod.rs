//! Experts, devices and links.

mod expert;

pub use expert::{CategoryCost, Expert};
