//! Rocky planets close to their stars: an embedded table, and a reader of the NASA Exoplanet Archive's own tables.
//!
//! This research has made use of the NASA Exoplanet Archive, which is operated by the California Institute of
//! Technology, under contract with the National Aeronautics and Space Administration under the Exoplanet Exploration
//! Program.

mod builtin;
mod read;
mod record;

pub use builtin::builtin;
pub use read::{read_csv, read_file};
pub use record::{Axis, Limit, MassKind, Measurement, PlanetRecord};
