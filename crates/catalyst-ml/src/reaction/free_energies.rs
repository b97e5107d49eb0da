//! Free energies in the reference of the hydrogen electrode.

use super::{AdsorptionEnergies, FormationTable, Molecules, ReactionStep, Reference, Species};
use crate::constants::KJ_MOL_PER_EV;
use crate::{Error, Result};
use std::collections::BTreeMap;

/// Free energy of O2 against 2 H2O - 2 H2, eV: 4 times 1.23. O2 is never taken from density functional theory, which
/// gets it wrong; its energy follows from that of water.
pub const OXYGEN_EV: f64 = 4.0 * 1.23;

/// Named parts of free energies by species: zero-point energy and entropy, solvation, the field of the interface.
///
/// ```
/// use catalyst_ml::reaction::{AdsorptionEnergies, Corrections, FreeEnergies};
///
/// let platinum = AdsorptionEnergies::new().with("*OH", 1.079)?;
/// let corrections = Corrections::new().with("thermal", "*OH", 0.35)?.with("solvation", "*OH", -0.3)?;
/// let free = FreeEnergies::of(&platinum, &corrections)?;
/// assert!((free.get("*OH").unwrap() - 1.129).abs() < 1e-12);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Corrections {
    rows: Vec<(String, Species, f64)>,
}

impl Corrections {
    /// No corrections yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Zero-point energy and entropy at 298 K in wide use for H, O, OH and OOH on metals: 0.24, 0.05, 0.35 and 0.40
    /// eV. Commonly quoted after Nørskov et al. 2004 and 2005; not checked against these papers here.
    ///
    /// # Errors
    ///
    /// None: the rows are valid.
    pub fn customary() -> Result<Self> {
        Self::new()
            .with("thermal", "*H", 0.24)?
            .with("thermal", "*O", 0.05)?
            .with("thermal", "*OH", 0.35)?
            .with("thermal", "*OOH", 0.40)
    }

    /// The same with a further part, eV.
    ///
    /// # Errors
    ///
    /// [`Error::Formula`] for what is no species, [`Error::Quantity`] for an energy that is not finite.
    pub fn with(mut self, name: &str, species: &str, energy_ev: f64) -> Result<Self> {
        self.rows.push((name.into(), species.parse()?, crate::thermo::finite("correction, eV", energy_ev)?));
        Ok(self)
    }

    /// The parts of a species with their names, eV.
    pub fn of(&self, species: &Species) -> impl Iterator<Item = (&str, f64)> {
        self.rows
            .iter()
            .filter(move |row| row.1 == *species)
            .map(|(name, _, energy)| (name.as_str(), *energy))
    }
}

/// Free energies of species at 298.15 K, eV, counted from H2, liquid H2O, CO, N2 and the empty site; a proton with an
/// electron is worth half an H2 at 0 V against the reversible hydrogen electrode.
///
/// O2 is fixed by the reference too ([`OXYGEN_EV`]).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FreeEnergies {
    values: BTreeMap<String, f64>,
}

impl FreeEnergies {
    /// Only the species that the reference fixes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Electronic energies with the corrections of their species.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownSpecies`] for a species of a surface without any correction: its electronic energy would pass for
    /// a free one.
    pub fn of(energies: &AdsorptionEnergies<Molecules>, corrections: &Corrections) -> Result<Self> {
        let mut values = BTreeMap::new();
        for (species, energy) in energies.iter() {
            let parts: Vec<f64> = corrections.of(species).map(|(_, part)| part).collect();
            if parts.is_empty() {
                return Err(Error::UnknownSpecies { species: species.to_string(), table: "the corrections" });
            }
            values.insert(species.name().into(), energy + parts.iter().sum::<f64>());
        }
        Ok(Self { values })
    }

    /// Electronic energies in the place of free ones, for diagrams that say so.
    #[must_use]
    pub fn uncorrected(energies: &AdsorptionEnergies<Molecules>) -> Self {
        Self { values: energies.iter().map(|(species, energy)| (species.name().into(), energy)).collect() }
    }

    /// The same with the free energy of a species, eV.
    ///
    /// # Errors
    ///
    /// [`Error::Formula`] for what is no species or has a charge, [`Error::FixedByReference`] for a species that the
    /// reference fixes, O2 among them, [`Error::Quantity`] for an energy that is not finite.
    pub fn with(mut self, species: &str, energy_ev: f64) -> Result<Self> {
        let species: Species = species.parse()?;
        if fixed(species.name()).is_some() {
            let reference = Molecules::NAME;
            return Err(Error::FixedByReference { species: species.to_string(), reference, energy_ev });
        }
        if species.charge() != 0 {
            return Err(Error::Formula {
                text: species.to_string(),
                rule: "no charge but that of H+, OH- and e-",
            });
        }
        self.values.insert(species.name().into(), crate::thermo::finite("free energy, eV", energy_ev)?);
        Ok(self)
    }

    /// The same with the free energy of a species from that of another, `slope` times it plus `offset_ev`: a scaling
    /// relation.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownSpecies`] if the other has none; those of [`FreeEnergies::with`].
    pub fn with_scaled(self, species: &str, slope: f64, other: &str, offset_ev: f64) -> Result<Self> {
        let table = "the free energies";
        let from = self.get(other).ok_or_else(|| Error::UnknownSpecies { species: other.into(), table })?;
        self.with(species, slope * from + offset_ev)
    }

    /// The same with the free energy of a molecule from measured free energies of formation.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownSpecies`] for a molecule that is not in the table; those of [`FreeEnergies::with`].
    pub fn with_measured(self, molecule: &str, table: &FormationTable) -> Result<Self> {
        let species: Species = molecule.parse()?;
        let count = |symbol: &str| Ok::<f64, Error>(f64::from(species.count(symbol.parse()?)));
        let (carbon, oxygen) = (count("C")?, count("O")?);
        let gibbs = |name: &str| Ok::<f64, Error>(table.get(name)?.gibbs_kj_mol);
        let references = carbon * gibbs("CO")? + (oxygen - carbon) * gibbs("H2O(l)")?;
        let energy_ev = (gibbs(molecule)? - references) / KJ_MOL_PER_EV;
        self.with(molecule, energy_ev)
    }

    /// Free energy of a species, eV; `None` if none was given and the reference fixes none.
    #[must_use]
    pub fn get(&self, species: &str) -> Option<f64> {
        fixed(species).or_else(|| self.values.get(species).copied())
    }

    /// Free energy of a reaction at 0 V against the reversible hydrogen electrode, eV.
    ///
    /// # Errors
    ///
    /// [`Error::MissingEnergy`] for a species without an energy.
    pub fn reaction_ev(&self, step: &ReactionStep) -> Result<f64> {
        let missing =
            |species: &Species| Error::MissingEnergy { step: step.to_string(), species: species.to_string() };
        step.terms().try_fold(0.0, |sum, (coefficient, species)| {
            let energy = self.get(species.name()).ok_or_else(|| missing(species))?;
            Ok(sum + coefficient * energy)
        })
    }
}

/// Free energy that the reference fixes, eV. On the scale of the reversible hydrogen electrode H+ with e- is half an
/// H2, and OH- without its electron is H2O without H+ and e-: all three count as zero in a balanced reaction.
fn fixed(species: &str) -> Option<f64> {
    match species.strip_suffix("(g)").or(species.strip_suffix("(l)")).unwrap_or(species) {
        "*" | "H2" | "CO" | "N2" | "H+" | "OH-" | "e-" => Some(0.0),
        "H2O" if !species.ends_with("(g)") => Some(0.0),
        "O2" => Some(OXYGEN_EV),
        _ => None,
    }
}
