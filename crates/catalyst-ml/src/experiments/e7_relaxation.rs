//! E7: relaxations with effective medium theory.

use super::crystals::{platinum_slab, side_angstrom};
use super::{exact, known};
use crate::calculator::Emt;
use crate::relax::{Relax, Relaxation, Status, relax_batch};
use crate::{Atoms, Result};
use common::experiment::{Bound, Cell, Expected, Experiment, Record, Table};
use common::report::{Axis, LineChart, Series};

const ASE: &str = "ASE 3.29, EMT, L-BFGS to 0.01 eV/Å";

/// E7.
pub const EXPERIMENT: Experiment = Experiment {
    id: "catalyst-ml/e7-relaxation",
    title: "Relaxation of adsorbates on Pt(111) with effective medium theory",
    artefact: "relaxation, with a potential of closed form in place of DFT",
    expected: EXPECTED,
    reference: &[],
    run: |_, record| Ok(measure(record)?),
};

/// Energies of two programs that stop at 0.01 eV/Å differ by less.
const fn energy(name: &'static str, value: f64) -> Expected {
    known(name, "eV", ASE, Bound::Between(value - 1e-4, value + 1e-4))
}

const fn steps(name: &'static str, least: f64, most: f64) -> Expected {
    known(name, "", ASE, Bound::Between(least, most))
}

/// An adsorbate, where it starts in parts of the surface cell, how high above the highest layer in Å, and its rows.
struct Start {
    adsorbate: Option<(&'static str, [f64; 2], f64)>,
    energy: &'static str,
    steps: &'static str,
}

const fn start(
    adsorbate: Option<(&'static str, [f64; 2], f64)>,
    energy: &'static str,
    steps: &'static str,
) -> Start {
    Start { adsorbate, energy, steps }
}

const FCC: [f64; 2] = [1.0 / 3.0, 1.0 / 3.0];

const STARTS: [Start; 8] = [
    start(None, "energy, clean slab", "steps, clean slab"),
    start(Some(("O", FCC, 1.2)), "energy, O from fcc", "steps, O from fcc"),
    start(Some(("O", [2.0 / 3.0, 2.0 / 3.0], 1.2)), "energy, O from hcp", "steps, O from hcp"),
    start(Some(("O", [0.0, 0.0], 1.6)), "energy, O from ontop", "steps, O from ontop"),
    start(Some(("O", [0.5, 0.0], 1.3)), "energy, O from bridge", "steps, O from bridge"),
    start(Some(("H", FCC, 1.0)), "energy, H from fcc", "steps, H from fcc"),
    start(Some(("N", FCC, 1.2)), "energy, N from fcc", "steps, N from fcc"),
    start(Some(("C", FCC, 1.2)), "energy, C from fcc", "steps, C from fcc"),
];

const HEIGHT: &str = "height of O above the mean of the highest layer, fcc";
const OC20: &str = "energy, O from fcc, settings of OC20";
const FIRE: &str = "energy, O from fcc, FIRE";
const BATCH: &str = "relaxations that differ in a batch from those alone";

const EXPECTED: &[Expected] = &[
    energy("energy, clean slab", 5.68921525),
    energy("energy, O from fcc", 5.58197993),
    energy("energy, O from hcp", 5.58167740),
    energy("energy, O from ontop", 5.73744553),
    energy("energy, O from bridge", 5.61355366),
    energy("energy, H from fcc", 5.70571383),
    energy("energy, N from fcc", 5.37413626),
    energy("energy, C from fcc", 5.48565465),
    steps("steps, clean slab", 6.0, 6.0),
    steps("steps, O from fcc", 17.0, 22.0),
    steps("steps, O from hcp", 17.0, 22.0),
    steps("steps, O from ontop", 17.0, 22.0),
    steps("steps, O from bridge", 17.0, 22.0),
    steps("steps, H from fcc", 17.0, 22.0),
    steps("steps, N from fcc", 17.0, 22.0),
    steps("steps, C from fcc", 17.0, 22.0),
    known(HEIGHT, "Å", ASE, Bound::Between(1.69333, 1.69533)),
    known(OC20, "eV", "ASE 3.29, EMT, L-BFGS, settings of OC20", Bound::Between(5.58193570, 5.58213570)),
    known(FIRE, "eV", "ASE 3.29, EMT, FIRE to 0.01 eV/Å", Bound::Between(5.58186477, 5.58206477)),
    known(BATCH, "", "definition", Bound::AtMost(0.0)),
];

/// Relaxes all starts.
///
/// # Errors
/// What the calculator refuses.
pub fn measure(record: &mut Record) -> Result<()> {
    let columns = ["adsorbate", "energy, eV", "steps", "largest force, eV/Å"];
    let mut table =
        Table::new("relaxations", "Relaxed structures, L-BFGS with the settings of ASE", &columns);
    let structures = STARTS.iter().map(|start| structure(start.adsorbate)).collect::<Result<Vec<Atoms>>>()?;
    let mut differing = 0.0;
    let batch = relax_batch(structures.clone(), Emt::new, Relax::ase(0.01));
    for ((start, structure), relaxed) in STARTS.iter().zip(&structures).zip(batch) {
        let relaxed = relaxed?;
        exact(record, start.energy, relaxed.energy_ev());
        exact(record, start.steps, relaxed.steps() as f64);
        let name = start.energy.trim_start_matches("energy, ");
        table.row([
            Cell::from(name),
            relaxed.energy_ev().into(),
            (relaxed.steps() as f64).into(),
            relaxed.max_force_ev_angstrom().into(),
        ]);
        if relaxed != Relax::ase(0.01).run(structure.clone(), &mut Emt::new())? {
            differing += 1.0;
        }
    }
    exact(record, BATCH, differing);
    record.table(table);

    let oxygen = &structures[1];
    let mut series = Vec::new();
    for (label, settings, name) in [
        ("L-BFGS, ASE", Relax::ase(0.01), None),
        ("L-BFGS, OC20", Relax::oc20(), Some(OC20)),
        ("FIRE", Relax::fire(0.01), Some(FIRE)),
    ] {
        let mut relaxation = Relaxation::new(settings, oxygen.clone())?;
        let (mut calculator, mut points) = (Emt::new(), Vec::new());
        while relaxation.status() == Status::Running {
            let frame = relaxation.step(&mut calculator)?;
            points.push((frame.step as f64, frame.max_force_ev_angstrom));
        }
        match name {
            Some(name) => exact(record, name, relaxation.energy_ev()),
            None => exact(record, HEIGHT, height(relaxation.atoms())),
        }
        series.push(Series { label: label.into(), points });
    }
    record.figure(LineChart {
        name: "forces".into(),
        title: "O on the fcc site of Pt(111): how the forces vanish".into(),
        x: Axis::linear("steps"),
        y: Axis::log("largest force, eV/Å"),
        series,
    });
    record.note(
        "EMT's parameters of H, C, N and O are for demonstrations: the energies test the programs and are no chemistry.",
    );
    Ok(())
}

/// Pt(111) 3 x 3 x 4 with an adsorbate.
fn structure(adsorbate: Option<(&str, [f64; 2], f64)>) -> Result<Atoms> {
    let slab = platinum_slab(3)?;
    let (Some((symbol, [u, v], height)), Some(cell)) = (adsorbate, slab.cell()) else { return Ok(slab) };
    let highest = slab.positions().iter().map(|p| p[2]).fold(f64::NEG_INFINITY, f64::max);
    let (mut elements, mut positions) = (slab.elements().to_vec(), slab.positions().to_vec());
    let mut fixed = slab.fixed().to_vec();
    elements.push(symbol.parse()?);
    positions.push([
        side_angstrom() * (u + 0.5 * v),
        side_angstrom() * 0.75_f64.sqrt() * v,
        highest + height,
    ]);
    fixed.push(false);
    Atoms::new(elements, positions)?.in_cell(*cell, slab.periodic()).with_fixed(fixed)
}

/// Height of the last atom above the mean of the nine before it, Å.
fn height(atoms: &Atoms) -> f64 {
    let heights: Vec<f64> = atoms.positions().iter().rev().take(10).map(|p| p[2]).collect();
    heights[0] - heights[1..].iter().sum::<f64>() / 9.0
}
