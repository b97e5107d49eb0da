//! Two bodies with tides, as equations.

use super::SystemState;
use crate::constants::GRAVITATIONAL_CONSTANT as G;
use crate::error::{Result, eccentricity, finite, positive, within};
use crate::hansen::HansenTable;
use crate::response::TidalResponse;
use crate::tides::Tide;
use crate::{Body, Orbit, TideTerms};

/// A body with its spin at the start and its response, which stays as it is.
#[derive(Clone, Copy)]
pub struct TidalBody<'a> {
    /// Mass, radius and moment of inertia.
    pub body: Body,
    /// Spin at the start, rad/s.
    pub spin_rad_s: f64,
    /// Response; [`crate::response::Tideless`] where no tide matters.
    pub response: &'a dyn TidalResponse,
}

/// Two bodies on an orbit about each other in the plane of both equators.
#[derive(Clone)]
pub struct System<'a> {
    bodies: [TidalBody<'a>; 2],
    start: SystemState,
    frame: Frame,
}

/// The masses, and the units of the integrator's state: orbital angular momentum, mean motion and energy at the start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    reduced_mass: f64,
    total_mass: f64,
    momentum: f64,
    motion: f64,
    energy: f64,
}

impl Frame {
    pub(super) fn energy(&self) -> f64 {
        self.energy
    }

    pub(super) fn state(&self, time_s: f64, y: &[f64; 6]) -> SystemState {
        // A step may end a rounding error below zero.
        let e2 = y[1].max(0.0);
        let momentum = y[0] * self.momentum / self.reduced_mass;
        let semi_major_axis_m = momentum * momentum / (G * self.total_mass * (1.0 - e2));
        SystemState {
            time_s,
            semi_major_axis_m,
            eccentricity: e2.sqrt(),
            mean_motion_rad_s: (G * self.total_mass / semi_major_axis_m.powi(3)).sqrt(),
            spins_rad_s: [y[2], y[3]].map(|spin| spin * self.motion),
            heat_j: [y[4], y[5]].map(|heat| heat * self.energy),
        }
    }
}

/// An end of an evolution.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Stop {
    /// The semi-major axis passes this value, m.
    SemiMajorAxis(f64),
    /// The eccentricity passes this value.
    Eccentricity(f64),
    /// The spin of a body, 0 or 1, over the mean motion passes this value: 1.001 for one that slows down to
    /// synchronous rotation.
    SpinRatio(usize, f64),
    /// The pericentre passes the Roche limit of a body, 0 or 1: always watched.
    Roche(usize),
}

impl Stop {
    pub(super) fn check(self) -> Result<()> {
        let place = |place: usize| within("body of a stop", "0 or 1", place as f64, place < 2);
        match self {
            Self::SemiMajorAxis(axis) => positive("semi-major axis of a stop, m", axis).map(drop),
            Self::Eccentricity(e) => eccentricity(e).map(drop),
            Self::SpinRatio(body, ratio) => place(body).and(finite("spin ratio of a stop", ratio)).map(drop),
            Self::Roche(body) => place(body).map(drop),
        }
    }

    /// A smooth function that vanishes at the stop.
    pub(super) fn distance(self, system: &System<'_>, y: &[f64; 6]) -> f64 {
        let state = system.frame.state(0.0, y);
        match self {
            Self::SemiMajorAxis(axis) => (state.semi_major_axis_m / axis).ln(),
            // In the square, which is smooth at zero.
            Self::Eccentricity(e) => y[1] - e * e,
            Self::SpinRatio(body, ratio) => state.spins_rad_s[body] / state.mean_motion_rad_s - ratio,
            Self::Roche(body) => {
                let pericentre = state.semi_major_axis_m * (1.0 - state.eccentricity);
                pericentre / system.roche(body) - 1.0
            }
        }
    }
}

impl<'a> System<'a> {
    /// A system at its start.
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) for a spin that is not finite, an axis that is not positive or an
    /// eccentricity outside `[0, 1)`; [`Error::InsideRoche`](crate::Error::InsideRoche) where either body would be
    /// torn apart.
    pub fn new(bodies: [TidalBody<'a>; 2], semi_major_axis_m: f64, eccentricity: f64) -> Result<Self> {
        let [first, second] = &bodies;
        let orbit = Orbit::new(&first.body, second.body.mass_kg(), semi_major_axis_m, eccentricity)?;
        orbit.check_disruption(&first.body)?;
        Orbit::new(&second.body, first.body.mass_kg(), semi_major_axis_m, eccentricity)?
            .check_disruption(&second.body)?;
        let spins_rad_s =
            [finite("spin, rad/s", first.spin_rad_s)?, finite("spin, rad/s", second.spin_rad_s)?];
        let start = SystemState {
            time_s: 0.0,
            semi_major_axis_m,
            eccentricity,
            mean_motion_rad_s: orbit.mean_motion_rad_s(),
            spins_rad_s,
            heat_j: [0.0; 2],
        };
        let frame = Frame {
            reduced_mass: orbit.reduced_mass_kg(),
            total_mass: first.body.mass_kg() + second.body.mass_kg(),
            momentum: orbit.angular_momentum_kg_m2_s(),
            motion: orbit.mean_motion_rad_s(),
            energy: -orbit.energy_j(),
        };
        Ok(Self { bodies, start, frame })
    }

    /// The bodies at the start.
    #[must_use]
    pub fn bodies(&self) -> &[TidalBody<'a>; 2] {
        &self.bodies
    }

    /// Total angular momentum of a state, kg m² s⁻¹.
    #[must_use]
    pub fn angular_momentum_kg_m2_s(&self, state: &SystemState) -> f64 {
        let circular = self.frame.reduced_mass * state.mean_motion_rad_s * state.semi_major_axis_m.powi(2);
        circular * (1.0 - state.eccentricity.powi(2)).sqrt()
            + self.spins(state).map(|(c, w)| c * w).sum::<f64>()
    }

    /// Energy of the orbit and of both spins of a state, J.
    #[must_use]
    pub fn energy_j(&self, state: &SystemState) -> f64 {
        let orbital =
            -0.5 * self.frame.reduced_mass * (state.mean_motion_rad_s * state.semi_major_axis_m).powi(2);
        orbital + self.spins(state).map(|(c, w)| 0.5 * c * w * w).sum::<f64>()
    }

    fn spins<'s>(&'s self, state: &'s SystemState) -> impl Iterator<Item = (f64, f64)> + 's {
        self.bodies.iter().map(|b| b.body.moment_of_inertia_kg_m2()).zip(state.spins_rad_s)
    }

    /// The orbit as body 0 or 1 sees it.
    pub(super) fn orbit(&self, place: usize, semi_major_axis_m: f64, eccentricity: f64) -> Result<Orbit> {
        let other = self.bodies[1 - place].body.mass_kg();
        Orbit::new(&self.bodies[place].body, other, semi_major_axis_m, eccentricity)
    }

    fn roche(&self, place: usize) -> f64 {
        // Both masses are positive by construction.
        self.bodies[place].body.roche_limit_m(self.bodies[1 - place].body.mass_kg()).unwrap_or(f64::NAN)
    }

    pub(super) fn initial(&self) -> [f64; 6] {
        let [s0, s1] = self.start.spins_rad_s;
        let n = self.frame.motion;
        [1.0, self.start.eccentricity.powi(2), s0 / n, s1 / n, 0.0, 0.0]
    }

    /// Absolute tolerances of the state: a squared eccentricity below 1e-12 and a heat below 1e-6 of the orbit's energy
    /// need no relative accuracy.
    pub(super) fn absolute_tolerances(relative: f64) -> [f64; 6] {
        [0.0, 1e-12 * relative, relative, relative, 1e-6 * relative, 1e-6 * relative]
    }

    pub(super) fn frame(&self) -> Frame {
        self.frame
    }

    pub(super) fn rates(&self, y: &[f64; 6], terms: TideTerms) -> Result<[f64; 6]> {
        let state = self.frame.state(0.0, y);
        let table = HansenTable::new(eccentricity(state.eccentricity)?)?;
        let mut rates = [0.0; 6];
        for (place, tidal) in self.bodies.iter().enumerate() {
            let orbit = self.orbit(place, state.semi_major_axis_m, state.eccentricity)?;
            let tide = Tide { orbit: &orbit, body: &tidal.body, response: tidal.response, terms };
            let sums = tide.totals(&table, state.spins_rad_s[place])?;
            rates[0] -= sums.torque / self.frame.momentum;
            rates[1] += sums.squared_eccentricity_rate(&orbit);
            rates[2 + place] = sums.torque / (tidal.body.moment_of_inertia_kg_m2() * self.frame.motion);
            rates[4 + place] = sums.power / self.frame.energy;
        }
        Ok(rates)
    }
}
