//! Matrix products on slices, with the bounds checked before the `gemm` crate gets pointers.
#![expect(unsafe_code, reason = "gemm works on pointers; all bounds are checked here")]

use crate::tensor::real::Real;
use gemm::Parallelism;

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
    let (m, n, k) = (a.rows, b.columns, a.columns);
    // SAFETY: a `Matrix` lies within its slice by construction, and the result fills its own.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            dst.as_mut_ptr(),
            1,
            n.cast_signed(),
            accumulate,
            a.data.as_ptr(),
            a.column_stride.cast_signed(),
            a.row_stride.cast_signed(),
            b.data.as_ptr(),
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
}
