//! Lists that outlive small moves.

use super::frame::Frame;
use super::kernel::WIDEST;
use super::list::{NeighborList, Pairs, Shift};
use crate::{Atoms, Cell, Error, Result};

/// A neighbour list that is searched anew only when an atom has moved by more than half a skin.
///
/// What it gives depends on the present positions alone, not on when the last search was: the pairs within the cutoff,
/// each atom's in the order of its neighbours and of their shifts, with present vectors. A change of the cell, of the
/// directions that repeat or of the number of atoms starts a search.
///
/// ```
/// use catalyst_ml::{Atoms, neighbors::SkinList};
///
/// let mut pair = Atoms::new(vec!["Cu".parse()?; 2], vec![[0.0; 3], [2.5, 0.0, 0.0]])?;
/// let mut list = SkinList::new(5.0, 0.5)?;
/// assert_eq!(list.update(&pair)?.vector(0), [2.5, 0.0, 0.0]);
/// pair.set_positions(&[[0.0; 3], [2.6, 0.0, 0.0]])?;
/// assert_eq!(list.update(&pair)?.vector(0), [2.6, 0.0, 0.0]);
/// assert_eq!(list.searches(), 1);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SkinList {
    cutoff: f64,
    skin: f64,
    searched: Option<Searched>,
    /// All pairs within cutoff and skin, ordered: atom by atom, where each begins.
    starts: Vec<usize>,
    neighbors: Vec<u32>,
    shifts: Vec<Shift>,
    wide: NeighborList,
    list: NeighborList,
    searches: usize,
}

/// What a search was made for.
#[derive(Debug, Clone, PartialEq)]
struct Searched {
    positions: Vec<[f64; 3]>,
    cell: Option<Cell>,
    periodic: [bool; 3],
}

impl SkinList {
    /// An empty list for a cutoff and a skin around it, Å.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] unless the cutoff is positive and finite, and the skin finite and not negative.
    pub fn new(cutoff_angstrom: f64, skin_angstrom: f64) -> Result<Self> {
        if !(cutoff_angstrom > 0.0 && cutoff_angstrom.is_finite()) {
            let (name, rule) = ("cutoff, Å", "positive and finite");
            return Err(Error::Quantity { name, rule, value: cutoff_angstrom });
        }
        if !(skin_angstrom >= 0.0 && skin_angstrom.is_finite()) {
            let (name, rule) = ("skin, Å", "finite and not negative");
            return Err(Error::Quantity { name, rule, value: skin_angstrom });
        }
        Ok(Self::unchecked(cutoff_angstrom, skin_angstrom))
    }

    /// The same for a cutoff and a skin that are known to be in range.
    pub(crate) fn unchecked(cutoff: f64, skin: f64) -> Self {
        Self {
            cutoff,
            skin,
            searched: None,
            starts: Vec::new(),
            neighbors: Vec::new(),
            shifts: Vec::new(),
            wide: NeighborList::default(),
            list: NeighborList::default(),
            searches: 0,
        }
    }

    /// The pairs of a structure within the cutoff.
    ///
    /// # Errors
    ///
    /// As [`NeighborList::build`].
    pub fn update(&mut self, atoms: &Atoms) -> Result<&NeighborList> {
        if !self.holds(atoms) {
            self.searched = None;
            self.search(atoms)?;
        }
        self.refresh(atoms);
        Ok(&self.list)
    }

    /// How many searches there were.
    #[must_use]
    pub fn searches(&self) -> usize {
        self.searches
    }

    /// What the last update gave.
    #[must_use]
    pub fn list(&self) -> &NeighborList {
        &self.list
    }

    /// The cutoff, Å.
    #[must_use]
    pub fn cutoff_angstrom(&self) -> f64 {
        self.cutoff
    }

    fn holds(&self, atoms: &Atoms) -> bool {
        let Some(Searched { positions, cell, periodic }) = &self.searched else { return false };
        let limit = 0.25 * self.skin * self.skin;
        let near = |(a, b): (&[f64; 3], &[f64; 3])| {
            let d: [f64; 3] = std::array::from_fn(|k| a[k] - b[k]);
            d[0] * d[0] + d[1] * d[1] + d[2] * d[2] <= limit
        };
        *cell == atoms.cell().copied()
            && *periodic == atoms.periodic()
            && positions.len() == atoms.len()
            && positions.iter().zip(atoms.positions()).all(near)
    }

    /// Searches, and orders what it finds by going through the pairs from their other ends.
    #[allow(clippy::cast_possible_truncation, reason = "fewer than 2^32 atoms")]
    fn search(&mut self, atoms: &Atoms) -> Result<()> {
        // the rounding of a vector may differ from that of the search
        let rounding = 1e-9 * (1.0 + self.cutoff);
        self.wide.rebuild(atoms, self.cutoff + self.skin + rounding)?;
        let wide = &self.wide;
        let count = atoms.len();
        self.starts.clear();
        self.starts.extend_from_slice(wide.offsets());
        self.neighbors.resize(wide.len(), 0);
        self.shifts.resize(wide.len(), Shift::default());
        for atom in 0..count {
            for pair in wide.of(atom) {
                let end = wide.neighbors()[pair] as usize;
                let place = self.starts[end];
                self.starts[end] += 1;
                self.neighbors[place] = atom as u32;
                self.shifts[place] = wide.shifts()[pair].reversed();
            }
        }
        // each start has moved to the next one
        self.starts.rotate_right(1);
        self.starts[0] = 0;
        for atom in 0..count {
            let range = self.starts[atom]..self.starts[atom + 1];
            order_shifts(&self.neighbors[range.clone()], &mut self.shifts[range]);
        }
        self.searches += 1;
        let (cell, periodic) = (atoms.cell().copied(), atoms.periodic());
        self.searched = Some(Searched { positions: atoms.positions().to_vec(), cell, periodic });
        Ok(())
    }

    /// Present vectors of the pairs that are within the cutoff.
    #[allow(clippy::cast_possible_truncation, reason = "fewer than 2^32 atoms")]
    fn refresh(&mut self, atoms: &Atoms) {
        let frame = Frame::new(atoms);
        let positions = atoms.positions();
        let (pairs, offsets) = self.list.start(self.cutoff);
        pairs.reserve(self.neighbors.len() + WIDEST);
        let Pairs { len, centers, neighbors, shifts, x, y, z, distances } = pairs;
        let cutoff2 = self.cutoff * self.cutoff;
        for (atom, from) in positions.iter().enumerate() {
            let range = self.starts[atom]..self.starts[atom + 1];
            let begin = *len;
            for (&neighbor, &shift) in self.neighbors[range.clone()].iter().zip(&self.shifts[range]) {
                let to = positions[neighbor as usize];
                let t = if shift == Shift::default() { [0.0; 3] } else { frame.whole(shift.0) };
                let d: [f64; 3] = std::array::from_fn(|k| (to[k] - from[k]) + t[k]);
                let d2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
                [x[*len], y[*len], z[*len]] = d;
                distances[*len] = d2;
                neighbors[*len] = neighbor;
                shifts[*len] = shift;
                *len += usize::from(d2 <= cutoff2);
            }
            centers[begin..*len].fill(atom as u32);
            for distance in &mut distances[begin..*len] {
                *distance = distance.sqrt();
            }
            offsets.push(*len);
        }
    }
}

/// Orders the shifts of each run of equal neighbours.
fn order_shifts(neighbors: &[u32], shifts: &mut [Shift]) {
    let mut start = 0;
    for run in neighbors.chunk_by(|a, b| a == b) {
        shifts[start..start + run.len()].sort_unstable();
        start += run.len();
    }
}
