//! What a selection must obey.

use crate::{ExpertSet, QualityTable, Result};
use serde::{Deserialize, Serialize};

/// Energy of one prompt on a set of experts. None falls as experts are added, except [`EnergyModel::Expected`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnergyModel {
    /// Every member answers every prompt: the sum over the members of their mean energy over the categories.
    SumSelected,
    /// The gate activates `k` members: the sum of the `k` largest energies, each the largest over the categories.
    WorstTopK {
        /// Experts that answer one prompt.
        k: usize,
    },
    /// [`EnergyModel::WorstTopK`], and the standby energy of all members.
    SumStandby {
        /// Experts that answer one prompt.
        k: usize,
    },
    /// The mean over prompts of what the activated experts take. Adding an expert can lower it, so it cannot be a
    /// constraint; [`expected_energy_j`](crate::select::expected_energy_j) reports it.
    Expected {
        /// Experts that answer one prompt.
        k: usize,
    },
}

/// Delay of one prompt on a set of experts; each model adds the time of aggregation for every member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DelayModel {
    /// All members at the same time: the largest delay.
    Parallel,
    /// The experts of one server one after another: the largest sum over a server's members.
    SerialPerServer,
    /// One uplink for all: the sum of the uplink times, then the largest of the remaining delays.
    SharedUplink,
}

/// What may be spent. Infinity is no limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Budgets {
    /// Energy per prompt, J.
    pub energy_j: f64,
    /// Delay of one prompt by category, s.
    pub delay_s: Vec<f64>,
    /// Memory by server, bytes; without it there is no limit.
    pub memory_bytes: Option<Vec<u64>>,
    /// Number of experts.
    pub max_experts: Option<usize>,
}

/// Models, budgets and requirements of a selection.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// How energies add up.
    pub energy: EnergyModel,
    /// How delays add up.
    pub delay: DelayModel,
    /// Time to aggregate the answers, for each member, s.
    pub aggregation_s: f64,
    /// Share of each category in the traffic; may be empty if there is one category.
    pub category_shares: Vec<f64>,
    /// What may be spent.
    pub budgets: Budgets,
    /// Experts that must be members.
    pub required: ExpertSet,
    /// Experts that must not be members.
    pub forbidden: ExpertSet,
    /// Groups of which at most one expert may be a member, such as two precisions of one model.
    pub exclusive: Vec<ExpertSet>,
    /// Whether the empty set is a solution.
    pub allow_empty: bool,
}

impl Rules {
    /// Seconds to aggregate one member's answer unless told otherwise.
    pub const AGGREGATION_S: f64 = 0.02;

    /// Rules with one category, an energy budget in J and a delay limit in s.
    #[must_use]
    pub fn new(energy: EnergyModel, delay: DelayModel, energy_j: f64, delay_s: f64) -> Self {
        Self {
            energy,
            delay,
            aggregation_s: Self::AGGREGATION_S,
            category_shares: Vec::new(),
            budgets: Budgets { energy_j, delay_s: vec![delay_s], memory_bytes: None, max_experts: None },
            required: ExpertSet::EMPTY,
            forbidden: ExpertSet::EMPTY,
            exclusive: Vec::new(),
            allow_empty: false,
        }
    }
}

/// One of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Constraint {
    /// Energy per prompt, J.
    Energy,
    /// Delay of a category, s.
    Delay {
        /// The category.
        category: usize,
    },
    /// Memory of a server, bytes.
    Memory {
        /// The server.
        server: usize,
    },
    /// The number of experts.
    MaxExperts,
    /// A group of which one may be chosen.
    Exclusive {
        /// Index of the group.
        group: usize,
    },
    /// Experts that must not be chosen.
    Forbidden,
    /// Experts that must be chosen.
    Required,
    /// At least one expert.
    NotEmpty,
}

impl std::fmt::Display for Constraint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Energy => write!(f, "energy per prompt in J"),
            Self::Delay { category } => write!(f, "delay of category {category} in s"),
            Self::Memory { server } => write!(f, "memory of server {server} in bytes"),
            Self::MaxExperts => write!(f, "number of experts"),
            Self::Exclusive { group } => write!(f, "experts of exclusive group {group}"),
            Self::Forbidden => write!(f, "forbidden experts"),
            Self::Required => write!(f, "required experts"),
            Self::NotEmpty => write!(f, "selection of at least one expert"),
        }
    }
}

/// A constraint that a set breaks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Breach {
    /// The constraint.
    pub constraint: Constraint,
    /// What the set needs, in the constraint's unit.
    pub needed: f64,
    /// What the constraint allows, in the same unit.
    pub budget: f64,
}

/// Mean energy per prompt in J if each prompt goes to the `k` members of the set with the best scores, ties to the lower
/// index. It can fall as experts are added and is therefore reported only.
///
/// ```
/// use moe2_edge::{Expert, QualityTable, select::expected_energy_j};
/// let table = QualityTable::from_scores(2, &[0.5, 0.9, 0.5, 0.1], None, None)?;
/// let experts = [Expert::new("large", 0, 1.0, 10.0), Expert::new("small", 0, 1.0, 2.0)];
/// let energy = |set: &[usize]| expected_energy_j(&table, &experts, set.iter().copied().collect(), 1);
/// assert_eq!(energy(&[0])?, 10.0);
/// assert_eq!(energy(&[0, 1])?, 6.0);
/// # Ok::<(), moe2_edge::Error>(())
/// ```
///
/// # Errors
/// [`Error::EmptySet`](crate::Error::EmptySet) for an empty set, [`Error::Dimension`](crate::Error::Dimension) if the experts are not those of the table or
/// lack a category, [`Error::UnknownExpert`](crate::Error::UnknownExpert) for a member without an expert.
pub fn expected_energy_j(
    table: &QualityTable,
    experts: &[crate::Expert],
    set: ExpertSet,
    k: usize,
) -> Result<f64> {
    if set.is_empty() {
        return Err(crate::Error::EmptySet);
    }
    if experts.len() != table.experts() {
        let (expected, got) = (table.experts(), experts.len());
        return Err(crate::Error::Dimension { what: "experts".into(), expected, got });
    }
    if set.end() > experts.len() {
        return Err(crate::Error::UnknownExpert { expert: set.end() - 1, experts: experts.len() });
    }
    let mut sum = 0.0;
    let mut members: Vec<usize> = set.iter().collect();
    for (m, (&category, weight)) in table.categories().iter().zip(table.weights()).enumerate() {
        members.sort_by(|&a, &b| {
            table.expert_scores(b)[m].total_cmp(&table.expert_scores(a)[m]).then(a.cmp(&b))
        });
        for &i in members.iter().take(k) {
            let cost = experts[i].costs.get(category as usize).ok_or_else(|| crate::Error::Dimension {
                what: format!("costs of expert {:?}", experts[i].name),
                expected: category as usize + 1,
                got: experts[i].costs.len(),
            })?;
            sum += weight * cost.energy_j;
        }
    }
    Ok(sum / table.total_weight())
}
