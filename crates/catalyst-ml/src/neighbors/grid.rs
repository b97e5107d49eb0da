//! Atoms sorted into a grid of bins.

use super::frame::Frame;
use super::kernel::{Center, WIDEST};
use crate::{Atoms, Error, Result};

/// Atoms of a box in the order of its bins, those along the first axis one after another.
///
/// Buffers stay from one sort to the next.
#[derive(Debug, Clone, Default)]
pub(super) struct Grid {
    bins: [usize; 3],
    origin: [f64; 3],
    width: [f64; 3],
    per_width: [f64; 3],
    /// Where the atoms of each bin begin.
    starts: Vec<u32>,
    /// Coordinates in the frame, in the order of the structure.
    coordinates: Vec<[f64; 3]>,
    /// Cells each atom was taken back, in the order of the structure.
    cells: Vec<[i16; 4]>,
    /// Place of each atom in the sorted order.
    places: Vec<u32>,
    bin_of: Vec<u32>,
    pub(super) sorted: Sorted,
    /// Most that rounding can move a coordinate, Å, with a wide margin.
    rounding: f64,
    fullest: u32,
}

/// Cartesian positions of the atoms in the box, Å, with room for one register more at the end.
#[derive(Debug, Clone, Default)]
pub(super) struct Sorted {
    pub(super) x: Vec<f64>,
    pub(super) y: Vec<f64>,
    pub(super) z: Vec<f64>,
    pub(super) cells: Vec<[i16; 4]>,
    pub(super) atoms: Vec<u32>,
}

impl Sorted {
    /// How many atoms of a segment lie within the cutoff.
    #[inline(always)]
    pub(super) fn count(&self, center: &Center, segment: &Segment) -> usize {
        let [x, y, z] = center.position;
        let [tx, ty, tz] = segment.translation;
        let places = segment.start..segment.end;
        let theirs = self.x[places.clone()].iter().zip(&self.y[places.clone()]).zip(&self.z[places]);
        let near = theirs.map(|((px, py), pz)| {
            let (dx, dy, dz) = ((px - x) + tx, (py - y) + ty, (pz - z) + tz);
            usize::from(dx * dx + dy * dy + dz * dz <= center.cutoff2)
        });
        near.sum()
    }
}

/// Atoms, one after another in sorted order, all seen through the same translation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) translation: [f64; 3],
    pub(super) shift: [i16; 4],
}

impl Grid {
    /// Sorts the atoms for searches of this reach.
    pub(super) fn sort(&mut self, atoms: &Atoms, frame: &Frame, cutoff: f64) -> Result<()> {
        let count = atoms.len();
        if u32::try_from(count).is_err() {
            return Err(Error::Count { name: "atoms of a neighbour list", rule: "below 2^32", count });
        }
        self.coordinates.clear();
        self.cells.clear();
        let (mut low, mut high, mut size) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3], 0.0_f64);
        for (atom, &position) in atoms.positions().iter().enumerate() {
            let mut point = frame.coordinates(position);
            size = point.iter().fold(size, |size, value| size.max(value.abs()));
            let cells = frame.wrap(atom, &mut point)?;
            for axis in 0..3 {
                low[axis] = low[axis].min(point[axis]);
                high[axis] = high[axis].max(point[axis]);
            }
            self.coordinates.push(point);
            self.cells.push(cells);
        }
        for axis in 0..frame.periodic() {
            (low[axis], high[axis]) = (0.0, frame.period(axis));
            size = size.max(frame.period(axis));
        }
        self.rounding = 1e-12 * (size + cutoff);
        self.choose_bins(count, low, high, frame.periodic(), cutoff);
        self.count();
        self.place(atoms, frame);
        Ok(())
    }

    fn choose_bins(&mut self, atoms: usize, low: [f64; 3], high: [f64; 3], periodic: usize, cutoff: f64) {
        let most = 4.0 * atoms as f64 + 64.0;
        // measured: fewer rows of bins weigh more than fewer candidates, narrow bins along a row cost nothing
        let mut width = [0.25 * cutoff, cutoff, cutoff];
        let bins = loop {
            let bins: [f64; 3] = std::array::from_fn(|axis| {
                let whole = ((high[axis] - low[axis]) / width[axis]).floor();
                if axis < periodic { whole.max(1.0) } else { whole.max(0.0) + 1.0 }
            });
            let product: f64 = bins.iter().product();
            if product <= most {
                break bins;
            }
            width = width.map(|width| width * (product / most).cbrt().max(1.01));
        };
        for axis in 0..3 {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most `most`")]
            let whole = bins[axis] as usize;
            self.bins[axis] = whole.max(1);
            self.origin[axis] = if low[axis].is_finite() { low[axis] } else { 0.0 };
            self.width[axis] =
                if axis < periodic { (high[axis] - low[axis]) / bins[axis] } else { width[axis] };
            self.per_width[axis] = 1.0 / self.width[axis];
        }
    }

    /// Counts the atoms of each bin and turns the counts into starts.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts saturate, then `min`")]
    fn count(&mut self) {
        let [nx, ny, nz] = self.bins;
        self.starts.clear();
        self.starts.resize(nx * ny * nz + 1, 0);
        self.bin_of.clear();
        for point in &self.coordinates {
            let [x, y, z]: [usize; 3] = std::array::from_fn(|axis| {
                (((point[axis] - self.origin[axis]) * self.per_width[axis]) as usize).min(self.bins[axis] - 1)
            });
            let bin = (z * ny + y) * nx + x;
            self.bin_of.push(bin as u32);
            self.starts[bin + 1] += 1;
        }
        self.fullest = self.starts.iter().copied().max().unwrap_or(0);
        let mut sum = 0;
        for start in &mut self.starts {
            sum += *start;
            *start = sum;
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "fewer than 2^32 atoms")]
    fn place(&mut self, atoms: &Atoms, frame: &Frame) {
        let padded = self.bin_of.len() + WIDEST;
        let Sorted { x, y, z, cells, atoms: numbers } = &mut self.sorted;
        for values in [&mut *x, y, z] {
            values.resize(padded, 0.0);
        }
        cells.resize(padded, [0; 4]);
        numbers.resize(padded, 0);
        self.places.clear();
        let positions = atoms.positions();
        for (atom, &bin) in self.bin_of.iter().enumerate() {
            // starts move while the bins fill up and are moved back below
            let next = &mut self.starts[bin as usize];
            let place = *next as usize;
            *next += 1;
            self.places.push(place as u32);
            let shift = self.cells[atom];
            let [px, py, pz] = positions[atom];
            let moved = if shift == [0; 4] { [0.0; 3] } else { frame.whole(shift) };
            (x[place], y[place], z[place]) = (px - moved[0], py - moved[1], pz - moved[2]);
            cells[place] = shift;
            numbers[place] = atom as u32;
        }
        self.starts.rotate_right(1);
        if let Some(first) = self.starts.first_mut() {
            *first = 0;
        }
    }

    /// How far to look, Å, so that rounding loses no pair.
    #[inline(always)]
    pub(super) fn reach(&self, cutoff: f64) -> f64 {
        cutoff + self.rounding
    }

    /// Most pairs that a search of every atom can look at.
    pub(super) fn most_candidates(&self, cutoff: f64, images: f64) -> f64 {
        let atoms = self.coordinates.len() as f64;
        let bins: f64 = self.width.iter().map(|width| 2.0 * cutoff / width + 3.0).product();
        atoms * (bins * f64::from(self.fullest)).min(atoms * images)
    }

    /// The segments that hold all atoms and images within the cutoff of an atom, itself left out.
    #[inline(always)]
    pub(super) fn segments(&self, frame: &Frame, atom: usize, cutoff: f64, segments: &mut Vec<Segment>) {
        segments.clear();
        let reach = self.reach(cutoff);
        let [nx, ny, nz] = self.bins;
        let [wx, wy, wz] = self.per_width;
        let point = self.coordinates[atom];
        let [x, y, z]: [f64; 3] = std::array::from_fn(|axis| point[axis] - self.origin[axis]);
        let repeats = frame.periodic();
        let own = self.places[atom] as usize;
        for (bin_z, image_z) in Bins::new(z, reach, wz, nz, repeats > 2) {
            let (x, y, z) = if repeats > 2 {
                (
                    x - image_z * frame.lean(2, 0),
                    y - image_z * frame.lean(2, 1),
                    z - image_z * frame.period(2),
                )
            } else {
                (x, y, z)
            };
            let left = reach * reach - gap(z, bin_z, self.width[2]);
            if left < 0.0 {
                continue;
            }
            for (bin_y, image_y) in Bins::new(y, left.sqrt(), wy, ny, repeats > 1) {
                let (x, y) = if repeats > 1 {
                    (x - image_y * frame.lean(1, 0), y - image_y * frame.period(1))
                } else {
                    (x, y)
                };
                let left = left - gap(y, bin_y, self.width[1]);
                if left < 0.0 {
                    continue;
                }
                let column = (bin_z * ny + bin_y) * nx;
                for (first, last, image_x) in Rows::new(x, left.sqrt(), wx, nx, repeats > 0) {
                    let start = self.starts[column + first] as usize;
                    let end = self.starts[column + last + 1] as usize;
                    if start == end {
                        continue;
                    }
                    let counts = [image_x, image_y, image_z];
                    let translation = frame.translation(counts);
                    let shift = frame.shift(counts);
                    let is_own = shift == [0; 4] && (start..end).contains(&own);
                    if !is_own {
                        segments.push(Segment { start, end, translation, shift });
                        continue;
                    }
                    for (start, end) in [(start, own), (own + 1, end)] {
                        if start < end {
                            segments.push(Segment { start, end, translation, shift });
                        }
                    }
                }
            }
        }
    }

    /// An atom as the centre of a search.
    #[inline(always)]
    pub(super) fn center(&self, atom: usize, cutoff: f64) -> Center {
        let place = self.places[atom] as usize;
        let Sorted { x, y, z, cells, .. } = &self.sorted;
        Center { position: [x[place], y[place], z[place]], cells: cells[place], cutoff2: cutoff * cutoff }
    }
}

/// Square of the distance between a point and a bin along one axis.
#[inline(always)]
fn gap(point: f64, bin: usize, width: f64) -> f64 {
    let low = bin as f64 * width;
    let gap = (low - point).max(point - (low + width)).max(0.0);
    gap * gap
}

/// The bins that a stretch of one axis touches, each with the number of the image it lies in.
struct Bins {
    bin: usize,
    image: f64,
    left: usize,
    count: usize,
}

impl Bins {
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by Frame::images")]
    fn new(point: f64, reach: f64, per_width: f64, bins: usize, repeats: bool) -> Self {
        let (first, last) = (((point - reach) * per_width).floor(), ((point + reach) * per_width).floor());
        if repeats {
            let image = (first / bins as f64).floor();
            let bin = (first - image * bins as f64).max(0.0) as usize;
            return Self { bin: bin.min(bins - 1), image, left: (last - first) as usize + 1, count: bins };
        }
        // casts saturate: below the box at 0
        let (bin, last) = (first as usize, (last as usize).min(bins - 1));
        let left = if point + reach < 0.0 || bin > last { 0 } else { last - bin + 1 };
        Self { bin, image: 0.0, left, count: bins }
    }
}

impl Iterator for Bins {
    type Item = (usize, f64);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let item = (self.bin, self.image);
        self.bin += 1;
        if self.bin == self.count {
            self.bin = 0;
            self.image += 1.0;
        }
        Some(item)
    }
}

/// The first and the last bin that a stretch of the first axis touches, image by image.
struct Rows {
    first: f64,
    last: f64,
    image: f64,
    bins: f64,
    repeats: bool,
}

impl Rows {
    #[inline(always)]
    fn new(point: f64, reach: f64, per_width: f64, bins: usize, repeats: bool) -> Self {
        let (first, last) = (((point - reach) * per_width).floor(), ((point + reach) * per_width).floor());
        let bins = bins as f64;
        if repeats {
            let image = (first / bins).floor();
            return Self { first: first - image * bins, last: last - image * bins, image, bins, repeats };
        }
        Self { first: first.max(0.0), last: last.min(bins - 1.0), image: 0.0, bins, repeats }
    }
}

impl Iterator for Rows {
    type Item = (usize, usize, f64);

    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places of bins")]
    fn next(&mut self) -> Option<Self::Item> {
        if self.first > self.last {
            return None;
        }
        let item = (self.first as usize, self.last.min(self.bins - 1.0) as usize, self.image);
        if self.repeats {
            self.first = 0.0;
            self.last -= self.bins;
            self.image += 1.0;
        } else {
            self.first = self.bins;
        }
        Some(item)
    }
}
