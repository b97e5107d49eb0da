//! Why the program stops.

use lava_tides::Error;
use std::{path::PathBuf, process::ExitCode};

pub type Result<T> = std::result::Result<T, Failure>;

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Tides(#[from] Error),
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", path.display())]
    Table { path: PathBuf, source: Error },
    #[error("--{option} needs {needs}")]
    Option { option: &'static str, needs: &'static str },
    #[error("{folder}: parts must be named part-I-of-N.json, found none", folder = folder.display())]
    NoParts { folder: PathBuf },
    #[error("figure: {0}")]
    Figure(#[from] common::report::ReportError),
    #[error("result must be representable as JSON: {0}")]
    Render(#[from] serde_json::Error),
    #[error("output: {0}")]
    Print(std::io::Error),
}

impl Failure {
    /// The option that would help.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Tides(Error::InsideRoche { .. }) => {
                Some("a fluid body is torn apart there; choose a wider orbit")
            }
            Self::Tides(Error::MassNotMeasured { .. }) => {
                Some("limits and mass-radius relations give no density; choose a planet with a measured mass")
            }
            Self::Tides(Error::MissingValue {
                column: "st_masserr1" | "st_raderr1" | "st_tefferr1", ..
            }) => Some("the table has no errors of the star; leave out --star-errors"),
            Self::Tides(Error::MissingPart { .. }) => {
                Some("compute it with `lava-tides map --shard I/N --parts FOLDER`")
            }
            _ => None,
        }
    }

    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(if matches!(self, Self::Option { .. }) { 2 } else { 1 })
    }
}
