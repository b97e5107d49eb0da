//! The Lagrangian bound of a box.

use super::constraints::Constraints;
use crate::ExpertSet;

/// Multipliers of the additive constraints, improved from box to box.
///
/// ```text
/// f(P + X) <= f(P) + sum_{i in X} g_i <= f(P) + λ·left + sum_{free i} max(0, g_i - λ·w_i)      for every λ >= 0
/// ```
///
/// One multiplier alone gives the fractional knapsack of its constraint, all together the best surrogate of them.
pub(crate) struct Relaxation {
    rows: usize,
    /// Expert by expert.
    weights: Vec<f64>,
    multipliers: Vec<f64>,
    /// `g_i - λ·w_i` of the free experts.
    reduced: Vec<f64>,
    ratios: Vec<(f64, f64)>,
}

impl Relaxation {
    pub(crate) fn new(c: &Constraints) -> Self {
        let rows = c.rows.len();
        let weights = (0..c.experts).flat_map(|i| c.weights_of(i)).map(|&w| w as f64).collect();
        let reduced = vec![0.0; c.experts];
        Self { rows, weights, multipliers: vec![0.0; rows], reduced, ratios: Vec::new() }
    }

    pub(crate) fn multipliers(&self) -> &[f64] {
        &self.multipliers
    }

    /// `g_i - λ·w_i` for the multipliers of the last call of [`Relaxation::bound`].
    pub(crate) fn reduced(&self, i: usize) -> f64 {
        self.reduced[i]
    }

    fn weights(&self, i: usize) -> &[f64] {
        &self.weights[i * self.rows..][..self.rows]
    }

    /// The bound on the gain for the multipliers at hand.
    pub(crate) fn bound(&mut self, gains: &[i64], free: ExpertSet, left: &[f64]) -> f64 {
        let mut sum: f64 = self.multipliers.iter().zip(left).map(|(l, left)| l * left).sum();
        for i in free.iter() {
            let priced: f64 = self.multipliers.iter().zip(self.weights(i)).map(|(l, w)| l * w).sum();
            let reduced = gains[i] as f64 - priced;
            self.reduced[i] = reduced;
            sum += reduced.max(0.0);
        }
        sum
    }

    /// Improves the multipliers one after another until the bound falls below `target` or no longer moves.
    pub(crate) fn tighten(
        &mut self,
        gains: &[i64],
        free: ExpertSet,
        left: &[f64],
        target: f64,
        sweeps: usize,
    ) -> f64 {
        let mut best = self.bound(gains, free, left);
        for _ in 0..sweeps {
            let before = best;
            for row in 0..self.rows {
                if best < target {
                    return best;
                }
                if self.settle(row, free, left[row]) {
                    best = self.bound(gains, free, left);
                }
            }
            if best > before * (1.0 - 1e-3) {
                break;
            }
        }
        best
    }

    /// Sets one multiplier to its best value beside the others: the ratio of the expert at which the fractional
    /// knapsack is full. `false` if it stays.
    fn settle(&mut self, row: usize, free: ExpertSet, left: f64) -> bool {
        let old = self.multipliers[row];
        let mut ratios = std::mem::take(&mut self.ratios);
        ratios.clear();
        let mut all = 0.0;
        for i in free.iter() {
            let w = self.weights[i * self.rows + row];
            // What the others leave of the gain; `reduced` holds the multipliers at hand.
            let net = self.reduced[i] + old * w;
            if w > 0.0 && net > 0.0 {
                ratios.push((net / w, w));
                all += w;
            }
        }
        let new = if all <= left { 0.0 } else { critical(&mut ratios, left) };
        self.ratios = ratios;
        self.multipliers[row] = new;
        (new - old).abs() > 1e-12 * old
    }
}

/// The ratio of the item at which a capacity is used up in descending order of ratios; the items exceed it together.
fn critical(items: &mut [(f64, f64)], mut left: f64) -> f64 {
    let mut items = items;
    loop {
        if items.len() <= 8 {
            items.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
            for &(ratio, w) in items.iter() {
                left -= w;
                if left < 0.0 {
                    return ratio;
                }
            }
            return items.last().map_or(0.0, |item| item.0);
        }
        let middle = items.len() / 2;
        let (high, pivot, _) = items.select_nth_unstable_by(middle, |a, b| b.0.total_cmp(&a.0));
        let above: f64 = high.iter().map(|item| item.1).sum();
        let ratio = pivot.0;
        let with = above + pivot.1;
        if above > left {
            items = &mut items[..middle];
        } else if with > left {
            return ratio;
        } else {
            left -= with;
            items = &mut items[middle + 1..];
        }
    }
}
