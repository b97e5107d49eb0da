//! From a crystal to its activity, one stage after the other.
//!
//! ```text
//! bulk -> slabs -> sites -> placements -> relaxation -> adsorption energy -> free energy -> activity
//! ```
//!
//! [`Pipeline`] holds the settings and has a method for each stage, so that each can be looked at; [`Pipeline::run`] takes
//! many surfaces through all of them on all threads, says when one is done, and leaves out those that are done already.
//! [`SurfaceActivity`] goes on from adsorption energies. Any [`Calculator`] will do.
//!
//! ```
//! use catalyst_ml::calculator::Emt;
//! use catalyst_ml::pipeline::{Pipeline, SurfaceActivity, fcc, relaxed_bulk};
//! use catalyst_ml::surface::Miller;
//!
//! let copper = relaxed_bulk(&fcc("Cu".parse()?, 3.6)?, &mut Emt::new())?;
//! let pipeline = Pipeline { min_length_angstrom: 4.0, ..Pipeline::new(vec![Miller::new(1, 1, 1)?], &["*H"])? };
//! let surfaces = pipeline.surfaces(&[("Cu".into(), copper)])?;
//! let results = pipeline.run(&surfaces, Emt::new, &[], &|_| ())?;
//! let hydrogen = results[0].adsorption_ev("*H").unwrap();
//! assert!(hydrogen < 0.0);                            // bound against an isolated atom of the same calculator
//! let activity = SurfaceActivity::of(&results[0])?;
//! assert!(activity.hydrogen.is_some() && activity.oxygen.is_none());
//! # Ok::<(), catalyst_ml::Error>(())
//! ```

mod activity;
mod bulk;
#[cfg(feature = "serde")]
mod journal;
mod result;

pub use activity::{HydrogenActivity, OxygenActivity, SurfaceActivity};
pub use bulk::{fcc, relaxed_bulk};
#[cfg(feature = "serde")]
pub use journal::Journal;
pub use result::{AdsorbateResult, Candidate, SurfaceResult};

use crate::adsorb::{Adsorbate, Orientation, anomalies, place};
use crate::calculator::{Calculator, Wanted};
use crate::relax::{Relax, Relaxation};
use crate::surface::{Bulk, Miller, SiteKind, Sites, Slab, SlabSettings, adsorption_sites};
use crate::{Atoms, Element, Result};
use common::rng::Streams;
use rayon::prelude::*;

/// How surfaces are made, loaded and relaxed.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline {
    /// Planes.
    pub millers: Vec<Miller>,
    /// Adsorbates.
    pub adsorbates: Vec<Adsorbate>,
    /// How slabs are cut.
    pub slab: SlabSettings,
    /// Least length of a surface cell, Å.
    pub min_length_angstrom: f64,
    /// Depth of the layer whose sites are taken, Å.
    pub site_depth_angstrom: f64,
    /// How adsorbates are turned.
    pub orientation: Orientation,
    /// Gap at which they are set down, Å.
    pub gap_angstrom: f64,
    /// How structures are relaxed.
    pub relax: Relax,
    /// Tolerance of the crystals' symmetry, Å.
    pub symmetry_tolerance_angstrom: f64,
    /// Seed of orientations that are random.
    pub seed: u64,
}

/// A clean surface to be screened: tiled, with tags.
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    /// Name of the crystal.
    pub bulk: String,
    /// The slab.
    pub slab: Slab,
}

impl Surface {
    /// What tells surfaces apart: crystal, planes, cut and side.
    #[must_use]
    pub fn key(&self) -> String {
        let side = if self.slab.top { "up" } else { "down" };
        format!("{} {} {:.3} {side}", self.bulk, self.slab.miller, self.slab.shift)
    }
}

/// An adsorbate on a site, before it is relaxed.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    /// What the site lies over.
    pub site: SiteKind,
    /// The structure.
    pub atoms: Atoms,
}

impl Pipeline {
    /// Planes and adsorbates with the settings of OC20 for slabs, and L-BFGS of ASE to 0.02 eV/Å.
    ///
    /// # Errors
    ///
    /// [`crate::Error::Adsorbate`] for a name that is not in the table of adsorbates.
    pub fn new(millers: Vec<Miller>, adsorbates: &[&str]) -> Result<Self> {
        Ok(Self {
            millers,
            adsorbates: adsorbates.iter().map(|name| Adsorbate::named(name)).collect::<Result<_>>()?,
            slab: SlabSettings::oc20(),
            min_length_angstrom: 8.0,
            site_depth_angstrom: 0.9,
            orientation: Orientation::AsGiven,
            gap_angstrom: 0.1,
            relax: Relax { most_steps: 300, ..Relax::ase(0.02) },
            symmetry_tolerance_angstrom: 0.1,
            seed: 1,
        })
    }

    /// First stage: all surfaces of named crystals.
    ///
    /// # Errors
    ///
    /// What [`Bulk::new`], [`Bulk::slabs`], [`Slab::tiled`] and [`Slab::tagged`] refuse.
    pub fn surfaces(&self, bulks: &[(String, Atoms)]) -> Result<Vec<Surface>> {
        let mut surfaces = Vec::new();
        for (name, atoms) in bulks {
            let bulk = Bulk::new(atoms, self.symmetry_tolerance_angstrom)?;
            for miller in &self.millers {
                for slab in bulk.slabs(*miller, &self.slab)? {
                    let slab = slab.tiled(self.min_length_angstrom)?.tagged(&bulk)?;
                    surfaces.push(Surface { bulk: name.clone(), slab });
                }
            }
        }
        Ok(surfaces)
    }

    /// Second stage: the sites of a surface.
    ///
    /// # Errors
    ///
    /// What [`adsorption_sites`] refuses.
    pub fn sites(&self, surface: &Surface) -> Result<Sites> {
        adsorption_sites(&surface.slab.atoms, self.site_depth_angstrom)
    }

    /// Third stage: an adsorbate on each of the distinct sites of a clean slab, relaxed or not.
    ///
    /// # Errors
    ///
    /// What [`place`] refuses.
    pub fn placements(
        &self,
        clean: &Atoms,
        sites: &Sites,
        adsorbate: &Adsorbate,
        stream: &str,
    ) -> Result<Vec<Placement>> {
        let mut rng = Streams::new(self.seed).stream(stream);
        let set = |site: &crate::surface::Site| {
            let atoms =
                place(clean, adsorbate, site.position, self.orientation, self.gap_angstrom, &mut rng)?;
            Ok(Placement { site: site.kind, atoms })
        };
        sites.distinct().map(set).collect()
    }

    /// Fourth stage: a structure at rest, or as far as the steps reach.
    ///
    /// # Errors
    ///
    /// What [`Relax::run`] refuses.
    pub fn relaxed(&self, atoms: Atoms, calculator: &mut impl Calculator) -> Result<Relaxation> {
        self.relax.run(atoms, calculator)
    }

    /// First to fifth stage for one surface: its adsorption energies against isolated atoms of the same calculator.
    ///
    /// # Errors
    ///
    /// Those of the stages.
    pub fn screen(&self, surface: &Surface, calculator: &mut impl Calculator) -> Result<SurfaceResult> {
        let sites = self.sites(surface)?;
        let clean = self.relaxed(surface.slab.atoms.clone(), calculator)?;
        let on_top = sites.all.iter().filter(|site| site.kind == SiteKind::Ontop).count();
        let mut adsorbates = Vec::with_capacity(self.adsorbates.len());
        for adsorbate in &self.adsorbates {
            let atoms_ev = isolated_ev(adsorbate.atoms.elements(), calculator)?;
            let stream = format!("{} {}", surface.key(), adsorbate.name);
            let mut candidates = Vec::new();
            for Placement { site, atoms } in self.placements(clean.atoms(), &sites, adsorbate, &stream)? {
                let relaxation = self.relaxed(atoms.clone(), calculator)?;
                let flags = anomalies(&atoms, relaxation.atoms(), clean.atoms())?;
                candidates.push(Candidate {
                    site: site.name().into(),
                    adsorption_ev: relaxation.energy_ev() - clean.energy_ev() - atoms_ev,
                    steps: relaxation.steps(),
                    converged: relaxation.is_converged(),
                    adsorbed: flags.is_adsorbed(),
                    intercalated: flags.intercalated,
                });
            }
            adsorbates.push(AdsorbateResult { adsorbate: adsorbate.name.clone(), candidates });
        }
        Ok(SurfaceResult {
            key: surface.key(),
            bulk: surface.bulk.clone(),
            miller: surface.slab.miller.indices(),
            atoms: surface.slab.atoms.len(),
            sites_per_cm2: on_top as f64 / surface.slab.area_angstrom2() * 1e16,
            clean_ev: clean.energy_ev(),
            clean_converged: clean.is_converged(),
            adsorbates,
        })
    }

    /// All surfaces on all threads, in their order. Surfaces that are among `done` are not computed again; `finished` is
    /// told of each of the others as soon as it is there, from any thread, and may keep it for a later run.
    ///
    /// # Errors
    ///
    /// The first error of [`Pipeline::screen`] in the order of the surfaces.
    pub fn run<C: Calculator>(
        &self,
        surfaces: &[Surface],
        calculator: impl Fn() -> C + Sync,
        done: &[SurfaceResult],
        finished: &(dyn Fn(&SurfaceResult) + Sync),
    ) -> Result<Vec<SurfaceResult>> {
        let one = |surface: &Surface| {
            let key = surface.key();
            if let Some(known) = done.iter().find(|result| result.key == key) {
                return Ok(known.clone());
            }
            let result = self.screen(surface, &mut calculator())?;
            finished(&result);
            Ok(result)
        };
        let results: Vec<Result<SurfaceResult>> = surfaces.par_iter().map(one).collect();
        results.into_iter().collect()
    }
}

/// Energy of the atoms, each alone, eV.
fn isolated_ev(elements: &[Element], calculator: &mut impl Calculator) -> Result<f64> {
    elements.iter().try_fold(0.0, |sum, element| {
        let atom = Atoms::new(vec![*element], vec![[0.0; 3]])?;
        Ok(sum + calculator.evaluate(&atom, Wanted::ENERGY)?.energy_ev)
    })
}
