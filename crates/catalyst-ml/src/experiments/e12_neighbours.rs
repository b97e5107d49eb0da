//! E12: neighbour lists.

use super::crystals::{cubic, fcc, platinum_slab};
use super::{exact, known};
use crate::neighbors::{LimitPolicy, NeighborList, Shift};
use crate::{Atoms, Result};
use common::experiment::{Bound, Cell, Expected, Experiment, Record, Table};
use std::collections::HashSet;

const ASE: &str = "ASE 3.29";
const SHELLS: &str = "closed form: shells of fcc";

/// E12.
pub const EXPERIMENT: Experiment = Experiment {
    id: "catalyst-ml/e12-neighbours",
    title: "Neighbour lists of crystals and slabs",
    artefact: "radius graph, 6 Å and at most 50 neighbours",
    expected: EXPECTED,
    reference: &[],
    run: |_, record| Ok(measure(record)?),
};

const fn count(name: &'static str, source: &'static str, pairs: f64) -> Expected {
    known(name, "", source, Bound::Between(pairs, pairs))
}

const CUTOFFS_ANGSTROM: [f64; 7] = [3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0];

const CRYSTALS: [(&str, f64, [&str; 7]); 2] = [
    (
        "Cu",
        3.61,
        [
            "neighbours in Cu, 3 Å",
            "neighbours in Cu, 4 Å",
            "neighbours in Cu, 5 Å",
            "neighbours in Cu, 6 Å",
            "neighbours in Cu, 8 Å",
            "neighbours in Cu, 10 Å",
            "neighbours in Cu, 12 Å",
        ],
    ),
    (
        "Pt",
        3.92,
        [
            "neighbours in Pt, 3 Å",
            "neighbours in Pt, 4 Å",
            "neighbours in Pt, 5 Å",
            "neighbours in Pt, 6 Å",
            "neighbours in Pt, 8 Å",
            "neighbours in Pt, 10 Å",
            "neighbours in Pt, 12 Å",
        ],
    ),
];

const LARGE: &str = "pairs of 10,976 Cu, 6 Å";
const SLAB: &str = "pairs of 196 Pt, (111) 7 x 7 x 4, 6 Å";
const REVERSE: &str = "pairs without their reverse, 196 Pt moved at random";
const TOLERANT: &str = "neighbours in Cu, 6 Å, at most 50, equal distances kept";
const STRICT: &str = "neighbours in Cu, 6 Å, at most 50, strictly";
const ONE_SIDED: &str = "pairs whose reverse is cut, 32 Cu, at most 50, strictly";
const ONE_SIDED_TOLERANT: &str = "pairs whose reverse is cut, 32 Cu, at most 50, equal distances kept";
const FAR_CELL: &str = "pairs beyond the cells that the paper's graph searches, Cu, 6 Å";
const FAR_SLAB: &str = "pairs beyond the cells that the paper's graph searches, Pt(111) 4 x 4 x 4, 6 Å";

const EXPECTED: &[Expected] = &[
    count(CRYSTALS[0].2[0], ASE, 12.0),
    count(CRYSTALS[0].2[1], ASE, 18.0),
    count(CRYSTALS[0].2[2], ASE, 42.0),
    count(CRYSTALS[0].2[3], ASE, 78.0),
    count(CRYSTALS[0].2[4], ASE, 176.0),
    count(CRYSTALS[0].2[5], ASE, 368.0),
    count(CRYSTALS[0].2[6], ASE, 626.0),
    count(CRYSTALS[1].2[0], ASE, 12.0),
    count(CRYSTALS[1].2[1], ASE, 18.0),
    count(CRYSTALS[1].2[2], ASE, 42.0),
    count(CRYSTALS[1].2[3], ASE, 54.0),
    count(CRYSTALS[1].2[4], ASE, 140.0),
    count(CRYSTALS[1].2[5], ASE, 320.0),
    count(CRYSTALS[1].2[6], ASE, 458.0),
    count(LARGE, SHELLS, 78.0 * 10_976.0),
    count(SLAB, ASE, 8232.0),
    count(REVERSE, "definition", 0.0),
    count(TOLERANT, SHELLS, 54.0),
    count(STRICT, "definition", 50.0),
    count(ONE_SIDED_TOLERANT, SHELLS, 0.0),
    known(ONE_SIDED, "", "an arbitrary choice among equals", Bound::AtLeast(1.0)),
    count(FAR_CELL, ASE, 70.0),
    count(FAR_SLAB, "cells of OC20 are wider than the cutoff", 0.0),
];

/// Counts pairs.
///
/// # Errors
/// What the search refuses.
pub fn measure(record: &mut Record) -> Result<()> {
    let mut table = Table::new("counts", "Neighbours of an atom of a crystal", &["cutoff, Å", "Cu", "Pt"]);
    let mut list = NeighborList::default();
    for (k, cutoff) in CUTOFFS_ANGSTROM.into_iter().enumerate() {
        let mut row = vec![Cell::from(cutoff)];
        for (symbol, a_angstrom, names) in CRYSTALS {
            list.rebuild(&fcc(symbol, a_angstrom)?, cutoff)?;
            exact(record, names[k], list.len() as f64);
            row.push((list.len() as f64).into());
        }
        table.row(row);
    }
    record.table(table);

    list.rebuild(&cubic("Cu", 3.61, 14)?, 6.0)?;
    exact(record, LARGE, list.len() as f64);
    let slab = platinum_slab(7)?;
    list.rebuild(&slab, 6.0)?;
    exact(record, SLAB, list.len() as f64);
    list.rebuild(&shaken(&slab)?, 6.0)?;
    exact(record, REVERSE, without_reverse(&list));

    list.rebuild(&fcc("Cu", 3.61)?, 6.0)?;
    exact(record, FAR_CELL, beyond_the_papers_cells(&list));
    for (policy, name) in [(LimitPolicy::Degenerate, TOLERANT), (LimitPolicy::Strict, STRICT)] {
        let mut limited = list.clone();
        limited.limit(50, policy)?;
        exact(record, name, limited.len() as f64);
    }
    list.rebuild(&cubic("Cu", 3.61, 2)?, 6.0)?;
    for (policy, name) in [(LimitPolicy::Degenerate, ONE_SIDED_TOLERANT), (LimitPolicy::Strict, ONE_SIDED)] {
        let mut limited = list.clone();
        limited.limit(50, policy)?;
        exact(record, name, without_reverse(&limited));
    }
    list.rebuild(&platinum_slab(4)?, 6.0)?;
    exact(record, FAR_SLAB, beyond_the_papers_cells(&list));
    record.note(
        "The paper's graph searches the nearest cells along the first two lattice vectors and none along the third. That is \
         enough for slabs of OC20 and loses pairs in small cells.",
    );
    Ok(())
}

/// The atoms moved by up to 0.2 Å.
fn shaken(atoms: &Atoms) -> Result<Atoms> {
    let mut moves = (1..).map(|k| 0.2 * (f64::from(k) * 2.0_f64.sqrt()).sin());
    let mut next = || moves.next().unwrap_or(0.0);
    let positions: Vec<[f64; 3]> = atoms.positions().iter().map(|p| p.map(|x| x + next())).collect();
    let mut shaken = atoms.clone();
    shaken.set_positions(&positions)?;
    Ok(shaken)
}

fn without_reverse(list: &NeighborList) -> f64 {
    let pair = |k: usize| (list.centers()[k], list.neighbors()[k], list.shifts()[k]);
    let all: HashSet<(u32, u32, Shift)> = (0..list.len()).map(pair).collect();
    let alone = (0..list.len()).map(pair).filter(|&(i, j, shift)| !all.contains(&(j, i, shift.reversed())));
    alone.count() as f64
}

fn beyond_the_papers_cells(list: &NeighborList) -> f64 {
    let far = |shift: &&Shift| {
        let [a, b, c] = shift.cells();
        a.abs() > 1 || b.abs() > 1 || c != 0
    };
    list.shifts().iter().filter(far).count() as f64
}
