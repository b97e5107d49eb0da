//! The patch matrix of an image (im2col) and its transpose (col2im).

use super::geometry::Geometry;
use crate::tensor::real::Real;

/// Writes the patches of one image into columns `first..first + places` of the row-major matrix `patches` with
/// `columns` columns: row `(c, ki, kj)` holds the input value that weight meets at each output place, 0 outside.
pub(super) fn gather<T: Real>(g: &Geometry, image: &[T], patches: &mut [T], columns: usize, first: usize) {
    for (c, plane) in image.chunks_exact(g.h * g.w).enumerate() {
        for ki in 0..g.kh {
            let (i_from, i_to) = g.inside(ki, g.oh, g.h);
            for kj in 0..g.kw {
                let (j_from, j_to) = g.inside(kj, g.ow, g.w);
                let row = (c * g.kh + ki) * g.kw + kj;
                let row = &mut patches[row * columns + first..][..g.places()];
                row[..i_from * g.ow].fill(T::zero());
                row[i_to * g.ow..].fill(T::zero());
                for i in i_from..i_to {
                    let source = &plane[(i * g.stride + ki - g.padding) * g.w..][..g.w];
                    let line = &mut row[i * g.ow..][..g.ow];
                    line[..j_from].fill(T::zero());
                    line[j_to..].fill(T::zero());
                    if j_from == j_to {
                        continue;
                    }
                    let source = &source[j_from * g.stride + kj - g.padding..];
                    let line = &mut line[j_from..j_to];
                    if g.stride == 1 {
                        line.copy_from_slice(&source[..line.len()]);
                    } else {
                        for (value, &source) in line.iter_mut().zip(source.iter().step_by(g.stride)) {
                            *value = source;
                        }
                    }
                }
            }
        }
    }
}

/// Adds the columns of one image in the patch matrix back onto the image: the transpose of [`gather`].
pub(super) fn scatter<T: Real>(g: &Geometry, patches: &[T], columns: usize, first: usize, image: &mut [T]) {
    for (c, plane) in image.chunks_exact_mut(g.h * g.w).enumerate() {
        for ki in 0..g.kh {
            let (i_from, i_to) = g.inside(ki, g.oh, g.h);
            for kj in 0..g.kw {
                let (j_from, j_to) = g.inside(kj, g.ow, g.w);
                if j_from == j_to {
                    continue;
                }
                let row = (c * g.kh + ki) * g.kw + kj;
                let row = &patches[row * columns + first..][..g.places()];
                for i in i_from..i_to {
                    let target = &mut plane[(i * g.stride + ki - g.padding) * g.w..][..g.w];
                    let target = &mut target[j_from * g.stride + kj - g.padding..];
                    let line = &row[i * g.ow..][j_from..j_to];
                    if g.stride == 1 {
                        for (target, &value) in target.iter_mut().zip(line) {
                            *target += value;
                        }
                    } else {
                        for (target, &value) in target.iter_mut().step_by(g.stride).zip(line) {
                            *target += value;
                        }
                    }
                }
            }
        }
    }
}
