//! Real structures, where the folder `PAPER_DATA` has them. Counts: the data set's own description.

use catalyst_ml::io::{Frame, Frames};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The folder `catalysis` below `PAPER_DATA`; a relative folder is sought from the current one upwards. `None`, with a
/// notice, without it.
#[expect(clippy::print_stdout, reason = "a test that had nothing to test says so")]
fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("PAPER_DATA").filter(|value| !value.is_empty()).map(PathBuf::from);
    let Some(named) = named else {
        println!("SKIPPED: PAPER_DATA is not set");
        return None;
    };
    let here = std::env::current_dir().unwrap();
    let found = here.ancestors().map(|above| above.join(&named).join("catalysis")).find(|path| path.is_dir());
    if found.is_none() {
        println!("SKIPPED: there is no folder catalysis below PAPER_DATA");
    }
    found
}

#[test]
fn every_file_reads_with_the_counts_it_is_said_to_have() {
    let Some(folder) = folder() else { return };
    let read = |name: &str| -> Vec<Frame> {
        Frames::open(&folder.join(name)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let atoms = |frames: &[Frame]| frames.iter().map(|frame| frame.atoms.len()).sum::<usize>();
    let forces = |frames: &[Frame]| frames.iter().filter(|frame| frame.forces_ev_angstrom.is_some()).count();

    let neb = read("ag111_methanol_neb.extxyz");
    assert_eq!((neb.len(), atoms(&neb), forces(&neb)), (1120, 46_476, 1120));
    for frame in &neb {
        assert_eq!(frame.atoms.fixed().iter().filter(|fixed| **fixed).count(), 18);
    }
    let largest = neb.iter().flat_map(|frame| frame.forces_ev_angstrom.as_ref().unwrap());
    let largest = largest.flatten().fold(0.0, |most: f64, component| most.max(component.abs()));
    assert!((largest - 6.59).abs() < 0.005, "{largest}");

    let hub = read("catalysis_hub_structures.extxyz");
    let elements: BTreeSet<_> = hub.iter().flat_map(|frame| frame.atoms.elements()).collect();
    assert_eq!((hub.len(), atoms(&hub), forces(&hub), elements.len()), (877, 37_280, 877, 14));

    let slabs = read("xu_kitchin_111_adsorbates.extxyz");
    assert_eq!((slabs.len(), slabs.iter().filter(|frame| frame.energy_ev.is_none()).count()), (889, 889));
    let energies: Vec<f64> =
        slabs.iter().filter_map(|frame| frame.entries.get("adsorption_energy")?.as_f64()).collect();
    let mean = energies.iter().sum::<f64>() / energies.len() as f64;
    assert_eq!(energies.len(), 882);
    assert!((mean + 3.456395).abs() < 1e-6, "{mean}");

    let oxides = read("oxides_dft.extxyz");
    assert_eq!((oxides.len(), atoms(&oxides)), (295, 2934));
    let (train, test) = (read("mlearn_mo_train.extxyz"), read("mlearn_mo_test.extxyz"));
    assert_eq!((train.len(), atoms(&train), test.len(), atoms(&test)), (194, 10_087, 23, 1189));
}
