//! The state of a relaxation.

use super::fire::{Fire, Motion};
use super::lbfgs::{History, Lbfgs};
use super::{Method, Relax, longest};
use crate::calculator::{Calculator, Evaluation, Wanted};
use crate::{Atoms, Error, Result};

/// A relaxation on its way.
///
/// All that the next steps depend on is in here: one that is written to a file and read again goes on exactly as it would
/// have, bit by bit.
#[derive(Debug, Clone, PartialEq)]
pub struct Relaxation {
    pub(super) settings: Relax,
    pub(super) atoms: Atoms,
    pub(super) state: State,
    pub(super) steps: usize,
    pub(super) status: Status,
    pub(super) energy_ev: f64,
    pub(super) max_force: f64,
}

/// The method and what it remembers.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum State {
    Lbfgs(Lbfgs, History),
    Fire(Fire, Motion),
}

/// Whether a relaxation goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// There are steps to make.
    Running,
    /// The forces are within the tolerance.
    Converged,
    /// All steps were made and the forces are not within the tolerance.
    StepsExhausted,
}

/// A structure on the way, as it was evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// How many steps led there.
    pub step: usize,
    /// Positions, Å.
    pub positions: Vec<[f64; 3]>,
    /// Energy, eV.
    pub energy_ev: f64,
    /// Forces, eV/Å, those on fixed atoms included.
    pub forces_ev_angstrom: Vec<[f64; 3]>,
    /// Largest force on a free atom, eV/Å.
    pub max_force_ev_angstrom: f64,
}

impl Relaxation {
    /// A relaxation before its first evaluation.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] or [`Error::Count`] for settings out of range.
    pub fn new(settings: Relax, atoms: Atoms) -> Result<Self> {
        settings.check()?;
        let state = match settings.method {
            Method::Lbfgs(lbfgs) => State::Lbfgs(lbfgs, History::default()),
            Method::Fire(fire) => State::Fire(fire, Motion::new(&fire)),
        };
        let (energy_ev, max_force) = (f64::NAN, f64::NAN);
        Ok(Self { settings, atoms, state, steps: 0, status: Status::Running, energy_ev, max_force })
    }

    /// Evaluates the structure as it is, and moves it unless it is at rest or all steps were made.
    ///
    /// # Errors
    ///
    /// As [`Relax::run`]; nothing has changed then.
    pub fn step(&mut self, calculator: &mut impl Calculator) -> Result<Frame> {
        let evaluation = calculator.evaluate(&self.atoms, Wanted::FORCES)?;
        self.advance(evaluation)
    }

    /// The same with an evaluation of [`atoms`](Self::atoms) that was made elsewhere: of many structures at once, say.
    ///
    /// # Errors
    ///
    /// [`Error::NonFinite`] for a force or an energy that is no number, [`Error::PerAtom`] without a force for each atom;
    /// nothing has changed then.
    pub fn advance(&mut self, evaluation: Evaluation) -> Result<Frame> {
        let Evaluation { energy_ev, forces_ev_angstrom, .. } = evaluation;
        let free = self.check(energy_ev, &forces_ev_angstrom)?;
        let max_force = longest(&free);
        let frame = Frame {
            step: self.steps,
            positions: self.atoms.positions().to_vec(),
            energy_ev,
            forces_ev_angstrom,
            max_force_ev_angstrom: max_force,
        };
        self.status = if max_force < self.settings.force_tolerance_ev_angstrom {
            Status::Converged
        } else if self.steps >= self.settings.most_steps {
            Status::StepsExhausted
        } else {
            self.move_atoms(&free)?;
            Status::Running
        };
        (self.energy_ev, self.max_force) = (energy_ev, max_force);
        Ok(frame)
    }

    /// Forces with zeros on the fixed atoms.
    fn check(&self, energy_ev: f64, forces: &[[f64; 3]]) -> Result<Vec<[f64; 3]>> {
        let atoms = self.atoms.len();
        if forces.len() != atoms {
            return Err(Error::PerAtom { what: "forces", atoms, count: forces.len() });
        }
        if !energy_ev.is_finite() {
            return Err(Error::Quantity { name: "energy, eV", rule: "finite", value: energy_ev });
        }
        for (atom, force) in forces.iter().enumerate() {
            if let Some(&value) = force.iter().find(|value| !value.is_finite()) {
                return Err(Error::NonFinite { what: "force", atom, value });
            }
        }
        let free = forces.iter().zip(self.atoms.fixed());
        Ok(free.map(|(&force, &fixed)| if fixed { [0.0; 3] } else { force }).collect())
    }

    fn move_atoms(&mut self, forces: &[[f64; 3]]) -> Result<()> {
        let step = match &mut self.state {
            State::Lbfgs(settings, history) => history.step(settings, self.atoms.positions(), forces),
            State::Fire(settings, motion) => motion.step(settings, forces),
        };
        let moved = self.atoms.positions().iter().zip(&step);
        let moved: Vec<[f64; 3]> = moved.map(|(r, d)| std::array::from_fn(|k| r[k] + d[k])).collect();
        self.atoms.set_positions(&moved)?;
        self.steps += 1;
        Ok(())
    }

    /// The structure as it is now. After the last step it is the one that was evaluated.
    #[must_use]
    pub fn atoms(&self) -> &Atoms {
        &self.atoms
    }

    /// The structure as it is now.
    #[must_use]
    pub fn into_atoms(self) -> Atoms {
        self.atoms
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Relax {
        &self.settings
    }

    /// Whether it goes on.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// Whether the forces are within the tolerance.
    #[must_use]
    pub fn is_converged(&self) -> bool {
        self.status == Status::Converged
    }

    /// How many steps were made.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Energy at the last evaluation, eV; not a number before the first.
    #[must_use]
    pub fn energy_ev(&self) -> f64 {
        self.energy_ev
    }

    /// Largest force on a free atom at the last evaluation, eV/Å; not a number before the first.
    #[must_use]
    pub fn max_force_ev_angstrom(&self) -> f64 {
        self.max_force
    }
}
