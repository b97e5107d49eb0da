#![doc = include_str!("../README.md")]

pub mod archive;
mod body;
pub mod constants;
pub mod earth_moon;
mod error;
pub mod evolve;
#[cfg(feature = "experiments")]
pub mod experiments;
pub mod hansen;
mod kernel;
pub mod map;
pub mod monte_carlo;
mod orbit;
mod planet;
pub mod response;
pub mod rheology;
pub mod spin;
pub mod surface;
mod tides;
mod validity;

pub use body::Body;
pub use error::{Error, Result};
pub use orbit::Orbit;
pub use planet::{Planet, Star};
pub use response::TidalResponse;
pub use tides::{TidalMode, TidalState, TideTerms, tidal_state};
pub use validity::{Validity, Violation};
