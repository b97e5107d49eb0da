//! Rotation of the residual stream by a random Hadamard matrix.

use super::apply::scale_columns;
use crate::{Array, Checkpoint, Error, NormKind, Result};
use common::rng::Streams;
use rand::RngExt as _;

/// Rotates the residual stream of a model by `R = diag(signs) H`, with H a normalised Hadamard matrix over runs of the
/// largest power of two that divides the width:
///
/// ```text
/// gamma goes into the matrices behind each norm and becomes 1;  E' = E R,  W' = W R for readers,  W' = R^T W for writers
/// ```
///
/// RMSNorm commutes with a rotation once its weights are 1, so the function stays as it is while outlying channels are
/// spread over their run (after QuaRot, Ashkboos et al. 2024; not part of the paper). Tied embeddings are untied.
///
/// # Errors
/// [`Error::NotInvariant`] for models with LayerNorm or with biases of norms, [`Error::NonFinite`].
pub fn rotate_residual(checkpoint: &mut Checkpoint, seed: u64) -> Result<()> {
    let refuse = |reason: &str| Error::NotInvariant { transform: "rotation", reason: reason.to_owned() };
    let config = &checkpoint.config;
    if config.norm != NormKind::Rms {
        return Err(refuse("the mean that LayerNorm subtracts does not rotate"));
    }
    let mut weights = checkpoint.weights.clone();
    let norms = weights.blocks.iter().flat_map(|block| block.mlp_norm.iter().chain([&block.attention_norm]));
    if norms.chain([&weights.norm]).any(|norm| norm.bias.is_some()) {
        return Err(refuse("the bias of a norm does not rotate"));
    }
    let rotation = Rotation::new(config.width, seed);
    let head = weights.head.get_or_insert_with(|| weights.embedding.clone());
    absorb(&mut weights.norm.weight, &mut [head]);
    rotation.rows(head);
    rotation.rows(&mut weights.embedding);
    for (layer, block) in weights.blocks.iter_mut().enumerate() {
        let (q, k, v) = (&mut block.q.weight, &mut block.k.weight, &mut block.v.weight);
        let (gate, up) = (&mut block.gate.weight, &mut block.up.weight);
        match &mut block.mlp_norm {
            Some(norm) => {
                absorb(&mut block.attention_norm.weight, &mut [&mut *q, &mut *k, &mut *v]);
                absorb(&mut norm.weight, &mut [&mut *gate, &mut *up]);
            }
            None => absorb(
                &mut block.attention_norm.weight,
                &mut [&mut *q, &mut *k, &mut *v, &mut *gate, &mut *up],
            ),
        }
        for reader in [q, k, v, gate, up] {
            rotation.rows(reader);
        }
        for writer in [&mut block.o, &mut block.down] {
            rotation.columns(&mut writer.weight);
            writer.bias.iter_mut().for_each(|bias| rotation.columns(bias));
        }
        super::apply::check(block, layer)?;
    }
    checkpoint.weights = weights;
    checkpoint.config.tied = false;
    checkpoint.validate()
}

/// Moves the weights of a norm into the matrices that read it.
fn absorb(norm: &mut Array, readers: &mut [&mut Array]) {
    for reader in readers {
        scale_columns(reader, norm.data());
    }
    norm.data_mut().fill(1.0);
}

struct Rotation {
    signs: Vec<f64>,
    run: usize,
}

impl Rotation {
    fn new(width: usize, seed: u64) -> Self {
        let mut rng = Streams::new(seed).stream("rotation");
        let signs = (0..width).map(|_| if rng.random::<bool>() { 1.0 } else { -1.0 }).collect();
        Self { signs, run: 1 << width.trailing_zeros() }
    }

    /// x R of every row x.
    fn rows(&self, array: &mut Array) {
        for row in array.data_mut().chunks_exact_mut(self.signs.len()) {
            let mut values: Vec<f64> = row.iter().zip(&self.signs).map(|(x, s)| f64::from(*x) * s).collect();
            self.hadamard(&mut values);
            store(row.iter_mut(), &values);
        }
    }

    /// R^T y of every column y.
    fn columns(&self, array: &mut Array) {
        let width = array.width();
        let data = array.data_mut();
        for column in 0..width {
            let along = || (column..).step_by(width).take(self.signs.len());
            let mut values: Vec<f64> =
                along().zip(&self.signs).map(|(at, s)| f64::from(data[at]) * s).collect();
            self.hadamard(&mut values);
            for (at, value) in along().zip(&values) {
                store(std::iter::once(&mut data[at]), &[*value]);
            }
        }
    }

    /// The fast transform of each run; the matrix is symmetric.
    fn hadamard(&self, values: &mut [f64]) {
        let norm = (self.run as f64).sqrt();
        for run in values.chunks_exact_mut(self.run) {
            let mut half = 1;
            while half < self.run {
                for pair in run.chunks_exact_mut(2 * half) {
                    let (a, b) = pair.split_at_mut(half);
                    for (a, b) in a.iter_mut().zip(b) {
                        (*a, *b) = (*a + *b, *a - *b);
                    }
                }
                half *= 2;
            }
            for x in run {
                *x /= norm;
            }
        }
    }
}

fn store<'a>(to: impl Iterator<Item = &'a mut f32>, values: &[f64]) {
    #[expect(clippy::cast_possible_truncation, reason = "weights are f32")]
    to.zip(values).for_each(|(to, value)| *to = *value as f32);
}
