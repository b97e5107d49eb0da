//! Why an expert is in the set or not.

use super::problem::SelectionProblem;
use super::rules::Breach;
use super::solution::{Limits, Solution};
use crate::objective::SetObjective;
use crate::{Error, ExpertSet, Result};

/// Why an expert is in the best set or not.
#[derive(Debug, Clone, PartialEq)]
pub enum Explanation {
    /// It is in the best set; without it the best value falls by `loss`, to that of `without` if anything is feasible then.
    Selected {
        /// What the expert is worth, in the unit of [`Solution::value`].
        loss: f64,
        /// The best set without it.
        without: Option<Solution>,
    },
    /// It cannot be a member at all.
    Blocked {
        /// What it breaks, alone or with the required experts.
        breach: Breach,
    },
    /// It can be a member, but the best set that has it is worth less or comes later in canonical order.
    Outbid {
        /// The best value less that of `with`.
        loss: f64,
        /// The best set that has it.
        with: Solution,
        /// What it breaks if it is added to the best set.
        breach: Option<Breach>,
    },
}

impl<O: SetObjective + Clone> SelectionProblem<O> {
    /// Why an expert is in the best set or not, by solving the problem with the opposite choice.
    ///
    /// # Errors
    /// As [`SelectionProblem::solve`]; [`Error::UnknownExpert`] for an expert that does not exist; [`Error::LimitReached`] if
    /// `limits` end a search before its proof.
    pub fn explain(&self, expert: usize, limits: &Limits) -> Result<Explanation> {
        let c = self.constraints();
        if expert >= c.experts {
            return Err(Error::UnknownExpert { expert, experts: c.experts });
        }
        let best = self.proven(limits)?;
        if best.experts.contains(expert) {
            let mut without = c.clone();
            without.forbidden = c.forbidden.with(expert);
            let without = match self.with_constraints(without).proven(limits) {
                Ok(solution) => Some(solution),
                Err(Error::Infeasible { .. }) => None,
                Err(error) => return Err(error),
            };
            let empty = self.objective().of(ExpertSet::EMPTY) as f64 / self.objective().scale();
            let loss = best.value - without.as_ref().map_or(empty, |solution| solution.value);
            return Ok(Explanation::Selected { loss, without });
        }
        if let Some(breach) = c.breach(c.required.with(expert)) {
            return Ok(Explanation::Blocked { breach });
        }
        let mut required = c.clone();
        required.required = c.required.with(expert);
        let with = self.with_constraints(required).proven(limits)?;
        let breach = c.breach(best.experts.with(expert));
        Ok(Explanation::Outbid { loss: best.value - with.value, with, breach })
    }
}
