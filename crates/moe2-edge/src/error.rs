//! What can go wrong.

use crate::select::{CertificateError, Constraint};
use std::path::PathBuf;

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
        path: PathBuf,
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
        path: PathBuf,
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
    /// More of something than can be represented.
    #[error("{what}: at most {limit} allowed, {got} given")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// The most that is allowed.
        limit: usize,
        /// The number given.
        got: usize,
    },
    /// A name that is used twice.
    #[error("{what} must have different names, {name:?} is used twice")]
    Duplicate {
        /// What has the name.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// An index of an expert that does not exist.
    #[error("expert must be below {experts}, not {expert}")]
    UnknownExpert {
        /// The index given.
        expert: usize,
        /// The number of experts.
        experts: usize,
    },
    /// A name that nothing has.
    #[error("{what} must be one of {}, not {name:?}", known.join(", "))]
    UnknownName {
        /// What is looked for.
        what: &'static str,
        /// The name given.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// No set of experts obeys the constraints.
    #[error("{constraint} must allow for at least {needed}, it allows {budget}")]
    Infeasible {
        /// The constraint that excludes the cheapest choice, or contradicts the required experts.
        constraint: Constraint,
        /// What the cheapest choice needs, in the constraint's unit.
        needed: f64,
        /// What the constraint allows, in the same unit.
        budget: f64,
    },
    /// A quantity that may fall as experts are added where one that cannot is needed.
    #[error("{what} must not fall as experts are added for this use, but it can")]
    NonMonotone {
        /// The objective or the energy model.
        what: &'static str,
    },
    /// A search that was stopped before it met a set that obeys the constraints.
    #[error("a feasible set must be found within the limits, none was within {nodes} nodes")]
    LimitReached {
        /// Nodes visited.
        nodes: u64,
    },
    /// A certificate that proves nothing.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A file that cannot be read.
    #[error("{} must be readable: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file that is not of its format.
    #[error("{} must be a cluster description: {message}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// The parser's reason, with line and field.
        message: String,
    },
    /// A field of a file that breaks a rule.
    #[error("{}: {field}: {source}", path.display())]
    Field {
        /// The file.
        path: PathBuf,
        /// The field, such as `expert[3].server`.
        field: String,
        /// The rule and what was given.
        source: Box<Error>,
    },
}
