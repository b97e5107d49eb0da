//! Pieces with scores: neighbours merge, best score first.

use crate::load::{Cursor, fault, read_small};
use crate::{Error, FileFault, Result, TokenizerFault};
use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};
use std::path::Path;

/// One piece of the vocabulary.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) text: Vec<u8>,
    pub(super) score: f32,
    /// Stands for no text.
    pub(super) control: bool,
}

#[derive(Debug)]
pub(super) struct Pieces {
    vocabulary: Vec<Piece>,
    ids: HashMap<Vec<u8>, u32>,
    bytes: [u32; 256],
}

impl Pieces {
    pub(super) fn read_llama2c(path: &Path, vocab: usize) -> Result<Self> {
        let bytes = read_small(path, 64 << 20)?;
        let mut cursor = Cursor::new(path, &bytes);
        cursor.i32("length of the longest piece")?;
        let mut pieces = Vec::new();
        for id in 0..vocab {
            let score = cursor.f32("score")?;
            let length = cursor.i32("length of a piece")?;
            let Ok(length) = u64::try_from(length) else {
                let (what, expected) = ("length of a piece".to_owned(), "at least 0".to_owned());
                return Err(fault(path, FileFault::Format { what, expected, got: length.to_string() }));
            };
            let text = cursor.take("piece", length)?.to_vec();
            pieces.push(Piece { text, score, control: id < 3 });
        }
        if cursor.remaining() > 0 {
            let (expected, len) = (cursor.position() as u64, bytes.len() as u64);
            return Err(fault(path, FileFault::Trailing { expected, len }));
        }
        Self::new(pieces)
    }

    /// A byte's piece is `<0xNN>`; it is for bytes only.
    pub(super) fn new(mut pieces: Vec<Piece>) -> Result<Self> {
        if let Some((place, piece)) = pieces.iter().enumerate().find(|(_, piece)| !piece.score.is_finite()) {
            let what = "score of a piece".to_owned();
            return Err(Error::NonFinite { what, place, value: piece.score.into() });
        }
        let mut ids = HashMap::new();
        let mut bytes = [None; 256];
        for (id, piece) in (0_u32..).zip(&mut pieces) {
            if let Some(byte) = byte_of(&piece.text) {
                bytes[usize::from(byte)] = Some(id);
                piece.text = vec![byte];
            } else if !piece.control && !piece.text.is_empty() {
                ids.entry(piece.text.clone()).or_insert(id);
            }
        }
        let mut filled = [0; 256];
        for (byte, (slot, id)) in (0..=255_u8).zip(filled.iter_mut().zip(bytes)) {
            *slot = id.ok_or_else(|| Error::Tokenizer(Box::new(TokenizerFault::Byte(byte))))?;
        }
        Ok(Self { vocabulary: pieces, ids, bytes: filled })
    }

    /// One space before the text; characters, or their bytes; then neighbours whose union is a piece merge, the
    /// highest score first, of equal scores the leftmost.
    pub(super) fn encode(&self, text: &str) -> Vec<u32> {
        if text.is_empty() {
            return Vec::new();
        }
        let mut tokens = Vec::with_capacity(text.len() + 1);
        let mut buffer = [0; 4];
        for character in std::iter::once(' ').chain(text.chars()) {
            let encoded = character.encode_utf8(&mut buffer).as_bytes();
            match self.ids.get(encoded) {
                Some(&id) => tokens.push(id),
                None => tokens.extend(encoded.iter().map(|&byte| self.bytes[usize::from(byte)])),
            }
        }
        self.merge(tokens)
    }

    fn merge(&self, mut tokens: Vec<u32>) -> Vec<u32> {
        let end = tokens.len();
        let mut next: Vec<usize> = (1..=end).collect();
        let mut previous: Vec<usize> = (0..end).map(|i| i.wrapping_sub(1)).collect();
        let mut alive = vec![true; end];
        let mut heap = BinaryHeap::new();
        let candidate = |tokens: &[u32], left: usize, right: usize| -> Option<Candidate> {
            let pair = (tokens[left], tokens[right]);
            let text = |id: u32| self.vocabulary[id as usize].text.as_slice();
            let id = *self.ids.get([text(pair.0), text(pair.1)].concat().as_slice())?;
            Some(Candidate { score: self.vocabulary[id as usize].score, left, right, pair, id })
        };
        heap.extend((1..end).filter_map(|right| candidate(&tokens, right - 1, right)));
        while let Some(Candidate { left, right, pair, id, .. }) = heap.pop() {
            // A candidate from before another merge of one of its sides.
            if !alive[left] || !alive[right] || next[left] != right || (tokens[left], tokens[right]) != pair {
                continue;
            }
            tokens[left] = id;
            alive[right] = false;
            next[left] = next[right];
            if next[left] < end {
                previous[next[left]] = left;
                heap.extend(candidate(&tokens, left, next[left]));
            }
            if previous[left] < end {
                heap.extend(candidate(&tokens, previous[left], left));
            }
        }
        tokens.into_iter().zip(alive).filter_map(|(token, alive)| alive.then_some(token)).collect()
    }

    pub(super) fn decode(&self, tokens: &[u32]) -> Result<String> {
        let mut bytes = Vec::new();
        for (place, &id) in tokens.iter().enumerate() {
            let vocab = self.vocabulary.len();
            let piece = self.vocabulary.get(id as usize).ok_or(Error::Token { id, place, vocab })?;
            if !piece.control {
                bytes.extend(&piece.text);
            }
        }
        if bytes.first() == Some(&b' ') {
            bytes.remove(0);
        }
        String::from_utf8(bytes).map_err(|error| {
            Error::Tokenizer(Box::new(TokenizerFault::Utf8(error.utf8_error().valid_up_to())))
        })
    }
}

/// `<0x0A>` is the byte 10.
fn byte_of(text: &[u8]) -> Option<u8> {
    let digits = text.strip_prefix(b"<0x")?.strip_suffix(b">")?;
    (digits.len() == 2).then_some(())?;
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// A merge that may be made; the largest is the one with the best score, of those the leftmost.
struct Candidate {
    score: f32,
    left: usize,
    right: usize,
    pair: (u32, u32),
    id: u32,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(other.left.cmp(&self.left))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}
