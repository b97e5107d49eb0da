//! The best member answers.

use super::SetObjective;
use crate::fixed::{QUALITY_UNITS, quality_units, whole};
use crate::{ExpertSet, QualityTable, kernel};

/// Every prompt is answered by the best member of the set:
///
/// ```text
/// f(S) = sum_m w_m max_{i in S} q_mi        f(empty) = 0
/// ```
///
/// With measured scores this is an upper limit of routing, with a gate's predictions what routing can realise. Monotone
/// and submodular (facility location). Values are sums of whole millionths.
///
/// ```
/// use moe2_edge::objective::{SetObjective, TopOne};
/// let table = moe2_edge::QualityTable::from_scores(2, &[1.0, 0.25, 0.5, 0.75], None, None)?;
/// let objective = TopOne::new(&table);
/// assert_eq!(objective.of([0].into_iter().collect()), 1_500_000);
/// assert_eq!(objective.of([0, 1].into_iter().collect()), 1_750_000);
/// assert_eq!(objective.scale(), 2e6);
/// # Ok::<(), moe2_edge::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct TopOne {
    experts: usize,
    rows: usize,
    scale: f64,
    /// Expert by expert; every number at most [`kernel::LARGEST`].
    columns: Vec<i32>,
}

/// The best score of each prompt so far, and their sum.
#[derive(Debug, Clone)]
pub struct Coverage {
    best: Vec<i32>,
    sum: i64,
}

impl TopOne {
    /// The objective of a table.
    #[must_use]
    pub fn new(table: &QualityTable) -> Self {
        // A heavy prompt becomes several lighter ones, so that a column holds small whole numbers.
        let pieces = |w: f64| (w * QUALITY_UNITS / f64::from(kernel::LARGEST)).ceil().max(1.0);
        let counts: Vec<usize> =
            table.weights().iter().map(|w| usize::try_from(whole(pieces(*w))).unwrap_or(1)).collect();
        let used = counts.iter().sum::<usize>();
        let rows = used.next_multiple_of(8);
        let mut columns = Vec::with_capacity(rows * table.experts());
        for expert in 0..table.experts() {
            for ((&q, w), &count) in table.expert_scores(expert).iter().zip(table.weights()).zip(&counts) {
                let value = i32::try_from(whole((quality_units(q) * w / count as f64).round()));
                columns.extend(std::iter::repeat_n(
                    value.unwrap_or(kernel::LARGEST).min(kernel::LARGEST),
                    count,
                ));
            }
            columns.extend(std::iter::repeat_n(0, rows - used));
        }
        Self { experts: table.experts(), rows, scale: table.total_weight() * QUALITY_UNITS, columns }
    }

    pub(crate) fn column(&self, expert: usize) -> &[i32] {
        &self.columns[expert * self.rows..][..self.rows]
    }
}

impl SetObjective for TopOne {
    const NAME: &'static str = "TopOne";
    const MONOTONE: bool = true;
    const SUBMODULAR: bool = true;
    type State = Coverage;

    fn experts(&self) -> usize {
        self.experts
    }

    fn scale(&self) -> f64 {
        self.scale
    }

    fn empty(&self) -> Coverage {
        Coverage { best: vec![0; self.rows], sum: 0 }
    }

    fn push(&self, state: &mut Coverage, expert: usize) {
        state.sum += kernel::raise(&mut state.best, self.column(expert));
    }

    fn value(&self, state: &Coverage) -> i64 {
        state.sum
    }

    fn gain(&self, state: &Coverage, expert: usize) -> i64 {
        let mut out = [0; ExpertSet::MAX];
        kernel::gains(&state.best, &self.columns, ExpertSet::one(expert), &mut out);
        out[expert]
    }

    fn gains(&self, state: &Coverage, experts: ExpertSet, out: &mut [i64]) {
        kernel::gains(&state.best, &self.columns, experts, out);
    }

    fn dominates(&self, j: usize, i: usize) -> bool {
        self.column(i).iter().zip(self.column(j)).all(|(low, high)| low <= high)
    }
}
