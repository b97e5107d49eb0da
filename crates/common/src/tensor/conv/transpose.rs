//! Transposed copies, by shuffles of vector registers in blocks of 8 × 8.
#![expect(unsafe_code, reason = "vector registers; slices are checked once a block")]

use super::tile::Simd;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    __m256, _mm256_permute2f128_ps, _mm256_shuffle_ps, _mm256_unpackhi_ps, _mm256_unpacklo_ps,
};
use std::ops::Range;

/// `dst[c * dst_stride + r] = src[r * src_stride + c]` for all rows `r` and columns `c`.
///
/// # Panics
/// If a slice is too short.
pub(super) fn transpose(
    _proof_of_avx: Simd,
    src: &[f32],
    src_stride: usize,
    dst: &mut [f32],
    dst_stride: usize,
    (rows, columns): (usize, usize),
) {
    if columns == 1 && src_stride == 1 {
        dst[..rows].copy_from_slice(&src[..rows]);
        return;
    }
    if rows == 1 && dst_stride == 1 {
        dst[..columns].copy_from_slice(&src[..columns]);
        return;
    }
    let (whole_rows, whole_columns) = (rows - rows % 8, columns - columns % 8);
    for c in (0..whole_columns).step_by(8) {
        for r in (0..whole_rows).step_by(8) {
            let (src, dst) = (&src[r * src_stride + c..], &mut dst[c * dst_stride + r..]);
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a `Simd` exists only where the processor has AVX2.
            unsafe {
                block(src, src_stride, dst, dst_stride);
            }
            #[cfg(not(target_arch = "x86_64"))]
            scalar(src, src_stride, dst, dst_stride, (0..8, 0..8));
        }
    }
    scalar(src, src_stride, dst, dst_stride, (0..whole_rows, whole_columns..columns));
    scalar(src, src_stride, dst, dst_stride, (whole_rows..rows, 0..columns));
}

fn scalar(
    src: &[f32],
    src_stride: usize,
    dst: &mut [f32],
    dst_stride: usize,
    (rows, columns): (Range<usize>, Range<usize>),
) {
    for c in columns {
        for r in rows.clone() {
            dst[c * dst_stride + r] = src[r * src_stride + c];
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn block(src: &[f32], src_stride: usize, dst: &mut [f32], dst_stride: usize) {
    assert!(src.len() >= 7 * src_stride + 8 && dst.len() >= 7 * dst_stride + 8, "a block lies in its slices");
    let load = |row: usize| -> __m256 {
        // SAFETY: checked above; an array of 8 has the bits of a vector, and the alignment of one number.
        unsafe {
            std::mem::transmute::<[f32; 8], __m256>(*src.as_ptr().add(row * src_stride).cast::<[f32; 8]>())
        }
    };
    let [a, b, c, d] = [load(0), load(1), load(2), load(3)];
    let [e, f, g, h] = [load(4), load(5), load(6), load(7)];
    // pairs of rows, then fours, then the halves exchanged
    let (ab0, ab1) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
    let (cd0, cd1) = (_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
    let (ef0, ef1) = (_mm256_unpacklo_ps(e, f), _mm256_unpackhi_ps(e, f));
    let (gh0, gh1) = (_mm256_unpacklo_ps(g, h), _mm256_unpackhi_ps(g, h));
    let above = [
        _mm256_shuffle_ps::<0x44>(ab0, cd0),
        _mm256_shuffle_ps::<0xee>(ab0, cd0),
        _mm256_shuffle_ps::<0x44>(ab1, cd1),
        _mm256_shuffle_ps::<0xee>(ab1, cd1),
    ];
    let below = [
        _mm256_shuffle_ps::<0x44>(ef0, gh0),
        _mm256_shuffle_ps::<0xee>(ef0, gh0),
        _mm256_shuffle_ps::<0x44>(ef1, gh1),
        _mm256_shuffle_ps::<0xee>(ef1, gh1),
    ];
    for i in 0..4 {
        let left = _mm256_permute2f128_ps::<0x20>(above[i], below[i]);
        let right = _mm256_permute2f128_ps::<0x31>(above[i], below[i]);
        // SAFETY: as for the loads.
        unsafe {
            let dst = dst.as_mut_ptr().cast::<f32>();
            *dst.add(i * dst_stride).cast::<[f32; 8]>() = std::mem::transmute::<__m256, [f32; 8]>(left);
            *dst.add((i + 4) * dst_stride).cast::<[f32; 8]>() =
                std::mem::transmute::<__m256, [f32; 8]>(right);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_moves() {
        for (rows, columns, src_stride, dst_stride) in [
            (1, 1, 1, 1),
            (5, 1, 1, 5),
            (1, 6, 6, 1),
            (1, 6, 6, 2),
            (4, 4, 4, 4),
            (5, 7, 9, 6),
            (8, 3, 3, 8),
            (2, 9, 10, 3),
            (17, 16, 16, 17),
        ] {
            let Some(simd) = Simd::detect() else { return };
            let src: Vec<f32> = (0..rows * src_stride).map(|i| i as f32).collect();
            let mut dst = vec![-1.0; columns * dst_stride];
            transpose(simd, &src, src_stride, &mut dst, dst_stride, (rows, columns));
            for (c, row) in dst.chunks_exact(dst_stride).enumerate() {
                for (r, &value) in row.iter().enumerate() {
                    let expected = if r < rows { src[r * src_stride + c] } else { -1.0 };
                    assert_eq!(value.to_bits(), expected.to_bits(), "{rows} {columns}: {r} {c}");
                }
            }
        }
    }
}
