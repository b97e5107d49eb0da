//! From logits to the experts that answer.

use crate::{Error, ExpertSet, Result};

/// How many experts of a set answer a prompt.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Activation {
    /// The `k` experts of the largest logits, or all if there are fewer.
    TopK(usize),
    /// The fewest experts whose weights sum to `mass`, in [0, 1], at most `at_most`.
    TopP {
        /// The weight to reach.
        mass: f32,
        /// The largest number of experts.
        at_most: usize,
    },
}

/// The experts that answer a prompt, the heaviest first, and their weights, which sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct GateWeights {
    experts: Vec<(usize, f32)>,
}

impl GateWeights {
    /// The experts of `set` that these logits activate, with their softmax among themselves.
    ///
    /// ```
    /// use moe2_edge::{ExpertSet, gate::{Activation, GateWeights}};
    ///
    /// let logits = [3.0, 1.0, 2.0];
    /// let set: ExpertSet = [1, 2].into_iter().collect();
    /// let weights = GateWeights::new(&logits, set, 1.0, Activation::TopK(2))?;
    /// assert_eq!(weights.first(), 2);
    /// common::assert_close!(f64::from(weights.experts()[0].1), 0.7310586, abs = 1e-6); // 1/(1 + 1/e)
    /// # Ok::<(), moe2_edge::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`masked_softmax`], and [`Error::InvalidValue`] for no expert or a mass outside [0, 1].
    pub fn new(logits: &[f32], set: ExpertSet, temperature: f32, activation: Activation) -> Result<Self> {
        let weights = masked_softmax(logits, set, temperature)?;
        let k = match activation {
            Activation::TopK(k) => k,
            Activation::TopP { mass, at_most } => {
                if !(0.0..=1.0).contains(&mass) {
                    let (what, value) = ("mass of activated experts".to_owned(), f64::from(mass));
                    return Err(Error::InvalidValue { what, rule: "in [0, 1]", value });
                }
                let mut sum = 0.0;
                let reached = top_k(logits, set, at_most).into_iter().position(|i| {
                    sum += weights[i];
                    sum >= mass
                });
                reached.map_or(at_most, |place| place + 1)
            }
        };
        if k == 0 {
            let what = "number of activated experts".to_owned();
            return Err(Error::InvalidValue { what, rule: "at least 1", value: 0.0 });
        }
        let active = top_k(logits, set, k);
        let weights = masked_softmax(logits, active.iter().copied().collect(), temperature)?;
        Ok(Self { experts: active.into_iter().map(|i| (i, weights[i])).collect() })
    }

    /// The experts and their weights, the heaviest first.
    #[must_use]
    pub fn experts(&self) -> &[(usize, f32)] {
        &self.experts
    }

    /// The expert of the largest weight.
    #[must_use]
    pub fn first(&self) -> usize {
        self.experts[0].0
    }
}

/// The softmax of logits over a set at a temperature; exactly 0 outside the set.
///
/// # Errors
/// [`Error::EmptySet`]; [`Error::Dimension`] for a set with an expert that has no logit; [`Error::InvalidValue`] for a
/// logit of the set that is not finite, or a temperature that is not finite and positive.
pub fn masked_softmax(logits: &[f32], set: ExpertSet, temperature: f32) -> Result<Vec<f32>> {
    check("logit", logits, set)?;
    if !(temperature.is_finite() && temperature > 0.0) {
        let (what, value) = ("temperature".to_owned(), f64::from(temperature));
        return Err(Error::InvalidValue { what, rule: "finite and above 0", value });
    }
    let largest = set.iter().map(|i| logits[i]).fold(f32::NEG_INFINITY, f32::max);
    let mut weights = vec![0.0; logits.len()];
    let mut sum = 0.0;
    for i in set.iter() {
        weights[i] = ((logits[i] - largest) / temperature).exp();
        sum += weights[i];
    }
    for weight in &mut weights {
        *weight /= sum;
    }
    Ok(weights)
}

/// The `k` experts of a set with the largest values, the largest first, the lower index first among equals; all of the
/// set if there are fewer. Experts without a value are left out.
#[must_use]
pub fn top_k(values: &[f32], set: ExpertSet, k: usize) -> Vec<usize> {
    let mut order: Vec<usize> = set.iter().take_while(|&i| i < values.len()).collect();
    order.sort_by(|&a, &b| (values[b] + 0.0).total_cmp(&(values[a] + 0.0))); // -0 and 0 are equal
    order.truncate(k);
    order
}

/// A set of experts that all have a finite value.
pub(super) fn check(name: &str, values: &[f32], set: ExpertSet) -> Result<()> {
    check_set(set, values.len())?;
    match set.iter().find(|&i| !values[i].is_finite()) {
        Some(i) => {
            let (what, value) = (format!("{name} of expert {i}"), f64::from(values[i]));
            Err(Error::InvalidValue { what, rule: "finite", value })
        }
        None => Ok(()),
    }
}

/// A set of experts below `experts` that is not empty.
pub(super) fn check_set(set: ExpertSet, experts: usize) -> Result<()> {
    if set.is_empty() {
        return Err(Error::EmptySet);
    }
    match set.iter().find(|&i| i >= experts) {
        Some(i) => {
            let what = "experts up to the largest of the set".to_owned();
            Err(Error::Dimension { what, expected: experts, got: i + 1 })
        }
        None => Ok(()),
    }
}
