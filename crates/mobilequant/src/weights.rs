//! The weights of a model, whatever holds a tensor.

use crate::{Array, Config, Error, NormKind, Result};

/// A model as files have it: configuration and weights in plain memory.
///
/// Weights are as the mathematics has them, whatever the file's customs: rotary channels are split in halves, and the
/// weights of Gemma's norms include the 1 that its files leave out.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// Sizes and choices.
    pub config: Config,
    /// The weights.
    pub weights: Weights<Array>,
}

/// All weights of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights<T> {
    /// One row a token, `[vocab, width]`.
    pub embedding: T,
    /// The blocks, first to last.
    pub blocks: Vec<Block<T>>,
    /// Norm before the output matrix.
    pub norm: Norm<T>,
    /// Output matrix `[vocab, width]`; `None` if it is the embedding.
    pub head: Option<T>,
}

/// The weights of one block.
#[derive(Debug, Clone, PartialEq)]
pub struct Block<T> {
    /// Norm before attention (and, with a parallel residual, before the MLP).
    pub attention_norm: Norm<T>,
    /// Queries, `[heads head_dim, width]`.
    pub q: Linear<T>,
    /// Keys, `[kv_heads head_dim, width]`.
    pub k: Linear<T>,
    /// Values, `[kv_heads head_dim, width]`.
    pub v: Linear<T>,
    /// Output of attention, `[width, heads head_dim]`.
    pub o: Linear<T>,
    /// Norm before the MLP; `None` with a parallel residual.
    pub mlp_norm: Option<Norm<T>>,
    /// Gate, `[mlp_width, width]`; the paper's w1.
    pub gate: Linear<T>,
    /// Up, `[mlp_width, width]`; the paper's w3.
    pub up: Linear<T>,
    /// Down, `[width, mlp_width]`; the paper's w2.
    pub down: Linear<T>,
}

/// `y = W x + b`
#[derive(Debug, Clone, PartialEq)]
pub struct Linear<T> {
    /// `[outputs, inputs]`
    pub weight: T,
    /// `[outputs]`
    pub bias: Option<T>,
}

/// Scale and offset of a normalisation.
#[derive(Debug, Clone, PartialEq)]
pub struct Norm<T> {
    /// `[width]`
    pub weight: T,
    /// `[width]`
    pub bias: Option<T>,
}

/// One of the matrices of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Matrix {
    /// Queries.
    Q,
    /// Keys.
    K,
    /// Values.
    V,
    /// Output of attention.
    O,
    /// Gate of the MLP, w1.
    Gate,
    /// Up, w3.
    Up,
    /// Down, w2.
    Down,
}

impl Matrix {
    /// All, in the order in which a block uses them.
    pub const ALL: [Self; 7] = [Self::Q, Self::K, Self::V, Self::O, Self::Gate, Self::Up, Self::Down];

    /// Outputs and inputs in a model of this configuration.
    #[must_use]
    pub fn shape(self, config: &Config) -> (usize, usize) {
        match self {
            Self::Q => (config.query_width(), config.width),
            Self::K | Self::V => (config.kv_width(), config.width),
            Self::O => (config.width, config.query_width()),
            Self::Gate | Self::Up => (config.mlp_width, config.width),
            Self::Down => (config.width, config.mlp_width),
        }
    }
}

impl<T> Block<T> {
    /// One of its matrices.
    pub fn linear(&self, matrix: Matrix) -> &Linear<T> {
        match matrix {
            Matrix::Q => &self.q,
            Matrix::K => &self.k,
            Matrix::V => &self.v,
            Matrix::O => &self.o,
            Matrix::Gate => &self.gate,
            Matrix::Up => &self.up,
            Matrix::Down => &self.down,
        }
    }

    /// One of its matrices, for change.
    pub fn linear_mut(&mut self, matrix: Matrix) -> &mut Linear<T> {
        match matrix {
            Matrix::Q => &mut self.q,
            Matrix::K => &mut self.k,
            Matrix::V => &mut self.v,
            Matrix::O => &mut self.o,
            Matrix::Gate => &mut self.gate,
            Matrix::Up => &mut self.up,
            Matrix::Down => &mut self.down,
        }
    }

    /// The same block with every tensor converted.
    ///
    /// # Errors
    /// Those of the conversion.
    pub fn try_map<U, E>(
        &self,
        f: &mut impl FnMut(&T) -> std::result::Result<U, E>,
    ) -> std::result::Result<Block<U>, E> {
        Ok(Block {
            attention_norm: self.attention_norm.try_map(f)?,
            q: self.q.try_map(f)?,
            k: self.k.try_map(f)?,
            v: self.v.try_map(f)?,
            o: self.o.try_map(f)?,
            mlp_norm: self.mlp_norm.as_ref().map(|norm| norm.try_map(f)).transpose()?,
            gate: self.gate.try_map(f)?,
            up: self.up.try_map(f)?,
            down: self.down.try_map(f)?,
        })
    }
}

impl<T> Linear<T> {
    /// The same with every tensor converted.
    ///
    /// # Errors
    /// Those of the conversion.
    pub fn try_map<U, E>(
        &self,
        f: &mut impl FnMut(&T) -> std::result::Result<U, E>,
    ) -> std::result::Result<Linear<U>, E> {
        Ok(Linear { weight: f(&self.weight)?, bias: self.bias.as_ref().map(f).transpose()? })
    }
}

impl<T> Norm<T> {
    /// The same with every tensor converted.
    ///
    /// # Errors
    /// Those of the conversion.
    pub fn try_map<U, E>(
        &self,
        f: &mut impl FnMut(&T) -> std::result::Result<U, E>,
    ) -> std::result::Result<Norm<U>, E> {
        Ok(Norm { weight: f(&self.weight)?, bias: self.bias.as_ref().map(f).transpose()? })
    }
}

impl<T> Weights<T> {
    /// The same with every tensor converted.
    ///
    /// # Errors
    /// Those of the conversion.
    pub fn try_map<U, E>(
        &self,
        f: &mut impl FnMut(&T) -> std::result::Result<U, E>,
    ) -> std::result::Result<Weights<U>, E> {
        Ok(Weights {
            embedding: f(&self.embedding)?,
            blocks: self
                .blocks
                .iter()
                .map(|block| block.try_map(f))
                .collect::<std::result::Result<_, _>>()?,
            norm: self.norm.try_map(f)?,
            head: self.head.as_ref().map(f).transpose()?,
        })
    }
}

impl Checkpoint {
    /// Checks that every tensor has the shape that the configuration asks for, and is there if and only if it must be.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::MissingTensor`], and those of [`Config::validate`].
    pub fn validate(&self) -> Result<()> {
        let config = &self.config;
        config.validate()?;
        let matrix = |what: &str, array: &Array, rows, columns| shape(what, array, &[rows, columns]);
        matrix("the embedding", &self.weights.embedding, config.vocab, config.width)?;
        if self.weights.blocks.len() != config.layers {
            return Err(Error::Count {
                name: "blocks",
                rule: "the number of layers",
                count: self.weights.blocks.len(),
            });
        }
        for block in &self.weights.blocks {
            for which in Matrix::ALL {
                let (rows, columns) = which.shape(config);
                let linear = block.linear(which);
                matrix(&format!("matrix {which:?}"), &linear.weight, rows, columns)?;
                if let Some(bias) = &linear.bias {
                    shape(&format!("bias of {which:?}"), bias, &[rows])?;
                }
            }
            self.check_norm(&block.attention_norm)?;
            match (&block.mlp_norm, config.parallel_residual) {
                (Some(norm), false) => self.check_norm(norm)?,
                (None, true) => {}
                (None, false) => return Err(Error::MissingTensor { name: "norm before the MLP".to_owned() }),
                (Some(norm), true) => {
                    let got = norm.weight.shape().to_vec();
                    let what = "norm before the MLP of a parallel residual".to_owned();
                    return Err(Error::Shape { what, expected: vec![0], got });
                }
            }
        }
        self.check_norm(&self.weights.norm)?;
        match (&self.weights.head, config.tied) {
            (Some(head), _) => matrix("the output matrix", head, config.vocab, config.width),
            (None, true) => Ok(()),
            (None, false) => Err(Error::MissingTensor { name: "output matrix".to_owned() }),
        }
    }

    fn check_norm(&self, norm: &Norm<Array>) -> Result<()> {
        shape("the weight of a norm", &norm.weight, &[self.config.width])?;
        match (&norm.bias, self.config.norm) {
            (Some(bias), _) => shape("the bias of a norm", bias, &[self.config.width]),
            (None, NormKind::Rms | NormKind::Layer) => Ok(()),
        }
    }

    /// Number of weights.
    #[must_use]
    pub fn parameters(&self) -> usize {
        let mut total = 0;
        let count = |array: &Array| -> std::result::Result<(), std::convert::Infallible> {
            total += array.data().len();
            Ok(())
        };
        let mut count = count;
        let Ok(_) = self.weights.try_map(&mut count);
        total
    }

    /// The output matrix: its own, or the embedding.
    #[must_use]
    pub fn head(&self) -> &Array {
        self.weights.head.as_ref().unwrap_or(&self.weights.embedding)
    }
}

fn shape(what: &str, array: &Array, expected: &[usize]) -> Result<()> {
    if array.shape() == expected {
        return Ok(());
    }
    Err(Error::Shape { what: what.to_owned(), expected: expected.to_vec(), got: array.shape().to_vec() })
}
