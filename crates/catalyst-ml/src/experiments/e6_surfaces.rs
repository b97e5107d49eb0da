//! E6: slabs, terminations, sites and placements of seven bulks.

use super::{bulks, known};
use crate::adsorb::{Orientation, adsorbates, place};
use crate::surface::{
    Bulk, Miller, Picture, Site, SiteKind, Slab, SlabSettings, View, adsorption_sites, coordination_numbers,
    isometries,
};
use crate::{Atoms, Result, Tag};
use common::experiment::{Bound, Cell, Evidence, Expected, Experiment, Profile, Record, Table};
use common::report::Drawing;
use rand::Rng;

const PYMATGEN: &str = "pymatgen 2026.10.24";
const SYMMETRY: &str = "closed form: layer symmetry";
const CLOSED: &str = "closed form";

/// E6.
pub const EXPERIMENT: Experiment = Experiment {
    id: "catalyst-ml/e6-surfaces",
    title: "Slabs, terminations, adsorption sites and placements",
    artefact: "candidate structures: surfaces and sites of a bulk; OC20's settings",
    expected: EXPECTED,
    reference: &[],
    run: |context, record| {
        Ok(measure(3.92, 0.305, context.profile(), &mut context.rng("placements"), record)?)
    },
};

const fn count(name: &'static str, source: &'static str, value: f64) -> Expected {
    known(name, "", source, Bound::Between(value, value))
}

const fn relative(name: &'static str, source: &'static str, at_most: f64) -> Expected {
    known(name, "relative", source, Bound::AtMost(at_most))
}

const EXPECTED: &[Expected] = &[
    relative("layer spacing of Pt(111) against a/√3", CLOSED, 1e-12),
    relative("layer spacing of Pt(100) against a/2", CLOSED, 1e-12),
    relative("layer spacing of Pt(110) against a/√8", CLOSED, 1e-12),
    relative("layer spacing of Pt(211) against a/√24", CLOSED, 1e-12),
    count("indices up to 2: Pt", PYMATGEN, 6.0),
    count("indices up to 2: Ru", PYMATGEN, 12.0),
    count("indices up to 2: TiO2", PYMATGEN, 12.0),
    count("indices up to 3: Pt", PYMATGEN, 13.0),
    count("indices up to 3: Ru", PYMATGEN, 29.0),
    count("indices up to 3: TiO2", PYMATGEN, 29.0),
    count("terminations up to index 2: Pt", PYMATGEN, 6.0),
    count("terminations up to index 2: Fe", PYMATGEN, 6.0),
    count("terminations up to index 2: Cu3Au", PYMATGEN, 6.0),
    count("terminations up to index 2: Ru", PYMATGEN, 19.0),
    count("terminations up to index 2: NaCl", PYMATGEN, 6.0),
    count("terminations up to index 2: Si", PYMATGEN, 8.0),
    count("terminations up to index 2: TiO2", PYMATGEN, 26.0),
    count("terminations that differ from below: Cu3Au", PYMATGEN, 5.0),
    count("terminations that differ from below: TiO2", PYMATGEN, 18.0),
    count("terminations of TiO2(110)", PYMATGEN, 2.0),
    count("terminations of TiO2(101)", PYMATGEN, 2.0),
    known("area of the cell of TiO2(110)", "Å²", PYMATGEN, Bound::Between(19.2242, 19.2244)),
    known("area of the cell of TiO2(212)", "Å²", PYMATGEN, Bound::Between(52.0152, 52.0154)),
    count("isometries of an even Pt(111) slab", "closed form: layer group p-3m1", 12.0),
    count("sites of Pt(111): ontop", SYMMETRY, 1.0),
    count("sites of Pt(111): bridge", SYMMETRY, 1.0),
    count("sites of Pt(111): fcc", SYMMETRY, 1.0),
    count("sites of Pt(111): hcp", SYMMETRY, 1.0),
    count("sites of Pt(100): ontop", SYMMETRY, 1.0),
    count("sites of Pt(100): bridge", SYMMETRY, 1.0),
    count("sites of Pt(100): fourfold", SYMMETRY, 1.0),
    count("sites of Pt(110): ontop", SYMMETRY, 1.0),
    count("sites of Pt(110): bridge", SYMMETRY, 2.0),
    count("sites of Pt(110): fourfold", SYMMETRY, 1.0),
    known("Voronoi coordination of Ti in TiO2", "", PYMATGEN, Bound::Between(5.95686, 5.95688)),
    known("Voronoi coordination of O in TiO2", "", PYMATGEN, Bound::Between(5.95697, 5.95699)),
    known("Voronoi coordination of Ru", "", PYMATGEN, Bound::Between(11.53315, 11.53317)),
    known("slab atoms nearer to each other than the bulk's", "Å", CLOSED, Bound::AtMost(1e-6)),
    known("smallest gap of placements against 0.1 Å", "Å", CLOSED, Bound::AtMost(1e-9)),
];

/// Slabs, sites and placements; platinum has this lattice constant, Å, and rutile's oxygen atoms this free coordinate.
///
/// # Errors
/// A lattice constant or a coordinate that makes no crystal.
pub fn measure(
    platinum_angstrom: f64,
    oxygen_u: f64,
    profile: Profile,
    rng: &mut impl Rng,
    record: &mut Record,
) -> Result<()> {
    let settings = SlabSettings::oc20();
    let bulks = [
        ("Pt", bulks::platinum(platinum_angstrom)?),
        ("Fe", bulks::iron()?),
        ("Cu3Au", bulks::copper_gold()?),
        ("Ru", bulks::ruthenium()?),
        ("NaCl", bulks::rock_salt()?),
        ("Si", bulks::silicon()?),
        ("TiO2", bulks::rutile(oxygen_u)?),
    ];
    let mut table = Table::new("slabs", "Slabs", &["bulk", "plane", "cut", "up", "atoms", "area, Å²"]);
    let mut shortfall = 0.0_f64;
    for (name, atoms) in &bulks {
        let bulk = Bulk::new(atoms, 0.1)?;
        let slabs = bulk.all_slabs(2, &settings)?;
        let up = slabs.iter().filter(|slab| slab.top).count();
        exact(record, format!("terminations up to index 2: {name}"), up as f64);
        if matches!(*name, "Pt" | "Ru" | "TiO2") {
            for max in [2, 3] {
                let many = bulk.distinct_millers(max).len();
                exact(record, format!("indices up to {max}: {name}"), many as f64);
            }
        }
        if matches!(*name, "Cu3Au" | "TiO2") {
            let turned = (slabs.len() - up) as f64;
            exact(record, format!("terminations that differ from below: {name}"), turned);
        }
        let least = nearest(bulk.conventional());
        for slab in &slabs {
            shortfall = shortfall.max(least - nearest(&slab.atoms));
            table.row(row(name, slab));
        }
    }
    record.table(table);
    exact(record, "slab atoms nearer to each other than the bulk's", shortfall);

    let [platinum, _, _, ruthenium, _, _, rutile] = bulks.map(|(_, atoms)| Bulk::new(&atoms, 0.1));
    let (platinum, ruthenium, rutile) = (platinum?, ruthenium?, rutile?);
    platinum_layers(&platinum, platinum_angstrom, record)?;
    rutile_surfaces(&rutile, record)?;
    let number = |bulk: &Bulk, atom: usize| Ok(coordination_numbers(&bulk.primitive(), &[atom], 0.1)?[0]);
    exact(record, "Voronoi coordination of Ti in TiO2", number(&rutile, 0)?);
    exact(record, "Voronoi coordination of O in TiO2", number(&rutile, rutile.primitive().len() - 1)?);
    exact(record, "Voronoi coordination of Ru", number(&ruthenium, 0)?);
    platinum_sites(&platinum, record)?;
    placements(&platinum, &rutile, profile, rng, record)?;
    record.note(
        "Terminations are matched at 0.05 Å. OC20's settings let pymatgen match slabs at 0.3 times the cube root of the \
         volume per atom, which with 20 Å of vacuum is about 1 Å: rutile (101) and ruthenium (100) then have one \
         termination where two are different, a stoichiometric one and one that ends in a bare metal layer, or a short and \
         a long last step. Ours are the counts that pymatgen has at its own default of 0.1.",
    );
    Ok(())
}

fn exact(record: &mut Record, name: impl Into<String>, value: f64) {
    record.measure(name, value, Evidence::Exact);
}

fn row(name: &str, slab: &Slab) -> [Cell; 6] {
    let up = if slab.top { "hkl" } else { "-hkl" };
    [
        name.into(),
        slab.miller.to_string().into(),
        slab.shift.into(),
        up.into(),
        (slab.atoms.len() as f64).into(),
        slab.area_angstrom2().into(),
    ]
}

/// The first slab of a plane.
fn first(bulk: &Bulk, [h, k, l]: [i32; 3]) -> Result<Slab> {
    let slabs = bulk.slabs(Miller::new(h, k, l)?, &SlabSettings::oc20())?;
    Ok(slabs.into_iter().next().unwrap_or_else(|| unreachable!("every plane can be cut")))
}

fn platinum_layers(platinum: &Bulk, a: f64, record: &mut Record) -> Result<()> {
    for (name, hkl, spacing) in [
        ("layer spacing of Pt(111) against a/√3", [1, 1, 1], a / 3f64.sqrt()),
        ("layer spacing of Pt(100) against a/2", [1, 0, 0], a / 2.0),
        ("layer spacing of Pt(110) against a/√8", [1, 1, 0], a / 8f64.sqrt()),
        ("layer spacing of Pt(211) against a/√24", [2, 1, 1], a / 24f64.sqrt()),
    ] {
        let slab = first(platinum, hkl)?;
        let heights: Vec<f64> = slab.atoms.positions().iter().map(|place| place[2]).collect();
        let off = |pair: &[f64]| ((pair[1] - pair[0]) / spacing - 1.0).abs();
        exact(record, name, heights.windows(2).map(off).fold(0.0, f64::max));
    }
    let slab = first(platinum, [1, 1, 1])?;
    let maps = isometries(&slab.atoms, &slab.atoms, 0.05)?;
    exact(record, "isometries of an even Pt(111) slab", maps.len() as f64);
    Ok(())
}

fn rutile_surfaces(rutile: &Bulk, record: &mut Record) -> Result<()> {
    for hkl in [[1, 1, 0], [1, 0, 1]] {
        let miller = Miller::new(hkl[0], hkl[1], hkl[2])?;
        let slabs = rutile.slabs(miller, &SlabSettings::oc20())?;
        let up = slabs.iter().filter(|slab| slab.top).count();
        exact(record, format!("terminations of TiO2{miller}"), up as f64);
    }
    for hkl in [[1, 1, 0], [2, 1, 2]] {
        let slab = first(rutile, hkl)?;
        exact(record, format!("area of the cell of TiO2{}", slab.miller), slab.area_angstrom2());
    }
    let slab = first(rutile, [1, 1, 0])?.tiled(8.0)?.tagged(rutile)?;
    draw(&slab, "tio2-110", &[], record)
}

fn platinum_sites(platinum: &Bulk, record: &mut Record) -> Result<()> {
    use SiteKind::{Bridge, Fcc, Fourfold, Hcp, Ontop};
    for (hkl, kinds) in [
        ([1, 1, 1], &[Ontop, Bridge, Fcc, Hcp][..]),
        ([1, 0, 0], &[Ontop, Bridge, Fourfold]),
        ([1, 1, 0], &[Ontop, Bridge, Fourfold]),
    ] {
        let slab = first(platinum, hkl)?.tiled(8.0)?.tagged(platinum)?;
        let sites = adsorption_sites(&slab.atoms, 0.9)?;
        for &kind in kinds {
            let name = format!("sites of Pt{}: {}", slab.miller, kind.name());
            exact(record, name, sites.count(kind) as f64);
        }
        let name = format!("pt-{}{}{}", hkl[0], hkl[1], hkl[2]);
        draw(&slab, &name, &sites.all, record)?;
    }
    Ok(())
}

/// Both views of a slab.
fn draw(slab: &Slab, name: &str, sites: &[Site], record: &mut Record) -> Result<()> {
    let what = name.replace('-', " ");
    for (view, from) in [(View::Above, "above"), (View::Side, "side")] {
        let title = format!("{what}, from {}{from}", if view == View::Side { "the " } else { "" });
        let svg = Picture { slab: &slab.atoms, sites, view, title: "" }.svg()?;
        record.figure(Drawing { name: format!("{name}-{from}"), title, svg });
    }
    Ok(())
}

/// Every adsorbate on every distinct site, and at random.
fn placements(
    platinum: &Bulk,
    rutile: &Bulk,
    profile: Profile,
    rng: &mut impl Rng,
    record: &mut Record,
) -> Result<()> {
    let (gap, mut worst, mut many) = (0.1, 0.0_f64, 0_usize);
    let repeats = if profile == Profile::Smoke { 1 } else { 4 };
    for (bulk, hkl) in [(platinum, [1, 1, 1]), (platinum, [2, 1, 1]), (rutile, [1, 1, 0])] {
        let slab = first(bulk, hkl)?.tiled(8.0)?.tagged(bulk)?.atoms;
        let sites = adsorption_sites(&slab, 0.9)?;
        for site in sites.distinct() {
            for adsorbate in adsorbates() {
                for turn in 0..2 * repeats {
                    let tilted = Orientation::Heuristic { max_tilt_deg: 20.0 };
                    let mode = if turn % 2 == 0 { tilted } else { Orientation::Random };
                    let placed = place(&slab, &adsorbate, site.position, mode, gap, rng)?;
                    worst = worst.max((smallest_gap(&placed) - gap).abs());
                    many += 1;
                }
            }
        }
    }
    exact(record, "smallest gap of placements against 0.1 Å", worst);
    record.note(format!("{many} placements of 86 adsorbates on Pt(111), Pt(211) and TiO2(110)."));
    Ok(())
}

/// Smallest distance less the covalent radii between adsorbate and slab, images included, Å.
fn smallest_gap(atoms: &Atoms) -> f64 {
    let radius = |atom: usize| atoms.elements()[atom].covalent_radius_angstrom();
    let (mut least, many) = (f64::INFINITY, atoms.len());
    let (above, below): (Vec<usize>, Vec<usize>) =
        (0..many).partition(|atom| atoms.tags()[*atom] == Tag::Adsorbate);
    for &u in &above {
        for &s in &below {
            least = least.min(distance(atoms, u, s, [1, 1, 0]) - radius(u) - radius(s));
        }
    }
    least
}

/// Smallest distance between atoms, images included, Å.
fn nearest(atoms: &Atoms) -> f64 {
    let pairs = (0..atoms.len()).flat_map(|a| (0..=a).map(move |b| (a, b)));
    pairs.map(|(a, b)| distance(atoms, a, b, [2, 2, 1])).fold(f64::INFINITY, f64::min)
}

/// Distance to the nearest image so many cells around, Å; of an atom to itself that to its nearest other image.
fn distance(atoms: &Atoms, a: usize, b: usize, range: [i32; 3]) -> f64 {
    let Some(cell) = atoms.cell() else { return f64::INFINITY };
    let (rows, places) = (cell.vectors(), atoms.positions());
    let fractional = cell.fractional([0, 1, 2].map(|k| places[b][k] - places[a][k]));
    let along = [0, 1, 2].map(|k| if atoms.periodic()[k] { fractional[k].round() } else { 0.0 });
    let mut least = f64::INFINITY;
    let span = |k: usize| -range[k]..=range[k];
    for (i, j, l) in span(0).flat_map(|i| span(1).flat_map(move |j| span(2).map(move |l| (i, j, l)))) {
        if a == b && (i, j, l) == (0, 0, 0) {
            continue;
        }
        let steps = [i, j, l].map(f64::from);
        let square: f64 = (0..3)
            .map(|k| {
                let image: f64 = (0..3).map(|row| (steps[row] - along[row]) * rows[row][k]).sum();
                (places[b][k] - places[a][k] + image).powi(2)
            })
            .sum();
        least = least.min(square.sqrt());
    }
    least
}
