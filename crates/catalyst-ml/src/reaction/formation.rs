//! Reaction thermochemistry from measured values of formation.

use super::ReactionStep;
use crate::constants::{FARADAY_C_MOL, GAS_J_MOL_K};
use crate::tables::{number, rows};
use crate::thermo::Temperature;
use crate::{Error, Result};

/// Values of formation of a substance at 298.15 K and 1 bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Formation {
    /// Free energy, kJ/mol.
    pub gibbs_kj_mol: f64,
    /// Enthalpy, kJ/mol.
    pub enthalpy_kj_mol: f64,
}

/// Substances with their values of formation. Names may leave out the phase; the first entry of the formula is taken
/// then, the liquid for water.
///
/// ```
/// use catalyst_ml::reaction::FormationTable;
/// use catalyst_ml::thermo::Temperature;
///
/// let table = FormationTable::standard();
/// let water = table.reaction(&"1/2 O2 + 2 H+ + 2 e- -> H2O".parse()?)?;
/// assert!((water.equilibrium_potential_v().unwrap() - 1.2289).abs() < 1e-4);
/// let ammonia = table.reaction(&"1/2 N2 + 3/2 H2 -> NH3".parse()?)?;
/// assert!((ammonia.equilibrium_constant(Temperature::STANDARD) / 737.0 - 1.0).abs() < 2e-3);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FormationTable {
    entries: Vec<(String, Formation)>,
}

impl FormationTable {
    /// Water, carbon oxides, fuels and ammonia, at the level of the NIST-JANAF tables for gases and water and of the CRC
    /// Handbook for the organic liquids.
    #[must_use]
    pub fn standard() -> Self {
        let entry = |row: Vec<&'static str>| {
            let formation = Formation { gibbs_kj_mol: number(row[1]), enthalpy_kj_mol: number(row[2]) };
            (row[0].to_owned(), formation)
        };
        Self { entries: rows(include_str!("../tables/formation.csv")).skip(1).map(entry).collect() }
    }

    /// The same with a further substance, or with other values of one.
    ///
    /// # Errors
    ///
    /// [`Error::Formula`] for what is no species, [`Error::Quantity`] for a value that is not finite.
    pub fn with(mut self, substance: &str, formation: Formation) -> Result<Self> {
        let species: super::Species = substance.parse()?;
        crate::thermo::finite("free energy of formation, kJ/mol", formation.gibbs_kj_mol)?;
        crate::thermo::finite("enthalpy of formation, kJ/mol", formation.enthalpy_kj_mol)?;
        self.entries.retain(|(name, _)| name != species.name());
        self.entries.push((species.name().into(), formation));
        Ok(self)
    }

    /// Values of a substance; H+ and e- count as half an H2 each pair.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownSpecies`] if it has no entry.
    pub fn get(&self, substance: &str) -> Result<Formation> {
        if matches!(substance, "H+" | "e-") {
            return Ok(Formation { gibbs_kj_mol: 0.0, enthalpy_kj_mol: 0.0 });
        }
        let bare = |name: &str| name.split_once('(').map(|(formula, _)| formula.to_owned());
        let same = |name: &str| name == substance || bare(name).as_deref() == Some(substance);
        let found = self.entries.iter().find(|(name, _)| same(name)).map(|(_, formation)| *formation);
        let table = "the table of formation";
        found.ok_or_else(|| Error::UnknownSpecies { species: substance.into(), table })
    }

    /// Enthalpy and free energy of a reaction.
    ///
    /// # Errors
    ///
    /// [`Error::MissingEnergy`] for a species without an entry.
    pub fn reaction(&self, step: &ReactionStep) -> Result<ReactionThermochemistry> {
        let (mut enthalpy_kj_mol, mut gibbs_kj_mol) = (0.0, 0.0);
        for (coefficient, species) in step.terms() {
            let missing = |_| Error::MissingEnergy { step: step.to_string(), species: species.to_string() };
            let formation = self.get(species.name()).map_err(missing)?;
            enthalpy_kj_mol += coefficient * formation.enthalpy_kj_mol;
            gibbs_kj_mol += coefficient * formation.gibbs_kj_mol;
        }
        Ok(ReactionThermochemistry { enthalpy_kj_mol, gibbs_kj_mol, electrons: step.electrons() })
    }
}

/// Enthalpy and free energy of a reaction at 298.15 K and 1 bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReactionThermochemistry {
    /// Enthalpy, kJ/mol.
    pub enthalpy_kj_mol: f64,
    /// Free energy, kJ/mol.
    pub gibbs_kj_mol: f64,
    /// Electrons taken up.
    pub electrons: f64,
}

impl ReactionThermochemistry {
    /// Equilibrium constant; away from 298.15 K with the enthalpy and the entropy of 298.15 K.
    ///
    /// ```text
    /// ln K(T) = -[dH - T (dH - dG)/298.15 K]/(R T)
    /// ```
    #[must_use]
    pub fn equilibrium_constant(&self, temperature: Temperature) -> f64 {
        let kelvin = temperature.in_kelvin();
        let entropy = (self.enthalpy_kj_mol - self.gibbs_kj_mol) / Temperature::STANDARD.in_kelvin();
        let gibbs = self.enthalpy_kj_mol - kelvin * entropy;
        (-1000.0 * gibbs / (GAS_J_MOL_K * kelvin)).exp()
    }

    /// Equilibrium potential against the reversible hydrogen electrode, V: `-dG/(n F)`; `None` without electrons.
    #[must_use]
    pub fn equilibrium_potential_v(&self) -> Option<f64> {
        self.per_electron(self.gibbs_kj_mol)
    }

    /// Potential at which the reaction neither takes nor gives heat, V: `-dH/(n F)`; `None` without electrons.
    #[must_use]
    pub fn thermoneutral_potential_v(&self) -> Option<f64> {
        self.per_electron(self.enthalpy_kj_mol)
    }

    fn per_electron(&self, kj_mol: f64) -> Option<f64> {
        (self.electrons.abs() > 1e-9).then(|| -1000.0 * kj_mol / (self.electrons * FARADAY_C_MOL))
    }
}
