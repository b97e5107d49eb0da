//! At most so many neighbours.

use super::NeighborList;
use crate::{Error, Result};

/// How far beyond the last neighbour that fits others still count as equally far, Å (later versions of OC20's code).
const TOLERANCE_ANGSTROM: f64 = 0.01;

/// What happens to neighbours that are as far as the last one that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LimitPolicy {
    /// They stay, up to 0.01 Å beyond it: the list does not depend on the choice of the cell.
    #[default]
    Degenerate,
    /// They go, however equal: never more than the number. Which of them stay depends on the order of the list (OC20's
    /// first version, the paper's models).
    Strict,
}

impl NeighborList {
    /// Keeps for each atom its `most` nearest neighbours, 50 in OC20. Returns how many atoms lost some.
    ///
    /// A list with losses may have pairs without their reverse, and an energy from it jumps where a neighbour is lost.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] if no neighbour is to be kept.
    pub fn limit(&mut self, most: usize, policy: LimitPolicy) -> Result<usize> {
        if most == 0 {
            return Err(Error::Count { name: "neighbours to keep", rule: "at least 1", count: most });
        }
        let mut limited = 0;
        let mut nearest: Vec<usize> = Vec::new();
        self.keep(|range, pairs, kept| {
            if range.len() <= most {
                kept.extend(range);
                return;
            }
            nearest.clear();
            nearest.extend(range.clone());
            let order =
                |&a: &usize, &b: &usize| pairs.distances[a].total_cmp(&pairs.distances[b]).then(a.cmp(&b));
            let (within, &mut last, _) = nearest.select_nth_unstable_by(most - 1, order);
            match policy {
                LimitPolicy::Strict => {
                    kept.extend_from_slice(within);
                    kept.push(last);
                    kept.sort_unstable();
                }
                LimitPolicy::Degenerate => {
                    let farthest = pairs.distances[last] + TOLERANCE_ANGSTROM;
                    kept.extend(range.clone().filter(|&pair| pairs.distances[pair] <= farthest));
                }
            }
            limited += usize::from(kept.len() < range.len());
        });
        Ok(limited)
    }
}
