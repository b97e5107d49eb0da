//! Coordination numbers and tags. Reference: pymatgen 2026.10.24, `VoronoiNN(tol=0.1)`, and fairchem's rule applied to its
//! numbers, on slabs that pymatgen cut (`tests/golden/pymatgen_slabs.extxyz`).

use crate::bulk;
use catalyst_ml::io::{Frame, Frames, Value};
use catalyst_ml::surface::{Miller, SlabSettings, coordination_numbers, tag_surface};
use catalyst_ml::{Atoms, Element, Error, Tag};
use common::assert_close;

fn slabs() -> Vec<Frame> {
    let text = include_str!("../golden/pymatgen_slabs.extxyz");
    Frames::extended(text.as_bytes()).collect::<Result<_, _>>().unwrap()
}

#[test]
fn coordination_numbers_of_slabs_are_those_of_pymatgen() {
    let mut open = 0;
    for frame in slabs() {
        let all: Vec<usize> = (0..frame.atoms.len()).collect();
        let ours = coordination_numbers(&frame.atoms, &all, 0.1).unwrap();
        let Value::Reals(theirs) = &frame.entries["coordination"] else { panic!() };
        assert_eq!(ours.len(), theirs.len());
        for (ours, theirs) in ours.iter().zip(theirs) {
            assert_close!(*ours, *theirs, abs = 2e-5);
            open += usize::from(*theirs < 5.9);
        }
    }
    assert!(open > 30, "{open}");
}

#[test]
fn tags_follow_the_rule_of_fairchem() {
    let mut undercoordinated = 0;
    for frame in slabs() {
        let bulk = bulk(frame.entries["bulk"].as_str().unwrap());
        let tagged = tag_surface(&frame.atoms, &bulk).unwrap();
        assert_eq!(tagged.tags(), frame.atoms.tags(), "{:?}", frame.entries["bulk"]);
        let top = tagged.positions().iter().map(|place| place[2]).fold(f64::NEG_INFINITY, f64::max);
        for ((tag, fixed), place) in tagged.tags().iter().zip(tagged.fixed()).zip(tagged.positions()) {
            assert_eq!(*fixed, *tag == Tag::SubSurface);
            undercoordinated += usize::from(*tag == Tag::Surface && place[2] < top - 2.0);
        }
    }
    assert!(undercoordinated > 0);
}

/// Bulk values of pymatgen 2026.10.24: 12 for fcc, 14 faces of the truncated octahedron for bcc, hcp off the ideal ratio.
#[test]
fn coordination_numbers_of_crystals_are_those_of_pymatgen() {
    for (name, values) in [
        ("Pt", vec![("Pt", 12.0)]),
        ("Ru", vec![("Ru", 11.53316)]),
        ("TiO2", vec![("Ti", 5.95687), ("O", 5.95698)]),
        ("FeS2", vec![("Fe", 6.0), ("S", 4.87037)]),
    ] {
        let bulk = bulk(name);
        let cell = bulk.conventional();
        let all: Vec<usize> = (0..cell.len()).collect();
        let numbers = coordination_numbers(cell, &all, 0.1).unwrap();
        for (element, number) in cell.elements().iter().zip(numbers) {
            let (_, expected) = values.iter().find(|(symbol, _)| *symbol == element.symbol()).unwrap();
            assert_close!(number, *expected, abs = 2e-5);
        }
    }
}

/// Layers within 2 Å: one of (111), two of (100), whose distance is 1.96 Å, three of the stepped (211).
#[test]
fn the_top_layers_of_metals_are_at_the_surface() {
    let platinum = bulk("Pt");
    for (hkl, at_surface) in [([1, 1, 1], 9), ([1, 0, 0], 18), ([2, 1, 1], 18)] {
        let miller = Miller::new(hkl[0], hkl[1], hkl[2]).unwrap();
        let slab = &platinum.slabs(miller, &SlabSettings::oc20()).unwrap()[0];
        let tagged = slab.tiled(8.0).unwrap().tagged(&platinum).unwrap();
        assert_eq!(
            tagged.atoms.tags().iter().filter(|tag| **tag == Tag::Surface).count(),
            at_surface,
            "{miller}"
        );
    }
}

#[test]
fn strange_input_is_refused() {
    let oxide = bulk("TiO2");
    let metal = bulk("Pt");
    let slab = &oxide.slabs(Miller::new(1, 1, 0).unwrap(), &SlabSettings::oc20()).unwrap()[0];
    assert!(matches!(tag_surface(&slab.atoms, &metal), Err(Error::Element { .. })));
    let gas = Atoms::new(vec![Element::new(8).unwrap()], vec![[0.0; 3]]).unwrap();
    assert!(matches!(tag_surface(&gas, &metal), Err(Error::NoCell { .. })));
    assert!(matches!(coordination_numbers(&slab.atoms, &[9999], 0.1), Err(Error::Count { count: 9999, .. })));
    assert!(matches!(coordination_numbers(&slab.atoms, &[0], f64::NAN), Err(Error::Quantity { .. })));
    let cell = *slab.atoms.cell().unwrap();
    let doubled =
        Atoms::new(vec![Element::new(78).unwrap(); 2], vec![[1.0; 3]; 2]).unwrap().in_cell(cell, [true; 3]);
    assert!(matches!(coordination_numbers(&doubled, &[1], 0.1), Err(Error::Overlap { .. })));
}
