//! One uniform grid.

use super::round::round_even_f32;
use super::{Bits, Symmetry};
use crate::{Error, Result};

/// What happens to a range that does not contain 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum ZeroRule {
    /// It is extended to 0, so that 0 has a code and the zero point is a code.
    #[default]
    Representable,
    /// It stays, as in the paper's reference code; the zero point may lie outside the codes.
    Reference,
}

/// A uniform grid: code `q` stands for `(q - zero_point) scale`.
///
/// ```
/// use mobilequant::quant::{Bits, Grid, Symmetry, ZeroRule};
///
/// let grid = Grid::from_range(-1.0, 3.0, Bits::B8, Symmetry::Asymmetric, ZeroRule::default())?;
/// assert_eq!(grid.zero_point, 64);
/// assert_eq!(grid.quantize(0.31), 84);
/// common::assert_close!(f64::from(grid.fake_quant(0.31)), 0.31372549, abs = 1e-7);
/// # Ok::<(), mobilequant::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Grid {
    /// Distance of two neighbours, in [1e-5, 1e6].
    pub scale: f32,
    /// The code of 0.
    pub zero_point: i32,
    /// Smallest code.
    pub q_min: i32,
    /// Largest code.
    pub q_max: i32,
}

/// Smallest scale of a grid.
pub(crate) const MIN_SCALE: f64 = 1e-5;
/// Largest scale of a grid.
pub(crate) const MAX_SCALE: f64 = 1e6;
/// Zero points up to here keep sums of codes exact in f32.
const MAX_ZERO_POINT: f64 = 8_388_608.0;

impl Grid {
    /// The grid of the range `[lo, hi]`.
    ///
    /// # Errors
    /// [`Error::Range`] if it is not finite or runs backwards, [`Error::ZeroPoint`] if a range far from 0 needs a zero
    /// point beyond 2^23 (only with [`ZeroRule::Reference`]).
    pub fn from_range(lo: f32, hi: f32, bits: Bits, symmetry: Symmetry, zero: ZeroRule) -> Result<Self> {
        if !(lo.is_finite() && hi.is_finite() && lo <= hi) {
            return Err(Error::Range { what: "a grid".to_owned(), lo: lo.into(), hi: hi.into() });
        }
        let (lo, hi) = match zero {
            ZeroRule::Representable => (lo.min(0.0), hi.max(0.0)),
            ZeroRule::Reference => (lo, hi),
        };
        let (q_min, q_max) = symmetry.codes(bits);
        let span = match symmetry {
            // In f64 the difference of two f32 cannot overflow.
            Symmetry::Asymmetric => f64::from(hi) - f64::from(lo),
            Symmetry::Symmetric => f64::from(lo.abs().max(hi.abs())),
        };
        #[expect(clippy::cast_possible_truncation, reason = "clamped to [1e-5, 1e6]")]
        let scale = (span / f64::from(q_max)).clamp(MIN_SCALE, MAX_SCALE) as f32;
        let zero_point = match (symmetry, zero) {
            (Symmetry::Symmetric, _) => 0.0,
            // A range wider than 1e6 steps ends at the last code.
            (Symmetry::Asymmetric, ZeroRule::Representable) => {
                (-f64::from((lo / scale).round_ties_even())).clamp(q_min.into(), q_max.into())
            }
            (Symmetry::Asymmetric, ZeroRule::Reference) => -f64::from((lo / scale).round_ties_even()),
        };
        if zero_point.abs() > MAX_ZERO_POINT {
            return Err(Error::ZeroPoint { zero_point, min: -MAX_ZERO_POINT, max: MAX_ZERO_POINT });
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most 2^23")]
        let zero_point = zero_point as i32;
        Ok(Self { scale, zero_point, q_min, q_max })
    }

    /// The code of a value: `clamp(round(x / scale) + zero_point)`, ties to even. NaN gives the code of 0.
    #[must_use]
    pub fn quantize(&self, x: f32) -> i32 {
        #[expect(clippy::cast_possible_truncation, reason = "the conversion saturates, as the clamp does")]
        let rounded = round_even_f32(x / self.scale) as i32;
        rounded.saturating_add(self.zero_point).clamp(self.q_min, self.q_max)
    }

    /// The value of a code: `(q - zero_point) scale`.
    #[must_use]
    pub fn dequantize(&self, q: i32) -> f32 {
        (q - self.zero_point) as f32 * self.scale
    }

    /// The value of the grid that is nearest to `x`.
    #[must_use]
    pub fn fake_quant(&self, x: f32) -> f32 {
        self.dequantize(self.quantize(x))
    }

    /// The values of the smallest and largest code; for a signed grid from minus the largest, as the reference code
    /// exports ranges:
    ///
    /// ```text
    /// asymmetric: lo = -o s, hi = s q_max + lo      symmetric: hi = s q_max, lo = -hi
    /// ```
    #[must_use]
    pub fn range(&self) -> (f32, f32) {
        let hi = self.dequantize(self.q_max);
        if self.q_min < 0 { (-hi, hi) } else { (self.dequantize(0), hi) }
    }
}
