//! A small dense linear system.

/// Decomposition of an `N` x `N` matrix by elimination with row exchange.
pub(super) struct Lu<const N: usize> {
    factors: [[f64; N]; N],
    rows: [usize; N],
}

impl<const N: usize> Lu<N> {
    /// `None` for a singular matrix or one that is not finite.
    pub(super) fn new(mut a: [[f64; N]; N]) -> Option<Self> {
        let mut rows: [usize; N] = std::array::from_fn(|i| i);
        for column in 0..N {
            let pivot = (column..N).max_by(|&i, &j| a[i][column].abs().total_cmp(&a[j][column].abs()))?;
            a.swap(column, pivot);
            rows.swap(column, pivot);
            let diagonal = a[column][column];
            if diagonal == 0.0 || !diagonal.is_finite() {
                return None;
            }
            let upper = a[column];
            for row in &mut a[column + 1..] {
                let factor = row[column] / diagonal;
                row[column] = factor;
                for (entry, above) in row[column + 1..].iter_mut().zip(&upper[column + 1..]) {
                    *entry -= factor * above;
                }
            }
        }
        Some(Self { factors: a, rows })
    }

    /// The solution for this right-hand side.
    pub(super) fn solve(&self, b: &[f64; N]) -> [f64; N] {
        let mut x = self.rows.map(|row| b[row]);
        for i in 0..N {
            for j in 0..i {
                x[i] -= self.factors[i][j] * x[j];
            }
        }
        for i in (0..N).rev() {
            for j in i + 1..N {
                x[i] -= self.factors[i][j] * x[j];
            }
            x[i] /= self.factors[i][i];
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assert_close;

    #[test]
    fn hilbert_matrix_with_exchanged_rows() {
        // Rows of the 4 x 4 Hilbert matrix, the smallest first; b is the sum of each row, so x = 1.
        let a: [[f64; 4]; 4] = std::array::from_fn(|i| std::array::from_fn(|j| 1.0 / (4 - i + j) as f64));
        let x = Lu::new(a).unwrap().solve(&a.map(|row| row.iter().sum()));
        for value in x {
            assert_close!(value, 1.0, abs = 1e-11);
        }
        assert!(Lu::new([[1.0, 2.0], [2.0, 4.0]]).is_none());
        assert!(Lu::new([[f64::NAN]]).is_none());
    }
}
