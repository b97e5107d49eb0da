//! The weights of a gate while it is trained.

use super::bag::embedding_bag;
use super::{GateConfig, GateModel, HashedLinear, Mlp, SparseVector};
use crate::{Error, Result};
use candle_core::{DType, Device, Tensor, Var};
use common::rng::Streams;
use rand::{Rng, RngExt as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// The weights of a gate as variables.
pub(super) enum Network {
    Linear { weight: Var, bias: Var },
    Mlp { embedding: Var, hidden_bias: Var, output: Var, output_bias: Var, dropout: f64 },
}

impl Network {
    pub(super) fn linear(buckets: usize, outputs: usize) -> Result<Self> {
        Ok(Self::Linear {
            weight: variable(vec![0.0; buckets * outputs], &[buckets, outputs])?,
            bias: variable(vec![0.0; outputs], &[outputs])?,
        })
    }

    /// Embeddings of standard deviation 1 and output weights of `1/sqrt(hidden)`: the features have norm 1.
    pub(super) fn mlp(config: &GateConfig, hidden: usize, dropout: f64, outputs: usize) -> Result<Self> {
        let (size, share) = ((1..=4096).contains(&hidden), (0.0..1.0).contains(&dropout));
        for (what, rule, value, fits) in [
            ("number of hidden units", "from 1 to 4096", hidden as f64, size),
            ("dropout", "in [0, 1)", dropout, share),
        ] {
            if !fits {
                return Err(Error::InvalidValue { what: what.to_owned(), rule, value });
            }
        }
        let buckets = config.features.buckets();
        let mut rng = Streams::new(config.training.seed).stream("gate/weights");
        let embedding = uniform(buckets * hidden, 1.0, &mut rng);
        let output = uniform(hidden * outputs, 1.0 / (hidden as f32).sqrt(), &mut rng);
        Ok(Self::Mlp {
            embedding: variable(embedding, &[buckets, hidden])?,
            hidden_bias: variable(vec![0.0; hidden], &[hidden])?,
            output: variable(output, &[hidden, outputs])?,
            output_bias: variable(vec![0.0; outputs], &[outputs])?,
            dropout,
        })
    }

    /// The weights of a trained gate, to be trained further.
    pub(super) fn of(model: &GateModel) -> Result<Self> {
        match model {
            GateModel::Linear(linear) => Ok(Self::Linear {
                weight: variable(linear.weight.clone(), &[linear.buckets(), linear.outputs()])?,
                bias: variable(linear.bias.clone(), &[linear.outputs()])?,
            }),
            GateModel::Mlp(mlp) => Ok(Self::Mlp {
                embedding: variable(mlp.embedding.clone(), &[mlp.buckets(), mlp.hidden()])?,
                hidden_bias: variable(mlp.hidden_bias.clone(), &[mlp.hidden()])?,
                output: variable(mlp.output.clone(), &[mlp.hidden(), mlp.outputs()])?,
                output_bias: variable(mlp.output_bias.clone(), &[mlp.outputs()])?,
                dropout: 0.0,
            }),
            GateModel::Knn(_) => Err(Error::NotTrainable { model: "neighbours" }),
            GateModel::Blend(_) => Err(Error::NotTrainable { model: "a blend" }),
        }
    }

    pub(super) fn variables(&self) -> Vec<(String, Var)> {
        let named: Vec<(&str, &Var)> = match self {
            Self::Linear { weight, bias } => vec![("weight", weight), ("bias", bias)],
            Self::Mlp { embedding, hidden_bias, output, output_bias, .. } => vec![
                ("embedding", embedding),
                ("hidden_bias", hidden_bias),
                ("output", output),
                ("output_bias", output_bias),
            ],
        };
        named.into_iter().map(|(name, variable)| (name.to_owned(), variable.clone())).collect()
    }

    /// Logits `[M, n]` of features; with `rng` as in training, with dropout.
    pub(super) fn logits(
        &self,
        features: Vec<SparseVector>,
        rng: Option<&mut ChaCha8Rng>,
    ) -> candle_core::Result<Tensor> {
        match self {
            Self::Linear { weight, bias } => embedding_bag(weight, features)?.broadcast_add(bias),
            Self::Mlp { embedding, hidden_bias, output, output_bias, dropout } => {
                let mut hidden = embedding_bag(embedding, features)?.broadcast_add(hidden_bias)?.gelu()?;
                if let Some(rng) = rng.filter(|_| *dropout > 0.0) {
                    hidden = (&hidden * keep_mask(hidden.dims(), *dropout, rng)?)?;
                }
                hidden.matmul(output)?.broadcast_add(output_bias)
            }
        }
    }

    pub(super) fn snapshot(&self) -> Result<Vec<Vec<f32>>> {
        self.variables().iter().map(|(_, variable)| values(variable)).collect()
    }

    pub(super) fn restore(&self, snapshot: &[Vec<f32>]) -> Result<()> {
        for ((_, variable), values) in self.variables().iter().zip(snapshot) {
            let tensor = Tensor::from_slice(values, variable.shape(), variable.device());
            tensor.and_then(|tensor| variable.set(&tensor)).map_err(during("restoring a gate"))?;
        }
        Ok(())
    }

    pub(super) fn model(&self) -> Result<GateModel> {
        match self {
            Self::Linear { .. } => Ok(GateModel::Linear(self.linear_part()?)),
            Self::Mlp { embedding, hidden_bias, output, output_bias, .. } => Ok(GateModel::Mlp(Mlp::new(
                embedding.dims().first().copied().unwrap_or(0),
                values(embedding)?,
                values(hidden_bias)?,
                values(output)?,
                values(output_bias)?,
            )?)),
        }
    }

    pub(super) fn linear_part(&self) -> Result<HashedLinear> {
        match self {
            Self::Linear { weight, bias } => {
                let buckets = weight.dims().first().copied().unwrap_or(0);
                HashedLinear::new(buckets, values(weight)?, values(bias)?)
            }
            Self::Mlp { .. } => Err(Error::NotTrainable { model: "a hidden layer in a blend" }),
        }
    }
}

impl GateModel {
    /// Logits of many feature vectors, row-major.
    pub(super) fn raw_logits(&self, features: &[SparseVector]) -> Vec<f32> {
        let logits = |features: &SparseVector| match self {
            Self::Linear(linear) => linear.logits(features),
            Self::Mlp(mlp) => mlp.logits(features),
            Self::Knn(knn) => knn.scores(features),
            Self::Blend(blend) => blend.scores(features),
        };
        features.par_iter().flat_map_iter(logits).collect()
    }
}

/// Ones at a share `1 - dropout` of the places, scaled so that the mean is 1.
fn keep_mask(shape: &[usize], dropout: f64, rng: &mut ChaCha8Rng) -> candle_core::Result<Tensor> {
    #[allow(clippy::cast_possible_truncation, reason = "arithmetic of a network in f32")]
    let scale = (1.0 / (1.0 - dropout)) as f32;
    let count: usize = shape.iter().product();
    let mask: Vec<f32> =
        (0..count).map(|_| if rng.random::<f64>() < dropout { 0.0 } else { scale }).collect();
    Tensor::from_vec(mask, shape, &Device::Cpu)
}

/// Uniform numbers of mean 0 and this standard deviation.
fn uniform(count: usize, deviation: f32, rng: &mut impl Rng) -> Vec<f32> {
    let half = 3.0_f32.sqrt() * deviation;
    (0..count).map(|_| half * (2.0 * rng.random::<f32>() - 1.0)).collect()
}

fn variable(values: Vec<f32>, shape: &[usize]) -> Result<Var> {
    let tensor = Tensor::from_vec(values, shape, &Device::Cpu);
    tensor.and_then(|tensor| Var::from_tensor(&tensor)).map_err(during("making a variable"))
}

fn values(variable: &Var) -> Result<Vec<f32>> {
    debug_assert_eq!(variable.dtype(), DType::F32);
    variable.flatten_all().and_then(|flat| flat.to_vec1()).map_err(during("reading a variable"))
}

/// For `map_err`: wraps an error of candle with what was being done.
pub(super) fn during(action: &'static str) -> impl FnOnce(candle_core::Error) -> Error {
    move |source| Error::Tensor { action, source: Box::new(source) }
}
