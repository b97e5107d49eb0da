//! Activity over two descriptors.

use super::{Activity, Volcano};
use crate::{Error, Result};

/// Activities in the cells of a grid over the fitted ranges of two descriptors.
///
/// ```
/// use catalyst_ml::volcano::{SCALING_OFFSET_EV, oxygen_reduction_oh_ooh};
///
/// let map = oxygen_reduction_oh_ooh((0.0, 2.0), (2.5, 5.0))?.map(20, 25)?;
/// assert_eq!(map.activities().len(), 500);
/// assert!(map.activities().iter().all(|activity| activity.activity_ev < 1.23));
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ActivityMap {
    x_edges: Vec<f64>,
    y_edges: Vec<f64>,
    activities: Vec<Activity>,
}

impl ActivityMap {
    /// Edges of the cells along the first descriptor, ascending.
    #[must_use]
    pub fn x_edges(&self) -> &[f64] {
        &self.x_edges
    }

    /// Edges of the cells along the second descriptor, ascending.
    #[must_use]
    pub fn y_edges(&self) -> &[f64] {
        &self.y_edges
    }

    /// Activities in the middle of the cells, row by row from the lowest second descriptor.
    #[must_use]
    pub fn activities(&self) -> &[Activity] {
        &self.activities
    }
}

impl Volcano<2> {
    /// The activity over both descriptors.
    ///
    /// # Errors
    ///
    /// [`Error::Count`] unless there are 1 to 2000 cells each way.
    pub fn map(&self, columns: usize, rows: usize) -> Result<ActivityMap> {
        let [x, y] = self.descriptors();
        let edges = |(low, high): (f64, f64), count: usize| {
            if (1..=2000).contains(&count) {
                super::sabatier::spaced(low, high, count + 1)
            } else {
                Err(Error::Count { name: "cells of a map", rule: "1 to 2000 each way", count })
            }
        };
        let (x_edges, y_edges) = (edges(x.fitted, columns)?, edges(y.fitted, rows)?);
        let middle = |pair: &[f64]| 0.5 * (pair[0] + pair[1]);
        let row = |y: f64| x_edges.windows(2).map(move |pair| self.evaluate(&[middle(pair), y]));
        let activities = y_edges.windows(2).map(middle).flat_map(row).collect();
        Ok(ActivityMap { x_edges, y_edges, activities })
    }
}
