//! Why the program stops.

use snn_iir::Error;
use std::path::PathBuf;

pub type Result<T> = std::result::Result<T, Failure>;

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Network(#[from] Error),
    #[error(
        "--data must be digits, shapes[:COUNT], cifar10:FOLDER, cifar100:FOLDER, idx:FOLDER, images:FOLDER or, with the feature frames, cifar10-jpeg:FOLDER, got {text}"
    )]
    Data { text: String },
    #[error("{} must hold {wanted}, found none", folder.display())]
    NoFiles { folder: PathBuf, wanted: &'static str },
    #[error("{} must be there: {command} makes it", path.display())]
    Before { path: PathBuf, command: &'static str },
    #[error("either a checkpoint or --net and --rate must be given")]
    NothingToMeasure,
    #[error("result must be representable as JSON: {0}")]
    Render(#[from] serde_json::Error),
}

impl Failure {
    /// What would help.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Network(Error::OtherRun { .. }) => {
                Some("give another --out, or --fresh to begin this stage again")
            }
            Self::Network(Error::ShapeMismatch { .. } | Error::CountMismatch { .. }) => {
                Some("network and data must have the same image size and classes; see --net and --data")
            }
            Self::Network(Error::DeadNetwork { .. }) => Some("run without --strict for a suggestion"),
            _ => None,
        }
    }
}
