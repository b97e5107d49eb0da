//! Adsorbates, their placement on slabs, and what can go wrong with them in a relaxation.

mod adsorbate;
mod anomaly;
mod place;

pub use adsorbate::{Adsorbate, adsorbates};
pub use anomaly::{Anomalies, anomalies};
pub use place::{Orientation, place, random_sites};
