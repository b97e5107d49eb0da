//! What can be wrong with a gate's file.

/// What is wrong with a file of a gate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GateFileFault {
    /// The system refused to read or write.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The file is cut short, or is of another format.
    #[error("not a whole safetensors file: {0}")]
    Format(#[from] safetensors::SafeTensorError),
    /// The path names no file.
    #[error("path must end in a file name")]
    NoFileName,
    /// The file is of another program.
    #[error("metadata of a gate are required, there are none")]
    NotAGate,
    /// The metadata cannot be read.
    #[error("metadata: {0}")]
    Metadata(#[from] serde_json::Error),
    /// The file is of another version.
    #[error("version must be {expected}, got {got}")]
    Version {
        /// The version that is read.
        expected: u32,
        /// The version of the file.
        got: u32,
    },
    /// A tensor has another shape or element type than the metadata say.
    #[error("tensor {name} must be {expected}, got {got}")]
    Tensor {
        /// The tensor.
        name: String,
        /// Shape and element type required.
        expected: String,
        /// Shape and element type found.
        got: String,
    },
    /// A number in a tensor is NaN or infinite.
    #[error("numbers of {name} must be finite, got {value} at place {place}")]
    NonFinite {
        /// The tensor.
        name: String,
        /// Place in row-major order, from 0.
        place: usize,
        /// The number.
        value: f32,
    },
    /// The parts do not make a gate.
    #[error("{0}")]
    Parts(Box<crate::Error>),
}
