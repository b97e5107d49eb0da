//! A labelled range of an input.

use crate::error::{Error, Result};

/// A value and the range around it, with a word on what the range is.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Range<T> {
    low: T,
    value: T,
    high: T,
    label: String,
}

/// How an input is distributed over its range, when quantiles, variances and contributions are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Shape {
    /// Every value of the range is as likely as the next.
    Uniform,
    /// Likeliest at the value, falling in straight lines to both ends.
    Triangular,
}

impl<T: Copy + PartialOrd + Into<f64>> Range<T> {
    /// Checked constructor. The label says where the range is from: "10th to 90th percentile of …", "assumed".
    ///
    /// # Errors
    /// [`Error::Range`] unless low <= value <= high.
    pub fn new(low: T, value: T, high: T, label: &str) -> Result<Self> {
        if low <= value && value <= high {
            Ok(Self { low, value, high, label: label.to_owned() })
        } else {
            let (low, value, high) = (low.into(), value.into(), high.into());
            Err(Error::Range { label: label.to_owned(), low, value, high })
        }
    }

    /// A value that is taken as certain.
    #[must_use]
    pub fn certain(value: T) -> Self {
        Self { low: value, value, high: value, label: "taken as certain".to_owned() }
    }

    /// Lower end, value and upper end.
    #[must_use]
    pub fn numbers(&self) -> [f64; 3] {
        [self.low.into(), self.value.into(), self.high.into()]
    }

    /// What the range is.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }
}

impl Shape {
    /// Mean and variance over the range `[low, value, high]`.
    pub(super) fn moments(self, [a, c, b]: [f64; 3]) -> (f64, f64) {
        match self {
            Self::Uniform => (0.5 * (a + b), (b - a) * (b - a) / 12.0),
            // (a² + b² + c² - ab - ac - bc) / 18, as a sum of squares: no cancellation
            Self::Triangular => {
                let squares = (b - a) * (b - a) + (c - a) * (c - a) + (b - c) * (b - c);
                ((a + b + c) / 3.0, squares / 36.0)
            }
        }
    }

    /// The quantile at `p` in `[0, 1)` over the range `[low, value, high]`.
    pub(super) fn quantile(self, p: f64, [a, c, b]: [f64; 3]) -> f64 {
        match self {
            Self::Uniform => a + p * (b - a),
            Self::Triangular if p * (b - a) < c - a => a + (p * (b - a) * (c - a)).sqrt(),
            Self::Triangular => b - ((1.0 - p) * (b - a) * (b - c)).sqrt(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::assert_close;

    /// Moments as integrals of the quantile function by the midpoint rule.
    #[test]
    fn moments_belong_to_the_quantiles() {
        const N: usize = 200_000;
        for range in [[0.0, 1.0, 4.0], [1.0, 1.0, 2.0], [-3.0, 5.0, 5.0]] {
            for shape in [Shape::Uniform, Shape::Triangular] {
                let values: Vec<f64> =
                    (0..N).map(|i| shape.quantile((i as f64 + 0.5) / N as f64, range)).collect();
                let mean = values.iter().sum::<f64>() / N as f64;
                let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / N as f64;
                let (expected_mean, expected_variance) = shape.moments(range);
                assert_close!(mean, expected_mean, abs = 1e-7, "{shape:?} {range:?}");
                assert_close!(variance, expected_variance, rel = 1e-6, "{shape:?} {range:?}");
            }
        }
    }
}
