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
