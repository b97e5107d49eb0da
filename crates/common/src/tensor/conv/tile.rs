//! The innermost loops of the direct convolution: a tile of sums in vector registers.
//!
//! All three passes of a convolution are sums of one form. With `x` the padded input, starts `s` and offsets `t` in it,
//! and a panel of numbers beside:
//!
//! ```text
//! out[r][c] = sum_k x[s[r] + t[k]] panel[k][c]
//! ```
//!
//! | pass | rows r | columns c | k |
//! | --- | --- | --- | --- |
//! | forward | places of the output | output channels | weights of one channel |
//! | gradient of the input | places of the input | input channels | flipped weights |
//! | gradient of the weight | weights of one channel | output channels | places of the output |
//!
//! so that one kernel an instruction set serves all, whatever kernel size, stride and map. No patch matrix is written.
#![expect(unsafe_code, reason = "vector registers; slices are checked once a tile")]

use super::aligned::LINE;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    _mm_load_ss, _mm256_add_ps, _mm256_broadcastss_ps, _mm256_fmadd_ps, _mm256_load_ps, _mm256_setzero_ps,
    _mm256_store_ps, _mm512_add_ps, _mm512_broadcastss_ps, _mm512_fmadd_ps, _mm512_load_ps,
    _mm512_setzero_ps, _mm512_store_ps,
};
use std::ops::Range;

/// An instruction set with kernels of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Simd {
    /// AVX-512F: tiles of 8 × 32.
    Avx512,
    /// AVX2 and FMA: tiles of 6 × 16.
    Avx2,
}

/// Rows of the largest tile.
pub(super) const MOST_ROWS: usize = 8;
/// Columns of the widest tile.
pub(super) const MOST_COLUMNS: usize = 32;

impl Simd {
    /// The best of this processor, if it has any.
    pub(super) fn detect() -> Option<Self> {
        Self::available().into_iter().next()
    }

    /// All that this processor has, the best first.
    pub(super) fn available() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        {
            let avx512 = is_x86_feature_detected!("avx512f").then_some(Self::Avx512);
            let avx2 =
                (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self::Avx2);
            avx512.into_iter().chain(avx2).collect()
        }
        #[cfg(not(target_arch = "x86_64"))]
        Vec::new()
    }

    /// Rows of a tile.
    pub(super) fn rows(self) -> usize {
        match self {
            Self::Avx512 => 8,
            Self::Avx2 => 6,
        }
    }

    /// Numbers of a vector register; panels are one or two of them wide.
    pub(super) fn lanes(self) -> usize {
        match self {
            Self::Avx512 => 16,
            Self::Avx2 => 8,
        }
    }
}

/// Offsets in the padded input and their bound.
#[derive(Debug, Clone)]
pub(super) struct OffsetList {
    list: Vec<u32>,
    end: usize,
}

impl OffsetList {
    pub(super) fn new(list: Vec<u32>) -> Self {
        let end = list.iter().max().map_or(0, |&max| max as usize + 1);
        Self { list, end }
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// All of them, as starts of tiles.
    pub(super) fn starts(&self) -> &[u32] {
        &self.list
    }

    pub(super) fn part(&self, range: Range<usize>) -> Offsets<'_> {
        Offsets { list: &self.list[range], end: self.end }
    }
}

/// Part of an [`OffsetList`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Offsets<'a> {
    list: &'a [u32],
    /// More than each of them.
    end: usize,
}

/// How the sums of a tile begin or end.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sums<'a> {
    /// Each row begins with these numbers; the result is stored.
    From(&'a [f32]),
    /// They begin with what `out` holds, and are stored.
    Continue,
    /// They begin at 0 and are added to what `out` holds.
    Add,
}

/// Computes one tile into `out`, whose rows are `columns` apart: `simd.rows()` rows of one or two vectors.
#[inline]
pub(super) fn tile(
    simd: Simd,
    x: &[f32],
    starts: &[u32; MOST_ROWS],
    offsets: Offsets,
    panel: &[f32],
    columns: usize,
    sums: Sums,
    out: &mut [f32],
) {
    let last = starts.iter().fold(0, |max, &start| max.max(start as usize));
    assert!(last + offsets.end <= x.len(), "all places lie in the input");
    assert!(panel.len() >= offsets.list.len() * columns, "a row of the panel for each offset");
    assert!(out.len() >= simd.rows() * columns, "the result has room");
    let (first, first_stride, add) = match sums {
        Sums::From(row) => (row, 0, false),
        Sums::Continue => (&*out, columns, false),
        Sums::Add => (&*out, columns, true),
    };
    assert!(first.len() >= columns, "a number for each column");
    let first = first.as_ptr();
    let aligned = |pointer: *const f32| pointer.addr() % LINE == 0;
    let half = columns % (LINE / size_of::<f32>()) == 0 || simd == Simd::Avx2;
    assert!(aligned(first) && aligned(panel.as_ptr()) && aligned(out.as_ptr()) && half, "aligned");
    let double = columns == 2 * simd.lanes();
    assert!(double || columns == simd.lanes(), "one or two vectors");
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the instruction set was detected; all places of `x`, `panel`, `first` and `out` were checked just now.
    unsafe {
        let out = out.as_mut_ptr();
        match (simd, double) {
            (Simd::Avx512, true) => {
                avx512::<2>(x, starts, offsets.list, panel, first, first_stride, out, add)
            }
            (Simd::Avx512, false) => {
                avx512::<1>(x, starts, offsets.list, panel, first, first_stride, out, add)
            }
            (Simd::Avx2, true) => avx2::<2>(x, starts, offsets.list, panel, first, first_stride, out, add),
            (Simd::Avx2, false) => avx2::<1>(x, starts, offsets.list, panel, first, first_stride, out, add),
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = (first, first_stride, add);
        unreachable!("no instruction set is detected here");
    }
}

/// # Safety
/// As [`tile`] checks.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512<const V: usize>(
    x: &[f32],
    starts: &[u32; MOST_ROWS],
    offsets: &[u32],
    panel: &[f32],
    first: *const f32,
    first_stride: usize,
    out: *mut f32,
    add: bool,
) {
    const ROWS: usize = 8;
    const LANES: usize = 16;
    // SAFETY: by contract.
    unsafe {
        let mut rows = [x.as_ptr(); ROWS];
        for (row, &start) in rows.iter_mut().zip(starts) {
            *row = row.wrapping_add(start as usize);
        }
        let mut panel = panel.as_ptr();
        let mut sums = [[_mm512_setzero_ps(); V]; ROWS];
        if !add {
            for row in 0..ROWS {
                for v in 0..V {
                    sums[row][v] = _mm512_load_ps(first.wrapping_add(row * first_stride + v * LANES));
                }
            }
        }
        for &offset in offsets {
            let mut columns = [_mm512_setzero_ps(); V];
            for (v, column) in columns.iter_mut().enumerate() {
                *column = _mm512_load_ps(panel.wrapping_add(v * LANES));
            }
            for row in 0..ROWS {
                let value = _mm512_broadcastss_ps(_mm_load_ss(rows[row].wrapping_add(offset as usize)));
                for v in 0..V {
                    sums[row][v] = _mm512_fmadd_ps(value, columns[v], sums[row][v]);
                }
            }
            panel = panel.wrapping_add(V * LANES);
        }
        for row in 0..ROWS {
            for v in 0..V {
                let mut sum = sums[row][v];
                if add {
                    sum = _mm512_add_ps(
                        _mm512_load_ps(first.wrapping_add(row * first_stride + v * LANES)),
                        sum,
                    );
                }
                _mm512_store_ps(out.wrapping_add((row * V + v) * LANES), sum);
            }
        }
    }
}

/// # Safety
/// As [`tile`] checks.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2<const V: usize>(
    x: &[f32],
    starts: &[u32; MOST_ROWS],
    offsets: &[u32],
    panel: &[f32],
    first: *const f32,
    first_stride: usize,
    out: *mut f32,
    add: bool,
) {
    const ROWS: usize = 6;
    const LANES: usize = 8;
    // SAFETY: by contract.
    unsafe {
        let mut rows = [x.as_ptr(); ROWS];
        for (row, &start) in rows.iter_mut().zip(starts) {
            *row = row.wrapping_add(start as usize);
        }
        let mut panel = panel.as_ptr();
        let mut sums = [[_mm256_setzero_ps(); V]; ROWS];
        if !add {
            for row in 0..ROWS {
                for v in 0..V {
                    sums[row][v] = _mm256_load_ps(first.wrapping_add(row * first_stride + v * LANES));
                }
            }
        }
        for &offset in offsets {
            let mut columns = [_mm256_setzero_ps(); V];
            for (v, column) in columns.iter_mut().enumerate() {
                *column = _mm256_load_ps(panel.wrapping_add(v * LANES));
            }
            for row in 0..ROWS {
                let value = _mm256_broadcastss_ps(_mm_load_ss(rows[row].wrapping_add(offset as usize)));
                for v in 0..V {
                    sums[row][v] = _mm256_fmadd_ps(value, columns[v], sums[row][v]);
                }
            }
            panel = panel.wrapping_add(V * LANES);
        }
        for row in 0..ROWS {
            for v in 0..V {
                let mut sum = sums[row][v];
                if add {
                    sum = _mm256_add_ps(
                        _mm256_load_ps(first.wrapping_add(row * first_stride + v * LANES)),
                        sum,
                    );
                }
                _mm256_store_ps(out.wrapping_add((row * V + v) * LANES), sum);
            }
        }
    }
}
