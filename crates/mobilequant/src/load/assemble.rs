//! Puts a model together from named tensors.

use crate::{
    Array, Block, Checkpoint, Config, Error, Family, Linear, Matrix, Norm, NormKind, Result, Weights,
};

/// How a format names tensors. Names inside a block have a prefix with the block's number.
pub(super) struct Naming {
    pub(super) embedding: &'static str,
    pub(super) norm: &'static str,
    pub(super) head: &'static str,
    pub(super) block: fn(usize) -> String,
    pub(super) attention_norm: &'static str,
    pub(super) mlp_norm: &'static str,
    pub(super) matrix: fn(Matrix) -> &'static str,
}

/// Gives a tensor of this name and shape, `None` if there is none of that name.
pub(super) type Fetch<'a> = dyn FnMut(&str, &[usize]) -> Result<Option<Array>> + 'a;

/// A model of this configuration from these tensors.
pub(super) fn assemble(config: Config, naming: &Naming, fetch: &mut Fetch<'_>) -> Result<Checkpoint> {
    config.validate()?;
    let mut from = Parts { config: &config, naming, fetch };
    let embedding = from.required(&format!("{}.weight", naming.embedding), &[config.vocab, config.width])?;
    // No capacity from the header: a model without its tensors fails at the first of them.
    let mut blocks = Vec::new();
    for layer in 0..config.layers {
        blocks.push(from.block(layer)?);
    }
    let norm = from.norm(naming.norm)?;
    let head_name = format!("{}.weight", naming.head);
    let head =
        if config.tied { None } else { Some(from.required(&head_name, &[config.vocab, config.width])?) };
    let checkpoint = Checkpoint { config, weights: Weights { embedding, blocks, norm, head } };
    checkpoint.validate()?;
    Ok(checkpoint)
}

/// Calls `write` with the name and the tensor of every part of a model.
pub(super) fn disassemble<'a>(
    checkpoint: &'a Checkpoint,
    naming: &Naming,
    mut write: impl FnMut(String, Kind, &'a Array),
) {
    let weights = &checkpoint.weights;
    write(format!("{}.weight", naming.embedding), Kind::Matrix, &weights.embedding);
    let norm = |name: String, norm: &'a Norm<Array>, write: &mut dyn FnMut(String, Kind, &'a Array)| {
        write(format!("{name}.weight"), Kind::NormWeight, &norm.weight);
        if let Some(bias) = &norm.bias {
            write(format!("{name}.bias"), Kind::Vector, bias);
        }
    };
    for (layer, block) in weights.blocks.iter().enumerate() {
        let prefix = (naming.block)(layer);
        norm(format!("{prefix}{}", naming.attention_norm), &block.attention_norm, &mut write);
        if let Some(mlp_norm) = &block.mlp_norm {
            norm(format!("{prefix}{}", naming.mlp_norm), mlp_norm, &mut write);
        }
        for which in Matrix::ALL {
            let name = format!("{prefix}{}", (naming.matrix)(which));
            let rotary = matches!(which, Matrix::Q | Matrix::K);
            let linear = block.linear(which);
            write(format!("{name}.weight"), if rotary { Kind::Rotary } else { Kind::Matrix }, &linear.weight);
            if let Some(bias) = &linear.bias {
                write(format!("{name}.bias"), if rotary { Kind::Rotary } else { Kind::Vector }, bias);
            }
        }
    }
    norm(naming.norm.to_owned(), &weights.norm, &mut write);
    if let Some(head) = &weights.head {
        write(format!("{}.weight", naming.head), Kind::Matrix, head);
    }
}

/// What a tensor is, where formats store kinds differently.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Matrix,
    /// Weight or bias of queries or keys, whose rows are rotated.
    Rotary,
    NormWeight,
    Vector,
}

struct Parts<'a, 'b> {
    config: &'a Config,
    naming: &'a Naming,
    fetch: &'a mut Fetch<'b>,
}

impl Parts<'_, '_> {
    fn required(&mut self, name: &str, shape: &[usize]) -> Result<Array> {
        (self.fetch)(name, shape)?.ok_or_else(|| Error::MissingTensor { name: name.to_owned() })
    }

    fn norm(&mut self, name: &str) -> Result<Norm<Array>> {
        let shape = [self.config.width];
        let weight = self.required(&format!("{name}.weight"), &shape)?;
        let bias = match self.config.norm {
            NormKind::Rms => None,
            NormKind::Layer => (self.fetch)(&format!("{name}.bias"), &shape)?,
        };
        Ok(Norm { weight, bias })
    }

    fn linear(&mut self, prefix: &str, which: Matrix) -> Result<Linear<Array>> {
        let (rows, columns) = which.shape(self.config);
        let name = format!("{prefix}{}", (self.naming.matrix)(which));
        let weight = self.required(&format!("{name}.weight"), &[rows, columns])?;
        let bias_name = format!("{name}.bias");
        let bias = (self.fetch)(&bias_name, &[rows])?;
        let always =
            self.config.family == Family::Qwen2 && matches!(which, Matrix::Q | Matrix::K | Matrix::V);
        if always && bias.is_none() {
            return Err(Error::MissingTensor { name: bias_name });
        }
        Ok(Linear { weight, bias })
    }

    fn block(&mut self, layer: usize) -> Result<Block<Array>> {
        let prefix = (self.naming.block)(layer);
        let attention_norm = self.norm(&format!("{prefix}{}", self.naming.attention_norm))?;
        let mlp_norm = if self.config.parallel_residual {
            None
        } else {
            Some(self.norm(&format!("{prefix}{}", self.naming.mlp_norm))?)
        };
        Ok(Block {
            attention_norm,
            q: self.linear(&prefix, Matrix::Q)?,
            k: self.linear(&prefix, Matrix::K)?,
            v: self.linear(&prefix, Matrix::V)?,
            o: self.linear(&prefix, Matrix::O)?,
            mlp_norm,
            gate: self.linear(&prefix, Matrix::Gate)?,
            up: self.linear(&prefix, Matrix::Up)?,
            down: self.linear(&prefix, Matrix::Down)?,
        })
    }
}
