//! Effective medium theory against ASE 3.29.

use crate::build::{cubic, element, fcc, fcc100, fcc110, fcc111, fcc211};
use catalyst_ml::calculator::{Calculator, Emt, Evaluation, Wanted};
use catalyst_ml::{Atoms, Cell, Error};
use common::assert_close;

/// A gigapascal, eV/Å³.
const GPA: f64 = 1.0 / 160.217_663_4;

fn all(atoms: &Atoms) -> Evaluation {
    Emt::new().evaluate(atoms, Wanted::ALL).unwrap()
}

fn energy(atoms: &Atoms) -> f64 {
    Emt::new().evaluate(atoms, Wanted::ENERGY).unwrap().energy_ev
}

#[test]
fn bulk_energies() {
    for (symbol, a, known) in [
        ("Cu", 3.61, -0.0056815114),
        ("Al", 4.05, -0.0015020476),
        ("Ni", 3.52, -0.0087518007),
        ("Pd", 3.89, 0.0003422625),
        ("Ag", 4.09, 0.0015843277),
        ("Pt", 3.92, -0.0001246084),
        ("Au", 4.08, 0.0026063512),
    ] {
        assert_close!(energy(&fcc(symbol, a)), known, abs = 1e-9);
    }
}

/// Where the stress vanishes, and how it grows from there.
#[test]
fn crystals_at_rest_and_their_bulk_moduli() {
    for (symbol, a, known, modulus_gpa) in [
        ("Cu", 3.589826, -0.0070364921, 134.48),
        ("Al", 3.994274, -0.0048826845, 39.70),
        ("Ni", 3.487144, -0.0133068923, 176.11),
        ("Pd", 3.878741, -0.0002699253, 179.28),
        ("Ag", 4.063553, -0.0003668625, 100.16),
        ("Pt", 3.921801, -0.0001495271, 278.30),
        ("Au", 4.056166, -0.0001351412, 173.84),
    ] {
        let stress = |a: f64| all(&fcc(symbol, a)).stress_ev_angstrom3.unwrap()[0][0];
        let (mut low, mut high) = (a - 0.05, a + 0.05);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if stress(middle) < 0.0 { low = middle } else { high = middle }
        }
        assert_close!(low, a, abs = 2e-6);
        assert_close!(energy(&fcc(symbol, low)), known, abs = 1e-9);
        // B = V dσ/dV = a/3 dσ/da
        let modulus = low / 3.0 * (stress(low + 1e-4) - stress(low - 1e-4)) / 2e-4;
        assert_close!(modulus / GPA, modulus_gpa, abs = 0.02);
    }
}

#[test]
fn slabs() {
    for (slab, known, largest) in [
        (fcc111("Pt", 3.92, 2, 4), 2.576181427393413, 0.3810519921999067),
        (fcc100("Pt", 3.92, 2, 4), 3.5666725945, 0.5900362669),
        (fcc110("Pt", 3.92, 2, 4), 5.634890287484209, 1.0633588688121023),
    ] {
        let ours = all(&slab);
        assert_close!(ours.energy_ev, known, abs = 1e-9);
        let component =
            ours.forces_ev_angstrom.as_flattened().iter().fold(0.0_f64, |max, f| max.max(f.abs()));
        assert_close!(component, largest, abs = 1e-8);
    }
    assert_close!(energy(&fcc211("Pt", 3.92, 12)), 2.2675118605408375, abs = 1e-9);
}

#[test]
fn surface_energies() {
    let a = 3.921801;
    let bulk = energy(&fcc("Pt", a));
    let mut last = 0.0;
    for (slab, known) in [
        (fcc111("Pt", a, 1, 12), 0.04865326),
        (fcc100("Pt", a, 1, 12), 0.05831730),
        (fcc110("Pt", a, 1, 12), 0.06511000),
    ] {
        let [x, y, _] = slab.cell().unwrap().vectors();
        let area = x[0] * y[1] - x[1] * y[0];
        let ours = (energy(&slab) - 12.0 * bulk) / (2.0 * area);
        assert_close!(ours, known, abs = 1e-8);
        assert!(ours > last);
        last = ours;
    }
}

#[test]
fn molecules() {
    let pair = |symbols: [&str; 2], distance: f64| {
        Atoms::new(symbols.map(element).to_vec(), vec![[0.0; 3], [distance, 0.0, 0.0]]).unwrap()
    };
    for (molecule, known, force) in [
        (pair(["Cu", "Cu"], 2.5), 3.7614101435, 2.73787365),
        (pair(["C", "O"], 1.15), 0.7854269877, 2.29811561),
    ] {
        let ours = Emt::new().evaluate(&molecule, Wanted::FORCES).unwrap();
        assert_close!(ours.energy_ev, known, abs = 1e-9);
        assert_close!(ours.forces_ev_angstrom[0][0].abs(), force, abs = 1e-8);
        assert_close!(ours.forces_ev_angstrom[0][0], -ours.forces_ev_angstrom[1][0], abs = 1e-14);
    }
    // an atom alone: minus its cohesive energy
    let alone = Atoms::new(vec![element("Pt")], vec![[0.0; 3]]).unwrap();
    let ours = Emt::new().evaluate(&alone, Wanted::FORCES).unwrap();
    assert_close!(ours.energy_ev, 5.85, abs = 1e-15);
    assert_eq!(ours.forces_ev_angstrom, [[0.0; 3]]);
}

#[test]
fn a_moved_atom_in_copper() {
    let mut copper = cubic("Cu", 3.61, 1);
    let mut positions = copper.positions().to_vec();
    positions[0] = [0.1, 0.05, -0.02];
    copper.set_positions(&positions).unwrap();
    let ours = all(&copper);
    assert_close!(ours.energy_ev, 0.027219166820554364, abs = 1e-9);
    check_forces(
        &ours,
        &[
            [-0.780817185056, -0.395440797669, 0.158670824467],
            [-0.027575655122, 0.196953236136, -0.079919513831],
            [0.400368672557, -0.015876997446, -0.085352572273],
            [0.408024167622, 0.214364558979, 0.006601261636],
        ],
    );
    check_stress(
        &ours,
        [0.00911036382, 0.009340118224, 0.009450117248, 0.00038487108, 0.000807874781, -0.002046583492],
    );
}

#[test]
fn an_alloy() {
    let cell = Cell::new([[3.7, 0.0, 0.0], [0.0, 3.7, 0.0], [0.0, 0.0, 3.7]]).unwrap();
    let positions = vec![[0.0; 3], [0.07, 1.82, 1.90], [1.85, 0.0, 1.85], [1.85, 1.85, 0.0]];
    let elements = ["Au", "Cu", "Cu", "Cu"].map(element).to_vec();
    let ours = all(&Atoms::new(elements, positions).unwrap().in_cell(cell, [true; 3]));
    assert_close!(ours.energy_ev, -0.03484574818692732, abs = 1e-9);
    check_forces(
        &ours,
        &[
            [-0.03420371636876418, -0.15209976171377582, 0.2509295645476546],
            [-0.37025535584729985, 0.23739698614327898, -0.39397793934283865],
            [0.2006784011899283, -0.08850857615348051, -0.005020451988069163],
            [0.20378067102613207, 0.003211351723988398, 0.14806882678325795],
        ],
    );
    check_stress(
        &ours,
        [
            -0.008245619787130315,
            -0.008333819776107549,
            -0.00825755868429729,
            0.000806008875420764,
            -0.0009159078798214512,
            0.000542590593676133,
        ],
    );
}

/// All eleven elements in a skewed cell.
fn mixture(periodic: [bool; 3]) -> Atoms {
    let symbols = ["Al", "Cu", "Ag", "Au", "Ni", "Pd", "Pt", "H", "C", "N", "O", "Cu"];
    let positions = vec![
        [0.306, -0.383, 0.063],
        [0.0483, -0.3013, 2.4347],
        [-0.0363, -0.5017, 4.8033],
        [1.048, 3.484, -0.203],
        [0.6413, 3.1167, 2.1587],
        [0.7577, 3.0553, 4.7473],
        [3.294, 0.07, 0.004],
        [3.5153, -0.0513, 2.3907],
        [3.3897, -0.2857, 5.2233],
        [3.66, 3.513, 0.0],
        [3.7003, 3.2727, 2.4487],
        [4.0537, 3.0973, 4.8843],
    ];
    let cell = Cell::new([[6.3, 0.2, 0.0], [1.1, 6.9, -0.3], [0.4, -0.7, 7.4]]).unwrap();
    Atoms::new(symbols.map(element).to_vec(), positions).unwrap().in_cell(cell, periodic)
}

#[test]
fn a_mixture_of_all_elements() {
    let ours = all(&mixture([true; 3]));
    assert_close!(ours.energy_ev, 14.78504437217873, abs = 1e-9);
    check_forces(
        &ours,
        &[
            [0.5320793374874933, -0.17274042794707734, -0.7166735252173408],
            [-0.3110945356273871, 0.0524371450345531, -0.07482941909652041],
            [-0.3452255588948625, -0.1814268917397539, 0.8035214134495501],
            [1.8827222789378082, 0.3277997466990563, -0.4871761750883423],
            [0.25078060346164355, 0.07722950610275525, 0.128370248618209],
            [-0.14682298482029887, 0.03276327654563338, 0.5137395746939895],
            [-0.53432661129276, 0.14230224029303493, -0.6033952039414952],
            [0.06651175235199938, 0.11200969786125516, -2.3532826258763],
            [0.5719581244706207, -0.45364116802874543, 2.834109084954234],
            [-2.0021895364830016, 0.12204824117253338, -1.1780093537184881],
            [0.11175577370804848, -0.15759133239607884, 1.8884804245405813],
            [-0.07614864329930526, 0.09880996640282927, -0.7548544433180618],
        ],
    );
    check_stress(
        &ours,
        [
            0.0722202381622856,
            0.02568510284990229,
            0.09390619194071163,
            -0.007804488458868837,
            0.008173577081473583,
            0.002102504813717953,
        ],
    );
    let sheet = all(&mixture([true, false, true]));
    assert_close!(sheet.energy_ev, 15.568321078064596, abs = 1e-9);
    let known = [0.5217819910684318, 0.47754457712918486, -0.5893032686488526];
    for (ours, known) in sheet.forces_ev_angstrom[0].into_iter().zip(known) {
        assert_close!(ours, known, abs = 1e-8);
    }
}

fn check_forces(ours: &Evaluation, known: &[[f64; 3]]) {
    assert_eq!(ours.forces_ev_angstrom.len(), known.len());
    for (ours, known) in ours.forces_ev_angstrom.as_flattened().iter().zip(known.as_flattened()) {
        assert_close!(*ours, *known, abs = 1e-8);
    }
}

/// Entries xx, yy, zz, yz, xz, xy.
fn check_stress(ours: &Evaluation, known: [f64; 6]) {
    let stress = ours.stress_ev_angstrom3.unwrap();
    for ([a, b], known) in [[0, 0], [1, 1], [2, 2], [1, 2], [0, 2], [0, 1]].into_iter().zip(known) {
        assert_close!(stress[a][b], known, abs = 1e-10);
        assert_close!(stress[b][a], known, abs = 1e-10);
    }
}

#[test]
fn what_it_cannot_do_is_refused() {
    let iron = Atoms::new(vec![element("Cu"), element("Fe")], vec![[0.0; 3], [2.5, 0.0, 0.0]]).unwrap();
    let error = Emt::new().evaluate(&iron, Wanted::ENERGY).unwrap_err();
    assert!(
        matches!(error, Error::UnsupportedElement { calculator: "EMT", element } if element.symbol() == "Fe")
    );
    assert_eq!(error.to_string(), "EMT has no parameters for Fe");
    let alone = Atoms::new(vec![element("Cu")], vec![[0.0; 3]]).unwrap();
    assert!(matches!(Emt::new().evaluate(&alone, Wanted::ALL), Err(Error::NoVolume)));
}

/// What was evaluated before leaves no trace.
#[test]
fn the_past_changes_nothing() {
    let mut used = Emt::new();
    let mut moved = mixture([true; 3]);
    for step in 0..12 {
        let mut positions = moved.positions().to_vec();
        for (k, position) in positions.iter_mut().enumerate() {
            position[k % 3] += 0.03 * f64::from(step % 3) + 0.01;
        }
        moved.set_positions(&positions).unwrap();
        assert_eq!(used.evaluate(&moved, Wanted::ALL).unwrap(), all(&moved));
    }
}
