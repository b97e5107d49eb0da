//! Data sets: manifests, where their files are looked for, and how a file is checked before it is used.
//!
//! A file is looked for in `$PAPER_DATA/<dataset>/`, then in `datasets/cache/<dataset>/`; if it is in neither, the
//! sample embedded in the crate stands in for it, if there is one. A file whose size or SHA-256 differs from the
//! manifest is refused, never skipped.

mod csv;
mod file;
mod manifest;
mod store;

pub use self::csv::CsvTable;
pub use file::{DataFile, Origin, sha256_hex};
pub use manifest::{Column, Dtype, FileEntry, Manifest, Package, PackageClient, SampleEntry};
pub use store::{DataRoots, Store};

use std::path::PathBuf;

/// A data set as a paper crate carries it: the manifest's text and, where the manifest names one, the sample.
#[derive(Debug, Clone, Copy)]
pub struct Dataset {
    /// Text of `datasets/<name>.toml`.
    pub manifest: &'static str,
    /// Content of the sample file.
    pub sample: Option<&'static [u8]>,
}

/// What can be wrong with a manifest or a data file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// The manifest is not valid TOML or lacks a field.
    #[error("manifest does not parse: {0}")]
    Manifest(#[from] Box<toml::de::Error>),
    /// A manifest field breaks a rule.
    #[error("manifest of {dataset}: {field} must be {rule}, got {value:?}")]
    ManifestField {
        /// Data set.
        dataset: String,
        /// Field.
        field: &'static str,
        /// What it must be.
        rule: &'static str,
        /// What it is.
        value: String,
    },
    /// Two manifests have one name.
    #[error("two manifests are named {0:?}")]
    Duplicate(String),
    /// No manifest has this name.
    #[error("unknown data set {name:?}; known: {known}")]
    UnknownDataset {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The manifest lists no such file.
    #[error("data set {dataset} has no file {file:?}")]
    UnknownFile {
        /// Data set.
        dataset: String,
        /// The file asked for.
        file: String,
    },
    /// The file is nowhere and has no sample.
    #[error("{dataset}/{file} is not at hand (set PAPER_DATA{})", or_fetch(*fetchable, dataset))]
    NotAtHand {
        /// Data set.
        dataset: String,
        /// File.
        file: String,
        /// Whether `cargo xtask data fetch` can get it.
        fetchable: bool,
    },
    /// The profile demands the whole file.
    #[error("profile full needs {dataset}/{file}: set PAPER_DATA{}", or_fetch(*fetchable, dataset))]
    FullNeedsFile {
        /// Data set.
        dataset: String,
        /// File.
        file: String,
        /// Whether `cargo xtask data fetch` can get it.
        fetchable: bool,
    },
    /// The file is not the one that the manifest describes.
    #[error("{path} is refused: sha256 must be {expected}, got {found}")]
    Checksum {
        /// The file.
        path: String,
        /// Checksum of the manifest.
        expected: String,
        /// Checksum of the file.
        found: String,
    },
    /// The checksum is right and the manifest's size is not.
    #[error("{path} is refused: size must be {expected} bytes, got {found}")]
    Size {
        /// The file.
        path: String,
        /// Size of the manifest.
        expected: u64,
        /// Size of the file.
        found: u64,
    },
    /// The file cannot be read.
    #[error("{path}: {cause}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// A line is not CSV.
    #[error("{file}, line {line}: {message}")]
    Csv {
        /// File.
        file: String,
        /// Line, counted from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// The header lacks a column of the manifest.
    #[error("{file}: column {column:?} is missing")]
    MissingColumn {
        /// File.
        file: String,
        /// Column.
        column: String,
    },
    /// A field is not a number, or is empty where the manifest forbids it.
    #[error("{file}, line {line}, column {column:?}: a number is required, got {text:?}")]
    NotANumber {
        /// File.
        file: String,
        /// Line, counted from 1.
        line: u64,
        /// Column.
        column: String,
        /// The field's text.
        text: String,
    },
    /// A number is outside the manifest's range.
    #[error("{file}, line {line}, column {column:?}: must lie in [{min}, {max}], got {value}")]
    OutOfRange {
        /// File.
        file: String,
        /// Line, counted from 1.
        line: u64,
        /// Column.
        column: String,
        /// The number.
        value: f64,
        /// Smallest allowed.
        min: f64,
        /// Largest allowed.
        max: f64,
    },
}

fn or_fetch(fetchable: bool, dataset: &str) -> String {
    if fetchable { format!(", or run `cargo xtask data fetch {dataset}`") } else { String::new() }
}

impl DatasetError {
    /// Whether the file simply is not there (an experiment may go on without it), as opposed to being wrong.
    #[must_use]
    pub fn is_not_at_hand(&self) -> bool {
        matches!(self, Self::NotAtHand { .. })
    }
}
