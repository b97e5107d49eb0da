//! Integration tests of lava-tides.
#![allow(clippy::excessive_precision, reason = "reference values keep their digits")]
#![allow(clippy::unwrap_used, reason = "a failing step fails its test")]

mod archive;
mod earth_moon;
mod evolve;
mod golden;
mod hansen;
mod love;
mod map;
mod monte_carlo;
mod passive;
mod planets;
mod spin;
mod surface;
mod tides;
