//! Why the program stops.

use std::path::{Path, PathBuf};

pub type Result<T> = std::result::Result<T, Failure>;

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Tides(#[from] lava_tides::Error),
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", path.display())]
    Part { path: PathBuf, source: lava_tides::Error },
    #[error("points must be in 2..=1000000, got {0}")]
    Points(usize),
    #[error("result must be representable as JSON: {0}")]
    Render(#[from] serde_json::Error),
    #[error("output: {0}")]
    Print(std::io::Error),
}

/// An error of this file.
pub fn in_file(path: &Path) -> impl FnOnce(std::io::Error) -> Failure + '_ {
    |source| Failure::File { path: path.to_owned(), source }
}
