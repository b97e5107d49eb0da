//! A network with one hidden layer over hashed features.

use super::SparseVector;
use super::linear::{add_rows, check_finite};
use crate::{Error, Result};

/// An embedding bag, GELU and a linear layer:
///
/// ```text
/// h = output_bias + gelu(hidden_bias + sum_k x_k embedding_k) output
/// gelu(z) = z/2 (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3)))
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    pub(super) embedding: Vec<f32>,
    pub(super) hidden_bias: Vec<f32>,
    pub(super) output: Vec<f32>,
    pub(super) output_bias: Vec<f32>,
}

impl Mlp {
    /// A network from `embedding`, row-major with one row of `hidden_bias.len()` entries a bucket, and `output`,
    /// row-major with one row of `output_bias.len()` entries a hidden unit.
    ///
    /// # Errors
    /// [`Error::Dimension`] if lengths do not agree, or without a bucket, a hidden unit or an output;
    /// [`Error::InvalidValue`] for a number that is not finite.
    pub fn new(
        buckets: usize,
        embedding: Vec<f32>,
        hidden_bias: Vec<f32>,
        output: Vec<f32>,
        output_bias: Vec<f32>,
    ) -> Result<Self> {
        let sizes = [
            ("embedding of a gate", buckets.saturating_mul(hidden_bias.len()), embedding.len()),
            ("output weights of a gate", hidden_bias.len().saturating_mul(output_bias.len()), output.len()),
        ];
        for (what, expected, got) in sizes {
            if expected != got || got == 0 {
                return Err(Error::Dimension { what: what.to_owned(), expected: expected.max(1), got });
            }
        }
        check_finite(&[&embedding, &hidden_bias, &output, &output_bias])?;
        Ok(Self { embedding, hidden_bias, output, output_bias })
    }

    /// The number of outputs.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.output_bias.len()
    }

    /// The number of hidden units.
    #[must_use]
    pub fn hidden(&self) -> usize {
        self.hidden_bias.len()
    }

    /// The number of buckets of the features.
    #[must_use]
    pub fn buckets(&self) -> usize {
        self.embedding.len() / self.hidden_bias.len()
    }

    /// The logits of a prompt's features; entries beyond the last bucket are ignored.
    #[must_use]
    pub fn logits(&self, features: &SparseVector) -> Vec<f32> {
        let mut hidden = self.hidden_bias.clone();
        add_rows(&mut hidden, &self.embedding, features);
        let mut logits = self.output_bias.clone();
        for (&z, row) in hidden.iter().zip(self.output.chunks_exact(logits.len())) {
            let active = gelu(z);
            logits.iter_mut().zip(row).for_each(|(logit, weight)| *logit += active * weight);
        }
        logits
    }
}

fn gelu(z: f32) -> f32 {
    const ROOT: f32 = 0.797_884_6; // sqrt(2/pi)
    0.5 * z * (1.0 + (ROOT * z * (1.0 + 0.044715 * z * z)).tanh())
}
