//! `lava-tides map`.

use crate::error::{Failure, Result};
use crate::output::{csv, draw, list, number, print, save};
use crate::response::Ocean;
use common::report::{Axis, HeatMap, Marked, edges};
use indicatif::{ProgressBar, ProgressStyle};
use lava_tides::Validity;
use lava_tides::constants::{EARTH_RADIUS_M, YEAR_S};
use lava_tides::map::{AndradeFloor, Cell, Floor, LogAxis, MapPart, MapSpec, RecessionMap, Shard};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Time of the Moon's recession over depth and drag of the Earth's ocean.
///
/// A large map can be computed in parts, on one machine after another or on many at once: --shard I/N --parts FOLDER
/// writes one part, --shards N --parts FOLDER all that are not there yet, and --merge FOLDER puts them together; a
/// missing part is an error.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Least depth, km.
    #[arg(long, value_name = "KM", default_value_t = 10.0)]
    depth_from: f64,
    /// Largest depth, km.
    #[arg(long, value_name = "KM", default_value_t = 800.0)]
    depth_to: f64,
    /// Least drag, 1/s.
    #[arg(long, value_name = "PER_S", default_value_t = 1e-6)]
    drag_from: f64,
    /// Largest drag, 1/s.
    #[arg(long, value_name = "PER_S", default_value_t = 1e-2)]
    drag_to: f64,
    /// Cells along each axis.
    #[arg(long, default_value_t = 100)]
    cells: usize,
    /// Coupling of the ocean.
    #[arg(long, value_enum, default_value_t = Ocean::Attracting)]
    ocean: Ocean,
    /// Density of the melt over the mean density of the Earth.
    #[arg(long, value_name = "RATIO", default_value_t = 0.55)]
    density_ratio: f64,
    /// What the ocean stands on: rigid, the whole Earth (Eq. 28), or the sphere below it, yielding with 6e10 Pa, 1e21
    /// Pa s.
    #[arg(long, value_enum, default_value_t = FloorChoice::Rigid)]
    floor: FloorChoice,
    /// Distance at the start, Earth radii.
    #[arg(long, value_name = "R_E", default_value_t = 3.5)]
    from: f64,
    /// Distance at the end, Earth radii.
    #[arg(long, value_name = "R_E", default_value_t = 25.0)]
    to: f64,
    /// Also the drags, for each depth, that give just this time, yr.
    #[arg(long, value_name = "YEARS")]
    contour_yr: Option<f64>,
    /// Compute this part only and write it to --parts.
    #[arg(long, value_name = "I/N", requires = "parts", conflicts_with = "shards")]
    shard: Option<String>,
    /// Compute the map in so many parts, leaving out those that are there, and merge them.
    #[arg(long, value_name = "N", requires = "parts")]
    shards: Option<usize>,
    /// Folder of the parts.
    #[arg(long, value_name = "FOLDER")]
    parts: Option<PathBuf>,
    /// Merge the parts of this folder.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["shard", "shards", "parts"])]
    merge: Option<PathBuf>,
    /// Write the map as CSV.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Draw the map, with the cells of 1e4 to 1e5 years marked.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// No progress display.
    #[arg(long)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  lava-tides map --ocean paper --svg map.svg
  lava-tides map --ocean rotating --cells 200 --contour-yr 1e5 --json
  lava-tides map --cells 1000 --shards 16 --parts parts/       resumes where it was stopped
  lava-tides map --cells 1000 --shard 3/16 --parts parts/      one part, on any machine
  lava-tides map --merge parts/ --csv map.csv";

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FloorChoice {
    Rigid,
    Whole,
    Below,
}

#[derive(Serialize)]
struct Answer {
    cells: usize,
    shortest: Place,
    /// Assumptions that do not hold for the shortest.
    validity: Validity,
    share_of_cells_1e4_to_1e5_yr: f64,
    contour: Vec<Place>,
}

#[derive(Serialize)]
struct Place {
    depth_km: f64,
    drag_per_s: f64,
    time_yr: f64,
}

impl From<Cell> for Place {
    fn from(cell: Cell) -> Self {
        Self { depth_km: cell.depth_m / 1e3, drag_per_s: cell.drag_per_s, time_yr: cell.time_s / YEAR_S }
    }
}

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    if let (Some(text), Some(folder)) = (&arguments.shard, &arguments.parts) {
        let (spec, shard) = (spec(arguments)?, Shard::parse(text)?);
        let path = part(arguments, &spec, shard, folder)?;
        return print(json, &path, || format!("{}\n", path.display()));
    }
    let map = match (&arguments.merge, &arguments.parts, arguments.shards) {
        (Some(folder), ..) => merge(folder)?,
        (None, Some(folder), Some(count)) => {
            let spec = spec(arguments)?;
            for number in 1..=count {
                part(arguments, &spec, Shard::new(number, count)?, folder)?;
            }
            merge(folder)?
        }
        (None, Some(_), None) => {
            return Err(Failure::Option { option: "parts", needs: "--shard or --shards" });
        }
        (None, None, _) => RecessionMap::merge(&[compute(arguments, &spec(arguments)?, Shard::WHOLE)?])?,
    };
    let best = map.refined_shortest()?;
    let answer = Answer {
        cells: map.times_s().len(),
        validity: map.spec().recession(best.depth_m, best.drag_per_s)?.validity,
        shortest: best.into(),
        share_of_cells_1e4_to_1e5_yr: map.share_between(1e4 * YEAR_S, 1e5 * YEAR_S),
        contour: match arguments.contour_yr {
            None => vec![],
            Some(years) => map.contour(years * YEAR_S)?.into_iter().map(Place::from).collect(),
        },
    };
    if let Some(path) = &arguments.csv {
        let row = |cell: Cell| [cell.depth_m, cell.drag_per_s, cell.time_s / YEAR_S];
        save(path, &csv(["depth_m", "drag_per_s", "time_yr"], map.cells().map(row)))?;
    }
    if let Some(path) = &arguments.svg {
        draw(path, figure(&map))?;
    }
    print(json, &answer, || text(&answer))
}

fn spec(arguments: &Arguments) -> Result<MapSpec> {
    let needs = "paper, attracting or rotating";
    let earth = AndradeFloor::earth();
    Ok(MapSpec {
        depth_m: LogAxis::new(arguments.depth_from * 1e3, arguments.depth_to * 1e3, arguments.cells)?,
        drag_per_s: LogAxis::new(arguments.drag_from, arguments.drag_to, arguments.cells)?,
        density_ratio: arguments.density_ratio,
        coupling: arguments.ocean.coupling().ok_or(Failure::Option { option: "ocean", needs })?,
        floor: match arguments.floor {
            FloorChoice::Rigid => Floor::Rigid,
            FloorChoice::Whole => Floor::Whole(earth),
            FloorChoice::Below => Floor::Below(earth),
        },
        from_m: arguments.from * EARTH_RADIUS_M,
        to_m: arguments.to * EARTH_RADIUS_M,
    })
}

fn compute(arguments: &Arguments, spec: &MapSpec, shard: Shard) -> Result<MapPart> {
    let cells = u64::try_from(spec.cells() / shard.count()).unwrap_or(u64::MAX);
    let bar = if arguments.quiet { ProgressBar::hidden() } else { ProgressBar::new(cells) };
    let style = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} cells, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(format!("part {} of {}", shard.number(), shard.count()));
    let part = spec.compute(shard, &|| bar.inc(1))?;
    bar.finish_and_clear();
    Ok(part)
}

/// Computes and writes a part, unless the same part is there.
fn part(arguments: &Arguments, spec: &MapSpec, shard: Shard, folder: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(folder).map_err(|source| Failure::File { path: folder.into(), source })?;
    let path = folder.join(format!("part-{}-of-{}.json", shard.number(), shard.count()));
    let there = path.is_file() && {
        let part = MapPart::read(&path)?;
        if part.spec() != spec || part.shard() != shard {
            return Err(Failure::Tides(lava_tides::Error::OtherMap { number: part.shard().number() }));
        }
        true
    };
    if !there {
        compute(arguments, spec, shard)?.write(&path)?;
    }
    Ok(path)
}

fn merge(folder: &Path) -> Result<RecessionMap> {
    let file = |source| Failure::File { path: folder.into(), source };
    let mut parts = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(file)? {
        let path = entry.map_err(file)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("part-") && path.extension().is_some_and(|ending| ending == "json") {
            parts.push(MapPart::read(&path)?);
        }
    }
    if parts.is_empty() {
        return Err(Failure::NoParts { folder: folder.into() });
    }
    Ok(RecessionMap::merge(&parts)?)
}

fn figure(map: &RecessionMap) -> HeatMap {
    let spec = map.spec();
    // Cells lie around their values, half a step to either side.
    let around = |axis: &LogAxis, scale: f64| {
        let half = (0.5 * axis.step()).exp();
        edges(axis.ends().0 * scale / half, axis.ends().1 * scale * half, axis.count(), true)
    };
    let years: Vec<f64> = map.times_s().iter().map(|time| time / YEAR_S).collect();
    HeatMap {
        name: "map".into(),
        title: "Time of the Moon's recession".into(),
        x: Axis::log("drag, 1/s"),
        y: Axis::log("depth of the ocean, km"),
        value: Axis::log("time, yr"),
        x_edges: around(&spec.drag_per_s, 1.0),
        y_edges: around(&spec.depth_m, 1e-3),
        marked: Some(Marked {
            label: "1e4 to 1e5 yr".into(),
            cells: years.iter().map(|years| (1e4..=1e5).contains(years)).collect(),
        }),
        values: years,
    }
}

fn text(answer: &Answer) -> String {
    let best = &answer.shortest;
    let mut text = list(&[
        ("cells", answer.cells.to_string()),
        (
            "shortest time",
            format!(
                "{} yr at {} km, {} 1/s",
                number(best.time_yr),
                number(best.depth_km),
                number(best.drag_per_s)
            ),
        ),
        ("its assumptions broken", answer.validity.to_string()),
        ("cells of 1e4 to 1e5 yr", format!("{} %", number(100.0 * answer.share_of_cells_1e4_to_1e5_yr))),
    ]);
    for place in &answer.contour {
        text += &format!(
            "{} yr at {} km, {} 1/s\n",
            number(place.time_yr),
            number(place.depth_km),
            number(place.drag_per_s)
        );
    }
    text
}
