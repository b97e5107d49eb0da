//! The course of an evolution.

use super::system::Frame;
use super::{Stop, System};
use crate::Validity;
use common::ode::{OutsideSpan, Solution, Statistics};
use std::fmt;

/// A system at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SystemState {
    /// Time since the start, s.
    pub time_s: f64,
    /// Semi-major axis, m.
    pub semi_major_axis_m: f64,
    /// Eccentricity.
    pub eccentricity: f64,
    /// Mean motion, rad/s.
    pub mean_motion_rad_s: f64,
    /// Spins of both bodies, rad/s.
    pub spins_rad_s: [f64; 2],
    /// Heat released in both bodies since the start, J.
    pub heat_j: [f64; 2],
}

/// How well the conserved quantities are kept: the largest change over the evolution.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Balance {
    /// Of the total angular momentum, relative to it.
    pub angular_momentum: f64,
    /// Of energy plus heat, relative to the energy of the orbit at the start.
    pub energy: f64,
}

/// The course of an evolution, at any time of it.
#[derive(Clone)]
pub struct Trajectory {
    frame: Frame,
    solution: Solution<6>,
    stopped_by: Option<Stop>,
    balance: Balance,
    validity: Validity,
}

/// The end and the account, without the thousands of steps.
impl fmt::Debug for Trajectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trajectory")
            .field("end", &self.end())
            .field("stopped_by", &self.stopped_by)
            .field("statistics", &self.solution.statistics)
            .field("balance", &self.balance)
            .field("validity", &self.validity)
            .finish_non_exhaustive()
    }
}

impl Trajectory {
    pub(super) fn new(
        system: &System<'_>,
        solution: Solution<6>,
        stopped_by: Option<Stop>,
        validity: Validity,
    ) -> Self {
        let frame = system.frame();
        let first = frame.state(0.0, &solution.start().1);
        let (momentum, energy) = (system.angular_momentum_kg_m2_s(&first), system.energy_j(&first));
        let mut balance = Balance { angular_momentum: 0.0, energy: 0.0 };
        for (t, y) in solution.points() {
            let state = frame.state(t, &y);
            let lost = system.angular_momentum_kg_m2_s(&state) - momentum;
            let gained = system.energy_j(&state) + state.heat_j[0] + state.heat_j[1] - energy;
            balance.angular_momentum = balance.angular_momentum.max((lost / momentum).abs());
            balance.energy = balance.energy.max((gained / frame.energy()).abs());
        }
        Self { frame, solution, stopped_by, balance, validity }
    }

    /// The system at the start and at the end of each step.
    pub fn states(&self) -> impl Iterator<Item = SystemState> {
        self.solution.points().map(|(t, y)| self.frame.state(t, &y))
    }

    /// The system at a time, s.
    ///
    /// # Errors
    /// [`OutsideSpan`] before the start or after the end.
    pub fn at(&self, time_s: f64) -> Result<SystemState, OutsideSpan> {
        Ok(self.frame.state(time_s, &self.solution.at(time_s)?))
    }

    /// The system at the end.
    #[must_use]
    pub fn end(&self) -> SystemState {
        let (t, y) = self.solution.end();
        self.frame.state(t, &y)
    }

    /// What ended the evolution before its time was up.
    #[must_use]
    pub fn stopped_by(&self) -> Option<Stop> {
        self.stopped_by
    }

    /// Cost.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.solution.statistics
    }

    /// Conserved quantities.
    #[must_use]
    pub fn balance(&self) -> Balance {
        self.balance
    }

    /// Assumptions that do not hold at any of the steps.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.validity
    }
}
