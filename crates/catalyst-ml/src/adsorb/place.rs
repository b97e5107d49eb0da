//! Setting an adsorbate on a slab.

use super::Adsorbate;
use crate::surface::{SiteKind, Sites};
use crate::{Atoms, Error, Result, Tag};
use rand::{Rng, RngExt as _};
use std::f64::consts::TAU;

/// How an adsorbate is turned before it is set on a site.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Orientation {
    /// As it is in its table, the first binding atom over the site.
    AsGiven,
    /// The first binding atom over the site, turned by a random angle about z and then tilted by up to so many degrees about
    /// a random horizontal axis (OC20's heuristic mode: a small tilt).
    Heuristic {
        /// Largest tilt, degrees.
        max_tilt_deg: f64,
    },
    /// The centre of mass over the site, turned at random (uniform in SO(3)).
    Random,
}

/// Sets an adsorbate over a point of a slab and lets it down along z until the first two atoms are a gap, Å, farther apart
/// than their covalent radii add up to (OC20: 0.1).
///
/// ```text
/// t = max over pairs of s_z - u_z + sqrt(R^2 - d^2),   R = r_u + r_s + gap
/// ```
///
/// over adsorbate atoms `u` and images of slab atoms `s` whose distance `d` in the plane is at most `R`. Adsorbate atoms
/// come after the slab's, with the tag [`Tag::Adsorbate`], free.
///
/// ```
/// use catalyst_ml::adsorb::{Adsorbate, Orientation, place};
/// use catalyst_ml::surface::{Bulk, Miller, SlabSettings, adsorption_sites};
/// use catalyst_ml::{Atoms, Cell};
/// use common::rng::Streams;
///
/// let h = 3.92 / 2.0;
/// let cell = Cell::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]])?;
/// let platinum = Atoms::new(vec!["Pt".parse()?], vec![[0.0; 3]])?.in_cell(cell, [true; 3]);
/// let bulk = Bulk::new(&platinum, 0.1)?;
/// let slab = bulk.slabs(Miller::new(1, 1, 1)?, &SlabSettings::oc20())?[0].tiled(8.0)?;
/// let site = &adsorption_sites(&slab.atoms, 0.9)?.all[0];
/// let mut rng = Streams::new(1).stream("doc");
/// let oxygen = Adsorbate::named("*O")?;
/// let placed = place(&slab.atoms, &oxygen, site.position, Orientation::AsGiven, 0.1, &mut rng)?;
/// let height = placed.positions()[placed.len() - 1][2] - site.position[2];
/// assert!((height - (1.36 + 0.66 + 0.1)).abs() < 1e-12);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::NoCell`] for a slab without a cell, [`Error::Quantity`] for a gap or tilt out of range, [`Error::NonFinite`] for
/// a point that is not finite, [`Error::Cell`] for a cell whose lattice planes are nearer than 0.1 Å, [`Error::NoContact`] if
/// no slab atom lies below: over a channel through the slab, such as rutile's along c, a small adsorbate would fall through.
pub fn place(
    slab: &Atoms,
    adsorbate: &Adsorbate,
    point: [f64; 3],
    orientation: Orientation,
    gap_angstrom: f64,
    rng: &mut impl Rng,
) -> Result<Atoms> {
    if !(0.0..=10.0).contains(&gap_angstrom) {
        return Err(Error::Quantity { name: "gap in Å", rule: "0 to 10", value: gap_angstrom });
    }
    if let Some(&value) = point.iter().find(|value| !value.is_finite()) {
        return Err(Error::NonFinite { what: "site", atom: 0, value });
    }
    let (rotation, pivot) = oriented(adsorbate, orientation, rng)?;
    let turned: Vec<[f64; 3]> = adsorbate
        .atoms
        .positions()
        .iter()
        .map(|place| {
            let from = [0, 1, 2].map(|k| place[k] - pivot[k]);
            let [x, y, z] = rotation.map(|row| row[0] * from[0] + row[1] * from[1] + row[2] * from[2]);
            [x + point[0], y + point[1], z + point[2]]
        })
        .collect();
    let lift = lift(slab, adsorbate, &turned, gap_angstrom)?;

    let added = adsorbate.atoms.len();
    let with = |all: &[bool], more: bool| [all, &vec![more; added][..]].concat();
    let tags = [slab.tags(), &vec![Tag::Adsorbate; added][..]].concat();
    let lifted: Vec<[f64; 3]> = turned.iter().map(|[x, y, z]| [*x, *y, z + lift]).collect();
    let elements = [slab.elements(), adsorbate.atoms.elements()].concat();
    let atoms = Atoms::new(elements, [slab.positions(), &lifted].concat())?;
    let cell = slab.cell().ok_or(Error::NoCell { what: "a slab" })?;
    Ok(atoms.with_tags(tags)?.with_fixed(with(slab.fixed(), false))?.in_cell(*cell, slab.periodic()))
}

/// Points over a surface, uniform in the plane, at the height of the triangle between top-layer atoms that they fall in.
///
/// # Errors
///
/// [`Error::Count`] if there is no hollow.
pub fn random_sites(sites: &Sites, count: usize, rng: &mut impl Rng) -> Result<Vec<[f64; 3]>> {
    let faces = sites.all.iter().filter(|site| !matches!(site.kind, SiteKind::Ontop | SiteKind::Bridge));
    let triangles: Vec<[[f64; 3]; 3]> = faces
        .flat_map(|face| {
            let corners = &face.corners;
            corners.windows(2).skip(1).map(|pair| [corners[0], pair[0], pair[1]])
        })
        .collect();
    let area = |[p, q, r]: &[[f64; 3]; 3]| {
        0.5 * ((q[0] - p[0]) * (r[1] - p[1]) - (r[0] - p[0]) * (q[1] - p[1])).abs()
    };
    let whole: f64 = triangles.iter().map(area).sum();
    let Some(last) = triangles.last() else {
        return Err(Error::Count { name: "hollows", rule: "at least 1", count: 0 });
    };
    let mut points = Vec::new();
    for _ in 0..count {
        let mut left = whole * rng.random::<f64>();
        let chosen = triangles.iter().find(|triangle| {
            left -= area(triangle);
            left < 0.0
        });
        let [p, q, r] = chosen.unwrap_or(last);
        let (root, along) = (rng.random::<f64>().sqrt(), rng.random::<f64>());
        let weights = [1.0 - root, root * (1.0 - along), root * along];
        points.push([0, 1, 2].map(|k| weights[0] * p[k] + weights[1] * q[k] + weights[2] * r[k]));
    }
    Ok(points)
}

type Matrix = [[f64; 3]; 3];

/// The rotation and the point that it leaves where it is.
fn oriented(
    adsorbate: &Adsorbate,
    orientation: Orientation,
    rng: &mut impl Rng,
) -> Result<(Matrix, [f64; 3])> {
    let places = adsorbate.atoms.positions();
    let binding = places[adsorbate.binding[0]];
    match orientation {
        Orientation::AsGiven => Ok(([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], binding)),
        Orientation::Heuristic { max_tilt_deg } => {
            if !(0.0..=180.0).contains(&max_tilt_deg) {
                return Err(Error::Quantity {
                    name: "tilt in degrees",
                    rule: "0 to 180",
                    value: max_tilt_deg,
                });
            }
            let half_turn = 0.5 * TAU * rng.random::<f64>();
            let half_tilt = 0.5 * max_tilt_deg.to_radians() * rng.random::<f64>();
            let (sin, cos) = (TAU * rng.random::<f64>()).sin_cos();
            let about_z = rotation([half_turn.cos(), 0.0, 0.0, half_turn.sin()]);
            let tilt = rotation([half_tilt.cos(), half_tilt.sin() * cos, half_tilt.sin() * sin, 0.0]);
            let product = tilt.map(|row| [0, 1, 2].map(|k| (0..3).map(|j| row[j] * about_z[j][k]).sum()));
            Ok((product, binding))
        }
        Orientation::Random => {
            // A uniform unit quaternion (Shoemake 1992).
            let (u, v, w) = (rng.random::<f64>(), TAU * rng.random::<f64>(), TAU * rng.random::<f64>());
            let (near, far) = ((1.0 - u).sqrt(), u.sqrt());
            let quaternion = [far * w.cos(), near * v.sin(), near * v.cos(), far * w.sin()];
            let masses = || adsorbate.atoms.elements().iter().map(|element| element.mass_u());
            let mass: f64 = masses().sum();
            let centre = [0, 1, 2]
                .map(|k| places.iter().zip(masses()).map(|(place, m)| place[k] * m).sum::<f64>() / mass);
            Ok((rotation(quaternion), centre))
        }
    }
}

/// The rotation of a unit quaternion (w, x, y, z).
fn rotation([w, x, y, z]: [f64; 4]) -> Matrix {
    [
        [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
        [2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - w * x)],
        [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)],
    ]
}

/// How far up the adsorbate has to go.
fn lift(slab: &Atoms, adsorbate: &Adsorbate, places: &[[f64; 3]], gap: f64) -> Result<f64> {
    let cell = slab.cell().ok_or(Error::NoCell { what: "a slab" })?;
    let [a, b, _] = cell.vectors();
    let periodic = slab.periodic();
    let spacing = cell.plane_spacings_angstrom();
    if spacing[..2].iter().any(|spacing| *spacing < 0.1) {
        return Err(Error::Cell { volume_angstrom3: cell.volume_angstrom3() });
    }
    let mut lift = f64::NEG_INFINITY;
    for (element, u) in adsorbate.atoms.elements().iter().zip(places) {
        for (other, s) in slab.elements().iter().zip(slab.positions()) {
            let reach = element.covalent_radius_angstrom() + other.covalent_radius_angstrom() + gap;
            let apart = [s[0] - u[0], s[1] - u[1]];
            let along = cell.fractional([apart[0], apart[1], 0.0]);
            let range = |k: usize| {
                #[expect(clippy::cast_possible_truncation, reason = "a reach of a few Å, in cells")]
                let edge = |value: f64| value as i64;
                if periodic[k] {
                    edge((-along[k] - reach / spacing[k]).ceil())
                        ..=edge((-along[k] + reach / spacing[k]).floor())
                } else {
                    0..=0
                }
            };
            for i in range(0) {
                for j in range(1) {
                    let (i, j) = (i as f64, j as f64);
                    let (x, y) = (apart[0] + i * a[0] + j * b[0], apart[1] + i * a[1] + j * b[1]);
                    let rest = reach * reach - x * x - y * y;
                    if rest >= 0.0 {
                        lift = lift.max(s[2] - u[2] + rest.sqrt());
                    }
                }
            }
        }
    }
    if lift.is_finite() { Ok(lift) } else { Err(Error::NoContact) }
}
