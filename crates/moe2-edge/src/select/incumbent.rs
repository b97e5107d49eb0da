//! The best set so far.

use super::constraints::Constraints;
use super::solution::TieBreak;
use crate::ExpertSet;

/// The best feasible set so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Incumbent {
    pub(crate) set: ExpertSet,
    pub(crate) value: i64,
    triple: (i64, i64, usize),
}

impl Incumbent {
    pub(crate) fn new(constraints: &Constraints, set: ExpertSet, value: i64) -> Self {
        Self { set, value, triple: constraints.triple(set) }
    }

    /// Takes a feasible set if it is better: of larger value or, in canonical order, of equal value and earlier.
    pub(crate) fn offer(
        best: &mut Option<Self>,
        constraints: &Constraints,
        ties: TieBreak,
        set: ExpertSet,
        value: i64,
    ) {
        let Some(old) = best else {
            *best = Some(Self::new(constraints, set, value));
            return;
        };
        if value < old.value || (value == old.value && (ties == TieBreak::Any || set == old.set)) {
            return;
        }
        let new = Self::new(constraints, set, value);
        let earlier = || new.triple.cmp(&old.triple).then_with(|| new.set.lexicographic(old.set)).is_lt();
        if value > old.value || earlier() {
            *old = new;
        }
    }

    /// Whether neither a set nor any superset of it comes before this one at equal value: supersets have a larger triple.
    pub(crate) fn precedes(&self, constraints: &Constraints, set: ExpertSet) -> bool {
        constraints.triple(set).cmp(&self.triple).then_with(|| set.lexicographic(self.set)).is_ge()
    }
}
