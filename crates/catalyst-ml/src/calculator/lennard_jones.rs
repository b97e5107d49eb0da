//! The Lennard-Jones potential.

use super::stress::stress;
use super::{Calculator, Evaluation, Wanted};
use crate::neighbors::{NeighborList, SkinList};
use crate::{Atoms, Error, Result};

/// Part of the cutoff by which lists reach farther, so that they last for some steps.
const SKIN: f64 = 0.1;

/// Pairs that repel when near and attract when far, whatever their elements.
///
/// ```text
/// E = sum over pairs of v(r),  v(r) = 4 ε [(σ/r)¹² - (σ/r)⁶] for r <= cutoff, else 0
/// ```
///
/// ```
/// use catalyst_ml::{Atoms, calculator::{Calculator, LennardJones, Wanted}};
///
/// let argon = Atoms::new(vec!["Ar".parse()?; 2], vec![[0.0; 3], [3.4 * 2.0_f64.powf(1.0 / 6.0), 0.0, 0.0]])?;
/// let result = LennardJones::new(0.0104, 3.4, 10.0)?.evaluate(&argon, Wanted::ENERGY)?;
/// assert!((result.energy_ev + 0.0104).abs() < 1e-15);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct LennardJones {
    epsilon: f64,
    sigma: f64,
    shift: f64,
    list: SkinList,
}

impl LennardJones {
    /// A potential of depth ε, eV, that is zero at σ, Å, and ends at a cutoff, Å.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] unless all are positive and finite.
    pub fn new(epsilon_ev: f64, sigma_angstrom: f64, cutoff_angstrom: f64) -> Result<Self> {
        for (name, value) in [("epsilon, eV", epsilon_ev), ("sigma, Å", sigma_angstrom)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::Quantity { name, rule: "positive and finite", value });
            }
        }
        let list = SkinList::new(cutoff_angstrom, SKIN * cutoff_angstrom)?;
        Ok(Self { epsilon: epsilon_ev, sigma: sigma_angstrom, shift: 0.0, list })
    }

    /// The same potential, each pair raised by a constant so that it ends at zero.
    #[must_use]
    pub fn shifted(mut self) -> Self {
        self.shift = 0.0;
        self.shift = self.pair(self.list.cutoff_angstrom()).0;
        self
    }

    /// Evaluates the pairs of a list that need not be the present neighbours.
    ///
    /// # Errors
    ///
    /// [`Error::PerAtom`] if the list has not these atoms, [`Error::NoVolume`] for the stress without a cell.
    pub fn evaluate_list(&self, atoms: &Atoms, list: &NeighborList, wanted: Wanted) -> Result<Evaluation> {
        list.check(atoms)?;
        let (mut energy, mut virial) = (0.0, [0.0; 6]);
        let mut forces = Vec::with_capacity(if wanted.forces { atoms.len() } else { 0 });
        for atom in 0..atoms.len() {
            let mut force = [0.0; 3];
            for pair in list.of(atom) {
                let distance = list.distances()[pair];
                let (value, slope) = self.pair(distance);
                energy += value;
                let [x, y, z] = list.vector(pair);
                let pull = slope / distance;
                force = [force[0] + pull * x, force[1] + pull * y, force[2] + pull * z];
                let products = [x * x, y * y, z * z, y * z, x * z, x * y];
                virial = std::array::from_fn(|k| virial[k] + pull * products[k]);
            }
            if wanted.forces {
                forces.push(force);
            }
        }
        // each pair was met from both ends
        let stress = wanted.stress.then(|| stress(atoms, virial.map(|entry| 0.5 * entry))).transpose()?;
        let energy_ev = 0.5 * energy;
        Ok(Evaluation { energy_ev, forces_ev_angstrom: forces, stress_ev_angstrom3: stress })
    }

    /// Energy of a pair and its derivative.
    fn pair(&self, distance: f64) -> (f64, f64) {
        let six = (self.sigma / distance).powi(6);
        let twelve = six * six;
        let value = 4.0 * self.epsilon * (twelve - six) - self.shift;
        (value, -24.0 * self.epsilon * (2.0 * twelve - six) / distance)
    }
}

impl Calculator for LennardJones {
    fn evaluate(&mut self, atoms: &Atoms, wanted: Wanted) -> Result<Evaluation> {
        self.list.update(atoms)?;
        self.evaluate_list(atoms, self.list.list(), wanted)
    }
}
