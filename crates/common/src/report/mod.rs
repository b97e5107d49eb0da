//! Reports of a run: an index for readers, `results.json` for programs, and a folder an experiment.
//!
//! ```text
//! index.md  index.html  results.json
//! <crate>/<experiment>/report.md  *.csv  *.svg
//! ```

mod csv;
mod figure;
mod html;
mod json;
mod markdown;
mod number;

pub use figure::{
    Axis, Bar, BarChart, Drawing, Figure, Ground, HeatMap, LineChart, Marked, Point, PointChart, Series,
    edges,
};
pub use json::SCHEMA;
pub use markdown::{excerpt, summary_table};
pub use number::significant;
pub(crate) use number::{short, tick, ticks};

use crate::experiment::{Paper, Report, Verdict};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A run of several papers' experiments.
#[derive(Debug, Clone)]
pub struct Run {
    /// The papers, each with the reports of its experiments.
    pub papers: Vec<(Paper, Vec<Report>)>,
    /// Profile and seed.
    pub settings: Settings,
    /// Where and when.
    pub circumstances: Circumstances,
}

/// What determines the results of a run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Name of the profile.
    pub profile: String,
    /// Seed of the random streams.
    pub seed: u64,
    /// Versions of the crates and of the compiler.
    pub versions: BTreeMap<String, String>,
}

/// What does not determine the results of a run.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Circumstances {
    /// Processor, cores, system.
    pub machine: String,
    /// Commit of the workspace, with `+` if files were changed.
    pub commit: String,
    /// Begin of the run, UTC.
    pub started: String,
    /// Wall time in seconds.
    pub seconds: f64,
}

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A file cannot be written.
    #[error("{path}: {cause}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// A figure cannot be drawn.
    #[error("figure {figure}: {message}")]
    Figure {
        /// The figure.
        figure: String,
        /// Why.
        message: String,
    },
    /// A table cannot be written as CSV, or results as JSON.
    #[error("{what}: {message}")]
    Format {
        /// What was being written.
        what: String,
        /// Why.
        message: String,
    },
}

impl Run {
    /// All reports.
    pub fn reports(&self) -> impl Iterator<Item = &Report> {
        self.papers.iter().flat_map(|(_, reports)| reports)
    }

    /// How many rows have each verdict, best verdict first, verdicts without a row left out.
    #[must_use]
    pub fn counts(&self) -> Vec<(Verdict, usize)> {
        count(self.reports())
    }

    /// Writes everything below `folder`.
    ///
    /// # Errors
    /// [`ReportError`] with the file, figure or table at fault.
    pub fn write(&self, folder: &Path) -> Result<(), ReportError> {
        create(folder)?;
        let mut figures = Vec::new();
        for report in self.reports() {
            let place = folder.join(report.experiment.id);
            create(&place)?;
            let mut drawn = Vec::new();
            for figure in &report.figures {
                let svg = figure.svg(report.experiment.expected)?;
                save(&place.join(format!("{}.svg", figure.name())), &figure::standalone(&svg))?;
                drawn.push(svg);
            }
            for table in &report.tables {
                save(&place.join(format!("{}.csv", table.name)), &csv::table(table)?)?;
            }
            save(&place.join("report.md"), &markdown::report(report))?;
            figures.push(drawn);
        }
        save(&folder.join("index.md"), &markdown::index(self))?;
        save(&folder.join("index.html"), &html::index(self, &figures))?;
        save(&folder.join("results.json"), &json::results(self)?)
    }
}

fn count<'a>(reports: impl Iterator<Item = &'a Report>) -> Vec<(Verdict, usize)> {
    let mut counts = BTreeMap::new();
    for row in reports.flat_map(|report| &report.rows) {
        *counts.entry(row.verdict).or_insert(0) += 1;
    }
    counts.into_iter().collect()
}

fn create(folder: &Path) -> Result<(), ReportError> {
    std::fs::create_dir_all(folder).map_err(|cause| ReportError::Io { path: folder.into(), cause })
}

fn save(path: &Path, text: &str) -> Result<(), ReportError> {
    std::fs::write(path, text).map_err(|cause| ReportError::Io { path: path.into(), cause })
}
