//! Outer approximation by a union of boxes.

use super::constraints::{Constraints, Usage};
use super::heuristic;
use super::incumbent::Incumbent;
use super::search::{Clock, Found};
use super::solution::{Limits, TieBreak};
use crate::ExpertSet;
use crate::fixed::whole;
use crate::objective::SetObjective;
use std::collections::{BinaryHeap, HashSet};

/// The best set by shrinking the vertices of a union of boxes `[∅, V]` that holds every feasible set.
///
/// The vertex of the largest value is taken; if it is not feasible, a minimal set `C` of its members that is not
/// feasible is found, and the vertex is replaced by `V - j` for each `j` of `C`: every feasible subset of `V` lacks one of
/// them. For the canonical set, vertices whose value equals the best are opened too.
pub(crate) fn solve<O: SetObjective>(o: &O, c: &Constraints, limits: &Limits) -> Found {
    let mut clock = Clock::new(limits);
    let mut best = None;
    if !c.admissible(c.required) {
        return Found { best, upper: None, stats: clock.stats, leaves: None };
    }
    let all = c.required.union(Usage::of(c, c.required).fitting(ExpertSet::first(c.experts)));
    let (gap, slack) = (whole((limits.gap.clamp(0.0, 1e6) * o.scale()).min(1e18)), o.slack());
    let mut singles: Vec<(i64, usize)> = all.iter().map(|i| (o.of(ExpertSet::one(i)), i)).collect();
    singles.sort_unstable_by_key(|&(value, i)| (std::cmp::Reverse(value), i));
    let order: Vec<usize> = singles.into_iter().map(|(_, i)| i).collect();

    let mut seen = HashSet::from([all]);
    let mut heap = BinaryHeap::from([(o.of(all), all.len(), Key(all))]);
    // A set without members is no solution unless it is allowed.
    let taken = |set: ExpertSet| c.allow_empty || !set.is_empty();
    let mut upper = None;
    while let Some((value, _, Key(vertex))) = heap.pop() {
        let settled = best.as_ref().is_some_and(|best: &Incumbent| match limits.ties {
            TieBreak::Any => value <= best.value + gap,
            TieBreak::Canonical => value + 2 * slack < best.value || (gap > 0 && value <= best.value + gap),
        });
        if settled {
            let best = best.as_ref().map_or(value, |best| best.value);
            upper = (value > best.saturating_add(2 * slack)).then_some(value);
            break;
        }
        if !clock.tick() {
            upper = Some(value.saturating_add(slack));
            break;
        }
        let cover = if c.admissible(vertex) {
            if taken(vertex) {
                Incumbent::offer(&mut best, c, limits.ties, vertex, value);
            }
            // Smaller sets of the same value may come earlier in canonical order.
            if limits.ties == TieBreak::Any { ExpertSet::EMPTY } else { vertex.difference(c.required) }
        } else {
            let (inner, mut cover) = project(c, vertex, &order);
            let inner = heuristic::fill(o, c, inner, vertex);
            if taken(inner) {
                Incumbent::offer(&mut best, c, limits.ties, inner, o.of(inner));
            }
            for j in cover.difference(c.required).iter() {
                if !c.admissible(cover.without(j)) {
                    cover = cover.without(j);
                }
            }
            cover.difference(c.required)
        };
        for j in cover.iter() {
            let child = vertex.without(j);
            if seen.insert(child) {
                heap.push((o.of(child), child.len(), Key(child)));
            }
        }
        clock.stats.most_open = clock.stats.most_open.max(heap.len());
    }
    Found { best, upper, stats: clock.stats, leaves: None }
}

/// A maximal admissible prefix of the vertex in the given order, and it with the expert that breaks it.
fn project(c: &Constraints, vertex: ExpertSet, order: &[usize]) -> (ExpertSet, ExpertSet) {
    let mut usage = Usage::of(c, c.required);
    for &i in order.iter().filter(|&&i| vertex.contains(i) && !c.required.contains(i)) {
        if !usage.fits(i) {
            return (usage.set(), usage.set().with(i));
        }
        usage.add(i);
    }
    (usage.set(), vertex)
}

/// Sets in lexicographic order, to break ties of the heap.
#[derive(PartialEq, Eq)]
struct Key(ExpertSet);

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.lexicographic(other.0)
    }
}
