//! Byte-level BPE through the library of Hugging Face.

use super::{is_control, list, text, texts, unknown};
use crate::load::{GgufFile, read_small};
use crate::{Error, Result, TokenizerFault};
use serde_json::{Map, Value, json};
use std::path::Path;
use tokenizers::Tokenizer;

const MAX_JSON: u64 = 256 << 20;

pub(super) fn library(error: tokenizers::Error) -> Error {
    Error::Tokenizer(Box::new(TokenizerFault::Library(error)))
}

pub(super) fn from_json(path: &Path) -> Result<Tokenizer> {
    Tokenizer::from_bytes(read_small(path, MAX_JSON)?).map_err(library)
}

/// Vocabulary, merges and the way to cut text into words, put into the form of `tokenizer.json`.
pub(super) fn from_gguf(file: &GgufFile) -> Result<Tokenizer> {
    let (tokens, kinds) = (list(file, "tokenizer.ggml.tokens"), list(file, "tokenizer.ggml.token_type"));
    let vocab: Map<String, Value> =
        texts(tokens).enumerate().map(|(id, text)| (text.to_owned(), id.into())).collect();
    let special: Vec<Value> = texts(tokens)
        .enumerate()
        .filter(|(id, _)| is_control(kinds.get(*id)))
        .map(|(id, text)| {
            json!({
                "id": id, "content": text, "special": true,
                "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
            })
        })
        .collect();
    let merges: Vec<&str> = texts(list(file, "tokenizer.ggml.merges")).collect();
    let cut = cut(text(file, "tokenizer.ggml.pre").unwrap_or("default"))?;
    let value = json!({
        "version": "1.0",
        "added_tokens": special,
        "pre_tokenizer": cut,
        "decoder": bytes(false),
        "model": { "type": "BPE", "vocab": vocab, "merges": merges },
    });
    Tokenizer::from_bytes(value.to_string()).map_err(library)
}

fn bytes(cut: bool) -> Value {
    json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": cut })
}

/// How text is cut into words before bytes are merged.
fn cut(name: &str) -> Result<Value> {
    let split = |pattern: &str| json!({ "type": "Split", "pattern": { "Regex": pattern }, "behavior": "Isolated", "invert": false });
    let steps = match name {
        "default" | "gpt-2" => return Ok(bytes(true)),
        "smollm" => vec![json!({ "type": "Digits", "individual_digits": true }), bytes(true)],
        "qwen2" => vec![split(&words("\\p{N}")), bytes(false)],
        "llama-bpe" => vec![split(&words("\\p{N}{1,3}")), bytes(false)],
        other => return Err(unknown("pre-tokenizers default, gpt-2, smollm, qwen2, llama-bpe", other)),
    };
    Ok(json!({ "type": "Sequence", "pretokenizers": steps }))
}

/// Contractions, words, numbers, punctuation, spaces, as the tokenizers of Llama 3 and Qwen 2 cut.
fn words(number: &str) -> String {
    let contraction = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    let word = r"[^\r\n\p{L}\p{N}]?\p{L}+";
    let punctuation = r" ?[^\s\p{L}\p{N}]+[\r\n]*";
    let space = r"\s*[\r\n]+|\s+(?!\S)|\s+";
    [contraction, word, number, punctuation, space].join("|")
}
