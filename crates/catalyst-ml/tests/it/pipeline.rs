//! From crystals to activities.

use catalyst_ml::calculator::{Calculator, Emt, Evaluation, Wanted};
use catalyst_ml::pipeline::{Pipeline, Surface, SurfaceActivity, fcc, relaxed_bulk};
use catalyst_ml::surface::{Miller, SiteKind};
use catalyst_ml::{Atoms, Error, Result};
use common::assert_close;
use std::sync::atomic::{AtomicUsize, Ordering};

fn metal(symbol: &str, lattice_constant_angstrom: f64) -> Atoms {
    fcc(symbol.parse().unwrap(), lattice_constant_angstrom).unwrap()
}

fn pipeline(planes: &[[i32; 3]], adsorbates: &[&str]) -> Pipeline {
    let millers = planes.iter().map(|[h, k, l]| Miller::new(*h, *k, *l).unwrap()).collect();
    Pipeline::new(millers, adsorbates).unwrap()
}

/// Lattice constants of least energy: ASE 3.29.
#[test]
fn crystals_at_the_least_energy() {
    for (symbol, guess, expected) in [
        ("Cu", 3.61, 3.589826),
        ("Al", 4.05, 3.994274),
        ("Ni", 3.52, 3.487144),
        ("Pd", 3.89, 3.878741),
        ("Ag", 4.09, 4.063553),
        ("Pt", 3.92, 3.921801),
        ("Au", 4.08, 4.056166),
    ] {
        let relaxed = relaxed_bulk(&metal(symbol, guess), &mut Emt::new()).unwrap();
        let lattice_constant = (4.0 * relaxed.cell().unwrap().volume_angstrom3()).cbrt();
        assert_close!(lattice_constant, expected, abs = 2e-5, "{symbol}");
    }
    let far = relaxed_bulk(&metal("Pt", 3.0), &mut Emt::new());
    assert!(matches!(far, Err(Error::Quantity { name: "scale of the lattice", .. })));
    let molecule = Atoms::new(vec!["Pt".parse().unwrap()], vec![[0.0; 3]]).unwrap();
    assert!(matches!(relaxed_bulk(&molecule, &mut Emt::new()), Err(Error::NotPeriodic { .. })));
    assert!(fcc("Pt".parse().unwrap(), -1.0).is_err() && fcc("Pt".parse().unwrap(), 1e9).is_err());
}

/// Adsorption on Pt(111), a = 3.92 Å: relaxed by ASE 3.29 with two of four layers fixed, here with three, less the energy
/// of an isolated atom.
#[test]
fn platinum_as_ase_relaxes_it() {
    let pipeline = pipeline(&[[1, 1, 1]], &["*O", "*H", "*N", "*C"]);
    let surfaces = pipeline.surfaces(&[("Pt".into(), metal("Pt", 3.92))]).unwrap();
    let [surface] = surfaces.as_slice() else { panic!("one surface") };
    assert_eq!(surface.slab.atoms.len(), 36);
    let kinds: Vec<SiteKind> = pipeline.sites(surface).unwrap().distinct().map(|site| site.kind).collect();
    assert_eq!(kinds, [SiteKind::Ontop, SiteKind::Bridge, SiteKind::Fcc, SiteKind::Hcp]);
    let result = pipeline.screen(surface, &mut Emt::new()).unwrap();
    let clean = 5.68921525;
    for (adsorbate, site, with, atom) in [
        ("*O", "fcc", 5.58197993, 4.60),
        ("*O", "hcp", 5.58167740, 4.60),
        ("*O", "ontop", 5.73744553, 4.60),
        ("*H", "fcc", 5.70571383, 3.21),
        ("*N", "fcc", 5.37413626, 5.10),
        ("*C", "fcc", 5.48565465, 3.50),
    ] {
        let of = result.adsorbates.iter().find(|entry| entry.adsorbate == adsorbate).unwrap();
        let candidate = of.candidates.iter().find(|candidate| candidate.site == site).unwrap();
        assert!(candidate.converged, "{adsorbate} {site}");
        assert_close!(candidate.adsorption_ev, with - clean - atom, abs = 5e-3, "{adsorbate} {site}");
    }
    // one atom of the top layer on a² √3/4
    assert_close!(result.sites_per_cm2, 1.50289e15, rel = 1e-5);
    let strongest = result.adsorption_ev("*O").unwrap();
    assert!(result.adsorbates[0].candidates.iter().all(|candidate| candidate.adsorption_ev >= strongest));
    assert!(result.adsorption_ev("*F").is_none());
}

/// Free energies by hand from the energies of a screening, and the activities that follow.
#[test]
fn activities_follow_from_the_energies() {
    let pipeline = pipeline(&[[1, 1, 1]], &["*O", "*H", "*N"]);
    let surfaces = pipeline.surfaces(&[("Cu".into(), metal("Cu", 3.59))]).unwrap();
    let result = pipeline.screen(&surfaces[0], &mut Emt::new()).unwrap();
    let activity = SurfaceActivity::of(&result).unwrap();
    let kcal = 4.184 / 96.48533212;
    let energy = |name: &str| result.adsorption_ev(name).unwrap();
    let hydrogen = activity.hydrogen.unwrap();
    assert_close!(hydrogen.free_energy_ev, energy("*H") + 0.5 * 109.493 * kcal + 0.24, abs = 1e-9);
    let oxygen = activity.oxygen.unwrap();
    assert_close!(oxygen.oxygen_ev, energy("*O") + (232.974 - 109.493) * kcal + 0.05, abs = 1e-9);
    assert_close!(oxygen.hydroxyl_ev, 0.5 * oxygen.oxygen_ev, abs = 1e-12);
    let limiting = oxygen.hydroxyl_ev.min(4.92 - oxygen.hydroxyl_ev - 3.2);
    assert_close!(oxygen.limiting_potential_v, limiting, abs = 1e-9);
    let inside = (0.114 + 0.35..=1.426 + 0.35).contains(&oxygen.hydroxyl_ev);
    assert_eq!(oxygen.extrapolated, !inside);
    assert_close!(activity.nitrogen_ev.unwrap(), energy("*N") + 0.5 * 228.485 * kcal, abs = 1e-9);
}

/// Effective medium theory that counts.
struct Counting<'a>(Emt, &'a AtomicUsize);

impl Calculator for Counting<'_> {
    fn evaluate(&mut self, atoms: &Atoms, wanted: Wanted) -> Result<Evaluation> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.evaluate(atoms, wanted)
    }
}

#[test]
fn what_is_done_is_not_computed_again() {
    let pipeline = Pipeline { min_length_angstrom: 5.0, ..pipeline(&[[1, 1, 1], [1, 0, 0]], &["*O", "*OH"]) };
    let bulks = [("Ag".to_owned(), metal("Ag", 4.06)), ("Au".to_owned(), metal("Au", 4.06))];
    let surfaces = pipeline.surfaces(&bulks).unwrap();
    assert_eq!(surfaces.len(), 4);
    let (count, told) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let calculator = || Counting(Emt::new(), &count);
    let tell = |_: &_| {
        told.fetch_add(1, Ordering::Relaxed);
    };
    let whole = pipeline.run(&surfaces, calculator, &[], &tell).unwrap();
    let all = count.swap(0, Ordering::Relaxed);
    assert_eq!(told.swap(0, Ordering::Relaxed), 4);
    let rest = pipeline.run(&surfaces, calculator, &whole[1..3], &tell).unwrap();
    assert_eq!(rest, whole);
    assert_eq!(told.swap(0, Ordering::Relaxed), 2);
    assert!(count.swap(0, Ordering::Relaxed) < all);
    assert_eq!(pipeline.run(&surfaces, calculator, &whole, &tell).unwrap(), whole);
    assert_eq!((count.into_inner(), told.into_inner()), (0, 0));
    let keys: Vec<String> = surfaces.iter().map(Surface::key).collect();
    assert_eq!(whole.iter().map(|result| result.key.clone()).collect::<Vec<_>>(), keys);
}

#[test]
fn what_cannot_be_screened_is_refused() {
    assert!(matches!(Pipeline::new(vec![], &["*Xx"]), Err(Error::Adsorbate { .. })));
    let tungsten = pipeline(&[[1, 1, 1]], &["*O"]).surfaces(&[("W".into(), metal("W", 4.0))]).unwrap();
    let unknown = pipeline(&[[1, 1, 1]], &["*O"]).run(&tungsten, Emt::new, &[], &|_| ());
    assert!(matches!(unknown, Err(Error::UnsupportedElement { .. })));
}
