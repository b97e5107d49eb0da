//! Files that are read in pieces, each checked against the file's length.

use super::fault;
use crate::{FileFault, Result};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// An open file with its length.
#[derive(Debug)]
pub(super) struct Source {
    path: PathBuf,
    file: File,
    len: u64,
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let open = || -> std::io::Result<(File, u64)> {
            let file = File::open(path)?;
            let metadata = file.metadata()?;
            if !metadata.is_file() {
                return Err(std::io::Error::from(std::io::ErrorKind::IsADirectory));
            }
            Ok((file, metadata.len()))
        };
        let (file, len) = open().map_err(|error| fault(path, error))?;
        Ok(Self { path: path.to_owned(), file, len })
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes `offset..offset + count`; memory is taken only if the file has them.
    pub(super) fn read(&mut self, what: &str, offset: u64, count: u64) -> Result<Vec<u8>> {
        self.check(what, offset, count)?;
        let read = || -> std::io::Result<Vec<u8>> {
            self.file.seek(SeekFrom::Start(offset))?;
            let size = usize::try_from(count).map_err(|_| std::io::ErrorKind::OutOfMemory)?;
            let mut bytes = vec![0; size];
            self.file.read_exact(&mut bytes)?;
            Ok(bytes)
        };
        let mut read = read;
        read().map_err(|error| fault(&self.path, error))
    }

    /// Requires that the file has the bytes `offset..offset + count`.
    pub(super) fn check(&self, what: &str, offset: u64, count: u64) -> Result<()> {
        if offset.checked_add(count).is_some_and(|end| end <= self.len) {
            return Ok(());
        }
        Err(fault(
            &self.path,
            FileFault::Truncated { what: what.to_owned(), offset, needed: count, len: self.len },
        ))
    }
}

/// The whole of a small file.
pub(crate) fn read_small(path: &Path, max: u64) -> Result<Vec<u8>> {
    let mut source = Source::open(path)?;
    if source.len() > max {
        let what = "length of the file".to_owned();
        return Err(fault(path, FileFault::Limit { what, max, value: source.len() }));
    }
    let len = source.len();
    source.read("the file", 0, len)
}

/// A place in bytes that were read.
pub(crate) struct Cursor<'a> {
    path: &'a Path,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(path: &'a Path, bytes: &'a [u8]) -> Self {
        Self { path, bytes, at: 0 }
    }

    pub(crate) fn position(&self) -> usize {
        self.at
    }

    pub(crate) fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(crate) fn take(&mut self, what: &str, count: u64) -> Result<&'a [u8]> {
        match usize::try_from(count) {
            Ok(size) if size <= self.remaining() => {
                let taken = &self.bytes[self.at..self.at + size];
                self.at += size;
                Ok(taken)
            }
            _ => Err(fault(
                self.path,
                FileFault::Truncated {
                    what: what.to_owned(),
                    offset: self.at as u64,
                    needed: count,
                    len: self.bytes.len() as u64,
                },
            )),
        }
    }

    pub(crate) fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.take(what, N as u64)?);
        Ok(bytes)
    }

    pub(crate) fn u32(&mut self, what: &str) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    pub(crate) fn i32(&mut self, what: &str) -> Result<i32> {
        Ok(i32::from_le_bytes(self.array(what)?))
    }

    pub(crate) fn u64(&mut self, what: &str) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array(what)?))
    }

    pub(crate) fn f32(&mut self, what: &str) -> Result<f32> {
        Ok(f32::from_le_bytes(self.array(what)?))
    }
}
