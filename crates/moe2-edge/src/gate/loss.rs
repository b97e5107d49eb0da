//! What a gate is trained for.

use super::activation::check_set;
use crate::data::RoutingData;
use crate::{Error, ExpertSet, Result};

/// A loss of the logits `h` of one prompt against the experts' targets `r_i >= 0`: their scores, or the probabilities
/// they gave the right answer. The optimum on all experts, restricted to a set `S`, is the optimum on `S` under
/// `PerExpert` and `Posterior` and in general not under `Mixture` (derived here).
///
/// If a gate can reach the minimum of `Posterior` for every prompt, then `exp(h_i)` is proportional to `r_i` there, by
/// Gibbs' inequality, and masking gives `r_i / sum_S r_j`, the minimum on `S`: the ratio of two weights does not
/// depend on the set. A gate too weak for that, or not trained to the end, pays what
/// `restriction_regret` measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GateLoss {
    /// Binary cross-entropy of every expert by itself, summed over the set; a logit estimates a score:
    ///
    /// ```text
    /// sum_{i in S} ( log(1 + exp(h_i)) - r_i h_i )
    /// ```
    PerExpert,
    /// Cross-entropy of the weights `g(S)` against the normalised targets:
    ///
    /// ```text
    /// -sum_{i in S} q_i log g_i(S),   q_i = r_i / sum_{j in S} r_j
    /// ```
    Posterior,
    /// Negative logarithm of the mixture of the experts' probabilities, the cross-entropy of the ensemble:
    ///
    /// ```text
    /// -log sum_{i in S} g_i(S) r_i
    /// ```
    Mixture,
}

impl GateLoss {
    /// The loss of one prompt; `None` if no expert of the set has a positive target, from which `Posterior` and
    /// `Mixture` learn nothing.
    ///
    /// ```
    /// use moe2_edge::{ExpertSet, gate::GateLoss};
    ///
    /// let loss = GateLoss::Mixture.row(&[0.0, 0.0], &[0.9, 0.5], ExpertSet::first(2))?.unwrap();
    /// common::assert_close!(loss, 0.356675, abs = 1e-6); // -ln 0.7
    /// # Ok::<(), moe2_edge::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::EmptySet`], and [`Error::Dimension`] if lengths differ or the set has an expert beyond them.
    pub fn row(self, logits: &[f64], targets: &[f64], set: ExpertSet) -> Result<Option<f64>> {
        check_set(set, logits.len())?;
        if logits.len() != targets.len() {
            let what = "targets of a prompt".to_owned();
            return Err(Error::Dimension { what, expected: logits.len(), got: targets.len() });
        }
        if self == Self::PerExpert {
            return Ok(Some(set.iter().map(|i| softplus(logits[i]) - targets[i] * logits[i]).sum()));
        }
        let total: f64 = set.iter().map(|i| targets[i]).sum();
        if total <= 0.0 {
            return Ok(None);
        }
        let all = log_sum_exp(&set.iter().map(|i| logits[i]).collect::<Vec<_>>());
        if self == Self::Posterior {
            return Ok(Some(set.iter().map(|i| targets[i] / total * (all - logits[i])).sum()));
        }
        let answering = set.iter().filter(|&i| targets[i] > 0.0);
        let answered: Vec<f64> = answering.map(|i| logits[i] + targets[i].ln()).collect();
        Ok(Some(all - log_sum_exp(&answered)))
    }

    /// The mean loss over the rows of a table that have one, of `logits` in row-major order, divided by a temperature;
    /// `None` if no row has one.
    ///
    /// # Errors
    /// [`Error::Dimension`] if the logits are not one for each score, and those of [`GateLoss::row`].
    pub fn mean(
        self,
        logits: &[f32],
        temperature: f64,
        data: &RoutingData,
        set: ExpertSet,
    ) -> Result<Option<f64>> {
        if logits.len() != data.scores().len() {
            let what = "logits of a table".to_owned();
            return Err(Error::Dimension { what, expected: data.scores().len(), got: logits.len() });
        }
        let mut losses = Vec::with_capacity(data.len());
        for (logits, targets) in logits.chunks_exact(data.experts()).zip(data.score_rows()) {
            let logits: Vec<f64> = logits.iter().map(|&h| f64::from(h) / temperature).collect();
            let targets: Vec<f64> = targets.iter().map(|&r| f64::from(r)).collect();
            losses.extend(self.row(&logits, &targets, set)?);
        }
        Ok(common::stats::mean(&losses))
    }
}

/// `log(1 + exp(h))`.
fn softplus(h: f64) -> f64 {
    h.max(0.0) + (-h.abs()).exp().ln_1p()
}

fn log_sum_exp(terms: &[f64]) -> f64 {
    let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + terms.iter().map(|term| (term - largest).exp()).sum::<f64>().ln()
}

#[cfg(feature = "gate")]
pub(super) mod tensor {
    //! The same losses with gradients.

    use super::GateLoss;
    use crate::ExpertSet;
    use candle_core::{D, DType, Result, Tensor};

    /// The weighted sum of the losses of rows, `sum_m weight_m loss(logits_m, targets_m)`, a scalar. `logits` and
    /// `targets` are `[M, n]`, `weights` is `[M]`; every row of positive weight must have a positive target in the set
    /// unless the loss is `PerExpert`.
    pub(in crate::gate) fn loss(
        loss: GateLoss,
        logits: &Tensor,
        targets: &Tensor,
        weights: &Tensor,
        set: ExpertSet,
    ) -> Result<Tensor> {
        #[allow(clippy::cast_possible_truncation, reason = "members are below 128")]
        let members: Vec<u32> = set.iter().map(|i| i as u32).collect();
        let members = Tensor::new(members, logits.device())?;
        let (logits, targets) = (logits.index_select(&members, 1)?, targets.index_select(&members, 1)?);
        let rows = match loss {
            // candle's derivatives of relu and abs at 0 are 1, which together give the exact 1/2 - r here.
            GateLoss::PerExpert => {
                let softplus = (logits.relu()? + (logits.abs()?.neg()?.exp()? + 1.0)?.log()?)?;
                (softplus - (&targets * &logits)?)?.sum(D::Minus1)?
            }
            GateLoss::Posterior => {
                let total = (targets.sum_keepdim(D::Minus1)? + tiny(&targets))?;
                let shares = targets.broadcast_div(&total)?;
                let all = logits.log_sum_exp(D::Minus1)?;
                (all.unsqueeze(D::Minus1)?.broadcast_sub(&logits)? * shares)?.sum(D::Minus1)?
            }
            GateLoss::Mixture => {
                let answered = (&logits + (&targets + tiny(&targets))?.log()?)?.log_sum_exp(D::Minus1)?;
                (logits.log_sum_exp(D::Minus1)? - answered)?
            }
        };
        (rows * weights)?.sum_all()
    }

    /// Below every target that counts, and a normal number.
    fn tiny(tensor: &Tensor) -> f64 {
        if tensor.dtype() == DType::F64 { 1e-300 } else { 1e-30 }
    }
}
