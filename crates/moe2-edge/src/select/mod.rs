//! The best set of experts under budgets, with proofs.
//!
//! [`SelectionProblem`] joins an objective, experts and [`Rules`]; [`Solver`] names the ways to solve it.

mod branch;
mod certificate;
mod constraints;
mod exhaustive;
mod explain;
mod frontier;
mod heuristic;
mod incumbent;
#[cfg(feature = "milp")]
mod milp;
mod polyblock;
mod problem;
mod relaxation;
mod robust;
mod rules;
mod search;
mod solution;
mod verify;

pub(crate) use constraints::check_rules;

pub use certificate::{Certificate, Leaf, Reason};
pub use explain::Explanation;
pub use problem::SelectionProblem;
pub use robust::{Bootstrap, bootstrap};
pub use rules::{Breach, Budgets, Constraint, DelayModel, EnergyModel, Rules, expected_energy_j};
pub use solution::{Greedy, Limits, Order, Solution, SolveStats, Solver, Status, TieBreak};
pub use verify::{CertificateError, verify_certificate};
