//! Integration tests.

#[cfg(feature = "train")]
mod fixtures;
mod quantisers;
#[cfg(feature = "train")]
mod real_model;
