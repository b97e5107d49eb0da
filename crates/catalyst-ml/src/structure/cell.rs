//! Lattice vectors.

use crate::{Error, Result};

/// Three lattice vectors, as rows, Å: a point with fractional coordinates `f` lies at `f C`.
///
/// The cell may be skewed and left-handed; it always spans a volume.
///
/// ```
/// use catalyst_ml::Cell;
///
/// // primitive cell of fcc platinum
/// let (a, h) = (3.92, 1.96);
/// let cell = Cell::new([[0.0, h, h], [h, 0.0, h], [h, h, 0.0]])?;
/// assert!((cell.volume_angstrom3() - a * a * a / 4.0).abs() < 1e-12);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    vectors: [[f64; 3]; 3],
    inverse: [[f64; 3]; 3],
    determinant: f64,
}

impl Cell {
    /// A cell of lattice vectors, Å.
    ///
    /// # Errors
    ///
    /// [`Error::Cell`] if one is not finite, or if their volume is below 1e-9 of the product of their lengths.
    pub fn new(vectors: [[f64; 3]; 3]) -> Result<Self> {
        let [a, b, c] = vectors;
        let (bc, ca, ab) = (cross(b, c), cross(c, a), cross(a, b));
        let determinant = dot(a, bc);
        let scale = length(a) * length(b) * length(c);
        let inverse = std::array::from_fn(|axis| {
            [bc[axis] / determinant, ca[axis] / determinant, ab[axis] / determinant]
        });
        let entries: &[[f64; 3]] = &inverse;
        if !(determinant.is_finite() && scale.is_finite() && determinant.abs() > 1e-9 * scale)
            || entries.as_flattened().iter().any(|entry| !entry.is_finite())
        {
            return Err(Error::Cell { volume_angstrom3: determinant.abs() });
        }
        Ok(Self { vectors, inverse, determinant })
    }

    /// Lattice vectors as rows, Å.
    #[must_use]
    pub fn vectors(&self) -> [[f64; 3]; 3] {
        self.vectors
    }

    /// Volume, Å³.
    #[must_use]
    pub fn volume_angstrom3(&self) -> f64 {
        self.determinant.abs()
    }

    /// Whether the vectors form a right-handed system.
    #[must_use]
    pub fn is_right_handed(&self) -> bool {
        self.determinant > 0.0
    }

    /// Lengths of the vectors, Å.
    #[must_use]
    pub fn lengths_angstrom(&self) -> [f64; 3] {
        self.vectors.map(length)
    }

    /// Distance between neighbouring lattice planes that are spanned by the two other vectors, Å, for each vector.
    #[must_use]
    pub fn plane_spacings_angstrom(&self) -> [f64; 3] {
        std::array::from_fn(|axis| 1.0 / length(std::array::from_fn(|row| self.inverse[row][axis])))
    }

    /// Cartesian coordinates, Å, of fractional ones.
    #[must_use]
    pub fn cartesian(&self, fractional: [f64; 3]) -> [f64; 3] {
        row_times(fractional, &self.vectors)
    }

    /// Fractional coordinates of Cartesian ones, Å.
    #[must_use]
    pub fn fractional(&self, cartesian: [f64; 3]) -> [f64; 3] {
        row_times(cartesian, &self.inverse)
    }
}

fn row_times(row: [f64; 3], matrix: &[[f64; 3]; 3]) -> [f64; 3] {
    std::array::from_fn(|k| row[0] * matrix[0][k] + row[1] * matrix[1][k] + row[2] * matrix[2][k])
}

/// `a . b`.
pub(crate) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// `a x b`.
pub(crate) fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// `|a|`.
pub(crate) fn length(a: [f64; 3]) -> f64 {
    dot(a, a).sqrt()
}
