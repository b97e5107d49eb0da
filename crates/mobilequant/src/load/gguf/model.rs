//! A model from a GGUF file.

use super::header::{GgufFile, MetadataValue};
use crate::load::assemble::{Naming, assemble};
use crate::load::{fault, rope_order};
use crate::{Activation, Array, Checkpoint, Config, Error, Family, FileFault, Matrix, NormKind, Result};
use std::collections::BTreeSet;
use std::path::Path;

const KNOWN: &str = "llama, gemma, stablelm, qwen2";

pub(super) const NAMING: Naming = Naming {
    embedding: "token_embd",
    norm: "output_norm",
    head: "output",
    block: |layer| format!("blk.{layer}."),
    attention_norm: "attn_norm",
    mlp_norm: "ffn_norm",
    matrix: |which| match which {
        Matrix::Q => "attn_q",
        Matrix::K => "attn_k",
        Matrix::V => "attn_v",
        Matrix::O => "attn_output",
        Matrix::Gate => "ffn_gate",
        Matrix::Up => "ffn_up",
        Matrix::Down => "ffn_down",
    },
};

/// Reads a model of architecture llama, gemma, stablelm or qwen2, dequantised to f32. Rows of queries and keys of
/// architecture llama, which the format keeps in neighbouring rotary pairs, are put into halves.
///
/// # Errors
/// [`Error::Architecture`], [`Error::Config`], [`Error::File`], [`Error::MissingTensor`], [`Error::Shape`],
/// [`Error::NonFinite`].
pub fn read_gguf(path: &Path) -> Result<Checkpoint> {
    let mut file = GgufFile::open(path)?;
    let config = config(&file)?;
    let (family, head_dim) = (config.family, config.head_dim);
    let mut unused: BTreeSet<String> = file.tensors().map(|(name, ..)| name.to_owned()).collect();
    let checkpoint = assemble(config, &NAMING, &mut |name, shape| {
        unused.remove(name);
        let Some(tensor) = file.tensor(name, shape)? else { return Ok(None) };
        let rotary = [".attn_q.", ".attn_k."].iter().any(|part| name.contains(part));
        if family == Family::Llama && rotary {
            let data = rope_order::to_halves(tensor.data(), tensor.width(), head_dim);
            return Array::new(shape.to_vec(), data).map(Some);
        }
        Ok(Some(tensor))
    })?;
    match unused.into_iter().next() {
        Some(got) => {
            let rule = "those of the architecture".to_owned();
            Err(Error::Config { field: "tensors".to_owned(), rule, got })
        }
        None => Ok(checkpoint),
    }
}

struct Keys<'a> {
    file: &'a GgufFile,
    architecture: String,
}

impl Keys<'_> {
    fn get(&self, key: &str) -> Option<&MetadataValue> {
        self.file.metadata().get(key)
    }

    fn bad(field: String, rule: &str, got: &MetadataValue) -> Error {
        Error::Config { field, rule: rule.to_owned(), got: format!("{got:?}") }
    }

    /// A number of at least 0 under the architecture's name.
    fn size(&self, key: &str, default: Option<usize>) -> Result<usize> {
        let key = format!("{}.{key}", self.architecture);
        let missing = || fault(self.file.path(), FileFault::MissingKey(key.clone()));
        match self.get(&key) {
            None => default.ok_or_else(missing),
            Some(value) => {
                let size = match *value {
                    MetadataValue::Unsigned(size) => usize::try_from(size).ok(),
                    MetadataValue::Signed(size) => usize::try_from(size).ok(),
                    _ => None,
                };
                size.ok_or_else(|| Self::bad(key.clone(), "a number of at least 0", value))
            }
        }
    }

    fn real(&self, key: &str, default: f64) -> Result<f64> {
        let key = format!("{}.{key}", self.architecture);
        match self.get(&key) {
            None => Ok(default),
            Some(MetadataValue::Float(value)) => Ok(*value),
            Some(other) => Err(Self::bad(key, "a floating-point number", other)),
        }
    }

    fn token(&self, key: &str) -> Result<Option<u32>> {
        match self.get(key) {
            None => Ok(None),
            Some(MetadataValue::Unsigned(id)) if u32::try_from(*id).is_ok() => Ok(u32::try_from(*id).ok()),
            Some(other) => Err(Self::bad(key.to_owned(), "a token", other)),
        }
    }
}

fn config(file: &GgufFile) -> Result<Config> {
    let architecture = match file.metadata().get("general.architecture") {
        Some(MetadataValue::Text(name)) => name.clone(),
        _ => return Err(fault(file.path(), FileFault::MissingKey("general.architecture".to_owned()))),
    };
    let family = match architecture.as_str() {
        "llama" => Family::Llama,
        "gemma" => Family::Gemma,
        "stablelm" => Family::StableLm,
        "qwen2" => Family::Qwen2,
        _ => return Err(Error::Architecture { got: architecture, known: KNOWN }),
    };
    let keys = Keys { file, architecture };
    let scaling = format!("{}.rope.scaling.type", keys.architecture);
    if let Some(kind) = keys.get(&scaling).filter(|kind| **kind != MetadataValue::Text("none".to_owned())) {
        return Err(Keys::bad(scaling, "none", kind));
    }
    let parallel = format!("{}.use_parallel_residual", keys.architecture);
    let parallel_residual = match keys.get(&parallel) {
        None => false,
        Some(MetadataValue::Bool(flag)) => *flag,
        Some(other) => return Err(Keys::bad(parallel, "true or false", other)),
    };
    let (width, heads) = (keys.size("embedding_length", None)?, keys.size("attention.head_count", None)?);
    let head_dim = keys.size("attention.key_length", Some(width.checked_div(heads).unwrap_or(0)))?;
    let norm = if family == Family::StableLm { NormKind::Layer } else { NormKind::Rms };
    let norm_eps = match norm {
        NormKind::Rms => keys.real("attention.layer_norm_rms_epsilon", 1e-6)?,
        NormKind::Layer => keys.real("attention.layer_norm_epsilon", 1e-5)?,
    };
    let embedding = file.tensors().find(|(name, ..)| *name == "token_embd.weight");
    let (_, shape, _) =
        embedding.ok_or_else(|| Error::MissingTensor { name: "token_embd.weight".to_owned() })?;
    Ok(Config {
        family,
        vocab: shape[0],
        width,
        mlp_width: keys.size("feed_forward_length", None)?,
        layers: keys.size("block_count", None)?,
        heads,
        kv_heads: keys.size("attention.head_count_kv", Some(heads))?,
        head_dim,
        rotary_dim: keys.size("rope.dimension_count", Some(head_dim))?,
        rope_theta: keys.real("rope.freq_base", 10_000.0)?,
        context: keys.size("context_length", None)?,
        norm,
        // f32 in the file; the decimal that was meant, not its nearest f32.
        norm_eps: shortest(norm_eps),
        activation: if family == Family::Gemma { Activation::GeluTanh } else { Activation::Silu },
        embedding_scale: if family == Family::Gemma { (width as f64).sqrt() } else { 1.0 },
        tied: !file.tensors().any(|(name, ..)| name == "output.weight"),
        parallel_residual,
        bos: keys.token("tokenizer.ggml.bos_token_id")?,
        eos: keys.token("tokenizer.ggml.eos_token_id")?,
    })
}

/// The shortest decimal of the f32 that this is: 1e-5 instead of 9.99999974e-6.
#[expect(clippy::cast_possible_truncation, reason = "it was an f32")]
fn shortest(value: f64) -> f64 {
    (value as f32).to_string().parse().unwrap_or(value)
}
