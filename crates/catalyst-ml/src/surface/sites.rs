//! Where something can adsorb.

use super::delaunay::{Corner, mesh};
use super::equivalence::isometries;
use crate::{Atoms, Error, Result, Tag};

/// What a site lies over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SiteKind {
    /// One atom of the top layer.
    Ontop,
    /// Two neighbours.
    Bridge,
    /// Three neighbours, and no atom of the next layer straight below.
    Fcc,
    /// Three neighbours, and an atom of the next layer straight below.
    Hcp,
    /// Four neighbours.
    Fourfold,
    /// More than four neighbours.
    Wide,
}

impl SiteKind {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ontop => "ontop",
            Self::Bridge => "bridge",
            Self::Fcc => "fcc",
            Self::Hcp => "hcp",
            Self::Fourfold => "fourfold",
            Self::Wide => "wide",
        }
    }
}

/// A site.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// What it lies over.
    pub kind: SiteKind,
    /// The mean of its atoms' positions, Å; inside the cell.
    pub position: [f64; 3],
    /// Its atoms, by their places in the slab; an atom stands here once for each of its images.
    pub atoms: Vec<usize>,
    /// Positions of these atoms around the site, Å.
    pub corners: Vec<[f64; 3]>,
}

/// The sites of a slab.
#[derive(Debug, Clone, PartialEq)]
pub struct Sites {
    /// All sites of the cell.
    pub all: Vec<Site>,
    /// For each of them the first one that a symmetry of the slab takes it to, by its place in `all`.
    pub class: Vec<usize>,
}

impl Sites {
    /// The sites that no symmetry of the slab takes to one another.
    pub fn distinct(&self) -> impl Iterator<Item = &Site> {
        self.all.iter().enumerate().filter(|(place, _)| self.class[*place] == *place).map(|(_, site)| site)
    }

    /// How many of a kind are distinct.
    #[must_use]
    pub fn count(&self, kind: SiteKind) -> usize {
        self.distinct().filter(|site| site.kind == kind).count()
    }
}

/// How near to one circle the atoms of a wide hollow lie, and two sites of one place, Å.
const NEAR: f64 = 0.05;
/// How far sideways an atom below a hollow may lie, Å.
const BELOW: f64 = 0.3;

/// The sites of a slab's top layer, the atoms within a depth, Å, of the topmost one (0.9 takes one layer of close-packed
/// metals). Adsorbates (by their tags) are left out.
///
/// Sites are the corners, edges and faces of the periodic Delaunay triangulation of that layer, where atoms on one circle
/// bound one face: the middle of a square is a four-fold hollow and no bridge.
///
/// ```
/// use catalyst_ml::surface::{Bulk, Miller, SiteKind, SlabSettings, adsorption_sites};
/// use catalyst_ml::{Atoms, Cell};
///
/// let h = 3.92 / 2.0;
/// let cell = Cell::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]])?;
/// let platinum = Atoms::new(vec!["Pt".parse()?], vec![[0.0; 3]])?.in_cell(cell, [true; 3]);
/// let bulk = Bulk::new(&platinum, 0.1)?;
/// let slab = bulk.slabs(Miller::new(1, 1, 1)?, &SlabSettings::oc20())?[0].repeated(2, 2)?;
/// let sites = adsorption_sites(&slab.atoms, 0.9)?;
/// let kinds: Vec<_> = sites.distinct().map(|site| site.kind.name()).collect();
/// assert_eq!(kinds, ["ontop", "bridge", "fcc", "hcp"]);
/// assert_eq!(sites.all.len(), 4 + 12 + 8);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::NoCell`] for a slab without a cell, [`Error::NotSlab`] unless it repeats along a and b only or along all three
/// with c along z, [`Error::Quantity`] for a depth that is not positive.
pub fn adsorption_sites(slab: &Atoms, depth_angstrom: f64) -> Result<Sites> {
    if !(depth_angstrom > 0.0 && depth_angstrom.is_finite()) {
        return Err(Error::Quantity {
            name: "depth of the top layer in Å",
            rule: "above 0",
            value: depth_angstrom,
        });
    }
    let cell = slab.cell().ok_or(Error::NoCell { what: "a slab" })?;
    let [a, b, _] = cell.vectors();
    if a[2].abs() + b[2].abs() > 1e-6 || !(slab.periodic()[0] && slab.periodic()[1]) {
        return Err(Error::NotSlab { periodic: slab.periodic() });
    }
    let own: Vec<usize> = (0..slab.len()).filter(|atom| slab.tags()[*atom] != Tag::Adsorbate).collect();
    let height = |atom: &usize| slab.positions()[*atom][2];
    let (top, rest) = split(&own, height, depth_angstrom);
    let (second, _) = split(&rest, height, depth_angstrom);

    let [mut a, mut b] = [[a[0], a[1]], [b[0], b[1]]];
    reduce(&mut a, &mut b);
    let points: Vec<[f64; 2]> = top.iter().map(|atom| [0, 1].map(|k| slab.positions()[*atom][k])).collect();
    let mesh = mesh(&points, [a, b], NEAR);
    let corner_of = |corner: &Corner| -> [f64; 3] {
        let [x, y, z] = slab.positions()[top[corner.point]];
        let [i, j] = corner.image.map(f64::from);
        [x + i * a[0] + j * b[0], y + i * a[1] + j * b[1], z]
    };
    let site = |kind, corners: &[Corner]| {
        let places: Vec<[f64; 3]> = corners.iter().map(corner_of).collect();
        let many = places.len() as f64;
        let middle = [0, 1, 2].map(|k| places.iter().map(|place| place[k]).sum::<f64>() / many);
        // The image whose middle lies in the cell.
        let [x, y, _] = cell.fractional(middle).map(|along| (along + 1e-9).floor());
        let [along_a, along_b, _] = cell.vectors();
        let inside = |place: [f64; 3]| [0, 1, 2].map(|k| place[k] - x * along_a[k] - y * along_b[k]);
        let atoms = corners.iter().map(|corner| top[corner.point]).collect();
        Site { kind, position: inside(middle), atoms, corners: places.into_iter().map(inside).collect() }
    };
    let mut all = Vec::new();
    all.extend((0..top.len()).map(|point| site(SiteKind::Ontop, &[Corner { point, image: [0, 0] }])));
    all.extend(mesh.edges.iter().map(|edge| site(SiteKind::Bridge, edge)));
    for face in &mesh.faces {
        let mut hollow = site(SiteKind::Fcc, face);
        let over = second.iter().any(|atom| {
            let below = slab.positions()[*atom];
            distance(cell, hollow.position, below) <= BELOW
        });
        hollow.kind = match face.len() {
            3 if over => SiteKind::Hcp,
            3 => SiteKind::Fcc,
            4 => SiteKind::Fourfold,
            _ => SiteKind::Wide,
        };
        all.push(hollow);
    }
    all.sort_by_key(|site| site.kind);
    let class = classes(slab, &own, &all)?;
    Ok(Sites { all, class })
}

/// Atoms within a depth of the highest of them, and the others.
fn split(atoms: &[usize], height: impl Fn(&usize) -> f64, depth: f64) -> (Vec<usize>, Vec<usize>) {
    let high = atoms.iter().map(&height).fold(f64::NEG_INFINITY, f64::max);
    atoms.iter().partition(|atom| height(atom) > high - depth)
}

/// For each site the first one that a symmetry takes it to.
fn classes(slab: &Atoms, own: &[usize], sites: &[Site]) -> Result<Vec<usize>> {
    let cell = slab.cell().ok_or(Error::NoCell { what: "a slab" })?;
    let elements = own.iter().map(|atom| slab.elements()[*atom]).collect();
    let positions = own.iter().map(|atom| slab.positions()[*atom]).collect();
    let clean = Atoms::new(elements, positions)?.in_cell(*cell, slab.periodic());
    let symmetries = isometries(&clean, &clean, NEAR)?;
    let mut class: Vec<usize> = (0..sites.len()).collect();
    for place in 0..sites.len() {
        if class[place] != place {
            continue;
        }
        let [x, y, z] = cell.fractional(sites[place].position);
        for symmetry in symmetries.iter().filter(|symmetry| !symmetry.upside_down) {
            let [x, y] = symmetry.apply([x, y]);
            let image = cell.cartesian([x, y, z]);
            for (other, site) in sites.iter().enumerate().skip(place + 1) {
                let level = (site.position[2] - image[2]).abs() <= NEAR;
                if site.kind == sites[place].kind && level && distance(cell, site.position, image) <= NEAR {
                    class[other] = class[other].min(place);
                }
            }
        }
    }
    Ok(class)
}

/// Distance in the plane to the nearest image, Å.
fn distance(cell: &crate::Cell, from: [f64; 3], to: [f64; 3]) -> f64 {
    let [x, y, _] = cell.fractional([to[0] - from[0], to[1] - from[1], 0.0]);
    let [a, b, _] = cell.vectors();
    let (x, y) = (x - x.round(), y - y.round());
    (x * a[0] + y * b[0]).hypot(x * a[1] + y * b[1])
}

/// The two shortest vectors of a plane lattice.
fn reduce(a: &mut [f64; 2], b: &mut [f64; 2]) {
    let dot = |p: [f64; 2], q: [f64; 2]| p[0] * q[0] + p[1] * q[1];
    // Each round shortens a vector; the bound is for numbers that overflow.
    for _ in 0..1000 {
        let steps = (dot(*a, *b) / dot(*a, *a)).round();
        *b = [b[0] - steps * a[0], b[1] - steps * a[1]];
        if dot(*b, *b) >= dot(*a, *a) * (1.0 - 1e-9) {
            return;
        }
        std::mem::swap(a, b);
    }
}
