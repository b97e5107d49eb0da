//! Measured scores of several experts on the same prompts, and their readers.
//!
//! | reader | file |
//! | --- | --- |
//! | [`read_json`] | array of `{question, scores: {model: number}}` |
//! | [`read_csv`] | header `prompt`, optional `category` and `split`, one column of scores per model; quoted fields may hold line breaks |
//! | [`read_log`] | one JSON object a line: `{prompt, model, score}` or `{prompt, scores: {model: number}}` |
//! | `read_parquet` | the columns of the CSV form (feature `parquet`) |

mod csv;
mod fault;
mod fold;
mod json;
mod log;
#[cfg(feature = "parquet")]
mod parquet;
pub(crate) mod permute;
#[cfg(feature = "gate")]
pub mod synthetic;
mod table;

pub use self::csv::read_csv;
pub use self::json::read_json;
pub use self::log::{RequestLog, read_log};
#[cfg(feature = "parquet")]
pub use self::parquet::read_parquet;
pub use fault::{At, DataFault};
pub(crate) use fold::fnv1a64_from;
pub use fold::{fnv1a64, fold};
pub use table::{RoutingData, Row, Split};

/// The longest record that the readers of text accept, in bytes; beyond it nothing more is read into memory.
pub const MAX_RECORD_BYTES: usize = 1 << 20;
