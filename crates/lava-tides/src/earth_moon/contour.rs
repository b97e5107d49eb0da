//! Oceans with a wanted recession time.

use super::{Map, Scenario, Track};
use crate::error::{Error, Result, positive};
use common::roots::brent;
use std::collections::BTreeMap;

/// Lines in the plane of depth (m) and drag (s⁻¹) along which the recession takes a wanted time (s).
///
/// The lines are found between the middles of the map's cells (marching squares) and each of their points is refined
/// on the scenario itself to 1e-10 of its logarithm. Features smaller than a cell stay hidden.
///
/// # Errors
/// [`Error::Quantity`] for a time that is not finite and positive; [`Error::Root`] and those of [`Scenario::time_s`].
pub fn contour(scenario: &Scenario, track: &Track, map: &Map, time_s: f64) -> Result<Vec<Vec<(f64, f64)>>> {
    let wanted = positive("recession time, s", time_s)?.ln();
    let grid = map.grid();
    let (columns, rows) = (grid.columns(), grid.rows());
    let above = |column: usize, row: usize| map.times_s()[row * columns + column].ln() > wanted;
    let mut points = BTreeMap::new();
    let mut links: Vec<[Edge; 2]> = Vec::new();
    for row in 0..rows.saturating_sub(1) {
        for column in 0..columns.saturating_sub(1) {
            // The four edges of a square, around it, and those that the line crosses.
            let square = [
                Edge { column, row, upward: false },
                Edge { column: column + 1, row, upward: true },
                Edge { column, row: row + 1, upward: false },
                Edge { column, row, upward: true },
            ];
            let crossed: Vec<Edge> = square
                .into_iter()
                .filter(|edge| {
                    let (column, row) = edge.end();
                    above(edge.column, edge.row) != above(column, row)
                })
                .collect();
            for edge in &crossed {
                if !points.contains_key(edge) {
                    points.insert(*edge, refine(scenario, track, map, *edge, wanted)?);
                }
            }
            links.extend(crossed.chunks_exact(2).map(|pair| [pair[0], pair[1]]));
        }
    }
    Ok(chain(&links).into_iter().map(|line| line.iter().map(|edge| points[edge]).collect()).collect())
}

/// The line between the middles of two neighbouring cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    column: usize,
    row: usize,
    upward: bool,
}

impl Edge {
    fn end(self) -> (usize, usize) {
        if self.upward { (self.column, self.row + 1) } else { (self.column + 1, self.row) }
    }
}

fn refine(scenario: &Scenario, track: &Track, map: &Map, edge: Edge, wanted: f64) -> Result<(f64, f64)> {
    let grid = map.grid();
    let (column, row) = edge.end();
    let (x0, y0) = (grid.depth_m(edge.column).ln(), grid.drag_per_s(edge.row).ln());
    let (x1, y1) = (grid.depth_m(column).ln(), grid.drag_per_s(row).ln());
    let point = |t: f64| ((x0 + t * (x1 - x0)).exp(), (y0 + t * (y1 - y0)).exp());
    let mut failure = None;
    let difference = |t: f64| {
        let (depth, drag) = point(t);
        match scenario.time_s(track, depth, drag) {
            Ok(time) => time.ln() - wanted,
            Err(error) => {
                failure.get_or_insert(error);
                f64::NAN
            }
        }
    };
    match (brent(difference, 0.0, 1.0, 1e-10), failure) {
        (_, Some(error)) => Err(error),
        (Ok(t), None) => Ok(point(t)),
        (Err(source), None) => Err(Error::Root { what: "ocean with the wanted recession time", source }),
    }
}

/// Joins links that share an end into lines; a closed line ends where it began.
fn chain(links: &[[Edge; 2]]) -> Vec<Vec<Edge>> {
    let mut at: BTreeMap<Edge, Vec<usize>> = BTreeMap::new();
    for (place, link) in links.iter().enumerate() {
        for edge in link {
            at.entry(*edge).or_default().push(place);
        }
    }
    let mut used = vec![false; links.len()];
    let mut lines = Vec::new();
    // Open lines first, from their ends; what is left is closed.
    let ends = at.iter().filter(|(_, links)| links.len() == 1).map(|(edge, _)| *edge);
    let starts: Vec<Edge> = ends.chain(links.iter().map(|link| link[0])).collect();
    for start in starts {
        let mut line = vec![start];
        let mut here = start;
        while let Some(&place) = at[&here].iter().find(|place| !used[**place]) {
            used[place] = true;
            let [a, b] = links[place];
            here = if a == here { b } else { a };
            line.push(here);
        }
        if line.len() > 1 {
            lines.push(line);
        }
    }
    lines
}
