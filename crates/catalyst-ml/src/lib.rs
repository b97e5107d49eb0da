#![doc = include_str!("../README.md")]

pub mod adsorb;
pub mod calculator;
pub mod constants;
pub mod electrode;
mod element;
mod error;
#[cfg(feature = "experiments")]
pub mod experiments;
#[cfg(feature = "experiments")]
pub mod figure;
pub mod io;
pub mod neighbors;
pub mod pipeline;
pub mod reaction;
pub mod relax;
pub mod storage;
mod structure;
pub mod surface;
pub mod tables;
pub mod thermo;
pub mod volcano;

pub use element::Element;
pub use error::{Error, Result};
pub use structure::{Atoms, Cell, Tag};
