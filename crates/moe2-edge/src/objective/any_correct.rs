//! One correct answer suffices.

use super::SetObjective;
use crate::QualityTable;
use crate::fixed::{QUALITY_UNITS, quality_units, whole};

/// The chance that some member answers correctly if members err independently; meaningful where an answer can be
/// verified, as in code and mathematics:
///
/// ```text
/// f(S) = sum_m w_m (1 - prod_{i in S} (1 - q_mi))
/// ```
///
/// Monotone and submodular. The value of each prompt is rounded to 1e-12, so sets are compared to that accuracy.
///
/// ```
/// use moe2_edge::objective::{AnyCorrect, SetObjective};
/// let table = moe2_edge::QualityTable::from_scores(2, &[0.5, 0.5], None, None)?;
/// let objective = AnyCorrect::new(&table);
/// assert_eq!(objective.of([0, 1].into_iter().collect()) as f64 / objective.scale(), 0.75);
/// # Ok::<(), moe2_edge::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct AnyCorrect {
    experts: usize,
    /// 1 - q, expert by expert.
    misses: Vec<f64>,
    /// Units of each prompt.
    weights: Vec<f64>,
    scale: f64,
}

const UNITS: f64 = 1e12;

impl AnyCorrect {
    /// The objective of a table.
    #[must_use]
    pub fn new(table: &QualityTable) -> Self {
        let misses = (0..table.experts())
            .flat_map(|i| table.expert_scores(i))
            .map(|&q| 1.0 - quality_units(q) / QUALITY_UNITS)
            .collect();
        let weights = table.weights().iter().map(|w| w * UNITS).collect();
        Self { experts: table.experts(), misses, weights, scale: table.total_weight() * UNITS }
    }

    fn misses(&self, expert: usize) -> &[f64] {
        &self.misses[expert * self.weights.len()..][..self.weights.len()]
    }
}

impl SetObjective for AnyCorrect {
    const NAME: &'static str = "AnyCorrect";
    const MONOTONE: bool = true;
    const SUBMODULAR: bool = true;
    /// Chance that all members err, prompt by prompt.
    type State = Vec<f64>;

    fn experts(&self) -> usize {
        self.experts
    }

    fn scale(&self) -> f64 {
        self.scale
    }

    fn slack(&self) -> i64 {
        // One unit for each prompt, and as many for products of large weights.
        i64::try_from(self.weights.len()).unwrap_or(i64::MAX) + whole(self.scale * 2e-13)
    }

    fn empty(&self) -> Vec<f64> {
        vec![1.0; self.weights.len()]
    }

    fn push(&self, state: &mut Vec<f64>, expert: usize) {
        for (all_miss, miss) in state.iter_mut().zip(self.misses(expert)) {
            *all_miss *= miss;
        }
    }

    fn value(&self, state: &Vec<f64>) -> i64 {
        state.iter().zip(&self.weights).map(|(all_miss, w)| whole((w * (1.0 - all_miss)).round())).sum()
    }

    fn gain(&self, state: &Vec<f64>, expert: usize) -> i64 {
        let gain = |((all_miss, miss), w): ((&f64, &f64), &f64)| whole((w * all_miss * (1.0 - miss)).round());
        state.iter().zip(self.misses(expert)).zip(&self.weights).map(gain).sum()
    }
}
