//! Adsorption energies whose reference is part of the type.

use super::Species;
use crate::constants::EV_PER_KCAL_MOL;
use crate::tables::{number, rows};
use crate::{Element, Error, Result};
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// What an energy is counted from.
pub trait Reference {
    /// Its name in errors and tables.
    const NAME: &'static str;

    /// Whether an energy of a species is fixed by the reference, so that none may be given.
    fn fixes(species: &Species) -> bool;
}

/// Isolated atoms have the energy zero: `E_ads = E(slab + X) - E(slab) - E(X)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GasAtoms {}

impl Reference for GasAtoms {
    const NAME: &'static str = "isolated atoms";

    fn fixes(species: &Species) -> bool {
        species.name() == "*"
            || (species.sites() == 0 && species.elements().map(|(_, n)| n).sum::<u32>() == 1)
    }
}

/// H2, H2O, CO and N2 have the energy zero (as in OC20): a species `CxHyOzNw` is made of
/// `x CO + (x + y/2 - z) H2 + (z - x) H2O + w/2 N2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Molecules {}

impl Reference for Molecules {
    const NAME: &'static str = "H2, H2O, CO, N2";

    fn fixes(species: &Species) -> bool {
        matches!(species.name(), "*" | "H2" | "H2O" | "CO" | "N2")
    }
}

/// Electronic energies of species against one reference, eV.
///
/// Energies of different references do not mix; the compiler refuses
///
/// ```compile_fail,E0308
/// use catalyst_ml::reaction::{AdsorptionEnergies, Corrections, FreeEnergies, GasAtoms};
///
/// let oxygen = AdsorptionEnergies::<GasAtoms>::new().with("*O", -4.26)?;
/// let free = FreeEnergies::of(&oxygen, &Corrections::new())?;   // needs energies against molecules
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
///
/// and the way from one to the other goes through atomisation energies of the reference molecules:
///
/// ```
/// use catalyst_ml::reaction::{AdsorptionEnergies, GasAtoms};
///
/// let atoms = AdsorptionEnergies::<GasAtoms>::new().with("*H", -2.75)?;
/// let molecules = atoms.to_molecules()?;
/// assert!((molecules.get("*H").unwrap() - (-2.75 + 4.748 / 2.0)).abs() < 1e-3);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AdsorptionEnergies<R> {
    values: BTreeMap<Species, f64>,
    reference: PhantomData<R>,
}

impl<R> Default for AdsorptionEnergies<R> {
    fn default() -> Self {
        Self { values: BTreeMap::new(), reference: PhantomData }
    }
}

impl<R: Reference> AdsorptionEnergies<R> {
    /// No energies yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with the energy of a species, eV.
    ///
    /// # Errors
    ///
    /// [`Error::Formula`] for what is no species, [`Error::FixedByReference`] for one whose energy the reference fixes,
    /// [`Error::Quantity`] for an energy that is not finite.
    pub fn with(mut self, species: &str, energy_ev: f64) -> Result<Self> {
        let species: Species = species.parse()?;
        if R::fixes(&species) {
            return Err(Error::FixedByReference {
                species: species.to_string(),
                reference: R::NAME,
                energy_ev,
            });
        }
        self.values.insert(species, crate::thermo::finite("adsorption energy, eV", energy_ev)?);
        Ok(self)
    }

    /// The energies of these species alone.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownSpecies`] for one without an energy.
    pub fn only(&self, species: &[&str]) -> Result<Self> {
        let table = "the energies";
        species.iter().try_fold(Self::new(), |kept, name| {
            let missing = || Error::UnknownSpecies { species: (*name).into(), table };
            kept.with(name, self.get(name).ok_or_else(missing)?)
        })
    }

    /// Energy of a species, eV; `None` if none was given.
    #[must_use]
    pub fn get(&self, species: &str) -> Option<f64> {
        self.iter().find(|(given, _)| given.name() == species).map(|(_, energy)| energy)
    }

    /// Species with their energies, eV.
    pub fn iter(&self) -> impl Iterator<Item = (&Species, f64)> {
        self.values.iter().map(|(species, energy)| (species, *energy))
    }
}

impl AdsorptionEnergies<GasAtoms> {
    /// The same energies against molecules, through the atomisation energies of H2, H2O, N2 and CO (without zero-point
    /// energy, W4-11: Karton, Daon, Martin, Ruscic, Chem. Phys. Lett. 510, 165, 2011).
    ///
    /// # Errors
    ///
    /// [`Error::UnknownSpecies`] for an element other than H, C, N and O.
    pub fn to_molecules(&self) -> Result<AdsorptionEnergies<Molecules>> {
        let mut values = BTreeMap::new();
        for (species, energy) in self.iter() {
            let mut sum = energy;
            for (element, count) in species.elements() {
                sum += atom_ev(element)? * f64::from(count);
            }
            values.insert(species.clone(), sum);
        }
        Ok(AdsorptionEnergies { values, reference: PhantomData })
    }
}

/// Energy of an isolated atom against H2, H2O, CO and N2, eV.
fn atom_ev(element: Element) -> Result<f64> {
    let energy = |molecule: &str| {
        let mut table = rows(include_str!("../tables/atomisation.csv"));
        table.find(|row| row[0] == molecule).map_or(f64::NAN, |row| number(row[1]) * EV_PER_KCAL_MOL)
    };
    let oxygen = || energy("H2O") - energy("H2");
    match element.symbol() {
        "H" => Ok(0.5 * energy("H2")),
        "O" => Ok(oxygen()),
        "N" => Ok(0.5 * energy("N2")),
        "C" => Ok(energy("CO") - oxygen()),
        symbol => Err(Error::UnknownSpecies { species: symbol.into(), table: "the atoms H, C, N and O" }),
    }
}
