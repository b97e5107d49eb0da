//! Planets of the NASA Exoplanet Archive: its composite table, and a small table inside this crate.
//!
//! Limits stay limits: a mass that is an upper limit or comes from a mass-radius relation is refused where a density is
//! needed, and an eccentricity of zero is reported as assumed.

mod read;
mod record;

pub use read::{builtin, find, read, read_csv};
pub use record::{Eccentricity, MassOrigin, PlanetRecord, Quantity};
