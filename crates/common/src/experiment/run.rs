//! Running one experiment.

use super::{Context, Evidence, Experiment, JudgeError, Record, Row, Setup, Table, judge};
use crate::dataset::DataFile;
use crate::report::Figure;
use std::time::Instant;

/// What one run of an experiment gave.
#[derive(Debug, Clone)]
pub struct Report {
    /// The experiment.
    pub experiment: Experiment,
    /// Its numbers, judged.
    pub rows: Vec<Row>,
    /// Its tables.
    pub tables: Vec<Table>,
    /// Its figures.
    pub figures: Vec<Figure>,
    /// Its remarks.
    pub notes: Vec<String>,
    /// The data that it used.
    pub data: Vec<DataFile>,
    /// The strongest evidence that these data allow.
    pub strongest: Evidence,
    /// Wall time.
    pub seconds: f64,
}

/// Why an experiment gave no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// Its function returned an error.
    #[error("{experiment}: {cause}")]
    Failed {
        /// The experiment.
        experiment: &'static str,
        /// What it said.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Its record cannot be judged.
    #[error(transparent)]
    Judge(#[from] JudgeError),
}

impl Report {
    /// The report of an experiment that failed: every number with a bound is missing, and the first remark says why.
    ///
    /// ```
    /// use common::{dataset::{DataRoots, Store}, experiment::*};
    /// const BROKEN: Experiment = Experiment {
    ///     id: "demo/broken",
    ///     title: "Fails",
    ///     artefact: "Table 1",
    ///     expected: &[Expected::printed("a", "", 1.0, "Table 1").within(Bound::Abs(0.1))],
    ///     reference: &[],
    ///     run: |_, _| Err("no input".into()),
    /// };
    /// let setup = Setup::new(Profile::Quick, 1, Store::new(DataRoots::default(), [])?);
    /// let error = BROKEN.execute(&setup).unwrap_err();
    /// let report = Report::of_failure(&BROKEN, &setup, &error);
    /// assert_eq!(report.rows[0].verdict, Verdict::Missing);
    /// assert_eq!(report.notes, ["The experiment failed. demo/broken: no input."]);
    /// # Ok::<(), common::dataset::DatasetError>(())
    /// ```
    #[must_use]
    pub fn of_failure(experiment: &Experiment, setup: &Setup, error: &RunError) -> Self {
        let empty = judge(experiment, &Record::new(), setup.profile, Evidence::Exact, &setup.known);
        Self {
            experiment: *experiment,
            rows: empty.unwrap_or_default(),
            tables: vec![],
            figures: vec![],
            notes: vec![format!("The experiment failed. {error}.")],
            data: vec![],
            strongest: Evidence::Exact,
            seconds: 0.0,
        }
    }
}

impl Experiment {
    /// Runs the experiment and judges what it measured.
    ///
    /// # Errors
    /// [`RunError`] if the experiment's function fails or measures what it does not declare.
    pub fn execute(&self, setup: &Setup) -> Result<Report, RunError> {
        let begin = Instant::now();
        let context = Context::new(setup);
        let mut record = Record::new();
        (self.run)(&context, &mut record).map_err(|cause| RunError::Failed { experiment: self.id, cause })?;
        let strongest = context.strongest_evidence();
        let rows = judge(self, &record, setup.profile, strongest, &setup.known)?;
        Ok(Report {
            experiment: *self,
            rows,
            tables: record.tables,
            figures: record.figures,
            notes: record.notes,
            data: context.used(),
            strongest,
            seconds: begin.elapsed().as_secs_f64(),
        })
    }
}
