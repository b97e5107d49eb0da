//! Directories in the form of Hugging Face: `config.json` and safetensors, in one file or in shards.

use super::assemble::{Kind, Naming, assemble, disassemble};
use super::fault;
use super::safetensor::Shard;
use super::source::read_small;
use crate::{Activation, Array, Checkpoint, Config, Error, Family, FileFault, Matrix, NormKind, Result};
use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const MAX_JSON: u64 = 64 << 20;
const KNOWN: &str = "LlamaForCausalLM, GemmaForCausalLM, StableLmForCausalLM, Qwen2ForCausalLM";
const INDEX: &str = "model.safetensors.index.json";
const SINGLE: &str = "model.safetensors";

const NAMING: Naming = Naming {
    embedding: "model.embed_tokens",
    norm: "model.norm",
    head: "lm_head",
    block: |layer| format!("model.layers.{layer}."),
    attention_norm: "input_layernorm",
    mlp_norm: "post_attention_layernorm",
    matrix: |which| match which {
        Matrix::Q => "self_attn.q_proj",
        Matrix::K => "self_attn.k_proj",
        Matrix::V => "self_attn.v_proj",
        Matrix::O => "self_attn.o_proj",
        Matrix::Gate => "mlp.gate_proj",
        Matrix::Up => "mlp.up_proj",
        Matrix::Down => "mlp.down_proj",
    },
};

/// Reads a directory with `config.json` and `model.safetensors`, or shards under `model.safetensors.index.json`.
/// Tensors may be F32, F16 or BF16.
///
/// # Errors
/// [`Error::Architecture`] and [`Error::Config`] for models this crate cannot run, [`Error::File`] for files that are
/// missing or damaged, [`Error::MissingTensor`], [`Error::Shape`], [`Error::NonFinite`].
pub fn read_hugging_face(directory: &Path) -> Result<Checkpoint> {
    let path = directory.join("config.json");
    let config = parse_config(&path)?;
    let mut shards = open_shards(directory)?;
    let names: BTreeMap<String, usize> = shards
        .iter()
        .enumerate()
        .flat_map(|(index, shard)| shard.names().map(move |name| (name.clone(), index)))
        .collect();
    let mut unused: BTreeSet<String> = names.keys().cloned().collect();
    let gemma = config.family == Family::Gemma;
    let checkpoint = assemble(config, &NAMING, &mut |name, shape| {
        let Some(&shard) = names.get(name) else { return Ok(None) };
        unused.remove(name);
        let tensor = shards[shard].tensor(name, shape)?;
        // Gemma stores weight - 1 of its norms.
        Ok(tensor.map(|mut tensor| {
            if gemma && name.ends_with("norm.weight") {
                tensor.data_mut().iter_mut().for_each(|x| *x += 1.0);
            }
            tensor
        }))
    })?;
    let ignored = |name: &&String| !name.ends_with("rotary_emb.inv_freq") && *name != "lm_head.weight";
    match unused.iter().find(ignored) {
        Some(name) => Err(Error::Config {
            field: "tensors".to_owned(),
            rule: "those of the architecture".to_owned(),
            got: name.clone(),
        }),
        None => Ok(checkpoint),
    }
}

/// A model without biases of this configuration from the bytes of one safetensors file in F32, as it is embedded in a
/// program.
///
/// # Errors
/// [`Error::File`] under the name `safetensors` if the bytes are none, [`Error::MissingTensor`], [`Error::Shape`],
/// [`Error::NonFinite`].
pub fn parse_safetensors(config: Config, bytes: &[u8]) -> Result<Checkpoint> {
    let path = Path::new("safetensors");
    let refuse = |error| fault(path, std::io::Error::other(error));
    let file = safetensors::SafeTensors::deserialize(bytes).map_err(refuse)?;
    assemble(config, &NAMING, &mut |name, shape| {
        let Ok(view) = file.tensor(name) else { return Ok(None) };
        if view.dtype() != Dtype::F32 {
            let (tensor, got) = (name.to_owned(), format!("{:?}", view.dtype()));
            return Err(fault(path, FileFault::TensorType { tensor, known: "F32", got }));
        }
        if view.shape() != shape {
            let (expected, got) = (shape.to_vec(), view.shape().to_vec());
            return Err(Error::Shape { what: format!("tensor {name}"), expected, got });
        }
        let values = view.data().as_chunks::<4>().0.iter().map(|&x| f32::from_le_bytes(x)).collect();
        Array::named(&format!("tensor {name}"), shape.to_vec(), values).map(Some)
    })
}

/// Writes a model as `config.json` and `model.safetensors` (F32) into an existing directory.
///
/// # Errors
/// [`Error::File`] if the system refuses.
pub fn write_hugging_face(checkpoint: &Checkpoint, directory: &Path) -> Result<()> {
    checkpoint.validate()?;
    let gemma = checkpoint.config.family == Family::Gemma;
    let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
    disassemble(checkpoint, &NAMING, |name, kind, array| {
        let less = if gemma && kind == Kind::NormWeight { 1.0 } else { 0.0 };
        let bytes = array.data().iter().flat_map(|x| (x - less).to_le_bytes()).collect();
        tensors.push((name, array.shape().to_vec(), bytes));
    });
    let path = directory.join(SINGLE);
    let refuse = |error: safetensors::SafeTensorError| fault(&path, std::io::Error::other(error));
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(refuse)?;
    safetensors::serialize_to_file(views, None, &path).map_err(refuse)?;
    let path = directory.join("config.json");
    let text = format!("{:#}\n", config_json(&checkpoint.config));
    std::fs::write(&path, text).map_err(|error| fault(&path, error))
}

fn open_shards(directory: &Path) -> Result<Vec<Shard>> {
    let index = directory.join(INDEX);
    if !index.exists() {
        return Ok(vec![Shard::open(&directory.join(SINGLE))?]);
    }
    let value: Value =
        serde_json::from_slice(&read_small(&index, MAX_JSON)?).map_err(|error| fault(&index, error))?;
    let Some(map) = value.get("weight_map").and_then(Value::as_object) else {
        return Err(fault(&index, FileFault::MissingKey("weight_map".to_owned())));
    };
    let mut files = BTreeSet::new();
    for (tensor, file) in map {
        match file.as_str() {
            // A name with a folder in it could point anywhere.
            Some(name) if Path::new(name).file_name().is_some_and(|plain| plain == name) => {
                files.insert(name);
            }
            _ => {
                let what = format!("file of tensor {tensor}");
                let expected = "the plain name of a file".to_owned();
                return Err(fault(&index, FileFault::Format { what, expected, got: file.to_string() }));
            }
        }
    }
    let shards =
        files.into_iter().map(|file| Shard::open(&directory.join(file))).collect::<Result<Vec<_>>>()?;
    let mut seen = BTreeSet::new();
    for name in shards.iter().flat_map(Shard::names) {
        if !seen.insert(name) {
            return Err(fault(&index, FileFault::Duplicate(name.clone())));
        }
    }
    match map.keys().find(|tensor| !seen.contains(tensor)) {
        Some(tensor) => Err(Error::MissingTensor { name: tensor.clone() }),
        None => Ok(shards),
    }
}

/// Fields of `config.json`, with errors that name them.
struct Fields(Map<String, Value>);

impl Fields {
    fn bad(field: &str, rule: &str, got: &Value) -> Error {
        Error::Config { field: field.to_owned(), rule: rule.to_owned(), got: got.to_string() }
    }

    /// The value of a field, also inside `rope_parameters`, where newer files have some.
    fn get(&self, field: &str) -> Option<&Value> {
        let nested = || self.0.get("rope_parameters").and_then(|inner| inner.get(field));
        self.0.get(field).or_else(nested).filter(|value| !value.is_null())
    }

    fn size(&self, field: &str, default: Option<usize>) -> Result<usize> {
        let Some(value) = self.get(field) else {
            return default.ok_or_else(|| Self::bad(field, "given", &Value::Null));
        };
        value
            .as_u64()
            .and_then(|size| usize::try_from(size).ok())
            .ok_or_else(|| Self::bad(field, "a number of at least 0", value))
    }

    fn real(&self, field: &str, default: f64) -> Result<f64> {
        self.get(field)
            .map_or(Ok(default), |value| value.as_f64().ok_or_else(|| Self::bad(field, "a number", value)))
    }

    fn flag(&self, field: &str, default: bool) -> Result<bool> {
        self.get(field).map_or(Ok(default), |value| {
            value.as_bool().ok_or_else(|| Self::bad(field, "true or false", value))
        })
    }

    /// A token; of a list the first.
    fn token(&self, field: &str) -> Result<Option<u32>> {
        let Some(value) = self.get(field) else { return Ok(None) };
        let value = value.as_array().and_then(|list| list.first()).unwrap_or(value);
        let id = value.as_u64().and_then(|id| u32::try_from(id).ok());
        id.map(Some).ok_or_else(|| Self::bad(field, "a token", value))
    }

    /// Refuses a field with another value than this.
    fn only(&self, field: &str, allowed: bool) -> Result<()> {
        match self.flag(field, allowed)? {
            value if value == allowed => Ok(()),
            value => {
                Err(Self::bad(field, &format!("{allowed} (nothing else is implemented)"), &value.into()))
            }
        }
    }
}

fn parse_config(path: &Path) -> Result<Config> {
    let value: Value =
        serde_json::from_slice(&read_small(path, MAX_JSON)?).map_err(|error| fault(path, error))?;
    let Value::Object(map) = value else {
        let (what, expected) = ("configuration".to_owned(), "an object".to_owned());
        return Err(fault(path, FileFault::Format { what, expected, got: "another value".to_owned() }));
    };
    let architecture = map.get("architectures").and_then(|list| list.get(0)).and_then(Value::as_str);
    let family = match architecture.unwrap_or_default() {
        "LlamaForCausalLM" => Family::Llama,
        "GemmaForCausalLM" => Family::Gemma,
        "StableLmForCausalLM" => Family::StableLm,
        "Qwen2ForCausalLM" => Family::Qwen2,
        other => return Err(Error::Architecture { got: other.to_owned(), known: KNOWN }),
    };
    let fields = Fields(map);
    for scaling in ["rope_scaling", "rope_parameters"] {
        let kind =
            fields.0.get(scaling).and_then(|inner| inner.get("rope_type").or_else(|| inner.get("type")));
        if let Some(kind) = kind.filter(|kind| *kind != "default") {
            return Err(Fields::bad(&format!("{scaling}.rope_type"), "default", kind));
        }
    }
    fields.only("use_sliding_window", false)?;
    fields.only("qk_layernorm", false)?;
    let (width, heads) = (fields.size("hidden_size", None)?, fields.size("num_attention_heads", None)?);
    let head_dim = fields.size("head_dim", Some(width.checked_div(heads).unwrap_or(0)))?;
    let partial = match family {
        Family::StableLm => fields.real("partial_rotary_factor", 0.25)?,
        _ => fields.real("partial_rotary_factor", 1.0)?,
    };
    if !(partial > 0.0 && partial <= 1.0) {
        return Err(Fields::bad("partial_rotary_factor", "in (0, 1]", &partial.into()));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a size")]
    let rotary_dim = (head_dim as f64 * partial) as usize;
    let norm = if family == Family::StableLm { NormKind::Layer } else { NormKind::Rms };
    let norm_eps = match norm {
        NormKind::Layer => fields.real("layer_norm_eps", 1e-5)?,
        NormKind::Rms => fields.real("rms_norm_eps", 1e-6)?,
    };
    let config = Config {
        family,
        vocab: fields.size("vocab_size", None)?,
        width,
        mlp_width: fields.size("intermediate_size", None)?,
        layers: fields.size("num_hidden_layers", None)?,
        heads,
        kv_heads: fields.size("num_key_value_heads", Some(heads))?,
        head_dim,
        rotary_dim,
        rope_theta: fields.real("rope_theta", 10_000.0)?,
        context: fields.size("max_position_embeddings", None)?,
        norm,
        norm_eps,
        activation: activation(&fields, family)?,
        embedding_scale: if family == Family::Gemma { (width as f64).sqrt() } else { 1.0 },
        tied: fields.flag("tie_word_embeddings", family == Family::Gemma)?,
        parallel_residual: fields.flag("use_parallel_residual", false)?,
        bos: fields.token("bos_token_id")?,
        eos: fields.token("eos_token_id")?,
    };
    config.validate()?;
    Ok(config)
}

fn activation(fields: &Fields, family: Family) -> Result<Activation> {
    // Gemma's first files say gelu under hidden_act and mean its approximation, as hidden_activation says.
    let field = if family == Family::Gemma { "hidden_activation" } else { "hidden_act" };
    match fields.get(field).and_then(Value::as_str) {
        None if family == Family::Gemma => Ok(Activation::GeluTanh),
        None | Some("silu") => Ok(Activation::Silu),
        Some("gelu_pytorch_tanh") => Ok(Activation::GeluTanh),
        Some("gelu") => Ok(Activation::GeluErf),
        Some(other) => Err(Fields::bad(field, "silu, gelu or gelu_pytorch_tanh", &other.into())),
    }
}

fn config_json(config: &Config) -> Value {
    let (architecture, kind) = match config.family {
        Family::Llama => ("LlamaForCausalLM", "llama"),
        Family::Gemma => ("GemmaForCausalLM", "gemma"),
        Family::StableLm => ("StableLmForCausalLM", "stablelm"),
        Family::Qwen2 => ("Qwen2ForCausalLM", "qwen2"),
    };
    let activation = match config.activation {
        Activation::Silu => "silu",
        Activation::GeluTanh => "gelu_pytorch_tanh",
        Activation::GeluErf => "gelu",
    };
    json!({
        "architectures": [architecture],
        "model_type": kind,
        "vocab_size": config.vocab,
        "hidden_size": config.width,
        "intermediate_size": config.mlp_width,
        "num_hidden_layers": config.layers,
        "num_attention_heads": config.heads,
        "num_key_value_heads": config.kv_heads,
        "head_dim": config.head_dim,
        "partial_rotary_factor": config.rotary_dim as f64 / config.head_dim as f64,
        "rope_theta": config.rope_theta,
        "max_position_embeddings": config.context,
        "rms_norm_eps": config.norm_eps,
        "layer_norm_eps": config.norm_eps,
        "hidden_act": activation,
        "hidden_activation": activation,
        "tie_word_embeddings": config.tied,
        "use_parallel_residual": config.parallel_residual,
        "use_qkv_bias": config.family == Family::StableLm,
        "bos_token_id": config.bos,
        "eos_token_id": config.eos,
        "torch_dtype": "float32",
    })
}
