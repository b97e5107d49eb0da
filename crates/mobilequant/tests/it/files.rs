//! Files: round trips, every family and type, blocks against candle's own decoder, and damage of every kind.

use crate::fixtures::{FAMILIES, TOKENS, build, checkpoint, config};
use candle_core::quantized::{GgmlDType, QTensor, ggml_file::qtensor_from_ggml};
use candle_core::{DType, Device, Tensor};
use common::assert_close;
use common::rng::Streams;
use mobilequant::load::{
    GgufFile, GgufType, read, read_gguf, read_hugging_face, read_llama2c, write_gguf, write_hugging_face,
};
use mobilequant::{Array, Checkpoint, Config, Error, FileFault, Model, Tokenizer};
use rand::RngExt as _;
use std::path::{Path, PathBuf};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn round_trips() {
    let folder = folder();
    for name in FAMILIES {
        let checkpoint = checkpoint(name);
        let path = folder.path().join("model.gguf");
        write_gguf(&checkpoint, &path, GgufType::F32).unwrap();
        let back = read(&path).unwrap();
        assert_eq!(back.weights, checkpoint.weights, "{name}");
        assert_eq!(
            Config { embedding_scale: checkpoint.config.embedding_scale, ..back.config },
            checkpoint.config
        );
        write_hugging_face(&checkpoint, folder.path()).unwrap();
        let back = read(folder.path()).unwrap();
        assert_eq!(back.config, checkpoint.config);
        // Gemma's norms lose a bit of rounding to the 1 that its files leave out.
        let both = [back, checkpoint].map(|checkpoint| {
            let model = Model::new(&checkpoint, DType::F64).unwrap();
            model.logits(&TOKENS).unwrap().flatten_all().unwrap().to_vec1::<f64>().unwrap()
        });
        for (a, b) in both[0].iter().zip(&both[1]) {
            assert_close!(*a, *b, abs = 1e-5, "{name}");
        }
    }
}

/// `Q8_0` keeps each number to half a step of its block, apart from the scale's 11 bits; rows of 40 become F16.
#[test]
fn eight_bit_files() {
    let folder = folder();
    let checkpoint = checkpoint("llama-gqa");
    let path = folder.path().join("model.gguf");
    write_gguf(&checkpoint, &path, GgufType::Q8_0).unwrap();
    let file = GgufFile::open(&path).unwrap();
    let kind = |wanted: &str| file.tensors().find(|(name, ..)| *name == wanted).unwrap().2;
    assert_eq!(kind("blk.0.attn_q.weight"), GgufType::Q8_0);
    assert_eq!(kind("blk.0.ffn_down.weight"), GgufType::F16);
    assert_eq!(kind("blk.1.attn_norm.weight"), GgufType::F32);
    let back = read_gguf(&path).unwrap();
    let (ours, theirs) = (&checkpoint.weights.embedding, &back.weights.embedding);
    let mut worst = 0.0_f32;
    for (a, b) in ours.data().chunks(32).zip(theirs.data().chunks(32)) {
        let step = a.iter().fold(0.0_f32, |max, x| max.max(x.abs())) / 127.0;
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() <= 0.5 * step + 127.0 * step * 5e-4);
            worst = worst.max((a - b).abs() / step);
        }
    }
    assert!(worst > 0.4);
    assert!(matches!(write_gguf(&checkpoint, &path, GgufType::Q4K), Err(Error::Config { .. })));
}

/// Random blocks of every type, decoded here and by candle.
#[test]
fn blocks_against_candle() {
    let types = [
        (GgufType::Q4_0, GgmlDType::Q4_0),
        (GgufType::Q4_1, GgmlDType::Q4_1),
        (GgufType::Q8_0, GgmlDType::Q8_0),
        (GgufType::Q4K, GgmlDType::Q4K),
        (GgufType::Q6K, GgmlDType::Q6K),
        (GgufType::F16, GgmlDType::F16),
    ];
    for (ours, theirs) in types {
        let mut rng = Streams::new(5).stream("blocks");
        let (numbers, bytes) = ours.block();
        let count = 2048 / numbers;
        let mut data: Vec<u8> = (0..count * bytes).map(|_| rng.random()).collect();
        // No exponent of all ones: the floats of scales must be finite.
        if ours == GgufType::Q6K {
            data.chunks_mut(bytes).for_each(|block| block[209] &= 0xbf);
        } else {
            data.chunks_mut(bytes).for_each(|block| {
                block[1] &= 0xbf;
                block[3.min(bytes - 1)] &= 0xbf;
            });
        }
        let tensor: QTensor = qtensor_from_ggml(theirs, &data, vec![8, 256], &Device::Cpu).unwrap();
        let expected =
            tensor.dequantize(&Device::Cpu).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let decoded = ours.decode(&data);
        assert_eq!(decoded.len(), expected.len());
        for (a, b) in decoded.iter().zip(&expected) {
            assert_close!(f64::from(*a), f64::from(*b), rel = 1e-6, "{ours:?}");
        }
        assert!(decoded.iter().filter(|x| **x != 0.0).count() > 1000, "{ours:?}");
    }
}

/// Files of candle's writer, with blocks of its quantiser.
#[test]
fn files_of_candle() {
    use candle_core::quantized::gguf_file::{Value, write};
    let folder = folder();
    let path = folder.path().join("candle.gguf");
    let weight: Vec<f32> = (0..512).map(|i| (i as f32 * 0.37).sin()).collect();
    let tensor = Tensor::from_slice(&weight, (2, 256), &Device::Cpu).unwrap();
    let quantized = QTensor::quantize(&tensor, GgmlDType::Q6K).unwrap();
    let text = Value::String("llama".to_owned());
    let mut file = std::fs::File::create(&path).unwrap();
    write(&mut file, &[("general.architecture", &text)], &[("w", &quantized)]).unwrap();
    let mut ours = GgufFile::open(&path).unwrap();
    let read = ours.tensor("w", &[2, 256]).unwrap().unwrap();
    for (a, b) in read.data().iter().zip(&weight) {
        assert_close!(f64::from(*a), f64::from(*b), abs = 0.04);
    }
    assert!(ours.tensor("v", &[2]).unwrap().is_none());
    assert!(matches!(ours.tensor("w", &[256, 2]), Err(Error::Shape { .. })));
    assert!(matches!(read_gguf(&path), Err(Error::File { .. })));
}

/// llama2.c's format, written here value by value.
fn llama2c(checkpoint: &Checkpoint) -> Vec<u8> {
    let c = &checkpoint.config;
    let sizes = [c.width, c.mlp_width, c.layers, c.heads, c.kv_heads, c.vocab, c.context];
    let mut bytes: Vec<u8> = sizes.iter().flat_map(|&size| (size as i32).to_le_bytes()).collect();
    let mut put = |values: &[f32]| bytes.extend(values.iter().flat_map(|x| x.to_le_bytes()));
    let neighbours = |array: &Array| -> Vec<f32> {
        let half = c.head_dim / 2;
        let rows = (0..array.shape()[0]).map(|row| {
            let (head, row) = (row / c.head_dim, row % c.head_dim);
            head * c.head_dim + row / 2 + row % 2 * half
        });
        rows.flat_map(|row| array.row(row).to_vec()).collect()
    };
    let blocks = &checkpoint.weights.blocks;
    put(checkpoint.weights.embedding.data());
    blocks.iter().for_each(|block| put(block.attention_norm.weight.data()));
    blocks.iter().for_each(|block| put(&neighbours(&block.q.weight)));
    blocks.iter().for_each(|block| put(&neighbours(&block.k.weight)));
    blocks.iter().for_each(|block| put(block.v.weight.data()));
    blocks.iter().for_each(|block| put(block.o.weight.data()));
    blocks.iter().for_each(|block| put(block.mlp_norm.as_ref().unwrap().weight.data()));
    blocks.iter().for_each(|block| put(block.gate.weight.data()));
    blocks.iter().for_each(|block| put(block.down.weight.data()));
    blocks.iter().for_each(|block| put(block.up.weight.data()));
    put(checkpoint.weights.norm.weight.data());
    put(&vec![0.0; c.context * c.head_dim]);
    bytes
}

#[test]
fn llama2c_files() {
    let folder = folder();
    let path = folder.path().join("model.bin");
    let checkpoint = checkpoint("llama-mha");
    let bytes = llama2c(&checkpoint);
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(read(&path).unwrap(), checkpoint);
    std::fs::write(&path, [&bytes[..], &[0]].concat()).unwrap();
    let error = read(&path).unwrap_err();
    assert!(
        matches!(&error, Error::File { fault, .. } if matches!(**fault, FileFault::Trailing { .. })),
        "{error}"
    );
}

/// Every kind of file of one small model.
fn damaged(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let small = Config {
        vocab: 6,
        width: 4,
        mlp_width: 3,
        heads: 2,
        kv_heads: 2,
        head_dim: 2,
        rotary_dim: 2,
        context: 4,
        tied: true,
        ..config("llama-mha")
    };
    let checkpoint = build(small);
    let gguf = folder.join("model.gguf");
    write_gguf(&checkpoint, &gguf, GgufType::F32).unwrap();
    let bin = folder.join("model.bin");
    std::fs::write(&bin, llama2c(&checkpoint)).unwrap();
    write_hugging_face(&checkpoint, folder).unwrap();
    [gguf, bin, folder.join("model.safetensors"), folder.join("config.json")]
        .into_iter()
        .map(|path| {
            let bytes = std::fs::read(&path).unwrap();
            (path, bytes)
        })
        .collect()
}

fn try_read(path: &Path) -> Result<Checkpoint, Error> {
    let directory = matches!(path.extension().unwrap().to_str(), Some("safetensors" | "json"));
    read(if directory { path.parent().unwrap() } else { path })
}

/// A file that ends early is refused wherever it ends.
#[test]
fn truncations() {
    let folder = folder();
    for (path, bytes) in damaged(folder.path()) {
        assert!(try_read(&path).is_ok());
        for length in (0..bytes.len()).step_by((bytes.len() / 500).max(1)) {
            std::fs::write(&path, &bytes[..length]).unwrap();
            // config.json ends in a line feed that nobody needs.
            let whole = bytes[length..].iter().all(u8::is_ascii_whitespace);
            assert_eq!(try_read(&path).is_ok(), whole, "{} cut at {length}", path.display());
        }
        std::fs::write(&path, &bytes).unwrap();
    }
}

/// Random damage of headers ends in a model of finite weights or a typed error, without a panic.
#[test]
fn mutations() {
    let folder = folder();
    let mut rng = Streams::new(17).stream("mutations");
    let mut refused = 0;
    for (path, bytes) in damaged(folder.path()) {
        let header = bytes.len().min(1800);
        for _ in 0..1200 {
            let mut changed = bytes.clone();
            for _ in 0..rng.random_range(1..4) {
                let place = rng.random_range(0..header);
                let choice: u8 = rng.random_range(0..4);
                match choice {
                    0 => changed[place] = rng.random(),
                    1 => changed[place] = 0xff,
                    2 => changed[place] ^= 1 << rng.random_range(0..8),
                    _ => {
                        let end = (place + 8).min(changed.len());
                        changed[place..end].fill(if rng.random() { 0xff } else { 0x7f });
                    }
                }
            }
            std::fs::write(&path, &changed).unwrap();
            match try_read(&path) {
                Ok(checkpoint) => checkpoint.validate().unwrap(),
                Err(_) => refused += 1,
            }
        }
        std::fs::write(&path, &bytes).unwrap();
    }
    assert!(refused > 1000, "{refused}");
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}

/// Configurations that would compute something else than the model, or nothing.
#[test]
fn refused_configurations() {
    let cases = [
        ("LlamaForCausalLM", "MistralForCausalLM", "architecture must be one of"),
        ("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", "kv_heads must be a divisor"),
        ("\"hidden_act\": \"silu\"", "\"hidden_act\": \"relu\"", "hidden_act must be silu, gelu"),
        (
            "\"rope_theta\": 10000.0",
            "\"rope_scaling\": {\"type\": \"linear\"}",
            "rope_scaling.rope_type must be",
        ),
        ("\"hidden_size\": 32", "\"hidden_size\": -32", "hidden_size must be a number"),
        ("\"hidden_size\": 32", "\"hidden_size\": 99999999999", "width must be in"),
        (
            "\"num_hidden_layers\": 2",
            "\"num_hidden_layers\": 1000000",
            "model.layers.2.input_layernorm.weight",
        ),
        ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1", "tensors must be those of the architecture"),
        ("\"vocab_size\": 48", "\"vocab_size\": 47", "model.embed_tokens.weight must be [47, 32]"),
        ("\"vocab_size\": 48", "\"vocab\": 47", "vocab_size must be given"),
        (
            "\"torch_dtype\"",
            "\"use_sliding_window\": true, \"torch_dtype\"",
            "use_sliding_window must be false",
        ),
        (
            "\"tie_word_embeddings\": false",
            "\"tie_word_embeddings\": 0",
            "tie_word_embeddings must be true or false",
        ),
    ];
    let folder = folder();
    for (from, to, rule) in cases {
        write_hugging_face(&checkpoint("llama-gqa"), folder.path()).unwrap();
        replace(&folder.path().join("config.json"), from, to);
        let error = read_hugging_face(folder.path()).unwrap_err().to_string();
        assert!(error.contains(rule), "{error}");
    }
}

/// A model in two shards; then with a shard missing, a tensor missing, and a name that points elsewhere.
#[test]
fn shards() {
    let folder = folder();
    let checkpoint = checkpoint("qwen2-gqa");
    write_hugging_face(&checkpoint, folder.path()).unwrap();
    let single = folder.path().join("model.safetensors");
    let bytes = std::fs::read(&single).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let mut names: Vec<&str> = tensors.names();
    names.sort_unstable();
    let (first, second) = names.split_at(names.len() / 2);
    let mut map = serde_json::Map::new();
    for (file, names) in [("a.safetensors", first), ("b.safetensors", second)] {
        let views = names.iter().map(|name| (*name, tensors.tensor(name).unwrap()));
        safetensors::serialize_to_file(views, None, &folder.path().join(file)).unwrap();
        map.extend(names.iter().map(|name| ((*name).to_owned(), file.into())));
    }
    std::fs::remove_file(single).unwrap();
    let index = folder.path().join("model.safetensors.index.json");
    let write = |map: &serde_json::Map<String, serde_json::Value>| {
        std::fs::write(&index, serde_json::json!({ "weight_map": map }).to_string()).unwrap();
    };
    write(&map);
    assert_eq!(read(folder.path()).unwrap(), checkpoint);
    let mut extra = map.clone();
    extra.insert("model.layers.9.mlp.up_proj.weight".to_owned(), "a.safetensors".into());
    write(&extra);
    assert!(matches!(read(folder.path()), Err(Error::MissingTensor { name }) if name.contains("layers.9")));
    let mut outside = map.clone();
    outside.insert("x".to_owned(), "../b.safetensors".into());
    write(&outside);
    assert!(read(folder.path()).unwrap_err().to_string().contains("plain name"));
    write(&map);
    std::fs::remove_file(folder.path().join("b.safetensors")).unwrap();
    let error = read(folder.path()).unwrap_err();
    assert!(
        matches!(&error, Error::File { path, fault } if path.ends_with("b.safetensors") && matches!(**fault, FileFault::Io(_)))
    );
}

/// NaN, and a type of tensor that nobody reads.
#[test]
fn bad_weights_and_types() {
    let folder = folder();
    let mut files = damaged(folder.path());
    for (path, bytes) in &mut files[..3] {
        let end = bytes.len();
        // The last weight before the unused tables of llama2.c, which has 8 numbers of them.
        let place = if path.extension().unwrap() == "bin" { end - 36 } else { end - 4 };
        bytes[place..place + 4].copy_from_slice(&f32::NAN.to_le_bytes());
        std::fs::write(&path, &bytes).unwrap();
        let error = try_read(path).unwrap_err();
        assert!(matches!(error, Error::NonFinite { .. }), "{error}");
    }
    files = damaged(folder.path());
    let (path, bytes) = &mut files[2];
    let text = b"\"F32\"";
    let at = bytes.windows(5).position(|window| window == text).unwrap();
    bytes[at..at + 5].copy_from_slice(b"\"F8X\"");
    std::fs::write(&path, &bytes).unwrap();
    let error = try_read(path).unwrap_err().to_string();
    assert!(error.contains("must be one of F32, F16, BF16, got F8X"), "{error}");
    let (path, bytes) = &mut files[0];
    let name = b"token_embd.weight";
    let at = bytes.windows(name.len()).position(|window| window == name).unwrap() + name.len() + 4 + 16;
    bytes[at..at + 4].copy_from_slice(&23_u32.to_le_bytes());
    std::fs::write(&path, &bytes).unwrap();
    let error = read_gguf(path).unwrap_err().to_string();
    assert!(error.contains("type of tensor token_embd.weight") && error.contains("got code 23"), "{error}");
    assert!(read_llama2c(Path::new("/nonexistent/model.bin")).is_err());
    assert!(read(Path::new("model.pt")).unwrap_err().to_string().contains("*.gguf or *.bin"));
}

/// A vocabulary of single bytes with two merges: best score first, leftmost of equals.
#[test]
fn pieces() {
    let mut pieces: Vec<(f32, Vec<u8>)> =
        vec![(0.0, b"<unk>".to_vec()), (0.0, b"<s>".to_vec()), (0.0, b"</s>".to_vec())];
    pieces.extend((0..=255_u8).map(|byte| (0.0, format!("<0x{byte:02X}>").into_bytes())));
    for (score, text) in
        [(-9.0, " "), (-9.0, "a"), (-9.0, "b"), (-1.0, "ab"), (-2.0, " a"), (-1.0, "ba"), (-3.0, "abab")]
    {
        pieces.push((score, text.as_bytes().to_vec()));
    }
    let mut bytes = 4_i32.to_le_bytes().to_vec();
    for (score, text) in &pieces {
        bytes.extend(score.to_le_bytes());
        bytes.extend((text.len() as i32).to_le_bytes());
        bytes.extend(text);
    }
    let folder = folder();
    let path = folder.path().join("tok.bin");
    std::fs::write(&path, &bytes).unwrap();
    let tokenizer = Tokenizer::llama2c(&path, pieces.len()).unwrap();
    assert_eq!(tokenizer.encode("abab").unwrap(), [259, 265]);
    assert_eq!(tokenizer.encode("bab").unwrap(), [259, 264, 261]);
    assert_eq!(tokenizer.encode("é\n").unwrap(), [259, 3 + 0xc3, 3 + 0xa9, 13]);
    assert_eq!(tokenizer.encode("").unwrap(), [0_u32; 0]);
    assert_eq!(tokenizer.decode(&[1, 259, 3 + 0xc3, 3 + 0xa9, 265, 2]).unwrap(), "éabab");
    assert!(matches!(tokenizer.decode(&[300]), Err(Error::Token { id: 300, .. })));
    assert!(matches!(tokenizer.decode(&[3 + 0xc3]), Err(Error::Tokenizer(_))));
    for length in 0..bytes.len() {
        std::fs::write(&path, &bytes[..length]).unwrap();
        assert!(Tokenizer::llama2c(&path, pieces.len()).is_err());
    }
    std::fs::write(&path, &bytes).unwrap();
    let error = Tokenizer::llama2c(&path, pieces.len() - 1).unwrap_err();
    assert!(matches!(&error, Error::File { fault, .. } if matches!(**fault, FileFault::Trailing { .. })));
    let short = Tokenizer::llama2c(&path, 200);
    assert!(short.is_err());
}

/// Byte-level BPE from a `tokenizer.json`, and a GGUF file without a tokenizer.
#[cfg(feature = "bpe")]
#[test]
fn byte_level() {
    use mobilequant::TokenizerFault;

    let folder = folder();
    let alphabet = ["a", "b", "\u{120}", "ab", "\u{120}ab"];
    let vocab: serde_json::Map<String, serde_json::Value> =
        alphabet.iter().enumerate().map(|(id, piece)| ((*piece).to_owned(), id.into())).collect();
    let level = serde_json::json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true });
    let value = serde_json::json!({
        "version": "1.0", "added_tokens": [], "pre_tokenizer": level, "decoder": level,
        "model": { "type": "BPE", "vocab": vocab, "merges": ["a b", "\u{120} ab"] },
    });
    std::fs::write(folder.path().join("tokenizer.json"), value.to_string()).unwrap();
    let tokenizer = Tokenizer::hugging_face(folder.path()).unwrap();
    let ids = tokenizer.encode("ab abb").unwrap();
    assert_eq!(ids, [3, 4, 1]);
    assert_eq!(tokenizer.decode(&ids).unwrap(), "ab abb");
    assert!(matches!(tokenizer.decode(&[9]), Err(Error::Token { id: 9, vocab: 5, .. })));
    std::fs::write(folder.path().join("tokenizer.json"), "{}").unwrap();
    assert!(matches!(Tokenizer::hugging_face(folder.path()), Err(Error::Tokenizer(_))));
    let path = folder.path().join("model.gguf");
    write_gguf(&checkpoint("llama-gqa"), &path, GgufType::F32).unwrap();
    let error = Tokenizer::gguf(&GgufFile::open(&path).unwrap()).unwrap_err();
    assert!(matches!(error, Error::Tokenizer(fault) if matches!(*fault, TokenizerFault::Kind { .. })));
}

/// A GGUF file without tensors, with texts, integers and lists of them as metadata.
#[cfg(feature = "bpe")]
fn write_metadata(path: &Path, entries: &[(&str, serde_json::Value)]) {
    fn text(bytes: &mut Vec<u8>, text: &str) {
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text.as_bytes());
    }
    fn kind(value: &serde_json::Value) -> u32 {
        match value {
            serde_json::Value::String(_) => 8,
            serde_json::Value::Array(_) => 9,
            _ => 5,
        }
    }
    fn put(bytes: &mut Vec<u8>, value: &serde_json::Value) {
        match value {
            serde_json::Value::String(string) => text(bytes, string),
            serde_json::Value::Array(list) => {
                bytes.extend(kind(&list[0]).to_le_bytes());
                bytes.extend((list.len() as u64).to_le_bytes());
                list.iter().for_each(|value| put(bytes, value));
            }
            number => bytes.extend((number.as_i64().unwrap() as i32).to_le_bytes()),
        }
    }
    let mut bytes = b"GGUF".to_vec();
    bytes.extend(3_u32.to_le_bytes());
    bytes.extend(0_u64.to_le_bytes());
    bytes.extend((entries.len() as u64).to_le_bytes());
    for (key, value) in entries {
        text(&mut bytes, key);
        bytes.extend(kind(value).to_le_bytes());
        put(&mut bytes, value);
    }
    std::fs::write(path, bytes).unwrap();
}

/// A byte-level BPE vocabulary in the metadata of a GGUF file: words, digits cut one by one, a control token.
#[cfg(feature = "bpe")]
#[test]
fn tokenizer_of_gguf() {
    use mobilequant::TokenizerFault;

    let folder = folder();
    let path = folder.path().join("tokenizer.gguf");
    let tokens = ["<|end|>", "a", "b", "\u{120}", "1", "2", "ab", "\u{120}ab", "12"];
    let read = |model: &str, pre: &str| {
        let entries = [
            ("tokenizer.ggml.model", model.into()),
            ("tokenizer.ggml.pre", pre.into()),
            ("tokenizer.ggml.tokens", tokens.as_slice().into()),
            ("tokenizer.ggml.token_type", [3, 1, 1, 1, 1, 1, 1, 1, 1].as_slice().into()),
            ("tokenizer.ggml.merges", ["a b", "\u{120} ab", "1 2"].as_slice().into()),
        ];
        write_metadata(&path, &entries);
        Tokenizer::gguf(&GgufFile::open(&path).unwrap())
    };
    // GPT-2 keeps the digits of a number together, SmolLM cuts each off.
    for (pre, expected) in [("gpt-2", [6, 7, 2, 8]), ("llama-bpe", [6, 7, 2, 8])] {
        assert_eq!(read("gpt2", pre).unwrap().encode("ab abb12").unwrap(), expected, "{pre}");
    }
    for pre in ["smollm", "qwen2"] {
        let tokenizer = read("gpt2", pre).unwrap();
        assert_eq!(tokenizer.encode("ab abb12").unwrap(), [6, 7, 2, 4, 5], "{pre}");
        assert_eq!(tokenizer.encode("ab<|end|>b").unwrap(), [6, 0, 2], "a control token is one token");
        assert_eq!(tokenizer.decode(&[6, 7, 2, 4, 5, 0]).unwrap(), "ab abb12");
        assert!(matches!(tokenizer.decode(&[9]), Err(Error::Token { id: 9, vocab: 9, .. })));
    }
    for (model, pre, known) in [("gpt2", "unheard-of", "smollm"), ("bert", "gpt-2", "llama, gpt2")] {
        match read(model, pre).unwrap_err() {
            Error::Tokenizer(fault) => {
                assert!(matches!(*fault, TokenizerFault::Kind { .. }) && fault.to_string().contains(known));
            }
            other => panic!("{other}"),
        }
    }
}
