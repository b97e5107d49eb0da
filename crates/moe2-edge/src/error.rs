//! What can go wrong.

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// An input that breaks a rule, a problem without a solution, or a file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A number outside its range.
    #[error("{what} must be {rule}, not {value}")]
    InvalidValue {
        /// The field.
        what: String,
        /// The rule it breaks.
        rule: &'static str,
        /// The number.
        value: f64,
    },
    /// Two lengths that must agree.
    #[error("{what}: {expected} expected, {got} given")]
    Dimension {
        /// What has the wrong length.
        what: String,
        /// The length required.
        expected: usize,
        /// The length given.
        got: usize,
    },
    /// A set without experts where one is needed.
    #[error("at least one expert is required, the set is empty")]
    EmptySet,
}
