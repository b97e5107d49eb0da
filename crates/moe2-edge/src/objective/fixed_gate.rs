//! A soft gate that never changes.

use super::SetObjective;
use crate::fixed::whole;
use crate::{Error, ExpertSet, QualityTable, Result};

/// The log-likelihood of a soft gate with fixed logits over all members, nats:
///
/// ```text
/// f(S) = (1/M) sum_m w_m log( sum_{i in S} exp(h_mi) q_mi / sum_{i in S} exp(h_mi) )
/// ```
///
/// Not monotone: a worse expert takes weight from a better one, so every addition can hurt. Only the exhaustive solver
/// takes it. Scores are raised to 1e-12, which is also what the empty set is taken to say.
///
/// ```
/// use moe2_edge::objective::{FixedGateMixture, SetObjective};
/// let table = moe2_edge::QualityTable::from_scores(2, &[0.9, 0.5], None, None)?;
/// let gate = FixedGateMixture::new(&table, &[0.0, 0.0])?;
/// let loss = |set: &[usize]| -gate.of(set.iter().copied().collect()) as f64 / gate.scale();
/// common::assert_close!(loss(&[0]), 0.105361, abs = 1e-6);
/// common::assert_close!(loss(&[0, 1]), 0.356675, abs = 1e-6);
/// # Ok::<(), moe2_edge::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct FixedGateMixture {
    experts: usize,
    /// Prompt by prompt.
    logits: Vec<f64>,
    scores: Vec<f64>,
    weights: Vec<f64>,
}

const FLOOR: f64 = 1e-12;
const UNITS: f64 = 1e9;

impl FixedGateMixture {
    /// The objective of a table and of logits, prompt by prompt, one for each expert.
    ///
    /// # Errors
    /// [`Error::Dimension`] for another number of logits, [`Error::InvalidValue`] for one that is not finite.
    pub fn new(table: &QualityTable, logits: &[f64]) -> Result<Self> {
        let (experts, prompts) = (table.experts(), table.prompts());
        if logits.len() != experts * prompts {
            return Err(Error::Dimension {
                what: "logits".into(),
                expected: experts * prompts,
                got: logits.len(),
            });
        }
        if let Some(&value) = logits.iter().find(|h| !h.is_finite()) {
            return Err(Error::InvalidValue { what: "logit".into(), rule: "finite", value });
        }
        let scores = (0..prompts)
            .flat_map(|m| (0..experts).map(move |i| (m, i)))
            .map(|(m, i)| f64::from(table.expert_scores(i)[m]).max(FLOOR))
            .collect();
        let total = table.total_weight();
        let weights = table.weights().iter().map(|w| w / total).collect();
        Ok(Self { experts, logits: logits.to_vec(), scores, weights })
    }
}

impl SetObjective for FixedGateMixture {
    const NAME: &'static str = "FixedGateMixture";
    const MONOTONE: bool = false;
    const SUBMODULAR: bool = false;
    type State = ExpertSet;

    fn experts(&self) -> usize {
        self.experts
    }

    fn scale(&self) -> f64 {
        UNITS
    }

    fn slack(&self) -> i64 {
        1
    }

    fn empty(&self) -> ExpertSet {
        ExpertSet::EMPTY
    }

    fn push(&self, state: &mut ExpertSet, expert: usize) {
        *state = state.with(expert);
    }

    fn value(&self, state: &ExpertSet) -> i64 {
        let rows = self.logits.chunks(self.experts).zip(self.scores.chunks(self.experts)).zip(&self.weights);
        let value = |((logits, scores), weight): ((&[f64], &[f64]), &f64)| {
            let most = state.iter().map(|i| logits[i]).fold(f64::NEG_INFINITY, f64::max);
            let (mut all, mut right) = (0.0, 0.0);
            for i in state.iter() {
                let g = (logits[i] - most).exp();
                all += g;
                right += g * scores[i];
            }
            weight * if all > 0.0 { (right / all).ln() } else { FLOOR.ln() }
        };
        whole((UNITS * rows.map(value).sum::<f64>()).round())
    }

    fn gain(&self, state: &ExpertSet, expert: usize) -> i64 {
        self.value(&state.with(expert)) - self.value(state)
    }
}
