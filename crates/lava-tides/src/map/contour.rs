//! Inverse problems on a map: the oceans that give a wanted time, and the one with the shortest.

use super::{Cell, RecessionMap};
use crate::earth_moon::{EarthMoon, Track};
use crate::error::{Error, Result, positive};
use common::roots::brent;
use rayon::prelude::*;

impl RecessionMap {
    /// The oceans whose recession takes just so long, s: for each depth of the map the drags at which the time passes
    /// the wanted one, exact where the map brackets them.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a time that is not positive; those of [`MapSpec::compute`](super::MapSpec::compute).
    pub fn contour(&self, time_s: f64) -> Result<Vec<Cell>> {
        let wanted = positive("recession time, s", time_s)?.ln();
        let spec = self.spec;
        let track = Track::new(&EarthMoon::present(), spec.from_m, spec.to_m)?;
        let columns = spec.drag_per_s.count();
        let rows: Result<Vec<Vec<Cell>>> = (0..spec.depth_m.count())
            .into_par_iter()
            .map(|row| {
                let depth_m = spec.depth_m.value(row);
                let times = &self.times_s[row * columns..(row + 1) * columns];
                let mut cells = Vec::new();
                for (column, pair) in times.windows(2).enumerate() {
                    if (pair[0].ln() < wanted) == (pair[1].ln() < wanted) {
                        continue;
                    }
                    let ends = [column, column + 1].map(|place| spec.drag_per_s.value(place).ln());
                    let mut failure = None;
                    let excess = |ln_drag: f64| match spec.time_s(&track, (depth_m, ln_drag.exp())) {
                        Ok(time) => time.ln() - wanted,
                        Err(error) => {
                            failure = Some(error);
                            f64::NAN
                        }
                    };
                    let root = brent(excess, ends[0], ends[1], 1e-10);
                    match (root, failure) {
                        (_, Some(error)) => return Err(error),
                        (Ok(ln_drag), None) => {
                            cells.push(Cell { depth_m, drag_per_s: ln_drag.exp(), time_s });
                        }
                        (Err(source), None) => {
                            return Err(Error::Root { what: "drag for a recession time", source });
                        }
                    }
                }
                Ok(cells)
            })
            .collect();
        Ok(rows?.concat())
    }

    /// The ocean with the shortest time near the best cell of the map, by a search that halves its steps from those of
    /// the map down to 1e-4 of depth and drag. A narrow valley can fall between the cells of a coarse map; this finds
    /// its floor from its slopes.
    ///
    /// # Errors
    /// Those of [`MapSpec::compute`](super::MapSpec::compute).
    pub fn refined_shortest(&self) -> Result<Cell> {
        let spec = self.spec;
        let track = Track::new(&EarthMoon::present(), spec.from_m, spec.to_m)?;
        let mut best = self.shortest();
        let mut steps = [spec.depth_m.step(), spec.drag_per_s.step()];
        let (depths, drags) = (spec.depth_m.ends(), spec.drag_per_s.ends());
        while steps.iter().any(|step| *step > 1e-4) {
            let mut better = best;
            for (x, y) in [
                (1.0, 0.0),
                (-1.0, 0.0),
                (0.0, 1.0),
                (0.0, -1.0),
                (1.0, 1.0),
                (1.0, -1.0),
                (-1.0, 1.0),
                (-1.0, -1.0),
            ] {
                let depth_m = (best.depth_m * f64::exp(x * steps[0])).clamp(depths.0, depths.1);
                let drag_per_s = (best.drag_per_s * f64::exp(y * steps[1])).clamp(drags.0, drags.1);
                let time_s = spec.time_s(&track, (depth_m, drag_per_s))?;
                if time_s < better.time_s {
                    better = Cell { depth_m, drag_per_s, time_s };
                }
            }
            if better.time_s < best.time_s {
                best = better;
            } else {
                steps = steps.map(|step| 0.5 * step);
            }
        }
        Ok(best)
    }
}
