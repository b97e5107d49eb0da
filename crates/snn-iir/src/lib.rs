#![doc = include_str!("../README.md")]

#[cfg(feature = "train")]
mod activation;
#[cfg(feature = "train")]
mod ann;
#[cfg(feature = "train")]
pub mod balance;
pub mod cartpole;
#[cfg(feature = "train")]
mod checkpoint;
pub mod data;
#[cfg(feature = "train")]
pub mod doctor;
#[cfg(feature = "train")]
mod dropout;
pub mod energy;
mod error;
#[cfg(feature = "train")]
mod evaluate;
#[cfg(feature = "experiments")]
pub mod experiments;
#[cfg(feature = "train")]
mod fuse;
#[cfg(feature = "train")]
mod iir;
#[cfg(feature = "train")]
mod network;
pub mod neurobench;
pub mod neuron;
#[cfg(feature = "train")]
mod pass;
#[cfg(feature = "train")]
mod pooling;
mod schedule;
mod spec;
#[cfg(feature = "train")]
pub mod spiking;
#[cfg(feature = "train")]
mod stats;
pub mod tables;
#[cfg(feature = "train")]
pub mod trainer;
#[cfg(feature = "train")]
mod weights;

#[cfg(feature = "train")]
pub use activation::relu;
#[cfg(feature = "train")]
pub use ann::{Ann, Init};
#[cfg(feature = "train")]
pub use checkpoint::CheckpointInfo;
#[cfg(feature = "train")]
pub use dropout::Dropout;
pub use error::{Error, Result};
#[cfg(feature = "train")]
pub use evaluate::Evaluation;
#[cfg(feature = "train")]
pub use fuse::FusedAnn;
#[cfg(feature = "train")]
pub use iir::IirTrainer;
#[cfg(feature = "train")]
pub use network::{SpikingConfig, SpikingNet};
pub use schedule::IirSchedule;
pub use spec::{LayerSpec, NetworkSpec, WeightLayer};
#[cfg(feature = "train")]
pub use stats::{LayerStats, SpikeCounter, SpikeStats};
