//! A selection problem and its solution by any solver.

use super::certificate::Certificate;
use super::constraints::{Constraints, from_units};
use super::heuristic;
use super::incumbent::Incumbent;
use super::rules::{Breach, Constraint, Rules};
use super::search::Found;
use super::solution::{Limits, Order, Solution, SolveStats, Solver, Status};
use super::{branch, exhaustive, polyblock};
use crate::objective::SetObjective;
use crate::{Error, Expert, ExpertSet, Result};

/// Which experts to keep loaded:
///
/// ```text
/// maximise f(S)   subject to   E(S) <= E_max,  D_c(S) <= T_c for each category c,  memory of each server,  |S| <= K,
///                              required, forbidden and exclusive experts
/// ```
///
/// Quality under limits of energy and delay, with a loss that is monotone in the set, is the subject of arXiv 2501.09410,
/// abstract; the form of the problem is derived here. Energies are whole millijoules, delays whole milliseconds, costs
/// rounded up and budgets down.
///
/// ```
/// use moe2_edge::objective::TopOne;
/// use moe2_edge::select::{DelayModel, EnergyModel, Limits, Rules, SelectionProblem, Solver, Status};
/// use moe2_edge::{Expert, QualityTable};
///
/// // four models on two servers, two kinds of prompts of equal weight
/// let experts = [
///     Expert::new("a", 0, 0.9, 6.0),
///     Expert::new("b", 0, 3.4, 33.0),
///     Expert::new("c", 1, 3.5, 35.0),
///     Expert::new("d", 1, 3.9, 38.0),
/// ];
/// let scores = [0.22, 0.93, 0.62, 0.70, 0.15, 0.48, 0.89, 0.55];
/// let table = QualityTable::from_scores(4, &scores, None, None)?;
/// let rules = Rules::new(EnergyModel::SumSelected, DelayModel::SerialPerServer, 70.0, 5.0);
/// let best = SelectionProblem::new(TopOne::new(&table), &experts, &rules)?.solve(Solver::Auto, &Limits::default())?;
/// assert_eq!(best.experts, [1, 2].into_iter().collect());
/// assert_eq!(best.value, 0.91);
/// assert_eq!(best.energy_j, 68.0);
/// assert_eq!(best.delay_s, [3.54]);
/// assert_eq!(best.status, Status::Optimal);
/// # Ok::<(), moe2_edge::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SelectionProblem<O> {
    objective: O,
    constraints: Constraints,
}

impl<O: SetObjective> SelectionProblem<O> {
    /// A problem of an objective, its experts and rules.
    ///
    /// # Errors
    /// [`Error::Dimension`] for numbers of experts, categories or servers that disagree; [`Error::Duplicate`] for a name
    /// used twice; [`Error::InvalidValue`] for a cost, budget or share outside its range; [`Error::UnknownExpert`] for rules
    /// about an expert that does not exist; [`Error::TooMany`] for more than 128 experts or servers;
    /// [`Error::NonMonotone`] for [`EnergyModel::Expected`](super::EnergyModel::Expected).
    pub fn new(objective: O, experts: &[Expert], rules: &Rules) -> Result<Self> {
        let constraints = Constraints::new(experts, rules)?;
        if objective.experts() != experts.len() {
            let (expected, got) = (objective.experts(), experts.len());
            return Err(Error::Dimension { what: "experts of the objective".into(), expected, got });
        }
        Ok(Self { objective, constraints })
    }

    /// The objective.
    #[must_use]
    pub fn objective(&self) -> &O {
        &self.objective
    }

    pub(crate) fn constraints(&self) -> &Constraints {
        &self.constraints
    }

    pub(crate) fn with_constraints(&self, constraints: Constraints) -> Self
    where
        O: Clone,
    {
        Self { objective: self.objective.clone(), constraints }
    }

    /// Energy per prompt of a set, J, in whole millijoules.
    ///
    /// # Errors
    /// [`Error::UnknownExpert`] for a member that does not exist.
    pub fn energy_j(&self, set: ExpertSet) -> Result<f64> {
        Ok(from_units(self.constraints.energy(self.known(set)?)))
    }

    /// Delay of a set by category, s, in whole milliseconds.
    ///
    /// # Errors
    /// [`Error::UnknownExpert`] for a member that does not exist.
    pub fn delay_s(&self, set: ExpertSet) -> Result<Vec<f64>> {
        let set = self.known(set)?;
        Ok((0..self.constraints.categories()).map(|c| from_units(self.constraints.delay(set, c))).collect())
    }

    /// The first rule that a set breaks, if any.
    ///
    /// # Errors
    /// [`Error::UnknownExpert`] for a member that does not exist.
    pub fn breach(&self, set: ExpertSet) -> Result<Option<Breach>> {
        let set = self.known(set)?;
        let missing = self.constraints.required.difference(set).len();
        Ok(self.constraints.breach(set).or_else(|| {
            let breach = |constraint, needed: usize, budget: usize| {
                Some(Breach { constraint, needed: needed as f64, budget: budget as f64 })
            };
            if missing > 0 {
                breach(Constraint::Required, missing, 0)
            } else if set.is_empty() && !self.constraints.allow_empty {
                breach(Constraint::NotEmpty, 1, 0)
            } else {
                None
            }
        }))
    }

    /// Value of a set in the unit of [`Solution::value`].
    ///
    /// # Errors
    /// [`Error::UnknownExpert`] for a member that does not exist.
    pub fn value(&self, set: ExpertSet) -> Result<f64> {
        Ok(self.objective.of(self.known(set)?) as f64 / self.objective.scale())
    }

    fn known(&self, set: ExpertSet) -> Result<ExpertSet> {
        let experts = self.constraints.experts;
        if set.end() > experts {
            Err(Error::UnknownExpert { expert: set.end() - 1, experts })
        } else {
            Ok(set)
        }
    }

    /// The best set, or the best that the limits allow.
    ///
    /// # Errors
    /// [`Error::Infeasible`] if no set obeys the rules; [`Error::NonMonotone`] for an objective that may fall as experts are
    /// added, unless the solver is [`Solver::Exhaustive`] or a heuristic; [`Error::TooMany`] for more experts than can be
    /// enumerated; [`Error::LimitReached`] if the limits end the search before a feasible set is met.
    pub fn solve(&self, solver: Solver, limits: &Limits) -> Result<Solution> {
        self.solve_from(solver, limits, &[])
    }

    /// As [`SelectionProblem::solve`], with sets to begin with, such as the solution under a similar budget. Those that are
    /// not feasible are passed over.
    ///
    /// # Errors
    /// As [`SelectionProblem::solve`].
    pub fn solve_from(&self, solver: Solver, limits: &Limits, start: &[ExpertSet]) -> Result<Solution> {
        let (o, c) = (&self.objective, &self.constraints);
        let solver = match solver {
            Solver::Auto if O::MONOTONE => Solver::BranchAndBound(Order::DepthFirst),
            Solver::Auto => Solver::Exhaustive,
            named => named,
        };
        if !O::MONOTONE && matches!(solver, Solver::Polyblock | Solver::BranchAndBound(_)) {
            return Err(Error::NonMonotone { what: O::NAME });
        }
        let found = match solver {
            Solver::Auto | Solver::BranchAndBound(Order::DepthFirst) => {
                branch::solve(o, c, Order::DepthFirst, limits, start)
            }
            Solver::BranchAndBound(order) => branch::solve(o, c, order, limits, start),
            Solver::Exhaustive => exhaustive::solve(o, c, limits)?,
            Solver::Polyblock => polyblock::solve(o, c, limits),
            Solver::Greedy(rule) => {
                self.heuristic(|| heuristic::greedy(o, c, rule, ExpertSet::first(c.experts)))
            }
            Solver::Random { seed } => self.heuristic(|| heuristic::random(c, seed)),
        };
        self.solution(found)
    }

    /// A set found without proof, bounded by the value of all experts.
    fn heuristic(&self, choose: impl FnOnce() -> ExpertSet) -> Found {
        let (o, c) = (&self.objective, &self.constraints);
        let set = if c.admissible(c.required) { choose() } else { ExpertSet::EMPTY };
        let best = c.feasible(set).then(|| Incumbent::new(c, set, o.of(set)));
        let upper =
            if O::MONOTONE { o.of(ExpertSet::first(c.experts)).saturating_add(o.slack()) } else { i64::MAX };
        let stats = SolveStats { nodes: 1, most_open: 0 };
        Found { best, upper: Some(upper), stats, leaves: None }
    }

    pub(crate) fn solution(&self, found: Found) -> Result<Solution> {
        let (o, c) = (&self.objective, &self.constraints);
        let Some(best) = found.best else {
            let any = c.admissible(c.required)
                && (c.allow_empty
                    || !c.required.is_empty()
                    || (0..c.experts).any(|i| c.admissible(ExpertSet::one(i))));
            return Err(if any { Error::LimitReached { nodes: found.stats.nodes } } else { c.infeasible() });
        };
        let set = best.set;
        let upper = found.upper.unwrap_or(best.value).max(best.value);
        let units = |value: i64| value as f64 / o.scale();
        let status = match found.upper {
            Some(upper) if upper > best.value => Status::Feasible { gap: units(upper) - units(best.value) },
            _ => Status::Optimal,
        };
        let mut binding = Vec::new();
        for i in ExpertSet::first(c.experts).difference(set.union(c.forbidden)).iter() {
            if let Some(breach) = c.breach(set.with(i))
                && !binding.contains(&breach.constraint)
            {
                binding.push(breach.constraint);
            }
        }
        let certificate = found.leaves.map(|leaves| {
            let proven = leaves.iter().filter_map(|leaf| leaf.reason.bound()).max().unwrap_or(best.value);
            let upper = upper.max(proven);
            Certificate { experts: c.experts, set, value: best.value, upper, leaves }
        });
        Ok(Solution {
            experts: set,
            value: units(best.value),
            value_units: best.value,
            upper_bound: units(upper),
            upper_units: upper,
            status,
            energy_j: from_units(c.energy(set)),
            delay_s: (0..c.categories()).map(|category| from_units(c.delay(set, category))).collect(),
            binding,
            stats: found.stats,
            certificate,
        })
    }
}
