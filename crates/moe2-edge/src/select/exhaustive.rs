//! Every feasible set.

use super::constraints::Constraints;
use super::incumbent::Incumbent;
use super::search::{Clock, Found};
use super::solution::Limits;
use crate::objective::SetObjective;
use crate::{Error, ExpertSet, Result};

/// The most experts that are enumerated.
pub(crate) const MOST: usize = 24;

/// Visits every admissible set once, each by one addition to a set visited before.
pub(crate) fn solve<O: SetObjective>(o: &O, c: &Constraints, limits: &Limits) -> Result<Found> {
    if c.experts > MOST {
        return Err(Error::TooMany { what: "experts to enumerate", limit: MOST, got: c.experts });
    }
    let mut walk = Walk { o, c, limits, clock: Clock::new(limits), best: None };
    let complete = walk.visit(ExpertSet::EMPTY, &o.empty());
    let upper = if complete {
        None
    } else {
        Some(if O::MONOTONE { o.of(ExpertSet::first(c.experts)) } else { i64::MAX })
    };
    let stats = walk.clock.stats;
    Ok(Found { best: walk.best, upper, stats, leaves: None })
}

struct Walk<'a, O: SetObjective> {
    o: &'a O,
    c: &'a Constraints,
    limits: &'a Limits,
    clock: Clock,
    best: Option<Incumbent>,
}

impl<O: SetObjective> Walk<'_, O> {
    /// Visits a set and those it begins in lexicographic order; `false` if stopped by a limit.
    fn visit(&mut self, set: ExpertSet, state: &O::State) -> bool {
        if !self.clock.tick() {
            return false;
        }
        if self.c.feasible(set) {
            Incumbent::offer(&mut self.best, self.c, self.limits.ties, set, self.o.value(state));
        }
        for i in set.end()..self.c.experts {
            if self.c.admissible(set.with(i)) {
                let mut more = state.clone();
                self.o.push(&mut more, i);
                if !self.visit(set.with(i), &more) {
                    return false;
                }
            }
        }
        true
    }
}
