//! Integration tests of lava-tides.
#![allow(clippy::unwrap_used, reason = "a failing step fails its test")]

mod archive;
mod earth_moon;
mod golden;
mod hansen;
mod love;
mod passive;
