//! Proofs that no set is better.

use crate::ExpertSet;
use serde::{Deserialize, Serialize};

/// A proof that no feasible set is worth more than `upper`: boxes that together hold every set, each with a reason
/// why it holds nothing better. It proves the value, not which of several optimal sets is the canonical one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// The number of experts.
    pub experts: usize,
    /// The set found.
    pub set: ExpertSet,
    /// Its value, units.
    pub value: i64,
    /// No feasible set is worth more, units.
    pub upper: i64,
    /// The boxes.
    pub leaves: Vec<Leaf>,
}

/// All sets between two sets, and why none of them is better.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leaf {
    /// Experts that all sets of the box have.
    pub inside: ExpertSet,
    /// Experts that sets of the box may have.
    pub allowed: ExpertSet,
    /// Why.
    pub reason: Reason,
}

/// Why a box holds no better set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Its smallest set breaks a constraint, so all of its sets do.
    Infeasible,
    /// Its largest set lacks a required expert, so all of its sets do.
    RequiredMissing,
    /// The value of its largest set is at most `bound`.
    Superset {
        /// Units.
        bound: i64,
    },
    /// For a submodular objective, with gains `g_i = f(A + i) - f(A)` and one multiplier for each additive constraint:
    ///
    /// ```text
    /// f(S) <= f(A) + sum_{i in S - A} g_i <= f(A) + λ·c + sum_{i in P} (g_i - λ·w_i) + sum_{free i} max(0, g_i - λ·w_i) <= bound
    /// ```
    ///
    /// `P` is `inside`, `c` the capacities and `w_i` the weights of the additive constraints; `g_i = 0` for members of `A`.
    Lagrangian {
        /// The set `A`.
        anchor: ExpertSet,
        /// The multipliers `λ`.
        multipliers: Vec<f64>,
        /// Units.
        bound: i64,
    },
}

impl Reason {
    pub(crate) fn bound(&self) -> Option<i64> {
        match self {
            Self::Infeasible | Self::RequiredMissing => None,
            Self::Superset { bound } | Self::Lagrangian { bound, .. } => Some(*bound),
        }
    }
}
