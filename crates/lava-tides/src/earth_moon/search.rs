//! The shortest recession time over depth and drag.

use super::{Map, Scenario, Track};
use crate::error::{Error, Result};

/// The ocean with the shortest recession.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Optimum {
    /// Depth, m.
    pub depth_m: f64,
    /// Drag, s⁻¹.
    pub drag_per_s: f64,
    /// Time, s.
    pub time_s: f64,
}

/// Steps of the simplex before it is given up.
const MOST_STEPS: usize = 400;
/// Size of the simplex, in ln H and ln `σ_R`, at which the time no longer changes.
const SMALLEST: f64 = 1e-6;

/// The minimum near the best cell of a map, by the simplex of Nelder and Mead over the logarithms of both. The passing
/// region can be smaller than a cell of a coarse map, so that the map alone can miss it.
///
/// # Errors
/// Those of [`Scenario::time_s`]; [`Error::NoConvergence`] after 400 steps.
pub fn shortest_time(scenario: &Scenario, track: &Track, map: &Map) -> Result<Optimum> {
    let grid = map.grid();
    let (column, row, _) = map.shortest();
    let start = [grid.depth_m(column).ln(), grid.drag_per_s(row).ln()];
    let edges = (grid.depth_edges_m(), grid.drag_edges_per_s());
    let widths = [edges.0[1] / edges.0[0], edges.1[1] / edges.1[0]].map(f64::ln);
    let objective = |[x, y]: [f64; 2]| scenario.time_s(track, x.exp(), y.exp());
    let ([x, y], time_s) = nelder_mead(objective, start, widths)?;
    Ok(Optimum { depth_m: x.exp(), drag_per_s: y.exp(), time_s })
}

/// The least value of a function of two variables.
fn nelder_mead(
    f: impl Fn([f64; 2]) -> Result<f64>,
    start: [f64; 2],
    widths: [f64; 2],
) -> Result<([f64; 2], f64)> {
    let corner = |dx: f64, dy: f64| {
        let point = [start[0] + dx, start[1] + dy];
        Ok((point, f(point)?))
    };
    let mut simplex = [corner(0.0, 0.0)?, corner(widths[0], 0.0)?, corner(0.0, widths[1])?];
    let size = |simplex: &[([f64; 2], f64); 3]| {
        let far = |p: [f64; 2]| (p[0] - simplex[0].0[0]).hypot(p[1] - simplex[0].0[1]);
        far(simplex[1].0).max(far(simplex[2].0))
    };
    for _ in 0..MOST_STEPS {
        simplex.sort_by(|a, b| a.1.total_cmp(&b.1));
        let [best, middle, worst] = simplex;
        if size(&simplex) < SMALLEST {
            return Ok(best);
        }
        let along = |t: f64| {
            let centre = |i: usize| 0.5 * (best.0[i] + middle.0[i]);
            [0, 1].map(|i| centre(i) + t * (worst.0[i] - centre(i)))
        };
        let at = |point: [f64; 2]| f(point).map(|value| (point, value));
        let reflected = at(along(-1.0))?;
        simplex[2] = if reflected.1 < best.1 {
            let expanded = at(along(-2.0))?;
            if expanded.1 < reflected.1 { expanded } else { reflected }
        } else if reflected.1 < middle.1 {
            reflected
        } else {
            let contracted = at(along(if reflected.1 < worst.1 { -0.5 } else { 0.5 }))?;
            if contracted.1 < reflected.1.min(worst.1) {
                contracted
            } else {
                let shrink = |p: [f64; 2]| at([0, 1].map(|i| 0.5 * (best.0[i] + p[i])));
                simplex[1] = shrink(middle.0)?;
                shrink(worst.0)?
            }
        };
    }
    let residual = size(&simplex);
    Err(Error::NoConvergence { what: "shortest recession time", steps: MOST_STEPS, residual })
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::assert_close;

    /// Rosenbrock's valley has its minimum at (1, 1).
    #[test]
    fn valley() {
        let f = |[x, y]: [f64; 2]| Ok((1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2));
        let (at, value) = nelder_mead(f, [-1.2, 1.0], [0.3, 0.3]).unwrap();
        assert_close!(at[0], 1.0, abs = 1e-5);
        assert_close!(at[1], 1.0, abs = 1e-5);
        assert!(value < 1e-10);
    }
}
