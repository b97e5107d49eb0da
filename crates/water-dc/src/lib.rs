#![doc = include_str!("../README.md")]

pub mod batch;
pub mod columnar;
pub mod cooling;
pub mod country;
pub mod epw;
mod error;
#[cfg(feature = "experiments")]
pub mod experiments;
#[cfg(feature = "frames")]
pub mod frame;
pub mod fuel;
#[cfg(feature = "map")]
pub mod map;
mod profile;
pub mod request;
pub mod schedule;
mod site;
pub mod sql;
mod tables;
mod text;
pub mod tower;
pub mod uncertainty;
pub mod units;
pub mod view;
pub mod weather;
pub mod wet_bulb;

pub use country::Country;
pub use error::{Error, Result, Shortfall};
pub use profile::{CountrySite, PaperSites, Profile, SiteInputs};
pub use site::{Footprint, Leakage, Site};
pub use tables::{
    LanguageModel, OtherMix, PublishedEnergy, PublishedRow, Reference, Tables, TablesCsv, Task,
};
