//! Small files of the kernel.

use super::MeterFault;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

/// The longest content that is read.
const MAX_BYTES: u64 = 4096;

/// The content of a file without white space around it.
pub(super) fn text(path: &Path) -> Result<String, MeterFault> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text));
    match read {
        Ok(_) => Ok(text.trim().to_owned()),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Err(MeterFault::Permission { path: path.to_owned() })
        }
        Err(error) => Err(MeterFault::Io(error)),
    }
}

/// The whole number in a file.
pub(super) fn number(path: &Path) -> Result<u64, MeterFault> {
    let text = text(path)?;
    text.parse().map_err(|_| MeterFault::NotANumber { path: path.to_owned(), text })
}

/// The entries of a folder, sorted by name; none if it is no folder.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>, MeterFault> {
    let listing = match std::fs::read_dir(folder) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        listing => listing?,
    };
    let mut entries = listing.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    entries.sort_unstable();
    Ok(entries)
}
