//! Sixth and seventh stage: free energies and activities.

use super::SurfaceResult;
use crate::reaction::{AdsorptionEnergies, Corrections, FreeEnergies, Molecules};
use crate::tables::FormationEnergies;
use crate::thermo::Temperature;
use crate::volcano::{ExchangeCurrent, SCALING_OFFSET_EV, oxygen_reduction};
use crate::{Error, Result};

/// What adsorption energies say of the activity of a surface.
///
/// Energies against isolated atoms are brought to molecules by measured atomisation energies
/// ([`AdsorptionEnergies::to_molecules`]) and to free energies by [`Corrections::customary`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SurfaceActivity {
    /// What tells surfaces apart.
    pub key: String,
    /// Hydrogen evolution, if hydrogen was screened.
    pub hydrogen: Option<HydrogenActivity>,
    /// Oxygen reduction, if oxygen was screened.
    pub oxygen: Option<OxygenActivity>,
    /// Energy of adsorbed nitrogen against half an N2, eV, if nitrogen was screened. No activity follows from it.
    pub nitrogen_ev: Option<f64>,
}

/// Hydrogen evolution on a surface.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HydrogenActivity {
    /// Free energy of adsorbed hydrogen, eV.
    pub free_energy_ev: f64,
    /// Decimal logarithm of the exchange current density, A/cm².
    pub log10_exchange_current: f64,
}

/// Oxygen reduction on a surface.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OxygenActivity {
    /// Free energy of adsorbed oxygen, eV.
    pub oxygen_ev: f64,
    /// Free energy of adsorbed hydroxyl, eV: half of it.
    pub hydroxyl_ev: f64,
    /// Limiting potential against the reversible hydrogen electrode, V.
    pub limiting_potential_v: f64,
    /// Step that limits, from 0.
    pub limiting_step: usize,
    /// Whether hydroxyl lies outside of the range of the metals that the relations are known for.
    pub extrapolated: bool,
}

impl SurfaceActivity {
    /// Activities of a screened surface: hydrogen evolution from H, oxygen reduction from O with `G_OH = G_O/2` and
    /// `G_OOH = G_OH + 3.2 eV`.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownSpecies`] for adsorbates of other elements than H, C, N and O.
    pub fn of(result: &SurfaceResult) -> Result<Self> {
        let energies = result.energies()?.to_molecules()?;
        let free = |species: &str| free_ev(&energies, species);
        let hydrogen = match free("*H")? {
            None => None,
            Some(free_energy_ev) => {
                let current = ExchangeCurrent::new(RATE_PER_S, result.sites_per_cm2)?;
                let density = current.density_a_cm2(free_energy_ev, Temperature::STANDARD)?;
                Some(HydrogenActivity { free_energy_ev, log10_exchange_current: density.log10() })
            }
        };
        let oxygen = free("*O")?.map(oxygen_activity).transpose()?;
        Ok(Self { key: result.key.clone(), hydrogen, oxygen, nitrogen_ev: energies.get("*N") })
    }
}

/// Rate constant of the exchange current, 1/s a site.
const RATE_PER_S: f64 = 200.0;

fn free_ev(energies: &AdsorptionEnergies<Molecules>, species: &str) -> Result<Option<f64>> {
    if energies.get(species).is_none() {
        return Ok(None);
    }
    Ok(FreeEnergies::of(&energies.only(&[species])?, &Corrections::customary()?)?.get(species))
}

fn oxygen_activity(oxygen_ev: f64) -> Result<OxygenActivity> {
    let hydroxyl_ev = 0.5 * oxygen_ev;
    let activity = oxygen_reduction(SCALING_OFFSET_EV, hydroxyl_range()?)?.at([hydroxyl_ev])?;
    Ok(OxygenActivity {
        oxygen_ev,
        hydroxyl_ev,
        limiting_potential_v: activity.activity_ev,
        limiting_step: activity.limiting_step,
        extrapolated: activity.extrapolated,
    })
}

/// Free energies of hydroxyl on the metals of the crate's table, eV: least and most.
fn hydroxyl_range() -> Result<(f64, f64)> {
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for (_, energies) in FormationEnergies::catmap_111()?.iter() {
        let found = free_ev(energies, "*OH")?;
        let missing = || Error::UnknownSpecies { species: "*OH".into(), table: "the metals of the table" };
        let value = found.ok_or_else(missing)?;
        (least, most) = (least.min(value), most.max(value));
    }
    Ok((least, most))
}
