//! What searches share.

use super::certificate::Leaf;
use super::incumbent::Incumbent;
use super::solution::{Limits, SolveStats};
use std::time::Instant;

/// The result of a search.
pub(crate) struct Found {
    pub(crate) best: Option<Incumbent>,
    /// The largest value that a set not excluded may have; `None` if the best set is proven.
    pub(crate) upper: Option<i64>,
    pub(crate) stats: SolveStats,
    pub(crate) leaves: Option<Vec<Leaf>>,
}

/// Counts nodes and watches the limits.
pub(crate) struct Clock {
    pub(crate) stats: SolveStats,
    start: Option<Instant>,
    limits: Limits,
}

impl Clock {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { stats: SolveStats::default(), start: limits.time.map(|_| Instant::now()), limits: *limits }
    }

    /// Counts a node; `false` if a limit forbids it.
    pub(crate) fn tick(&mut self) -> bool {
        let late = || self.start.zip(self.limits.time).is_some_and(|(start, most)| start.elapsed() >= most);
        if self.limits.nodes.is_some_and(|most| self.stats.nodes >= most) || late() {
            return false;
        }
        self.stats.nodes += 1;
        true
    }
}
