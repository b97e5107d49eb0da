//! The innermost loop: which atoms of a segment lie within the cutoff.
#![allow(
    unsafe_code,
    reason = "registers are chosen at run time and full registers are stored behind the last pair"
)]

use super::grid::{Segment, Sorted};
use super::list::Pairs;
use common::width::{Registers, Width};

/// Most atoms that a kernel reads or writes at once.
pub(super) const WIDEST: usize = 8;

/// The atom whose neighbours are looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Center {
    pub(super) position: [f64; 3],
    pub(super) cells: [i16; 4],
    pub(super) cutoff2: f64,
}

/// Appends the neighbours of a segment; squares of distances stand in for distances. All widths give the same pairs, bit by
/// bit.
///
/// # Safety
///
/// `sorted` must be padded by [`WIDEST`], and `pairs` must have room for the segment and [`WIDEST`] more.
#[inline(always)]
pub(super) unsafe fn append(
    width: Width,
    center: &Center,
    segment: &Segment,
    sorted: &Sorted,
    pairs: &mut Pairs,
) {
    match width.registers() {
        // SAFETY: a width is given out for registers that are there; the caller vouches for the rest.
        #[cfg(target_arch = "x86_64")]
        Registers::Avx512 => unsafe { x86::avx512(center, segment, sorted, pairs) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Registers::Avx2 => unsafe { x86::avx2(center, segment, sorted, pairs) },
        Registers::Portable => portable(center, segment, sorted, pairs),
    }
}

/// One atom after another.
#[inline(always)]
fn portable(center: &Center, segment: &Segment, sorted: &Sorted, pairs: &mut Pairs) {
    let [x, y, z] = center.position;
    let [tx, ty, tz] = segment.translation;
    let base = add(segment.shift, center.cells);
    let mut len = pairs.len;
    for place in segment.start..segment.end {
        let dx = (sorted.x[place] - x) + tx;
        let dy = (sorted.y[place] - y) + ty;
        let dz = (sorted.z[place] - z) + tz;
        let d2 = dx * dx + dy * dy + dz * dz;
        // always written, kept if near
        (pairs.x[len], pairs.y[len], pairs.z[len], pairs.distances[len]) = (dx, dy, dz, d2);
        pairs.neighbors[len] = sorted.atoms[place];
        pairs.shifts[len].0 = subtract(base, sorted.cells[place]);
        len += usize::from(d2 <= center.cutoff2);
    }
    pairs.len = len;
}

#[inline(always)]
fn add(a: [i16; 4], b: [i16; 4]) -> [i16; 4] {
    std::array::from_fn(|k| a[k].wrapping_add(b[k]))
}

#[inline(always)]
fn subtract(a: [i16; 4], b: [i16; 4]) -> [i16; 4] {
    std::array::from_fn(|k| a[k].wrapping_sub(b[k]))
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Center, Pairs, Segment, Sorted, add};
    #[allow(clippy::wildcard_imports, reason = "a few dozen intrinsics")]
    use std::arch::x86_64::*;

    /// Eight atoms at once, packed by the processor.
    ///
    /// # Safety
    ///
    /// See [`append`](super::append).
    #[inline(always)]
    pub(super) unsafe fn avx512(center: &Center, segment: &Segment, sorted: &Sorted, pairs: &mut Pairs) {
        // SAFETY: the caller has asked for these registers; `sorted` and `pairs` are padded by eight entries.
        unsafe {
            let position = center.position.map(|value| _mm512_set1_pd(value));
            let translation = segment.translation.map(|value| _mm512_set1_pd(value));
            let cutoff2 = _mm512_set1_pd(center.cutoff2);
            let base =
                _mm512_set1_epi64(std::mem::transmute::<[i16; 4], i64>(add(segment.shift, center.cells)));
            let mut len = pairs.len;
            let mut place = segment.start;
            while place < segment.end {
                let near = |values: &[f64], axis: usize| {
                    let theirs = _mm512_loadu_pd(values.as_ptr().add(place));
                    _mm512_add_pd(_mm512_sub_pd(theirs, position[axis]), translation[axis])
                };
                let (dx, dy, dz) = (near(&sorted.x, 0), near(&sorted.y, 1), near(&sorted.z, 2));
                let d2 = _mm512_add_pd(
                    _mm512_add_pd(_mm512_mul_pd(dx, dx), _mm512_mul_pd(dy, dy)),
                    _mm512_mul_pd(dz, dz),
                );
                let left = segment.end - place;
                let valid: __mmask8 = if left >= 8 { 0xff } else { (1 << left) - 1 };
                let mask = _mm512_mask_cmp_pd_mask::<_CMP_LE_OQ>(valid, d2, cutoff2);
                // to a register first: stores of packed lanes are slow on some processors
                let put = |to: &mut [f64], values: __m512d| {
                    _mm512_storeu_pd(to.as_mut_ptr().add(len), _mm512_maskz_compress_pd(mask, values));
                };
                put(&mut pairs.x, dx);
                put(&mut pairs.y, dy);
                put(&mut pairs.z, dz);
                put(&mut pairs.distances, d2);
                let cells = _mm512_loadu_si512(sorted.cells.as_ptr().add(place).cast());
                let shift = _mm512_maskz_compress_epi64(mask, _mm512_sub_epi16(base, cells));
                _mm512_storeu_si512(pairs.shifts.as_mut_ptr().add(len).cast(), shift);
                let atoms = _mm256_loadu_si256(sorted.atoms.as_ptr().add(place).cast());
                _mm256_storeu_si256(
                    pairs.neighbors.as_mut_ptr().add(len).cast(),
                    _mm256_maskz_compress_epi32(mask, atoms),
                );
                len += mask.count_ones() as usize;
                place += 8;
            }
            pairs.len = len;
        }
    }

    /// Four atoms at once, packed through a table of permutations.
    ///
    /// # Safety
    ///
    /// See [`append`](super::append).
    #[inline(always)]
    pub(super) unsafe fn avx2(center: &Center, segment: &Segment, sorted: &Sorted, pairs: &mut Pairs) {
        // SAFETY: as above.
        unsafe {
            let position = center.position.map(|value| _mm256_set1_pd(value));
            let translation = segment.translation.map(|value| _mm256_set1_pd(value));
            let cutoff2 = _mm256_set1_pd(center.cutoff2);
            let base =
                _mm256_set1_epi64x(std::mem::transmute::<[i16; 4], i64>(add(segment.shift, center.cells)));
            let mut len = pairs.len;
            let mut place = segment.start;
            while place < segment.end {
                let near = |values: &[f64], axis: usize| {
                    let theirs = _mm256_loadu_pd(values.as_ptr().add(place));
                    _mm256_add_pd(_mm256_sub_pd(theirs, position[axis]), translation[axis])
                };
                let (dx, dy, dz) = (near(&sorted.x, 0), near(&sorted.y, 1), near(&sorted.z, 2));
                let d2 = _mm256_add_pd(
                    _mm256_add_pd(_mm256_mul_pd(dx, dx), _mm256_mul_pd(dy, dy)),
                    _mm256_mul_pd(dz, dz),
                );
                let left = segment.end - place;
                let valid = if left >= 4 { 0xf } else { (1 << left) - 1 };
                #[allow(clippy::cast_sign_loss, reason = "four bits")]
                let near = _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_LE_OQ>(d2, cutoff2)) as usize;
                let mask = near & valid;
                let order = _mm256_loadu_si256(PACK[mask].as_ptr().cast());
                let pack = |values| _mm256_permutevar8x32_epi32(values, order);
                let put = |to: &mut [f64], values: __m256d| {
                    let packed = pack(_mm256_castpd_si256(values));
                    _mm256_storeu_si256(to.as_mut_ptr().add(len).cast(), packed);
                };
                put(&mut pairs.x, dx);
                put(&mut pairs.y, dy);
                put(&mut pairs.z, dz);
                put(&mut pairs.distances, d2);
                let cells = _mm256_loadu_si256(sorted.cells.as_ptr().add(place).cast());
                let shift = pack(_mm256_sub_epi16(base, cells));
                _mm256_storeu_si256(pairs.shifts.as_mut_ptr().add(len).cast(), shift);
                let atoms = _mm_loadu_si128(sorted.atoms.as_ptr().add(place).cast());
                // the low half of each pair of the order, halved, is the place of a lane
                let wide = pack(_mm256_cvtepu32_epi64(atoms));
                let even = _mm256_permutevar8x32_epi32(wide, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6));
                _mm_storeu_si128(pairs.neighbors.as_mut_ptr().add(len).cast(), _mm256_castsi256_si128(even));
                len += mask.count_ones() as usize;
                place += 4;
            }
            pairs.len = len;
        }
    }

    /// For each set of four lanes, the halves of the lanes in it, then anything.
    const PACK: [[i32; 8]; 16] = {
        let mut table = [[0; 8]; 16];
        let mut mask = 0;
        while mask < 16 {
            let (mut to, mut lane) = (0, 0);
            while lane < 4 {
                if mask >> lane & 1 == 1 {
                    table[mask][to] = 2 * lane;
                    table[mask][to + 1] = 2 * lane + 1;
                    to += 2;
                }
                lane += 1;
            }
            mask += 1;
        }
        table
    };
}
