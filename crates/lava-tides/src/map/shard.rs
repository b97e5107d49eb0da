//! Parts of a map: what one machine of several computes.

use super::{MapSpec, RecessionMap};
use crate::error::{Error, Result};

/// Part `index` of `count` parts of a map, counted from 1 on the outside (`3/8`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    /// A map in one part.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    /// Part `number` (from 1) of `count`.
    ///
    /// # Errors
    /// [`Error::Shard`] unless `1 <= number <= count`.
    pub fn new(number: usize, count: usize) -> Result<Self> {
        if number == 0 || number > count {
            return Err(Error::Shard { text: format!("{number}/{count}") });
        }
        Ok(Self { index: number - 1, count })
    }

    /// From text such as `3/8`.
    ///
    /// # Errors
    /// [`Error::Shard`] for any other text.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || Error::Shard { text: text.into() };
        let (number, count) = text.split_once('/').ok_or_else(wrong)?;
        let whole = |part: &str| part.parse::<usize>().map_err(|_| wrong());
        Self::new(whole(number)?, whole(count)?)
    }

    /// Its number, from 1.
    #[must_use]
    pub fn number(self) -> usize {
        self.index + 1
    }

    /// How many there are.
    #[must_use]
    pub fn count(self) -> usize {
        self.count
    }

    pub(super) fn index(self) -> usize {
        self.index
    }
}

/// The cells of one shard.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MapPart {
    spec: MapSpec,
    shard: Shard,
    times_s: Vec<f64>,
}

impl MapPart {
    pub(super) fn new(spec: MapSpec, shard: Shard, times_s: Vec<f64>) -> Self {
        Self { spec, shard, times_s }
    }

    /// The map it is part of.
    #[must_use]
    pub fn spec(&self) -> &MapSpec {
        &self.spec
    }

    /// Which part it is.
    #[must_use]
    pub fn shard(&self) -> Shard {
        self.shard
    }

    /// Writes the part as JSON.
    ///
    /// # Errors
    /// [`Error::Part`] where the file cannot be written.
    #[cfg(feature = "serde")]
    pub fn write(&self, path: &std::path::Path) -> Result<()> {
        let wrong = |message: String| Error::Part { path: path.into(), message };
        let text = serde_json::to_string(self).map_err(|error| wrong(error.to_string()))?;
        // A part that is there is whole: it gets its name when it is written.
        let unfinished = path.with_extension("unfinished");
        std::fs::write(&unfinished, text + "\n").map_err(|error| wrong(error.to_string()))?;
        std::fs::rename(&unfinished, path).map_err(|error| wrong(error.to_string()))
    }

    /// Reads a part.
    ///
    /// # Errors
    /// [`Error::Part`] for a file that cannot be read, is no part, or has too few or too many cells.
    #[cfg(feature = "serde")]
    pub fn read(path: &std::path::Path) -> Result<Self> {
        let wrong = |message: String| Error::Part { path: path.into(), message };
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let part: Self = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let Shard { index, count } = part.shard;
        if index >= count {
            return Err(wrong(format!("shard {} of {count}", index.saturating_add(1))));
        }
        let cells = part.shard.range(part.spec.cells()).len();
        if part.times_s.len() != cells {
            return Err(wrong(format!("part must have {cells} cells, got {}", part.times_s.len())));
        }
        Ok(part)
    }
}

impl RecessionMap {
    /// Puts the parts of a map together, in any order.
    ///
    /// # Errors
    /// [`Error::OtherMap`] for parts of different maps or numbers of shards, [`Error::MissingPart`] for one that is not
    /// there, [`Error::DuplicatePart`] for one that is there twice.
    pub fn merge(parts: &[MapPart]) -> Result<Self> {
        let Some(first) = parts.first() else { return Err(Error::MissingPart { number: 1, count: 1 }) };
        let count = first.shard.count;
        let mut sorted: Vec<&MapPart> = parts.iter().collect();
        sorted.sort_by_key(|part| part.shard.index);
        let mut times_s = Vec::new();
        for (place, part) in sorted.iter().enumerate() {
            if part.spec != first.spec || part.shard.count != count {
                return Err(Error::OtherMap { number: part.shard.number() });
            }
            if part.shard.index < place {
                return Err(Error::DuplicatePart { number: part.shard.number() });
            }
            if part.shard.index > place {
                return Err(Error::MissingPart { number: place + 1, count });
            }
            times_s.extend_from_slice(&part.times_s);
        }
        if sorted.len() < count {
            return Err(Error::MissingPart { number: sorted.len() + 1, count });
        }
        Ok(Self { spec: first.spec, times_s })
    }
}
