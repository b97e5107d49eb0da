//! SmoothQuant: scales from activations and weights.

use super::{Equivalent, TransformSite};
use crate::{Array, Block, Checkpoint, Error, Matrix, Result};

/// Largest magnitudes of the channels that a block's matrices read, from calibration.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelMaxima {
    /// Input of queries, keys and values, `width` channels.
    pub qkv: Vec<f32>,
    /// Input of attention's output matrix, `heads head_dim` channels.
    pub out: Vec<f32>,
    /// Input of gate and up, `width` channels; empty with a parallel residual.
    pub mlp: Vec<f32>,
    /// Input of down, `mlp_width` channels.
    pub down: Vec<f32>,
}

/// SmoothQuant (Xiao et al. 2023): scales that share the range of a channel between activation and weights,
///
/// ```text
/// s_j = max(A_j^alpha / B_j^(1 - alpha), 1e-5)
/// ```
///
/// with the largest activation `A_j` and the largest weight `B_j` of channel j over all matrices that read it, both at
/// least 1e-5, measured on the original model.
#[derive(Debug, Clone, PartialEq)]
pub struct SmoothQuant {
    /// Share of the activations' range that moves into the weights, in [0, 1]. The paper takes 0.5 for TinyLlama and
    /// Gemma and 0.6 for StableLM-2.
    pub alpha: f32,
    /// Where: the original method has the two norms, the paper adds values to output and up to down.
    pub sites: Vec<TransformSite>,
}

const LEAST: f32 = 1e-5;

impl SmoothQuant {
    /// Norms only.
    #[must_use]
    pub fn original(alpha: f32) -> Self {
        Self { alpha, sites: vec![TransformSite::NormQkv, TransformSite::NormMlp] }
    }

    /// Norms, values to output, up to down.
    #[must_use]
    pub fn everywhere(alpha: f32) -> Self {
        use TransformSite::{NormMlp, NormQkv, UpDown, ValueOut};
        Self { alpha, sites: vec![NormQkv, NormMlp, ValueOut, UpDown] }
    }

    /// The scales for a model. Of grouped heads, the largest of a group counts (derived here).
    ///
    /// # Errors
    /// [`Error::Quantity`] for alpha outside [0, 1], [`Error::Count`] and [`Error::Shape`] if the maxima are not those of
    /// the model, [`Error::NotInvariant`] for the site of queries and keys, which has no weights behind it.
    pub fn scales(&self, checkpoint: &Checkpoint, maxima: &[ChannelMaxima]) -> Result<Equivalent> {
        let config = &checkpoint.config;
        if !(0.0..=1.0).contains(&self.alpha) {
            return Err(Error::Quantity { name: "alpha", rule: "in [0, 1]", value: self.alpha.into() });
        }
        if maxima.len() != config.layers {
            let rule = "one a block";
            return Err(Error::Count { name: "channel maxima", rule, count: maxima.len() });
        }
        let mut equivalent = Equivalent::identity(config);
        for (layer, (block, maxima)) in checkpoint.weights.blocks.iter().zip(maxima).enumerate() {
            for &site in &self.sites {
                let readers: &[Matrix] = match site {
                    TransformSite::NormQkv if config.parallel_residual => {
                        &[Matrix::Q, Matrix::K, Matrix::V, Matrix::Gate, Matrix::Up]
                    }
                    TransformSite::NormMlp if config.parallel_residual => continue,
                    TransformSite::NormQkv => &[Matrix::Q, Matrix::K, Matrix::V],
                    TransformSite::NormMlp => &[Matrix::Gate, Matrix::Up],
                    TransformSite::ValueOut => &[Matrix::O],
                    TransformSite::UpDown => &[Matrix::Down],
                    TransformSite::QueryKey => {
                        let reason = "SmoothQuant has no scales for it".to_owned();
                        return Err(Error::NotInvariant { transform: site.name(), reason });
                    }
                };
                let of_weights = largest_columns(block, readers);
                let of_activations = match site {
                    TransformSite::NormQkv => &maxima.qkv,
                    TransformSite::NormMlp => &maxima.mlp,
                    TransformSite::ValueOut => &maxima.out,
                    _ => &maxima.down,
                };
                if of_activations.len() != of_weights.len() {
                    let (expected, got) = (vec![of_weights.len()], vec![of_activations.len()]);
                    return Err(Error::Shape { what: format!("maxima of {}", site.name()), expected, got });
                }
                let (a, b) = if site == TransformSite::ValueOut {
                    let group = config.group() * config.head_dim;
                    let narrow = |wide: &[f32]| {
                        wide.chunks_exact(group).flat_map(|heads| maximum(heads, config.head_dim)).collect()
                    };
                    (narrow(of_activations), narrow(&of_weights))
                } else {
                    (of_activations.clone(), of_weights)
                };
                let scale = a.iter().zip(&b).map(|(a, b)| self.scale(*a, *b)).collect();
                equivalent.set_scale(layer, site, scale)?;
            }
        }
        Ok(equivalent)
    }

    fn scale(&self, activation: f32, weight: f32) -> f32 {
        let (a, b) = (activation.max(LEAST), weight.max(LEAST));
        (a.powf(self.alpha) / b.powf(1.0 - self.alpha)).max(LEAST)
    }
}

/// Largest magnitude in each column over some matrices with the same inputs.
fn largest_columns(block: &Block<Array>, readers: &[Matrix]) -> Vec<f32> {
    let mut largest = Vec::new();
    for &which in readers {
        let weight = &block.linear(which).weight;
        largest.resize(weight.width(), 0.0_f32);
        for row in weight.data().chunks_exact(weight.width().max(1)) {
            largest.iter_mut().zip(row).for_each(|(max, x)| *max = max.max(x.abs()));
        }
    }
    largest
}

/// Largest of the numbers whose places differ by multiples of `period`.
fn maximum(values: &[f32], period: usize) -> Vec<f32> {
    let mut largest = vec![0.0_f32; period];
    for chunk in values.chunks_exact(period) {
        largest.iter_mut().zip(chunk).for_each(|(max, x)| *max = max.max(*x));
    }
    largest
}
