//! Free-energy diagrams and limiting potentials.

use super::ElectrodePotential;
use crate::{Error, Result};

/// A step of a diagram.
#[derive(Debug, Clone, PartialEq)]
pub struct DiagramStep {
    /// Its text.
    pub name: String,
    /// How many times it is taken.
    pub times: f64,
    /// Electrons that it takes up each time; below zero for an oxidation.
    pub electrons: f64,
    /// Free energy each time at 0 V against the reversible hydrogen electrode, eV.
    pub free_energy_ev: f64,
}

/// Free energies along a path, as a function of the electrode potential.
///
/// ```
/// use catalyst_ml::electrode::ElectrodePotential;
/// use catalyst_ml::reaction::{FreeEnergies, networks};
///
/// // Pt(111) with the values of Nørskov et al. 2004 as commonly quoted
/// let energies = FreeEnergies::new().with("*OH", 0.78)?.with("*O", 1.56)?.with("*OOH", 3.98)?;
/// let diagram = networks::oxygen_reduction_associative()?.diagram(&energies)?;
/// let limit = diagram.limiting_potential()?;
/// assert!((limit.potential.rhe_v() - 0.78).abs() < 1e-12);
/// assert!((limit.overpotential_v - 0.45).abs() < 1e-12);
///
/// // there the largest step is exactly level
/// let steps = diagram.steps_ev(limit.potential);
/// assert_eq!(steps.into_iter().fold(f64::MIN, f64::max), 0.0);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FreeEnergyDiagram {
    name: String,
    steps: Vec<DiagramStep>,
}

/// Which way the current flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Electrons are taken up.
    Reduction,
    /// Electrons are given off.
    Oxidation,
}

/// The potential at which every electrochemical step is downhill or level.
#[derive(Debug, Clone, PartialEq)]
pub struct LimitingPotential {
    /// The potential: below it for a reduction, above it for an oxidation, no electrochemical step is uphill.
    pub potential: ElectrodePotential,
    /// The step that sets it, from 0 in the order of the diagram.
    pub step: usize,
    /// The text of that step.
    pub name: String,
    /// Which way the current flows.
    pub direction: Direction,
    /// How far it lies beyond the equilibrium potential, V.
    pub overpotential_v: f64,
}

impl FreeEnergyDiagram {
    /// A diagram of these steps.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] without steps, [`Error::Quantity`] for a number that is not finite.
    pub fn new(name: &str, steps: Vec<DiagramStep>) -> Result<Self> {
        if steps.is_empty() {
            return Err(Error::Count { name: "steps of a diagram", rule: "at least 1", count: 0 });
        }
        for step in &steps {
            crate::thermo::above_zero("number of times that a step is taken", step.times)?;
            crate::thermo::finite("electrons of a step", step.electrons)?;
            crate::thermo::finite("free energy of a step, eV", step.free_energy_ev)?;
        }
        Ok(Self { name: name.into(), steps })
    }

    /// Name of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The steps at 0 V.
    #[must_use]
    pub fn steps(&self) -> &[DiagramStep] {
        &self.steps
    }

    /// The steps that no potential changes.
    pub fn chemical_steps(&self) -> impl Iterator<Item = &DiagramStep> {
        self.steps.iter().filter(|step| step.electrons.abs() < ELECTRON)
    }

    /// Free energy of each step, taken once, at a potential, eV.
    #[must_use]
    pub fn steps_ev(&self, potential: ElectrodePotential) -> Vec<f64> {
        self.steps.iter().map(|step| step.free_energy_ev + step.electrons * potential.rhe_v()).collect()
    }

    /// Free energies of the states along the path at a potential, eV: 0 at the start, one more than steps.
    #[must_use]
    pub fn levels_ev(&self, potential: ElectrodePotential) -> Vec<f64> {
        let mut level = 0.0;
        let risen = self.steps.iter().zip(self.steps_ev(potential)).map(|(step, energy)| {
            level += step.times * energy;
            level
        });
        std::iter::once(0.0).chain(risen).collect()
    }

    /// Free energy of the whole path at 0 V, eV.
    #[must_use]
    pub fn total_ev(&self) -> f64 {
        self.steps.iter().map(|step| step.times * step.free_energy_ev).sum()
    }

    /// Electrons taken up on the whole path.
    #[must_use]
    pub fn electrons(&self) -> f64 {
        self.steps.iter().map(|step| step.times * step.electrons).sum()
    }

    /// Potential at which the whole path is level, V against the reversible hydrogen electrode; `None` without electrons.
    #[must_use]
    pub fn equilibrium_potential_v(&self) -> Option<f64> {
        let electrons = self.electrons();
        (electrons.abs() > ELECTRON).then(|| -self.total_ev() / electrons)
    }

    /// The limiting potential.
    ///
    /// ```text
    /// reduction: U_L = min(-dG_i),  eta = U_eq - U_L        oxidation: U_L = max(dG_i),  eta = U_L - U_eq
    /// ```
    ///
    /// over the steps that transfer one electron. Chemical steps have no part in it, see
    /// [`FreeEnergyDiagram::chemical_steps`].
    ///
    /// # Errors
    ///
    /// [`Error::NoElectrochemicalStep`] without a step of one electron, [`Error::MixedDirections`] for reductions and
    /// oxidations on one path.
    pub fn limiting_potential(&self) -> Result<LimitingPotential> {
        let none = || Error::NoElectrochemicalStep { network: self.name.clone() };
        let net = self.electrons();
        let sign = net.signum();
        let mut limit: Option<(usize, f64)> = None;
        for (place, step) in self.steps.iter().enumerate() {
            if step.electrons * sign < -ELECTRON {
                return Err(Error::MixedDirections { network: self.name.clone(), step: step.name.clone() });
            }
            let single = (step.electrons.abs() - 1.0).abs() < ELECTRON;
            if single && limit.is_none_or(|(_, worst)| step.free_energy_ev > worst) {
                limit = Some((place, step.free_energy_ev));
            }
        }
        let (step, uphill) = limit.ok_or_else(none)?;
        let equilibrium = self.equilibrium_potential_v().ok_or_else(none)?;
        Ok(LimitingPotential {
            potential: ElectrodePotential::rhe(-sign * uphill)?,
            step,
            name: self.steps[step].name.clone(),
            direction: if sign > 0.0 { Direction::Reduction } else { Direction::Oxidation },
            overpotential_v: sign * equilibrium + uphill,
        })
    }
}

/// Fewer electrons than this are none.
const ELECTRON: f64 = 1e-9;
