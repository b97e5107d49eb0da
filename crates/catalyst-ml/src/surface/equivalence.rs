//! Which slabs are the same but for a shift, a turn or a reflection.

use crate::{Atoms, Element, Error, Result};

/// A distance-preserving map of one slab onto another, along the surface and perhaps upside down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Isometry {
    /// In-plane part: fractional coordinates along a and b are multiplied by it from the left, as a row.
    pub matrix: [[i32; 2]; 2],
    /// Fractional translation along a and b, after the multiplication.
    pub translation: [f64; 2],
    /// Whether it turns the slab upside down.
    pub upside_down: bool,
}

impl Isometry {
    /// Where it takes fractional coordinates along a and b.
    #[must_use]
    pub fn apply(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [[a, b], [c, d]] = self.matrix.map(|row| row.map(f64::from));
        [x * a + y * c + self.translation[0], x * b + y * d + self.translation[1]]
    }
}

/// All isometries that take each atom of a slab within a tolerance, Å, of an atom of the same element of another slab.
///
/// Both slabs repeat along their first two vectors, which must be short (reduced, as [`Slab`](super::Slab)'s are) and
/// perpendicular to z; heights count from the mean height.
///
/// # Errors
///
/// [`Error::NoCell`] for a slab without a cell.
pub fn isometries(from: &Atoms, to: &Atoms, tolerance_angstrom: f64) -> Result<Vec<Isometry>> {
    let (from, to) = (Layered::new(from)?, Layered::new(to)?);
    let mut found = Vec::new();
    from.map_onto(&to, tolerance_angstrom, &mut |isometry| {
        found.push(isometry);
        true
    });
    Ok(found)
}

/// Atoms of a slab by fractional in-plane coordinates and height above the mean.
pub(super) struct Layered {
    atoms: Vec<(Element, f64, [f64; 2])>,
    /// First two lattice vectors, x and y.
    plane: [[f64; 2]; 2],
}

impl Layered {
    pub(super) fn new(slab: &Atoms) -> Result<Self> {
        let cell = slab.cell().ok_or(Error::NoCell { what: "a slab" })?;
        let [a, b, _] = cell.vectors();
        let mean = slab.positions().iter().map(|place| place[2]).sum::<f64>() / slab.len().max(1) as f64;
        let mut atoms: Vec<_> = slab
            .elements()
            .iter()
            .zip(slab.positions())
            .map(|(element, place)| {
                let [x, y, _] = cell.fractional(*place);
                (*element, place[2] - mean, [x, y])
            })
            .collect();
        atoms.sort_by(|a, b| (a.0, a.1).partial_cmp(&(b.0, b.1)).unwrap_or(std::cmp::Ordering::Equal));
        Ok(Self { atoms, plane: [[a[0], a[1]], [b[0], b[1]]] })
    }

    /// Whether there is an isometry onto another slab, the right way up or upside down.
    pub(super) fn equals(&self, other: &Self, tolerance: f64) -> bool {
        let mut any = false;
        self.map_onto(other, tolerance, &mut |_| {
            any = true;
            false
        });
        any
    }

    /// Whether an isometry onto itself turns it upside down.
    pub(super) fn is_its_own_reverse(&self, tolerance: f64) -> bool {
        let mut any = false;
        self.map_onto(self, tolerance, &mut |isometry| {
            any |= isometry.upside_down;
            !any
        });
        any
    }

    /// Calls `found` with isometries until it returns false.
    fn map_onto(&self, other: &Self, tolerance: f64, found: &mut dyn FnMut(Isometry) -> bool) {
        if self.atoms.len() != other.atoms.len() || self.atoms.is_empty() {
            return;
        }
        let matrices = self.plane_maps(other, tolerance);
        for upside_down in [false, true] {
            let sign = if upside_down { -1.0 } else { 1.0 };
            let Some(images) = self.partners(other, sign, tolerance) else { continue };
            // The atom with the fewest possible partners fixes the translation.
            let Some(pivot) = (0..images.len()).min_by_key(|atom| images[*atom].len()) else { return };
            for &matrix in &matrices {
                for &target in &images[pivot] {
                    let still = Isometry { matrix, translation: [0.0; 2], upside_down };
                    let ([x, y], [u, v]) = (still.apply(self.atoms[pivot].2), other.atoms[target].2);
                    let translation = [u - x, v - y].map(|shift| shift - (shift + 1e-9).floor());
                    let isometry = Isometry { translation, ..still };
                    if self.fits(other, &images, &isometry, tolerance) && !found(isometry) {
                        return;
                    }
                }
            }
        }
    }

    /// For each atom those of the other slab of the same element and height; `None` if one has none.
    fn partners(&self, other: &Self, sign: f64, tolerance: f64) -> Option<Vec<Vec<usize>>> {
        let of = |(element, height, _): &(Element, f64, [f64; 2])| {
            let near = |atom: &(Element, f64, [f64; 2])| {
                atom.0 == *element && (atom.1 - sign * height).abs() <= tolerance
            };
            let list: Vec<usize> =
                (0..other.atoms.len()).filter(|place| near(&other.atoms[*place])).collect();
            if list.is_empty() { None } else { Some(list) }
        };
        self.atoms.iter().map(of).collect()
    }

    fn fits(&self, other: &Self, images: &[Vec<usize>], isometry: &Isometry, tolerance: f64) -> bool {
        let sign = if isometry.upside_down { -1.0 } else { 1.0 };
        let mut taken = vec![false; other.atoms.len()];
        self.atoms.iter().zip(images).all(|((_, height, place), images)| {
            let image = isometry.apply(*place);
            images.iter().any(|&target| {
                let (_, z, there) = other.atoms[target];
                let [x, y] = other.shortest([there[0] - image[0], there[1] - image[1]]);
                let dz = z - sign * height;
                let fits = !taken[target] && x * x + y * y + dz * dz <= tolerance * tolerance;
                taken[target] |= fits;
                fits
            })
        })
    }

    /// A fractional difference as a vector, Å, to the nearest image (if that is near).
    fn shortest(&self, difference: [f64; 2]) -> [f64; 2] {
        let [x, y] = difference.map(|apart| apart - apart.round());
        let [a, b] = self.plane;
        [x * a[0] + y * b[0], x * a[1] + y * b[1]]
    }

    /// Matrices of small integers that take this lattice into the other one and keep lengths and angles.
    fn plane_maps(&self, other: &Self, tolerance: f64) -> Vec<[[i32; 2]; 2]> {
        let dot = |a: [f64; 2], b: [f64; 2]| a[0] * b[0] + a[1] * b[1];
        let [a, b] = self.plane;
        let slack = tolerance * dot(a, a).max(dot(b, b)).sqrt();
        let vector = |[m, n]: [i32; 2]| -> [f64; 2] {
            let [a, b] = other.plane;
            [0, 1].map(|k| f64::from(m) * a[k] + f64::from(n) * b[k])
        };
        let short = || (-2..=2).flat_map(|m| (-2..=2).map(move |n| [m, n]));
        let mut maps = Vec::new();
        for first in short().filter(|mn| (dot(vector(*mn), vector(*mn)) - dot(a, a)).abs() <= slack) {
            for second in short().filter(|mn| (dot(vector(*mn), vector(*mn)) - dot(b, b)).abs() <= slack) {
                let unimodular = (first[0] * second[1] - first[1] * second[0]).abs() == 1;
                if unimodular && (dot(vector(first), vector(second)) - dot(a, b)).abs() <= slack {
                    maps.push([first, second]);
                }
            }
        }
        maps
    }
}
