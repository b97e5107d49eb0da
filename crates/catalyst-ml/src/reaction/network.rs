//! Reaction networks.

use super::{FreeEnergies, ReactionStep, Species};
use crate::electrode::{DiagramStep, FreeEnergyDiagram};
use crate::{Error, Result};
use std::collections::BTreeMap;

/// A path from reactants to products: steps, each taken a number of times, that add up to an overall reaction.
///
/// ```
/// use catalyst_ml::reaction::ReactionNetwork;
///
/// let volmer_tafel = ReactionNetwork::new(
///     "hydrogen evolution, Volmer-Tafel",
///     "2 H+ + 2 e- -> H2",
///     &[(2.0, "H+ + e- + * -> *H"), (1.0, "2 *H -> H2 + 2 *")],
/// )?;
/// assert_eq!(volmer_tafel.overall().electrons(), 2.0);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ReactionNetwork {
    name: String,
    overall: ReactionStep,
    steps: Vec<(f64, ReactionStep)>,
}

impl ReactionNetwork {
    /// A network of an overall reaction and of steps with the number of times that each is taken.
    ///
    /// # Errors
    ///
    /// Those of parsing; [`Error::Unbalanced`] for a step that keeps not everything, [`Error::Overall`] for steps that
    /// do not add up, [`Error::Quantity`] for a number of times that is not above zero.
    pub fn new(name: &str, overall: &str, steps: &[(f64, &str)]) -> Result<Self> {
        let mut parsed = Vec::with_capacity(steps.len());
        for (times, text) in steps {
            let times = crate::thermo::above_zero("number of times that a step is taken", *times)?;
            parsed.push((times, text.parse()?));
        }
        let network = Self { name: name.into(), overall: overall.parse()?, steps: parsed };
        network.check()?;
        Ok(network)
    }

    /// Name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the steps add up to.
    #[must_use]
    pub fn overall(&self) -> &ReactionStep {
        &self.overall
    }

    /// Steps, each with the number of times that it is taken.
    #[must_use]
    pub fn steps(&self) -> &[(f64, ReactionStep)] {
        &self.steps
    }

    /// Adsorbates on the way, in the order in which they appear.
    #[must_use]
    pub fn intermediates(&self) -> Vec<&Species> {
        let mut found: Vec<&Species> = Vec::new();
        for (_, step) in &self.steps {
            for (_, species) in step.terms() {
                let adsorbate = species.sites() > 0 && species.elements().next().is_some();
                if adsorbate && !found.contains(&species) {
                    found.push(species);
                }
            }
        }
        found
    }

    /// The network backwards.
    #[must_use]
    pub fn reversed(&self, name: &str) -> Self {
        let steps = self.steps.iter().rev().map(|(times, step)| (*times, step.reversed())).collect();
        Self { name: name.into(), overall: self.overall.reversed(), steps }
    }

    /// Free energies of the steps at 0 V against the reversible hydrogen electrode.
    ///
    /// # Errors
    ///
    /// [`Error::MissingEnergy`] with the first step that has a species without an energy.
    pub fn diagram(&self, energies: &FreeEnergies) -> Result<FreeEnergyDiagram> {
        let step = |(times, step): &(f64, ReactionStep)| {
            Ok(DiagramStep {
                name: step.to_string(),
                times: *times,
                electrons: step.electrons(),
                free_energy_ev: energies.reaction_ev(step)?,
            })
        };
        FreeEnergyDiagram::new(&self.name, self.steps.iter().map(step).collect::<Result<_>>()?)
    }

    fn check(&self) -> Result<()> {
        let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
        for (times, step) in &self.steps {
            for (coefficient, species) in step.terms() {
                *sums.entry(species.name()).or_insert(0.0) += times * coefficient;
            }
        }
        for (coefficient, species) in self.overall.terms() {
            *sums.entry(species.name()).or_insert(0.0) -= coefficient;
        }
        match sums.into_iter().find(|(_, excess)| excess.abs() > 1e-9) {
            None => Ok(()),
            Some((species, excess)) => Err(Error::Overall {
                network: self.name.clone(),
                overall: self.overall.to_string(),
                species: species.into(),
                excess,
            }),
        }
    }
}
