//! The decoder as a differentiable function.

mod block;
mod sigmoid;
mod site;
mod softmax;

pub use block::{Rope, block_forward};
pub use site::{FullPrecision, Site, Tap};

use crate::error::during;
use crate::{Array, Checkpoint, Config, Result, Weights};
use block::{linear, norm};
use candle_core::{DType, Device, Tensor};

/// A decoder-only model of f32 or f64 tensors on the CPU.
///
/// Every operation has its gradient. There is no cache: a pass computes a whole sequence.
#[derive(Debug, Clone)]
pub struct Model {
    config: Config,
    weights: Weights<Tensor>,
    rope: Rope,
}

impl Model {
    /// The model of a checkpoint, with tensors of this type (f32 or f64).
    ///
    /// # Errors
    /// Those of [`Checkpoint::validate`], and [`crate::Error::Tensor`].
    pub fn new(checkpoint: &Checkpoint, dtype: DType) -> Result<Self> {
        checkpoint.validate()?;
        let weights = checkpoint.weights.try_map(&mut |array| tensor(array, dtype))?;
        Self::from_tensors(checkpoint.config.clone(), weights)
    }

    /// A model of given tensors, whose shapes are those of the configuration.
    ///
    /// # Errors
    /// [`crate::Error::Tensor`] if the tables of the rotary embedding cannot be made.
    pub fn from_tensors(config: Config, weights: Weights<Tensor>) -> Result<Self> {
        let rope = Rope::new(&config, weights.embedding.dtype())?;
        Ok(Self { config, weights, rope })
    }

    /// Sizes and choices.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The weights.
    #[must_use]
    pub fn weights(&self) -> &Weights<Tensor> {
        &self.weights
    }

    /// Tables of the rotary embedding.
    #[must_use]
    pub fn rope(&self) -> &Rope {
        &self.rope
    }

    /// Embeddings of sequences of equal length, `[sequences, tokens, width]`.
    ///
    /// # Errors
    /// Those of [`Config::check_tokens`]; [`crate::Error::Shape`] if lengths differ, [`crate::Error::Count`] without
    /// sequences.
    pub fn embed(&self, sequences: &[&[u32]]) -> Result<Tensor> {
        let length = sequences.first().map_or(0, |tokens| tokens.len());
        for tokens in sequences {
            self.config.check_tokens(tokens)?;
            if tokens.len() != length {
                let (expected, got) = (vec![length], vec![tokens.len()]);
                return Err(crate::Error::Shape { what: "sequences of a batch".to_owned(), expected, got });
            }
        }
        if sequences.is_empty() {
            return Err(crate::Error::Count { name: "sequences", rule: "at least 1", count: 0 });
        }
        let embed = || {
            let ids = Tensor::new(sequences.concat(), &Device::Cpu)?;
            let rows = self.weights.embedding.index_select(&ids, 0)?;
            let scaled = if (self.config.embedding_scale - 1.0).abs() > 0.0 {
                (rows * self.config.embedding_scale)?
            } else {
                rows
            };
            scaled.reshape((sequences.len(), length, self.config.width))
        };
        embed().map_err(during("embedding"))
    }

    /// One block on `[sequences, tokens, width]`.
    ///
    /// # Errors
    /// [`crate::Error::Count`] if there is no such block, [`crate::Error::Context`] for more positions than the context,
    /// [`crate::Error::Tensor`], and those of the tap.
    pub fn block(&self, layer: usize, x: &Tensor, tap: &mut dyn Tap) -> Result<Tensor> {
        let Some(block) = self.weights.blocks.get(layer) else {
            return Err(crate::Error::Count {
                name: "block",
                rule: "below the number of layers",
                count: layer,
            });
        };
        let (_, length, _) = x.dims3().map_err(during("block"))?;
        let context = self.config.context;
        if length > context {
            return Err(crate::Error::Context { length, context });
        }
        block_forward(&self.config, block, &self.rope, layer, x, tap)
    }

    /// All blocks.
    ///
    /// # Errors
    /// As [`Model::block`].
    pub fn blocks(&self, x: Tensor, tap: &mut dyn Tap) -> Result<Tensor> {
        (0..self.config.layers).try_fold(x, |x, layer| self.block(layer, &x, tap))
    }

    /// Final norm and output matrix: `[sequences, tokens, vocab]`.
    ///
    /// # Errors
    /// [`crate::Error::Tensor`].
    pub fn head(&self, x: &Tensor) -> Result<Tensor> {
        let head = || {
            let x = norm(x, &self.weights.norm, &self.config)?;
            linear(&x, self.weights.head.as_ref().unwrap_or(&self.weights.embedding), None)
        };
        head().map_err(during("output matrix"))
    }

    /// Logits of sequences of equal length, `[sequences, tokens, vocab]`, with a tap at every site.
    ///
    /// # Errors
    /// As [`Model::embed`] and [`Model::block`].
    pub fn forward(&self, sequences: &[&[u32]], tap: &mut dyn Tap) -> Result<Tensor> {
        let x = self.blocks(self.embed(sequences)?, tap)?;
        self.head(&x)
    }

    /// Logits of one sequence in full precision, `[tokens, vocab]`.
    ///
    /// # Errors
    /// As [`Model::forward`].
    pub fn logits(&self, tokens: &[u32]) -> Result<Tensor> {
        self.forward(&[tokens], &mut FullPrecision)?.squeeze(0).map_err(during("logits"))
    }

    /// Continues a prompt by the `count` most likely tokens, each after all before it; of equals the first. Every step
    /// computes the whole sequence.
    ///
    /// # Errors
    /// As [`Model::forward`]; [`crate::Error::Context`] if prompt and continuation are longer than the context.
    pub fn greedy(&self, prompt: &[u32], count: usize) -> Result<Vec<u32>> {
        self.greedy_with(prompt, count, &mut FullPrecision)
    }

    /// The same with a tap at every site.
    ///
    /// # Errors
    /// As [`Model::greedy`].
    pub fn greedy_with(&self, prompt: &[u32], count: usize, tap: &mut dyn Tap) -> Result<Vec<u32>> {
        self.config.check_tokens(prompt)?;
        // The last token is not read.
        let length = prompt.len().saturating_add(count.saturating_sub(1));
        let context = self.config.context;
        if length > context {
            return Err(crate::Error::Context { length, context });
        }
        let mut tokens = prompt.to_vec();
        for _ in 0..count {
            let x = self.blocks(self.embed(&[&tokens])?, tap)?;
            let last = x.narrow(1, tokens.len() - 1, 1).map_err(during("last token"))?;
            let logits = self.head(&last)?;
            let logits = flat(&logits).map_err(during("last token"))?;
            let mut best = 0;
            for (id, value) in logits.iter().enumerate() {
                if *value > logits[best] {
                    best = id;
                }
            }
            tokens.push(u32::try_from(best).unwrap_or(u32::MAX));
        }
        Ok(tokens.split_off(prompt.len()))
    }
}

/// The values of a tensor in f64.
pub(crate) fn flat(x: &Tensor) -> candle_core::Result<Vec<f64>> {
    x.flatten_all()?.to_dtype(DType::F64)?.to_vec1()
}

/// A plain array as tensor.
pub(crate) fn tensor(array: &Array, dtype: DType) -> Result<Tensor> {
    let make = || Tensor::from_slice(array.data(), array.shape(), &Device::Cpu)?.to_dtype(dtype);
    make().map_err(during("making a tensor"))
}
