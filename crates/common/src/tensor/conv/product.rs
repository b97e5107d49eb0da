//! Matrix products on slices, with the bounds checked before the `gemm` crate gets pointers.
#![expect(unsafe_code, reason = "gemm works on pointers; all bounds are checked here")]

use crate::tensor::real::Real;
use gemm::Parallelism;
use rayon::prelude::*;

/// A matrix on a slice, with its own strides.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a, T> {
    data: &'a [T],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a, T> Matrix<'a, T> {
    /// A row-major matrix that fills the slice.
    pub(super) fn new(data: &'a [T], rows: usize, columns: usize) -> Self {
        assert_eq!(data.len(), rows * columns, "a row-major matrix fills its slice");
        Self { data, rows, columns, row_stride: columns, column_stride: 1 }
    }

    /// The transposed matrix.
    pub(super) fn t(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

/// `dst = a b`, or `dst += a b` with `accumulate`, into the row-major `dst`. On one thread.
pub(super) fn product<T: Real>(dst: &mut [T], a: Matrix<T>, b: Matrix<T>, accumulate: bool) {
    assert_eq!(
        (a.columns, dst.len()),
        (b.rows, a.rows * b.columns),
        "inner sizes agree, the result fills its slice"
    );
    // SAFETY: the slice holds all rows and columns of the result.
    unsafe { block(dst.as_mut_ptr(), b.columns, a, b, (0, a.rows), (0, b.columns), accumulate) }
}

/// As [`product`], in blocks of rows or columns that depend on the shape only, on all threads of the pool.
pub(super) fn parallel_product<T: Real>(dst: &mut [T], a: Matrix<T>, b: Matrix<T>, accumulate: bool) {
    const BLOCKS: usize = 16;
    const NARROWEST: usize = 64;
    assert_eq!(
        (a.columns, dst.len()),
        (b.rows, a.rows * b.columns),
        "inner sizes agree, the result fills its slice"
    );
    let by_rows = a.rows > b.columns;
    let size = a.rows.max(b.columns);
    let step = size.div_ceil(BLOCKS).next_multiple_of(NARROWEST);
    let pointer = Shared(dst.as_mut_ptr());
    (0..size.div_ceil(step)).into_par_iter().for_each(|i| {
        let range = (i * step, ((i + 1) * step).min(size));
        let (rows, columns) = if by_rows { (range, (0, b.columns)) } else { ((0, a.rows), range) };
        // SAFETY: the blocks do not overlap and lie within the result.
        unsafe { block(pointer.get(), b.columns, a, b, rows, columns, accumulate) }
    });
}

/// A pointer whose users write to disjoint places.
struct Shared<T>(*mut T);

// SAFETY: used for disjoint blocks only.
unsafe impl<T: Send> Sync for Shared<T> {}

impl<T> Shared<T> {
    fn get(&self) -> *mut T {
        self.0
    }
}

/// Rows `rows.0..rows.1` and columns `columns.0..columns.1` of the product.
///
/// # Safety
/// `dst` points to `a.rows` rows of `stride` numbers, of which nobody else uses those of this block.
unsafe fn block<T: Real>(
    dst: *mut T,
    stride: usize,
    a: Matrix<T>,
    b: Matrix<T>,
    rows: (usize, usize),
    columns: (usize, usize),
    accumulate: bool,
) {
    let (m, n, k) = (rows.1 - rows.0, columns.1 - columns.0, a.columns);
    if m == 0 || n == 0 {
        return;
    }
    let a_start = &a.data[(rows.0 * a.row_stride).min(a.data.len())..];
    let b_start = &b.data[(columns.0 * b.column_stride).min(b.data.len())..];
    // SAFETY: a `Matrix` lies within its slice by construction, and the block within the matrices.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            dst.add(rows.0 * stride + columns.0),
            1,
            stride.cast_signed(),
            accumulate,
            a_start.as_ptr(),
            a.column_stride.cast_signed(),
            a.row_stride.cast_signed(),
            b_start.as_ptr(),
            b.column_stride.cast_signed(),
            b.row_stride.cast_signed(),
            T::one(),
            T::one(),
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposed_and_accumulated() {
        let a = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]; // 2 x 3
        let b = [1.0, 0.0, 2.0, 1.0, -1.0, 1.0]; // 2 x 3
        let mut c = [10.0; 4];
        product(&mut c, Matrix::new(&a, 2, 3), Matrix::new(&b, 2, 3).t(), true);
        assert_eq!(c.map(f64::to_bits), [17.0, 12.0, 26.0, 15.0_f64].map(f64::to_bits));
        let mut d = [0.0; 9];
        product(&mut d, Matrix::new(&a, 2, 3).t(), Matrix::new(&b, 2, 3), false);
        assert_eq!(
            d[..3].iter().map(|v: &f64| v.to_bits()).collect::<Vec<_>>(),
            [5.0, -4.0, 6.0_f64].map(f64::to_bits)
        );
    }

    #[test]
    fn blocks_equal_the_whole() {
        let a: Vec<f64> = (0..70 * 5).map(|i| f64::from(i % 11) - 5.0).collect();
        let b: Vec<f64> = (0..5 * 2100).map(|i| f64::from(i % 7) - 3.0).collect();
        for (a, b) in [
            (Matrix::new(&a, 70, 5), Matrix::new(&b, 5, 2100)),
            (Matrix::new(&b, 5, 2100).t(), Matrix::new(&a, 70, 5).t()),
        ] {
            let (mut whole, mut blocks) = (vec![0.0; 70 * 2100], vec![0.0; 70 * 2100]);
            product(&mut whole, a, b, false);
            parallel_product(&mut blocks, a, b, false);
            assert!(whole.iter().zip(&blocks).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }
}
