//! Voronoi cells of atoms in a crystal, and the coordination numbers that follow from them.

use crate::structure::{cross, dot};
use crate::{Atoms, Cell, Error, Result};

/// Coordination numbers of atoms by the solid angles of their Voronoi faces (O'Keeffe 1979, Acta Cryst. A 35, 772).
///
/// ```text
/// cn_i = sum over faces f of w_f / w_max with w_f > tolerance w_max,   w_f the solid angle of f seen from atom i
/// ```
///
/// The atoms repeat along all three vectors here, whatever their periodicity. fairchem tags surface atoms with a tolerance
/// of 0.1; pymatgen's `VoronoiNN(tol=0.1)` gives the same numbers.
///
/// ```
/// use catalyst_ml::surface::coordination_numbers;
/// use catalyst_ml::{Atoms, Cell};
///
/// let h = 3.92 / 2.0;
/// let cell = Cell::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]])?;
/// let platinum = Atoms::new(vec!["Pt".parse()?], vec![[0.0; 3]])?.in_cell(cell, [true; 3]);
/// assert!((coordination_numbers(&platinum, &[0], 0.1)?[0] - 12.0).abs() < 1e-9);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::NoCell`] for atoms without a cell, [`Error::Quantity`] for a tolerance that is not in [0, 1) and for more than a
/// hundred million images in reach, [`Error::Count`]
/// for an atom that is not there, [`Error::Overlap`] for two atoms in one place.
pub fn coordination_numbers(atoms: &Atoms, of: &[usize], tolerance: f64) -> Result<Vec<f64>> {
    let cell = atoms.cell().ok_or(Error::NoCell { what: "a Voronoi cell" })?;
    if !(0.0..1.0).contains(&tolerance) {
        return Err(Error::Quantity {
            name: "tolerance of solid angles",
            rule: "in [0, 1)",
            value: tolerance,
        });
    }
    if let Some(&count) = of.iter().find(|atom| **atom >= atoms.len()) {
        return Err(Error::Count { name: "place of an atom", rule: "below the number of atoms", count });
    }
    of.iter()
        .map(|&atom| {
            let angles = solid_angles(atoms, cell, atom)?;
            let largest = angles.iter().copied().fold(0.0, f64::max);
            Ok(angles.iter().filter(|angle| **angle > tolerance * largest).map(|angle| angle / largest).sum())
        })
        .collect()
}

/// Solid angles of the faces of an atom's Voronoi cell.
fn solid_angles(atoms: &Atoms, cell: &Cell, atom: usize) -> Result<Vec<f64>> {
    // A cell reaches at most as far as half the diagonal of the lattice's own cell does, and is cut off at 100 Å.
    let half = cell.lengths_angstrom().iter().sum::<f64>().min(100.0);
    let farthest = 2.0 * 3f64.sqrt() * half;
    let mut reach = 8.0_f64.min(farthest);
    loop {
        let mut region = Region::cube(half);
        for (distance, other, vector) in neighbours(atoms, cell, atom, reach)? {
            if distance < 1e-6 {
                let least_angstrom = 1e-6;
                return Err(Error::Overlap {
                    atoms: [atom, other],
                    distance_angstrom: distance,
                    least_angstrom,
                });
            }
            if distance > 2.0 * region.radius {
                break;
            }
            region.clip(vector.map(|x| x / distance), 0.5 * distance);
        }
        if 2.0 * region.radius <= reach || reach >= farthest {
            return Ok(region.faces.iter().map(|face| solid_angle(face)).collect());
        }
        reach = (2.0 * reach).min(farthest);
    }
}

/// Images of atoms within a distance, nearest first: distance, atom, vector.
fn neighbours(atoms: &Atoms, cell: &Cell, atom: usize, reach: f64) -> Result<Vec<(f64, usize, [f64; 3])>> {
    let here = atoms.positions()[atom];
    let rows = cell.vectors();
    let spacing = cell.plane_spacings_angstrom();
    let images: f64 = spacing.iter().map(|spacing| 2.0 * reach / spacing + 1.0).product();
    if images * atoms.len() as f64 > 1e8 {
        let name = "volume per atom in Å³";
        let value = cell.volume_angstrom3() / atoms.len() as f64;
        return Err(Error::Quantity { name, rule: "that of matter", value });
    }
    let mut found = Vec::new();
    for (other, there) in atoms.positions().iter().enumerate() {
        let apart = std::array::from_fn(|k| there[k] - here[k]);
        let fractional = cell.fractional(apart);
        let range = |k: usize| {
            let (low, high) = (-fractional[k] - reach / spacing[k], -fractional[k] + reach / spacing[k]);
            #[expect(clippy::cast_possible_truncation, reason = "the reach is a few cells")]
            let range = low.ceil() as i64..=high.floor() as i64;
            range
        };
        for i in range(0) {
            for j in range(1) {
                for l in range(2) {
                    let shift = [i as f64, j as f64, l as f64];
                    let v: [f64; 3] = std::array::from_fn(|k| {
                        apart[k] + shift[0] * rows[0][k] + shift[1] * rows[1][k] + shift[2] * rows[2][k]
                    });
                    let distance = dot(v, v).sqrt();
                    let itself = other == atom && [i, j, l] == [0, 0, 0];
                    if distance <= reach && !itself {
                        found.push((distance, other, v));
                    }
                }
            }
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(found)
}

/// A convex polyhedron around the origin.
struct Region {
    /// Polygons, corners in order.
    faces: Vec<Vec<[f64; 3]>>,
    /// Distance of the farthest corner.
    radius: f64,
}

impl Region {
    fn cube(half: f64) -> Self {
        let side = |axis: usize, sign: f64| -> Vec<[f64; 3]> {
            [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]
                .map(|[u, v]| {
                    let mut corner = [0.0; 3];
                    corner[axis] = sign * half;
                    corner[(axis + 1) % 3] = u * half;
                    corner[(axis + 2) % 3] = v * half;
                    corner
                })
                .to_vec()
        };
        let faces = (0..3).flat_map(|axis| [side(axis, 1.0), side(axis, -1.0)]).collect();
        Self { faces, radius: half * 3f64.sqrt() }
    }

    /// Keeps what lies on the near side of the plane `normal . x = distance`.
    fn clip(&mut self, normal: [f64; 3], distance: f64) {
        let near = 1e-9 * self.radius;
        let beyond = |corner: &[f64; 3]| dot(normal, *corner) - distance;
        if self.faces.iter().flatten().all(|corner| beyond(corner) <= near) {
            return;
        }
        let mut rim: Vec<[f64; 3]> = Vec::new();
        let mut add = |corner: [f64; 3]| {
            let known = rim.iter().any(|other| (0..3).all(|k| (other[k] - corner[k]).abs() <= near));
            if !known {
                rim.push(corner);
            }
        };
        for face in &mut self.faces {
            let mut kept = Vec::with_capacity(face.len() + 1);
            for (place, corner) in face.iter().enumerate() {
                let next = &face[(place + 1) % face.len()];
                let (from, to) = (beyond(corner), beyond(next));
                if from <= near {
                    kept.push(*corner);
                    if from >= -near {
                        add(*corner);
                    }
                }
                if (from < -near && to > near) || (from > near && to < -near) {
                    let part = from / (from - to);
                    let cut = std::array::from_fn(|k| corner[k] + part * (next[k] - corner[k]));
                    kept.push(cut);
                    add(cut);
                }
            }
            *face = kept;
        }
        self.faces.retain(|face| face.len() >= 3);
        if rim.len() >= 3 {
            order(&mut rim, normal);
            self.faces.push(rim);
        }
        let farthest = self.faces.iter().flatten().map(|corner| dot(*corner, *corner)).fold(0.0, f64::max);
        self.radius = farthest.sqrt();
    }
}

/// Sorts corners of a convex polygon by their angle around its middle.
fn order(rim: &mut [[f64; 3]], normal: [f64; 3]) {
    let middle: [f64; 3] =
        std::array::from_fn(|k| rim.iter().map(|corner| corner[k]).sum::<f64>() / rim.len() as f64);
    let axis = if normal[0].abs() < 0.6 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
    let u = cross(normal, axis);
    let v = cross(normal, u);
    let angle = |corner: &[f64; 3]| {
        let from: [f64; 3] = std::array::from_fn(|k| corner[k] - middle[k]);
        dot(from, v).atan2(dot(from, u))
    };
    rim.sort_by(|a, b| angle(a).total_cmp(&angle(b)));
}

/// Solid angle of a polygon seen from the origin: its triangles' (van Oosterom and Strackee 1983).
fn solid_angle(face: &[[f64; 3]]) -> f64 {
    let length = |v: [f64; 3]| dot(v, v).sqrt();
    let triangle = |a: [f64; 3], b: [f64; 3], c: [f64; 3]| {
        let (la, lb, lc) = (length(a), length(b), length(c));
        let below = la * lb * lc + dot(a, b) * lc + dot(b, c) * la + dot(c, a) * lb;
        2.0 * dot(a, cross(b, c)).atan2(below)
    };
    face.windows(2).skip(1).map(|pair| triangle(face[0], pair[0], pair[1])).sum::<f64>().abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The faces around a point see the whole sphere, also where many planes meet in a corner (fcc).
    #[test]
    fn solid_angles_add_up_to_the_sphere() {
        let places = [[0.0; 3], [0.0, 1.9, 2.1], [1.9, 0.3, 1.9], [1.95, 2.0, -0.1]];
        for (vectors, count) in [
            ([[0.0, 2.0, 2.0], [2.0, 0.0, 2.0], [2.0, 2.0, 0.0]], 1),
            ([[4.0, 0.0, 0.0], [0.3, 3.8, 0.0], [-0.9, 0.4, 4.2]], 4),
        ] {
            let gold = vec!["Au".parse().unwrap(); count];
            let cell = Cell::new(vectors).unwrap();
            let atoms = Atoms::new(gold, places[..count].to_vec()).unwrap().in_cell(cell, [true; 3]);
            for atom in 0..count {
                let angles = solid_angles(&atoms, &cell, atom).unwrap();
                let sum: f64 = angles.iter().sum();
                assert!((sum - 4.0 * std::f64::consts::PI).abs() < 1e-9, "{sum}");
            }
        }
    }
}
