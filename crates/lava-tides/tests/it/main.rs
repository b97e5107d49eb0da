//! Integration tests of lava-tides.

mod golden;
mod love;
mod passive;
