//! Branch, reduce and bound.

use super::certificate::{Leaf, Reason};
use super::constraints::{Constraints, Usage};
use super::heuristic;
use super::incumbent::Incumbent;
use super::relaxation::Relaxation;
use super::search::{Clock, Found};
use super::solution::{Greedy, Limits, Order, TieBreak};
use crate::ExpertSet;
use crate::fixed::whole;
use crate::objective::SetObjective;
use std::collections::BinaryHeap;

/// A box of sets that is still open, with a bound on the values in it.
#[derive(Debug, Clone, Copy)]
struct Node {
    inside: ExpertSet,
    allowed: ExpertSet,
    bound: i64,
    why: Why,
    /// Order of creation.
    serial: u64,
}

/// Where a bound comes from.
#[derive(Debug, Clone, Copy)]
enum Why {
    Superset,
    Lagrangian { anchor: ExpertSet, multipliers: usize },
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Node {}

impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Node {
    /// The largest bound comes first, of equal ones the oldest.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bound.cmp(&other.bound).then(other.serial.cmp(&self.serial))
    }
}

/// The open boxes.
enum Frontier {
    Stack(Vec<Node>),
    Heap(BinaryHeap<Node>),
}

impl Frontier {
    fn pop(&mut self) -> Option<Node> {
        match self {
            Self::Stack(stack) => stack.pop(),
            Self::Heap(heap) => heap.pop(),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Stack(stack) => stack.len(),
            Self::Heap(heap) => heap.len(),
        }
    }

    /// Adds children, the most promising first.
    fn extend(&mut self, children: &mut Vec<Node>) {
        match self {
            Self::Stack(stack) => stack.extend(children.drain(..).rev()),
            Self::Heap(heap) => heap.extend(children.drain(..)),
        }
    }
}

struct Search<'a, O: SetObjective> {
    o: &'a O,
    c: &'a Constraints,
    limits: &'a Limits,
    clock: Clock,
    best: Option<Incumbent>,
    leaves: Option<Vec<Leaf>>,
    relaxation: Relaxation,
    /// Multipliers that bounds of open boxes refer to; kept for certificates only.
    kept: Vec<Vec<f64>>,
    /// The largest bound of a box that was closed.
    closed: i64,
    slack: i64,
    gap: i64,
    /// What the rounding of a sum of products can amount to.
    margin: f64,
    gains: Vec<i64>,
    left: Vec<f64>,
    order: Vec<(i64, usize)>,
    values: Vec<i64>,
    children: Vec<Node>,
    serial: u64,
}

/// Finds the best set. `start` is offered first if it is feasible.
pub(crate) fn solve<O: SetObjective>(
    o: &O,
    c: &Constraints,
    order: Order,
    limits: &Limits,
    start: &[ExpertSet],
) -> Found {
    let mut search = Search {
        o,
        c,
        limits,
        clock: Clock::new(limits),
        best: None,
        leaves: limits.certificate.then(Vec::new),
        relaxation: Relaxation::new(c),
        kept: Vec::new(),
        closed: i64::MIN,
        slack: o.slack(),
        gap: whole((limits.gap.clamp(0.0, 1e6) * o.scale()).min(1e18)),
        margin: 0.0,
        gains: vec![0; c.experts],
        left: Vec::new(),
        order: Vec::new(),
        values: Vec::new(),
        children: Vec::new(),
        serial: 0,
    };
    let root = search.root();
    search.start(root.allowed, start);
    let mut open = match order {
        Order::DepthFirst => Frontier::Stack(Vec::new()),
        Order::BestFirst => Frontier::Heap(BinaryHeap::new()),
    };
    if c.admissible(root.inside) {
        search.children.push(root);
        open.extend(&mut search.children);
    } else {
        search.leaf(root.inside, root.allowed, || Reason::Infeasible);
    }
    search.run(&mut open);
    search.finish(open)
}

impl<O: SetObjective> Search<'_, O> {
    fn all(&self) -> ExpertSet {
        ExpertSet::first(self.c.experts)
    }

    fn leaf(&mut self, inside: ExpertSet, allowed: ExpertSet, reason: impl FnOnce() -> Reason) {
        if let Some(leaves) = &mut self.leaves {
            leaves.push(Leaf { inside, allowed, reason: reason() });
        }
    }

    fn close(&mut self, inside: ExpertSet, allowed: ExpertSet, bound: i64, why: Why) {
        self.closed = self.closed.max(bound);
        if self.leaves.is_some() {
            let reason = match why {
                Why::Superset => Reason::Superset { bound },
                Why::Lagrangian { anchor, multipliers } => {
                    Reason::Lagrangian { anchor, multipliers: self.kept[multipliers].clone(), bound }
                }
            };
            self.leaf(inside, allowed, || reason);
        }
    }

    /// The box of all sets, less those without a required expert or with one that fits nowhere.
    fn root(&mut self) -> Node {
        let (mut inside, mut allowed) = (ExpertSet::EMPTY, self.all());
        for i in self.c.required.iter() {
            self.leaf(inside, allowed.without(i), || Reason::RequiredMissing);
            inside = inside.with(i);
        }
        if self.c.admissible(inside) {
            self.reduce(&Usage::of(self.c, inside), &mut allowed);
            if self.leaves.is_none() {
                allowed = self.without_dominated(allowed);
            }
        }
        let bound = self.o.of(allowed) + self.slack;
        self.margin = 1e-12 * bound.unsigned_abs() as f64 + 1e-6;
        Node { inside, allowed, bound, why: Why::Superset, serial: 0 }
    }

    fn without_dominated(&self, allowed: ExpertSet) -> ExpertSet {
        let dominated =
            |&i: &usize| allowed.iter().any(|j| j != i && self.c.replaces(j, i) && self.o.dominates(j, i));
        allowed.difference(allowed.iter().filter(dominated).collect())
    }

    fn offer(&mut self, set: ExpertSet, value: i64) {
        if self.c.allow_empty || !set.is_empty() {
            Incumbent::offer(&mut self.best, self.c, self.limits.ties, set, value);
        }
    }

    /// Sets to begin with.
    fn start(&mut self, allowed: ExpertSet, start: &[ExpertSet]) {
        for &set in start.iter().filter(|set| self.c.feasible(**set)) {
            self.offer(set, self.o.of(set));
        }
        if !self.c.admissible(self.c.required) {
            return;
        }
        if start.is_empty() {
            for rule in [Greedy::Gain, Greedy::GainPerEnergy, Greedy::BestSingle] {
                let set = heuristic::greedy(self.o, self.c, rule, allowed);
                self.offer(set, self.o.of(set));
            }
        }
        if let Some(best) = self.best {
            let set = heuristic::improve(self.o, self.c, best.set, allowed);
            self.offer(set, self.o.of(set));
        }
    }

    /// Whether a box with this bound holds nothing that would be taken.
    fn hopeless(&self, bound: i64, inside: ExpertSet) -> bool {
        let Some(best) = &self.best else { return false };
        let close = best.value + self.gap;
        match self.limits.ties {
            TieBreak::Any => bound <= close + self.slack,
            TieBreak::Canonical => {
                bound < close.max(best.value)
                    || (self.gap > 0 && bound <= close)
                    || (bound <= best.value + 2 * self.slack && best.precedes(self.c, inside))
            }
        }
    }

    /// Drops experts that no longer fit.
    fn reduce(&mut self, usage: &Usage<'_>, allowed: &mut ExpertSet) {
        let inside = usage.set();
        for i in allowed.difference(inside).iter().filter(|&i| !usage.fits(i)) {
            self.leaf(inside.with(i), *allowed, || Reason::Infeasible);
            *allowed = allowed.without(i);
        }
    }

    fn run(&mut self, open: &mut Frontier) {
        while let Some(node) = open.pop() {
            if self.hopeless(node.bound, node.inside) {
                self.close(node.inside, node.allowed, node.bound, node.why);
                continue;
            }
            if !self.clock.tick() {
                self.children.push(node);
                open.extend(&mut self.children);
                return;
            }
            self.expand(node);
            open.extend(&mut self.children);
            self.clock.stats.most_open = self.clock.stats.most_open.max(open.len());
        }
    }

    /// Looks at the smallest set of a box, bounds the rest and splits it.
    fn expand(&mut self, node: Node) {
        let (o, c, inside) = (self.o, self.c, node.inside);
        let mut allowed = node.allowed;
        let state = o.state(inside);
        let value = o.value(&state);
        self.offer(inside, value);
        let usage = Usage::of(c, inside);
        self.reduce(&usage, &mut allowed);
        let free = allowed.difference(inside);
        if free.is_empty() {
            self.close(inside, allowed, value + self.slack, Why::Superset);
        } else if O::SUBMODULAR {
            self.split_by_gains(inside, allowed, &state, value, &usage);
        } else {
            self.split_by_supersets(inside, allowed, &state);
        }
    }

    fn keep_multipliers(&mut self) -> usize {
        if self.leaves.is_some() {
            self.kept.push(self.relaxation.multipliers().to_vec());
        }
        self.kept.len().saturating_sub(1)
    }

    /// The largest whole value below a bound in real numbers.
    fn whole_bound(&self, value: i64, gain: f64) -> i64 {
        value.saturating_add(whole((gain + self.margin).floor())).saturating_add(self.slack)
    }

    fn split_by_gains(
        &mut self,
        inside: ExpertSet,
        allowed: ExpertSet,
        state: &O::State,
        value: i64,
        usage: &Usage<'_>,
    ) {
        let mut free = allowed.difference(inside);
        self.o.gains(state, free, &mut self.gains);
        let mut allowed = allowed;
        if self.leaves.is_none() && self.slack == 0 && !inside.is_empty() {
            // An expert without gain here has none later; the set without it is worth as much and comes first.
            free = free.iter().filter(|&i| self.gains[i] > 0).collect();
            allowed = inside.union(free);
        }
        usage.left(&mut self.left);
        let mut rise = self.relaxation.bound(&self.gains, free, &self.left);
        if !self.hopeless(self.whole_bound(value, rise), inside) {
            let target = self.best.map_or(f64::NEG_INFINITY, |best| (best.value - value) as f64);
            rise = self.relaxation.tighten(&self.gains, free, &self.left, target, 3);
        }
        let why = Why::Lagrangian { anchor: inside, multipliers: self.keep_multipliers() };
        let bound = self.whole_bound(value, rise);
        if self.hopeless(bound, inside) {
            return self.close(inside, allowed, bound, why);
        }
        // Child t has the t-th expert and none of those before it; without those of large gain little is left.
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        order.extend(free.iter().map(|i| (self.gains[i], i)));
        order.sort_unstable_by_key(|&(gain, i)| (std::cmp::Reverse(gain), i));
        let supersets = self.supersets(state.clone(), &order);
        for (&(_, i), &superset) in order.iter().zip(&supersets) {
            let bound = self.whole_bound(value, rise);
            if self.hopeless(bound, inside) {
                self.close(inside, allowed, bound, why);
                break;
            }
            if self.hopeless(superset, inside) {
                self.close(inside, allowed, superset, Why::Superset);
                break;
            }
            let reduced = self.relaxation.reduced(i);
            let bound = self.whole_bound(value, rise + reduced.min(0.0));
            let (bound, why) = if superset < bound { (superset, Why::Superset) } else { (bound, why) };
            self.child(inside.with(i), allowed, bound, why);
            allowed = allowed.without(i);
            rise -= reduced.max(0.0);
        }
        if allowed == inside {
            self.close(inside, inside, value + self.slack, Why::Superset);
        }
        self.order = order;
        self.values = supersets;
    }

    /// Bounds by the value of a state and the experts of a list from each place on.
    fn supersets(&mut self, mut state: O::State, order: &[(i64, usize)]) -> Vec<i64> {
        let mut values = std::mem::take(&mut self.values);
        values.clear();
        for &(_, i) in order.iter().rev() {
            self.o.push(&mut state, i);
            values.push(self.o.value(&state) + self.slack);
        }
        values.reverse();
        values
    }

    fn split_by_supersets(&mut self, inside: ExpertSet, allowed: ExpertSet, state: &O::State) {
        let free = allowed.difference(inside);
        self.o.gains(state, free, &mut self.gains);
        let mut order: Vec<usize> = free.iter().collect();
        order.sort_by_key(|&i| (std::cmp::Reverse(self.gains[i]), i));
        let mut allowed = allowed;
        for i in order {
            let bound = self.o.of(allowed) + self.slack;
            if self.hopeless(bound, inside) {
                return self.close(inside, allowed, bound, Why::Superset);
            }
            self.child(inside.with(i), allowed, bound, Why::Superset);
            allowed = allowed.without(i);
        }
        let value = self.o.value(state);
        self.close(inside, inside, value + self.slack, Why::Superset);
    }

    fn child(&mut self, inside: ExpertSet, allowed: ExpertSet, bound: i64, why: Why) {
        if self.hopeless(bound, inside) {
            self.close(inside, allowed, bound, why);
        } else {
            self.serial += 1;
            self.children.push(Node { inside, allowed, bound, why, serial: self.serial });
        }
    }

    fn finish(mut self, mut open: Frontier) -> Found {
        let complete = open.len() == 0;
        while let Some(node) = open.pop() {
            self.close(node.inside, node.allowed, node.bound, node.why);
        }
        let value = self.best.map_or(i64::MIN, |best| best.value);
        // Within rounding the best set is proven.
        let proven = complete && self.closed <= value.saturating_add(2 * self.slack);
        let upper = (!proven).then_some(self.closed.max(value));
        Found { best: self.best, upper, stats: self.clock.stats, leaves: self.leaves }
    }
}
