//! Numbered lines of bounded length.

use super::FormatFault;
use crate::{Error, Result};
use std::io::{BufRead, Read};

/// The longest line, bytes.
const LONGEST: usize = 1 << 20;

/// Lines of a file, one buffer for all.
pub(super) struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Number of the line last read, from 1.
    pub(super) line: usize,
    /// Number of the frame being read, from 0.
    pub(super) frame: usize,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new(), line: 0, frame: 0 }
    }

    /// The next line without its end, `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<&str>> {
        self.buffer.clear();
        let limit = LONGEST as u64 + 1;
        let read = self.reader.by_ref().take(limit).read_until(b'\n', &mut self.buffer);
        let read = read.map_err(|source| Error::Read { frame: self.frame, line: self.line + 1, source })?;
        if read == 0 {
            return Ok(None);
        }
        self.line += 1;
        if self.buffer.len() > LONGEST {
            return Err(self.fault(FormatFault::LongLine { limit: LONGEST }));
        }
        match std::str::from_utf8(&self.buffer) {
            Ok(text) => Ok(Some(text.trim_end_matches(['\n', '\r']))),
            Err(_) => Err(self.fault(FormatFault::Utf8)),
        }
    }

    /// The next line, which must be there.
    pub(super) fn require(&mut self, expected: &'static str) -> Result<&str> {
        let (frame, line) = (self.frame, self.line + 1);
        let fault = FormatFault::Truncated { expected };
        self.next()?.ok_or(Error::Format { frame, line, fault })
    }

    /// This fault, at the line last read.
    pub(super) fn fault(&self, fault: impl Into<FormatFault>) -> Error {
        Error::Format { frame: self.frame, line: self.line, fault: fault.into() }
    }
}
