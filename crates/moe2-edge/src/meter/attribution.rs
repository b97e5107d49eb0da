//! Whose energy it was.

use crate::{Error, Result};

/// The energy of a server over a while, divided.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// What the server would have used without a request, in joules.
    pub idle_j: f64,
    /// What each request used, in joules; with `idle_j` they sum to the energy measured.
    pub requests_j: Vec<f64>,
}

/// Divides what a server used beyond its idle power among requests in proportion to their busy times, which may
/// overlap. If it used less than its idle power says, or nobody was busy, all of it is idle.
///
/// ```
/// let shares = moe2_edge::meter::attribute(100.0, 4.0, 10.0, &[1.0, 3.0])?;
/// assert_eq!((shares.idle_j, shares.requests_j), (40.0, vec![15.0, 45.0]));
/// # Ok::<(), moe2_edge::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidValue`] for a number that is negative or not finite.
pub fn attribute(energy_j: f64, idle_w: f64, elapsed_s: f64, busy_s: &[f64]) -> Result<Attribution> {
    let named = [("energy", energy_j), ("idle power", idle_w), ("elapsed time", elapsed_s)];
    for (what, value) in named.into_iter().chain(busy_s.iter().map(|&busy| ("busy time", busy))) {
        if !(value.is_finite() && value >= 0.0) {
            return Err(Error::InvalidValue { what: what.to_owned(), rule: "finite and at least 0", value });
        }
    }
    let busy: f64 = busy_s.iter().sum();
    let idle_j = if busy > 0.0 { (idle_w * elapsed_s).min(energy_j) } else { energy_j };
    let share = |&time: &f64| if busy > 0.0 { (energy_j - idle_j) * (time / busy) } else { 0.0 };
    Ok(Attribution { idle_j, requests_j: busy_s.iter().map(share).collect() })
}
