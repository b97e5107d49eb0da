//! Scaling relations, volcanoes and activity maps.

mod hydrogen;
mod map;
mod oxygen;
mod sabatier;
mod scaling;

pub use hydrogen::{ExchangeCurrent, sites_per_cm2_fcc111};
pub use map::ActivityMap;
pub use oxygen::{SCALING_OFFSET_EV, oxygen_reduction, oxygen_reduction_o_oh, oxygen_reduction_oh_ooh};
pub use sabatier::{Activity, Barrier, Descriptor, Placed, Volcano, VolcanoStep};
pub use scaling::{LinearScaling, Prediction};
