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
    /// A file of scores or a request log that cannot be used.
    #[error("{}{at}: {fault}", path.display())]
    Data {
        /// The file.
        path: std::path::PathBuf,
        /// Where in it.
        at: crate::data::At,
        /// What is wrong there.
        #[source]
        fault: crate::data::DataFault,
    },
    /// A saved gate that cannot be written or read.
    #[error("gate file {}: {fault}", path.display())]
    GateFile {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong with it.
        #[source]
        fault: crate::gate::GateFileFault,
    },
    /// A meter of energy that does not answer.
    #[error("energy meter {meter}: {fault}")]
    Meter {
        /// The meter: a file, a device or a program.
        meter: String,
        /// What is wrong with it.
        #[source]
        fault: crate::meter::MeterFault,
    },
    /// A gate without weights that a training step could move.
    #[error("a gate must be linear or have a hidden layer to be trained further, not {model}")]
    NotTrainable {
        /// The kind of gate.
        model: &'static str,
    },
    /// A training step failed.
    #[cfg(feature = "gate")]
    #[error("training of a gate: {0}")]
    Training(#[from] common::train::Error),
    /// A tensor operation failed.
    #[cfg(feature = "gate")]
    #[error("{action}: {source}")]
    Tensor {
        /// What was being done.
        action: &'static str,
        /// The cause.
        source: Box<candle_core::Error>,
    },
}
