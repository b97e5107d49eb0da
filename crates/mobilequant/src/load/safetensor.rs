//! Safetensors files, tensor by tensor.

use super::fault;
use super::source::Source;
use crate::{Array, Error, FileFault, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Headers are a hundred bytes a tensor; none needs more.
const MAX_HEADER: u64 = 64 << 20;

/// One file with the places of its tensors.
pub(super) struct Shard {
    source: Source,
    tensors: BTreeMap<String, Entry>,
    data: u64,
}

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (u64, u64),
}

impl Shard {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let mut source = Source::open(path)?;
        let mut length = [0; 8];
        length.copy_from_slice(&source.read("length of the header", 0, 8)?);
        let length = u64::from_le_bytes(length);
        if length > MAX_HEADER {
            let what = "length of the header".to_owned();
            return Err(fault(path, FileFault::Limit { what, max: MAX_HEADER, value: length }));
        }
        let header = source.read("header", 8, length)?;
        let mut raw: BTreeMap<String, serde_json::Value> =
            serde_json::from_slice(&header).map_err(|error| fault(path, error))?;
        raw.remove("__metadata__");
        let mut tensors = BTreeMap::new();
        for (name, value) in raw {
            let entry: Entry = serde_json::from_value(value).map_err(|error| fault(path, error))?;
            let (begin, end) = entry.data_offsets;
            let size = end.checked_sub(begin).ok_or_else(|| {
                let expected = "at or after where it begins".to_owned();
                let what = format!("end of tensor {name}");
                fault(path, FileFault::Format { what, expected, got: format!("{begin}..{end}") })
            })?;
            // Offsets near 2^64 fail the check as they overflow.
            source.check(&format!("tensor {name}"), begin.saturating_add(8 + length), size)?;
            tensors.insert(name, entry);
        }
        Ok(Self { source, tensors, data: 8 + length })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.tensors.keys()
    }

    /// A tensor as f32; it must have this shape.
    pub(super) fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<Option<Array>> {
        let Some(entry) = self.tensors.get(name) else { return Ok(None) };
        if entry.shape != shape {
            let (expected, got) = (shape.to_vec(), entry.shape.clone());
            return Err(Error::Shape { what: format!("tensor {name}"), expected, got });
        }
        let width = match entry.dtype.as_str() {
            "F32" => 4,
            "F16" | "BF16" => 2,
            other => {
                let (tensor, got) = (name.to_owned(), other.to_owned());
                let refused = FileFault::TensorType { tensor, known: "F32, F16, BF16", got };
                return Err(fault(self.source.path(), refused));
            }
        };
        let (begin, end) = entry.data_offsets;
        let expected = shape.iter().try_fold(width, |size: u64, &side| size.checked_mul(side as u64));
        if expected != Some(end - begin) {
            return Err(fault(
                self.source.path(),
                FileFault::Format {
                    what: format!("length of tensor {name}"),
                    expected: format!("{expected:?} bytes"),
                    got: (end - begin).to_string(),
                },
            ));
        }
        let bytes = self.source.read(name, self.data + begin, end - begin)?;
        let values = match entry.dtype.as_str() {
            "F32" => bytes.as_chunks::<4>().0.iter().map(|&x| f32::from_le_bytes(x)).collect(),
            "F16" => bytes.as_chunks::<2>().0.iter().map(|&x| half::f16::from_le_bytes(x).to_f32()).collect(),
            _ => bytes.as_chunks::<2>().0.iter().map(|&x| half::bf16::from_le_bytes(x).to_f32()).collect(),
        };
        Array::named(&format!("tensor {name}"), shape.to_vec(), values).map(Some)
    }
}
