//! Recession times over depth and drag.

use super::{Scenario, Track};
use crate::error::{Error, Result, positive};
use rayon::prelude::*;

/// Most cells of a grid.
const MOST_CELLS: usize = 1 << 26;

/// Cells over ocean depth and drag, in equal ratios along both axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    depths_m: (f64, f64),
    drags_per_s: (f64, f64),
    columns: usize,
    rows: usize,
}

/// Recession times over a [`Grid`].
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    grid: Grid,
    times_s: Vec<f64>,
}

impl Grid {
    /// `columns` cells of depth between two ends (m) by `rows` cells of drag between two ends (s⁻¹); the ends are
    /// edges of cells.
    ///
    /// # Errors
    /// [`Error::Quantity`] for an end that is not finite and positive, [`Error::NotAscending`] for two that do not
    /// ascend, [`Error::Count`] for no cells or more than 2^26 in all.
    pub fn new(depths_m: (f64, f64), columns: usize, drags_per_s: (f64, f64), rows: usize) -> Result<Self> {
        for (what, name, (low, high)) in
            [("ocean depth, m", "ocean depths, m", depths_m), ("drag, 1/s", "drags, 1/s", drags_per_s)]
        {
            let (before, after) = (positive(what, low)?, positive(what, high)?);
            if before >= after {
                return Err(Error::NotAscending { name, place: 1, before, after });
            }
        }
        let count = columns.saturating_mul(rows);
        if count == 0 || count > MOST_CELLS {
            return Err(Error::Count { name: "cells of the map", rule: "in 1..=2^26", count });
        }
        Ok(Self { depths_m, drags_per_s, columns, rows })
    }

    /// Cells along depth.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Cells along drag.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Cells in all.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.columns * self.rows
    }

    /// Depth at the middle of a column, m.
    #[must_use]
    pub fn depth_m(&self, column: usize) -> f64 {
        between(self.depths_m, (column as f64 + 0.5) / self.columns as f64)
    }

    /// Drag at the middle of a row, s⁻¹.
    #[must_use]
    pub fn drag_per_s(&self, row: usize) -> f64 {
        between(self.drags_per_s, (row as f64 + 0.5) / self.rows as f64)
    }

    /// Edges of the columns, m.
    #[must_use]
    pub fn depth_edges_m(&self) -> Vec<f64> {
        (0..=self.columns).map(|i| between(self.depths_m, i as f64 / self.columns as f64)).collect()
    }

    /// Edges of the rows, s⁻¹.
    #[must_use]
    pub fn drag_edges_per_s(&self) -> Vec<f64> {
        (0..=self.rows).map(|i| between(self.drags_per_s, i as f64 / self.rows as f64)).collect()
    }

    /// Recession times of all cells, on all threads of the current pool. The result does not depend on their number.
    ///
    /// # Errors
    /// Of the first cell that fails: those of [`Scenario::time_s`].
    pub fn sweep(&self, scenario: &Scenario, track: &Track) -> Result<Map> {
        let cells: Vec<usize> = (0..self.cells()).collect();
        Ok(Map { grid: *self, times_s: self.times_s(scenario, track, &cells, &|| ())? })
    }

    /// Recession times of some cells; `done` is called after each.
    pub(super) fn times_s(
        &self,
        scenario: &Scenario,
        track: &Track,
        cells: &[usize],
        done: &(dyn Fn() + Sync),
    ) -> Result<Vec<f64>> {
        let each = |&cell: &usize| {
            let (row, column) = (cell / self.columns, cell % self.columns);
            let time = scenario.time_s(track, self.depth_m(column), self.drag_per_s(row));
            done();
            time
        };
        // Collected before the first error is picked, so that it is the same one on any number of threads.
        let times: Vec<Result<f64>> = cells.par_iter().map(each).collect();
        times.into_iter().collect()
    }
}

impl Map {
    /// A map of times that belong to a grid.
    pub(super) fn from_times(grid: Grid, times_s: Vec<f64>) -> Self {
        Self { grid, times_s }
    }

    /// The grid.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The times, s, row by row from the lowest drag.
    #[must_use]
    pub fn times_s(&self) -> &[f64] {
        &self.times_s
    }

    /// The cell with the shortest time: column, row, time in s.
    #[must_use]
    pub fn shortest(&self) -> (usize, usize, f64) {
        let best = self.times_s.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1));
        best.map_or((0, 0, f64::NAN), |(cell, time)| {
            (cell % self.grid.columns, cell / self.grid.columns, *time)
        })
    }

    /// Share of the cells whose time lies between two ends, s, in `[0, 1]`.
    #[must_use]
    pub fn share_between(&self, from_s: f64, to_s: f64) -> f64 {
        let inside = self.times_s.iter().filter(|time| (from_s..=to_s).contains(*time)).count();
        inside as f64 / self.times_s.len() as f64
    }
}

fn between((low, high): (f64, f64), fraction: f64) -> f64 {
    low * ((high / low).ln() * fraction).exp()
}
