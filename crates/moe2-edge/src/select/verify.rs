//! Checking of certificates, apart from the solver: from values of the objective and from the constraints alone.

use super::certificate::{Certificate, Leaf, Reason};
use super::constraints::Constraints;
use super::problem::SelectionProblem;
use crate::ExpertSet;
use crate::objective::SetObjective;

/// Why a certificate proves nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// It speaks of another number of experts.
    #[error("certificate must be about {expected} experts, it is about {got}")]
    Experts {
        /// Experts of the problem.
        expected: usize,
        /// Experts of the certificate.
        got: usize,
    },
    /// Its set breaks a constraint.
    #[error("certified set {set:?} must be feasible, it is not")]
    Infeasible {
        /// The set.
        set: ExpertSet,
    },
    /// Its set has another value.
    #[error("certified value must be {expected} units, it is {got}")]
    Value {
        /// Value by the objective.
        expected: i64,
        /// Value claimed.
        got: i64,
    },
    /// The objective may fall as experts are added, so no bound holds.
    #[error("objective must be monotone for a certificate, {objective} is not")]
    NonMonotone {
        /// Name of the objective.
        objective: &'static str,
    },
    /// The boxes overlap, leave a gap, or do not come from splitting.
    #[error("boxes must split all sets between {inside:?} and {allowed:?}, {leaves} boxes do not")]
    Partition {
        /// Smallest set of the part that is not split.
        inside: ExpertSet,
        /// Largest set of that part.
        allowed: ExpertSet,
        /// Boxes in that part.
        leaves: usize,
    },
    /// A box is said to break a constraint and does not.
    #[error("box {leaf} must break a constraint, {inside:?} does not")]
    LeafFeasible {
        /// Index of the box.
        leaf: usize,
        /// Its smallest set.
        inside: ExpertSet,
    },
    /// A box is said to lack a required expert and does not.
    #[error("box {leaf} must lack a required expert, {allowed:?} has all")]
    LeafComplete {
        /// Index of the box.
        leaf: usize,
        /// Its largest set.
        allowed: ExpertSet,
    },
    /// A bound is smaller than what it has to be.
    #[error("bound of box {leaf} must be at least {needed} units, it is {got}")]
    Bound {
        /// Index of the box.
        leaf: usize,
        /// The bound by the objective, rounded.
        needed: i64,
        /// The bound claimed.
        got: i64,
    },
    /// A bound exceeds what the certificate claims as a whole.
    #[error("bound of box {leaf} must be at most the upper bound {upper} units, it is {got}")]
    Upper {
        /// Index of the box.
        leaf: usize,
        /// The upper bound claimed.
        upper: i64,
        /// The bound of the box.
        got: i64,
    },
    /// Multipliers that do not belong to the constraints or are negative.
    #[error("box {leaf} must have {expected} multipliers that are finite and not negative")]
    Multipliers {
        /// Index of the box.
        leaf: usize,
        /// Additive constraints of the problem.
        expected: usize,
    },
    /// A bound that only submodular objectives have.
    #[error("box {leaf} must not use gains as bounds, {objective} is not submodular")]
    NotSubmodular {
        /// Index of the box.
        leaf: usize,
        /// Name of the objective.
        objective: &'static str,
    },
}

/// Checks that a certificate proves what it claims: its set is feasible and has its value, its boxes hold every set exactly
/// once, and each reason holds. Objectives with rounding ([`SetObjective::slack`]) are checked up to that rounding
/// for each expert.
///
/// # Errors
/// The first breach as a [`CertificateError`].
pub fn verify_certificate<O: SetObjective>(
    problem: &SelectionProblem<O>,
    certificate: &Certificate,
) -> Result<(), CertificateError> {
    let (o, c) = (problem.objective(), problem.constraints());
    let (n, set) = (c.experts, certificate.set);
    let all = ExpertSet::first(n);
    if certificate.experts != n || set.end() > n {
        return Err(CertificateError::Experts { expected: n, got: certificate.experts.max(set.end()) });
    }
    if !O::MONOTONE {
        return Err(CertificateError::NonMonotone { objective: O::NAME });
    }
    if !c.feasible(set) {
        return Err(CertificateError::Infeasible { set });
    }
    let value = o.of(set);
    if value != certificate.value || certificate.upper < value {
        let got = if value == certificate.value { certificate.upper } else { certificate.value };
        return Err(CertificateError::Value { expected: value, got });
    }
    let leaves: Vec<&Leaf> = certificate.leaves.iter().collect();
    let malformed = |leaf: &&&Leaf| !leaf.inside.is_subset(leaf.allowed) || !leaf.allowed.is_subset(all);
    if let Some(leaf) = leaves.iter().find(malformed) {
        let (inside, allowed) = (leaf.inside, leaf.allowed);
        return Err(CertificateError::Partition { inside, allowed, leaves: 1 });
    }
    partition(leaves, ExpertSet::EMPTY, all)?;
    certificate.leaves.iter().enumerate().try_for_each(|(at, leaf)| check_leaf(o, c, certificate, at, leaf))
}

/// Splits a box by an expert that all leaves decide until each part is one leaf.
fn partition(leaves: Vec<&Leaf>, inside: ExpertSet, allowed: ExpertSet) -> Result<(), CertificateError> {
    let mut parts = vec![(leaves, inside, allowed)];
    while let Some((leaves, inside, allowed)) = parts.pop() {
        if let [leaf] = leaves[..]
            && leaf.inside == inside
            && leaf.allowed == allowed
        {
            continue;
        }
        let decided = leaves.iter().fold(allowed.difference(inside), |decided, leaf| {
            decided.intersection(leaf.inside.union(ExpertSet::first(ExpertSet::MAX).difference(leaf.allowed)))
        });
        let Some(pivot) = decided.iter().next() else {
            return Err(CertificateError::Partition { inside, allowed, leaves: leaves.len() });
        };
        let (with, without): (Vec<_>, Vec<_>) =
            leaves.into_iter().partition(|leaf| leaf.inside.contains(pivot));
        for (part, inside, allowed) in
            [(with, inside.with(pivot), allowed), (without, inside, allowed.without(pivot))]
        {
            if part.is_empty() {
                return Err(CertificateError::Partition { inside, allowed, leaves: 0 });
            }
            parts.push((part, inside, allowed));
        }
    }
    Ok(())
}

fn check_leaf<O: SetObjective>(
    o: &O,
    c: &Constraints,
    certificate: &Certificate,
    at: usize,
    leaf: &Leaf,
) -> Result<(), CertificateError> {
    let (needed, got) = match &leaf.reason {
        Reason::Infeasible if c.admissible(leaf.inside) => {
            return Err(CertificateError::LeafFeasible { leaf: at, inside: leaf.inside });
        }
        Reason::RequiredMissing if c.required.is_subset(leaf.allowed) => {
            return Err(CertificateError::LeafComplete { leaf: at, allowed: leaf.allowed });
        }
        Reason::Infeasible | Reason::RequiredMissing => return Ok(()),
        Reason::Superset { bound } => (o.of(leaf.allowed), *bound),
        Reason::Lagrangian { anchor, multipliers, bound } => {
            if !O::SUBMODULAR {
                return Err(CertificateError::NotSubmodular { leaf: at, objective: O::NAME });
            }
            let expected = c.rows.len();
            let fine = |l: &f64| l.is_finite() && *l >= 0.0;
            if multipliers.len() != expected || !multipliers.iter().all(fine) || anchor.end() > c.experts {
                return Err(CertificateError::Multipliers { leaf: at, expected });
            }
            (lagrangian(o, c, leaf, *anchor, multipliers), *bound)
        }
    };
    let slack = o.slack().saturating_mul(i64::try_from(c.experts + 1).unwrap_or(i64::MAX));
    if got.saturating_add(slack) < needed {
        return Err(CertificateError::Bound { leaf: at, needed, got });
    }
    if got > certificate.upper {
        return Err(CertificateError::Upper { leaf: at, upper: certificate.upper, got });
    }
    Ok(())
}

/// The bound of [`Reason::Lagrangian`] as the largest whole number that it allows, its own rounding included.
fn lagrangian<O: SetObjective>(
    o: &O,
    c: &Constraints,
    leaf: &Leaf,
    anchor: ExpertSet,
    multipliers: &[f64],
) -> i64 {
    let base = o.of(anchor);
    let priced =
        |i: usize| -> f64 { multipliers.iter().zip(&c.rows).map(|(l, row)| l * row.weights[i] as f64).sum() };
    // Terms may be large and of both signs: their absolute sum bounds the rounding.
    let mut terms: Vec<f64> =
        multipliers.iter().zip(&c.rows).map(|(l, row)| l * row.capacity as f64).collect();
    for i in leaf.allowed.iter() {
        let gain = if anchor.contains(i) { 0 } else { o.of(anchor.with(i)) - base };
        let reduced = gain as f64 - priced(i);
        terms.push(if leaf.inside.contains(i) { reduced } else { reduced.max(0.0) });
    }
    let sum: f64 = terms.iter().sum();
    let size: f64 = terms.iter().map(|t| t.abs()).sum();
    let bound = (sum + 1e-13 * size).floor().clamp(-9e18, 9e18);
    base.saturating_add(crate::fixed::whole(bound))
}
