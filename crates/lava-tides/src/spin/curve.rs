//! The torque as a function of the spin, and its zeros.

use crate::constants::GRAVITATIONAL_CONSTANT as G;
use crate::error::{Error, Result, within};
use crate::hansen::HansenTable;
use crate::response::{Forcing, Order, TidalResponse};
use crate::{Body, Orbit};
use common::roots::brent;

/// A spin as `(half_turns/2 + offset)` times the mean motion; the offset is at most 1/4 either way, and keeps its
/// digits where it is tiny.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SpinRate {
    /// Twice the nearest half-integer ratio: 2 is synchronous, 3 the 3:2 resonance.
    pub half_turns: i32,
    /// What is left.
    pub offset: f64,
}

impl SpinRate {
    /// From a ratio of spin to mean motion.
    #[must_use]
    pub fn from_ratio(ratio: f64) -> Self {
        #[allow(clippy::cast_possible_truncation, reason = "saturates; callers check the range")]
        let half_turns = (2.0 * ratio).round() as i32;
        Self { half_turns, offset: ratio - 0.5 * f64::from(half_turns) }
    }

    /// Spin over mean motion.
    #[must_use]
    pub fn ratio(self) -> f64 {
        0.5 * f64::from(self.half_turns) + self.offset
    }
}

/// A spin at which the torque vanishes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SpinState {
    /// The spin.
    pub spin: SpinRate,
    /// Whether the torque drives neighbouring spins towards it.
    pub stable: bool,
}

/// The torque on a body with a fixed orbit as a function of its spin.
///
/// ```
/// use lava_tides::response::HomogeneousBody;
/// use lava_tides::spin::TorqueCurve;
/// use lava_tides::{Body, Orbit, constants, rheology::Andrade};
///
/// // A solid Earth at five days about the Sun has a stable state at every half-integer that its tide knows.
/// let earth = Body::new(constants::EARTH_MASS_KG, constants::EARTH_RADIUS_M, 0.33)?;
/// let orbit = Orbit::from_period(&earth, constants::SUN_MASS_KG, 5.0 * constants::DAY_S, 0.05)?;
/// let solid = HomogeneousBody::new(&earth, Andrade::new(6e10, 1e21, 0.3)?);
/// let states = TorqueCurve::new(&orbit, &earth, &solid)?.equilibria(0.8, 2.2)?;
/// let stable: Vec<i32> = states.iter().filter(|s| s.stable).map(|s| s.spin.half_turns).collect();
/// assert_eq!(stable, [2, 3]);
/// # Ok::<(), lava_tides::Error>(())
/// ```
pub struct TorqueCurve<'a> {
    response: &'a dyn TidalResponse,
    mean_motion: f64,
    inertia: f64,
    /// `(3/2) K`, N m.
    scale: f64,
    /// `k` with its `(X_k^{-3,2})²`.
    squares: Vec<(i32, f64)>,
}

/// Largest ratio of spin to mean motion.
const LARGEST_RATIO: f64 = 1e4;
/// Nearest nodes to a half-integer.
const FINEST: f64 = 1e-9;
/// Ratio of the distances of neighbouring nodes.
const GROWTH: f64 = 1.5;

impl<'a> TorqueCurve<'a> {
    /// The curve of this body on this orbit.
    ///
    /// # Errors
    /// [`Error::InsideRoche`], and [`Error::NoConvergence`] for eccentricities above 0.99 or so.
    pub fn new(orbit: &Orbit, body: &Body, response: &'a dyn TidalResponse) -> Result<Self> {
        orbit.check_disruption(body)?;
        let table = HansenTable::new(orbit.eccentricity())?;
        let ratio = body.radius_m() / orbit.semi_major_axis_m();
        let scale = G * orbit.perturber_mass_kg().powi(2) / orbit.semi_major_axis_m() * ratio.powi(5);
        Ok(Self {
            response,
            mean_motion: orbit.mean_motion_rad_s(),
            inertia: body.moment_of_inertia_kg_m2(),
            scale: 1.5 * scale,
            squares: table.sectoral_terms().map(|(k, x)| (k, x * x)).collect(),
        })
    }

    /// The torque at a spin, N m.
    ///
    /// # Errors
    /// [`Error::UndefinedResponse`] where the response has no value.
    pub fn torque_n_m(&self, spin: SpinRate) -> Result<f64> {
        let n = self.mean_motion;
        let spin_rad_s = spin.ratio() * n;
        let mut sum = 0.0;
        for &(k, square) in &self.squares {
            // Exact near a half-integer, where the frequency is a small difference.
            let frequency_rad_s = (f64::from(spin.half_turns - k) + 2.0 * spin.offset) * n;
            let loss = self.response.k2(Forcing { frequency_rad_s, spin_rad_s, order: Order::Sectoral }).im;
            if !loss.is_finite() {
                return Err(Error::UndefinedResponse { frequency_rad_s });
            }
            sum += square * loss;
        }
        Ok(self.scale * sum)
    }

    /// All spins between two ratios to the mean motion at which the torque vanishes, in ascending order. States
    /// nearer than 1e-9 to each other and to no half-integer may go unseen.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a ratio beyond ±10 000 or a range that is not ascending; those of
    /// [`TorqueCurve::torque_n_m`].
    pub fn equilibria(&self, from_ratio: f64, to_ratio: f64) -> Result<Vec<SpinState>> {
        let from = checked("least spin ratio", from_ratio)?;
        let to = checked("largest spin ratio", to_ratio)?;
        within("largest spin ratio", "above the least one", to_ratio, to_ratio > from_ratio)?;
        let mut states = Vec::new();
        let mut walk = Walk::new(self, from)?;
        for node in nodes(from, to) {
            states.extend(walk.step(node)?);
        }
        Ok(states)
    }

    /// The largest torque by which a permanent bulge, `(B - A)/C`, holds the spin in the resonance `half_turns`/2,
    ///
    /// ```text
    /// (3/2) n² (B - A) |X_{2p}^{-3,2}(e)|,   2p = half_turns
    /// ```
    ///
    /// (Goldreich and Peale 1966), N m. Where it exceeds the tidal torque there, the resonance can hold the planet.
    #[must_use]
    pub fn locking_torque_n_m(&self, half_turns: i32, triaxiality: f64) -> f64 {
        let square = self.squares.iter().find(|(k, _)| *k == half_turns).map_or(0.0, |(_, square)| *square);
        1.5 * self.mean_motion.powi(2) * self.inertia * triaxiality.abs() * square.sqrt()
    }

    /// Mean motion, rad/s.
    pub(super) fn mean_motion(&self) -> f64 {
        self.mean_motion
    }

    /// Moment of inertia, kg m².
    pub(super) fn inertia(&self) -> f64 {
        self.inertia
    }

    /// Above this ratio every term slows the spin.
    pub(super) fn upper_ratio(&self) -> f64 {
        0.5 * f64::from(self.squares.last().map_or(2, |(k, _)| *k)) + 1.0
    }

    fn zero_between(&self, low: SpinRate, high: SpinRate) -> Result<SpinRate> {
        let half_turns = low.half_turns;
        let at = |offset: f64| SpinRate { half_turns, offset };
        // Nodes of the next half-integer share its cell's edge with this one.
        let end = if high.half_turns == half_turns { high.offset } else { high.offset + 0.5 };
        let mut failure = None;
        let torque = |offset: f64| {
            self.torque_n_m(at(offset)).unwrap_or_else(|error| {
                failure = Some(error);
                f64::NAN
            })
        };
        let root = brent(torque, low.offset, end, 1e-18);
        match (root, failure) {
            (_, Some(error)) => Err(error),
            (Ok(offset), None) => Ok(at(offset)),
            (Err(source), None) => Err(Error::Root { what: "spin without torque", source }),
        }
    }
}

pub(super) fn checked(name: &'static str, ratio: f64) -> Result<SpinRate> {
    within(name, "in [-10000, 10000]", ratio, ratio.abs() <= LARGEST_RATIO)?;
    Ok(SpinRate::from_ratio(ratio))
}

/// The nodes after `from` up to `to`, ascending or descending: around each half-integer at distances that grow from
/// 1e-9 to 1/4, and `to` itself.
pub(super) fn nodes(from: SpinRate, to: SpinRate) -> Vec<SpinRate> {
    let (start, end) = (from.ratio(), to.ratio());
    let upward = end >= start;
    let mut distances = vec![0.0];
    let mut distance = FINEST;
    while distance < 0.25 {
        distances.push(distance);
        distance *= GROWTH;
    }
    distances.push(0.25);
    let negative = distances.iter().skip(1).rev().map(|d| -d);
    let mut offsets: Vec<f64> = negative.chain(distances.iter().copied()).collect();
    let mut cells: Vec<i32> =
        (from.half_turns.min(to.half_turns)..=from.half_turns.max(to.half_turns)).collect();
    if !upward {
        offsets.reverse();
        cells.reverse();
    }
    let beyond_start = |node: &SpinRate| {
        // Compared by offset within one cell, where ratios would round.
        let (node, from) = if node.half_turns == from.half_turns {
            (node.offset, from.offset)
        } else {
            (node.ratio(), start)
        };
        if upward { node > from } else { node < from }
    };
    let before_end = |node: &SpinRate| {
        let (node, to) =
            if node.half_turns == to.half_turns { (node.offset, to.offset) } else { (node.ratio(), end) };
        if upward { node < to } else { node > to }
    };
    let all = cells
        .iter()
        .flat_map(|&half_turns| offsets.iter().map(move |&offset| SpinRate { half_turns, offset }));
    let mut nodes: Vec<SpinRate> = all.filter(|node| beyond_start(node) && before_end(node)).collect();
    nodes.push(to);
    nodes
}

/// A walk along the nodes that notices where the torque changes its sign.
pub(super) struct Walk<'c, 'a> {
    curve: &'c TorqueCurve<'a>,
    last: (SpinRate, f64),
    /// A node at which the torque is exactly zero.
    zero: Option<SpinRate>,
}

impl<'c, 'a> Walk<'c, 'a> {
    pub(super) fn new(curve: &'c TorqueCurve<'a>, start: SpinRate) -> Result<Self> {
        let torque = curve.torque_n_m(start)?;
        Ok(Self { curve, last: (start, torque), zero: None })
    }

    /// The torque at the last node where it was not zero.
    pub(super) fn torque(&self) -> f64 {
        self.last.1
    }

    /// Goes on to a node; the state between it and the one before, if there is one.
    pub(super) fn step(&mut self, node: SpinRate) -> Result<Option<SpinState>> {
        let torque = self.curve.torque_n_m(node)?;
        if torque == 0.0 {
            self.zero = Some(node);
            return Ok(None);
        }
        let (before, value) = std::mem::replace(&mut self.last, (node, torque));
        let zero = self.zero.take();
        if value * torque >= 0.0 {
            return Ok(None);
        }
        let upward = node.ratio() > before.ratio()
            || (node.half_turns == before.half_turns && node.offset > before.offset);
        let spin = match zero {
            Some(zero) => zero,
            None if upward => self.curve.zero_between(before, node)?,
            None => self.curve.zero_between(node, before)?,
        };
        Ok(Some(SpinState { spin, stable: (torque < 0.0) == upward }))
    }
}
