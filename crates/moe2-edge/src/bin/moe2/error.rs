//! Why the program stops.

use moe2_edge::Error;
use moe2_edge::meter::MeterFault;
use std::path::PathBuf;
use std::process::ExitCode;

pub type Result<T> = std::result::Result<T, Failure>;

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Moe(#[from] Error),
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{} must have at most {limit} bytes, it has {bytes}", path.display())]
    TooLarge { path: PathBuf, limit: u64, bytes: u64 },
    #[error("{} must be a certificate: {source}", path.display())]
    NotACertificate { path: PathBuf, source: serde_json::Error },
    #[error("{}: {source}", path.display())]
    Csv { path: PathBuf, source: csv::Error },
    #[error("scores must be `instance`, `synthetic` or end in .csv, .json, .jsonl or .parquet, got {}", path.display())]
    Scores { path: PathBuf },
    #[error("scores with prompts are required for {purpose}, `instance` has none")]
    NoPrompts { purpose: &'static str },
    #[error("category {category:?} has a share of the traffic and must occur in the scores, it does not")]
    NoRows { category: String },
    #[error("--{option} needs {needs}")]
    Option { option: &'static str, needs: &'static str },
    #[error("a certificate must come from a whole search, this one was ended by --time")]
    NoCertificate,
    #[error("result must be representable as JSON: {0}")]
    Render(#[from] serde_json::Error),
    #[error("output: {0}")]
    Print(std::io::Error),
}

impl Failure {
    /// What would help.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Moe(Error::Infeasible { .. }) => {
                Some("raise --energy or --delay, or the budgets of the cluster file")
            }
            Self::Moe(Error::Certificate(_)) => {
                Some("scores, gate and budgets must be those that the certificate was made with")
            }
            Self::Moe(Error::LimitReached { .. }) => Some("give a longer --time"),
            Self::Moe(Error::UnknownName { what: crate::scores::EXPERT, .. }) => Some(
                "experts of the cluster file must have the names of the columns of the scores and of the gate",
            ),
            Self::Moe(Error::UnknownName { what: crate::scores::TASK, .. }) => Some(
                "with more than one category in the cluster file, each task of the scores must be one of them",
            ),
            Self::Moe(Error::Meter { fault: MeterFault::NoSensor { .. } | MeterFault::Io(_), .. }) => Some(
                "on another machine, or with its folder of counters after a colon; --meter modelled needs no sensor",
            ),
            Self::NoPrompts { .. } => Some("try --scores synthetic"),
            _ => None,
        }
    }

    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(if matches!(self, Self::Option { .. }) { 2 } else { 1 })
    }
}
