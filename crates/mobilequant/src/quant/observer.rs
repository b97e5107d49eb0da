//! Ranges from observed values.

use super::{Bits, Grid, Symmetry, ZeroRule};
use crate::{Error, Result};

/// Finds the range of a quantiser from batches of values.
pub trait Observer {
    /// Takes in a batch.
    ///
    /// # Errors
    /// [`Error::NonFinite`] for a value that is infinite or not a number.
    fn observe(&mut self, values: &[f32]) -> Result<()>;

    /// The range so far.
    ///
    /// # Errors
    /// [`Error::Count`] if nothing was observed.
    fn range(&self) -> Result<(f32, f32)>;
}

/// Smallest and largest value of all batches; what the paper calibrates with.
///
/// ```
/// use mobilequant::quant::{MinMax, Observer};
///
/// let mut observer = MinMax::default();
/// observer.observe(&[0.5, -2.0])?;
/// observer.observe(&[3.0])?;
/// assert_eq!(observer.range()?, (-2.0, 3.0));
/// # Ok::<(), mobilequant::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct MinMax {
    range: Option<(f32, f32)>,
}

impl Observer for MinMax {
    fn observe(&mut self, values: &[f32]) -> Result<()> {
        if let Some((lo, hi)) = extent(values)? {
            let (a, b) = self.range.unwrap_or((lo, hi));
            self.range = Some((a.min(lo), b.max(hi)));
        }
        Ok(())
    }

    fn range(&self) -> Result<(f32, f32)> {
        self.range.ok_or(NOTHING)
    }
}

/// Exponential moving averages of the batches' smallest and largest values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MovingAverage {
    momentum: f32,
    range: Option<(f32, f32)>,
}

impl MovingAverage {
    /// `momentum` is the weight of the past, in [0, 1).
    ///
    /// # Errors
    /// [`Error::Quantity`] if it lies outside.
    pub fn new(momentum: f32) -> Result<Self> {
        if !(0.0..1.0).contains(&momentum) {
            return Err(Error::Quantity { name: "momentum", rule: "in [0, 1)", value: momentum.into() });
        }
        Ok(Self { momentum, range: None })
    }
}

impl Observer for MovingAverage {
    fn observe(&mut self, values: &[f32]) -> Result<()> {
        if let Some((lo, hi)) = extent(values)? {
            let (a, b) = self.range.unwrap_or((lo, hi));
            let mix = |old: f32, new: f32| self.momentum * old + (1.0 - self.momentum) * new;
            self.range = Some((mix(a, lo), mix(b, hi)));
        }
        Ok(())
    }

    fn range(&self) -> Result<(f32, f32)> {
        self.range.ok_or(NOTHING)
    }
}

/// Quantiles of all values, which it keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct Percentile {
    kept: f64,
    values: Vec<f32>,
}

impl Percentile {
    /// `kept` percent of the values lie inside the range, as many below as above; in (0, 100].
    ///
    /// # Errors
    /// [`Error::Quantity`] if it lies outside.
    pub fn new(kept: f64) -> Result<Self> {
        if !(kept > 0.0 && kept <= 100.0) {
            return Err(Error::Quantity { name: "percentile", rule: "in (0, 100]", value: kept });
        }
        Ok(Self { kept, values: Vec::new() })
    }
}

impl Observer for Percentile {
    fn observe(&mut self, values: &[f32]) -> Result<()> {
        extent(values)?;
        self.values.extend_from_slice(values);
        Ok(())
    }

    fn range(&self) -> Result<(f32, f32)> {
        if self.values.is_empty() {
            return Err(NOTHING);
        }
        let mut sorted = self.values.clone();
        sorted.sort_by(f32::total_cmp);
        let outside = (1.0 - self.kept / 100.0) / 2.0;
        let at = |p: f64| {
            let position = p * (sorted.len() - 1) as f64;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in 0..len")]
            let below = position.floor() as usize;
            let above = (below + 1).min(sorted.len() - 1);
            #[expect(clippy::cast_possible_truncation, reason = "a share")]
            let share = (position - below as f64) as f32;
            sorted[below] + share * (sorted[above] - sorted[below])
        };
        Ok((at(outside), at(1.0 - outside)))
    }
}

/// The range, among shrunken copies of that of all values, whose grid has the smallest squared error.
#[derive(Debug, Clone, PartialEq)]
pub struct MseOptimal {
    bits: Bits,
    symmetry: Symmetry,
    values: Vec<f32>,
}

impl MseOptimal {
    /// For grids of this kind.
    #[must_use]
    pub fn new(bits: Bits, symmetry: Symmetry) -> Self {
        Self { bits, symmetry, values: Vec::new() }
    }
}

impl Observer for MseOptimal {
    fn observe(&mut self, values: &[f32]) -> Result<()> {
        extent(values)?;
        self.values.extend_from_slice(values);
        Ok(())
    }

    /// Tries 100 %, 99 %, ... 20 % of the full range.
    fn range(&self) -> Result<(f32, f32)> {
        let (lo, hi) = extent(&self.values)?.ok_or(NOTHING)?;
        let mut best = (f64::INFINITY, (lo, hi));
        for percent in (20..=100_u8).rev() {
            let share = f32::from(percent) / 100.0;
            let range = (lo * share, hi * share);
            let grid = Grid::from_range(range.0, range.1, self.bits, self.symmetry, ZeroRule::Representable)?;
            let error = |&x: &f32| (f64::from(grid.fake_quant(x)) - f64::from(x)).powi(2);
            let total: f64 = self.values.iter().map(error).sum();
            if total < best.0 {
                best = (total, range);
            }
        }
        Ok(best.1)
    }
}

const NOTHING: Error = Error::Count { name: "observed values", rule: "at least 1", count: 0 };

/// Smallest and largest value, `None` for an empty slice.
pub(crate) fn extent(values: &[f32]) -> Result<Option<(f32, f32)>> {
    if let Some((place, &value)) = values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        let what = "observed values".to_owned();
        return Err(Error::NonFinite { what, place, value: value.into() });
    }
    let ends = |(lo, hi): (f32, f32), &x: &f32| (lo.min(x), hi.max(x));
    Ok(values.first().map(|&first| values.iter().fold((first, first), ends)))
}
