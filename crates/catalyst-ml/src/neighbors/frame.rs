//! Axes along which atoms are sorted.

use crate::structure::{dot, length};
use crate::{Atoms, Error, Result};

/// Most cells that an atom may lie away from its own.
const MOST_CELLS: f64 = 8000.0;

/// Orthonormal axes; the first ones span the lattice vectors that repeat.
///
/// In these axes the repeated vectors form a lower triangle, so that every atom can be moved by whole lattice vectors into
/// a box with right angles, however skewed or handed the cell is. Vectors that do not repeat play no part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    axes: [[f64; 3]; 3],
    /// Repeated vectors as they are given, Å.
    vectors: [[f64; 3]; 3],
    /// The same in these axes: a lower triangle.
    triangle: [[f64; 3]; 3],
    /// Which lattice vector each of them is.
    rows: [usize; 3],
    /// How many repeat.
    periodic: usize,
}

impl Frame {
    pub(super) fn new(atoms: &Atoms) -> Self {
        let mut frame = Self {
            axes: [[0.0; 3]; 3],
            vectors: [[0.0; 3]; 3],
            triangle: [[0.0; 3]; 3],
            rows: [0, 1, 2],
            periodic: 0,
        };
        if let Some(cell) = atoms.cell() {
            for row in (0..3).filter(|&row| atoms.periodic()[row]) {
                let k = frame.periodic;
                frame.vectors[k] = cell.vectors()[row];
                frame.rows[k] = row;
                frame.axes[k] = orthogonal(frame.vectors[k], &frame.axes[..k]);
                for axis in 0..=k {
                    frame.triangle[k][axis] = dot(frame.vectors[k], frame.axes[axis]);
                }
                frame.periodic += 1;
            }
        }
        for k in frame.periodic..3 {
            // the Cartesian axis that lies least along those already there
            let along =
                |axis: usize| frame.axes[..k].iter().map(|other| other[axis].abs()).fold(0.0, f64::max);
            let axis = (0..3).min_by(|&a, &b| along(a).total_cmp(&along(b))).unwrap_or(k);
            let mut unit = [0.0; 3];
            unit[axis] = 1.0;
            frame.axes[k] = orthogonal(unit, &frame.axes[..k]);
        }
        frame
    }

    /// Coordinates of a Cartesian point in these axes.
    #[inline(always)]
    pub(super) fn coordinates(&self, point: [f64; 3]) -> [f64; 3] {
        self.axes.map(|axis| dot(point, axis))
    }

    /// Moves an atom into the box; returns how many of each repeated vector it was taken back.
    #[inline(always)]
    pub(super) fn wrap(&self, atom: usize, coordinates: &mut [f64; 3]) -> Result<[i16; 4]> {
        let mut cells = [0; 4];
        for k in (0..self.periodic).rev() {
            let count = (coordinates[k] / self.triangle[k][k]).floor();
            if count == 0.0 {
                continue;
            }
            if count.is_nan() || count.abs() > MOST_CELLS {
                return Err(Error::FarOutside { atom, cells: count.abs(), most: MOST_CELLS });
            }
            for (coordinate, step) in coordinates.iter_mut().zip(self.triangle[k]) {
                *coordinate -= count * step;
            }
            #[allow(clippy::cast_possible_truncation, reason = "checked above")]
            let whole = count as i16;
            cells[self.rows[k]] = whole;
        }
        Ok(cells)
    }

    /// How many vectors repeat: the axes before this number.
    #[inline(always)]
    pub(super) fn periodic(&self) -> usize {
        self.periodic
    }

    /// Length of the box along a repeated axis, Å.
    #[inline(always)]
    pub(super) fn period(&self, axis: usize) -> f64 {
        self.triangle[axis][axis]
    }

    /// How far a repeated vector leans along an axis before its own, Å.
    #[inline(always)]
    pub(super) fn lean(&self, vector: usize, axis: usize) -> f64 {
        self.triangle[vector][axis]
    }

    /// A sum of repeated vectors, Å. The opposite counts give exactly the opposite.
    #[inline(always)]
    pub(super) fn translation(&self, counts: [f64; 3]) -> [f64; 3] {
        let [a, b, c] = self.vectors;
        std::array::from_fn(|k| counts[0] * a[k] + counts[1] * b[k] + counts[2] * c[k])
    }

    /// A sum of whole lattice vectors, Å.
    #[inline(always)]
    pub(super) fn whole(&self, shift: [i16; 4]) -> [f64; 3] {
        self.translation(std::array::from_fn(|k| {
            if k < self.periodic { f64::from(shift[self.rows[k]]) } else { 0.0 }
        }))
    }

    /// Counts in this frame as counts of the lattice vectors.
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "searches are checked to stay within i16")]
    pub(super) fn shift(&self, counts: [f64; 3]) -> [i16; 4] {
        let mut shift = [0; 4];
        for k in 0..self.periodic {
            shift[self.rows[k]] = counts[k] as i16;
        }
        shift
    }

    /// Checks that a search reaches so few cells that their number can be kept, and returns how many it may reach.
    pub(super) fn images(&self, reach: f64, cutoff_angstrom: f64) -> Result<f64> {
        let (mut counts, mut all) = ([0.0; 3], 1.0);
        for k in (0..self.periodic).rev() {
            let leaning: f64 = (k + 1..self.periodic).map(|m| counts[m] * self.triangle[m][k].abs()).sum();
            counts[k] = ((reach + leaning) / self.period(k)).ceil() + 1.0;
            if counts[k].is_nan() || counts[k] > MOST_CELLS {
                return Err(Error::Cutoff { cutoff_angstrom, rule: "reach at most 8000 cells each way" });
            }
            all *= 2.0 * reach / self.period(k) + 2.0;
        }
        Ok(all)
    }
}

/// A unit vector along the part of a vector that others do not span.
fn orthogonal(vector: [f64; 3], others: &[[f64; 3]]) -> [f64; 3] {
    let mut part = vector;
    for _ in 0..3 {
        // again: the first difference of nearly parallel vectors has lost its digits
        let size = length(part);
        part = part.map(|entry| entry / size);
        for other in others {
            let along = dot(part, *other);
            part = std::array::from_fn(|k| part[k] - along * other[k]);
        }
    }
    let size = length(part);
    part.map(|entry| entry / size)
}
