//! A logarithmic axis.

use crate::error::{Error, Result, positive, within};

/// Values evenly spaced in their logarithm.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Raw", into = "Raw")
)]
pub struct LogAxis {
    from: f64,
    to: f64,
    count: usize,
}

/// Most values of an axis.
const MOST: usize = 100_000;

impl LogAxis {
    /// So many values (at least 2) from one positive number to a larger one.
    ///
    /// # Errors
    /// [`Error::Quantity`] for ends that are not positive and ascending, [`Error::Count`] for fewer than two or more
    /// than 100 000 values.
    pub fn new(from: f64, to: f64, count: usize) -> Result<Self> {
        positive("begin of an axis", from)?;
        positive("end of an axis", to)?;
        within("end of an axis", "above its begin", to, to > from)?;
        if !(2..=MOST).contains(&count) {
            return Err(Error::Count { name: "values of an axis", rule: "in 2..=100000", count });
        }
        Ok(Self { from, to, count })
    }

    /// Number of values.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The value at a place; beyond the last one the axis goes on.
    #[must_use]
    pub fn value(&self, place: usize) -> f64 {
        if place + 1 == self.count {
            return self.to;
        }
        self.from * (self.step() * place as f64).exp()
    }

    /// All values.
    pub fn values(&self) -> impl Iterator<Item = f64> {
        (0..self.count).map(|place| self.value(place))
    }

    /// Difference of the logarithms of neighbours.
    #[must_use]
    pub fn step(&self) -> f64 {
        (self.to / self.from).ln() / (self.count - 1) as f64
    }

    /// First and last value.
    #[must_use]
    pub fn ends(&self) -> (f64, f64) {
        (self.from, self.to)
    }
}

/// An axis as it stands in a file.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Raw {
    from: f64,
    to: f64,
    count: usize,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for LogAxis {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        Self::new(raw.from, raw.to, raw.count)
    }
}

#[cfg(feature = "serde")]
impl From<LogAxis> for Raw {
    fn from(axis: LogAxis) -> Self {
        Self { from: axis.from, to: axis.to, count: axis.count }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::assert_close;

    #[test]
    fn values_and_rules() {
        let axis = LogAxis::new(1e-6, 1e-2, 5).unwrap();
        for (value, exact) in axis.values().zip([1e-6, 1e-5, 1e-4, 1e-3, 1e-2]) {
            assert_close!(value, exact, rel = 1e-14);
        }
        for (from, to, count) in
            [(0.0, 1.0, 3), (1.0, 1.0, 3), (1.0, f64::NAN, 3), (1.0, 2.0, 1), (1.0, 2.0, 1 << 20)]
        {
            assert!(LogAxis::new(from, to, count).is_err());
        }
    }
}
