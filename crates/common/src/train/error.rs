//! What can go wrong in training.

use std::path::PathBuf;

/// The result of this module's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// An error of training.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Backpropagation did not reach a variable.
    #[error("every variable must receive a gradient, {name} received none")]
    MissingGradient {
        /// The variable.
        name: String,
    },
    /// A gradient is NaN or infinite.
    #[error("gradients must be finite, that of {name} is {value} at element {element}")]
    NonFiniteGradient {
        /// The variable.
        name: String,
        /// Index in row-major order.
        element: usize,
        /// What stands there.
        value: f64,
    },
    /// A number of an optimiser or schedule is out of range.
    #[error("{field} must {rule}, got {value}")]
    Setting {
        /// The field.
        field: &'static str,
        /// What holds for it.
        rule: &'static str,
        /// What was given.
        value: f64,
    },
    /// Two variables of an optimiser have one name.
    #[error("names of variables must differ, {name} occurs twice")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// One variable was given to an optimiser under two names.
    #[error("a variable must be given once, {first} and {second} are the same")]
    DuplicateVariable {
        /// Its first name.
        first: String,
        /// Its second name.
        second: String,
    },
    /// A variable is neither f32 nor f64.
    #[error("trained variables must be f32 or f64, {name} is {dtype:?}")]
    ElementType {
        /// The variable.
        name: String,
        /// Its element type.
        dtype: candle_core::DType,
    },
    /// A tensor that must be there is not.
    #[error("a tensor named {name} is required, there is none")]
    MissingTensor {
        /// The name looked for.
        name: String,
    },
    /// A tensor that nobody asked for, as of another network's state.
    #[error("only tensors of this optimiser are allowed in its state, got {name}")]
    UnknownTensor {
        /// The name found.
        name: String,
    },
    /// A tensor has another shape or element type than required.
    #[error("{name} must be {expected}, got {got}")]
    TensorMismatch {
        /// The tensor.
        name: String,
        /// Shape and element type required.
        expected: String,
        /// Shape and element type found.
        got: String,
    },
    /// A checkpoint cannot be written or read.
    #[error("checkpoint {path}: {fault}")]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        fault: CheckpointFault,
    },
    /// The system gave no thread.
    #[error("a thread with a large stack could not be started: {0}")]
    Thread(#[from] std::io::Error),
    /// A tensor operation failed.
    #[error("{action}: {source}")]
    Tensor {
        /// What was being done.
        action: &'static str,
        /// The cause.
        source: Box<candle_core::Error>,
    },
}

/// What is wrong with a checkpoint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointFault {
    /// The system refused to read or write.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The file is cut short, or is of another format.
    #[error("not a whole safetensors file: {0}")]
    Format(#[from] safetensors::SafeTensorError),
    /// A tensor has an element type that checkpoints do not hold.
    #[error("tensors must be f32, f64, u8, u32 or i64, {name} is {dtype}")]
    ElementType {
        /// The tensor.
        name: String,
        /// Its element type.
        dtype: String,
    },
    /// A tensor cannot be read or made.
    #[error("tensor {name}: {source}")]
    Tensor {
        /// The tensor.
        name: String,
        /// The cause.
        source: Box<candle_core::Error>,
    },
    /// The path names no file.
    #[error("path must end in a file name")]
    NoFileName,
}

/// For `map_err`: wraps an error of candle with what was being done.
pub(super) fn during(action: &'static str) -> impl FnOnce(candle_core::Error) -> Error {
    move |source| Error::Tensor { action, source: Box::new(source) }
}
