//! Spin of close-in planets: where the tidal torque vanishes, and how long the way there takes.
//!
//! The torque of a stiff solid jumps at every half-integer ratio of spin to mean motion over a width of the inverse
//! Maxwell time, 1e-9 to 1e-3 of the mean motion: spins are given by their distance to the nearest half-integer, and
//! grids are crowded around those down to 1e-9.

mod curve;
mod path;

pub use curve::{SpinRate, SpinState, TorqueCurve};
pub use path::{SpinPath, spin_path};

use crate::Result;
use crate::hansen::hut_functions;

/// Spin over mean motion at which a constant time lag gives no torque, `f2(e)/f3(e)` (Hut 1981).
///
/// ```
/// let ratio = lava_tides::spin::pseudo_synchronous_ratio(0.1)?;
/// assert!((ratio - 1.0600).abs() < 1e-4);
/// # Ok::<(), lava_tides::Error>(())
/// ```
///
/// # Errors
/// [`Error::Quantity`](crate::Error::Quantity) for an eccentricity outside `[0, 1)`.
pub fn pseudo_synchronous_ratio(eccentricity: f64) -> Result<f64> {
    let [_, f2, f3] = hut_functions(eccentricity)?;
    Ok(f2 / f3)
}
