//! How much a selection depends on the prompts at hand.

use super::SelectionProblem;
use super::rules::Rules;
use super::solution::{Limits, Solver};
use crate::objective::TopOne;
use crate::{Error, Expert, ExpertSet, QualityTable, Result};
use rand::RngExt as _;

/// Selections on resampled prompts.
#[derive(Debug, Clone, PartialEq)]
pub struct Bootstrap {
    /// The sets that were best, with how often; the most frequent first, then in lexicographic order.
    pub sets: Vec<(ExpertSet, usize)>,
    /// Share of the selections that have each expert, in `[0, 1]`.
    pub inclusion: Vec<f64>,
    /// The best values, ascending.
    pub values: Vec<f64>,
}

/// Solves the selection by [`TopOne`] on `samples` resamplings of the prompts with replacement.
///
/// # Errors
/// As [`SelectionProblem::new`] and [`SelectionProblem::solve`]; [`Error::InvalidValue`] for no samples.
pub fn bootstrap(
    table: &QualityTable,
    experts: &[Expert],
    rules: &Rules,
    samples: usize,
    seed: u64,
    limits: &Limits,
) -> Result<Bootstrap> {
    if samples == 0 {
        return Err(Error::InvalidValue { what: "samples".into(), rule: "at least 1", value: 0.0 });
    }
    let streams = common::rng::Streams::new(seed);
    let (mut chosen, mut values) = (Vec::new(), Vec::new());
    for sample in 0..samples {
        let mut rng = streams.stream(&format!("select/bootstrap/{sample}"));
        let mut weights = vec![0.0; table.prompts()];
        loop {
            for _ in 0..table.prompts() {
                let prompt = rng.random_range(0..table.prompts());
                weights[prompt] += table.weights()[prompt];
            }
            // Prompts may have no weight; a sample of such alone says nothing.
            if weights.iter().any(|w| *w > 0.0) {
                break;
            }
        }
        let objective = TopOne::new(&table.reweighted(&weights)?);
        let solution = SelectionProblem::new(objective, experts, rules)?.solve(Solver::Auto, limits)?;
        chosen.push(solution.experts);
        values.push(solution.value);
    }
    values.sort_by(f64::total_cmp);
    let share = |i: usize| chosen.iter().filter(|set| set.contains(i)).count() as f64 / samples as f64;
    let inclusion = (0..experts.len()).map(share).collect();
    let mut sets: Vec<(ExpertSet, usize)> = Vec::new();
    chosen.sort_by(|a, b| a.lexicographic(*b));
    for set in chosen {
        match sets.last_mut() {
            Some((last, count)) if *last == set => *count += 1,
            _ => sets.push((set, 1)),
        }
    }
    sets.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Ok(Bootstrap { sets, inclusion, values })
}
