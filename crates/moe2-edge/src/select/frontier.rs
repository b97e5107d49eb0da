//! Every compromise between energy and quality.

use super::constraints::Constraints;
use super::problem::SelectionProblem;
use super::rules::Constraint;
use super::solution::{Limits, Solution, Solver, Status, TieBreak};
use crate::fixed::{COST_UNITS, UNLIMITED, budget_units, whole};
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

    /// What a larger budget is worth: the best value at a budget that is `step` larger less that at the problem's own, per
    /// unit of the budget. Both are solved exactly. Steps are in the unit of the [`Constraint`], rounded to mJ, ms, bytes and experts.
    ///
    /// ```
    /// use moe2_edge::objective::TopOne;
    /// use moe2_edge::select::{Constraint, DelayModel, EnergyModel, Limits, Rules, SelectionProblem};
    /// let small = moe2_edge::instance::small()?;
    /// let mut rules = Rules::new(EnergyModel::SumSelected, DelayModel::SerialPerServer, 71.0, 9.0);
    /// rules.aggregation_s = 0.05;
    /// let problem = SelectionProblem::new(TopOne::new(&small.table), &small.experts, &rules)?;
    /// // two joules more buy 0.7349 instead of 0.7299
    /// let price = problem.shadow_price(Constraint::Energy, 2.0, &Limits::default())?;
    /// common::assert_close!(price, 0.0025, abs = 1e-12);
    /// # Ok::<(), moe2_edge::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`SelectionProblem::solve`]; [`Error::InvalidValue`] for a step below one unit, not finite, or of a constraint without a
    /// budget; [`Error::LimitReached`] if `limits` end a search before its proof.
    pub fn shadow_price(&self, constraint: Constraint, step: f64, limits: &Limits) -> Result<f64> {
        let what = || format!("step of {constraint}");
        let (units, scale) = match constraint {
            Constraint::Energy | Constraint::Delay { .. } => (budget_units(&what(), step)?, COST_UNITS),
            _ if step.is_finite() && step < 1e15 => (whole(step.floor()), 1.0),
            _ => (UNLIMITED, 1.0),
        };
        if !(1..UNLIMITED).contains(&units) {
            let rule = "at least one unit of the budget and finite";
            return Err(Error::InvalidValue { what: what(), rule, value: step });
        }
        let Some(more) = self.constraints().with_more(constraint, units) else {
            return Err(Error::InvalidValue {
                what: what(),
                rule: "of a constraint with a budget",
                value: step,
            });
        };
        let here = self.proven(limits)?;
        let there = self.with_constraints(more).proven(limits)?;
        Ok((there.value - here.value) / (units as f64 / scale))
    }

    pub(crate) fn proven(&self, limits: &Limits) -> Result<Solution> {
        let solution = self.solve(Solver::Auto, limits)?;
        match solution.status {
            Status::Optimal => Ok(solution),
            Status::Feasible { .. } => Err(Error::LimitReached { nodes: solution.stats.nodes }),
        }
    }
}
