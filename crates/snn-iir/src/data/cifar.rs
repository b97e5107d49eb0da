//! Binary batches of CIFAR-10 and CIFAR-100.

use super::Dataset;
use crate::error::{Error, Result};
use std::path::Path;

/// Pixels of one image: 32x32, three channels.
const PIXELS: usize = 3 * 32 * 32;

/// Which of the two sets, and which of its labels. A record is the label bytes, then 1,024 bytes each of red, green and
/// blue, row by row (A. Krizhevsky, 2009).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CifarFormat {
    /// One label byte below 10.
    Cifar10,
    /// A coarse label below 20, which is ignored, then a fine label below 100.
    Cifar100Fine,
    /// A coarse label below 20, then a fine label below 100, which is ignored.
    Cifar100Coarse,
}

impl CifarFormat {
    /// Reads files one after the other into one data set, named like the format.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::TruncatedRecord`] for a file that is not a whole number of records,
    /// [`Error::BadLabel`], [`Error::EmptyDataset`].
    pub fn read(self, paths: &[impl AsRef<Path>]) -> Result<Dataset> {
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        for path in paths.iter().map(AsRef::as_ref) {
            let bytes = std::fs::read(path).map_err(|source| Error::Io { path: path.into(), source })?;
            self.append(&path.display().to_string(), &bytes, &mut pixels, &mut labels)?;
        }
        Dataset::new(self.name(), [3, 32, 32], self.classes(), 255, pixels, labels)
    }

    /// Reads the content of one file.
    ///
    /// # Errors
    /// Those of [`CifarFormat::read`].
    pub fn parse(self, name: &str, bytes: &[u8]) -> Result<Dataset> {
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        self.append(name, bytes, &mut pixels, &mut labels)?;
        Dataset::new(name, [3, 32, 32], self.classes(), 255, pixels, labels)
    }

    /// `CIFAR-10` or `CIFAR-100`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cifar10 => "CIFAR-10",
            Self::Cifar100Fine | Self::Cifar100Coarse => "CIFAR-100",
        }
    }

    /// 10, 100 or 20.
    #[must_use]
    pub fn classes(self) -> usize {
        match self {
            Self::Cifar10 => 10,
            Self::Cifar100Fine => 100,
            Self::Cifar100Coarse => 20,
        }
    }

    fn append(self, name: &str, bytes: &[u8], pixels: &mut Vec<u8>, labels: &mut Vec<u32>) -> Result<()> {
        // Every label byte is checked, also the one that is not used: it tells a CIFAR-10 file from a CIFAR-100 one.
        let (limits, used): (&[u8], usize) = match self {
            Self::Cifar10 => (&[10], 0),
            Self::Cifar100Fine => (&[20, 100], 1),
            Self::Cifar100Coarse => (&[20, 100], 0),
        };
        let size = limits.len() + PIXELS;
        let rest = bytes.len() % size;
        if rest != 0 {
            let offset = (bytes.len() - rest) as u64;
            return Err(Error::TruncatedRecord {
                file: name.into(),
                offset,
                expected: size as u64,
                found: rest as u64,
            });
        }
        pixels.reserve(bytes.len() / size * PIXELS);
        for (index, record) in bytes.chunks_exact(size).enumerate() {
            let (heads, image) = record.split_at(limits.len());
            if let Some((&label, &limit)) = heads.iter().zip(limits).find(|(label, limit)| label >= limit) {
                let (label, classes) = (label.into(), limit.into());
                return Err(Error::BadLabel { source_name: name.into(), index, label, classes });
            }
            labels.push(heads[used].into());
            pixels.extend_from_slice(image);
        }
        Ok(())
    }
}
