//! Writes GGUF files.

use super::blocks::{GgufType, encode_q8_0};
use super::model::NAMING;
use crate::load::assemble::{Kind, disassemble};
use crate::load::{fault, rope_order};
use crate::{Activation, Checkpoint, Config, Error, Family, Result};
use std::io::Write as _;
use std::path::Path;

const ALIGNMENT: usize = 32;

/// Writes a model as GGUF version 3. Matrices get the type `kind`, which is F32, F16 or `Q8_0`; vectors stay F32, and so
/// do matrices become F16 whose rows are no multiple of the 32 numbers of a block, as llama.cpp does it.
///
/// # Errors
/// [`Error::Config`] for other types and for activations that the format implies differently, [`Error::NonFinite`] for
/// weights beyond the range of F16, [`Error::File`] if the system refuses.
pub fn write_gguf(checkpoint: &Checkpoint, path: &Path, kind: GgufType) -> Result<()> {
    checkpoint.validate()?;
    let config = &checkpoint.config;
    if !matches!(kind, GgufType::F32 | GgufType::F16 | GgufType::Q8_0) {
        let rule = "F32, F16 or Q8_0".to_owned();
        return Err(Error::Config { field: "type of matrices".to_owned(), rule, got: format!("{kind:?}") });
    }
    let implied = if config.family == Family::Gemma { Activation::GeluTanh } else { Activation::Silu };
    if config.activation != implied {
        let (rule, got) = (format!("{implied:?}"), format!("{:?}", config.activation));
        return Err(Error::Config { field: "activation".to_owned(), rule, got });
    }
    let mut tensors = Vec::new();
    let mut failed = None;
    disassemble(checkpoint, &NAMING, |name, part, array| {
        let permuted = config.family == Family::Llama && part == Kind::Rotary;
        let data = if permuted {
            rope_order::to_neighbours(array.data(), array.width(), config.head_dim)
        } else {
            array.data().to_vec()
        };
        let kind = match array.shape() {
            [_] => GgufType::F32,
            [.., columns] if kind == GgufType::Q8_0 && columns % 32 != 0 => GgufType::F16,
            _ => kind,
        };
        let bad = |x: &f32| kind != GgufType::F32 && x.abs() > 65_504.0;
        if let Some(place) = data.iter().position(bad) {
            failed.get_or_insert(Error::NonFinite { what: name.clone(), place, value: f64::INFINITY });
        }
        tensors.push(Tensor { name, shape: array.shape().to_vec(), kind, bytes: encode(&data, kind) });
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let bytes = file(config, &tensors);
    let write = || std::fs::File::create(path)?.write_all(&bytes);
    write().map_err(|error| fault(path, error))
}

struct Tensor {
    name: String,
    shape: Vec<usize>,
    kind: GgufType,
    bytes: Vec<u8>,
}

fn encode(data: &[f32], kind: GgufType) -> Vec<u8> {
    match kind {
        GgufType::F16 => data.iter().flat_map(|&x| half::f16::from_f32(x).to_le_bytes()).collect(),
        GgufType::Q8_0 => encode_q8_0(data),
        _ => data.iter().flat_map(|x| x.to_le_bytes()).collect(),
    }
}

fn file(config: &Config, tensors: &[Tensor]) -> Vec<u8> {
    let mut metadata = Metadata::default();
    let name = match config.family {
        Family::Llama => "llama",
        Family::Gemma => "gemma",
        Family::StableLm => "stablelm",
        Family::Qwen2 => "qwen2",
    };
    metadata.text("general.architecture", name);
    metadata.u32("general.alignment", ALIGNMENT);
    let sizes = [
        ("context_length", config.context),
        ("embedding_length", config.width),
        ("block_count", config.layers),
        ("feed_forward_length", config.mlp_width),
        ("attention.head_count", config.heads),
        ("attention.head_count_kv", config.kv_heads),
        ("attention.key_length", config.head_dim),
        ("attention.value_length", config.head_dim),
        ("rope.dimension_count", config.rotary_dim),
    ];
    for (key, size) in sizes {
        metadata.u32(&format!("{name}.{key}"), size);
    }
    metadata.f32(&format!("{name}.rope.freq_base"), config.rope_theta);
    let epsilon = if config.family == Family::StableLm { "" } else { "rms_" };
    metadata.f32(&format!("{name}.attention.layer_norm_{epsilon}epsilon"), config.norm_eps);
    metadata.bool(&format!("{name}.use_parallel_residual"), config.parallel_residual);
    for (key, token) in [("bos", config.bos), ("eos", config.eos)] {
        if let Some(token) = token {
            metadata.u32(&format!("tokenizer.ggml.{key}_token_id"), token as usize);
        }
    }
    let mut bytes = b"GGUF".to_vec();
    bytes.extend(3_u32.to_le_bytes());
    bytes.extend((tensors.len() as u64).to_le_bytes());
    bytes.extend(metadata.count.to_le_bytes());
    bytes.extend(metadata.bytes);
    let mut offset = 0_usize;
    for tensor in tensors {
        text(&mut bytes, &tensor.name);
        bytes.extend(u32_of(tensor.shape.len()).to_le_bytes());
        for &side in tensor.shape.iter().rev() {
            bytes.extend((side as u64).to_le_bytes());
        }
        bytes.extend(tensor.kind.code().to_le_bytes());
        bytes.extend((offset as u64).to_le_bytes());
        offset = (offset + tensor.bytes.len()).next_multiple_of(ALIGNMENT);
    }
    for tensor in tensors {
        bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
        bytes.extend(&tensor.bytes);
    }
    bytes
}

#[derive(Default)]
struct Metadata {
    count: u64,
    bytes: Vec<u8>,
}

impl Metadata {
    fn entry(&mut self, key: &str, kind: u32, value: &[u8]) {
        self.count += 1;
        text(&mut self.bytes, key);
        self.bytes.extend(kind.to_le_bytes());
        self.bytes.extend(value);
    }

    fn u32(&mut self, key: &str, value: usize) {
        self.entry(key, 4, &u32_of(value).to_le_bytes());
    }

    #[expect(clippy::cast_possible_truncation, reason = "the format has f32")]
    fn f32(&mut self, key: &str, value: f64) {
        self.entry(key, 6, &(value as f32).to_le_bytes());
    }

    fn bool(&mut self, key: &str, value: bool) {
        self.entry(key, 7, &[value.into()]);
    }

    fn text(&mut self, key: &str, value: &str) {
        let mut bytes = Vec::new();
        text(&mut bytes, value);
        self.entry(key, 8, &bytes);
    }
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

/// Sizes of a validated model fit; a longer context is as good as endless.
fn u32_of(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
