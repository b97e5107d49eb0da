//! The selection as a mixed-integer program for HiGHS.

use super::constraints::Additive;
use super::incumbent::Incumbent;
use super::problem::SelectionProblem;
use super::search::Found;
use super::solution::{Limits, Solution, SolveStats};
use crate::objective::{SetObjective, TopOne};
use crate::{Error, ExpertSet, Result};
use highs::{HighsModelStatus, RowProblem, Sense};

/// Most assignment variables.
const MOST: usize = 10_000_000;

impl SelectionProblem<TopOne> {
    /// The best set by HiGHS, for comparison; in floating point, with a gap of half a unit, on one thread. Of several best
    /// sets any may come. `limits.time` is passed on, other limits are not.
    ///
    /// ```text
    /// maximise sum_m sum_i q_mi z_mi   subject to   sum_i z_mi <= 1,   0 <= z_mi <= y_i,   y_i in {0, 1},
    ///                                               sum_i w_ri y_i <= c_r for each additive constraint r
    /// k largest energies:  k t + sum_i s_i + sum_i standby_i y_i <= E,   s_i >= e_i y_i - t,   s_i, t >= 0
    /// largest delay:       d_i y_i + sum_j (a + u_j) y_j <= T for each i
    /// ```
    ///
    /// # Errors
    /// As [`SelectionProblem::solve`]; [`Error::TooMany`] for more than ten million pairs of prompts and experts;
    /// [`Error::LimitReached`] if HiGHS does not prove its set.
    pub fn solve_milp(&self, limits: &Limits) -> Result<Solution> {
        let (o, c) = (self.objective(), self.constraints());
        let n = c.experts;
        let cells = n * o.column(0).len();
        if cells > MOST {
            return Err(Error::TooMany { what: "pairs of prompts and experts", limit: MOST, got: cells });
        }
        let mut program = RowProblem::default();
        let chosen: Vec<_> = (0..n)
            .map(|i| {
                let least = i32::from(c.required.contains(i));
                program.add_integer_column(0.0, least..=i32::from(!c.forbidden.contains(i)))
            })
            .collect();
        for m in 0..o.column(0).len() {
            let scores = (0..n).map(|i| (i, o.column(i)[m])).filter(|(_, q)| *q > 0);
            let cells: Vec<_> = scores.map(|(i, q)| (i, program.add_column(f64::from(q), 0..=1))).collect();
            for &(i, z) in &cells {
                program.add_row(..=0, [(z, 1.0), (chosen[i], -1.0)]);
            }
            program.add_row(..=1, cells.iter().map(|&(_, z)| (z, 1.0)));
        }
        if !c.allow_empty {
            program.add_row(1.., chosen.iter().map(|&y| (y, 1.0)));
        }
        for Additive { weights, capacity, largest } in c.additive() {
            let mut row: Vec<_> = chosen.iter().zip(&weights).map(|(&y, &w)| (y, w as f64)).collect();
            if let Some((k, costs)) = largest {
                let threshold = program.add_column(0.0, 0..);
                row.push((threshold, k as f64));
                for (&y, &cost) in chosen.iter().zip(&costs) {
                    let above = program.add_column(0.0, 0..);
                    row.push((above, 1.0));
                    program.add_row(0.., [(above, 1.0), (threshold, 1.0), (y, -(cost as f64))]);
                }
            }
            program.add_row(..=capacity as f64, row);
        }
        let mut model = program.optimise(Sense::Maximise);
        model.make_quiet();
        model.set_option("threads", 1);
        model.set_option("mip_rel_gap", 0.0);
        model.set_option("mip_abs_gap", 0.5);
        if let Some(time) = limits.time {
            model.set_option("time_limit", time.as_secs_f64());
        }
        let solved = model.solve();
        let found = |best| Found { best, upper: None, stats: SolveStats::default(), leaves: None };
        match solved.status() {
            HighsModelStatus::Optimal => {
                let values = solved.get_solution();
                let set: ExpertSet = (0..n).filter(|&i| values.columns()[i] > 0.5).collect();
                if !c.feasible(set) {
                    return Err(Error::LimitReached { nodes: 0 });
                }
                self.solution(found(Some(Incumbent::new(c, set, o.of(set)))))
            }
            HighsModelStatus::Infeasible => Err(c.infeasible()),
            _ => Err(Error::LimitReached { nodes: 0 }),
        }
    }
}
