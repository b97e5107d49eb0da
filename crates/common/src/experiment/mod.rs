//! Experiments: one table or figure of a paper as a program.
//!
//! An [`Experiment`] names the numbers that it will measure and what the paper prints for them ([`Expected`]). Its
//! function gets a [`Context`] (profile, seed, data) and a [`Record`] to write into, neither of which gives access to
//! the expected numbers: a verdict is computed outside, by [`judge`].
//!
//! ```
//! use common::dataset::{DataRoots, Store};
//! use common::experiment::*;
//!
//! const HALF_LIFE: Experiment = Experiment {
//!     id: "demo/half-life",
//!     title: "Half-life of a decay at 10 % per year",
//!     artefact: "Table 1",
//!     expected: &[Expected::printed("half-life", "yr", 6.93, "Table 1").within(Bound::Abs(0.005))],
//!     reference: &[],
//!     run: |_, record| {
//!         record.measure("half-life", 2f64.ln() / 0.1, Evidence::Exact);
//!         Ok(())
//!     },
//! };
//!
//! let setup = Setup::new(Profile::Quick, 1, Store::new(DataRoots::default(), [])?);
//! let report = HALF_LIFE.execute(&setup)?;
//! assert_eq!(report.rows[0].verdict, Verdict::Reproduced);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod context;
mod expected;
mod record;
mod run;
mod verdict;

pub use context::{Context, Progress, Setup, Silent};
pub use expected::{Bound, Bounds, Expected, Profile};
pub use record::{Cell, Evidence, Measured, Record, Table};
pub use run::{Report, RunError};
pub use verdict::{JudgeError, Known, Row, Verdict, judge};

use crate::dataset::Dataset;

/// A paper: what its crate exports behind the feature `experiments`.
#[derive(Debug, Clone, Copy)]
pub struct Paper {
    /// Name of the crate, first part of every experiment id.
    pub key: &'static str,
    /// arXiv number.
    pub arxiv: &'static str,
    /// Title.
    pub title: &'static str,
    /// Version of the crate.
    pub version: &'static str,
    /// The experiments, in the order of the report.
    pub experiments: &'static [Experiment],
    /// The data sets that they read.
    pub datasets: &'static [Dataset],
}

/// One table or figure of a paper, as a program.
#[derive(Debug, Clone, Copy)]
pub struct Experiment {
    /// `<crate>/<name>`: stable, unique.
    pub id: &'static str,
    /// One line.
    pub title: &'static str,
    /// "Figure 3", "Table 2, rows 1-4".
    pub artefact: &'static str,
    /// The numbers, judged outside.
    pub expected: &'static [Expected],
    /// Tables of the paper on inputs that are not to be had: printed beside ours, never judged.
    pub reference: &'static [Reference],
    /// The program.
    pub run: fn(&Context<'_>, &mut Record) -> Outcome,
}

/// A table of the paper that only the report reads.
#[derive(Debug, Clone, Copy)]
pub struct Reference {
    /// Title.
    pub title: &'static str,
    /// Where the paper prints it.
    pub source: &'static str,
    /// The table as CSV, header first.
    pub csv: &'static str,
}

/// What an experiment's function returns.
pub type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;
