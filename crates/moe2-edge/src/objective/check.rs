//! Whether an objective is what its flags say.

use super::SetObjective;
use crate::ExpertSet;
use rand::RngExt as _;

/// A chain of sets on which a flag is false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// Adding `expert` to `set` lowers the value.
    Falls {
        /// The smaller set.
        set: ExpertSet,
        /// The expert added.
        expert: usize,
        /// By how many units.
        by: i64,
    },
    /// The gain of `expert` grows from `set` to the larger `superset`.
    GainGrows {
        /// The smaller set.
        set: ExpertSet,
        /// The larger set.
        superset: ExpertSet,
        /// The expert added to both.
        expert: usize,
        /// By how many units.
        by: i64,
    },
}

/// Samples random chains `S ⊆ T` and an expert outside `T`, and returns the first on which adding an expert lowers
/// the value or, where `submodular` is asked for, a gain grows, beyond rounding. The flags of the type are not consulted,
/// so that an objective can be examined for properties which it does not claim.
///
/// ```
/// use moe2_edge::objective::{TopOne, check};
/// let table = moe2_edge::QualityTable::from_scores(3, &[0.9, 0.2, 0.4, 0.1, 0.8, 0.7], None, None)?;
/// assert_eq!(check(&TopOne::new(&table), true, 1000, 7), None);
/// # Ok::<(), moe2_edge::Error>(())
/// ```
pub fn check<O: SetObjective>(
    objective: &O,
    submodular: bool,
    chains: usize,
    seed: u64,
) -> Option<Violation> {
    let n = objective.experts();
    let mut rng = common::rng::Streams::new(seed).stream("objective/chains");
    // A gain is a difference of two values.
    let (one, two) = (2 * objective.slack(), 4 * objective.slack());
    for _ in 0..chains {
        let expert = rng.random_range(0..n);
        let (mut set, mut superset) = (ExpertSet::EMPTY, ExpertSet::EMPTY);
        for i in (0..n).filter(|&i| i != expert) {
            match rng.random_range(0..3) {
                0 => (set, superset) = (set.with(i), superset.with(i)),
                1 => superset = superset.with(i),
                _ => {}
            }
        }
        let gain = |set: ExpertSet| objective.of(set.with(expert)) - objective.of(set);
        let (small, large) = (gain(set), gain(superset));
        for (set, gain) in [(set, small), (superset, large)] {
            if gain < -one {
                return Some(Violation::Falls { set, expert, by: -gain });
            }
        }
        if submodular && large > small + two {
            return Some(Violation::GainGrows { set, superset, expert, by: large - small });
        }
    }
    None
}
