//! Slabs with their terminations.

use super::bulk::Bulk;
use super::equivalence::Layered;
use super::miller::{Miller, slab_basis};
use crate::structure::{cross, dot};
use crate::{Atoms, Cell, Element, Error, Result};

/// How slabs are cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlabSettings {
    /// Smallest thickness, Å: so many repeats that their planes' distances add up to it; at most 1000.
    pub min_thickness_angstrom: f64,
    /// Empty space between the topmost atom and the lowest one of the next image, Å; at most 1000.
    pub vacuum_angstrom: f64,
    /// Atoms whose heights are chained by steps of at most this, Å, form one layer that is not cut through.
    pub layer_tolerance_angstrom: f64,
    /// Slabs whose atoms can be brought within this of each other, Å, are the same.
    pub match_tolerance_angstrom: f64,
}

impl SlabSettings {
    /// Thickness 7 Å and vacuum 20 Å of OC20. Layers are told apart at 0.1 Å as there (pymatgen's default); slabs are
    /// matched at 0.05 Å. OC20 matches them at 0.3 times the cube root of the volume per atom, vacuum included, about
    /// 1 Å: some truly different terminations are one there.
    #[must_use]
    pub const fn oc20() -> Self {
        Self {
            min_thickness_angstrom: 7.0,
            vacuum_angstrom: 20.0,
            layer_tolerance_angstrom: 0.1,
            match_tolerance_angstrom: 0.05,
        }
    }

    fn check(&self) -> Result<()> {
        for (name, value, least) in [
            ("slab thickness in Å", self.min_thickness_angstrom, f64::MIN_POSITIVE),
            ("vacuum in Å", self.vacuum_angstrom, f64::MIN_POSITIVE),
            ("layer tolerance in Å", self.layer_tolerance_angstrom, 0.0),
            ("match tolerance in Å", self.match_tolerance_angstrom, 0.0),
        ] {
            if !(value >= least && value <= 1000.0) {
                return Err(Error::Quantity {
                    name,
                    rule: "at most 1000, tolerances not negative, the others above 0",
                    value,
                });
            }
        }
        Ok(())
    }
}

/// A slab: periodic along a (the x axis) and b (in the xy plane), vacuum along c (the z axis), centred.
#[derive(Debug, Clone, PartialEq)]
pub struct Slab {
    /// The atoms.
    pub atoms: Atoms,
    /// Its planes, in the conventional cell.
    pub miller: Miller,
    /// Where the bulk was cut: height of the cut in units of the distance between lattice planes, 0 to 1.
    pub shift: f64,
    /// Whether the side that the indices point to is up; else it was turned over.
    pub top: bool,
}

impl Bulk {
    /// The slabs of a family of planes, one for each termination. Of each the surface cell is the smallest there is; one
    /// that looks different from below is followed by itself turned over.
    ///
    /// ```
    /// use catalyst_ml::surface::{Bulk, Miller, SlabSettings};
    /// use catalyst_ml::{Atoms, Cell};
    ///
    /// let h = 3.92 / 2.0;
    /// let cell = Cell::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]])?;
    /// let platinum = Atoms::new(vec!["Pt".parse()?], vec![[0.0; 3]])?.in_cell(cell, [true; 3]);
    /// let bulk = Bulk::new(&platinum, 0.1)?;
    /// let slabs = bulk.slabs(Miller::new(1, 1, 1)?, &SlabSettings::oc20())?;
    /// let heights: Vec<f64> = slabs[0].atoms.positions().iter().map(|place| place[2]).collect();
    /// assert_eq!((slabs.len(), heights.len()), (1, 4));
    /// assert!((heights[1] - heights[0] - 3.92 / 3f64.sqrt()).abs() < 1e-9);
    /// # Ok::<(), catalyst_ml::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] for settings out of range, [`Error::Miller`] for indices that are beyond 100 in the primitive
    /// cell.
    pub fn slabs(&self, miller: Miller, settings: &SlabSettings) -> Result<Vec<Slab>> {
        settings.check()?;
        let oriented = Oriented::new(self, miller)?;
        let mut distinct: Vec<(Slab, Layered)> = Vec::new();
        for shift in oriented.cuts(settings.layer_tolerance_angstrom) {
            let slab = Slab { atoms: oriented.cut(shift, settings)?, miller, shift, top: true };
            let layered = Layered::new(&slab.atoms)?;
            let tolerance = settings.match_tolerance_angstrom;
            if !distinct.iter().any(|(_, other)| layered.equals(other, tolerance)) {
                distinct.push((slab, layered));
            }
        }
        let mut slabs = Vec::new();
        for (slab, layered) in distinct {
            let turned = !layered.is_its_own_reverse(settings.match_tolerance_angstrom);
            let other = if turned { Some(slab.turned_over()?) } else { None };
            slabs.push(slab);
            slabs.extend(other);
        }
        Ok(slabs)
    }

    /// The slabs of all distinct families of planes with indices up to `max`.
    ///
    /// # Errors
    ///
    /// As [`Bulk::slabs`].
    pub fn all_slabs(&self, max: u32, settings: &SlabSettings) -> Result<Vec<Slab>> {
        let mut slabs = Vec::new();
        for miller in self.distinct_millers(max) {
            slabs.extend(self.slabs(miller, settings)?);
        }
        Ok(slabs)
    }
}

impl Slab {
    /// Area of its surface cell, Å².
    #[must_use]
    pub fn area_angstrom2(&self) -> f64 {
        self.atoms.cell().map_or(0.0, |cell| {
            let [a, b, _] = cell.vectors();
            cross(a, b)[2].abs()
        })
    }

    /// The slab repeated along a and b until both are at least so long, Å (OC20: 8).
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] for a length that is not in (0, 1000].
    pub fn tiled(&self, min_length_angstrom: f64) -> Result<Self> {
        if !(min_length_angstrom > 0.0 && min_length_angstrom <= 1000.0) {
            let name = "length of a surface cell in Å";
            return Err(Error::Quantity {
                name,
                rule: "above 0 and at most 1000",
                value: min_length_angstrom,
            });
        }
        let cell = self.atoms.cell().ok_or(Error::NoCell { what: "a slab" })?;
        let lengths = cell.lengths_angstrom();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "cells are longer than 0.01 Å"
        )]
        let many = |length: f64| (min_length_angstrom / length - 1e-9).ceil().clamp(1.0, 1e5) as u32;
        self.repeated(many(lengths[0]), many(lengths[1]))
    }

    /// The slab repeated so often along a and b, at least once.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] for more than ten million atoms, [`Error::NoCell`] for a slab without a cell.
    pub fn repeated(&self, along_a: u32, along_b: u32) -> Result<Self> {
        let cell = self.atoms.cell().ok_or(Error::NoCell { what: "a slab" })?;
        let (m, n) = (along_a.max(1) as usize, along_b.max(1) as usize);
        let count = self.atoms.len().saturating_mul(m).saturating_mul(n);
        if count > 10_000_000 {
            return Err(Error::Count { name: "atoms of a slab", rule: "at most 10000000", count });
        }
        let [a, b, c] = cell.vectors();
        let (tags, fixed) = (self.atoms.tags(), self.atoms.fixed());
        let (mut elements, mut positions, mut from) = (Vec::new(), Vec::new(), Vec::new());
        for (i, j) in (0..n).flat_map(|j| (0..m).map(move |i| (i as f64, j as f64))) {
            for (atom, place) in self.atoms.positions().iter().enumerate() {
                elements.push(self.atoms.elements()[atom]);
                positions.push(std::array::from_fn(|k| place[k] + i * a[k] + j * b[k]));
                from.push(atom);
            }
        }
        let cell = Cell::new([a.map(|x| x * m as f64), b.map(|x| x * n as f64), c])?;
        let atoms = Atoms::new(elements, positions)?
            .with_tags(from.iter().map(|atom| tags[*atom]).collect())?
            .with_fixed(from.iter().map(|atom| fixed[*atom]).collect())?
            .in_cell(cell, self.atoms.periodic());
        Ok(Self { atoms, ..*self })
    }

    /// The slab turned by half a turn about the x axis: what was below is above.
    ///
    /// # Errors
    ///
    /// [`Error::NoCell`] for a slab without a cell.
    pub fn turned_over(&self) -> Result<Self> {
        let cell = self.atoms.cell().ok_or(Error::NoCell { what: "a slab" })?;
        let [a, b, c] = cell.vectors();
        // (a, -b) spans what (a, b turned) spans, with b to the side where y is positive.
        let cell = Cell::new(upright(a, [-b[0], b[1], 0.0], c))?;
        let positions = self.atoms.positions().iter().map(|[x, y, z]| into_cell(&cell, [*x, -y, c[2] - z]));
        let atoms = Atoms::new(self.atoms.elements().to_vec(), positions.collect())?
            .with_tags(self.atoms.tags().to_vec())?
            .with_fixed(self.atoms.fixed().to_vec())?
            .in_cell(cell, self.atoms.periodic());
        Ok(Self { atoms, top: !self.top, ..*self })
    }
}

/// The primitive cell with two vectors in the plane.
struct Oriented {
    /// In-plane vectors, reduced, and the one that leads to the next plane, as rows, Å.
    vectors: [[f64; 3]; 3],
    /// Distance between lattice planes, Å.
    spacing: f64,
    /// Elements and fractional coordinates, the third one in [0, 1).
    atoms: Vec<(Element, [f64; 3])>,
}

impl Oriented {
    fn new(bulk: &Bulk, miller: Miller) -> Result<Self> {
        let primitive = &bulk.primitive;
        let lattice = primitive.cell.vectors();
        let basis = slab_basis(primitive.indices(miller)?);
        let cartesian = |row: [i32; 3]| -> [f64; 3] {
            std::array::from_fn(|k| (0..3).map(|j| f64::from(row[j]) * lattice[j][k]).sum())
        };
        let [mut c1, mut c2, c3] = basis.map(cartesian);
        reduce(&mut c1, &mut c2);
        let normal = cross(c1, c2);
        let area = dot(normal, normal).sqrt();
        let oriented = Cell::new([c1, c2, c3])?;
        let atoms = primitive.elements.iter().zip(&primitive.fractional);
        let atoms = atoms.map(|(element, place)| {
            let [x, y, z] = oriented.fractional(primitive.cell.cartesian(*place));
            (*element, [x, y, z])
        });
        Ok(Self { vectors: [c1, c2, c3], spacing: dot(normal, c3) / area, atoms: atoms.collect() })
    }

    /// Heights between layers where the crystal can be cut, in units of the spacing, 0 to 1.
    fn cuts(&self, tolerance: f64) -> Vec<f64> {
        let mut heights: Vec<f64> = self.atoms.iter().map(|(_, place)| place[2] - place[2].floor()).collect();
        heights.sort_by(f64::total_cmp);
        let next = heights.iter().skip(1).copied().chain([heights.first().map_or(1.0, |first| first + 1.0)]);
        let gaps = heights.iter().zip(next);
        // A crystal without gaps, all one layer chained through the cell, is cut at its widest one.
        let widest = gaps.clone().map(|(below, above)| above - below).fold(0.0, f64::max);
        let least = (tolerance / self.spacing).min(widest * (1.0 - 1e-9));
        let middles = gaps.filter(|(below, above)| above - **below > least).map(|(below, above)| {
            let middle = 0.5 * (below + above);
            middle - middle.floor()
        });
        let mut middles: Vec<f64> = middles.collect();
        middles.sort_by(f64::total_cmp);
        middles
    }

    fn cut(&self, shift: f64, settings: &SlabSettings) -> Result<Atoms> {
        let [c1, c2, c3] = self.vectors;
        let normal = cross(c1, c2);
        let unit = |v: [f64; 3]| v.map(|x| x / dot(v, v).sqrt());
        let (x, z) = (unit(c1), unit(normal));
        let y = cross(z, x);
        let layers = (settings.min_thickness_angstrom / self.spacing - 1e-6).ceil().max(1.0);
        let turned = |v: [f64; 3]| [dot(v, x), dot(v, y), dot(v, z)];
        if layers * self.atoms.len() as f64 > 1e7 {
            let name = "slab thickness in Å";
            return Err(Error::Quantity {
                name,
                rule: "small enough for ten million atoms",
                value: settings.min_thickness_angstrom,
            });
        }

        let (mut elements, mut positions) = (Vec::new(), Vec::new());
        let mut layer = 0.0;
        while layer < layers {
            for (element, place) in &self.atoms {
                // Heights from the cut upwards; then whole repeats, along the inclined third vector.
                let height = place[2] - shift;
                let steps = layer - height.floor();
                let at = [place[0], place[1], place[2] + steps];
                let v = std::array::from_fn(|k| at[0] * c1[k] + at[1] * c2[k] + at[2] * c3[k]);
                elements.push(*element);
                positions.push(turned(v));
            }
            layer += 1.0;
        }
        let (low, high) = positions.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), place| {
            (low.min(place[2]), high.max(place[2]))
        });
        let height = high - low + settings.vacuum_angstrom;
        let (a, b) = (turned(c1), turned(c2));
        let cell = Cell::new(upright([a[0], 0.0, 0.0], [b[0], b[1], 0.0], [0.0, 0.0, height]))?;
        let lift = 0.5 * (height - low - high);
        let mut atoms: Vec<(Element, [f64; 3])> = elements
            .into_iter()
            .zip(positions)
            .map(|(element, [x, y, z])| (element, into_cell(&cell, [x, y, z + lift])))
            .collect();
        atoms.sort_by(|(_, a), (_, b)| a[2].total_cmp(&b[2]));
        let (elements, positions) = atoms.into_iter().unzip();
        Ok(Atoms::new(elements, positions)?.in_cell(cell, [true, true, false]))
    }
}

/// Gauss's reduction: the two shortest vectors of a plane lattice, without a change of handedness.
fn reduce(a: &mut [f64; 3], b: &mut [f64; 3]) {
    // Each round shortens a vector; the bound is for numbers that overflow.
    for _ in 0..1000 {
        let steps = (dot(*a, *b) / dot(*a, *a) + 1e-9).floor();
        let steps = if dot(*a, *b) / dot(*a, *a) - steps > 0.5 + 1e-9 { steps + 1.0 } else { steps };
        for k in 0..3 {
            b[k] -= steps * a[k];
        }
        if dot(*b, *b) >= dot(*a, *a) * (1.0 - 1e-9) {
            return;
        }
        (*a, *b) = (b.map(|x| -x), *a);
    }
}

/// The same lattice with b on the side of a if that is as short: 60 degrees rather than 120.
fn upright(a: [f64; 3], b: [f64; 3], c: [f64; 3]) -> [[f64; 3]; 3] {
    let sum: [f64; 3] = std::array::from_fn(|k| a[k] + b[k]);
    if b[0] < -1e-9 && dot(sum, sum) <= dot(b, b) * (1.0 + 1e-9) { [a, sum, c] } else { [a, b, c] }
}

/// The image of a point inside the cell along a and b; what lies on its rim to 1e-10 is put at the near one.
fn into_cell(cell: &Cell, place: [f64; 3]) -> [f64; 3] {
    let [a, b, _] = cell.vectors();
    let [x, y, _] = cell.fractional(place).map(|along| (along + 1e-10).floor());
    std::array::from_fn(|k| place[k] - x * a[k] - y * b[k])
}
