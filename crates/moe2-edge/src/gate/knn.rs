//! Nearest neighbours among the training prompts.

use super::{HashedFeatures, SparseVector};
use crate::data::RoutingData;
use crate::{Error, Result};
use std::collections::BTreeMap;

/// The mean score of the `k` training prompts whose features have the largest cosine with the prompt's, and a
/// hundredth part of the expert's mean over all training prompts, so that ties of few neighbours go to the better one:
///
/// ```text
/// score_i = (mean over neighbours of s_i + 0.01 mean over all of s_i) / 1.01
/// ```
///
/// Neighbours of equal similarity: the lower row first. A prompt without words gets the means over all prompts.
#[derive(Debug, Clone, PartialEq)]
pub struct Knn {
    pub(super) neighbours: usize,
    pub(super) experts: usize,
    /// Features of the training prompts, row after row: row `r` has the entries `offsets[r]..offsets[r + 1]`.
    pub(super) offsets: Vec<u32>,
    pub(super) indices: Vec<u32>,
    pub(super) values: Vec<f32>,
    /// Scores, row-major.
    pub(super) scores: Vec<f32>,
    means: Vec<f32>,
    postings: Postings,
}

/// The same features bucket after bucket.
#[derive(Debug, Clone, PartialEq)]
struct Postings {
    starts: Vec<u32>,
    rows: Vec<u32>,
    values: Vec<f32>,
    /// Whole columns, zeros included, of the buckets that many rows have: read in order they cost less.
    columns: BTreeMap<usize, Vec<f32>>,
}

const PRIOR: f32 = 0.01;

impl Knn {
    /// Keeps the prompts and scores of a table.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] for no neighbour, [`Error::Dimension`] if the features have 2^32 entries or more.
    pub fn new(features: HashedFeatures, data: &RoutingData, neighbours: usize) -> Result<Self> {
        let (mut offsets, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
        for prompt in data.prompts() {
            let vector = features.vector(prompt);
            indices.extend(vector.indices());
            values.extend(vector.values());
            offsets.push(u32::try_from(indices.len()).map_err(|_| too_many(indices.len()))?);
        }
        Self::from_parts(
            features,
            neighbours,
            data.experts(),
            offsets,
            indices,
            values,
            data.scores().to_vec(),
        )
    }

    /// Puts the parts together; lengths, order and range of all of them are checked.
    pub(super) fn from_parts(
        features: HashedFeatures,
        neighbours: usize,
        experts: usize,
        offsets: Vec<u32>,
        indices: Vec<u32>,
        values: Vec<f32>,
        scores: Vec<f32>,
    ) -> Result<Self> {
        if neighbours == 0 {
            let what = "number of neighbours".to_owned();
            return Err(Error::InvalidValue { what, rule: "at least 1", value: 0.0 });
        }
        let size = |what: &str, expected: usize, got: usize| {
            let what = what.to_owned();
            if expected == got { Ok(()) } else { Err(Error::Dimension { what, expected, got }) }
        };
        let rows = offsets.len().saturating_sub(1);
        size("rows of a gate of neighbours", rows.max(1), rows)?;
        size("experts of a gate of neighbours", experts.max(1), experts)?;
        size("scores of a gate of neighbours", rows.saturating_mul(experts), scores.len())?;
        size("values of a gate of neighbours", indices.len(), values.len())?;
        size("offsets of a gate of neighbours", indices.len(), offsets[rows] as usize)?;
        let falls = offsets.windows(2).find(|pair| pair[0] > pair[1]);
        let outside = indices.iter().find(|&&index| index as usize >= features.buckets());
        for (what, rule, value) in [
            ("offset of a gate of neighbours", "0 at first and never falling", falls.map(|pair| pair[1])),
            (
                "offset of a gate of neighbours",
                "0 at first and never falling",
                Some(offsets[0]).filter(|&o| o != 0),
            ),
            ("index of a gate of neighbours", "below the number of buckets", outside.copied()),
        ] {
            if let Some(value) = value {
                return Err(Error::InvalidValue { what: what.to_owned(), rule, value: f64::from(value) });
            }
        }
        let postings = Postings::new(features.buckets(), &offsets, &indices, &values);
        let means = means(&scores, experts);
        Ok(Self { neighbours, experts, offsets, indices, values, scores, means, postings })
    }

    /// The number of neighbours.
    #[must_use]
    pub fn neighbours(&self) -> usize {
        self.neighbours
    }

    /// The number of experts.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.experts
    }

    /// The number of buckets of the features.
    #[must_use]
    pub fn buckets(&self) -> usize {
        self.postings.starts.len() - 1
    }

    /// The number of training prompts.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The predicted scores of a prompt's features, in [0, 1].
    #[must_use]
    pub fn scores(&self, features: &SparseVector) -> Vec<f32> {
        if features.indices().is_empty() {
            return self.means.clone();
        }
        let nearest = nearest(&self.similarities(features), self.neighbours);
        let mut scores = vec![0.0_f32; self.experts];
        for &row in &nearest {
            let start = row as usize * self.experts;
            scores.iter_mut().zip(&self.scores[start..]).for_each(|(sum, score)| *sum += score);
        }
        let count = nearest.len() as f32;
        for (score, mean) in scores.iter_mut().zip(&self.means) {
            *score = (*score / count + PRIOR * mean) / (1.0 + PRIOR);
        }
        scores
    }

    /// Cosine of the features with those of every row.
    fn similarities(&self, features: &SparseVector) -> Vec<f32> {
        let mut similarities = vec![0.0_f32; self.rows()];
        for (index, value) in features.iter() {
            self.postings.add(&mut similarities, index, value);
        }
        similarities
    }
}

/// The rows of the `k` largest similarities, the lower row first among equals.
fn nearest(similarities: &[f32], k: usize) -> Vec<u32> {
    let mut best: Vec<(f32, u32)> = Vec::with_capacity(k.min(similarities.len()) + 1);
    for (&similarity, row) in similarities.iter().zip(0_u32..) {
        if best.len() == k && best.last().is_some_and(|&(worst, _)| similarity <= worst) {
            continue;
        }
        let at = best.partition_point(|&(other, _)| other >= similarity);
        best.insert(at, (similarity, row));
        best.truncate(k);
    }
    best.into_iter().map(|(_, row)| row).collect()
}

fn means(scores: &[f32], experts: usize) -> Vec<f32> {
    let rows = scores.len() / experts;
    let mut sums = vec![0.0_f64; experts];
    for row in scores.chunks_exact(experts) {
        sums.iter_mut().zip(row).for_each(|(sum, &score)| *sum += f64::from(score));
    }
    #[allow(clippy::cast_possible_truncation, reason = "a mean of f32 scores")]
    sums.iter().map(|sum| (sum / rows as f64) as f32).collect()
}

fn too_many(got: usize) -> Error {
    Error::Dimension { what: "entries of a gate of neighbours".to_owned(), expected: u32::MAX as usize, got }
}

impl Postings {
    /// A counting sort by bucket that keeps the order of rows.
    fn new(buckets: usize, offsets: &[u32], indices: &[u32], values: &[f32]) -> Self {
        let mut starts = vec![0_u32; buckets + 1];
        for &index in indices {
            starts[index as usize + 1] += 1;
        }
        for bucket in 0..buckets {
            starts[bucket + 1] += starts[bucket];
        }
        let mut next = starts.clone();
        let (rows, values_by_bucket) = (vec![0; indices.len()], vec![0.0; indices.len()]);
        let mut postings = Self { starts, rows, values: values_by_bucket, columns: BTreeMap::new() };
        for (ends, row) in offsets.windows(2).zip(0_u32..) {
            for entry in ends[0] as usize..ends[1] as usize {
                let place = &mut next[indices[entry] as usize];
                postings.rows[*place as usize] = row;
                postings.values[*place as usize] = values[entry];
                *place += 1;
            }
        }
        let count = offsets.len() - 1;
        let popular: Vec<usize> =
            (0..buckets).filter(|&bucket| postings.range(bucket).len() > count / 6).collect();
        for bucket in popular {
            let mut column = vec![0.0; count];
            postings.add(&mut column, bucket, 1.0);
            postings.columns.insert(bucket, column);
        }
        postings
    }

    fn range(&self, bucket: usize) -> std::ops::Range<usize> {
        self.starts[bucket] as usize..self.starts[bucket + 1] as usize
    }

    /// Adds `value` times the entries of a bucket; a bucket beyond the last has none.
    fn add(&self, sums: &mut [f32], bucket: usize, value: f32) {
        if let Some(column) = self.columns.get(&bucket) {
            sums.iter_mut().zip(column).for_each(|(sum, &other)| *sum += value * other);
        } else if bucket + 1 < self.starts.len() {
            let range = self.range(bucket);
            for (&row, &other) in self.rows[range.clone()].iter().zip(&self.values[range]) {
                sums[row as usize] += value * other;
            }
        }
    }
}
