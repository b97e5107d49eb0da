//! What a quantiser is: bits, symmetry, and what shares a grid.

use crate::{Error, Result};

/// Bit width of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub enum Bits {
    /// 4 bits, two codes a byte.
    B4,
    /// 8 bits.
    B8,
    /// 16 bits.
    B16,
}

impl Bits {
    /// The width as a number: 4, 8 or 16.
    #[must_use]
    pub fn count(self) -> u32 {
        match self {
            Self::B4 => 4,
            Self::B8 => 8,
            Self::B16 => 16,
        }
    }
}

impl TryFrom<u32> for Bits {
    type Error = Error;

    fn try_from(bits: u32) -> Result<Self> {
        match bits {
            4 => Ok(Self::B4),
            8 => Ok(Self::B8),
            16 => Ok(Self::B16),
            other => Err(Error::Bits(other)),
        }
    }
}

impl From<Bits> for u32 {
    fn from(bits: Bits) -> Self {
        bits.count()
    }
}

/// Whether a grid has a zero point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Symmetry {
    /// Codes from 0, with a zero point.
    Asymmetric,
    /// Signed codes, zero at code 0.
    Symmetric,
}

impl Symmetry {
    /// Smallest and largest code.
    ///
    /// ```
    /// use mobilequant::quant::{Bits, Symmetry};
    ///
    /// assert_eq!(Symmetry::Asymmetric.codes(Bits::B8), (0, 255));
    /// assert_eq!(Symmetry::Symmetric.codes(Bits::B4), (-8, 7));
    /// ```
    #[must_use]
    pub fn codes(self, bits: Bits) -> (i32, i32) {
        let levels = 1 << bits.count();
        match self {
            Self::Asymmetric => (0, levels - 1),
            Self::Symmetric => (-levels / 2, levels / 2 - 1),
        }
    }
}

/// Which numbers of a weight matrix share a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Granularity {
    /// All of them.
    PerTensor,
    /// Those of a row, which is an output channel.
    PerChannel,
    /// So many neighbours in a row; the number divides the columns.
    PerGroup(usize),
}

impl Granularity {
    /// The number of values that share a grid in a matrix of this shape.
    ///
    /// # Errors
    /// [`Error::Group`] if a group does not divide the columns.
    pub fn group(self, rows: usize, columns: usize) -> Result<usize> {
        match self {
            Self::PerTensor => Ok(rows * columns),
            Self::PerChannel => Ok(columns),
            Self::PerGroup(size) if size > 0 && columns.is_multiple_of(size) => Ok(size),
            Self::PerGroup(size) => Err(Error::Group { size, columns }),
        }
    }
}

/// How a weight matrix is quantised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Scheme {
    /// Bit width of the codes.
    pub bits: Bits,
    /// Whether there is a zero point.
    pub symmetry: Symmetry,
    /// What shares a grid.
    pub granularity: Granularity,
}
