//! Words and pairs of words of a prompt, hashed into a sparse vector.

use crate::data::fnv1a64;
use crate::{Error, Result, data};

/// The words of a text: lower case, runs of alphanumeric characters, and every other character that is no space by
/// itself.
///
/// ```
/// assert_eq!(moe2_edge::gate::tokens("Solve x_1 = 2!"), ["solve", "x", "_", "1", "=", "2", "!"]);
/// ```
#[must_use]
pub fn tokens(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let mut words = Vec::new();
    each_token(&text, |word| words.push(word.to_owned()));
    words
}

/// Calls `visit` for each word of a text in lower case.
fn each_token<'a>(text: &'a str, mut visit: impl FnMut(&'a str)) {
    let mut start = None;
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() {
            start.get_or_insert(at);
            continue;
        }
        if let Some(start) = start.take() {
            visit(&text[start..at]);
        }
        if !c.is_whitespace() {
            visit(&text[at..at + c.len_utf8()]);
        }
    }
    if let Some(start) = start {
        visit(&text[start..]);
    }
}

/// A vector most of whose entries are 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SparseVector {
    indices: Vec<u32>,
    values: Vec<f32>,
}

impl SparseVector {
    /// Where the entries stand, ascending.
    #[must_use]
    pub fn indices(&self) -> &[u32] {
        &self.indices
    }

    /// The entries.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Indices and entries.
    pub fn iter(&self) -> impl Iterator<Item = (usize, f32)> + '_ {
        self.indices.iter().zip(&self.values).map(|(&index, &value)| (index as usize, value))
    }
}

/// Unigrams and bigrams of [`tokens`], hashed by FNV-1a into a number of buckets:
///
/// ```text
/// index = fnv1a64(word, or word + " " + next word) mod buckets
/// value = (1 + ln count) / norm,   norm such that the squares sum to 1
/// ```
///
/// ```
/// let features = moe2_edge::gate::HashedFeatures::default().vector("A a a");
/// assert_eq!(features.indices(), [1759, 3212]); // "a a" twice, "a" three times
/// common::assert_close!(f64::from(features.values()[1]), 0.77828292, abs = 1e-7);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashedFeatures {
    buckets: u32,
}

impl Default for HashedFeatures {
    /// 4096 buckets.
    fn default() -> Self {
        Self { buckets: 4096 }
    }
}

impl HashedFeatures {
    /// The largest number of buckets.
    pub const MAX_BUCKETS: u32 = 1 << 20;

    /// Features of this many buckets.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] unless there are 1 to [`HashedFeatures::MAX_BUCKETS`].
    pub fn new(buckets: u32) -> Result<Self> {
        if (1..=Self::MAX_BUCKETS).contains(&buckets) {
            return Ok(Self { buckets });
        }
        let (what, value) = ("number of buckets".to_owned(), f64::from(buckets));
        Err(Error::InvalidValue { what, rule: "from 1 to 1048576", value })
    }

    /// The number of buckets, the length of a vector.
    #[must_use]
    pub fn buckets(self) -> usize {
        self.buckets as usize
    }

    /// The vector of a prompt; without entries for a prompt without words.
    #[must_use]
    pub fn vector(self, prompt: &str) -> SparseVector {
        let text = prompt.to_lowercase();
        let mut hits: Vec<u32> = Vec::with_capacity(text.len() / 2);
        let bucket = |hash: u64| {
            #[allow(clippy::cast_possible_truncation, reason = "the remainder is below a u32")]
            let index = (hash % u64::from(self.buckets)) as u32;
            index
        };
        let mut previous: Option<u64> = None;
        each_token(&text, |word| {
            let hash = fnv1a64(word.as_bytes());
            hits.push(bucket(hash));
            if let Some(previous) = previous.replace(hash) {
                let pair = data::fnv1a64_from(data::fnv1a64_from(previous, b" "), word.as_bytes());
                hits.push(bucket(pair));
            }
        });
        hits.sort_unstable();
        let mut vector = SparseVector::default();
        for run in hits.chunk_by(|a, b| a == b) {
            vector.indices.push(run[0]);
            #[allow(clippy::cast_possible_truncation, reason = "a feature of a network in f32")]
            vector.values.push(1.0 + (run.len() as f64).ln() as f32);
        }
        let squares: f64 = vector.values.iter().map(|&value| f64::from(value).powi(2)).sum();
        #[allow(clippy::cast_possible_truncation, reason = "a feature of a network in f32")]
        let scale = squares.sqrt().recip() as f32;
        vector.values.iter_mut().for_each(|value| *value *= scale);
        vector
    }
}
