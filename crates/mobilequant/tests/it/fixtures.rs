//! Real files, and small models of every family with numbers from a hash.

use mobilequant::{Activation, Array, Block, Checkpoint, Config, Family, Linear, Norm, NormKind, Weights};
use std::path::PathBuf;

/// A file below `PAPER_DATA`; a relative folder is sought from the current one upwards. `None`, with a notice, without.
pub(crate) fn paper_file(path: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("PAPER_DATA").filter(|value| !value.is_empty()).map(PathBuf::from)
    else {
        println!("SKIPPED: PAPER_DATA is not set");
        return None;
    };
    let here = std::env::current_dir().unwrap();
    let found = here.ancestors().map(|above| above.join(&folder).join(path)).find(|path| path.exists());
    if found.is_none() {
        println!("SKIPPED: {path} is not below PAPER_DATA");
    }
    found
}

pub(crate) const FAMILIES: [&str; 6] =
    ["llama-gqa", "gemma-mqa", "stablelm-mha", "qwen2-gqa", "llama-mha", "stablelm-parallel"];

/// A configuration of each family: 2 layers, grouped or single key heads, partial rotation for StableLM.
pub(crate) fn config(name: &str) -> Config {
    let llama = Config {
        family: Family::Llama,
        vocab: 48,
        width: 32,
        mlp_width: 40,
        layers: 2,
        heads: 4,
        kv_heads: 2,
        head_dim: 8,
        rotary_dim: 8,
        rope_theta: 10_000.0,
        context: 64,
        norm: NormKind::Rms,
        norm_eps: 1e-5,
        activation: Activation::Silu,
        embedding_scale: 1.0,
        tied: false,
        parallel_residual: false,
        bos: Some(1),
        eos: Some(2),
    };
    let stablelm = Config {
        family: Family::StableLm,
        kv_heads: 4,
        rotary_dim: 4,
        norm: NormKind::Layer,
        ..llama.clone()
    };
    match name {
        "llama-gqa" => llama,
        "llama-mha" => Config { kv_heads: 4, tied: true, ..llama },
        "gemma-mqa" => Config {
            family: Family::Gemma,
            kv_heads: 1,
            head_dim: 16,
            rotary_dim: 16,
            norm_eps: 1e-6,
            activation: Activation::GeluTanh,
            embedding_scale: 32.0_f64.sqrt(),
            tied: true,
            ..llama
        },
        "stablelm-mha" => stablelm,
        "stablelm-parallel" => Config { parallel_residual: true, ..stablelm },
        "qwen2-gqa" => Config { family: Family::Qwen2, norm_eps: 1e-6, rope_theta: 1e6, ..llama },
        other => panic!("no model is called {other}"),
    }
}

/// Numbers in [-1/2, 1/2) from a 32-bit hash of tensor and place, the same in any language.
struct Hash(u32);

impl Hash {
    fn values(&mut self, shape: &[usize], scale: f32, shift: f32) -> Array {
        self.0 += 1;
        let tensor = self.0;
        let value = |place: u32| {
            let mut x = place.wrapping_mul(2_654_435_761) ^ tensor.wrapping_mul(40_503_001);
            x ^= x >> 16;
            x = x.wrapping_mul(2_246_822_519);
            x ^= x >> 13;
            x = x.wrapping_mul(3_266_489_917);
            x ^= x >> 16;
            ((f64::from(x) / 4_294_967_296.0 - 0.5) * f64::from(scale) + f64::from(shift)) as f32
        };
        let size: usize = shape.iter().product();
        Array::new(shape.to_vec(), (0..size as u32).map(value).collect()).unwrap()
    }

    fn linear(&mut self, rows: usize, columns: usize, bias: bool) -> Linear<Array> {
        let weight = self.values(&[rows, columns], 0.8, 0.0);
        Linear { weight, bias: bias.then(|| self.values(&[rows], 0.6, 0.0)) }
    }

    fn norm(&mut self, config: &Config) -> Norm<Array> {
        let weight = self.values(&[config.width], 0.5, 1.0);
        let bias = config.norm == NormKind::Layer;
        Norm { weight, bias: bias.then(|| self.values(&[config.width], 0.3, 0.0)) }
    }
}

/// A model of a configuration with numbers from the hash.
pub(crate) fn checkpoint(name: &str) -> Checkpoint {
    build(config(name))
}

pub(crate) fn build(config: Config) -> Checkpoint {
    let hash = &mut Hash(0);
    let biases = matches!(config.family, Family::StableLm | Family::Qwen2);
    let (q, kv) = (config.query_width(), config.kv_width());
    let embedding = hash.values(&[config.vocab, config.width], 1.5, 0.0);
    let blocks = (0..config.layers)
        .map(|_| Block {
            attention_norm: hash.norm(&config),
            q: hash.linear(q, config.width, biases),
            k: hash.linear(kv, config.width, biases),
            v: hash.linear(kv, config.width, biases),
            o: hash.linear(config.width, q, false),
            mlp_norm: (!config.parallel_residual).then(|| hash.norm(&config)),
            gate: hash.linear(config.mlp_width, config.width, false),
            up: hash.linear(config.mlp_width, config.width, false),
            down: hash.linear(config.width, config.mlp_width, false),
        })
        .collect();
    let norm = hash.norm(&config);
    let head = (!config.tied).then(|| hash.values(&[config.vocab, config.width], 0.8, 0.0));
    let checkpoint = Checkpoint { config, weights: Weights { embedding, blocks, norm, head } };
    checkpoint.validate().unwrap();
    checkpoint
}

/// Twelve tokens, some of them twice.
pub(crate) const TOKENS: [u32; 12] = [1, 7, 40, 3, 3, 19, 47, 0, 25, 7, 11, 30];
