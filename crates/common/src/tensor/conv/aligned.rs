//! Numbers that start at a line of the cache.

use std::ops::{Deref, DerefMut};

/// Bytes of a cache line, and of the widest vector register.
pub(super) const LINE: usize = 64;

/// Zeros at first, of fixed length, the first at a multiple of [`LINE`] bytes.
#[derive(Debug)]
pub(super) struct Aligned {
    values: Vec<f32>,
    start: usize,
    len: usize,
}

impl Aligned {
    pub(super) fn zeros(len: usize) -> Self {
        let values = vec![0.0_f32; len + LINE / size_of::<f32>() - 1];
        let start = values.as_ptr().align_offset(LINE);
        Self { values, start, len }
    }
}

impl Deref for Aligned {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.values[self.start..][..self.len]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.values[self.start..][..self.len]
    }
}
