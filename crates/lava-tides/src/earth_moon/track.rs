//! A recession as a quadrature over the logarithm of the distance.

use super::{EarthMoon, EarthMoonState};
use crate::constants::GRAVITATIONAL_CONSTANT as G;
use crate::error::{Error, Result};
use crate::kernel::BLOCK;
use crate::response::{Forcing, Order, TidalResponse};
use crate::{Validity, Violation};
use common::quadrature::GaussLegendre;
use num_complex::Complex64;
use std::num::NonZeroUsize;

/// The nodes of the quadrature between two distances: they depend on no response, so a map makes them once.
#[derive(Debug, Clone)]
pub struct Track {
    system: EarthMoon,
    from_m: f64,
    to_m: f64,
    nodes: Vec<Node>,
    /// Those of the nodes, rad/s.
    frequencies: Vec<f64>,
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
        let frequencies = nodes.iter().map(|node| node.state.frequency_rad_s).collect();
        Ok(Self { system: *system, from_m, to_m, nodes, frequencies })
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
        self.losses(response, |node, loss| time += node.time / loss)?;
        Ok(time)
    }

    /// Distance against time, s and m: one point at the start and one after each tenth node.
    ///
    /// # Errors
    /// As [`Track::time_s`].
    pub fn course(&self, response: &dyn TidalResponse) -> Result<Vec<(f64, f64)>> {
        let step = (self.to_m / self.from_m).ln() / PANELS as f64;
        let mut course = vec![(0.0, self.from_m)];
        let (mut time, mut nodes) = (0.0, 0_usize);
        self.losses(response, |node, loss| {
            time += node.time / loss;
            nodes += 1;
            if nodes.is_multiple_of(POINTS.get()) {
                course.push((time, self.from_m * (step * (nodes / POINTS.get()) as f64).exp()));
            }
        })?;
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
        self.losses(response, |node, loss| {
            let state = node.state;
            let power = node.torque * loss * 0.5 * state.frequency_rad_s.abs();
            peak = peak.max(power.abs() / earth.area_m2());
            let equilibrium = G * self.system.moon().mass_kg() * earth.radius_m().powi(2)
                / (state.distance_m.powi(3) * earth.gravity_m_s2());
            let height = 0.75 * equilibrium * response.ocean_elevation(forcing(&state)).norm();
            wave_height_m = wave_height_m.max(height);
            validity |= response.validity(state.spin_rad_s);
        })?;
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

    /// Shows each node with its `-Im k₂`, which must drive the Moon towards the goal.
    fn losses(
        &self,
        response: &(impl TidalResponse + ?Sized),
        mut each: impl FnMut(&Node, f64),
    ) -> Result<()> {
        let mut k2 = [Complex64::new(0.0, 0.0); BLOCK];
        for (nodes, frequencies) in self.nodes.chunks(BLOCK).zip(self.frequencies.chunks(BLOCK)) {
            let k2 = &mut k2[..nodes.len()];
            if response.depends_on_spin() {
                for (k2, node) in k2.iter_mut().zip(nodes) {
                    *k2 = response.k2(forcing(&node.state));
                }
            } else {
                response.k2_into(frequencies, 0.0, Order::Sectoral, k2);
            }
            for (node, k2) in nodes.iter().zip(&*k2) {
                let loss = -k2.im;
                if loss.is_nan() {
                    return Err(Error::UndefinedResponse { frequency_rad_s: node.state.frequency_rad_s });
                }
                // The weights carry the sign of the way.
                if loss * node.time <= 0.0 {
                    let (from_m, to_m, at_m) = (self.from_m, self.to_m, node.state.distance_m);
                    return Err(Error::WrongDirection {
                        from_m,
                        to_m,
                        at_m,
                        torque_n_m: -node.torque * loss,
                    });
                }
                each(node, loss);
            }
        }
        Ok(())
    }
}

#[inline]
fn forcing(state: &EarthMoonState) -> Forcing {
    Forcing { frequency_rad_s: state.frequency_rad_s, spin_rad_s: state.spin_rad_s, order: Order::Sectoral }
}
