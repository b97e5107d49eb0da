//! The linear program.

use super::{Allocation, Plan, Problem, deadline};
use crate::{
    error::{Error, Result},
    units::ItEnergy,
};
use good_lp::{Expression, ProblemVariables, Solution, SolverModel, Variable, variable};

/// The plan of least W + λ K: water in litres plus carbon in kg at a price of λ litres per kg. λ = 0 is the plan of
/// least water.
///
/// ```text
/// minimise Σ (a_sh + λ k_sh) x_jsh
/// ```
///
/// # Errors
/// [`Error::Infeasible`] if a deadline cannot be kept, [`Error::Quantity`] for a λ that is negative or not finite,
/// [`Error::Solver`] if the solver gives up.
pub fn least_cost(problem: &Problem, lambda_l_per_kg: f64) -> Result<Plan> {
    if !(lambda_l_per_kg.is_finite() && lambda_l_per_kg >= 0.0) {
        let (quantity, rule) = ("price of carbon in L/kg", "finite and not negative");
        return Err(Error::Quantity { quantity, rule, value: lambda_l_per_kg });
    }
    Program::new(problem)?.solve(1.0, lambda_l_per_kg, None)
}

/// The plan of least water among those that emit at most `carbon_kg`.
///
/// # Errors
/// As [`least_cost`]; [`Error::CarbonBound`] if no plan emits so little.
pub fn least_water_within(problem: &Problem, carbon_kg: f64) -> Result<Plan> {
    let program = Program::new(problem)?;
    let least_kg = program.solve(0.0, 1.0, None)?.carbon_kg;
    // a billionth is allowed for rounding
    if carbon_kg.is_nan() || carbon_kg < least_kg * (1.0 - 1e-9) {
        return Err(Error::CarbonBound { least_kg, bound_kg: carbon_kg });
    }
    program.solve(1.0, 0.0, carbon_kg.is_finite().then_some(carbon_kg.max(least_kg)))
}

/// A triple that may carry energy.
struct Cell {
    job: usize,
    site: usize,
    hour: usize,
    /// Largest energy, in units of the program.
    most: f64,
    /// `a_sh`, L/kWh.
    water: f64,
    /// `k_sh`, kg/kWh.
    carbon: f64,
}

/// The problem as a linear program with open prices.
pub(super) struct Program<'a> {
    problem: &'a Problem,
    cells: Vec<Cell>,
    demands: Vec<f64>,
    /// kWh per unit of the program: a power of two, so that scaling does not round.
    unit_kwh: f64,
}

impl<'a> Program<'a> {
    pub(super) fn new(problem: &'a Problem) -> Result<Self> {
        let demands = deadline::demands(problem)?;
        let unit_kwh = power_of_two_below(demands.iter().copied().fold(0.0, f64::max));
        let demands: Vec<f64> = demands.into_iter().map(|kwh| kwh / unit_kwh).collect();
        let mut cells = Vec::new();
        for (j, job) in problem.jobs().iter().enumerate() {
            for (s, site) in problem.sites().iter().enumerate() {
                for hour in job.release_h..job.deadline_h {
                    let most = demands[j].min(site.capacity[hour].kwh() / unit_kwh);
                    if most > 0.0 {
                        let (water, carbon) = (site.at(hour).intensity().get(), site.carbon_kg_per_kwh(hour));
                        cells.push(Cell { job: j, site: s, hour, most, water, carbon });
                    }
                }
            }
        }
        Ok(Self { problem, cells, demands, unit_kwh })
    }

    /// The plan of least `water_weight` W + `carbon_weight` K, with at most `carbon_kg` if given.
    pub(super) fn solve(
        &self,
        water_weight: f64,
        carbon_weight: f64,
        carbon_kg: Option<f64>,
    ) -> Result<Plan> {
        let price = |cell: &Cell| water_weight * cell.water + carbon_weight * cell.carbon;
        let scale = power_of_two_below(self.cells.iter().map(price).fold(0.0, f64::max));
        if !scale.is_finite() {
            return Err(Error::Quantity { quantity: "cost in L/kWh", rule: "finite", value: scale });
        }
        let mut variables = ProblemVariables::new();
        let energies: Vec<Variable> =
            self.cells.iter().map(|cell| variables.add(variable().min(0.0).max(cell.most))).collect();
        let priced = self.cells.iter().zip(&energies);
        let cost: Expression = priced.clone().map(|(cell, &x)| x * (price(cell) / scale)).sum();
        let mut model = variables.minimise(cost).using(good_lp::microlp);

        for (j, demand) in self.demands.iter().enumerate() {
            let delivered: Expression =
                priced.clone().filter(|(cell, _)| cell.job == j).map(|(_, &x)| x).sum();
            model.add_constraint(delivered.eq(*demand));
        }
        for slot in self.shared_slots(&energies) {
            let used: Expression = slot.energies.into_iter().sum();
            model.add_constraint(used.leq(slot.capacity));
        }
        if let Some(bound_kg) = carbon_kg {
            let scale = power_of_two_below(self.cells.iter().map(|cell| cell.carbon).fold(0.0, f64::max));
            let emitted: Expression = priced.clone().map(|(cell, &x)| x * (cell.carbon / scale)).sum();
            model.add_constraint(emitted.leq(bound_kg / scale / self.unit_kwh));
        }
        let solution = model.solve()?;
        let mut allocations = Vec::new();
        for (cell, &x) in priced {
            let energy = solution.value(x).clamp(0.0, cell.most);
            // what the solver's rounding leaves behind is no allocation
            if energy > 1e-12 {
                let energy = ItEnergy::from_kwh(energy * self.unit_kwh)?;
                allocations.push(Allocation { job: cell.job, site: cell.site, hour: cell.hour, energy });
            }
        }
        Plan::new(self.problem, allocations)
    }

    /// The slots of site and hour that more than one job can use: elsewhere the bound of the variable suffices.
    fn shared_slots(&self, energies: &[Variable]) -> Vec<Slot> {
        let hours = self.problem.hours();
        let mut slots: Vec<Vec<Variable>> = vec![Vec::new(); self.problem.sites().len() * hours];
        for (cell, &x) in self.cells.iter().zip(energies) {
            slots[cell.site * hours + cell.hour].push(x);
        }
        let capacity =
            |slot: usize| self.problem.sites()[slot / hours].capacity[slot % hours].kwh() / self.unit_kwh;
        slots
            .into_iter()
            .enumerate()
            .filter(|(_, energies)| energies.len() > 1)
            .map(|(slot, energies)| Slot { energies, capacity: capacity(slot) })
            .collect()
    }
}

/// Energies that share a capacity.
struct Slot {
    energies: Vec<Variable>,
    capacity: f64,
}

/// The greatest power of two that is at most `value`; 1 for zero.
fn power_of_two_below(value: f64) -> f64 {
    if value > 0.0 { value.log2().floor().exp2() } else { 1.0 }
}
