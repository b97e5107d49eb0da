//! Text to tokens and back.

#[cfg(feature = "bpe")]
mod bpe;
mod pieces;

use crate::load::{GgufFile, MetadataValue};
use crate::{Error, Result, TokenizerFault};
use pieces::{Piece, Pieces};
use std::path::Path;

/// A tokenizer: pieces with scores (llama2.c, GGUF of kind llama), or byte-level BPE (`tokenizer.json`, GGUF of kind
/// gpt2; feature `bpe`).
#[derive(Debug)]
pub struct Tokenizer(Kind);

#[derive(Debug)]
enum Kind {
    Pieces(Box<Pieces>),
    #[cfg(feature = "bpe")]
    Bpe(Box<tokenizers::Tokenizer>),
}

impl Tokenizer {
    /// Reads the tokenizer of llama2.c: i32 length of the longest piece, then for each of `vocab` pieces its f32 score,
    /// i32 length and bytes. Pieces `<0x00>` to `<0xFF>` stand for bytes; the first three are unknown, begin and end.
    ///
    /// # Errors
    /// [`Error::File`] if the file is shorter or longer than that, [`Error::NonFinite`] for a score,
    /// [`Error::Tokenizer`] if a byte has no piece.
    pub fn llama2c(path: &Path, vocab: usize) -> Result<Self> {
        Ok(Self(Kind::Pieces(Box::new(Pieces::read_llama2c(path, vocab)?))))
    }

    /// The tokenizer in the metadata of a GGUF file.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] if its kind is not known or it cannot be used.
    pub fn gguf(file: &GgufFile) -> Result<Self> {
        let kind = text(file, "tokenizer.ggml.model").unwrap_or_default();
        match kind {
            "llama" => Ok(Self(Kind::Pieces(Box::new(gguf_pieces(file)?)))),
            #[cfg(feature = "bpe")]
            "gpt2" => Ok(Self(Kind::Bpe(Box::new(bpe::from_gguf(file)?)))),
            other => Err(unknown("llama, gpt2 (with the feature bpe)", other)),
        }
    }

    /// Reads `tokenizer.json` of a directory in the form of Hugging Face.
    ///
    /// # Errors
    /// [`Error::File`] if there is none, [`Error::Tokenizer`] if the library cannot use it.
    #[cfg(feature = "bpe")]
    pub fn hugging_face(directory: &Path) -> Result<Self> {
        Ok(Self(Kind::Bpe(Box::new(bpe::from_json(&directory.join("tokenizer.json"))?))))
    }

    /// The tokens of a text, without tokens for its beginning and end.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] if the text cannot be encoded.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        match &self.0 {
            Kind::Pieces(pieces) => Ok(pieces.encode(text)),
            #[cfg(feature = "bpe")]
            Kind::Bpe(tokenizer) => {
                let encoding = tokenizer.encode_fast(text, false).map_err(bpe::library)?;
                Ok(encoding.get_ids().to_vec())
            }
        }
    }

    /// The text of tokens. Tokens for beginning and end have none, and the space that pieces put before a text is
    /// taken off.
    ///
    /// # Errors
    /// [`Error::Token`] for a token outside the vocabulary, [`Error::Tokenizer`] if the bytes are no text.
    pub fn decode(&self, tokens: &[u32]) -> Result<String> {
        match &self.0 {
            Kind::Pieces(pieces) => pieces.decode(tokens),
            #[cfg(feature = "bpe")]
            Kind::Bpe(tokenizer) => {
                let vocab = tokenizer.get_vocab_size(true);
                if let Some((place, &id)) = tokens.iter().enumerate().find(|(_, id)| **id as usize >= vocab) {
                    return Err(Error::Token { id, place, vocab });
                }
                tokenizer.decode(tokens, true).map_err(bpe::library)
            }
        }
    }
}

fn unknown(known: &'static str, got: &str) -> Error {
    Error::Tokenizer(Box::new(TokenizerFault::Kind { known, got: got.to_owned() }))
}

fn text<'a>(file: &'a GgufFile, key: &str) -> Option<&'a str> {
    match file.metadata().get(key) {
        Some(MetadataValue::Text(text)) => Some(text),
        _ => None,
    }
}

fn list<'a>(file: &'a GgufFile, key: &'static str) -> &'a [MetadataValue] {
    match file.metadata().get(key) {
        Some(MetadataValue::List(list)) => list,
        _ => &[],
    }
}

/// Pieces of text of a list; other values count as empty.
fn texts(values: &[MetadataValue]) -> impl Iterator<Item = &str> {
    values.iter().map(|value| match value {
        MetadataValue::Text(text) => text.as_str(),
        _ => "",
    })
}

/// Whether a token of this type has no text: unknown 2, control 3.
fn is_control(kind: Option<&MetadataValue>) -> bool {
    matches!(kind, Some(MetadataValue::Signed(2 | 3) | MetadataValue::Unsigned(2 | 3)))
}

fn gguf_pieces(file: &GgufFile) -> Result<Pieces> {
    let (scores, kinds) = (list(file, "tokenizer.ggml.scores"), list(file, "tokenizer.ggml.token_type"));
    let tokens = list(file, "tokenizer.ggml.tokens");
    if scores.len() != tokens.len() {
        return Err(Error::Count { name: "scores", rule: "one a token", count: scores.len() });
    }
    let pieces = texts(tokens).zip(scores).enumerate().map(|(id, (text, score))| {
        #[expect(clippy::cast_possible_truncation, reason = "the file has f32")]
        let score = if let MetadataValue::Float(score) = score { *score as f32 } else { 0.0 };
        Piece { text: text.replace('\u{2581}', " ").into_bytes(), score, control: is_control(kinds.get(id)) }
    });
    Pieces::new(pieces.collect())
}
