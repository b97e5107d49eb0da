//! Adsorption sites. Reference: the layer symmetry of low-index surfaces.

use crate::bulk;
use catalyst_ml::surface::{Miller, SiteKind, Sites, SlabSettings, adsorption_sites};
use catalyst_ml::{Atoms, Error};
use common::assert_close;

fn sites(name: &str, hkl: [i32; 3], repeats: (u32, u32)) -> (Sites, Atoms) {
    let miller = Miller::new(hkl[0], hkl[1], hkl[2]).unwrap();
    let slab = &bulk(name).slabs(miller, &SlabSettings::oc20()).unwrap()[0];
    let slab = slab.repeated(repeats.0, repeats.1).unwrap();
    (adsorption_sites(&slab.atoms, 0.9).unwrap(), slab.atoms)
}

const KINDS: [SiteKind; 6] =
    [SiteKind::Ontop, SiteKind::Bridge, SiteKind::Fcc, SiteKind::Hcp, SiteKind::Fourfold, SiteKind::Wide];

/// Distinct sites, and all sites of a surface cell, whatever the size of the slab's cell. On Cu3Au(111) bridges between
/// copper atoms border an all-copper hollow of one or of the other kind.
#[test]
fn sites_of_low_index_surfaces() {
    for (name, hkl, distinct, all) in [
        ("Pt", [1, 1, 1], [1, 1, 1, 1, 0, 0], [1, 3, 1, 1, 0, 0]),
        ("Pt", [1, 0, 0], [1, 1, 0, 0, 1, 0], [1, 2, 0, 0, 1, 0]),
        ("Pt", [1, 1, 0], [1, 2, 0, 0, 1, 0], [1, 2, 0, 0, 1, 0]),
        ("Fe", [1, 0, 0], [1, 1, 0, 0, 1, 0], [1, 2, 0, 0, 1, 0]),
        ("Fe", [1, 1, 0], [1, 2, 1, 0, 0, 0], [1, 3, 2, 0, 0, 0]),
        ("Ru", [0, 0, 1], [1, 1, 1, 1, 0, 0], [1, 3, 1, 1, 0, 0]),
        ("Cu3Au", [1, 1, 1], [2, 3, 2, 2, 0, 0], [4, 12, 4, 4, 0, 0]),
    ] {
        for repeats in [(1, 1), (2, 2), (3, 2)] {
            let (sites, _) = sites(name, hkl, repeats);
            let many = (repeats.0 * repeats.1) as usize;
            let count = |kind| sites.all.iter().filter(|site| site.kind == kind).count();
            assert_eq!(KINDS.map(count), all.map(|count| count * many), "{name} {hkl:?} {repeats:?}");
            if repeats.0 == repeats.1 {
                assert_eq!(KINDS.map(|kind| sites.count(kind)), distinct, "{name} {hkl:?} {repeats:?}");
            }
        }
    }
}

/// On fcc(110) the short bridge spans a/sqrt2, the long one a.
#[test]
fn bridges_of_the_open_surface() {
    let (sites, _) = sites("Pt", [1, 1, 0], (2, 2));
    let mut lengths: Vec<f64> = sites
        .distinct()
        .filter(|site| site.kind == SiteKind::Bridge)
        .map(|site| {
            let [p, q] = &site.corners[..] else { panic!() };
            (p[0] - q[0]).hypot(p[1] - q[1])
        })
        .collect();
    lengths.sort_by(f64::total_cmp);
    assert_close!(lengths[0], 3.92 / 2f64.sqrt(), abs = 1e-9);
    assert_close!(lengths[1], 3.92, abs = 1e-9);
}

/// Corners, edges and faces of a mesh on a torus: V - E + F = 0.
#[test]
fn meshes_close_around_the_torus() {
    for (name, hkl) in [
        ("Pt", [2, 1, 1]),
        ("TiO2", [1, 1, 0]),
        ("TiO2", [1, 0, 1]),
        ("Cu3Au", [2, 1, 0]),
        ("FeS2", [1, 0, 0]),
    ] {
        for repeats in [(1, 1), (3, 1), (1, 4), (2, 2)] {
            let (sites, _) = sites(name, hkl, repeats);
            let of = |wanted: fn(SiteKind) -> bool| sites.all.iter().filter(|site| wanted(site.kind)).count();
            let (corners, edges) = (of(|kind| kind == SiteKind::Ontop), of(|kind| kind == SiteKind::Bridge));
            let faces = of(|kind| !matches!(kind, SiteKind::Ontop | SiteKind::Bridge));
            assert_eq!(corners + faces, edges, "{name} {hkl:?} {repeats:?}: {corners} {edges} {faces}");
        }
    }
}

/// An hcp hollow of fcc(111) has an atom a/sqrt3 below the top layer, an fcc hollow not.
#[test]
fn hollows_are_told_apart_by_what_lies_below() {
    let (sites, slab) = sites("Pt", [1, 1, 1], (2, 2));
    let cell = slab.cell().unwrap();
    for site in sites.all.iter().filter(|site| matches!(site.kind, SiteKind::Fcc | SiteKind::Hcp)) {
        let below = slab.positions().iter().any(|place| {
            let [x, y, _] = cell.fractional([place[0] - site.position[0], place[1] - site.position[1], 0.0]);
            let off = (x - x.round()).abs() + (y - y.round()).abs();
            off < 1e-6 && (site.position[2] - place[2] - 3.92 / 3f64.sqrt()).abs() < 1e-6
        });
        assert_eq!(below, site.kind == SiteKind::Hcp);
    }
}

/// One displaced atom leaves a mirror at most: more kinds of sites are distinct.
#[test]
fn broken_symmetry_multiplies_the_distinct_sites() {
    let (whole, mut slab) = sites("Pt", [1, 1, 1], (3, 3));
    let mut places = slab.positions().to_vec();
    let top = (0..places.len()).max_by(|a, b| places[*a][2].total_cmp(&places[*b][2])).unwrap();
    places[top][2] += 0.2;
    slab.set_positions(&places).unwrap();
    let broken = adsorption_sites(&slab, 0.9).unwrap();
    assert_eq!((whole.distinct().count(), broken.all.len()), (4, whole.all.len()));
    assert!(broken.distinct().count() > 8);
}

#[test]
fn what_is_no_slab_is_refused() {
    let (_, slab) = sites("Pt", [1, 1, 1], (1, 1));
    assert!(matches!(adsorption_sites(&slab, 0.0), Err(Error::Quantity { .. })));
    let gas = Atoms::new(slab.elements().to_vec(), slab.positions().to_vec()).unwrap();
    assert!(matches!(adsorption_sites(&gas, 0.9), Err(Error::NoCell { .. })));
    let still = gas.in_cell(*slab.cell().unwrap(), [false; 3]);
    assert!(matches!(adsorption_sites(&still, 0.9), Err(Error::NotSlab { .. })));
}
