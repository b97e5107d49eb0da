//! The list of all pairs.

use super::frame::Frame;
use super::grid::{Grid, Segment};
use super::kernel::{self, WIDEST};
use crate::{Atoms, Error, Result};
use common::width::{self, Loop, Width};
use std::ops::Range;

/// Most pairs that a list may hold.
const MOST_PAIRS: usize = 1 << 28;

/// By how many lattice vectors a neighbour is away from where its structure has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
#[repr(transparent)]
pub struct Shift(pub(super) [i16; 4]);

impl Shift {
    /// How many of each lattice vector.
    #[must_use]
    pub fn cells(self) -> [i32; 3] {
        let [a, b, c, _] = self.0;
        [a.into(), b.into(), c.into()]
    }

    /// The shift of the pair seen from the other atom.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self(self.0.map(|count| -count))
    }
}

/// All pairs of atoms within a cutoff, periodic images included, each pair from both of its ends.
///
/// The neighbours of one atom stand together; those of atom `i` are at [`of(i)`](Self::of) in every list. A pair from `i`
/// to `j` with the shift `S` has
///
/// ```text
/// vector = r_j + S C - r_i,  distance = |vector| <= cutoff
/// ```
///
/// and for each there is one from `j` to `i` with `-S` and the exactly opposite vector. An atom is its own neighbour
/// through its images only. The order depends on the structure and the cutoff alone.
///
/// Any cell will do: skewed, left-handed, repeated along some vectors or none, smaller than the cutoff; atoms may lie
/// outside of it.
///
/// ```
/// use catalyst_ml::{Atoms, Cell, neighbors::NeighborList};
///
/// let h = 3.61 / 2.0;
/// let cell = Cell::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]])?;
/// let copper = Atoms::new(vec!["Cu".parse()?], vec![[0.0; 3]])?.in_cell(cell, [true; 3]);
/// let list = NeighborList::build(&copper, 6.0)?;
/// assert_eq!(list.len(), 78);                                                    // pairs
/// let nearest = list.distances().iter().copied().fold(f64::INFINITY, f64::min);
/// assert!((nearest - 3.61 / 2.0_f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct NeighborList {
    cutoff: f64,
    offsets: Vec<usize>,
    pub(super) pairs: Pairs,
    grid: Grid,
    segments: Vec<Segment>,
}

/// Columns of a list of pairs. Entries from `len` on are room.
#[derive(Debug, Clone, Default)]
pub(super) struct Pairs {
    pub(super) len: usize,
    pub(super) centers: Vec<u32>,
    pub(super) neighbors: Vec<u32>,
    pub(super) shifts: Vec<Shift>,
    pub(super) x: Vec<f64>,
    pub(super) y: Vec<f64>,
    pub(super) z: Vec<f64>,
    pub(super) distances: Vec<f64>,
}

impl NeighborList {
    /// The pairs of a structure within a cutoff, Å.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] unless the cutoff is positive and finite, [`Error::Cutoff`] if it gives more than 2^28 pairs
    /// or reaches more than 8000 cells, [`Error::FarOutside`] for an atom more than 8000 cells away from its own.
    pub fn build(atoms: &Atoms, cutoff_angstrom: f64) -> Result<Self> {
        let mut list = Self::default();
        list.rebuild(atoms, cutoff_angstrom)?;
        Ok(list)
    }

    /// The same in the buffers of this list.
    ///
    /// # Errors
    ///
    /// As [`NeighborList::build`]; the list is empty then.
    pub fn rebuild(&mut self, atoms: &Atoms, cutoff_angstrom: f64) -> Result<()> {
        self.rebuild_with(Width::best(), atoms, cutoff_angstrom)
    }

    pub(super) fn rebuild_with(&mut self, width: Width, atoms: &Atoms, cutoff: f64) -> Result<()> {
        self.start(cutoff);
        if !(cutoff > 0.0 && cutoff.is_finite()) {
            return Err(Error::Quantity { name: "cutoff, Å", rule: "positive and finite", value: cutoff });
        }
        let frame = Frame::new(atoms);
        let images = frame.images(cutoff, cutoff)?;
        if atoms.len() as f64 * images > MOST_PAIRS as f64 {
            let rule = "reach at most 2^28 images of atoms";
            return Err(Error::Cutoff { cutoff_angstrom: cutoff, rule });
        }
        self.grid.sort(atoms, &frame, cutoff)?;
        let images = frame.images(self.grid.reach(cutoff), cutoff)?;
        let Self { offsets, pairs, grid, segments, .. } = self;
        if grid.most_candidates(cutoff, images) > MOST_PAIRS as f64 {
            let mut counted = 0;
            let (atoms, frame, grid, pairs) = (atoms.len(), &frame, &*grid, &mut counted);
            width::run(width, Count { atoms, cutoff, frame, grid, segments, pairs });
            if counted > MOST_PAIRS {
                return Err(Error::Cutoff { cutoff_angstrom: cutoff, rule: "give at most 2^28 pairs" });
            }
        }
        width::run(width, Fill { atoms: atoms.len(), cutoff, frame: &frame, offsets, pairs, grid, segments });
        Ok(())
    }

    /// How many pairs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len
    }

    /// Whether there is no pair.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.len == 0
    }

    /// How many atoms the list is of.
    #[must_use]
    pub fn atoms(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// The cutoff, Å.
    #[must_use]
    pub fn cutoff_angstrom(&self) -> f64 {
        self.cutoff
    }

    /// Which pairs an atom has.
    ///
    /// # Panics
    ///
    /// If there is no such atom.
    #[must_use]
    pub fn of(&self, atom: usize) -> Range<usize> {
        self.offsets[atom]..self.offsets[atom + 1]
    }

    /// Where the pairs of each atom begin, and at last the number of pairs: one entry more than atoms.
    #[must_use]
    pub fn offsets(&self) -> &[usize] {
        &self.offsets
    }

    /// The atom that each pair starts from.
    #[must_use]
    pub fn centers(&self) -> &[u32] {
        &self.pairs.centers[..self.pairs.len]
    }

    /// The atom that each pair leads to.
    #[must_use]
    pub fn neighbors(&self) -> &[u32] {
        &self.pairs.neighbors[..self.pairs.len]
    }

    /// In which cell that atom is.
    #[must_use]
    pub fn shifts(&self) -> &[Shift] {
        &self.pairs.shifts[..self.pairs.len]
    }

    /// Components of the vectors, Å: all along x, all along y, all along z.
    #[must_use]
    pub fn components(&self) -> [&[f64]; 3] {
        let Pairs { len, x, y, z, .. } = &self.pairs;
        [&x[..*len], &y[..*len], &z[..*len]]
    }

    /// The vector of a pair, Å.
    ///
    /// # Panics
    ///
    /// If there is no such pair.
    #[must_use]
    pub fn vector(&self, pair: usize) -> [f64; 3] {
        self.components().map(|component| component[pair])
    }

    /// Distances, Å.
    #[must_use]
    pub fn distances(&self) -> &[f64] {
        &self.pairs.distances[..self.pairs.len]
    }

    /// Empties the list; what is pushed to the columns and the offsets is its new content.
    pub(super) fn start(&mut self, cutoff: f64) -> (&mut Pairs, &mut Vec<usize>) {
        self.offsets.clear();
        self.offsets.push(0);
        self.pairs.len = 0;
        self.cutoff = cutoff;
        (&mut self.pairs, &mut self.offsets)
    }

    /// Gives the same pairs the vectors that they have in a structure whose atoms or cell have moved, whether or not they
    /// are within the cutoff still. Derivatives by differences need it.
    ///
    /// # Errors
    ///
    /// [`Error::PerAtom`] if the structure has another number of atoms.
    pub fn follow(&mut self, atoms: &Atoms) -> Result<()> {
        self.check(atoms)?;
        let frame = Frame::new(atoms);
        let positions = atoms.positions();
        for pair in 0..self.pairs.len {
            let [from, to] =
                [self.pairs.centers[pair], self.pairs.neighbors[pair]].map(|atom| positions[atom as usize]);
            let moved = frame.whole(self.pairs.shifts[pair].0);
            let d: [f64; 3] = std::array::from_fn(|k| (to[k] - from[k]) + moved[k]);
            [self.pairs.x[pair], self.pairs.y[pair], self.pairs.z[pair]] = d;
            self.pairs.distances[pair] = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt();
        }
        Ok(())
    }

    /// Checks that the list is of so many atoms.
    pub(crate) fn check(&self, atoms: &Atoms) -> Result<()> {
        if self.atoms() == atoms.len() {
            return Ok(());
        }
        Err(Error::PerAtom { what: "neighbour list", atoms: atoms.len(), count: self.atoms() })
    }

    /// Keeps the pairs that a rule keeps, atom by atom, in their order.
    pub(super) fn keep(&mut self, mut rule: impl FnMut(Range<usize>, &Pairs, &mut Vec<usize>)) {
        let mut kept = Vec::new();
        let (mut len, mut start) = (0, 0);
        for atom in 0..self.atoms() {
            let end = self.offsets[atom + 1];
            kept.clear();
            rule(start..end, &self.pairs, &mut kept);
            for &pair in &kept {
                self.pairs.copy(pair, len);
                len += 1;
            }
            self.offsets[atom + 1] = len;
            start = end;
        }
        self.pairs.len = len;
    }
}

impl Pairs {
    /// Makes room for so many pairs more and a register behind them.
    #[inline(always)]
    pub(super) fn reserve(&mut self, more: usize) {
        let need = self.len + more + WIDEST;
        if need > self.distances.len() {
            self.grow(need.max(self.distances.len() + self.distances.len() / 2));
        }
    }

    #[cold]
    fn grow(&mut self, room: usize) {
        self.centers.resize(room, 0);
        self.neighbors.resize(room, 0);
        self.shifts.resize(room, Shift::default());
        for column in [&mut self.x, &mut self.y, &mut self.z, &mut self.distances] {
            column.resize(room, 0.0);
        }
    }

    fn copy(&mut self, from: usize, to: usize) {
        self.centers[to] = self.centers[from];
        self.neighbors[to] = self.neighbors[from];
        self.shifts[to] = self.shifts[from];
        for column in [&mut self.x, &mut self.y, &mut self.z, &mut self.distances] {
            column[to] = column[from];
        }
    }
}

/// Fills a list from a sorted grid.
struct Fill<'a> {
    atoms: usize,
    cutoff: f64,
    frame: &'a Frame,
    offsets: &'a mut Vec<usize>,
    pairs: &'a mut Pairs,
    grid: &'a Grid,
    segments: &'a mut Vec<Segment>,
}

impl Loop for Fill<'_> {
    #[inline(always)]
    #[allow(unsafe_code, reason = "the kernels")]
    #[allow(clippy::cast_possible_truncation, reason = "fewer than 2^32 atoms")]
    fn run(self, width: Width) {
        let Self { atoms, cutoff, frame, offsets, pairs, grid, segments } = self;
        for atom in 0..atoms {
            grid.segments(frame, atom, cutoff, segments);
            let candidates = segments.iter().map(|segment| segment.end - segment.start).sum();
            pairs.reserve(candidates);
            let center = grid.center(atom, cutoff);
            let start = pairs.len;
            for segment in &*segments {
                // SAFETY: `run` is called with registers of the processor; the grid is padded; room was made above.
                unsafe { kernel::append(width, &center, segment, &grid.sorted, pairs) };
            }
            let end = pairs.len;
            pairs.centers[start..end].fill(atom as u32);
            for distance in &mut pairs.distances[start..end] {
                *distance = distance.sqrt();
            }
            offsets.push(end);
        }
    }
}

/// Counts pairs without keeping them, until there are too many.
struct Count<'a> {
    atoms: usize,
    cutoff: f64,
    frame: &'a Frame,
    grid: &'a Grid,
    segments: &'a mut Vec<Segment>,
    pairs: &'a mut usize,
}

impl Loop for Count<'_> {
    #[inline(always)]
    fn run(self, _: Width) {
        let Self { atoms, cutoff, frame, grid, segments, pairs } = self;
        for atom in 0..atoms {
            grid.segments(frame, atom, cutoff, segments);
            let center = grid.center(atom, cutoff);
            for segment in &*segments {
                *pairs += grid.sorted.count(&center, segment);
            }
            if *pairs > MOST_PAIRS {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cell, Element};

    /// All kernels give the same list, bit by bit, for segments of all lengths.
    #[test]
    fn kernels_agree() {
        let copper: Element = "Cu".parse().unwrap();
        for count in [1, 2, 7, 40, 300] {
            let spot = |k: u32| {
                let k = f64::from(k) + 0.1;
                [7.0, 11.0, 13.0].map(|prime: f64| (k * prime.sqrt() * 3.3).rem_euclid(24.0) - 6.0)
            };
            let positions = (0..count).map(spot).collect();
            let cell = Cell::new([[9.0, 1.0, 0.0], [-4.0, 8.0, 1.0], [2.0, 3.0, -12.0]]).unwrap();
            let atoms = Atoms::new(vec![copper; count as usize], positions).unwrap();
            for periodic in [[true; 3], [false, true, true], [false; 3]] {
                let atoms = atoms.clone().in_cell(cell, periodic);
                let lists = Width::all().map(|width| {
                    let mut list = NeighborList::default();
                    list.rebuild_with(width, &atoms, 5.5).unwrap();
                    list
                });
                let lists: Vec<NeighborList> = lists.collect();
                for list in &lists[1..] {
                    assert_eq!(list.offsets, lists[0].offsets);
                    assert_eq!(list.centers(), lists[0].centers());
                    assert_eq!(list.neighbors(), lists[0].neighbors());
                    assert_eq!(list.shifts(), lists[0].shifts());
                    assert_eq!(list.components(), lists[0].components());
                    assert_eq!(list.distances(), lists[0].distances());
                }
            }
        }
    }
}
