//! The `.bin` files of llama2.c, version 0.

use super::source::{Cursor, Source};
use super::{fault, rope_order};
use crate::{
    Activation, Array, Block, Checkpoint, Config, Error, Family, FileFault, Linear, Norm, NormKind, Result,
    Weights,
};
use std::path::Path;

/// Reads a model of llama2.c (version 0): seven i32 (width, MLP width, layers, heads, key and value heads, vocabulary,
/// context; a negative vocabulary says that the output matrix is its own), then f32 tensors, each kind for all layers,
/// among them two unused tables of the rotary embedding. Its rotary channels are neighbours; they are put into halves.
///
/// # Errors
/// [`Error::File`] if the file is shorter or longer than its header says, [`Error::Config`] for sizes that no model
/// has, [`Error::NonFinite`] for a bad weight.
pub fn read_llama2c(path: &Path) -> Result<Checkpoint> {
    let mut source = Source::open(path)?;
    let header = source.read("header", 0, 28)?;
    let (config, tables) = config(path, &header)?;
    let total = tensors(&config).iter().try_fold(tables, |sum, side| sum.checked_add(*side));
    let expected = total.and_then(|count| count.checked_mul(4)).and_then(|bytes| bytes.checked_add(28));
    let expected = expected.unwrap_or(u64::MAX);
    source.check("weights", 28, expected - 28)?;
    if source.len() != expected {
        return Err(fault(path, FileFault::Trailing { expected, len: source.len() }));
    }
    let mut reader = Reader { source, at: 28 };
    let weights = reader.weights(&config, tables)?;
    let checkpoint = Checkpoint { config, weights };
    checkpoint.validate()?;
    Ok(checkpoint)
}

/// The configuration, and the number of values in the tables of the rotary embedding.
fn config(path: &Path, header: &[u8]) -> Result<(Config, u64)> {
    let mut cursor = Cursor::new(path, header);
    let mut next = |field: &str| -> Result<i64> { Ok(cursor.i32(field)?.into()) };
    let fields = ["dim", "hidden_dim", "n_layers", "n_heads", "n_kv_heads", "vocab_size", "seq_len"];
    let mut sizes = [0_usize; 7];
    let mut tied = true;
    for (size, field) in sizes.iter_mut().zip(fields) {
        let value = next(field)?;
        let magnitude = if field == "vocab_size" { value.abs() } else { value };
        tied &= value > 0;
        *size = usize::try_from(magnitude).ok().filter(|size| (1..=1_048_576).contains(size)).ok_or_else(
            || {
                let rule = "in 1..=1048576".to_owned();
                Error::Config { field: field.to_owned(), rule, got: value.to_string() }
            },
        )?;
    }
    let [width, mlp_width, layers, heads, kv_heads, vocab, context] = sizes;
    if !width.is_multiple_of(heads) {
        let rule = format!("a divisor of dim = {width}");
        return Err(Error::Config { field: "n_heads".to_owned(), rule, got: heads.to_string() });
    }
    let head_dim = width / heads;
    let config = Config {
        family: Family::Llama,
        vocab,
        width,
        mlp_width,
        layers,
        heads,
        kv_heads,
        head_dim,
        rotary_dim: head_dim,
        rope_theta: 10_000.0,
        context,
        norm: NormKind::Rms,
        norm_eps: 1e-5,
        activation: Activation::Silu,
        embedding_scale: 1.0,
        tied,
        parallel_residual: false,
        bos: Some(1),
        eos: Some(2),
    };
    config.validate()?;
    Ok((config, (context as u64) * (head_dim as u64)))
}

/// Numbers of values of all kinds of tensors without the tables, in the order of the file.
fn tensors(config: &Config) -> [u64; 12] {
    let of = |sides: [usize; 3]| sides.iter().map(|&side| side as u64).product();
    let Config { vocab, width, mlp_width, layers, .. } = *config;
    [
        of([1, vocab, width]),
        of([layers, 1, width]),
        of([layers, config.query_width(), width]),
        of([layers, config.kv_width(), width]),
        of([layers, config.kv_width(), width]),
        of([layers, width, config.query_width()]),
        of([layers, 1, width]),
        of([layers, mlp_width, width]),
        of([layers, width, mlp_width]),
        of([layers, mlp_width, width]),
        of([1, 1, width]),
        if config.tied { 0 } else { of([1, vocab, width]) },
    ]
}

struct Reader {
    source: Source,
    at: u64,
}

impl Reader {
    fn values(&mut self, name: &str, count: usize) -> Result<Vec<f32>> {
        let bytes = self.source.read(name, self.at, 4 * count as u64)?;
        self.at += 4 * count as u64;
        Ok(bytes.as_chunks::<4>().0.iter().map(|&x| f32::from_le_bytes(x)).collect())
    }

    fn each(&mut self, name: &str, layers: usize, shape: &[usize]) -> Result<Vec<Array>> {
        let size = shape.iter().product();
        let one = |layer| {
            Array::named(&format!("{name} of layer {layer}"), shape.to_vec(), self.values(name, size)?)
        };
        (0..layers).map(one).collect()
    }

    fn weights(&mut self, config: &Config, tables: u64) -> Result<Weights<Array>> {
        let Config { vocab, width, mlp_width, layers, head_dim, .. } = *config;
        let (query, kv) = (config.query_width(), config.kv_width());
        let embedding =
            Array::named("embedding", vec![vocab, width], self.values("embedding", vocab * width)?)?;
        let attention_norms = self.each("attention norm", layers, &[width])?;
        let q = self.each("wq", layers, &[query, width])?;
        let k = self.each("wk", layers, &[kv, width])?;
        let v = self.each("wv", layers, &[kv, width])?;
        let o = self.each("wo", layers, &[width, query])?;
        let mlp_norms = self.each("ffn norm", layers, &[width])?;
        let gate = self.each("w1", layers, &[mlp_width, width])?;
        let down = self.each("w2", layers, &[width, mlp_width])?;
        let up = self.each("w3", layers, &[mlp_width, width])?;
        let last = Array::named("final norm", vec![width], self.values("final norm", width)?)?;
        self.at += 4 * tables;
        let head = if config.tied {
            None
        } else {
            Some(Array::named("classifier", vec![vocab, width], self.values("classifier", vocab * width)?)?)
        };
        let linear = |weight| Linear { weight, bias: None };
        let rotary = |weight: Array| -> Result<Linear<Array>> {
            let data = rope_order::to_halves(weight.data(), width, head_dim);
            Ok(linear(Array::new(weight.shape().to_vec(), data)?))
        };
        let norm = |weight| Norm { weight, bias: None };
        let mut parts = [v, o, gate, up, down].map(Vec::into_iter);
        let mut blocks = Vec::with_capacity(layers);
        for (((attention, mlp), q), k) in attention_norms.into_iter().zip(mlp_norms).zip(q).zip(k) {
            let [Some(v), Some(o), Some(gate), Some(up), Some(down)] = parts.each_mut().map(Iterator::next)
            else {
                return Err(Error::Count { name: "tensors", rule: "one a layer", count: blocks.len() });
            };
            blocks.push(Block {
                attention_norm: norm(attention),
                q: rotary(q)?,
                k: rotary(k)?,
                v: linear(v),
                o: linear(o),
                mlp_norm: Some(norm(mlp)),
                gate: linear(gate),
                up: linear(up),
                down: linear(down),
            });
        }
        Ok(Weights { embedding, blocks, norm: norm(last), head })
    }
}
