//! Maps in parts: each part is a text of its own, and a merge checks that none is missing.

use super::{Grid, Map, Scenario, Track};
use crate::error::{Error, Result};
use std::fmt::Write as _;
use std::str::FromStr;

/// One of several parts of a map: `2/8` is the second of eight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    /// Part `index` (from 1) of `count`.
    ///
    /// # Errors
    /// [`Error::Shard`] unless `1 <= index <= count`.
    pub fn new(index: usize, count: usize) -> Result<Self> {
        if (1..=count).contains(&index) {
            return Ok(Self { index, count });
        }
        Err(Error::Shard { text: format!("{index}/{count}") })
    }

    /// Which one, from 1.
    #[must_use]
    pub fn index(self) -> usize {
        self.index
    }

    /// Of how many.
    #[must_use]
    pub fn count(self) -> usize {
        self.count
    }

    /// The cells of this part of a grid: every `count`-th one, so that all parts take about as long.
    fn cells(self, grid: &Grid) -> impl Iterator<Item = usize> + use<> {
        (self.index - 1..grid.cells()).step_by(self.count)
    }
}

impl FromStr for Shard {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        let (index, count) = parts.ok_or_else(|| Error::Shard { text: text.to_owned() })?;
        Self::new(index, count)
    }
}

/// A part of a map, with the settings that it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    shard: Shard,
    settings: String,
    times_s: Vec<f64>,
}

impl Part {
    /// Computes a part; `done` is called after every cell.
    ///
    /// # Errors
    /// As [`Grid::sweep`].
    pub fn compute(
        shard: Shard,
        grid: &Grid,
        scenario: &Scenario,
        track: &Track,
        done: &(dyn Fn() + Sync),
    ) -> Result<Self> {
        let cells: Vec<usize> = shard.cells(grid).collect();
        let times_s = grid.times_s(scenario, track, &cells, done)?;
        Ok(Self { shard, settings: settings(grid, scenario, track), times_s })
    }

    /// Number of cells of a part.
    #[must_use]
    pub fn size(shard: Shard, grid: &Grid) -> usize {
        shard.cells(grid).count()
    }

    /// The part as a text: two lines that begin with `#`, then a time (s) a line, with all digits.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Self { shard, settings, .. } = self;
        let mut text = format!("# part {}/{}\n# {settings}\n", shard.index, shard.count);
        for time in &self.times_s {
            let _ = writeln!(text, "{time:e}");
        }
        text
    }

    /// Reads what [`Part::to_text`] wrote.
    ///
    /// # Errors
    /// [`Error::Cell`] with the line for a text that is no part.
    pub fn from_text(text: &str) -> Result<Self> {
        let bad = |line: usize, column, rule, text: &str| Error::Cell {
            line: line as u64,
            column,
            rule,
            text: text.to_owned(),
        };
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        let shard = first.strip_prefix("# part ").and_then(|shard| shard.parse().ok());
        let shard = shard.ok_or_else(|| bad(1, "part", "\"# part i/n\"", first))?;
        let second = lines.next().unwrap_or_default();
        let settings = second
            .strip_prefix("# ")
            .ok_or_else(|| bad(2, "settings", "a line that begins with \"# \"", second))?;
        let time = |(place, line): (usize, &str)| {
            line.parse::<f64>()
                .ok()
                .filter(|t| t.is_finite())
                .ok_or_else(|| bad(place + 3, "time", "a finite number", line))
        };
        let times_s = lines.enumerate().map(time).collect::<Result<_>>()?;
        Ok(Self { shard, settings: settings.to_owned(), times_s })
    }
}

/// The map of these settings from all of its parts, in any order.
///
/// # Errors
/// [`Error::ForeignPart`] for a part of other settings, of another division or given twice, [`Error::MissingPart`] if
/// one is missing or short.
pub fn merge(parts: &[Part], grid: &Grid, scenario: &Scenario, track: &Track) -> Result<Map> {
    let wanted = settings(grid, scenario, track);
    let count = parts.first().map_or(1, |part| part.shard.count);
    let mut times = vec![f64::NAN; grid.cells()];
    let mut seen = vec![false; count.min(parts.len())];
    for part in parts {
        let Shard { index, count: its } = part.shard;
        let foreign = |why| Error::ForeignPart { index, count: its, why };
        if part.settings != wanted {
            return Err(foreign("it was computed with other settings"));
        }
        if its != count {
            return Err(foreign("the map was divided otherwise"));
        }
        if part.times_s.len() != Part::size(part.shard, grid) {
            return Err(foreign("it does not have as many cells as it should"));
        }
        if let Some(slot) = seen.get_mut(index - 1)
            && std::mem::replace(slot, true)
        {
            return Err(foreign("it was given twice"));
        }
        for (cell, time) in part.shard.cells(grid).zip(&part.times_s) {
            times[cell] = *time;
        }
    }
    let missing = seen.iter().position(|seen| !seen).or((seen.len() < count).then_some(seen.len()));
    match missing {
        Some(place) => Err(Error::MissingPart { number: place + 1, count }),
        None => Ok(Map::from_times(*grid, times)),
    }
}

/// Everything that a time depends on.
fn settings(grid: &Grid, scenario: &Scenario, track: &Track) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!("version {version}, {grid:?}, {scenario:?}, {}", track.settings())
}
