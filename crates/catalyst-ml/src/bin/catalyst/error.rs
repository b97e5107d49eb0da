//! Why the program stops.

use catalyst_ml::Error;
use std::{path::PathBuf, process::ExitCode};

pub type Result<T> = std::result::Result<T, Failure>;

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Catalyst(#[from] Error),
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", path.display())]
    Structure { path: PathBuf, source: Error },
    #[error("{}: a file of structures must hold one, got none", path.display())]
    Empty { path: PathBuf },
    #[error("{}, line {line}: {needs}", path.display())]
    Table { path: PathBuf, line: usize, needs: &'static str },
    #[error("--{option} must be {needs}, got {value:?}")]
    Option { option: &'static str, needs: &'static str, value: String },
    #[error("figure: {0}")]
    Figure(#[from] common::report::ReportError),
    #[error("result must be representable as JSON: {0}")]
    Render(#[from] serde_json::Error),
    #[error("output: {0}")]
    Print(std::io::Error),
}

impl Failure {
    /// What would help.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Catalyst(Error::UnsupportedElement { .. }) => {
                Some("EMT has parameters of Al, Ni, Cu, Pd, Ag, Pt and Au, and rough ones of H, C, N and O")
            }
            Self::Catalyst(Error::JournalContent { line: 1, .. }) => {
                Some("choose another --journal, or delete this one")
            }
            Self::File { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                Some("a crystal is a file or one of the symbols Al, Ni, Cu, Pd, Ag, Pt, Au")
            }
            _ => None,
        }
    }

    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(if matches!(self, Self::Option { .. }) { 2 } else { 1 })
    }
}
