//! Rules in whole units.

use super::rules::{Breach, Constraint, DelayModel, EnergyModel, Rules};
use crate::fixed::{COST_UNITS, UNLIMITED, budget_units, cost_units};
use crate::{Error, Expert, ExpertSet, Result};
use std::collections::HashSet;

/// A sum over members that must not exceed a capacity.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) weights: Vec<i64>,
    pub(crate) capacity: i64,
}

/// Rules of a selection in whole millijoules, milliseconds and bytes.
#[derive(Debug, Clone)]
pub(crate) struct Constraints {
    pub(crate) experts: usize,
    energy: EnergyModel,
    /// Mean or largest energy, as the model asks.
    energies: Vec<i64>,
    standby: Vec<i64>,
    pub(crate) energy_budget: i64,
    delay: DelayModel,
    /// Category by category.
    delays: Vec<Vec<i64>>,
    uplinks: Vec<Vec<i64>>,
    delay_limits: Vec<i64>,
    aggregation: i64,
    server_of: Vec<usize>,
    servers: usize,
    memory: Vec<i64>,
    memory_limits: Vec<i64>,
    max_experts: usize,
    exclusive: Vec<ExpertSet>,
    pub(crate) required: ExpertSet,
    pub(crate) forbidden: ExpertSet,
    pub(crate) allow_empty: bool,
    /// Additive constraints. Every feasible set obeys them; they decide feasibility alone if `rows_suffice`.
    pub(crate) rows: Vec<Row>,
    rows_suffice: bool,
    /// The weights of the rows, expert by expert.
    weights: Vec<i64>,
    capacities: Vec<i64>,
}

/// A sum over members, and of the `k` largest of some costs of members, that must not exceed a capacity.
#[cfg(feature = "milp")]
pub(crate) struct Additive {
    pub(crate) weights: Vec<i64>,
    pub(crate) capacity: i64,
    pub(crate) largest: Option<(usize, Vec<i64>)>,
}

/// A set that grows and what it uses of each row.
#[derive(Debug, Clone)]
pub(crate) struct Usage<'a> {
    constraints: &'a Constraints,
    set: ExpertSet,
    used: Vec<i64>,
}

impl<'a> Usage<'a> {
    pub(crate) fn of(constraints: &'a Constraints, set: ExpertSet) -> Self {
        let mut this =
            Self { constraints, set: ExpertSet::EMPTY, used: vec![0; constraints.capacities.len()] };
        set.iter().for_each(|i| this.add(i));
        this
    }

    pub(crate) fn set(&self) -> ExpertSet {
        self.set
    }

    pub(crate) fn add(&mut self, i: usize) {
        self.set = self.set.with(i);
        for (used, w) in self.used.iter_mut().zip(self.constraints.weights_of(i)) {
            *used += w;
        }
    }

    /// Whether the set stays admissible with one expert more.
    pub(crate) fn fits(&self, i: usize) -> bool {
        let c = self.constraints;
        let mut each = self.used.iter().zip(c.weights_of(i)).zip(&c.capacities);
        each.all(|((used, w), capacity)| used + w <= *capacity)
            && !c.forbidden.contains(i)
            && (c.rows_suffice || c.admissible(self.set.with(i)))
    }

    /// The members of `among` that fit.
    pub(crate) fn fitting(&self, among: ExpertSet) -> ExpertSet {
        among.iter().filter(|&i| self.fits(i)).collect()
    }

    /// What is left of each row.
    pub(crate) fn left(&self, out: &mut Vec<f64>) {
        out.clear();
        out.extend(self.used.iter().zip(&self.constraints.capacities).map(|(used, cap)| (cap - used) as f64));
    }
}

/// Larger memories are no memories.
const MOST_BYTES: u64 = 1 << 45;

impl Constraints {
    pub(crate) fn new(experts: &[Expert], rules: &Rules) -> Result<Self> {
        let n = experts.len();
        let categories = rules.budgets.delay_s.len();
        check_experts(experts, categories)?;
        let shares = shares(rules, categories)?;
        for set in [rules.required, rules.forbidden].into_iter().chain(rules.exclusive.iter().copied()) {
            if set.end() > n {
                return Err(Error::UnknownExpert { expert: set.end() - 1, experts: n });
            }
        }
        let field = |expert: &Expert, what: &str| format!("{what} of expert {:?}", expert.name);
        let (mut energies, mut standby, mut memory) = (Vec::new(), Vec::new(), Vec::new());
        let (mut delays, mut uplinks) = (vec![Vec::new(); categories], vec![Vec::new(); categories]);
        for expert in experts {
            let mut energy = 0.0_f64;
            for (c, cost) in expert.costs.iter().enumerate() {
                cost_units(&field(expert, "energy"), cost.energy_j)?;
                energy = match rules.energy {
                    EnergyModel::SumSelected => energy + shares[c] * cost.energy_j,
                    _ => energy.max(cost.energy_j),
                };
                delays[c].push(cost_units(&field(expert, "delay"), cost.delay_s)?);
                uplinks[c].push(cost_units(&field(expert, "uplink time"), cost.uplink_s)?);
                if cost.uplink_s > cost.delay_s {
                    let what = field(expert, "uplink time");
                    return Err(Error::InvalidValue {
                        what,
                        rule: "at most the delay",
                        value: cost.uplink_s,
                    });
                }
            }
            energies.push(cost_units(&field(expert, "energy"), energy)?);
            standby.push(cost_units(&field(expert, "standby energy"), expert.standby_j)?);
            if expert.memory_bytes > MOST_BYTES {
                let (what, value) = (field(expert, "memory"), expert.memory_bytes as f64);
                return Err(Error::InvalidValue { what, rule: "below 3e13 bytes", value });
            }
            memory.push(i64::try_from(expert.memory_bytes).unwrap_or(i64::MAX));
        }
        if let EnergyModel::WorstTopK { k: 0 } | EnergyModel::SumStandby { k: 0 } = rules.energy {
            let what = "experts that answer one prompt".into();
            return Err(Error::InvalidValue { what, rule: "at least 1", value: 0.0 });
        }
        if let EnergyModel::Expected { .. } = rules.energy {
            return Err(Error::NonMonotone { what: "energy model Expected" });
        }
        let servers = experts.iter().map(|e| e.server + 1).max().unwrap_or(0);
        let memory_limits = memory_limits(rules, servers)?;
        let delay_limits =
            rules.budgets.delay_s.iter().map(|&t| budget_units("delay limit", t)).collect::<Result<_>>()?;
        let mut this = Self {
            experts: n,
            energy: rules.energy,
            energies,
            standby,
            energy_budget: budget_units("energy budget", rules.budgets.energy_j)?,
            delay: rules.delay,
            delays,
            uplinks,
            delay_limits,
            aggregation: cost_units("aggregation time", rules.aggregation_s)?,
            server_of: experts.iter().map(|e| e.server).collect(),
            servers,
            memory,
            memory_limits,
            max_experts: rules.budgets.max_experts.unwrap_or(n),
            exclusive: rules.exclusive.clone(),
            required: rules.required,
            forbidden: rules.forbidden,
            allow_empty: rules.allow_empty,
            rows: Vec::new(),
            rows_suffice: true,
            weights: Vec::new(),
            capacities: Vec::new(),
        };
        this.make_rows();
        Ok(this)
    }

    /// The same rules with another energy budget, in units.
    pub(crate) fn with_energy_budget(&self, budget: i64) -> Self {
        let mut this = Self { energy_budget: budget, ..self.clone() };
        this.make_rows();
        this
    }

    /// The same rules with a budget that is so many units larger; `None` for a constraint without a budget.
    pub(crate) fn with_more(&self, constraint: Constraint, units: i64) -> Option<Self> {
        let mut this = self.clone();
        match constraint {
            Constraint::Energy => this.energy_budget += units,
            Constraint::Delay { category } => *this.delay_limits.get_mut(category)? += units,
            Constraint::Memory { server } => *this.memory_limits.get_mut(server)? += units,
            Constraint::MaxExperts => {
                this.max_experts = this.max_experts.saturating_add(usize::try_from(units).ok()?);
            }
            Constraint::Exclusive { .. }
            | Constraint::Forbidden
            | Constraint::Required
            | Constraint::NotEmpty => {
                return None;
            }
        }
        this.make_rows();
        Some(this)
    }

    fn make_rows(&mut self) {
        let n = self.experts;
        let mut rows = Vec::new();
        let energies = match self.energy {
            EnergyModel::SumSelected => self.energies.clone(),
            // The standby part alone also fits the budget.
            _ => self.standby.clone(),
        };
        rows.push(Row { weights: energies, capacity: self.energy_budget });
        if self.delay == DelayModel::SerialPerServer {
            for (delays, &capacity) in self.delays.iter().zip(&self.delay_limits) {
                for server in 0..self.servers {
                    let weight =
                        |i| self.aggregation + if self.server_of[i] == server { delays[i] } else { 0 };
                    rows.push(Row { weights: (0..n).map(weight).collect(), capacity });
                }
            }
        }
        for (server, &capacity) in self.memory_limits.iter().enumerate() {
            let weight = |i| if self.server_of[i] == server { self.memory[i] } else { 0 };
            rows.push(Row { weights: (0..n).map(weight).collect(), capacity });
        }
        let most = i64::try_from(self.max_experts).unwrap_or(UNLIMITED);
        rows.push(Row { weights: vec![1; n], capacity: most });
        for group in &self.exclusive {
            rows.push(Row { weights: (0..n).map(|i| i64::from(group.contains(i))).collect(), capacity: 1 });
        }
        // Rows that cannot bind go.
        rows.retain(|row| row.weights.iter().sum::<i64>() > row.capacity);
        self.weights = (0..n).flat_map(|i| rows.iter().map(move |row| row.weights[i])).collect();
        self.capacities = rows.iter().map(|row| row.capacity).collect();
        self.rows = rows;
        self.rows_suffice =
            self.energy == EnergyModel::SumSelected && self.delay == DelayModel::SerialPerServer;
    }

    /// What an expert weighs in each row.
    pub(crate) fn weights_of(&self, i: usize) -> &[i64] {
        let rows = self.capacities.len();
        &self.weights[i * rows..][..rows]
    }

    /// All budgets as sums that must not exceed a capacity, one of them with the sum of the `k` largest costs, and the largest
    /// delay as one sum for each expert.
    #[cfg(feature = "milp")]
    pub(crate) fn additive(&self) -> Vec<Additive> {
        let mut all: Vec<Additive> = self
            .rows
            .iter()
            .map(|row| Additive { weights: row.weights.clone(), capacity: row.capacity, largest: None })
            .collect();
        if let EnergyModel::WorstTopK { k } | EnergyModel::SumStandby { k } = self.energy {
            let weights = match self.energy {
                EnergyModel::SumStandby { .. } => self.standby.clone(),
                _ => vec![0; self.experts],
            };
            all.push(Additive {
                weights,
                capacity: self.energy_budget,
                largest: Some((k, self.energies.clone())),
            });
        }
        if self.delay != DelayModel::SerialPerServer {
            for (category, &capacity) in self.delay_limits.iter().enumerate() {
                for slowest in 0..self.experts {
                    let uplink = |i: usize| match self.delay {
                        DelayModel::SharedUplink => self.uplinks[category][i],
                        _ => 0,
                    };
                    let rest = |i: usize| if i == slowest { self.delays[category][i] - uplink(i) } else { 0 };
                    let weights = (0..self.experts).map(|i| self.aggregation + uplink(i) + rest(i)).collect();
                    all.push(Additive { weights, capacity, largest: None });
                }
            }
        }
        all
    }

    /// Energy of a set, mJ.
    pub(crate) fn energy(&self, set: ExpertSet) -> i64 {
        match self.energy {
            EnergyModel::SumSelected => set.iter().map(|i| self.energies[i]).sum(),
            EnergyModel::WorstTopK { k } | EnergyModel::Expected { k } => self.largest(set, k),
            EnergyModel::SumStandby { k } => {
                self.largest(set, k) + set.iter().map(|i| self.standby[i]).sum::<i64>()
            }
        }
    }

    fn largest(&self, set: ExpertSet, k: usize) -> i64 {
        let mut energies: Vec<i64> = set.iter().map(|i| self.energies[i]).collect();
        energies.sort_unstable_by(|a, b| b.cmp(a));
        energies.iter().take(k).sum()
    }

    /// Delay of a set in a category, ms.
    pub(crate) fn delay(&self, set: ExpertSet, category: usize) -> i64 {
        let delays = &self.delays[category];
        let members = i64::try_from(set.len()).unwrap_or(0);
        self.aggregation * members
            + match self.delay {
                DelayModel::Parallel => set.iter().map(|i| delays[i]).max().unwrap_or(0),
                DelayModel::SerialPerServer => {
                    let of = |s| set.iter().filter(|&i| self.server_of[i] == s).map(|i| delays[i]).sum();
                    (0..self.servers).map(of).max().unwrap_or(0)
                }
                DelayModel::SharedUplink => {
                    let uplinks = &self.uplinks[category];
                    set.iter().map(|i| uplinks[i]).sum::<i64>()
                        + set.iter().map(|i| delays[i] - uplinks[i]).max().unwrap_or(0)
                }
            }
    }

    pub(crate) fn categories(&self) -> usize {
        self.delay_limits.len()
    }

    /// Delay of the slowest category, ms.
    pub(crate) fn worst_delay(&self, set: ExpertSet) -> i64 {
        (0..self.categories()).map(|c| self.delay(set, c)).max().unwrap_or(0)
    }

    /// What smaller is better of among sets of equal value; it does not fall as experts are added.
    pub(crate) fn triple(&self, set: ExpertSet) -> (i64, i64, usize) {
        (self.energy(set), self.worst_delay(set), set.len())
    }

    /// The first constraint that a set breaks among those that its supersets break too.
    pub(crate) fn breach(&self, set: ExpertSet) -> Option<Breach> {
        let breach = |constraint, needed: i64, budget: i64, units: f64| {
            let (needed, budget) = (needed as f64 / units, budget as f64 / units);
            Some(Breach { constraint, needed, budget })
        };
        let count = |set: ExpertSet| i64::try_from(set.len()).unwrap_or(i64::MAX);
        let not_allowed = count(set.intersection(self.forbidden));
        if not_allowed > 0 {
            return breach(Constraint::Forbidden, not_allowed, 0, 1.0);
        }
        let energy = self.energy(set);
        if energy > self.energy_budget {
            return breach(Constraint::Energy, energy, self.energy_budget, COST_UNITS);
        }
        for (category, &limit) in self.delay_limits.iter().enumerate() {
            let delay = self.delay(set, category);
            if delay > limit {
                return breach(Constraint::Delay { category }, delay, limit, COST_UNITS);
            }
        }
        for (server, &limit) in self.memory_limits.iter().enumerate() {
            let used = set.iter().filter(|&i| self.server_of[i] == server).map(|i| self.memory[i]).sum();
            if used > limit {
                return breach(Constraint::Memory { server }, used, limit, 1.0);
            }
        }
        if set.len() > self.max_experts {
            return breach(
                Constraint::MaxExperts,
                count(set),
                count(ExpertSet::first(self.max_experts)),
                1.0,
            );
        }
        for (group, members) in self.exclusive.iter().enumerate() {
            let chosen = count(set.intersection(*members));
            if chosen > 1 {
                return breach(Constraint::Exclusive { group }, chosen, 1, 1.0);
            }
        }
        None
    }

    /// Whether a set breaks no constraint; required experts may still be missing.
    pub(crate) fn admissible(&self, set: ExpertSet) -> bool {
        self.breach(set).is_none()
    }

    /// Whether a set is a solution.
    pub(crate) fn feasible(&self, set: ExpertSet) -> bool {
        self.required.is_subset(set) && (self.allow_empty || !set.is_empty()) && self.admissible(set)
    }

    /// Whether `j` may stand for `i` in every set and beside every set, and makes it no later in the canonical order.
    pub(crate) fn replaces(&self, j: usize, i: usize) -> bool {
        let no_more = |list: &[i64]| list[j] <= list[i];
        // The delay is part of the canonical order even without a limit.
        (self.delay != DelayModel::SerialPerServer || self.server_of[i] == self.server_of[j])
            && no_more(&self.energies)
            && (j < i || (self.energy == EnergyModel::SumSelected && self.energies[j] < self.energies[i]))
            && no_more(&self.standby)
            && !self.required.contains(i)
            && !self.forbidden.contains(j)
            && self.rows.iter().all(|row| no_more(&row.weights))
            && self.delays.iter().all(|list| no_more(list))
            && self.uplinks.iter().all(|list| no_more(list))
            && self.delays.iter().zip(&self.uplinks).all(|(d, u)| d[j] - u[j] <= d[i] - u[i])
    }

    /// Why nothing is feasible: the breach of the required experts, or of the expert that exceeds least.
    pub(crate) fn infeasible(&self) -> Error {
        let error =
            |b: Breach| Error::Infeasible { constraint: b.constraint, needed: b.needed, budget: b.budget };
        if let Some(breach) = self.breach(self.required) {
            return error(breach);
        }
        let excess = |b: &Breach| if b.budget > 0.0 { b.needed / b.budget } else { f64::INFINITY };
        let breaches = (0..self.experts).filter_map(|i| self.breach(self.required.with(i)));
        let least =
            breaches.min_by(|a, b| excess(a).total_cmp(&excess(b)).then(a.needed.total_cmp(&b.needed)));
        error(least.unwrap_or(Breach { constraint: Constraint::NotEmpty, needed: 1.0, budget: 0.0 }))
    }
}

fn check_experts(experts: &[Expert], categories: usize) -> Result<()> {
    if experts.is_empty() || categories == 0 {
        let what = if categories == 0 { "delay limits by category" } else { "experts" };
        return Err(Error::Dimension { what: what.into(), expected: 1, got: 0 });
    }
    if experts.len() > ExpertSet::MAX {
        return Err(Error::TooMany { what: "experts", limit: ExpertSet::MAX, got: experts.len() });
    }
    let mut names = HashSet::new();
    for expert in experts {
        if !names.insert(&expert.name) {
            return Err(Error::Duplicate { what: "experts", name: expert.name.clone() });
        }
        if expert.costs.len() != categories {
            let what = format!("costs of expert {:?} by category", expert.name);
            return Err(Error::Dimension { what, expected: categories, got: expert.costs.len() });
        }
        if expert.server >= ExpertSet::MAX {
            let got = expert.server.saturating_add(1);
            return Err(Error::TooMany { what: "servers", limit: ExpertSet::MAX, got });
        }
    }
    Ok(())
}

/// Shares of the categories, with sum 1.
fn shares(rules: &Rules, categories: usize) -> Result<Vec<f64>> {
    if rules.category_shares.is_empty() && categories == 1 {
        return Ok(vec![1.0]);
    }
    if rules.category_shares.len() != categories {
        let got = rules.category_shares.len();
        return Err(Error::Dimension { what: "shares of the categories".into(), expected: categories, got });
    }
    let invalid = |what: &str, rule, value| Err(Error::InvalidValue { what: what.into(), rule, value });
    if let Some(&value) = rules.category_shares.iter().find(|w| !(w.is_finite() && **w >= 0.0)) {
        return invalid("share of a category", "finite and not negative", value);
    }
    let sum: f64 = rules.category_shares.iter().sum();
    if !(sum > 0.0 && sum.is_finite()) {
        return invalid("sum of the shares of the categories", "positive and finite", sum);
    }
    Ok(rules.category_shares.iter().map(|w| w / sum).collect())
}

fn memory_limits(rules: &Rules, servers: usize) -> Result<Vec<i64>> {
    let Some(limits) = &rules.budgets.memory_bytes else { return Ok(Vec::new()) };
    if limits.len() < servers {
        return Err(Error::Dimension {
            what: "memories of servers".into(),
            expected: servers,
            got: limits.len(),
        });
    }
    Ok(limits.iter().take(servers).map(|&b| i64::try_from(b).unwrap_or(UNLIMITED).min(UNLIMITED)).collect())
}

/// A cost in units as J or s.
pub(crate) fn from_units(units: i64) -> f64 {
    units as f64 / COST_UNITS
}

/// Whether experts and rules fit together, without an objective.
pub(crate) fn check_rules(experts: &[Expert], rules: &Rules) -> Result<()> {
    Constraints::new(experts, rules).map(|_| ())
}
