//! The gate: which experts of a set should answer a prompt.
//!
//! A gate gives every expert a logit `h_i(x)` from the words of the prompt `x`. Restricted to a set `S` of experts its
//! weights are the masked softmax
//!
//! ```text
//! g_i(x; S) = [i in S] exp(h_i(x) / tau) / sum_{j in S} exp(h_j(x) / tau)
//! ```
//!
//! so that one gate, trained once on all experts, serves every set. Under which loss the optimum on all experts stays
//! the optimum on a set is derived at [`GateLoss`]; `restriction_regret` measures what it costs where it does not.
//!
//! Prediction and files need no feature. Training needs the feature `gate`.

mod activation;
#[cfg(feature = "gate")]
mod bag;
mod blend;
mod calibration;
mod cascade;
pub mod evaluate;
mod fault;
mod features;
mod file;
mod knn;
mod linear;
mod loss;
mod mlp;
mod model;
#[cfg(feature = "gate")]
mod network;
#[cfg(feature = "gate")]
mod regret;
#[cfg(feature = "gate")]
mod tabular;
#[cfg(feature = "gate")]
mod train;

pub use activation::{Activation, GateWeights, masked_softmax, top_k};
pub use blend::Blend;
pub use calibration::{CalibrationBin, CalibrationReport, calibrate_temperature};
pub use cascade::{Cascade, cascade};
pub use fault::GateFileFault;
pub use features::{HashedFeatures, SparseVector, tokens};
pub use knn::Knn;
pub use linear::HashedLinear;
pub use loss::GateLoss;
pub use mlp::Mlp;
pub use model::{Gate, GateModel};
#[cfg(feature = "gate")]
pub use regret::{RestrictionRegret, restriction_regret};
#[cfg(feature = "gate")]
pub use tabular::{Examples, Tabular};
#[cfg(feature = "gate")]
pub use train::{GateConfig, GateKind, TrainReport, TrainingConfig};
