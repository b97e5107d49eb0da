//! What a decoder-only model looks like.

use crate::{Error, Result};

/// Family of architectures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Family {
    /// RMSNorm, SiLU, gated MLP, rotary embedding over the whole head.
    Llama,
    /// As Llama, with embeddings times the root of the width, GELU, norms stored as weight - 1.
    Gemma,
    /// LayerNorm, biases of queries, keys and values, rotary embedding over a part of the head.
    StableLm,
    /// As Llama, with biases of queries, keys and values.
    Qwen2,
}

/// Normalisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum NormKind {
    /// `x / sqrt(mean(x^2) + eps) gamma`
    Rms,
    /// `(x - mean) / sqrt(variance + eps) gamma + beta`
    Layer,
}

/// Activation of the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Activation {
    /// `x sigmoid(x)`
    Silu,
    /// GELU in its approximation by tanh.
    GeluTanh,
    /// GELU with the error function.
    GeluErf,
}

/// Sizes and choices of a decoder-only model.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Config {
    /// Family, which decides how files name and store things.
    pub family: Family,
    /// Number of tokens of the vocabulary.
    pub vocab: usize,
    /// Width of the residual stream.
    pub width: usize,
    /// Width inside the MLP.
    pub mlp_width: usize,
    /// Number of blocks.
    pub layers: usize,
    /// Number of query heads.
    pub heads: usize,
    /// Number of key and value heads; divides the number of query heads.
    pub kv_heads: usize,
    /// Width of a head.
    pub head_dim: usize,
    /// Leading channels of a head that are rotated, even; channel c goes with c + half of them.
    pub rotary_dim: usize,
    /// Base of the rotary embedding's wavelengths.
    pub rope_theta: f64,
    /// Longest sequence in tokens.
    pub context: usize,
    /// Kind of normalisation.
    pub norm: NormKind,
    /// Added under the root of the normalisation.
    pub norm_eps: f64,
    /// Activation of the gate.
    pub activation: Activation,
    /// Factor of the embeddings: 1, or the root of the width.
    pub embedding_scale: f64,
    /// Whether the output matrix is the embedding.
    pub tied: bool,
    /// Whether attention and MLP read the same norm and are added together.
    pub parallel_residual: bool,
    /// Token that begins a text, if there is one.
    pub bos: Option<u32>,
    /// Token that ends a text, if there is one.
    pub eos: Option<u32>,
}

/// No size of a model is larger; products of three stay far below the range of u64.
const MAX_SIZE: usize = 1 << 20;

impl Config {
    /// Checks that the numbers fit together.
    ///
    /// # Errors
    /// [`Error::Config`] with the first field that does not.
    pub fn validate(&self) -> Result<()> {
        let sizes = [
            ("vocab", self.vocab),
            ("width", self.width),
            ("mlp_width", self.mlp_width),
            ("layers", self.layers),
            ("heads", self.heads),
            ("kv_heads", self.kv_heads),
            ("head_dim", self.head_dim),
            ("rotary_dim", self.rotary_dim),
        ];
        for (field, size) in sizes {
            check(field, "in 1..=1048576", &size, (1..=MAX_SIZE).contains(&size))?;
        }
        check("context", "at least 1", &self.context, self.context >= 1)?;
        check(
            "kv_heads",
            "a divisor of the number of heads",
            &self.kv_heads,
            self.heads.is_multiple_of(self.kv_heads),
        )?;
        check(
            "rotary_dim",
            "even and at most the width of a head",
            &self.rotary_dim,
            self.rotary_dim.is_multiple_of(2) && self.rotary_dim <= self.head_dim,
        )?;
        check(
            "rope_theta",
            "finite and positive",
            &self.rope_theta,
            self.rope_theta.is_finite() && self.rope_theta > 0.0,
        )?;
        check(
            "norm_eps",
            "finite and at least 0",
            &self.norm_eps,
            self.norm_eps.is_finite() && self.norm_eps >= 0.0,
        )?;
        check(
            "embedding_scale",
            "finite and positive",
            &self.embedding_scale,
            self.embedding_scale.is_finite() && self.embedding_scale > 0.0,
        )
    }

    /// Width of all queries: heads times the width of a head.
    #[must_use]
    pub fn query_width(&self) -> usize {
        self.heads * self.head_dim
    }

    /// Width of all keys, and of all values.
    #[must_use]
    pub fn kv_width(&self) -> usize {
        self.kv_heads * self.head_dim
    }

    /// Query heads that share a key and value head.
    #[must_use]
    pub fn group(&self) -> usize {
        self.heads / self.kv_heads
    }

    /// Checks a sequence: tokens inside the vocabulary, and no more of them than the context.
    ///
    /// # Errors
    /// [`Error::Token`], [`Error::Context`], and [`Error::Count`] if it is empty.
    pub fn check_tokens(&self, tokens: &[u32]) -> Result<()> {
        if tokens.is_empty() {
            return Err(Error::Count { name: "tokens", rule: "at least 1", count: 0 });
        }
        if tokens.len() > self.context {
            return Err(Error::Context { length: tokens.len(), context: self.context });
        }
        match tokens.iter().enumerate().find(|(_, id)| **id as usize >= self.vocab) {
            Some((place, &id)) => Err(Error::Token { id, place, vocab: self.vocab }),
            None => Ok(()),
        }
    }
}

fn check(field: &str, rule: &str, got: &dyn std::fmt::Display, holds: bool) -> Result<()> {
    if holds {
        return Ok(());
    }
    Err(Error::Config { field: field.to_owned(), rule: rule.to_owned(), got: got.to_string() })
}
