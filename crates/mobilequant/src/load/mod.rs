//! Model files: Hugging Face directories, GGUF, llama2.c.
//!
//! No header is trusted: every size is checked against the length of the file before memory is taken for it, and every
//! weight must be finite. Tensors that the architecture does not know are refused, since a model without them would
//! compute something else.

mod assemble;
mod gguf;
mod hugging_face;
mod llama2c;
mod rope_order;
mod safetensor;
mod source;

pub use gguf::{GgufFile, GgufType, MetadataValue, read_gguf, write_gguf};
pub use hugging_face::{parse_safetensors, read_hugging_face, write_hugging_face};
pub use llama2c::read_llama2c;

pub(crate) use source::{Cursor, read_small};

use crate::{Checkpoint, Error, FileFault, Result};
use std::path::Path;

/// Reads a model of any kind: a directory in the form of Hugging Face, a `.gguf` file, or llama2.c's `.bin`.
///
/// # Errors
/// Those of [`read_hugging_face`], [`read_gguf`] and [`read_llama2c`]; [`FileFault::Format`] for other names.
pub fn read(path: &Path) -> Result<Checkpoint> {
    if path.is_dir() {
        return read_hugging_face(path);
    }
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("gguf") => read_gguf(path),
        Some("bin") => read_llama2c(path),
        other => Err(fault(
            path,
            FileFault::Format {
                what: "name of a model".to_owned(),
                expected: "a directory, or a file *.gguf or *.bin".to_owned(),
                got: format!("{other:?}"),
            },
        )),
    }
}

/// An error of a file.
pub(crate) fn fault(path: &Path, fault: impl Into<FileFault>) -> Error {
    Error::File { path: path.to_owned(), fault: Box::new(fault.into()) }
}
