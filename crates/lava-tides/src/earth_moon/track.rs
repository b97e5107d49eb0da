//! A recession as a quadrature over the logarithm of the distance.

use super::{EarthMoon, EarthMoonState};
use crate::constants::GRAVITATIONAL_CONSTANT as G;
use crate::error::{Error, Result};
use crate::response::{Forcing, Order, TidalResponse};
use crate::{Validity, Violation};
use common::quadrature::GaussLegendre;
use std::num::NonZeroUsize;

/// The nodes of the quadrature between two distances: they depend on no response, so a map makes them once.
#[derive(Debug, Clone)]
pub struct Track {
    system: EarthMoon,
    from_m: f64,
    to_m: f64,
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    state: EarthMoonState,
    /// The time is the sum of `time/(-Im k₂)`, s.
    time: f64,
    /// `(3/2) K`, N m.
    torque: f64,
}

/// What a recession takes and releases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recession {
    /// Time, s.
    pub time_s: f64,
    /// Heat released in the Earth, J.
    pub heat_j: f64,
    /// Its mean flux through the surface, W m⁻².
    pub mean_flux_w_m2: f64,
    /// The largest flux on the way, W m⁻².
    pub peak_flux_w_m2: f64,
    /// The largest height of the ocean's tide on the way, m; zero without an ocean.
    pub wave_height_m: f64,
    /// Assumptions that do not hold somewhere on the way.
    pub validity: Validity,
}

/// Panels of the quadrature and points in each.
const PANELS: usize = 40;
const POINTS: NonZeroUsize = NonZeroUsize::new(10).expect("10 is not zero");

impl Track {
    /// 400 nodes between two distances, m.
    ///
    /// # Errors
    /// [`Error::InsideRoche`] or [`Error::Quantity`] for a distance out of its range.
    pub fn new(system: &EarthMoon, from_m: f64, to_m: f64) -> Result<Self> {
        system.at(from_m)?;
        system.at(to_m)?;
        let rule = GaussLegendre::new(POINTS);
        let step = (to_m / from_m).ln() / PANELS as f64;
        let mut nodes = Vec::with_capacity(PANELS * POINTS.get());
        for panel in 0..PANELS {
            let start = from_m.ln() + step * panel as f64;
            for (x, weight) in rule.points(start, start + step) {
                let state = system.at(x.exp())?;
                let torque = 1.5 * system.scale(state.distance_m);
                let time = weight * system.orbital_momentum(state.distance_m) / (2.0 * torque);
                nodes.push(Node { state, time, torque });
            }
        }
        Ok(Self { system: *system, from_m, to_m, nodes })
    }

    /// Spin, orbit and frequency at the nodes, in the order of the recession.
    pub fn states(&self) -> impl Iterator<Item = EarthMoonState> {
        self.nodes.iter().map(|node| node.state)
    }

    /// Time of the recession, s, alone.
    ///
    /// # Errors
    /// [`Error::WrongDirection`] where the tide drives the Moon the other way or not at all,
    /// [`Error::UndefinedResponse`] where the response has no value.
    pub fn time_s(&self, response: &(impl TidalResponse + ?Sized)) -> Result<f64> {
        let mut time = 0.0;
        for node in &self.nodes {
            time += node.time / self.loss(node, response)?;
        }
        Ok(time)
    }

    /// Distance against time, s and m: one point at the start and one at the end of each tenth node.
    ///
    /// # Errors
    /// As [`Track::time_s`].
    pub fn course(&self, response: &dyn TidalResponse) -> Result<Vec<(f64, f64)>> {
        let step = (self.to_m / self.from_m).ln() / PANELS as f64;
        let mut course = vec![(0.0, self.from_m)];
        let mut time = 0.0;
        for (panel, nodes) in self.nodes.chunks(POINTS.get()).enumerate() {
            for node in nodes {
                time += node.time / self.loss(node, response)?;
            }
            course.push((time, self.from_m * (step * (panel + 1) as f64).exp()));
        }
        Ok(course)
    }

    /// The recession with its heat.
    ///
    /// # Errors
    /// As [`Track::time_s`].
    pub fn recession(&self, response: &dyn TidalResponse) -> Result<Recession> {
        let earth = self.system.earth();
        let time_s = self.time_s(response)?;
        let heat_j = self.system.energy_j(self.from_m)? - self.system.energy_j(self.to_m)?;
        let (mut peak, mut wave_height_m, mut validity) = (0.0_f64, 0.0_f64, Validity::default());
        for node in &self.nodes {
            let state = node.state;
            let power = node.torque * self.loss(node, response)? * 0.5 * state.frequency_rad_s.abs();
            peak = peak.max(power / earth.area_m2());
            let equilibrium = G * self.system.moon().mass_kg() * earth.radius_m().powi(2)
                / (state.distance_m.powi(3) * earth.gravity_m_s2());
            let height = 0.75 * equilibrium * response.ocean_elevation(forcing(&state)).norm();
            wave_height_m = wave_height_m.max(height);
            validity |= response.validity(state.spin_rad_s);
        }
        let large = response.ocean_depth_m().is_some_and(|depth| wave_height_m > 0.3 * depth);
        Ok(Recession {
            time_s,
            heat_j,
            mean_flux_w_m2: heat_j / (time_s * earth.area_m2()),
            peak_flux_w_m2: peak,
            wave_height_m,
            validity: validity.with(Violation::LargeAmplitude, large),
        })
    }

    /// `-Im k₂` at a node, of the sign that drives the Moon towards the goal.
    #[inline]
    fn loss(&self, node: &Node, response: &(impl TidalResponse + ?Sized)) -> Result<f64> {
        let loss = -response.k2(forcing(&node.state)).im;
        if loss.is_nan() {
            return Err(Error::UndefinedResponse { frequency_rad_s: node.state.frequency_rad_s });
        }
        // The weights carry the sign of the way.
        if loss * node.time > 0.0 {
            return Ok(loss);
        }
        let (from_m, to_m, at_m) = (self.from_m, self.to_m, node.state.distance_m);
        Err(Error::WrongDirection { from_m, to_m, at_m, torque_n_m: -node.torque * loss })
    }
}

#[inline]
fn forcing(state: &EarthMoonState) -> Forcing {
    Forcing { frequency_rad_s: state.frequency_rad_s, spin_rad_s: state.spin_rad_s, order: Order::Sectoral }
}
