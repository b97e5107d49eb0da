//! Relaxations.

use crate::build::{adsorbed, element};
use catalyst_ml::calculator::{Calculator, Emt, Evaluation, Wanted};
use catalyst_ml::relax::{Fire, Frame, Lbfgs, Method, Relax, Relaxation, Status, relax_batch};
use catalyst_ml::{Atoms, Error, Result};
use common::assert_close;

const FCC: [f64; 2] = [1.0 / 3.0, 1.0 / 3.0];
const HCP: [f64; 2] = [2.0 / 3.0, 2.0 / 3.0];
const ONTOP: [f64; 2] = [0.0, 0.0];
const BRIDGE: [f64; 2] = [0.5, 0.0];

/// ASE 3.29, L-BFGS with EMT to 0.01 eV/Å: energies and numbers of steps.
#[test]
fn adsorbates_on_platinum() {
    for (adsorbate, known, steps) in [
        (None, 5.689215252938094, 6),
        (Some(("O", FCC, 1.2)), 5.581979928260465, 20),
        (Some(("O", HCP, 1.2)), 5.581677399114043, 21),
        (Some(("O", ONTOP, 1.6)), 5.737445534227404, 17),
        (Some(("O", BRIDGE, 1.3)), 5.61355366209996, 21),
        (Some(("H", FCC, 1.0)), 5.705713831276978, 22),
        (Some(("N", FCC, 1.2)), 5.374136262220704, 20),
        (Some(("C", FCC, 1.2)), 5.4856546523716165, 19),
    ] {
        let start = adsorbed(adsorbate);
        let relaxed = Relax::ase(0.01).run(start.clone(), &mut Emt::new()).unwrap();
        assert!(relaxed.is_converged() && relaxed.max_force_ev_angstrom() < 0.01);
        assert_close!(relaxed.energy_ev(), known, abs = 1e-4);
        assert_eq!(relaxed.steps(), steps, "{adsorbate:?}");
        assert_eq!(relaxed.atoms().positions()[..18], start.positions()[..18]);
        if adsorbate == Some(("O", FCC, 1.2)) {
            let [rest @ .., oxygen] = relaxed.atoms().positions() else { panic!("atoms") };
            let top = rest[27..].iter().map(|p| p[2]).sum::<f64>() / 9.0;
            assert_close!(oxygen[2] - top, 1.6943338229584626, abs = 1e-4);
        }
    }
}

/// ASE 3.29, the same by FIRE and with the settings of OC20.
#[test]
fn other_methods() {
    let start = adsorbed(Some(("O", FCC, 1.2)));
    for (settings, known, steps) in
        [(Relax::fire(0.01), 5.581964768319985, 57), (Relax::oc20(), 5.5820356993972196, 21)]
    {
        let relaxed = settings.run(start.clone(), &mut Emt::new()).unwrap();
        assert!(relaxed.is_converged());
        assert_close!(relaxed.energy_ev(), known, abs = 1e-4);
        assert_eq!(relaxed.steps(), steps);
    }
}

#[test]
fn steps_stay_within_their_bound() {
    let mut relaxation = Relaxation::new(Relax::oc20(), adsorbed(Some(("H", FCC, 1.0)))).unwrap();
    while relaxation.status() == Status::Running {
        let before = relaxation.atoms().clone();
        relaxation.step(&mut Emt::new()).unwrap();
        for (a, b) in before.positions().iter().zip(relaxation.atoms().positions()) {
            assert!((0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>().sqrt() < 0.04 + 1e-12);
        }
    }
    assert!(relaxation.is_converged());
}

#[test]
fn too_few_steps_are_said() {
    let settings = Relax { most_steps: 3, ..Relax::ase(0.01) };
    let relaxed = settings.run(adsorbed(Some(("O", FCC, 1.2))), &mut Emt::new()).unwrap();
    assert_eq!((relaxed.status(), relaxed.steps()), (Status::StepsExhausted, 3));
    assert!(relaxed.max_force_ev_angstrom() > 0.01);
}

fn frames(relaxation: &mut Relaxation, most: usize) -> Vec<Frame> {
    let mut calculator = Emt::new();
    let mut frames = Vec::new();
    while relaxation.status() == Status::Running && frames.len() < most {
        frames.push(relaxation.step(&mut calculator).unwrap());
    }
    frames
}

#[test]
fn a_killed_relaxation_goes_on_as_if_nothing_had_happened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("o-on-pt.relaxation");
    for settings in [Relax::ase(0.01), Relax::oc20(), Relax::fire(0.01)] {
        let start = adsorbed(Some(("O", FCC, 1.2)));
        let mut whole = Relaxation::new(settings, start.clone()).unwrap();
        let known = frames(&mut whole, usize::MAX);
        for stop in [0, 1, 7, known.len()] {
            let mut first = Relaxation::new(settings, start.clone()).unwrap();
            let mut ours = frames(&mut first, stop);
            first.write(&path).unwrap();
            drop(first);
            let mut second = Relaxation::read(&path).unwrap();
            ours.extend(frames(&mut second, usize::MAX));
            assert_eq!(ours, known);
            assert_eq!(second, whole);
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn files_without_a_relaxation_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("relaxation");
    assert!(matches!(Relaxation::read(&path), Err(Error::Checkpoint { .. })));
    let mut relaxation = Relaxation::new(Relax::ase(0.01), adsorbed(None)).unwrap();
    frames(&mut relaxation, 2);
    relaxation.write(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let refused = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        matches!(Relaxation::read(&path), Err(Error::CheckpointContent { .. }))
    };
    for length in (0..bytes.len()).step_by(97) {
        assert!(refused(&bytes[..length]), "{length}");
    }
    for place in (0..bytes.len()).step_by(61) {
        let mut changed = bytes.clone();
        changed[place] ^= 0x10;
        assert!(refused(&changed), "{place}");
    }
    assert!(refused(&[bytes.as_slice(), &[0]].concat()));
}

#[test]
fn batches_give_what_each_system_gives_alone() {
    let starts: Vec<Atoms> = [("O", FCC, 1.2), ("H", FCC, 1.0), ("C", HCP, 1.2), ("O", ONTOP, 1.6)]
        .map(|a| adsorbed(Some(a)))
        .to_vec();
    let alone: Vec<Relaxation> =
        starts.iter().map(|start| Relax::ase(0.01).run(start.clone(), &mut Emt::new()).unwrap()).collect();
    for threads in [1, 2, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let batch = pool.install(|| relax_batch(starts.clone(), Emt::new, Relax::ase(0.01)));
        let batch: Vec<Relaxation> = batch.into_iter().map(Result::unwrap).collect();
        assert_eq!(batch, alone);
    }
    let iron = Atoms::new(vec![element("Fe")], vec![[0.0; 3]]).unwrap();
    let [failed, fine] =
        relax_batch(vec![iron, starts[0].clone()], Emt::new, Relax::ase(0.01)).try_into().unwrap();
    assert!(matches!(failed, Err(Error::UnsupportedElement { .. })));
    assert_eq!(fine.unwrap(), alone[0]);
}

/// `E = k/2 sum of squares` over all coordinates.
struct Spring(f64);

impl Calculator for Spring {
    fn evaluate(&mut self, atoms: &Atoms, _: Wanted) -> Result<Evaluation> {
        let squares: f64 = atoms.positions().as_flattened().iter().map(|x| x * x).sum();
        let forces_ev_angstrom = atoms.positions().iter().map(|p| p.map(|x| -self.0 * x)).collect();
        Ok(Evaluation { energy_ev: 0.5 * self.0 * squares, forces_ev_angstrom, stress_ev_angstrom3: None })
    }
}

fn one_atom() -> Atoms {
    Atoms::new(vec![element("H")], vec![[1.0, 2.0, -3.0]]).unwrap()
}

/// A quadratic energy is solved by one step of the right curvature.
#[test]
fn a_spring_of_the_assumed_curvature_takes_one_step() {
    let lbfgs = Lbfgs { max_step_angstrom: 10.0, ..Lbfgs::ASE };
    let settings = Relax { method: Method::Lbfgs(lbfgs), ..Relax::ase(1e-9) };
    let relaxed = settings.run(one_atom(), &mut Spring(70.0)).unwrap();
    assert_eq!((relaxed.status(), relaxed.steps()), (Status::Converged, 1));
}

/// On a hilltop the forces grow along each step: the history stays empty and steps stay bounded.
#[test]
fn hilltops_are_left_in_bounded_steps() {
    for settings in [Relax::ase(1e-9), Relax::fire(1e-9)] {
        let settings = Relax { most_steps: 50, ..settings };
        let relaxed = settings.run(one_atom(), &mut Spring(-2.0)).unwrap();
        assert_eq!(relaxed.status(), Status::StepsExhausted);
        let [x, y, z] = relaxed.atoms().positions()[0];
        let length = (x * x + y * y + z * z).sqrt();
        assert!(length > 14.0_f64.sqrt() + 1.0 && length < 14.0_f64.sqrt() + 50.0 * 0.2 + 1e-9);
    }
}

#[test]
fn forces_that_are_no_numbers_are_refused() {
    let mut relaxation = Relaxation::new(Relax::ase(0.01), one_atom()).unwrap();
    let before = relaxation.clone();
    assert!(matches!(
        relaxation.step(&mut Spring(f64::NAN)),
        Err(Error::Quantity { name: "energy, eV", .. })
    ));
    let evaluation =
        |forces| Evaluation { energy_ev: 1.0, forces_ev_angstrom: forces, stress_ev_angstrom3: None };
    let error = relaxation.advance(evaluation(vec![[0.0, f64::INFINITY, 0.0]]));
    assert!(matches!(error, Err(Error::NonFinite { what: "force", atom: 0, .. })));
    assert!(matches!(relaxation.advance(evaluation(vec![])), Err(Error::PerAtom { what: "forces", .. })));
    assert_eq!((relaxation.steps(), relaxation.atoms()), (before.steps(), before.atoms()));
    assert_eq!(relaxation.status(), Status::Running);
}

#[test]
fn settings_out_of_range_are_refused() {
    let lbfgs = |lbfgs| Relax { method: Method::Lbfgs(lbfgs), ..Relax::ase(0.01) };
    let fire = |fire| Relax { method: Method::Fire(fire), ..Relax::ase(0.01) };
    for settings in [
        Relax::ase(0.0),
        Relax::ase(f64::NAN),
        lbfgs(Lbfgs { max_step_angstrom: -1.0, ..Lbfgs::ASE }),
        lbfgs(Lbfgs { damping: 0.0, ..Lbfgs::ASE }),
        lbfgs(Lbfgs { curvature_ev_angstrom2: f64::INFINITY, ..Lbfgs::ASE }),
        fire(Fire { shrink: 1.5, ..Fire::ASE }),
        fire(Fire { time_step: 0.0, ..Fire::ASE }),
    ] {
        assert!(matches!(Relaxation::new(settings, one_atom()), Err(Error::Quantity { .. })));
    }
    let forgetful = lbfgs(Lbfgs { memory: 0, ..Lbfgs::ASE });
    assert!(matches!(Relaxation::new(forgetful, one_atom()), Err(Error::Count { count: 0, .. })));
}
