//! L-BFGS.

use super::{dot, longest, positive};
use crate::{Error, Result};
use std::collections::VecDeque;

/// Smallest product of a step and a change of forces that tells of curvature, eV.
const LEAST_CURVATURE: f64 = 1e-12;
/// So many steps in a row without it, and all that was learned is forgotten.
const PATIENCE: u32 = 3;

/// The limited-memory quasi-Newton method in ASE's form, without line search.
///
/// ```text
/// s = r - r', y = -(f - f'), ρ = 1/(y.s)                   of each of the last steps
/// q = -f; newest to oldest: a = ρ s.q, q -= a y
/// z = q/α; oldest to newest: z += s (a - ρ y.z)
/// step = -z, shortened as a whole so that no atom moves farther than allowed
/// ```
///
/// A step along which the forces do not stiffen (`y.s` not above 1e-12 eV) is not learned from; after three in a row the
/// history starts anew.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lbfgs {
    /// Farthest that an atom moves in one step, Å.
    pub max_step_angstrom: f64,
    /// How many steps are remembered.
    pub memory: usize,
    /// What each step is multiplied with.
    pub damping: f64,
    /// Curvature α that is assumed at first, eV/Å².
    pub curvature_ev_angstrom2: f64,
}

impl Lbfgs {
    /// The settings of ASE 3.29.
    pub const ASE: Self =
        Self { max_step_angstrom: 0.2, memory: 100, damping: 1.0, curvature_ev_angstrom2: 70.0 };
    /// The settings of OC20's relaxations.
    pub const OC20: Self =
        Self { max_step_angstrom: 0.04, memory: 50, damping: 1.0, curvature_ev_angstrom2: 70.0 };

    pub(super) fn check(&self) -> Result<()> {
        positive("longest step, Å", self.max_step_angstrom)?;
        positive("damping", self.damping)?;
        positive("curvature, eV/Å²", self.curvature_ev_angstrom2)?;
        if self.memory == 0 {
            return Err(Error::Count { name: "steps remembered", rule: "at least 1", count: 0 });
        }
        Ok(())
    }
}

/// What was learned from the steps so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct History {
    pub(super) pairs: VecDeque<Pair>,
    pub(super) previous: Option<Point>,
    /// Steps in a row that nothing was learned from.
    pub(super) refused: u32,
}

/// Where the last step began, and the forces there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Point {
    pub(super) positions: Vec<[f64; 3]>,
    pub(super) forces: Vec<[f64; 3]>,
}

/// A step and the change of the forces along it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pair {
    pub(super) s: Vec<[f64; 3]>,
    pub(super) y: Vec<[f64; 3]>,
    pub(super) rho: f64,
}

impl History {
    /// Learns from where the last step led, and chooses the next one.
    pub(super) fn step(
        &mut self,
        settings: &Lbfgs,
        positions: &[[f64; 3]],
        forces: &[[f64; 3]],
    ) -> Vec<[f64; 3]> {
        self.learn(settings.memory, positions, forces);
        let mut step: Vec<[f64; 3]> = forces.to_vec();
        let mut shares = vec![0.0; self.pairs.len()];
        for (share, pair) in shares.iter_mut().zip(&self.pairs).rev() {
            *share = pair.rho * dot(&pair.s, &step);
            add(&mut step, -*share, &pair.y);
        }
        for entry in step.as_flattened_mut() {
            *entry /= settings.curvature_ev_angstrom2;
        }
        for (share, pair) in shares.iter().zip(&self.pairs) {
            let b = pair.rho * dot(&pair.y, &step);
            add(&mut step, share - b, &pair.s);
        }
        let length = longest(&step);
        let scale =
            if length >= settings.max_step_angstrom { settings.max_step_angstrom / length } else { 1.0 };
        for entry in step.as_flattened_mut() {
            *entry *= scale * settings.damping;
        }
        self.previous = Some(Point { positions: positions.to_vec(), forces: forces.to_vec() });
        step
    }

    fn learn(&mut self, memory: usize, positions: &[[f64; 3]], forces: &[[f64; 3]]) {
        let Some(before) = &self.previous else { return };
        let (s, y) = (difference(positions, &before.positions), difference(&before.forces, forces));
        let curvature = dot(&y, &s);
        if curvature > LEAST_CURVATURE {
            self.pairs.push_back(Pair { s, y, rho: 1.0 / curvature });
            if self.pairs.len() > memory {
                self.pairs.pop_front();
            }
            self.refused = 0;
            return;
        }
        self.refused += 1;
        if self.refused == PATIENCE {
            self.pairs.clear();
            self.refused = 0;
        }
    }
}

fn difference(a: &[[f64; 3]], b: &[[f64; 3]]) -> Vec<[f64; 3]> {
    a.iter().zip(b).map(|(a, b)| std::array::from_fn(|k| a[k] - b[k])).collect()
}

fn add(to: &mut [[f64; 3]], factor: f64, vectors: &[[f64; 3]]) {
    for (to, value) in to.as_flattened_mut().iter_mut().zip(vectors.as_flattened()) {
        *to += factor * value;
    }
}
