//! How uncertain a footprint is, and which input makes it so.
//!
//! The footprint is a polynomial of its inputs in which each occurs to the first power at most:
//! ```text
//! W = E γ_on + E γ_on ℓ + E ρ Σ_k s_k w_k
//! ```
//! with server energy E, leakage ℓ, PUE ρ, share `s_k` and water factor `w_k` of fuel k. That makes three things exact that
//! are sampled elsewhere: W rises with every input, so the interval is W at all lower and at all upper ends; mean and
//! variance follow from those of the inputs; and so do Sobol' indices, which rank the inputs. Only the quantiles are
//! sampled.
//!
//! Ranges are what the user says they are: each carries a label, and every result repeats it. The ranges of the factor sets
//! in the tables are [`FACTOR_SPREAD`], which is not a confidence interval.

mod footprint;
mod polynomial;
mod range;

pub use footprint::{Contribution, FACTOR_SPREAD, Sampling, UncertainFootprint, Uncertainty};
pub use range::{Range, Shape};
