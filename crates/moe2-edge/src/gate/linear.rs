//! A linear map of hashed features.

use super::SparseVector;
use crate::{Error, Result};

/// Logits `h_i = bias_i + sum_k weight_ki x_k` of hashed features `x`.
#[derive(Debug, Clone, PartialEq)]
pub struct HashedLinear {
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

impl HashedLinear {
    /// A linear map from `weight`, row-major with one row of `bias.len()` entries a bucket.
    ///
    /// # Errors
    /// [`Error::Dimension`] if the weights do not fill `buckets` rows, or without a bucket or an output;
    /// [`Error::InvalidValue`] for a number that is not finite.
    pub fn new(buckets: usize, weight: Vec<f32>, bias: Vec<f32>) -> Result<Self> {
        let expected = buckets.saturating_mul(bias.len());
        if weight.len() != expected || expected == 0 {
            let what = "weights of a linear gate".to_owned();
            return Err(Error::Dimension { what, expected: expected.max(1), got: weight.len() });
        }
        check_finite(&[&weight, &bias])?;
        Ok(Self { weight, bias })
    }

    /// The number of outputs.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// The number of buckets of the features.
    #[must_use]
    pub fn buckets(&self) -> usize {
        self.weight.len() / self.bias.len()
    }

    /// The logits of a prompt's features; entries beyond the last bucket are ignored.
    #[must_use]
    pub fn logits(&self, features: &SparseVector) -> Vec<f32> {
        let mut logits = self.bias.clone();
        add_rows(&mut logits, &self.weight, features);
        logits
    }
}

/// Weights without NaN and infinity.
pub(super) fn check_finite(tensors: &[&[f32]]) -> Result<()> {
    match tensors.iter().flat_map(|values| *values).find(|value| !value.is_finite()) {
        Some(&value) => {
            let (what, value) = ("weight of a gate".to_owned(), f64::from(value));
            Err(Error::InvalidValue { what, rule: "finite", value })
        }
        None => Ok(()),
    }
}

/// `out += sum_k x_k row_k`.
pub(super) fn add_rows(out: &mut [f32], rows: &[f32], features: &SparseVector) {
    let width = out.len();
    for (index, value) in features.iter() {
        if let Some(row) = rows.get(index * width..(index + 1) * width) {
            out.iter_mut().zip(row).for_each(|(out, weight)| *out += value * weight);
        }
    }
}
