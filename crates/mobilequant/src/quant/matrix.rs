//! Weight matrices on grids.

use super::observer::extent;
use super::{Bits, Grid, Scheme, Symmetry, ZeroRule, pack_i4, pack_u4, unpack_i4, unpack_u4};
use crate::{Array, Error, Result};

/// A weight matrix as packed codes with its grids.
///
/// ```
/// use mobilequant::Array;
/// use mobilequant::quant::{Bits, Granularity, QuantizedMatrix, Scheme, Symmetry, ZeroRule};
///
/// let weight = Array::new(vec![2, 2], vec![-1.0, 3.0, 0.6, 0.24])?;
/// let scheme =
///     Scheme { bits: Bits::B4, symmetry: Symmetry::Asymmetric, granularity: Granularity::PerChannel };
/// let quantized = QuantizedMatrix::quantize(&weight, scheme, ZeroRule::default())?;
/// assert_eq!(quantized.codes()?, [0, 15, 15, 6]);
/// assert_eq!(quantized.bytes().len(), 2);
/// # Ok::<(), mobilequant::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct QuantizedMatrix {
    scheme: Scheme,
    rows: usize,
    columns: usize,
    grids: Vec<Grid>,
    bytes: Vec<u8>,
}

impl QuantizedMatrix {
    /// Quantises to the nearest codes, with grids from the smallest and largest value of each group.
    ///
    /// # Errors
    /// As [`matrix_grids`].
    pub fn quantize(weight: &Array, scheme: Scheme, zero: ZeroRule) -> Result<Self> {
        let grids = matrix_grids(weight, scheme, zero)?;
        Self::with_grids(weight, scheme, grids)
    }

    /// Quantises to the nearest codes of given grids, one a group.
    ///
    /// # Errors
    /// [`Error::Count`] if their number is another, [`Error::Group`], [`Error::Shape`].
    pub fn with_grids(weight: &Array, scheme: Scheme, grids: Vec<Grid>) -> Result<Self> {
        let (rows, columns) = weight.dims2()?;
        let group = scheme.granularity.group(rows, columns)?;
        if grids.len() * group != rows * columns {
            return Err(Error::Count { name: "grids", rule: "one a group", count: grids.len() });
        }
        let chunks = weight.data().chunks_exact(group).zip(&grids);
        let codes: Vec<i32> =
            chunks.flat_map(|(values, grid)| values.iter().map(|&x| grid.quantize(x))).collect();
        let bytes = encode(&codes, scheme)?;
        Ok(Self { scheme, rows, columns, grids, bytes })
    }

    /// How it is quantised.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Rows (outputs) and columns (inputs).
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// The grids, one a group, row by row.
    #[must_use]
    pub fn grids(&self) -> &[Grid] {
        &self.grids
    }

    /// The packed codes: two a byte for 4 bits, little-endian for 16.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The codes, row by row.
    ///
    /// # Errors
    /// None that the constructors let through.
    pub fn codes(&self) -> Result<Vec<i32>> {
        decode(&self.bytes, self.rows * self.columns, self.scheme)
    }

    /// The values of the codes.
    ///
    /// # Errors
    /// As [`QuantizedMatrix::codes`].
    pub fn dequantize(&self) -> Result<Array> {
        let codes = self.codes()?;
        let group = self.scheme.granularity.group(self.rows, self.columns)?;
        let chunks = codes.chunks_exact(group).zip(&self.grids);
        let values = chunks.flat_map(|(codes, grid)| codes.iter().map(|&q| grid.dequantize(q))).collect();
        Array::new(vec![self.rows, self.columns], values)
    }
}

/// The grids of a weight matrix from the smallest and largest value of each group, row by row.
///
/// # Errors
/// [`Error::Shape`] if it is no matrix or empty, [`Error::Group`], [`Error::NonFinite`], and those of
/// [`Grid::from_range`].
pub fn matrix_grids(weight: &Array, scheme: Scheme, zero: ZeroRule) -> Result<Vec<Grid>> {
    let (rows, columns) = weight.dims2()?;
    let group = scheme.granularity.group(rows, columns)?;
    if rows * columns == 0 {
        let got = weight.shape().to_vec();
        return Err(Error::Shape { what: "a weight matrix".to_owned(), expected: vec![1, 1], got });
    }
    let grid_of = |values: &[f32]| {
        let (lo, hi) = extent(values)?.unwrap_or((0.0, 0.0));
        Grid::from_range(lo, hi, scheme.bits, scheme.symmetry, zero)
    };
    weight.data().chunks_exact(group).map(grid_of).collect()
}

/// The weights rounded to their grids: what [`QuantizedMatrix`] gives back.
///
/// # Errors
/// As [`matrix_grids`].
pub fn fake_quant_matrix(weight: &Array, scheme: Scheme, zero: ZeroRule) -> Result<Array> {
    let (rows, columns) = weight.dims2()?;
    let group = scheme.granularity.group(rows, columns)?;
    let grids = matrix_grids(weight, scheme, zero)?;
    let chunks = weight.data().chunks_exact(group).zip(&grids);
    let values = chunks.flat_map(|(values, grid)| values.iter().map(|&x| grid.fake_quant(x))).collect();
    Array::new(vec![rows, columns], values)
}

#[expect(clippy::cast_possible_truncation, reason = "codes fit their bits, the signed as two's complement")]
fn encode(codes: &[i32], scheme: Scheme) -> Result<Vec<u8>> {
    Ok(match (scheme.bits, scheme.symmetry) {
        (Bits::B4, Symmetry::Symmetric) => pack_i4(&codes.iter().map(|&q| q as i8).collect::<Vec<_>>())?,
        (Bits::B4, Symmetry::Asymmetric) => {
            pack_u4(&codes.iter().map(|&q| q.cast_unsigned() as u8).collect::<Vec<_>>())?
        }
        (Bits::B8, _) => codes.iter().map(|&q| q.cast_unsigned() as u8).collect(),
        (Bits::B16, _) => codes.iter().flat_map(|&q| (q.cast_unsigned() as u16).to_le_bytes()).collect(),
    })
}

fn decode(bytes: &[u8], count: usize, scheme: Scheme) -> Result<Vec<i32>> {
    let signed = scheme.symmetry == Symmetry::Symmetric;
    Ok(match scheme.bits {
        Bits::B4 if signed => unpack_i4(bytes, count)?.into_iter().map(i32::from).collect(),
        Bits::B4 => unpack_u4(bytes, count)?.into_iter().map(i32::from).collect(),
        Bits::B8 if signed => bytes.iter().map(|&byte| i32::from(byte.cast_signed())).collect(),
        Bits::B8 => bytes.iter().map(|&byte| i32::from(byte)).collect(),
        Bits::B16 => {
            let pairs = bytes.as_chunks::<2>().0.iter().map(|&pair| u16::from_le_bytes(pair));
            if signed {
                pairs.map(|code| i32::from(code.cast_signed())).collect()
            } else {
                pairs.map(i32::from).collect()
            }
        }
    })
}
