//! Integration tests.

#[cfg(feature = "train")]
mod files;
#[cfg(feature = "train")]
mod fixtures;
#[cfg(feature = "train")]
mod models;
mod quantisers;
#[cfg(feature = "train")]
mod real_model;
#[cfg(feature = "train")]
mod simulation;
#[cfg(feature = "train")]
mod transforms;
