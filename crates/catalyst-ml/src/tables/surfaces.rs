//! Adsorption energies from density functional theory on (111) surfaces of metals.

use super::{number, rows};
use crate::reaction::{AdsorptionEnergies, GasAtoms, Molecules};
use crate::{Error, Result};

/// Electronic energies of H, O, OH, CO, COOH and OCHO on (111) of seven metals against H2, H2O and CO, eV.
///
/// Source: numbers of `tutorials/electrochemistry/HER/HER_input.txt` of `CatMAP` (SUNCAT-Center/catmap).
///
/// ```
/// use catalyst_ml::tables::FormationEnergies;
///
/// let table = FormationEnergies::catmap_111()?;
/// assert_eq!(table.metals().next(), Some("Au"));
/// assert_eq!(table.of("Pt")?.get("*OH"), Some(1.079));
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FormationEnergies {
    metals: Vec<(&'static str, AdsorptionEnergies<Molecules>)>,
}

/// Energy of CO2 in the table's source and reference, eV.
const CARBON_DIOXIDE_EV: f64 = -0.430;
/// Energy of HCOOH there, eV.
const FORMIC_ACID_EV: f64 = -0.690;

impl FormationEnergies {
    /// The table, with the source's CO2 and HCOOH.
    ///
    /// # Errors
    ///
    /// None: the table is whole.
    pub fn catmap_111() -> Result<Self> {
        let mut rows = rows(include_str!("catmap_111.csv"));
        let header = rows.next().unwrap_or_default();
        let mut metals = Vec::new();
        for row in rows {
            let mut energies =
                AdsorptionEnergies::new().with("CO2", CARBON_DIOXIDE_EV)?.with("HCOOH", FORMIC_ACID_EV)?;
            for (adsorbate, field) in header.iter().zip(&row).skip(1) {
                energies = energies.with(&format!("*{adsorbate}"), number(field))?;
            }
            metals.push((row[0], energies));
        }
        Ok(Self { metals })
    }

    /// Symbols of the metals, in the order of the table.
    pub fn metals(&self) -> impl Iterator<Item = &'static str> {
        self.metals.iter().map(|(metal, _)| *metal)
    }

    /// Metals with their energies.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &AdsorptionEnergies<Molecules>)> {
        self.metals.iter().map(|(metal, energies)| (*metal, energies))
    }

    /// Energies on one metal.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownSpecies`] for a metal that is not in the table.
    pub fn of(&self, metal: &str) -> Result<&AdsorptionEnergies<Molecules>> {
        let found = self.iter().find(|(name, _)| *name == metal).map(|(_, energies)| energies);
        found.ok_or_else(|| Error::UnknownSpecies { species: metal.into(), table: "the metals of the table" })
    }
}

/// A three-fold hollow of a (111) surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Site111 {
    /// Above an atom of the third layer.
    Fcc,
    /// Above an atom of the second layer.
    Hcp,
}

/// Electronic adsorption energies of eight atoms in the hollows of (111) of seven metals at a quarter of a monolayer,
/// against isolated atoms (PBE), eV.
///
/// Source: Z. Xu and J. Kitchin, J. Phys. Chem. C 118, 25597 (2014), by the documentation of fairchem (MIT).
///
/// ```
/// use catalyst_ml::tables::{QuarterMonolayer, Site111};
///
/// let table = QuarterMonolayer::xu_kitchin()?;
/// assert_eq!(table.of(Site111::Fcc, "Pt")?.get("*O"), Some(-4.263842));
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct QuarterMonolayer {
    rows: Vec<(Site111, &'static str, AdsorptionEnergies<GasAtoms>)>,
}

impl QuarterMonolayer {
    /// The table.
    ///
    /// # Errors
    ///
    /// None: the table is whole.
    pub fn xu_kitchin() -> Result<Self> {
        let mut rows = rows(include_str!("xu_kitchin_quarter.csv"));
        let header = rows.next().unwrap_or_default();
        let mut table = Vec::new();
        for row in rows {
            let site = if row[0] == "fcc" { Site111::Fcc } else { Site111::Hcp };
            let mut energies = AdsorptionEnergies::new();
            for (adsorbate, field) in header.iter().zip(&row).skip(2) {
                energies = energies.with(&format!("*{adsorbate}"), number(field))?;
            }
            table.push((site, row[1], energies));
        }
        Ok(Self { rows: table })
    }

    /// Metals of a site with their energies.
    pub fn at(&self, site: Site111) -> impl Iterator<Item = (&'static str, &AdsorptionEnergies<GasAtoms>)> {
        self.rows.iter().filter(move |row| row.0 == site).map(|(_, metal, energies)| (*metal, energies))
    }

    /// Energies on one metal.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownSpecies`] for a metal that is not in the table.
    pub fn of(&self, site: Site111, metal: &str) -> Result<&AdsorptionEnergies<GasAtoms>> {
        let found = self.at(site).find(|(name, _)| *name == metal).map(|(_, energies)| energies);
        found.ok_or_else(|| Error::UnknownSpecies { species: metal.into(), table: "the metals of the table" })
    }

    /// Energies of an adsorbate over the metals of a site, eV, in the order of [`QuarterMonolayer::at`].
    ///
    /// # Errors
    ///
    /// [`Error::UnknownSpecies`] for an adsorbate that is not in the table.
    pub fn energies_ev(&self, site: Site111, adsorbate: &str) -> Result<Vec<f64>> {
        let missing =
            || Error::UnknownSpecies { species: adsorbate.into(), table: "the adsorbates of the table" };
        self.at(site).map(|(_, energies)| energies.get(adsorbate).ok_or_else(missing)).collect()
    }
}
