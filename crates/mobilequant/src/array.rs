//! A tensor of f32 in plain memory.

use crate::{Error, Result};

/// A tensor of finite f32 in row-major order: weights outside the tensor library.
///
/// ```
/// use mobilequant::{Array, Error};
///
/// let matrix = Array::new(vec![2, 2], vec![1.0, 2.0, 3.0, 4.0])?;
/// assert_eq!(matrix.row(1), [3.0, 4.0]);
/// let bad = Array::new(vec![2], vec![1.0, f32::NAN]);
/// assert!(matches!(bad, Err(Error::NonFinite { place: 1, .. })));
/// # Ok::<(), mobilequant::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    shape: Vec<usize>,
    data: Vec<f32>,
}

impl Array {
    /// A tensor of this shape.
    ///
    /// # Errors
    /// [`Error::Shape`] if the number of values is another, [`Error::NonFinite`] for NaN or infinity.
    pub fn new(shape: Vec<usize>, data: Vec<f32>) -> Result<Self> {
        Self::named("a tensor", shape, data)
    }

    /// As [`Array::new`]; errors call the tensor by this name.
    pub(crate) fn named(name: &str, shape: Vec<usize>, data: Vec<f32>) -> Result<Self> {
        let size = shape.iter().try_fold(1_usize, |size, &side| size.checked_mul(side));
        if size != Some(data.len()) {
            return Err(Error::Shape { what: name.to_owned(), expected: shape, got: vec![data.len()] });
        }
        if let Some((place, &value)) = data.iter().enumerate().find(|(_, value)| !value.is_finite()) {
            return Err(Error::NonFinite { what: name.to_owned(), place, value: value.into() });
        }
        Ok(Self { shape, data })
    }

    /// The sides.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Rows and columns.
    ///
    /// # Errors
    /// [`Error::Shape`] if it is no matrix.
    pub fn dims2(&self) -> Result<(usize, usize)> {
        match *self.shape {
            [rows, columns] => Ok((rows, columns)),
            _ => Err(Error::Shape {
                what: "a weight matrix".to_owned(),
                expected: vec![0, 0],
                got: self.shape.clone(),
            }),
        }
    }

    /// The values, row by row.
    #[must_use]
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// The values of one row: all that share the first index.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f32] {
        let width = self.width();
        &self.data[row * width..][..width]
    }

    /// Number of values that share the first index.
    pub(crate) fn width(&self) -> usize {
        self.shape.iter().skip(1).product()
    }

    /// The values for change in place; the caller keeps them finite.
    pub(crate) fn data_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }

    /// Checks that all values are finite after changes in place.
    pub(crate) fn check_finite(&self, name: &str) -> Result<()> {
        match self.data.iter().enumerate().find(|(_, value)| !value.is_finite()) {
            Some((place, &value)) => {
                Err(Error::NonFinite { what: name.to_owned(), place, value: value.into() })
            }
            None => Ok(()),
        }
    }
}
