//! Header of a GGUF file: metadata and places of tensors.

use super::blocks::{GgufType, KNOWN};
use crate::load::fault;
use crate::load::source::{Cursor, Source};
use crate::{Array, Error, FileFault, Result};
use std::collections::BTreeMap;
use std::path::Path;

/// A value of the metadata. Integers of all widths become i64 or u64.
#[derive(Debug, Clone, PartialEq)]
pub enum MetadataValue {
    /// Unsigned.
    Unsigned(u64),
    /// Signed.
    Signed(i64),
    /// Floating point.
    Float(f64),
    /// Truth.
    Bool(bool),
    /// Text.
    Text(String),
    /// List of values of one type.
    List(Vec<MetadataValue>),
}

/// An open GGUF file: its metadata, and its tensors on request.
#[derive(Debug)]
pub struct GgufFile {
    source: Source,
    metadata: BTreeMap<String, MetadataValue>,
    tensors: BTreeMap<String, Place>,
    data: u64,
}

#[derive(Debug)]
struct Place {
    shape: Vec<usize>,
    kind: GgufType,
    offset: u64,
    size: u64,
}

/// Headers with 256,000 pieces of text have about ten million bytes.
const MAX_HEADER: u64 = 256 << 20;
const MAX_TENSORS: u64 = 1 << 16;
const MAX_KEYS: u64 = 1 << 16;
const MAX_LIST: u64 = 1 << 22;
const MAX_DEPTH: u32 = 3;

impl GgufFile {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// [`Error::File`] if it is no GGUF file of version 2 or 3, ends early, or has tensors of a type that is not read.
    pub fn open(path: &Path) -> Result<Self> {
        let mut source = Source::open(path)?;
        let header = source.read("header", 0, source.len().min(MAX_HEADER))?;
        let mut reader = Reader { path, cursor: Cursor::new(path, &header) };
        let magic = reader.cursor.array::<4>("magic")?;
        if &magic != b"GGUF" {
            return Err(reader.format("magic", "GGUF", &String::from_utf8_lossy(&magic)));
        }
        let version = reader.cursor.u32("version")?;
        if !(2..=3).contains(&version) {
            return Err(reader.format("version", "2 or 3", &version));
        }
        let tensor_count = reader.count("number of tensors", MAX_TENSORS)?;
        let key_count = reader.count("number of metadata keys", MAX_KEYS)?;
        let mut metadata = BTreeMap::new();
        for _ in 0..key_count {
            let key = reader.text("metadata key")?;
            let kind = reader.cursor.u32("type of a metadata value")?;
            let value = reader.value(&key, kind, 0)?;
            if metadata.insert(key.clone(), value).is_some() {
                return Err(fault(path, FileFault::Duplicate(key)));
            }
        }
        let mut tensors = BTreeMap::new();
        for _ in 0..tensor_count {
            let (name, place) = reader.place()?;
            if tensors.insert(name.clone(), place).is_some() {
                return Err(fault(path, FileFault::Duplicate(name)));
            }
        }
        let alignment = match metadata.get("general.alignment") {
            None => 32,
            Some(MetadataValue::Unsigned(alignment @ 1..=1_048_576)) if alignment.is_power_of_two() => {
                *alignment
            }
            Some(other) => {
                return Err(reader.format(
                    "general.alignment",
                    "a power of two up to 2^20",
                    &format!("{other:?}"),
                ));
            }
        };
        let data = (reader.cursor.position() as u64).next_multiple_of(alignment);
        for (name, place) in &mut tensors {
            place.offset = place.offset.saturating_add(data);
            source.check(&format!("tensor {name}"), place.offset, place.size)?;
        }
        Ok(Self { source, metadata, tensors, data })
    }

    /// The metadata.
    #[must_use]
    pub fn metadata(&self) -> &BTreeMap<String, MetadataValue> {
        &self.metadata
    }

    /// Names, shapes and types of the tensors.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, &[usize], GgufType)> {
        self.tensors.iter().map(|(name, place)| (name.as_str(), place.shape.as_slice(), place.kind))
    }

    /// Byte at which the tensors' data begin.
    #[must_use]
    pub fn data_offset(&self) -> u64 {
        self.data
    }

    /// A tensor as f32, `None` if there is none of this name.
    ///
    /// # Errors
    /// [`Error::Shape`] if it has another shape, [`Error::NonFinite`], [`Error::File`].
    pub fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<Option<Array>> {
        let Some(place) = self.tensors.get(name) else { return Ok(None) };
        if place.shape != shape {
            let (expected, got) = (shape.to_vec(), place.shape.clone());
            return Err(Error::Shape { what: format!("tensor {name}"), expected, got });
        }
        let bytes = self.source.read(name, place.offset, place.size)?;
        Array::named(&format!("tensor {name}"), shape.to_vec(), place.kind.decode(&bytes)).map(Some)
    }

    /// The path, for errors.
    pub(crate) fn path(&self) -> &Path {
        self.source.path()
    }
}

struct Reader<'a> {
    path: &'a Path,
    cursor: Cursor<'a>,
}

impl Reader<'_> {
    fn format(&self, what: &str, expected: &str, got: &dyn std::fmt::Display) -> Error {
        let (what, expected, got) = (what.to_owned(), expected.to_owned(), got.to_string());
        fault(self.path, FileFault::Format { what, expected, got })
    }

    fn count(&mut self, what: &str, max: u64) -> Result<u64> {
        let value = self.cursor.u64(what)?;
        if value > max {
            return Err(fault(self.path, FileFault::Limit { what: what.to_owned(), max, value }));
        }
        Ok(value)
    }

    fn text(&mut self, what: &str) -> Result<String> {
        let length = self.cursor.u64(what)?;
        let bytes = self.cursor.take(what, length)?;
        String::from_utf8(bytes.to_vec()).map_err(|error| self.format(what, "UTF-8", &error))
    }

    fn value(&mut self, key: &str, kind: u32, depth: u32) -> Result<MetadataValue> {
        let cursor = &mut self.cursor;
        Ok(match kind {
            0 => MetadataValue::Unsigned(u8::from_le_bytes(cursor.array(key)?).into()),
            1 => MetadataValue::Signed(i8::from_le_bytes(cursor.array(key)?).into()),
            2 => MetadataValue::Unsigned(u16::from_le_bytes(cursor.array(key)?).into()),
            3 => MetadataValue::Signed(i16::from_le_bytes(cursor.array(key)?).into()),
            4 => MetadataValue::Unsigned(cursor.u32(key)?.into()),
            5 => MetadataValue::Signed(cursor.i32(key)?.into()),
            6 => MetadataValue::Float(cursor.f32(key)?.into()),
            7 => match cursor.array::<1>(key)?[0] {
                0 => MetadataValue::Bool(false),
                1 => MetadataValue::Bool(true),
                other => return Err(self.format(key, "0 or 1", &other)),
            },
            8 => MetadataValue::Text(self.text(key)?),
            9 if depth < MAX_DEPTH => {
                let kind = cursor.u32(key)?;
                let count = self.count(key, MAX_LIST)?;
                // Every element has at least one byte, so a list cannot outgrow its file.
                if count > self.cursor.remaining() as u64 {
                    self.cursor.take(key, count)?;
                }
                let mut list = Vec::new();
                for _ in 0..count {
                    list.push(self.value(key, kind, depth + 1)?);
                }
                MetadataValue::List(list)
            }
            10 => MetadataValue::Unsigned(cursor.u64(key)?),
            11 => MetadataValue::Signed(i64::from_le_bytes(cursor.array(key)?)),
            12 => MetadataValue::Float(f64::from_le_bytes(cursor.array(key)?)),
            other => return Err(self.format(&format!("type of {key}"), "a type of metadata", &other)),
        })
    }

    fn place(&mut self) -> Result<(String, Place)> {
        let name = self.text("name of a tensor")?;
        let sides = self.cursor.u32("number of sides")?;
        if !(1..=4).contains(&sides) {
            return Err(self.format(&format!("number of sides of {name}"), "1 to 4", &sides));
        }
        let mut shape = Vec::with_capacity(4);
        for _ in 0..sides {
            let side = self.count(&format!("side of {name}"), 1 << 40)?;
            shape.push(usize::try_from(side).map_err(|_| self.format(&name, "a side in memory", &side))?);
        }
        let code = self.cursor.u32("type of a tensor")?;
        let offset = self.cursor.u64("offset of a tensor")?;
        let Some(kind) = GgufType::from_code(code) else {
            let refused = FileFault::TensorType { tensor: name, known: KNOWN, got: format!("code {code}") };
            return Err(fault(self.path, refused));
        };
        let (numbers, bytes) = kind.block();
        if !shape[0].is_multiple_of(numbers) {
            let expected = format!("a multiple of {numbers}");
            return Err(self.format(&format!("row of {name}"), &expected, &shape[0]));
        }
        let count = shape.iter().try_fold(1_u64, |size, &side| size.checked_mul(side as u64));
        let size = count.and_then(|count| (count / numbers as u64).checked_mul(bytes as u64));
        let Some(size) = size else {
            let what = format!("elements of {name}");
            return Err(fault(self.path, FileFault::Limit { what, max: u64::MAX, value: u64::MAX }));
        };
        // The file counts sides from the fastest.
        shape.reverse();
        Ok((name, Place { shape, kind, offset, size }))
    }
}
