//! The crate's error types.

use std::path::PathBuf;

/// Result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// What was asked for and cannot be done. Each text states the rule and what was given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A bit width that no quantiser has.
    #[error("bits must be 4, 8 or 16, got {0}")]
    Bits(u32),
    /// A range that is not finite or runs backwards.
    #[error("range of {what} must be finite with its lower end at or below its upper, got [{lo}, {hi}]")]
    Range {
        /// The site or tensor.
        what: String,
        /// Lower end.
        lo: f64,
        /// Upper end.
        hi: f64,
    },
    /// A zero point that its integer type cannot hold.
    #[error("zero point must lie in [{min}, {max}], got {zero_point}")]
    ZeroPoint {
        /// The value.
        zero_point: f64,
        /// Smallest that is allowed.
        min: f64,
        /// Largest that is allowed.
        max: f64,
    },
    /// A quantity breaks the rule of its name.
    #[error("{name} must be {rule}, got {value}")]
    Quantity {
        /// Name of the quantity.
        name: &'static str,
        /// What its values have to be.
        rule: &'static str,
        /// The value given.
        value: f64,
    },
    /// There are too few or too many items.
    #[error("number of {name} must be {rule}, got {count}")]
    Count {
        /// Name of the items.
        name: &'static str,
        /// How many there have to be.
        rule: &'static str,
        /// How many there are.
        count: usize,
    },
    /// The size of a quantisation group does not divide the columns.
    #[error("group size must divide the {columns} columns, got {size}")]
    Group {
        /// The size of a group.
        size: usize,
        /// Columns of the matrix.
        columns: usize,
    },
    /// A tensor or slice has another shape than its place.
    #[error("shape of {what} must be {expected:?}, got {got:?}")]
    Shape {
        /// The tensor.
        what: String,
        /// Its shape in the model.
        expected: Vec<usize>,
        /// Its shape as given.
        got: Vec<usize>,
    },
    /// A number that is infinite or not a number.
    #[error("{what} must be finite, got {value} at place {place}")]
    NonFinite {
        /// Where it was met.
        what: String,
        /// Place in the tensor, row by row from 0.
        place: usize,
        /// The number.
        value: f64,
    },
    /// A configuration that this crate cannot run.
    #[error("{field} must be {rule}, got {got}")]
    Config {
        /// The field, as the file names it.
        field: String,
        /// What it has to be.
        rule: String,
        /// What it is.
        got: String,
    },
    /// No model of this architecture is known.
    #[error("architecture must be one of {known}, got {got:?}")]
    Architecture {
        /// The architecture of the file.
        got: String,
        /// Those that are known.
        known: &'static str,
    },
    /// A tensor of the model is absent from its files.
    #[error("model must have the tensor {name}, got none of that name")]
    MissingTensor {
        /// Its name.
        name: String,
    },
    /// A token that the vocabulary does not have.
    #[error("token ids must be below the size of the vocabulary {vocab}, got {id} at place {place}")]
    Token {
        /// The token.
        id: u32,
        /// Place in the sequence, from 0.
        place: usize,
        /// Size of the vocabulary.
        vocab: usize,
    },
    /// A sequence longer than the context.
    #[error("sequence must have at most the {context} tokens of the context, got {length}")]
    Context {
        /// Its length.
        length: usize,
        /// Length of the context.
        context: usize,
    },
    /// A transformation that would change the model's function.
    #[error("{transform} must leave the model's function as it is, but {reason}")]
    NotInvariant {
        /// The transformation.
        transform: &'static str,
        /// Why it would not.
        reason: String,
    },
    /// No range was measured at a site that is to be quantised.
    #[error("calibration must have a range for {site}, got none")]
    Uncalibrated {
        /// Path of the site.
        site: String,
    },
    /// No site matches the pattern of an override.
    #[error("pattern must match the path of a site, as layers.*.mlp.down.output does, got {0:?}")]
    Pattern(String),
    /// Training left the numbers that can be represented.
    #[error("training loss must be finite, got {loss} at step {step}")]
    Diverged {
        /// The step, from 0.
        step: usize,
        /// The loss there.
        loss: f64,
    },
    /// A file cannot be used.
    #[error("file {}: {fault}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: Box<FileFault>,
    },
    /// A tokenizer that cannot be used.
    #[error("tokenizer: {0}")]
    Tokenizer(Box<TokenizerFault>),
    /// An operation on tensors failed.
    #[cfg(feature = "train")]
    #[error("{operation} failed: {source}")]
    Tensor {
        /// What was under way.
        operation: &'static str,
        /// The error of the tensor library.
        source: candle_core::Error,
    },
    /// The optimiser or a checkpoint of training failed.
    #[cfg(feature = "train")]
    #[error("training failed: {0}")]
    Train(#[from] common::train::Error),
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileFault {
    /// The system refuses.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The file ends too early.
    #[error("{what} must end within the {len} bytes of the file, got {needed} bytes from byte {offset}")]
    Truncated {
        /// What was being read.
        what: String,
        /// Where it begins.
        offset: u64,
        /// Its length in bytes.
        needed: u64,
        /// Length of the file.
        len: u64,
    },
    /// The file has more bytes than its contents.
    #[error("file must end at byte {expected}, got {len} bytes")]
    Trailing {
        /// Where its contents end.
        expected: u64,
        /// Length of the file.
        len: u64,
    },
    /// The file is of another kind.
    #[error("{what} must be {expected}, got {got}")]
    Format {
        /// What was being read.
        what: String,
        /// What has to stand there.
        expected: String,
        /// What stands there.
        got: String,
    },
    /// A number of a header lies outside what the format allows.
    #[error("{what} must be at most {max}, got {value}")]
    Limit {
        /// What was being read.
        what: String,
        /// The largest allowed.
        max: u64,
        /// The value.
        value: u64,
    },
    /// A type of tensor that this crate does not read.
    #[error("type of tensor {tensor} must be one of {known}, got {got}")]
    TensorType {
        /// The tensor.
        tensor: String,
        /// The types that are read.
        known: &'static str,
        /// The type in the file.
        got: String,
    },
    /// A name that stands twice.
    #[error("names must be unique, got {0:?} twice")]
    Duplicate(String),
    /// A site that the model does not have.
    #[error("sites must be those of a model of {layers} blocks, got {field:?} of {module:?}")]
    UnknownSite {
        /// The module, as the file names it.
        module: String,
        /// The tensor of the module: `input`, `input2`, `weight`, `output`.
        field: String,
        /// Blocks of the model.
        layers: usize,
    },
    /// A site of the model that the file leaves out.
    #[error("every site of the model must be given, got no {field:?} of {module:?}")]
    MissingSite {
        /// The module, as the file names it.
        module: String,
        /// The tensor of the module.
        field: &'static str,
    },
    /// A range that is not finite or runs backwards.
    #[error("range of {site} must be finite with its lower end at or below its upper, got [{lo}, {hi}]")]
    Range {
        /// Module and tensor.
        site: String,
        /// Lower end.
        lo: f64,
        /// Upper end.
        hi: f64,
    },
    /// A piece of metadata is absent.
    #[error("metadata must have the key {0}, got none")]
    MissingKey(String),
    /// Text that is not JSON of the expected form.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
}

/// What is wrong with a tokenizer, its files or its text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenizerFault {
    /// The kind of tokenizer is not known.
    #[error("kind must be one of {known}, got {got:?}")]
    Kind {
        /// The kinds that are known.
        known: &'static str,
        /// The kind in the file.
        got: String,
    },
    /// A byte has no piece.
    #[error("vocabulary must have a piece for the byte {0:#04x}, got none")]
    Byte(u8),
    /// The tokenizer library refuses its file or text.
    #[cfg(feature = "bpe")]
    #[error("{0}")]
    Library(tokenizers::Error),
    /// Decoded bytes that are no text.
    #[error("decoded tokens must be UTF-8, got a bad byte at place {0}")]
    Utf8(usize),
}

/// An error of a tensor operation with its name.
#[cfg(feature = "train")]
pub(crate) fn during(operation: &'static str) -> impl Fn(candle_core::Error) -> Error {
    move |source| Error::Tensor { operation, source }
}
