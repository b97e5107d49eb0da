//! How well each expert answers each prompt.

use crate::{Error, ExpertSet, Result};
use std::collections::HashMap;

/// Scores of experts on prompts: correctness that was measured, the probability of the reference answer, or a gate's
/// prediction of either. Prompts carry weights and categories.
///
/// ```
/// use moe2_edge::QualityTable;
/// // two experts, three prompts
/// let table = QualityTable::from_scores(2, &[1.0, 0.0, 0.5, 0.5, 0.0, 1.0], None, None)?;
/// assert_eq!(table.prompts(), 3);
/// assert_eq!(table.expert_scores(1), [0.0, 0.5, 1.0]);
/// assert_eq!(table.mean(0), 0.5);
/// # Ok::<(), moe2_edge::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct QualityTable {
    experts: usize,
    prompts: usize,
    /// Expert by expert.
    scores: Vec<f32>,
    /// Sum: the number of prompts before any merging.
    weights: Vec<f64>,
    categories: Vec<u32>,
}

impl QualityTable {
    /// The largest number of prompts: sums of fixed-point values stay below 2⁶³.
    pub const MAX_PROMPTS: usize = 4_000_000;

    /// A table from scores in `[0, 1]`, prompt by prompt, `experts` numbers each.
    ///
    /// `weights` are relative; without them all prompts count the same. `categories` are indices of application
    /// categories; without them there is one.
    ///
    /// # Errors
    /// [`Error::Dimension`] for an empty table, ragged rows, or weights and categories of another length;
    /// [`Error::InvalidValue`] for a score outside `[0, 1]` or not a number, a weight that is negative or not finite, and
    /// weights whose sum is zero; [`Error::TooMany`] for more than 128 experts or [`QualityTable::MAX_PROMPTS`] prompts.
    pub fn from_scores(
        experts: usize,
        scores: &[f32],
        weights: Option<&[f64]>,
        categories: Option<&[u32]>,
    ) -> Result<Self> {
        if experts > ExpertSet::MAX {
            return Err(Error::TooMany { what: "experts", limit: ExpertSet::MAX, got: experts });
        }
        if experts == 0 || scores.is_empty() {
            return Err(Error::Dimension {
                what: "scores".into(),
                expected: experts.max(1),
                got: scores.len(),
            });
        }
        let prompts = scores.len() / experts;
        if !scores.len().is_multiple_of(experts) {
            let expected = (prompts + 1) * experts;
            return Err(Error::Dimension {
                what: "scores of whole rows".into(),
                expected,
                got: scores.len(),
            });
        }
        if prompts > Self::MAX_PROMPTS {
            return Err(Error::TooMany { what: "prompts", limit: Self::MAX_PROMPTS, got: prompts });
        }
        if let Some(at) = scores.iter().position(|q| !(0.0..=1.0).contains(q)) {
            return Err(Error::InvalidValue {
                what: format!("score of expert {} on prompt {}", at % experts, at / experts),
                rule: "in 0..=1",
                value: f64::from(scores[at]),
            });
        }
        let weights = match weights {
            None => vec![1.0; prompts],
            Some(weights) => normalised(weights, prompts)?,
        };
        let categories = match categories {
            None => vec![0; prompts],
            Some(list) if list.len() == prompts => list.to_vec(),
            Some(list) => {
                return Err(Error::Dimension {
                    what: "categories".into(),
                    expected: prompts,
                    got: list.len(),
                });
            }
        };
        let mut by_expert = Vec::with_capacity(scores.len());
        for expert in 0..experts {
            by_expert.extend(scores.iter().skip(expert).step_by(experts));
        }
        Ok(Self { experts, prompts, scores: by_expert, weights, categories })
    }

    /// The number of experts.
    #[must_use]
    pub fn experts(&self) -> usize {
        self.experts
    }

    /// The number of rows.
    #[must_use]
    pub fn prompts(&self) -> usize {
        self.prompts
    }

    /// Scores of one expert, prompt by prompt; empty if there is no such expert.
    #[must_use]
    pub fn expert_scores(&self, expert: usize) -> &[f32] {
        self.scores.get(expert * self.prompts..(expert + 1) * self.prompts).unwrap_or_default()
    }

    /// Weights of the prompts; their sum is the number of prompts before any merging.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Category of each prompt.
    #[must_use]
    pub fn categories(&self) -> &[u32] {
        &self.categories
    }

    /// Sum of the weights.
    #[must_use]
    pub fn total_weight(&self) -> f64 {
        self.weights.iter().sum()
    }

    /// Weighted mean score of one expert, in `[0, 1]`; 0 if there is no such expert.
    #[must_use]
    pub fn mean(&self, expert: usize) -> f64 {
        let sum: f64 =
            self.expert_scores(expert).iter().zip(&self.weights).map(|(&q, w)| f64::from(q) * w).sum();
        sum / self.total_weight()
    }

    /// Share of each category `0..count` in the weight of all prompts.
    ///
    /// # Errors
    /// [`Error::Dimension`] if a prompt's category is not below `count`.
    pub fn category_shares(&self, count: usize) -> Result<Vec<f64>> {
        let mut shares = vec![0.0; count];
        for (&category, weight) in self.categories.iter().zip(&self.weights) {
            let got = category as usize + 1;
            let what = || "categories".to_owned();
            *shares.get_mut(got - 1).ok_or_else(|| Error::Dimension {
                what: what(),
                expected: count,
                got,
            })? += weight;
        }
        let total = self.total_weight();
        Ok(shares.into_iter().map(|share| share / total).collect())
    }

    /// The table with prompts of equal scores and equal category merged, their weights added. The mean of every
    /// expert stays what it was.
    #[must_use]
    pub fn dedup(self) -> Self {
        let mut places: HashMap<(u32, Vec<u32>), usize> = HashMap::new();
        let (mut first, mut weights) = (Vec::new(), Vec::new());
        for prompt in 0..self.prompts {
            let row = (0..self.experts).map(|i| self.scores[i * self.prompts + prompt].to_bits()).collect();
            let place = *places.entry((self.categories[prompt], row)).or_insert(first.len());
            if place == first.len() {
                first.push(prompt);
                weights.push(0.0);
            }
            weights[place] += self.weights[prompt];
        }
        let scores = (0..self.experts)
            .flat_map(|expert| first.iter().map(move |prompt| (expert, *prompt)))
            .map(|(expert, prompt)| self.scores[expert * self.prompts + prompt])
            .collect();
        let categories = first.iter().map(|&prompt| self.categories[prompt]).collect();
        Self { experts: self.experts, prompts: first.len(), scores, weights, categories }
    }

    /// The same scores with other relative weights, one for each row.
    ///
    /// # Errors
    /// As [`QualityTable::from_scores`].
    pub fn reweighted(&self, weights: &[f64]) -> Result<Self> {
        Ok(Self { weights: normalised(weights, self.prompts)?, ..self.clone() })
    }

    /// Experts that another expert equals or exceeds on every prompt, each with the first such expert. Of experts
    /// with equal scores only the first is not dominated.
    #[must_use]
    pub fn dominated(&self) -> Vec<(usize, usize)> {
        let covers = |j: usize, i: usize| {
            self.expert_scores(i).iter().zip(self.expert_scores(j)).all(|(low, high)| low <= high)
        };
        (0..self.experts)
            .filter_map(|i| {
                (0..self.experts)
                    .find(|&j| j != i && covers(j, i) && (j < i || !covers(i, j)))
                    .map(|j| (i, j))
            })
            .collect()
    }
}

/// Weights scaled so that their sum is their number.
fn normalised(weights: &[f64], prompts: usize) -> Result<Vec<f64>> {
    if weights.len() != prompts {
        return Err(Error::Dimension { what: "weights".into(), expected: prompts, got: weights.len() });
    }
    if let Some(at) = weights.iter().position(|w| !(w.is_finite() && *w >= 0.0)) {
        let (what, rule) = (format!("weight of prompt {at}"), "finite and not negative");
        return Err(Error::InvalidValue { what, rule, value: weights[at] });
    }
    let sum: f64 = weights.iter().sum();
    if !(sum > 0.0 && sum.is_finite()) {
        return Err(Error::InvalidValue {
            what: "sum of the weights".into(),
            rule: "positive and finite",
            value: sum,
        });
    }
    Ok(weights.iter().map(|w| w * prompts as f64 / sum).collect())
}
