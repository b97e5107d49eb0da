#![doc = include_str!("../README.md")]

pub mod batch;
pub mod columnar;
pub mod country;
pub mod epw;
mod error;
#[cfg(feature = "frames")]
pub mod frame;
pub mod fuel;
mod profile;
pub mod request;
mod site;
pub mod sql;
mod tables;
mod text;
pub mod tower;
pub mod units;
pub mod weather;
pub mod wet_bulb;

pub use country::Country;
pub use error::{Error, Result};
pub use profile::{CountrySite, PaperSites, Profile, SiteInputs};
pub use site::{Footprint, Leakage, Site};
pub use tables::{
    LanguageModel, OtherMix, PublishedEnergy, PublishedRow, Reference, Tables, TablesCsv, Task,
};
