//! What a screening finds.

use crate::Result;
use crate::reaction::{AdsorptionEnergies, GasAtoms};

/// A screened surface.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SurfaceResult {
    /// What tells surfaces apart, see [`crate::pipeline::Surface::key`].
    pub key: String,
    /// Name of the crystal.
    pub bulk: String,
    /// Indices of the planes.
    pub miller: [i32; 3],
    /// Atoms of the clean slab.
    pub atoms: usize,
    /// Atoms of the top layer a cm².
    pub sites_per_cm2: f64,
    /// Energy of the relaxed clean slab, eV.
    pub clean_ev: f64,
    /// Whether the clean slab came to rest.
    pub clean_converged: bool,
    /// Adsorbates with all that was tried.
    pub adsorbates: Vec<AdsorbateResult>,
}

/// An adsorbate on a surface.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AdsorbateResult {
    /// Its name.
    pub adsorbate: String,
    /// One entry for each distinct site.
    pub candidates: Vec<Candidate>,
}

/// An adsorbate that was relaxed from one site.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Candidate {
    /// What the site lies over.
    pub site: String,
    /// Energy against the clean slab and isolated atoms, eV.
    pub adsorption_ev: f64,
    /// Steps of the relaxation.
    pub steps: usize,
    /// Whether it came to rest.
    pub converged: bool,
    /// Whether the energy is one of adsorption: neither dissociated nor desorbed nor reconstructed.
    pub adsorbed: bool,
    /// Whether an atom went below the surface.
    pub intercalated: bool,
}

impl AdsorbateResult {
    /// The strongest adsorption among what came to rest and is one; `None` if nothing did.
    #[must_use]
    pub fn best(&self) -> Option<&Candidate> {
        let sound = self.candidates.iter().filter(|candidate| candidate.converged && candidate.adsorbed);
        sound.min_by(|a, b| a.adsorption_ev.total_cmp(&b.adsorption_ev))
    }
}

impl SurfaceResult {
    /// Energy of the strongest adsorption of an adsorbate, eV; `None` if it was not tried or did not hold, or if the clean
    /// slab did not come to rest.
    #[must_use]
    pub fn adsorption_ev(&self, adsorbate: &str) -> Option<f64> {
        let found = self.adsorbates.iter().find(|result| result.adsorbate == adsorbate)?;
        found.best().filter(|_| self.clean_converged).map(|candidate| candidate.adsorption_ev)
    }

    /// The strongest adsorption of all adsorbates.
    ///
    /// # Errors
    ///
    /// [`crate::Error::Formula`] for an adsorbate whose name is no formula.
    pub fn energies(&self) -> Result<AdsorptionEnergies<GasAtoms>> {
        self.adsorbates.iter().try_fold(AdsorptionEnergies::new(), |energies, result| {
            match self.adsorption_ev(&result.adsorbate) {
                Some(energy) => energies.with(&result.adsorbate, energy),
                None => Ok(energies),
            }
        })
    }
}
