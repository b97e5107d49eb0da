//! The way of a spin to the first state that holds it.

use super::curve::{Walk, checked, nodes};
use super::{SpinRate, SpinState, TorqueCurve};
use crate::error::{Error, Result, positive};
use crate::response::TidalResponse;
use crate::{Body, Orbit, Validity};
use common::quadrature::GaussLegendre;
use std::num::NonZeroUsize;

/// Where a spin goes on a fixed orbit, and how long that takes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SpinPath {
    /// The first state met, which is stable.
    pub trap: SpinState,
    /// Time until the spin is within the given distance of it, s.
    pub time_s: f64,
    /// Assumptions that do not hold at the start or at the end.
    pub validity: Validity,
}

/// Points of the rule between two nodes.
const POINTS: NonZeroUsize = NonZeroUsize::new(8).expect("8 is not zero");

/// Follows the spin of a body from `start_ratio` times the mean motion to the first spin without torque, with its
/// orbit held fixed and no permanent bulge,
///
/// ```text
/// C dΩ/dt = T(Ω),   t = ∫ C dΩ/T(Ω),
/// ```
///
/// and takes the time until it is within `within_ratio` mean motions of it (a smooth zero is approached
/// logarithmically).
///
/// # Errors
/// [`Error::Quantity`] for a ratio beyond ±10 000 or a distance that is not positive; those of [`TorqueCurve::new`] and
/// [`TorqueCurve::torque_n_m`]; [`Error::NoConvergence`] if the torque vanishes nowhere on the way.
pub fn spin_path(
    orbit: &Orbit,
    body: &Body,
    response: &dyn TidalResponse,
    start_ratio: f64,
    within_ratio: f64,
) -> Result<SpinPath> {
    let curve = TorqueCurve::new(orbit, body, response)?;
    let start = checked("start spin ratio", start_ratio)?;
    let near = positive("distance to the spin state", within_ratio)?;
    let trap = first_state(&curve, start)?;
    let (from, to) = (start.ratio(), trap.spin.ratio());
    let time_s = if (from - to).abs() <= near {
        0.0
    } else {
        // The goal in the cell of the trap, so that a trap next to a half-integer keeps its place.
        let goal = SpinRate { offset: trap.spin.offset + near.copysign(from - to), ..trap.spin };
        travel_time(&curve, start, goal)?
    };
    let n = orbit.mean_motion_rad_s();
    Ok(SpinPath { trap, time_s, validity: response.validity(from * n) | response.validity(to * n) })
}

fn first_state(curve: &TorqueCurve<'_>, start: SpinRate) -> Result<SpinState> {
    let mut walk = Walk::new(curve, start)?;
    let begin = walk.torque();
    if begin == 0.0 {
        return Ok(SpinState { spin: start, stable: true });
    }
    let end =
        if begin < 0.0 { start.ratio().min(0.0) - 1.0 } else { start.ratio().max(curve.upper_ratio()) + 1.0 };
    let end = checked("spin ratio", end)?;
    // Cell by cell, since the first state may be near.
    let mut here = start;
    let step = if begin < 0.0 { -1 } else { 1 };
    loop {
        let last = here.half_turns == end.half_turns;
        let edge = SpinRate { half_turns: here.half_turns, offset: 0.25 * f64::from(step) };
        for node in nodes(here, if last { end } else { edge }) {
            if let Some(state) = walk.step(node)? {
                return Ok(state);
            }
        }
        if last {
            let residual = walk.torque();
            return Err(Error::NoConvergence { what: "spin without torque", steps: 1, residual });
        }
        here = SpinRate { half_turns: here.half_turns + step, offset: -0.25 * f64::from(step) };
    }
}

fn travel_time(curve: &TorqueCurve<'_>, start: SpinRate, goal: SpinRate) -> Result<f64> {
    let rule = GaussLegendre::new(POINTS);
    let mut time = 0.0;
    let mut before = start;
    for node in nodes(start, goal) {
        // Both ends in the cell of the earlier one: neighbouring cells meet at its edge.
        let end = node.offset + 0.5 * f64::from(node.half_turns - before.half_turns);
        for (offset, weight) in rule.points(before.offset, end) {
            let spin = SpinRate { half_turns: before.half_turns, offset };
            time += weight / curve.torque_n_m(spin)?;
        }
        before = node;
    }
    Ok(time * curve.inertia() * curve.mean_motion())
}
