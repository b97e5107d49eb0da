//! GGUF, versions 2 and 3.

mod blocks;
mod header;
mod model;
mod write;

pub use blocks::GgufType;
pub use header::{GgufFile, MetadataValue};
pub use model::read_gguf;
pub use write::write_gguf;
