//! Other ways to look at water than litres consumed: scarcity-weighted, withdrawn, and the stress of the place.
//!
//! They are quantities of their own. Litres consumed never turn into one of them by a hidden factor, and none of them
//! can be added to litres consumed:
//! ```compile_fail
//! use water_dc::{units::Liters, view::WorldLiters};
//! let consumed = Liters::new(1.0).unwrap();
//! let weighted = WorldLiters::new(30.0).unwrap();
//! let _ = consumed + weighted;
//! ```
//! The paper has no data for factors of scarcity and of withdrawal: the user supplies them, and there are no defaults.

mod scarcity;
mod stress;
mod withdrawal;

pub use scarcity::{ScarcityFactor, ScarcityFootprint, WorldLiters, scarcity_weighted};
pub use stress::WaterStress;
pub use withdrawal::{WithdrawalPerKwh, WithdrawalView, WithdrawnFootprint, WithdrawnLiters};
