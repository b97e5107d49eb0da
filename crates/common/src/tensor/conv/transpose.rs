//! Transposed copies, by shuffles of vector registers in blocks of 8 × 8 and 4 × 4.
#![expect(unsafe_code, reason = "vector registers; slices are checked once a block")]

use super::tile::Simd;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    __m128, __m256, _mm_movehl_ps, _mm_movelh_ps, _mm_unpackhi_ps, _mm_unpacklo_ps, _mm256_permute2f128_ps,
    _mm256_shuffle_ps, _mm256_unpackhi_ps, _mm256_unpacklo_ps,
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
    let blocks = |size: usize| (size - size % 8, size - size % 4);
    let ((rows8, rows4), (columns8, columns4)) = (blocks(rows), blocks(columns));
    #[cfg(not(target_arch = "x86_64"))]
    let (rows8, rows4, columns8, columns4) = (0, 0, 0, 0);
    #[cfg(target_arch = "x86_64")]
    for c in (0..columns4).step_by(4) {
        for r in (0..rows4).step_by(4) {
            let (src, dst) = (&src[r * src_stride + c..], &mut dst[c * dst_stride + r..]);
            if r >= rows8 || c >= columns8 {
                block4(src, src_stride, dst, dst_stride);
            } else if r % 8 == 0 && c % 8 == 0 {
                // SAFETY: a `Simd` exists only where the processor has AVX2.
                unsafe { block8(src, src_stride, dst, dst_stride) }
            }
        }
    }
    scalar(src, src_stride, dst, dst_stride, (0..rows4, columns4..columns));
    scalar(src, src_stride, dst, dst_stride, (rows4..rows, 0..columns));
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
fn block8(src: &[f32], src_stride: usize, dst: &mut [f32], dst_stride: usize) {
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

/// The same for 4 × 4, which every processor of this kind can.
#[cfg(target_arch = "x86_64")]
fn block4(src: &[f32], src_stride: usize, dst: &mut [f32], dst_stride: usize) {
    assert!(src.len() >= 3 * src_stride + 4 && dst.len() >= 3 * dst_stride + 4, "a block lies in its slices");
    // SAFETY: checked above; an array of 4 has the bits of a vector, and the alignment of one number.
    unsafe {
        let load =
            |row: usize| std::mem::transmute::<[f32; 4], __m128>(*src.as_ptr().add(row * src_stride).cast());
        let (a, b, c, d) = (load(0), load(1), load(2), load(3));
        let (ab0, ab1) = (_mm_unpacklo_ps(a, b), _mm_unpackhi_ps(a, b));
        let (cd0, cd1) = (_mm_unpacklo_ps(c, d), _mm_unpackhi_ps(c, d));
        let columns = [
            _mm_movelh_ps(ab0, cd0),
            _mm_movehl_ps(cd0, ab0),
            _mm_movelh_ps(ab1, cd1),
            _mm_movehl_ps(cd1, ab1),
        ];
        for (i, column) in columns.into_iter().enumerate() {
            *dst.as_mut_ptr().add(i * dst_stride).cast() = std::mem::transmute::<__m128, [f32; 4]>(column);
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
            (12, 4, 5, 13),
            (4, 20, 20, 4),
            (13, 13, 13, 14),
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
