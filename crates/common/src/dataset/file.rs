//! One data file, found and checked.

use super::DatasetError;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// Where a file's content came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Below `$PAPER_DATA`.
    PaperData(PathBuf),
    /// Below `datasets/cache`.
    Cache(PathBuf),
    /// The sample embedded in the crate.
    Sample {
        /// Whether it was generated rather than observed.
        synthetic: bool,
        /// How it was made.
        how: String,
    },
}

/// A data file whose checksum is the manifest's.
#[derive(Debug, Clone)]
pub struct DataFile {
    /// Data set.
    pub dataset: String,
    /// Path below the data set's folder.
    pub path: String,
    /// Where it came from.
    pub origin: Origin,
    /// Its SHA-256.
    pub sha256: String,
    pub(super) sample: &'static [u8],
}

impl DataFile {
    /// Opens the file for reading from its beginning.
    ///
    /// # Errors
    /// [`DatasetError::Io`] if it can no longer be opened.
    pub fn open(&self) -> Result<Box<dyn Read>, DatasetError> {
        match &self.origin {
            Origin::Sample { .. } => Ok(Box::new(self.sample)),
            Origin::PaperData(path) | Origin::Cache(path) => Ok(Box::new(BufReader::new(open(path)?))),
        }
    }

    /// One line for reports: the origin without any path of the machine.
    #[must_use]
    pub fn origin_text(&self) -> String {
        match &self.origin {
            Origin::PaperData(_) => "PAPER_DATA".into(),
            Origin::Cache(_) => "datasets/cache".into(),
            Origin::Sample { synthetic: true, how } => format!("embedded sample, synthetic ({how})"),
            Origin::Sample { synthetic: false, how } => format!("embedded sample ({how})"),
        }
    }
}

/// SHA-256 of everything that can be read, as 64 lower-case hexadecimal digits.
///
/// ```
/// let digest = common::dataset::sha256_hex(&b"abc"[..])?;
/// assert!(digest.starts_with("ba7816bf"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// What the reader returns.
pub fn sha256_hex(mut reader: impl Read) -> std::io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => hasher.update(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let mut text = String::with_capacity(64);
    for byte in hasher.finalize() {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
    }
    Ok(text)
}

/// Checks content against the manifest's checksum.
pub(super) fn check(path: &str, reader: impl Read, expected: &str) -> Result<(), DatasetError> {
    let found = sha256_hex(reader).map_err(|cause| DatasetError::Io { path: path.into(), cause })?;
    if found == expected {
        return Ok(());
    }
    Err(DatasetError::Checksum { path: path.into(), expected: expected.into(), found })
}

/// Checks the size of a file against the manifest's.
pub(super) fn check_size(path: &Path, expected: u64) -> Result<(), DatasetError> {
    let found = std::fs::metadata(path).map_err(|cause| DatasetError::Io { path: path.into(), cause })?.len();
    if found == expected {
        return Ok(());
    }
    Err(DatasetError::Size { path: path.display().to_string(), expected, found })
}

pub(super) fn open(path: &Path) -> Result<File, DatasetError> {
    File::open(path).map_err(|cause| DatasetError::Io { path: path.into(), cause })
}
