//! Neighbour lists.

use crate::build::{cubic, fcc};
use crate::same_cases;
use catalyst_ml::neighbors::{LimitPolicy, NeighborList, SkinList};
use catalyst_ml::{Atoms, Cell, Element, Error};
use common::assert_close;
use proptest::prelude::*;

/// ASE 3.29, `neighbor_list`: neighbours of an atom of fcc crystals.
#[test]
fn counts_of_fcc_crystals() {
    for (symbol, a, counts) in
        [("Cu", 3.61, [12, 18, 42, 78, 176, 368, 626]), ("Pt", 3.92, [12, 18, 42, 54, 140, 320, 458])]
    {
        let primitive = fcc(symbol, a);
        let conventional = cubic(symbol, a, 2);
        for (cutoff, count) in [3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0].into_iter().zip(counts) {
            assert_eq!(NeighborList::build(&primitive, cutoff).unwrap().len(), count);
            let list = NeighborList::build(&conventional, cutoff).unwrap();
            assert_eq!(list.atoms(), 32);
            for atom in 0..list.atoms() {
                assert_eq!(list.of(atom).len(), count, "{symbol}, {cutoff} Å");
            }
        }
    }
}

/// Which vectors end in a neighbour: the convention of the whole crate.
#[test]
fn vectors_lead_from_the_centre_to_the_image() {
    let cell = Cell::new([[4.0, 0.0, 0.0], [0.0, 9.0, 0.0], [0.0, 0.0, 9.0]]).unwrap();
    let copper: Element = "Cu".parse().unwrap();
    let atoms = Atoms::new(vec![copper; 2], vec![[0.5, 0.0, 0.0], [3.5, 0.0, 0.0]]).unwrap();
    let list = NeighborList::build(&atoms.in_cell(cell, [true; 3]), 1.5).unwrap();
    assert_eq!((list.centers(), list.neighbors()), (&[0, 1][..], &[1, 0][..]));
    assert_eq!(list.shifts().iter().map(|shift| shift.cells()).collect::<Vec<_>>(), [[-1, 0, 0], [1, 0, 0]]);
    assert_eq!([list.vector(0), list.vector(1)], [[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]);
    assert_eq!(list.distances(), [1.0, 1.0]);
}

/// The same structure whose minimum image is known from an independent recomputation in Python.
#[test]
fn minimum_image_of_a_skewed_cell() {
    let cell = Cell::new([[5.0, 0.0, 0.0], [2.5, 4.330127018922193, 0.0], [0.0, 0.0, 20.0]]).unwrap();
    let oxygen: Element = "O".parse().unwrap();
    let atoms = Atoms::new(vec![oxygen; 2], vec![[4.9, 0.1, 1.0], [0.1, 0.0, 1.2]]).unwrap();
    let list = NeighborList::build(&atoms.in_cell(cell, [true; 3]), 1.0).unwrap();
    assert_eq!(list.len(), 2);
    // from the second atom to the first
    for (ours, known) in list.vector(1).into_iter().zip([-0.2, 0.1, -0.2]) {
        assert_close!(ours, known, abs = 1e-12);
    }
}

/// Pairs as (centre, neighbour, shift), sorted.
fn pairs(list: &NeighborList) -> Vec<(u32, u32, [i32; 3])> {
    let shifts = list.shifts().iter().map(|shift| shift.cells());
    let mut pairs: Vec<_> = list
        .centers()
        .iter()
        .zip(list.neighbors())
        .zip(shifts)
        .map(|((&center, &neighbor), shift)| (center, neighbor, shift))
        .collect();
    pairs.sort_unstable();
    pairs
}

/// All pairs by trying all images; and the distance nearest to the cutoff, as a difference from it.
#[allow(clippy::cast_possible_truncation, reason = "small numbers")]
fn by_trial(atoms: &Atoms, cutoff: f64) -> (Vec<(u32, u32, [i32; 3])>, f64) {
    let cell = atoms.cell().copied();
    let fractional: Vec<[f64; 3]> =
        atoms.positions().iter().map(|&p| cell.map_or([0.0; 3], |cell| cell.fractional(p))).collect();
    let spread = |axis: usize| {
        let values = fractional.iter().map(|f| f[axis]);
        values.clone().fold(0.0, f64::max) - values.fold(0.0, f64::min)
    };
    let reach: [i32; 3] = std::array::from_fn(|axis| match cell {
        Some(cell) if atoms.periodic()[axis] => {
            (cutoff / cell.plane_spacings_angstrom()[axis] + spread(axis)).ceil() as i32 + 1
        }
        _ => 0,
    });
    let (mut pairs, mut nearest) = (Vec::new(), f64::INFINITY);
    for (i, from) in atoms.positions().iter().enumerate() {
        for (j, to) in atoms.positions().iter().enumerate() {
            for a in -reach[0]..=reach[0] {
                for b in -reach[1]..=reach[1] {
                    for c in -reach[2]..=reach[2] {
                        let moved = cell.map_or([0.0; 3], |cell| cell.cartesian([a, b, c].map(f64::from)));
                        let d: [f64; 3] = std::array::from_fn(|k| to[k] + moved[k] - from[k]);
                        let distance = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt();
                        nearest = nearest.min((distance - cutoff).abs());
                        if distance <= cutoff && !(i == j && [a, b, c] == [0; 3]) {
                            pairs.push((i as u32, j as u32, [a, b, c]));
                        }
                    }
                }
            }
        }
    }
    pairs.sort_unstable();
    (pairs, nearest)
}

fn structures() -> impl Strategy<Value = Atoms> {
    let vectors = prop::array::uniform3(prop::array::uniform3(-6.0..6.0));
    let fractional = prop::collection::vec(prop::array::uniform3(-1.7..2.3), 1..9);
    (vectors, fractional, prop::array::uniform3(any::<bool>()), any::<bool>()).prop_filter_map(
        "cells of some volume",
        |(vectors, fractional, periodic, without)| {
            let cell = Cell::new(vectors).ok()?;
            let thinnest = cell.plane_spacings_angstrom().into_iter().fold(f64::INFINITY, f64::min);
            if thinnest < 0.7 {
                return None;
            }
            let positions = fractional.iter().map(|&f| cell.cartesian(f)).collect();
            let atoms = Atoms::new(vec!["Cu".parse().ok()?; fractional.len()], positions).ok()?;
            Some(if without { atoms } else { atoms.in_cell(cell, periodic) })
        },
    )
}

proptest! {
    #![proptest_config(same_cases(150))]

    #[test]
    fn lists_equal_trial_of_all_images(atoms in structures(), cutoff in 0.5..7.0) {
        let list = NeighborList::build(&atoms, cutoff).unwrap();
        let (known, nearest) = by_trial(&atoms, cutoff);
        prop_assume!(nearest > 1e-9);
        prop_assert_eq!(pairs(&list), known);
        let cell = atoms.cell();
        for pair in 0..list.len() {
            let [i, j] = [list.centers()[pair], list.neighbors()[pair]].map(|atom| atoms.positions()[atom as usize]);
            let shift = list.shifts()[pair].cells().map(f64::from);
            let moved = cell.map_or([0.0; 3], |cell| cell.cartesian(shift));
            for axis in 0..3 {
                prop_assert!((list.vector(pair)[axis] - (j[axis] + moved[axis] - i[axis])).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn each_pair_has_its_exact_reverse(atoms in structures(), cutoff in 0.5..7.0) {
        let list = NeighborList::build(&atoms, cutoff).unwrap();
        let seen = |pair: usize, forth: bool| {
            let (i, j, shift) = (list.centers()[pair], list.neighbors()[pair], list.shifts()[pair]);
            // differences of atoms are exact opposites; zeros lose their sign
            let bits = |x: f64| (x + 0.0).to_bits();
            if forth { (i, j, shift, list.vector(pair).map(bits)) }
            else { (j, i, shift.reversed(), list.vector(pair).map(|x| bits(-x))) }
        };
        let mut forth: Vec<_> = (0..list.len()).map(|pair| seen(pair, true)).collect();
        let mut back: Vec<_> = (0..list.len()).map(|pair| seen(pair, false)).collect();
        forth.sort_unstable();
        back.sort_unstable();
        prop_assert_eq!(forth, back);
    }

    /// Whatever was in the buffers before.
    #[test]
    fn used_buffers_change_nothing(first in structures(), second in structures(), cutoff in 0.5..7.0) {
        let fresh = NeighborList::build(&second, cutoff).unwrap();
        let mut used = NeighborList::build(&first, 3.0).unwrap();
        used.rebuild(&second, cutoff).unwrap();
        prop_assert_eq!(fresh.offsets(), used.offsets());
        prop_assert_eq!(fresh.neighbors(), used.neighbors());
        prop_assert_eq!(fresh.shifts(), used.shifts());
        prop_assert_eq!(fresh.components(), used.components());
        prop_assert_eq!(fresh.distances(), used.distances());
    }

}

proptest! {
    #![proptest_config(same_cases(40))]

    /// A list with a skin gives what a fresh one gives, in an order that does not depend on its past.
    #[test]
    fn skins_change_nothing(atoms in structures(), steps in prop::collection::vec(-0.2..0.2, 6)) {
        let mut list = SkinList::new(3.0, 0.6).unwrap();
        let mut moved = atoms.clone();
        for step in steps {
            let mut positions = moved.positions().to_vec();
            for (k, position) in positions.iter_mut().enumerate() {
                position[k % 3] += step;
            }
            moved.set_positions(&positions).unwrap();
            let ours = list.update(&moved).unwrap();
            let (known, nearest) = by_trial(&moved, 3.0);
            prop_assume!(nearest > 1e-9);
            prop_assert_eq!(pairs(ours), known);
            let mut fresh = SkinList::new(3.0, 0.0).unwrap();
            let fresh = fresh.update(&moved).unwrap();
            prop_assert_eq!(ours.neighbors(), fresh.neighbors());
            prop_assert_eq!(ours.shifts(), fresh.shifts());
            prop_assert_eq!(ours.components(), fresh.components());
            prop_assert_eq!(ours.distances(), fresh.distances());
        }
        prop_assert!(list.searches() < 6);
    }
}

#[test]
fn cells_and_numbers_of_atoms_start_a_search() {
    let mut list = SkinList::new(3.0, 0.5).unwrap();
    let copper = fcc("Cu", 3.61);
    assert_eq!(list.update(&copper).unwrap().len(), 12);
    assert_eq!(list.update(&fcc("Cu", 4.5)).unwrap().len(), 0);
    assert_eq!(list.update(&cubic("Cu", 3.61, 1)).unwrap().len(), 4 * 12);
    let sheet = copper.clone().in_cell(*copper.cell().unwrap(), [true, true, false]);
    assert_eq!(list.update(&sheet).unwrap().len(), 6);
    assert_eq!(list.searches(), 4);
}

#[test]
fn the_nearest_are_kept() {
    // shells of fcc: 12, 6, 24, 12, 24
    let copper = cubic("Cu", 3.61, 2);
    let full = NeighborList::build(&copper, 6.0).unwrap();
    for (most, kept) in [(50, 54), (54, 54), (55, 78), (12, 12), (10, 12), (78, 78), (100, 78)] {
        let mut list = full.clone();
        let limited = list.limit(most, LimitPolicy::Degenerate).unwrap();
        assert_eq!(limited, if kept < 78 { 32 } else { 0 });
        assert_eq!(list.len(), 32 * kept);
        let mut strict = full.clone();
        assert_eq!(strict.limit(most, LimitPolicy::Strict).unwrap(), if most < 78 { 32 } else { 0 });
        assert_eq!(strict.len(), 32 * most.min(78));
        assert_eq!(strict.atoms(), 32);
        let farthest = |list: &NeighborList| list.distances().iter().copied().fold(0.0, f64::max);
        assert_close!(farthest(&list), farthest(&strict), abs = 1e-9);
    }
    let mut list = full.clone();
    assert!(matches!(list.limit(0, LimitPolicy::Strict), Err(Error::Count { count: 0, .. })));
}

#[test]
fn cutoffs_and_atoms_without_sense_are_refused() {
    let copper = fcc("Cu", 3.61);
    for cutoff in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(NeighborList::build(&copper, cutoff), Err(Error::Quantity { .. })));
        assert!(matches!(SkinList::new(cutoff, 0.1), Err(Error::Quantity { .. })));
    }
    for skin in [-0.1, f64::NAN, f64::INFINITY] {
        assert!(matches!(SkinList::new(3.0, skin), Err(Error::Quantity { .. })));
    }
    for cutoff in [1e3, 1e5, 1e300] {
        assert!(matches!(NeighborList::build(&copper, cutoff), Err(Error::Cutoff { .. })), "{cutoff}");
    }
    let crowd = NeighborList::build(&cubic("Cu", 3.61, 4), 150.0);
    assert!(matches!(crowd, Err(Error::Cutoff { rule: "give at most 2^28 pairs", .. })));
    let cell = *copper.cell().unwrap();
    let far = Atoms::new(copper.elements().to_vec(), vec![[1e6, 0.0, 0.0]]).unwrap();
    let error = NeighborList::build(&far.in_cell(cell, [true; 3]), 3.0);
    assert!(matches!(error, Err(Error::FarOutside { atom: 0, .. })));
}

#[test]
fn extreme_positions_do_no_harm() {
    let copper: Element = "Cu".parse().unwrap();
    let spread = vec![[0.0; 3], [1e12, -1e12, 1e15], [1e300, 0.0, -1e300], [2.0, 0.0, 0.0]];
    let atoms = Atoms::new(vec![copper; 4], spread).unwrap();
    assert_eq!(NeighborList::build(&atoms, 3.0).unwrap().len(), 2);
    let none = Atoms::new(vec![], vec![]).unwrap();
    let list = NeighborList::build(&none, 3.0).unwrap();
    assert_eq!((list.atoms(), list.len()), (0, 0));
    // two atoms on one spot are a pair
    let twice = Atoms::new(vec![copper; 2], vec![[1.0; 3]; 2]).unwrap();
    assert_eq!(NeighborList::build(&twice, 3.0).unwrap().distances(), [0.0, 0.0]);
}
