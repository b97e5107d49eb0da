//! Every compromise between energy and quality.

use super::constraints::Constraints;
use super::problem::SelectionProblem;
use super::solution::{Limits, Solution, Solver, Status, TieBreak};
use crate::fixed::UNLIMITED;
use crate::objective::SetObjective;
use crate::{Error, ExpertSet, Result};

impl<O: SetObjective + Clone> SelectionProblem<O> {
    /// The exact frontier of energy and quality: for every energy budget up to the problem's own the best set is one of
    /// these. Ascending and strictly increasing in both, every point proven and canonical.
    ///
    /// The best set is found, the budget is lowered below its energy, and so on; each search begins with the sets that
    /// the searches before it met.
    ///
    /// # Errors
    /// As [`SelectionProblem::solve`]; [`Error::LimitReached`] if `limits`, which hold for each point, end a search before
    /// its proof.
    pub fn frontier_energy(&self, limits: &Limits) -> Result<Vec<Solution>> {
        let limits = Limits { gap: 0.0, ties: TieBreak::Canonical, ..*limits };
        let mut points: Vec<Solution> = Vec::new();
        let mut problem = self.clone();
        let mut start: Vec<ExpertSet> = Vec::new();
        loop {
            let solution = match problem.solve_from(Solver::Auto, &limits, &start) {
                Ok(solution) => solution,
                Err(Error::Infeasible { .. }) if !points.is_empty() => break,
                Err(error) => return Err(error),
            };
            if solution.status != Status::Optimal {
                return Err(Error::LimitReached { nodes: solution.stats.nodes });
            }
            let set = solution.experts;
            let energy = self.constraints().energy(set);
            points.push(solution);
            if energy == 0 {
                break;
            }
            let lower = problem.constraints().with_energy_budget(energy - 1);
            start = self.neighbours(set, &lower);
            problem = problem.with_constraints(lower);
        }
        points.reverse();
        Ok(points)
    }

    /// Sets to begin with under a lower budget: greedy ones, and the last set with one member less.
    fn neighbours(&self, set: ExpertSet, c: &Constraints) -> Vec<ExpertSet> {
        let (o, all) = (self.objective(), ExpertSet::first(c.experts));
        let less =
            set.difference(c.required).iter().map(|out| super::heuristic::fill(o, c, set.without(out), all));
        let mut sets: Vec<ExpertSet> = less.collect();
        sets.extend(
            [super::Greedy::Gain, super::Greedy::GainPerEnergy]
                .map(|rule| super::heuristic::greedy(o, c, rule, all)),
        );
        sets.sort_unstable_by_key(|set| std::cmp::Reverse(o.of(*set)));
        sets
    }

    /// What one joule more of energy budget is worth: the difference of the best values at the problem's budget and at
    /// one that is `step_j` larger, per joule. Both are solved exactly.
    ///
    /// # Errors
    /// As [`SelectionProblem::solve`]; [`Error::InvalidValue`] for a step below a millijoule or not finite;
    /// [`Error::LimitReached`] if `limits` end a search before its proof.
    pub fn energy_price_per_j(&self, step_j: f64, limits: &Limits) -> Result<f64> {
        let step = crate::fixed::budget_units("step of the energy budget", step_j)?;
        if !(1..UNLIMITED).contains(&step) {
            let (what, rule) = ("step of the energy budget".into(), "at least 0.001 J and finite");
            return Err(Error::InvalidValue { what, rule, value: step_j });
        }
        let here = self.proven(limits)?;
        let more =
            self.constraints().with_energy_budget(self.constraints().energy_budget.saturating_add(step));
        let there = self.with_constraints(more).proven(limits)?;
        Ok((there.value - here.value) / super::constraints::from_units(step))
    }

    pub(crate) fn proven(&self, limits: &Limits) -> Result<Solution> {
        let solution = self.solve(Solver::Auto, limits)?;
        match solution.status {
            Status::Optimal => Ok(solution),
            Status::Feasible { .. } => Err(Error::LimitReached { nodes: solution.stats.nodes }),
        }
    }
}
