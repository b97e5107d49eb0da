//! IDX files of MNIST and its likes.

use super::Dataset;
use crate::error::{Error, Result};
use flate2::read::GzDecoder;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;

/// Magic number of bytes in three dimensions.
const IMAGES: u32 = 0x0000_0803;
/// Magic number of bytes in one dimension.
const LABELS: u32 = 0x0000_0801;
/// Largest side of an image.
const MAX_SIDE: u32 = 4096;
/// Most bytes of a file, 4 GiB: a few kilobytes of gzip can hold any number of zeros.
const MAX_BYTES: u64 = 1 << 32;

/// Reads a file of images and a file of labels, both plain or gzip. Pixels are bytes of one channel; sides of more than
/// 4,096 pixels and files of more than 4 GiB are refused.
///
/// # Errors
/// [`Error::Io`], [`Error::FileField`] for a wrong magic number or a side that is too large or zero,
/// [`Error::TruncatedRecord`] for a file that is shorter or longer than its header says, [`Error::CountMismatch`] if there are
/// not as many labels as images, [`Error::BadLabel`], [`Error::EmptyDataset`].
pub fn read_idx(
    name: &str,
    images: impl AsRef<Path>,
    labels: impl AsRef<Path>,
    classes: usize,
) -> Result<Dataset> {
    let images = Idx::<3>::read(images.as_ref(), IMAGES)?;
    let labels = Idx::<1>::read(labels.as_ref(), LABELS)?;
    if labels.sizes[0] != images.sizes[0] {
        let (expected, found) = (images.sizes[0] as usize, labels.sizes[0] as usize);
        return Err(Error::CountMismatch { what: "labels", expected, found });
    }
    let shape = [1, images.sizes[1] as usize, images.sizes[2] as usize];
    let labels = labels.bytes.into_iter().map(u32::from).collect();
    Dataset::new(name, shape, classes, 255, images.bytes, labels)
}

/// A file of bytes in `N` dimensions.
struct Idx<const N: usize> {
    sizes: [u32; N],
    bytes: Vec<u8>,
}

impl<const N: usize> Idx<N> {
    fn read(path: &Path, magic: u32) -> Result<Self> {
        let io = |source| Error::Io { path: path.into(), source };
        let file = || path.display().to_string();
        let mut reader = BufReader::new(std::fs::File::open(path).map_err(io)?);
        let gzip = reader.fill_buf().map_err(io)?.starts_with(&[0x1f, 0x8b]);
        let mut reader: Box<dyn Read> =
            if gzip { Box::new(GzDecoder::new(reader)) } else { Box::new(reader) };
        let mut header = Vec::new();
        reader.by_ref().take(4 * (N as u64 + 1)).read_to_end(&mut header).map_err(io)?;
        let word = |at: usize| -> Result<u32> {
            let bytes = header.get(4 * at..4 * at + 4).and_then(|bytes| bytes.try_into().ok());
            bytes.map(u32::from_be_bytes).ok_or_else(|| Error::TruncatedRecord {
                file: file(),
                offset: 0,
                expected: 4 * (N as u64 + 1),
                found: header.len() as u64,
            })
        };
        if word(0)? != magic {
            let rule = format!("{magic:#010x}");
            return Err(Error::FileField {
                file: file(),
                field: "magic number",
                rule,
                value: word(0)?.into(),
            });
        }
        let mut sizes = [0; N];
        for (dimension, size) in sizes.iter_mut().enumerate() {
            *size = word(dimension + 1)?;
            if dimension > 0 && !(1..=MAX_SIDE).contains(size) {
                let rule = format!("from 1 to {MAX_SIDE}");
                return Err(Error::FileField { file: file(), field: "side", rule, value: (*size).into() });
            }
        }
        // At most 2^32 times 2^24: no overflow. Memory grows with what the file holds, not with what it says.
        let expected = sizes.iter().map(|size| u64::from(*size)).product::<u64>();
        if expected > MAX_BYTES {
            let rule = format!("at most {MAX_BYTES}");
            return Err(Error::FileField { file: file(), field: "number of bytes", rule, value: expected });
        }
        let mut bytes = Vec::new();
        reader.take(expected + 1).read_to_end(&mut bytes).map_err(io)?;
        let found = bytes.len() as u64;
        if found != expected {
            return Err(Error::TruncatedRecord {
                file: file(),
                offset: header.len() as u64,
                expected,
                found,
            });
        }
        Ok(Self { sizes, bytes })
    }
}
