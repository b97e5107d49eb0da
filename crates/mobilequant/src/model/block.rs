//! One block: attention and MLP around the residual stream.

use super::sigmoid::sigmoid;
use super::softmax::causal_softmax;
use super::{Site, Tap};
use crate::error::during;
use crate::{Activation, Block, Config, Norm, NormKind, Result};
use candle_core::{D, DType, Device, Result as CandleResult, Tensor};

/// Rotary embedding: the angle a position adds to each pair of channels.
#[derive(Debug, Clone)]
pub struct Rope {
    frequencies: Vec<f64>,
    dtype: DType,
}

impl Rope {
    /// For models of this configuration.
    ///
    /// # Errors
    /// Those of [`Config::validate`].
    pub fn new(config: &Config, dtype: DType) -> Result<Self> {
        config.validate()?;
        let half = config.rotary_dim / 2;
        let exponent = |c: usize| -2.0 * c as f64 / config.rotary_dim as f64;
        let frequencies = (0..half).map(|c| config.rope_theta.powf(exponent(c))).collect();
        Ok(Self { frequencies, dtype })
    }

    /// Cosines and sines of the first positions, each `[tokens, 1, rotary_dim / 2]`.
    fn tables(&self, tokens: usize) -> CandleResult<(Tensor, Tensor)> {
        let angles = (0..tokens).flat_map(|t| self.frequencies.iter().map(move |f| t as f64 * f));
        let (cos, sin): (Vec<f64>, Vec<f64>) = angles.map(|angle| (angle.cos(), angle.sin())).unzip();
        let table = |values: Vec<f64>| {
            Tensor::from_vec(values, (tokens, 1, self.frequencies.len()), &Device::Cpu)?.to_dtype(self.dtype)
        };
        Ok((table(cos)?, table(sin)?))
    }

    /// Rotates channel c with channel c + `rotary_dim / 2` by the position's angle; `[sequences, tokens, heads, head_dim]`.
    fn rotate(&self, x: &Tensor, cos: &Tensor, sin: &Tensor) -> CandleResult<Tensor> {
        let half = self.frequencies.len();
        let (a, b) = (x.narrow(3, 0, half)?, x.narrow(3, half, half)?);
        let first = (a.broadcast_mul(cos)? - b.broadcast_mul(sin)?)?;
        let second = (b.broadcast_mul(cos)? + a.broadcast_mul(sin)?)?;
        match x.dim(3)? - 2 * half {
            0 => Tensor::cat(&[first, second], 3),
            rest => Tensor::cat(&[first, second, x.narrow(3, 2 * half, rest)?], 3),
        }
    }
}

/// One block on the residual stream `[sequences, tokens, width]`:
///
/// ```text
/// x <- x + O attention(norm(x)),   x <- x + down(act(gate) up)   of norm2(x)
/// ```
///
/// or both from the same norm with a parallel residual. The tap sees every site on the way.
///
/// # Errors
/// [`crate::Error::Tensor`], and those of the tap.
pub fn block_forward(
    config: &Config,
    block: &Block<Tensor>,
    rope: &Rope,
    layer: usize,
    x: &Tensor,
    tap: &mut dyn Tap,
) -> Result<Tensor> {
    let mut pass = Pass { config, block, rope, layer, tap };
    let normed =
        pass.norm(x, &block.attention_norm, [Site::AttentionNormInput, Site::AttentionNormOutput])?;
    let attention = pass.attention(&normed)?;
    let add = during("residual stream");
    match &block.mlp_norm {
        None => {
            let mlp = pass.mlp(&normed)?;
            (x + attention).and_then(|x| x + mlp).map_err(add)
        }
        Some(norm) => {
            let x = (x + attention).map_err(&add)?;
            let normed = pass.norm(&x, norm, [Site::MlpNormInput, Site::MlpNormOutput])?;
            (&x + pass.mlp(&normed)?).map_err(add)
        }
    }
}

struct Pass<'a> {
    config: &'a Config,
    block: &'a Block<Tensor>,
    rope: &'a Rope,
    layer: usize,
    tap: &'a mut dyn Tap,
}

impl Pass<'_> {
    fn at(&mut self, site: Site, x: CandleResult<Tensor>) -> Result<Tensor> {
        self.tap.at(self.layer, site, x.map_err(during(site.path()))?)
    }

    fn norm(&mut self, x: &Tensor, weights: &Norm<Tensor>, [input, output]: [Site; 2]) -> Result<Tensor> {
        let x = self.at(input, Ok(x.clone()))?;
        self.at(output, norm(&x, weights, self.config))
    }

    fn attention(&mut self, x: &Tensor) -> Result<Tensor> {
        let &Config { heads, kv_heads, head_dim, .. } = self.config;
        let (block, rope, group) = (self.block, self.rope, self.config.group());
        let (b, t, _) = x.dims3().map_err(during("attention"))?;
        let q = self.at(Site::Query, linear(x, &block.q.weight, block.q.bias.as_ref()))?;
        let k = self.at(Site::Key, linear(x, &block.k.weight, block.k.bias.as_ref()))?;
        let v = self.at(Site::Value, linear(x, &block.v.weight, block.v.bias.as_ref()))?;
        let (cos, sin) = rope.tables(t).map_err(during("rotary embedding"))?;
        let rotated = |x: Tensor, heads: usize| rope.rotate(&x.reshape((b, t, heads, head_dim))?, &cos, &sin);
        let q = self.at(Site::RotatedQuery, rotated(q, heads))?;
        let k = self.at(Site::RotatedKey, rotated(k, kv_heads))?;
        let v = self.at(Site::AttendedValue, Ok(v))?;
        // The query heads of a group are more rows of one product with their key head.
        let scores = || {
            let q = q.reshape((b, t, kv_heads, group, head_dim))?.permute((0, 2, 3, 1, 4))?;
            let q = q.reshape((b * kv_heads, group * t, head_dim))?;
            let k = k.permute((0, 2, 3, 1))?.reshape((b * kv_heads, head_dim, t))?;
            q.matmul(&k)
        };
        let scores = self.at(Site::Scores, scores())?;
        let root = (head_dim as f64).sqrt();
        let probabilities = self.at(Site::Probabilities, causal_softmax(&scores, t, root))?;
        let attended = || {
            let v = v.reshape((b, t, kv_heads, head_dim))?.permute((0, 2, 1, 3))?;
            let v = v.reshape((b * kv_heads, t, head_dim))?;
            let sums = probabilities.matmul(&v)?;
            let sums = sums.reshape((b, kv_heads, group, t, head_dim))?.permute((0, 3, 1, 2, 4))?;
            sums.reshape((b, t, heads * head_dim))
        };
        let attended = self.at(Site::Attended, attended())?;
        self.at(Site::AttentionOutput, linear(&attended, &block.o.weight, block.o.bias.as_ref()))
    }

    fn mlp(&mut self, x: &Tensor) -> Result<Tensor> {
        let block = self.block;
        let gate = self.at(Site::Gate, linear(x, &block.gate.weight, block.gate.bias.as_ref()))?;
        let activated = match self.config.activation {
            Activation::Silu => {
                let share = self.at(Site::Sigmoid, sigmoid(&gate))?;
                gate * share
            }
            Activation::GeluTanh => gate.gelu(),
            Activation::GeluErf => gate.gelu_erf(),
        };
        let activated = self.at(Site::Activation, activated)?;
        let up = self.at(Site::Up, linear(x, &block.up.weight, block.up.bias.as_ref()))?;
        let product = self.at(Site::DownInput, activated * up)?;
        self.at(Site::DownOutput, linear(&product, &block.down.weight, block.down.bias.as_ref()))
    }
}

/// `W x + b` of the last dimension of `[sequences, tokens, inputs]`.
pub(super) fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> CandleResult<Tensor> {
    let (b, t, inputs) = x.dims3()?;
    let y = x.reshape((b * t, inputs))?.matmul(&weight.t()?)?;
    let y = match bias {
        Some(bias) => y.broadcast_add(bias)?,
        None => y,
    };
    y.reshape((b, t, weight.dim(0)?))
}

/// Root-mean-square or layer normalisation of the last dimension, from operations that have their gradients.
pub(super) fn norm(x: &Tensor, weights: &Norm<Tensor>, config: &Config) -> CandleResult<Tensor> {
    let x = match config.norm {
        NormKind::Rms => x.clone(),
        NormKind::Layer => x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?,
    };
    let scale = (x.sqr()?.mean_keepdim(D::Minus1)? + config.norm_eps)?.sqrt()?;
    let y = x.broadcast_div(&scale)?.broadcast_mul(&weights.weight)?;
    match &weights.bias {
        Some(bias) => y.broadcast_add(bias),
        None => Ok(y),
    }
}
