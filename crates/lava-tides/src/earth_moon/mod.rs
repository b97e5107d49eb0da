//! The recession of the Moon from a molten Earth.
//!
//! The orbit is circular and in the plane of the equator, and the total angular momentum is conserved, so that the
//! distance alone is the state ([`EarthMoon`]). The time from one distance to another is then a quadrature over the
//! logarithm of the distance ([`Track`]):
//!
//! ```text
//! T = (3/2) G M_p² R⁵ a⁻⁶ Im k₂(2(Ω - n)),   dL_orb/dt = -T,   t = ∫ L_orb/(-2 T) d ln a
//! ```
//!
//! A [`Scenario`] makes responses from an ocean's depth and drag; [`Grid::sweep`] maps the time over both, and
//! [`shortest_time`] and [`contour`] search that plane. Every time is conditional on the drag, a free parameter.

mod contour;
mod cooling;
mod scenario;
mod search;
mod shard;
mod sweep;
mod system;
mod track;

pub use contour::contour;
pub use cooling::{Cooling, CoolingEnd, Frozen};
pub use scenario::{Floor, Scenario};
pub use search::{Optimum, shortest_time};
pub use shard::{Part, Shard, merge};
pub use sweep::{Grid, Map};
pub use system::{EarthMoon, MOON_RADIUS_M, State};
pub use track::{Recession, Track, recession_time_s};
