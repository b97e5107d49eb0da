//! Why the program stops.

use std::{path::PathBuf, process::ExitCode};
use water_dc::Error;

pub type Result<T> = std::result::Result<T, Failure>;

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Water(#[from] Error),
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", path.display())]
    Weather { path: PathBuf, source: Error },
    #[error("{}: {source}", path.display())]
    Toml { path: PathBuf, source: Box<toml::de::Error> },
    #[error("{}: {source}", path.display())]
    Json { path: PathBuf, source: serde_json::Error },
    #[error("site {site:?} needs {what}, got {given}")]
    Site { site: String, what: &'static str, given: &'static str },
    #[error("hours must be at most {limit}, got {hours}")]
    Hours { hours: usize, limit: usize },
    #[error("--{option} needs {needs}")]
    Option { option: &'static str, needs: &'static str },
    #[error("result must be representable as JSON: {0}")]
    Render(#[from] serde_json::Error),
    #[error("output: {0}")]
    Print(std::io::Error),
}

impl Failure {
    /// The option that would help.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Water(Error::MissingInput { what, .. }) => match *what {
                "a PUE" => Some("give one with --pue"),
                "hourly weather" => Some("give a file with --weather"),
                _ => Some("choose another --profile"),
            },
            Self::Water(Error::Unknown { kind: "country", .. }) => Some("`water-dc country` lists them"),
            _ => None,
        }
    }

    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Water(Error::Infeasible { .. } | Error::CarbonBound { .. }) => ExitCode::from(3),
            Self::Option { .. } => ExitCode::from(2),
            _ => ExitCode::from(1),
        }
    }
}
