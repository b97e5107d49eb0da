//! Solvers, their limits, and what they return.

use super::certificate::Certificate;
use super::rules::Constraint;
use crate::ExpertSet;
use std::time::Duration;

/// How a problem is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Solver {
    /// [`Solver::BranchAndBound`] depth first for monotone objectives, [`Solver::Exhaustive`] for others.
    Auto,
    /// All feasible sets of at most 24 experts. The only exact solver for objectives that are not monotone.
    Exhaustive,
    /// Outer approximation by a union of boxes, the textbook algorithm of discrete monotonic optimisation. That the
    /// expert set is found by discrete monotonic optimisation is stated in arXiv 2501.09410, abstract; the form used
    /// here is derived here.
    Polyblock,
    /// Branch, reduce and bound.
    BranchAndBound(Order),
    /// A heuristic without proof.
    Greedy(Greedy),
    /// A random feasible set that no expert can be added to.
    Random {
        /// Seed of the choice.
        seed: u64,
    },
}

/// Which open box comes next. Both orders find the same set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The deepest: little memory, good sets early.
    DepthFirst,
    /// That of the largest bound: fewest boxes.
    BestFirst,
}

/// Rules by which experts are added while they fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Greedy {
    /// The best single expert; none is added.
    BestSingle,
    /// The largest gain.
    Gain,
    /// The largest gain per energy.
    GainPerEnergy,
}

/// Which of several optimal sets is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TieBreak {
    /// That of the smallest energy, then delay, then number of experts, then the first in lexicographic order.
    Canonical,
    /// The first one found.
    Any,
}

/// When a search ends, and what it keeps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Time. A search that ends by time may depend on the machine.
    pub time: Option<Duration>,
    /// Boxes or sets looked at.
    pub nodes: Option<u64>,
    /// Difference between bound and value at which a set is good enough, in the unit of [`Solution::value`].
    pub gap: f64,
    /// Which optimal set is returned.
    pub ties: TieBreak,
    /// Whether branch and bound keeps a [`Certificate`].
    pub certificate: bool,
}

impl Default for Limits {
    /// No limits, the canonical set, no certificate.
    fn default() -> Self {
        Self { time: None, nodes: None, gap: 0.0, ties: TieBreak::Canonical, certificate: false }
    }
}

/// What is known of a solution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Status {
    /// No feasible set is better.
    Optimal,
    /// A feasible set is better by at most `gap`.
    Feasible {
        /// [`Solution::upper_bound`] minus [`Solution::value`].
        gap: f64,
    },
}

/// Work of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SolveStats {
    /// Boxes or sets looked at.
    pub nodes: u64,
    /// The most boxes open at one time.
    pub most_open: usize,
}

/// A set of experts and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// The set.
    pub experts: ExpertSet,
    /// Its value: a mean quality in `[0, 1]`, or nats for likelihoods.
    pub value: f64,
    /// Its value in the objective's whole units.
    pub value_units: i64,
    /// No feasible set has a larger value than this.
    pub upper_bound: f64,
    /// The same in whole units.
    pub upper_units: i64,
    /// Whether it is proven to be the best.
    pub status: Status,
    /// Energy per prompt, J.
    pub energy_j: f64,
    /// Delay by category, s.
    pub delay_s: Vec<f64>,
    /// Constraints that keep at least one further expert out.
    pub binding: Vec<Constraint>,
    /// Work of the search.
    pub stats: SolveStats,
    /// Proof that can be checked without the solver, if it was asked for.
    pub certificate: Option<Certificate>,
}
