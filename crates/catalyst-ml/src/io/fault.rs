//! What can be wrong with a line of a file.

use crate::Error;

/// A value read from a line, or what is wrong with the line.
pub(super) type Checked<T> = Result<T, FormatFault>;

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatFault {
    /// A line is longer than lines may be.
    #[error("a line must have at most {limit} bytes")]
    LongLine {
        /// The largest length.
        limit: usize,
    },
    /// A line is not UTF-8.
    #[error("a line must be UTF-8 text")]
    Utf8,
    /// The file ends inside a frame.
    #[error("the file must go on with {expected}, and it ends")]
    Truncated {
        /// What should stand here.
        expected: &'static str,
    },
    /// An atom count is no whole number that memory could hold.
    #[error("an atom count must be a whole number below 2^32, got {text:?}")]
    Count {
        /// What stands there, its beginning.
        text: String,
    },
    /// A line has too few fields.
    #[error("the line must have {expected} fields, got {found}")]
    Fields {
        /// How many are needed.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A field does not read as what it has to be.
    #[error("{what} must be {rule}, got {text:?}")]
    Field {
        /// Name of the field.
        what: &'static str,
        /// What it has to be.
        rule: &'static str,
        /// What stands there, its beginning.
        text: String,
    },
    /// A key appears with a value that it cannot have.
    #[error("{key} must be {rule}")]
    Key {
        /// The key.
        key: &'static str,
        /// What its value has to be.
        rule: &'static str,
    },
    /// The values are well formed and make no structure.
    #[error("{0}")]
    Structure(#[from] Box<Error>),
}

impl FormatFault {
    pub(super) fn field(what: &'static str, rule: &'static str, text: &str) -> Self {
        Self::Field { what, rule, text: beginning(text) }
    }

    pub(super) fn count(text: &str) -> Self {
        Self::Count { text: beginning(text) }
    }
}

impl From<Error> for FormatFault {
    fn from(error: Error) -> Self {
        Self::Structure(Box::new(error))
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(24).collect()
}

/// A finite number.
pub(super) fn real(what: &'static str, text: &str) -> Checked<f64> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err(FormatFault::field(what, "a finite number", text)),
    }
}

/// A whole number of atoms.
pub(super) fn count(text: &str) -> Checked<u32> {
    text.parse().map_err(|_| FormatFault::count(text))
}
