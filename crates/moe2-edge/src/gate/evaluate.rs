//! How well prompts are routed: scores, references to compare with, cross-validation, intervals.

use super::activation::check_set;
use crate::data::{RoutingData, fold};
use crate::{Error, ExpertSet, Result};
use common::rng::Streams;
use rand::RngExt as _;

/// The score on each prompt of the expert of `set` with the largest prediction, the lower index among equals.
/// `predictions` are row-major, one for each score of the table.
///
/// # Errors
/// [`Error::EmptySet`]; [`Error::Dimension`] for another number of predictions or an expert beyond the table's;
/// [`Error::InvalidValue`] for a prediction that is NaN.
pub fn routed_scores(predictions: &[f32], data: &RoutingData, set: ExpertSet) -> Result<Vec<f64>> {
    check_set(set, data.experts())?;
    if predictions.len() != data.scores().len() {
        let (what, expected) = ("predictions of a table".to_owned(), data.scores().len());
        return Err(Error::Dimension { what, expected, got: predictions.len() });
    }
    if predictions.iter().any(|prediction| prediction.is_nan()) {
        let what = "prediction".to_owned();
        return Err(Error::InvalidValue { what, rule: "a number", value: f64::NAN });
    }
    let routes = predictions.chunks_exact(data.experts()).zip(data.score_rows());
    Ok(routes.map(|(predicted, scores)| f64::from(scores[best_of(predicted, set)])).collect())
}

/// The mean of [`routed_scores`].
///
/// ```
/// use moe2_edge::data::{RoutingData, Row};
/// use moe2_edge::{ExpertSet, gate::evaluate::routed_score};
///
/// let row = |prompt: &str, scores: [f32; 2]| Row { prompt: prompt.into(), scores: scores.into(), ..Row::default() };
/// let data = RoutingData::new(vec!["a".into(), "b".into()], vec![row("x", [1.0, 0.0]), row("y", [0.0, 0.5])])?;
/// let all = ExpertSet::first(2);
/// assert_eq!(routed_score(&[0.6, 0.4, 0.1, 0.9], &data, all)?, 0.75);
/// assert_eq!(routed_score(&[0.5, 0.5, 0.5, 0.5], &data, all)?, 0.5); // ties go to the first
/// # Ok::<(), moe2_edge::Error>(())
/// ```
///
/// # Errors
/// Those of [`routed_scores`].
pub fn routed_score(predictions: &[f32], data: &RoutingData, set: ExpertSet) -> Result<f64> {
    Ok(mean(&routed_scores(predictions, data, set)?))
}

/// The expert of `set` with the largest mean score; choose it on training rows.
///
/// # Errors
/// [`Error::EmptySet`]; [`Error::Dimension`] for an expert beyond the table's.
pub fn best_single(data: &RoutingData, set: ExpertSet) -> Result<usize> {
    check_set(set, data.experts())?;
    Ok(largest(&data.mean_scores(), set))
}

/// The mean score of the best expert of `set` on each prompt: what no route can exceed.
///
/// # Errors
/// [`Error::EmptySet`]; [`Error::Dimension`] for an expert beyond the table's.
pub fn oracle_score(data: &RoutingData, set: ExpertSet) -> Result<f64> {
    routed_score(data.scores(), data, set)
}

/// The mean score on `test` of a route by the name of the task, an oracle where prompts do not carry it: for each task
/// the expert of `set` with the largest mean on the task's rows in `train`, or on all of `train` if it has none.
///
/// # Errors
/// [`Error::EmptySet`]; [`Error::Dimension`] if the tables have different numbers of experts or the set has more.
pub fn task_oracle_score(train: &RoutingData, test: &RoutingData, set: ExpertSet) -> Result<f64> {
    let fallback = best_single(train, set)?;
    if train.experts() != test.experts() {
        let what = "experts of the test table".to_owned();
        return Err(Error::Dimension { what, expected: train.experts(), got: test.experts() });
    }
    let n = train.experts();
    let mut sums = vec![0.0; train.task_names().len() * n];
    for (scores, &task) in train.score_rows().zip(train.tasks()) {
        let sums = &mut sums[task as usize * n..][..n];
        sums.iter_mut().zip(scores).for_each(|(sum, &score)| *sum += f64::from(score));
    }
    let expert = |name: &String| match train.task_names().binary_search(name) {
        Ok(task) if train.tasks().iter().any(|&other| other as usize == task) => {
            largest(&sums[task * n..][..n], set)
        }
        _ => fallback,
    };
    let experts: Vec<usize> = test.task_names().iter().map(expert).collect();
    let scores: Vec<f64> = test
        .score_rows()
        .zip(test.tasks())
        .map(|(scores, &task)| f64::from(scores[experts[task as usize]]))
        .collect();
    Ok(mean(&scores))
}

/// What one fold of a cross-validation gives for one set of experts, all on the held-out rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FoldScores {
    /// The number of held-out rows.
    pub rows: usize,
    /// The mean score of the route.
    pub routed: f64,
    /// The expert with the best mean on the training rows.
    pub best_single_expert: usize,
    /// Its mean score.
    pub best_single: f64,
    /// [`task_oracle_score`].
    pub task_oracle: f64,
    /// [`oracle_score`].
    pub oracle: f64,
}

/// Cross-validation by folds of the prompts' hashes: for each fold `fit` is given the rows outside and the rows inside,
/// and returns its predictions for those inside, row-major. The result has, for each set, the scores of each fold.
///
/// # Errors
/// [`Error::InvalidValue`] for fewer than two folds, [`Error::Data`] if a fold has no row, and those of `fit`,
/// [`routed_scores`] and [`best_single`].
pub fn cross_validate(
    data: &RoutingData,
    folds: usize,
    sets: &[ExpertSet],
    mut fit: impl FnMut(&RoutingData, &RoutingData) -> Result<Vec<f32>>,
) -> Result<Vec<Vec<FoldScores>>> {
    if folds < 2 {
        let (what, value) = ("number of folds".to_owned(), folds as f64);
        return Err(Error::InvalidValue { what, rule: "at least 2", value });
    }
    let mut results = vec![Vec::with_capacity(folds.min(data.len())); sets.len()];
    for held_out in 0..folds {
        let (train, test) = data.hold_out(held_out, folds)?;
        debug_assert!(test.prompts().iter().all(|prompt| fold(prompt, folds) == held_out));
        let predictions = fit(&train, &test)?;
        for (result, &set) in results.iter_mut().zip(sets) {
            let best_single_expert = best_single(&train, set)?;
            result.push(FoldScores {
                rows: test.len(),
                routed: routed_score(&predictions, &test, set)?,
                best_single_expert,
                best_single: test.mean_scores()[best_single_expert],
                task_oracle: task_oracle_score(&train, &test, set)?,
                oracle: oracle_score(&test, set)?,
            });
        }
    }
    Ok(results)
}

/// A percentile interval of the mean of `values` by the bootstrap, for example of a difference of two routes' scores on
/// each prompt. `level` is the share it holds, as 0.95.
///
/// # Errors
/// [`Error::Dimension`] for no value or no resample; [`Error::InvalidValue`] for a level outside (0, 1) or a value
/// that is not finite.
pub fn bootstrap_interval(values: &[f64], level: f64, resamples: usize, seed: u64) -> Result<(f64, f64)> {
    for (what, got) in [("values of a bootstrap", values.len()), ("resamples of a bootstrap", resamples)] {
        if got == 0 {
            return Err(Error::Dimension { what: what.to_owned(), expected: 1, got });
        }
    }
    let bad = values.iter().find(|value| !value.is_finite());
    let outside = Some(&level).filter(|&&level| !(level > 0.0 && level < 1.0));
    for (what, rule, value) in [("value of a bootstrap", "finite", bad), ("level", "in (0, 1)", outside)] {
        if let Some(&value) = value {
            return Err(Error::InvalidValue { what: what.to_owned(), rule, value });
        }
    }
    let mut rng = Streams::new(seed).stream("bootstrap");
    let mut draw = || values[rng.random_range(0..values.len())];
    let means: Vec<f64> = (0..resamples)
        .map(|_| (0..values.len()).map(|_| draw()).sum::<f64>() / values.len() as f64)
        .collect();
    let quantile = |p: f64| common::stats::quantile(&means, p).unwrap_or(f64::NAN);
    let tail = (1.0 - level) / 2.0;
    Ok((quantile(tail), quantile(1.0 - tail)))
}

/// The member of a non-empty set with the largest value, the lower index among equals.
fn best_of(values: &[f32], set: ExpertSet) -> usize {
    let mut members = set.iter();
    let first = members.next().unwrap_or(0);
    members.fold(first, |best, i| if values[i] > values[best] { i } else { best })
}

fn largest(values: &[f64], set: ExpertSet) -> usize {
    let mut members = set.iter();
    let first = members.next().unwrap_or(0);
    members.fold(first, |best, i| if values[i] > values[best] { i } else { best })
}

fn mean(values: &[f64]) -> f64 {
    common::stats::mean(values).unwrap_or(f64::NAN)
}
