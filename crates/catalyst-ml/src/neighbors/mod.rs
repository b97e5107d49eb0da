//! Which atoms are near which.
//!
//! [`NeighborList`] lists all pairs within a cutoff, [`SkinList`] the same for atoms that move in small steps, and
//! [`LimitPolicy`] says how to keep the nearest ones only.
#![allow(
    clippy::inline_always,
    reason = "loops are compiled again for each width of registers, with all they call"
)]

mod frame;
mod grid;
mod kernel;
mod limit;
mod list;
mod skin;

pub use limit::LimitPolicy;
pub use list::{NeighborList, Shift};
pub use skin::SkinList;
