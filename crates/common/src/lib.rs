//! Shared numerics, data sets, experiments and reports.
//!
//! What belongs here: code that two paper crates use and that has no paper's vocabulary in it, and the types
//! through which every paper crate states its experiments. What does not: anything one crate uses alone,
//! wrappers over other libraries, a prelude, a crate-wide error.
//!
//! | feature | adds |
//! | --- | --- |
//! | (none) | [`assert_close!`], [`ode`], [`quadrature`], [`rng`], [`roots`], [`stats`], [`width`] |
//! | `experiments` | `dataset`, `experiment`, `report` |
//! | `tensor` | `tensor`, `train`: candle with correct gradients, and training |

mod assert;
#[cfg(feature = "experiments")]
pub mod dataset;
#[cfg(feature = "experiments")]
pub mod experiment;
pub mod ode;
pub mod quadrature;
#[cfg(feature = "experiments")]
pub mod report;
pub mod rng;
pub mod roots;
pub mod stats;
#[cfg(feature = "tensor")]
pub mod tensor;
#[cfg(feature = "tensor")]
pub mod train;
pub mod width;
