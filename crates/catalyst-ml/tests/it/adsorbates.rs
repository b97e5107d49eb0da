//! Adsorbates, their placement, and flags of relaxed structures.

use crate::bulk;
use catalyst_ml::adsorb::{Adsorbate, Anomalies, Orientation, adsorbates, anomalies, place, random_sites};
use catalyst_ml::surface::{Bulk, Miller, SiteKind, SlabSettings, adsorption_sites};
use catalyst_ml::{Atoms, Error, Tag};
use common::assert_close;
use common::rng::Streams;

fn slab(name: &str, hkl: [i32; 3]) -> Atoms {
    let bulk: Bulk = bulk(name);
    let miller = Miller::new(hkl[0], hkl[1], hkl[2]).unwrap();
    let slabs = bulk.slabs(miller, &SlabSettings::oc20()).unwrap();
    slabs[0].tiled(8.0).unwrap().tagged(&bulk).unwrap().atoms
}

/// Smallest distance over the sum of covalent radii between adsorbate and slab, images included, Å.
fn gap(atoms: &Atoms) -> f64 {
    let rows = atoms.cell().unwrap().vectors();
    let radius = |atom: usize| atoms.elements()[atom].covalent_radius_angstrom();
    let mut least = f64::INFINITY;
    for u in (0..atoms.len()).filter(|atom| atoms.tags()[*atom] == Tag::Adsorbate) {
        for s in (0..atoms.len()).filter(|atom| atoms.tags()[*atom] != Tag::Adsorbate) {
            for (i, j) in (-2..=2).flat_map(|i| (-2..=2).map(move |j| (f64::from(i), f64::from(j)))) {
                let square: f64 = (0..3)
                    .map(|k| {
                        atoms.positions()[s][k] - atoms.positions()[u][k] + i * rows[0][k] + j * rows[1][k]
                    })
                    .map(|x| x * x)
                    .sum();
                least = least.min(square.sqrt() - radius(u) - radius(s));
            }
        }
    }
    least
}

#[test]
fn the_table_has_86_adsorbates_bound_at_the_origin() {
    let all: Vec<Adsorbate> = adsorbates().collect();
    assert_eq!(all.len(), 86);
    for (id, adsorbate) in all.iter().enumerate() {
        let binding = adsorbate.atoms.positions()[adsorbate.binding[0]];
        assert!(binding.iter().all(|x| x.abs() < 1e-12), "{}", adsorbate.name);
        assert_eq!(&Adsorbate::of_oc20(id).unwrap(), adsorbate);
        // Nothing in a molecule is nearer than a hydrogen molecule's atoms, and all hangs together.
        for (a, p) in adsorbate.atoms.positions().iter().enumerate() {
            let distance = |q: &[f64; 3]| p.iter().zip(q).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt();
            let others = adsorbate.atoms.positions().iter().enumerate().filter(|(b, _)| *b != a);
            let nearest = others.map(|(_, q)| distance(q)).fold(f64::INFINITY, f64::min);
            assert!(
                all[id].atoms.len() == 1 || (0.7..1.7).contains(&nearest),
                "{} {nearest}",
                adsorbate.name
            );
        }
    }
    let atoms: usize = all.iter().map(|adsorbate| adsorbate.atoms.len()).sum();
    assert_eq!(
        (all[81].name.as_str(), all[85].name.as_str(), all[58].atoms.len(), atoms),
        ("*CN", "*OOH", 12, 427)
    );
    assert_eq!(Adsorbate::named("CO").unwrap(), all[5]);
    assert!(matches!(Adsorbate::named("*Xy"), Err(Error::Adsorbate { .. })));
    assert!(matches!(Adsorbate::of_oc20(86), Err(Error::Count { count: 86, .. })));
}

#[test]
fn the_smallest_gap_is_the_one_asked_for() {
    let mut rng = Streams::new(3).stream("placement");
    for (name, hkl) in [("Pt", [1, 1, 1]), ("Cu3Au", [2, 1, 1]), ("TiO2", [1, 1, 0])] {
        let slab = slab(name, hkl);
        let sites = adsorption_sites(&slab, 0.9).unwrap();
        let points = random_sites(&sites, 4, &mut rng).unwrap();
        let heuristic = Orientation::Heuristic { max_tilt_deg: 20.0 };
        let modes = points.into_iter().map(|point| (point, Orientation::Random));
        for (point, mode) in sites.distinct().map(|site| (site.position, heuristic)).chain(modes) {
            for id in [1, 5, 14, 42, 58, 85] {
                let placed =
                    place(&slab, &Adsorbate::of_oc20(id).unwrap(), point, mode, 0.1, &mut rng).unwrap();
                assert_close!(gap(&placed), 0.1, abs = 1e-9);
                assert_eq!(&placed.positions()[..slab.len()], slab.positions());
                assert_eq!(&placed.fixed()[..slab.len()], slab.fixed());
            }
        }
    }
}

/// Over a hollow of close-packed spheres: height sqrt(R^2 - a^2/6) for atoms a/sqrt2 apart.
#[test]
fn heights_over_sites_follow_from_radii() {
    let slab = slab("Pt", [1, 1, 1]);
    let sites = adsorption_sites(&slab, 0.9).unwrap();
    let (a, reach): (f64, f64) = (3.92, 1.36 + 0.66 + 0.1);
    let oxygen = Adsorbate::named("*O").unwrap();
    let mut rng = Streams::new(1).stream("heights");
    for site in sites.distinct() {
        let placed = place(&slab, &oxygen, site.position, Orientation::AsGiven, 0.1, &mut rng).unwrap();
        let height = placed.positions()[slab.len()][2] - site.position[2];
        let expected = match site.kind {
            SiteKind::Ontop => reach,
            SiteKind::Bridge => (reach * reach - a * a / 8.0).sqrt(),
            _ => (reach * reach - a * a / 6.0).sqrt(),
        };
        assert_close!(height, expected, abs = 1e-9);
    }
}

/// Rotations keep distances and handedness, and a uniform one takes a vector to each octant equally often and has the mean
/// squared trace 1 of the Haar measure.
#[test]
fn orientations_are_rotations_and_random_ones_uniform() {
    let slab = slab("Pt", [1, 1, 1]);
    let point = adsorption_sites(&slab, 0.9).unwrap().all[0].position;
    // Three unit vectors from a heavy centre, which stays where it is.
    let names = ["Cm", "H", "H", "H"].map(|symbol| symbol.parse().unwrap()).to_vec();
    let axes = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let cross = Adsorbate::new("axes", Atoms::new(names, axes).unwrap(), vec![0]).unwrap();
    let mut rng = Streams::new(5).stream("rotations");
    let (mut octants, mut traces) = ([0_usize; 8], 0.0);
    let count = 4000;
    for turn in 0..count {
        let tilted = Orientation::Heuristic { max_tilt_deg: 20.0 };
        let mode = if turn % 2 == 0 { Orientation::Random } else { tilted };
        let placed = place(&slab, &cross, point, mode, 0.1, &mut rng).unwrap();
        let at = &placed.positions()[slab.len()..];
        let axis = |k: usize| [0, 1, 2].map(|x| at[k][x] - at[0][x]);
        let (x, y, z) = (axis(1), axis(2), axis(3));
        let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        assert_close!(dot(x, x), 1.0, abs = 1e-12);
        assert_close!(dot(x, y), 0.0, abs = 1e-12);
        assert_close!(x[0] * y[1] - x[1] * y[0], z[2], abs = 1e-12);
        if turn % 2 == 0 {
            octants[usize::from(z[0] > 0.0) + 2 * usize::from(z[1] > 0.0) + 4 * usize::from(z[2] > 0.0)] += 1;
            traces += (x[0] + y[1] + z[2]).powi(2);
        } else {
            assert!(z[2] >= 20_f64.to_radians().cos() - 1e-12);
        }
    }
    // 2000 draws: 250 an octant with a deviation of 15; the mean of the squared trace deviates by 0.03.
    assert!(octants.iter().all(|hits| (175..325).contains(hits)), "{octants:?}");
    assert_close!(traces / 2000.0, 1.0, abs = 0.15);
}

/// Random points cover the cell evenly: a quarter of them in each quarter.
#[test]
fn random_points_are_uniform_over_the_cell() {
    for (name, hkl) in [("Pt", [1, 1, 1]), ("Pt", [2, 1, 1]), ("TiO2", [1, 1, 0])] {
        let slab = slab(name, hkl);
        let sites = adsorption_sites(&slab, 0.9).unwrap();
        let mut rng = Streams::new(2).stream("points");
        let mut quarters = [0; 4];
        for point in random_sites(&sites, 4000, &mut rng).unwrap() {
            let [x, y, _] = slab.cell().unwrap().fractional(point).map(|x| x - x.floor());
            quarters[usize::from(x > 0.5) + 2 * usize::from(y > 0.5)] += 1;
        }
        assert!(quarters.iter().all(|hits| (850..1150).contains(hits)), "{name} {quarters:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_placement() {
    let slab = slab("Pt", [1, 1, 1]);
    let point = adsorption_sites(&slab, 0.9).unwrap().all[0].position;
    let ethanol = Adsorbate::named("*OHCH2CH3").unwrap();
    let placed = |seed| {
        place(&slab, &ethanol, point, Orientation::Random, 0.1, &mut Streams::new(seed).stream("x")).unwrap()
    };
    assert_eq!(placed(1), placed(1));
    assert_ne!(placed(1), placed(2));
}

#[test]
fn unplaceable_things_are_refused() {
    let slab = slab("Pt", [1, 1, 1]);
    let oxygen = Adsorbate::named("*O").unwrap();
    let mut rng = Streams::new(1).stream("x");
    let mut try_at =
        |slab: &Atoms, point, mode, gap| place(slab, &oxygen, point, mode, gap, &mut rng).unwrap_err();
    let given = Orientation::AsGiven;
    assert!(matches!(try_at(&slab, [0.0; 3], given, -1.0), Error::Quantity { .. }));
    assert!(matches!(try_at(&slab, [f64::NAN, 0.0, 0.0], given, 0.1), Error::NonFinite { .. }));
    let tilt = Orientation::Heuristic { max_tilt_deg: f64::NAN };
    assert!(matches!(try_at(&slab, [0.0; 3], tilt, 0.1), Error::Quantity { .. }));
    let cell = *slab.cell().unwrap();
    let lone =
        Atoms::new(slab.elements()[..1].to_vec(), vec![[0.0; 3]]).unwrap().in_cell(cell, [true, true, false]);
    assert!(matches!(try_at(&lone, [4.0, 3.0, 0.0], given, 0.1), Error::NoContact));
    let none = Adsorbate::new("none", Atoms::new(vec![], vec![]).unwrap(), vec![0]);
    assert!(matches!(none, Err(Error::Count { count: 0, .. })));
    assert!(matches!(Adsorbate::new("x", lone, vec![1]), Err(Error::Count { count: 1, .. })));
}

#[test]
fn constructed_anomalies_are_flagged() {
    let clean = slab("Pt", [1, 1, 1]);
    let point = adsorption_sites(&clean, 0.9).unwrap().all[0].position;
    let monoxide = Adsorbate::named("*CO").unwrap();
    let mut rng = Streams::new(1).stream("x");
    let start = place(&clean, &monoxide, point, Orientation::AsGiven, 0.1, &mut rng).unwrap();
    let n = clean.len();
    let moved = |change: &dyn Fn(&mut [[f64; 3]])| {
        let (mut atoms, mut places) = (start.clone(), start.positions().to_vec());
        change(&mut places);
        atoms.set_positions(&places).unwrap();
        anomalies(&start, &atoms, &clean).unwrap()
    };
    let none = Anomalies::default();
    assert_eq!(moved(&|_| ()), none);
    assert!(none.is_adsorbed());
    assert_eq!(moved(&|places| places[n + 1][2] += 1.0), Anomalies { dissociated: true, ..none });
    let away = |places: &mut [[f64; 3]]| places[n..].iter_mut().for_each(|place| place[2] += 3.0);
    assert_eq!(moved(&away), Anomalies { desorbed: true, ..none });
    // An atom of the bottom layer pushed up against the top one: new bonds there, broken ones below.
    let height = |atom: &usize| clean.positions()[*atom][2];
    let top = (0..n).max_by(|a, b| height(a).total_cmp(&height(b))).unwrap();
    let bottom = (0..n).min_by(|a, b| height(a).total_cmp(&height(b))).unwrap();
    let squeezed = |places: &mut [[f64; 3]]| {
        let [x, y, z] = places[top];
        places[bottom] = [x, y, z - 2.0];
    };
    let changed = moved(&squeezed);
    assert!(changed.surface_changed && !changed.is_adsorbed() && !changed.dissociated);
    let deep = (0..n).find(|atom| clean.tags()[*atom] == Tag::SubSurface).unwrap();
    let buried = |places: &mut [[f64; 3]]| {
        let shift = [0, 1, 2].map(|k| places[deep][k] - places[n][k] + if k == 2 { -1.9 } else { 0.0 });
        places[n..].iter_mut().for_each(|place| (0..3).for_each(|k| place[k] += shift[k]));
    };
    let flags = moved(&buried);
    assert!(flags.intercalated && !flags.dissociated && !flags.desorbed);
}

/// A bond across the edge of the cell is a bond.
#[test]
fn bonds_reach_through_the_cell_s_sides() {
    let clean = slab("Pt", [1, 1, 1]);
    let point = adsorption_sites(&clean, 0.9).unwrap().all[0].position;
    let start = place(
        &clean,
        &Adsorbate::named("*CO").unwrap(),
        point,
        Orientation::AsGiven,
        0.1,
        &mut Streams::new(1).stream("x"),
    )
    .unwrap();
    let mut wrapped = start.clone();
    let (mut places, [a, b, _]) = (start.positions().to_vec(), start.cell().unwrap().vectors());
    let last = places.len() - 1;
    (0..3).for_each(|k| places[last][k] += 2.0 * a[k] - 3.0 * b[k]);
    wrapped.set_positions(&places).unwrap();
    assert_eq!(anomalies(&start, &wrapped, &clean).unwrap(), Anomalies::default());
    assert!(matches!(anomalies(&start, &clean, &clean), Err(Error::PerAtom { .. })));
}
