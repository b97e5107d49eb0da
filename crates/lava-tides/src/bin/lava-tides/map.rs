//! `lava-tides map`.

use crate::choices::Recession;
use crate::error::{Failure, Result, in_file};
use crate::output::{Table, print, print_json, write};
use indicatif::{ProgressBar, ProgressStyle};
use lava_tides::constants::YEAR_S;
use lava_tides::earth_moon::{Grid, Map, Part, Shard, merge, shortest_time};
use std::path::PathBuf;

/// The Moon's recession time over depth and drag of the magma ocean.
///
/// Cells have equal ratios along both axes. A large map can be computed in parts, on several machines or one after the
/// other: each `--shard i/n` writes one part to --out, and `--merge` with all of them and the same options makes the map.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    recession: Recession,
    /// Least and largest depth, km.
    #[arg(long, num_args = 2, value_names = ["LOW", "HIGH"], default_values_t = [10.0, 800.0])]
    depths: Vec<f64>,
    /// Least and largest drag, 1/s.
    #[arg(long, num_args = 2, value_names = ["LOW", "HIGH"], default_values_t = [1e-6, 1e-2])]
    drags: Vec<f64>,
    /// Cells along each axis.
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    cells: usize,
    /// Times (yr) of which the share of cells is counted.
    #[arg(long, num_args = 2, value_names = ["LOW", "HIGH"], default_values_t = [1e4, 1e5])]
    between: Vec<f64>,
    /// Compute one part only: the second of eight is 2/8.
    #[arg(long, value_name = "I/N", conflicts_with = "merge", requires = "out")]
    shard: Option<Shard>,
    /// Parts to make the map of, instead of computing it.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    merge: Vec<PathBuf>,
    /// File to write: CSV of the map, or the part.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  lava-tides map --out map.csv                            10 000 cells, with self-attraction
  lava-tides map --coupling rotating --cells 40 --json
  lava-tides map --cells 1000 --shard 1/2 --out a.part    first half of a large map
  lava-tides map --cells 1000 --shard 2/2 --out b.part    second half
  lava-tides map --cells 1000 --merge a.part b.part --out map.csv";

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let (scenario, track) = (arguments.recession.scenario()?, arguments.recession.track()?);
    let ends = |values: &[f64], unit: f64| (values[0] * unit, values[1] * unit);
    let cells = arguments.cells;
    let grid = Grid::new(ends(&arguments.depths, 1e3), cells, ends(&arguments.drags, 1.0), cells)?;
    let compute = |shard: Shard| {
        let bar = ProgressBar::new(Part::size(shard, &grid) as u64);
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len} cells, {eta} left") {
            bar.set_style(style);
        }
        let part = Part::compute(shard, &grid, &scenario, &track, &|| bar.inc(1));
        bar.finish_and_clear();
        part
    };
    if let (Some(shard), Some(path)) = (arguments.shard, &arguments.out) {
        write(path, &compute(shard)?.to_text())?;
        return print(&format!("part {}/{} written to {}\n", shard.index(), shard.count(), path.display()));
    }
    let parts = if arguments.merge.is_empty() {
        vec![compute(Shard::new(1, 1)?)?]
    } else {
        arguments.merge.iter().map(read).collect::<Result<_>>()?
    };
    let map = merge(&parts, &grid, &scenario, &track)?;
    if let Some(path) = &arguments.out {
        write(path, &table(&map).csv())?;
    }
    let best = shortest_time(&scenario, &track, &map)?;
    let (low, high) = ends(&arguments.between, YEAR_S);
    let share = 100.0 * map.share_between(low, high);
    if json {
        return print_json(&serde_json::json!({
            "cells": grid.cells(),
            "percent_between": share,
            "shortest": { "depth_m": best.depth_m, "drag_per_s": best.drag_per_s, "time_yr": best.time_s / YEAR_S },
            "map": if arguments.out.is_none() { table(&map).json() } else { serde_json::Value::Null },
        }));
    }
    print(&format!(
        "{} cells, {share:.3} % between {:e} and {:e} yr\nshortest: {:.4e} yr at a depth of {:.1} km and a drag of {:.3e} 1/s\n",
        grid.cells(),
        arguments.between[0],
        arguments.between[1],
        best.time_s / YEAR_S,
        best.depth_m / 1e3,
        best.drag_per_s
    ))
}

fn read(path: &PathBuf) -> Result<Part> {
    let text = std::fs::read_to_string(path).map_err(in_file(path))?;
    Part::from_text(&text).map_err(|source| Failure::Part { path: path.clone(), source })
}

fn table(map: &Map) -> Table {
    let grid = map.grid();
    let row = |(cell, time): (usize, &f64)| {
        let (row, column) = (cell / grid.columns(), cell % grid.columns());
        vec![grid.depth_m(column), grid.drag_per_s(row), time / YEAR_S]
    };
    Table {
        columns: vec!["depth_m", "drag_per_s", "time_yr"],
        rows: map.times_s().iter().enumerate().map(row).collect(),
    }
}
