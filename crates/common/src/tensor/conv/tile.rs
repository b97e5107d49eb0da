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
#![expect(clippy::needless_range_loop, reason = "loops of constant length over registers, which must unroll")]

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

    pub(super) fn list(&self) -> &[u32] {
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

/// What happens to the numbers that the result holds before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sums {
    /// The sums begin with them.
    Continue,
    /// The sums begin at 0 and are added to them in the end.
    Add,
}

/// One tile: `simd.rows()` rows of one or two vectors.
pub(super) struct Tile<'a> {
    pub(super) simd: Simd,
    /// The padded input.
    pub(super) x: &'a [f32],
    pub(super) starts: [u32; MOST_ROWS],
    pub(super) offsets: Offsets<'a>,
    /// A row for each offset.
    pub(super) panel: &'a [f32],
    pub(super) columns: usize,
}

impl Tile<'_> {
    /// Computes the tile into `out`, row after row.
    #[inline]
    pub(super) fn run(&self, sums: Sums, out: &mut [f32]) {
        let &Self { simd, x, ref starts, offsets: Offsets { list, end }, panel, columns } = self;
        let last = starts.iter().fold(0, |max, &start| max.max(start as usize));
        assert!(last + end <= x.len(), "all places lie in the input");
        assert!(panel.len() >= list.len() * columns, "a row of the panel for each offset");
        assert!(out.len() >= simd.rows() * columns, "the result has room");
        let double = columns == 2 * simd.lanes();
        assert!(double || columns == simd.lanes(), "one or two vectors");
        let bytes = simd.lanes() * size_of::<f32>();
        let aligned = |pointer: *const f32| pointer.addr().is_multiple_of(bytes);
        assert!(aligned(panel.as_ptr()) && aligned(out.as_ptr()), "panel and result begin at a vector");
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the instruction set was detected; all places of `x`, `panel` and `out` were checked just now.
        unsafe {
            match (simd, double) {
                (Simd::Avx512, true) => avx512::<2>(x, starts, list, panel, sums, out),
                (Simd::Avx512, false) => avx512::<1>(x, starts, list, panel, sums, out),
                (Simd::Avx2, true) => avx2::<2>(x, starts, list, panel, sums, out),
                (Simd::Avx2, false) => avx2::<1>(x, starts, list, panel, sums, out),
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            let _ = (x, list, sums);
            unreachable!("no instruction set is detected here");
        }
    }
}

/// # Safety
/// As [`Tile::run`] checks.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512<const V: usize>(
    x: &[f32],
    starts: &[u32; MOST_ROWS],
    offsets: &[u32],
    panel: &[f32],
    sums: Sums,
    out: &mut [f32],
) {
    const ROWS: usize = 8;
    const LANES: usize = 16;
    // SAFETY: by contract.
    unsafe {
        let mut rows = [x.as_ptr(); ROWS];
        for (row, &start) in rows.iter_mut().zip(starts) {
            *row = row.wrapping_add(start as usize);
        }
        let (mut panel, out) = (panel.as_ptr(), out.as_mut_ptr());
        let mut tile = [[_mm512_setzero_ps(); V]; ROWS];
        if sums == Sums::Continue {
            for row in 0..ROWS {
                for v in 0..V {
                    tile[row][v] = _mm512_load_ps(out.wrapping_add((row * V + v) * LANES));
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
                    tile[row][v] = _mm512_fmadd_ps(value, columns[v], tile[row][v]);
                }
            }
            panel = panel.wrapping_add(V * LANES);
        }
        for row in 0..ROWS {
            for v in 0..V {
                let mut sum = tile[row][v];
                if sums == Sums::Add {
                    sum = _mm512_add_ps(_mm512_load_ps(out.wrapping_add((row * V + v) * LANES)), sum);
                }
                _mm512_store_ps(out.wrapping_add((row * V + v) * LANES), sum);
            }
        }
    }
}

/// # Safety
/// As [`Tile::run`] checks.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2<const V: usize>(
    x: &[f32],
    starts: &[u32; MOST_ROWS],
    offsets: &[u32],
    panel: &[f32],
    sums: Sums,
    out: &mut [f32],
) {
    const ROWS: usize = 6;
    const LANES: usize = 8;
    // SAFETY: by contract.
    unsafe {
        let mut rows = [x.as_ptr(); ROWS];
        for (row, &start) in rows.iter_mut().zip(starts) {
            *row = row.wrapping_add(start as usize);
        }
        let (mut panel, out) = (panel.as_ptr(), out.as_mut_ptr());
        let mut tile = [[_mm256_setzero_ps(); V]; ROWS];
        if sums == Sums::Continue {
            for row in 0..ROWS {
                for v in 0..V {
                    tile[row][v] = _mm256_load_ps(out.wrapping_add((row * V + v) * LANES));
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
                    tile[row][v] = _mm256_fmadd_ps(value, columns[v], tile[row][v]);
                }
            }
            panel = panel.wrapping_add(V * LANES);
        }
        for row in 0..ROWS {
            for v in 0..V {
                let mut sum = tile[row][v];
                if sums == Sums::Add {
                    sum = _mm256_add_ps(_mm256_load_ps(out.wrapping_add((row * V + v) * LANES)), sum);
                }
                _mm256_store_ps(out.wrapping_add((row * V + v) * LANES), sum);
            }
        }
    }
}
