//! The best fixed mixture of each class of prompts.

use super::SetObjective;
use crate::fixed::whole;
use crate::{Error, ExpertSet, Result};

/// Prompts that a gate cannot tell apart: how often each answer is right, and what the experts say.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerClass {
    /// Share of traffic, relative.
    pub weight: f64,
    /// Frequency of each answer, relative.
    pub frequencies: Vec<f64>,
    /// Probability that each expert gives to each answer, expert by expert.
    pub probabilities: Vec<Vec<f64>>,
}

/// The log-likelihood of the best mixture over the members, nats:
///
/// ```text
/// f(S) = sum_c w_c max_{g in simplex(S)} sum_y pi_c(y) log sum_{i in S} g_i p_ci(y)
/// ```
///
/// Monotone, not submodular. Probabilities are raised to 1e-12, which is also what the empty set is taken to say.
#[derive(Debug, Clone)]
pub struct BestMixture {
    experts: usize,
    classes: Vec<AnswerClass>,
}

const FLOOR: f64 = 1e-12;
const UNITS: f64 = 1e9;
/// Gap in nats at which the weights count as found.
const GAP: f64 = 1e-9;

impl BestMixture {
    /// The objective of classes that all describe the same experts.
    ///
    /// # Errors
    /// [`Error::Dimension`] without classes, without experts, or for lists of unequal length;
    /// [`Error::InvalidValue`] for a weight, frequency or probability that is not a number in its range, or a sum of zero;
    /// [`Error::TooMany`] for more than 128 experts.
    pub fn new(mut classes: Vec<AnswerClass>) -> Result<Self> {
        let experts = classes.first().map_or(0, |class| class.probabilities.len());
        if experts == 0 {
            return Err(Error::Dimension { what: "experts of the first class".into(), expected: 1, got: 0 });
        }
        if experts > ExpertSet::MAX {
            return Err(Error::TooMany { what: "experts", limit: ExpertSet::MAX, got: experts });
        }
        let total = sum("weights of the classes", classes.iter().map(|class| class.weight))?;
        for (c, class) in classes.iter_mut().enumerate() {
            let dimension = |what: &str, expected, got| {
                Err(Error::Dimension { what: format!("{what} of class {c}"), expected, got })
            };
            if class.probabilities.len() != experts {
                return dimension("experts", experts, class.probabilities.len());
            }
            let answers = class.frequencies.len();
            if let Some(row) = class.probabilities.iter().find(|row| row.len() != answers) {
                return dimension("answers", answers, row.len());
            }
            class.weight /= total;
            let all = sum("frequencies of a class", class.frequencies.iter().copied())?;
            for pi in &mut class.frequencies {
                *pi /= all;
            }
            for p in class.probabilities.iter_mut().flatten() {
                if !(0.0..=1.0).contains(p) {
                    let what = format!("probability in class {c}");
                    return Err(Error::InvalidValue { what, rule: "in 0..=1", value: *p });
                }
                *p = p.max(FLOOR);
            }
        }
        Ok(Self { experts, classes })
    }
}

fn sum(what: &str, values: impl Iterator<Item = f64>) -> Result<f64> {
    let mut sum = 0.0;
    for value in values {
        if !(value.is_finite() && value >= 0.0) {
            return Err(Error::InvalidValue { what: what.into(), rule: "finite and not negative", value });
        }
        sum += value;
    }
    if sum > 0.0 && sum.is_finite() {
        Ok(sum)
    } else {
        Err(Error::InvalidValue {
            what: format!("sum of the {what}"),
            rule: "positive and finite",
            value: sum,
        })
    }
}

impl SetObjective for BestMixture {
    const NAME: &'static str = "BestMixture";
    const MONOTONE: bool = true;
    const SUBMODULAR: bool = false;
    type State = ExpertSet;

    fn experts(&self) -> usize {
        self.experts
    }

    fn scale(&self) -> f64 {
        UNITS
    }

    fn slack(&self) -> i64 {
        3
    }

    fn empty(&self) -> ExpertSet {
        ExpertSet::EMPTY
    }

    fn push(&self, state: &mut ExpertSet, expert: usize) {
        *state = state.with(expert);
    }

    fn value(&self, state: &ExpertSet) -> i64 {
        let value = |class: &AnswerClass| {
            if state.is_empty() { FLOOR.ln() } else { best_weights(class, *state).1 }
        };
        whole((UNITS * self.classes.iter().map(|class| class.weight * value(class)).sum::<f64>()).round())
    }

    fn gain(&self, state: &ExpertSet, expert: usize) -> i64 {
        self.value(&state.with(expert)) - self.value(state)
    }
}

/// The weights over a set that maximise the log-likelihood of a class, indexed by expert, and that likelihood in nats.
///
/// Each round takes one step of expectation maximisation and moves weight from the worst member with weight to the
/// best by a line search. It ends when the likelihood is within 1e-9 nats of the largest, which the gradient bounds, or
/// after 20 000 rounds.
///
/// ```
/// use moe2_edge::objective::{AnswerClass, best_weights};
/// let class = AnswerClass {
///     weight: 1.0,
///     frequencies: vec![0.45, 0.30, 0.25],
///     probabilities: vec![vec![0.8, 0.1, 0.1], vec![0.1, 0.8, 0.1], vec![0.3, 0.2, 0.5]],
/// };
/// let (weights, value) = best_weights(&class, [0, 1, 2].into_iter().collect());
/// common::assert_close!(weights[0], 11.0 / 28.0, abs = 1e-5);
/// common::assert_close!(value, -1.067094, abs = 1e-6);
/// ```
#[must_use]
pub fn best_weights(class: &AnswerClass, set: ExpertSet) -> (Vec<f64>, f64) {
    let members: Vec<usize> = set.iter().filter(|&i| i < class.probabilities.len()).collect();
    let mut weights = vec![0.0; class.probabilities.len()];
    for &i in &members {
        weights[i] = 1.0 / members.len() as f64;
    }
    let rows = &class.probabilities;
    let mut mixed = vec![0.0; class.frequencies.len()];
    let mut slopes = vec![0.0; weights.len()];
    for _ in 0..20_000 {
        mix(&weights, rows, &members, &mut mixed);
        for &i in &members {
            slopes[i] = slope(&class.frequencies, &rows[i], &mixed);
        }
        let by_slope = |a: &&usize, b: &&usize| slopes[**a].total_cmp(&slopes[**b]);
        let Some(&up) = members.iter().max_by(by_slope) else { break };
        // f(best) - f(weights) <= log max slope
        if slopes[up].ln() <= GAP {
            break;
        }
        for &i in &members {
            weights[i] *= slopes[i];
        }
        let total: f64 = weights.iter().sum();
        for w in &mut weights {
            *w /= total;
        }
        if let Some(&down) = members.iter().filter(|&&i| weights[i] > 0.0).min_by(by_slope)
            && down != up
        {
            mix(&weights, rows, &members, &mut mixed);
            let step = exchange(&class.frequencies, &rows[up], &rows[down], &mixed, weights[down]);
            weights[up] += step;
            weights[down] = (weights[down] - step).max(0.0);
        }
    }
    mix(&weights, rows, &members, &mut mixed);
    let value = class
        .frequencies
        .iter()
        .zip(&mixed)
        .filter(|(pi, _)| **pi > 0.0)
        .map(|(pi, m)| pi * m.max(FLOOR).ln());
    let value = value.sum();
    (weights, value)
}

fn mix(weights: &[f64], rows: &[Vec<f64>], members: &[usize], mixed: &mut [f64]) {
    mixed.fill(0.0);
    for &i in members {
        for (m, p) in mixed.iter_mut().zip(&rows[i]) {
            *m += weights[i] * p;
        }
    }
}

fn slope(frequencies: &[f64], row: &[f64], mixed: &[f64]) -> f64 {
    frequencies.iter().zip(row).zip(mixed).map(|((pi, p), m)| pi * p / m).sum()
}

/// The weight to move from `down` to `up`, at most `most`: bisection on the slope of the concave likelihood.
fn exchange(frequencies: &[f64], up: &[f64], down: &[f64], mixed: &[f64], most: f64) -> f64 {
    let rises = |t: f64| {
        let terms = frequencies.iter().zip(up).zip(down).zip(mixed);
        terms.map(|(((pi, u), d), m)| pi * (u - d) / (m + t * (u - d)).max(f64::MIN_POSITIVE)).sum::<f64>()
            > 0.0
    };
    if !rises(0.0) {
        return 0.0;
    }
    if rises(most) {
        return most;
    }
    let (mut low, mut high) = (0.0, most);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if rises(middle) { low = middle } else { high = middle }
    }
    low
}
