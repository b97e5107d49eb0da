//! What can be wrong with a file of scores.

use crate::{Error, ExpertSet};
use std::path::Path;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum At {
    /// The file as a whole.
    File,
    /// A line, from 1.
    Line(u64),
    /// A record of a format without lines, from 1.
    Record(u64),
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File => Ok(()),
            Self::Line(line) => write!(f, ", line {line}"),
            Self::Record(record) => write!(f, ", record {record}"),
        }
    }
}

/// What is wrong with a file of scores.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataFault {
    /// The system refused to read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The text is no JSON, or not of the form wanted.
    #[error("not a score table: {0}")]
    Json(#[from] serde_json::Error),
    /// The text is no CSV.
    #[error("not CSV: {0}")]
    Csv(#[from] ::csv::Error),
    /// The file is no Parquet.
    #[error("not a Parquet file: {0}")]
    Parquet(String),
    /// The text is not UTF-8.
    #[error("text must be UTF-8, byte {offset} of the record is not")]
    Utf8 {
        /// Bytes before it that are.
        offset: usize,
    },
    /// A record is longer than memory is spent on.
    #[error("a record must have at most {limit} bytes, this one is longer")]
    RecordTooLong {
        /// The longest one accepted.
        limit: usize,
    },
    /// A file is longer than memory is spent on.
    #[error("the file must have at most {limit} bytes, it has {bytes}")]
    FileTooLong {
        /// The longest one accepted.
        limit: u64,
        /// Its length.
        bytes: u64,
    },
    /// There is no row.
    #[error("at least one row is required, the table is empty")]
    Empty,
    /// There is no column of scores.
    #[error("at least one column of scores is required, there is none")]
    NoModels,
    /// There are more models than a set can hold.
    #[error("at most {max} models are allowed, there are {0}", max = ExpertSet::MAX)]
    TooManyModels(usize),
    /// Two columns have one name.
    #[error("names of columns must differ, {name:?} occurs twice")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// A column is missing.
    #[error("a column {column:?} is required, there is none")]
    MissingColumn {
        /// Its name.
        column: &'static str,
    },
    /// A row has more or fewer fields than the header.
    #[error("a row must have {expected} fields, got {got}")]
    Ragged {
        /// Fields of the header.
        expected: usize,
        /// Fields of the row.
        got: usize,
    },
    /// A field that must hold something is empty.
    #[error("{column:?} must not be empty")]
    Missing {
        /// The column or model.
        column: String,
    },
    /// A score is not a number.
    #[error("score of {model:?} must be a number or true or false, got {text:?}")]
    NotANumber {
        /// The model.
        model: String,
        /// What stands there.
        text: String,
    },
    /// A score is NaN or outside its range.
    #[error("score of {model:?} must lie in [0, 1], got {value}")]
    Score {
        /// The model.
        model: String,
        /// The score.
        value: f64,
    },
    /// A row names other models than the first row.
    #[error("a row must have the models of the first row, {model:?} is not in both")]
    OtherModels {
        /// A model that is in one of them only.
        model: String,
    },
    /// A split has an unknown name.
    #[error("split must be train, test or test_seen, got {0:?}")]
    Split(String),
}

impl DataFault {
    /// The error of this fault at a place of a file.
    pub(super) fn at(self, path: &Path, at: At) -> Error {
        Error::Data { path: path.to_owned(), at, fault: self }
    }
}
