//! Two 4-bit codes a byte.

use crate::{Error, Result};

/// Packs signed codes in [-8, 7] as two's complement, the code of even index in the low half of a byte. An odd last
/// code has 0 beside it.
///
/// ```
/// use mobilequant::quant::{pack_i4, unpack_i4};
///
/// let codes = [-8, -7, -1, 0, 1, 3, 7, 5];
/// assert_eq!(pack_i4(&codes)?, [0x98, 0x0f, 0x31, 0x57]);
/// assert_eq!(unpack_i4(&[0x98, 0x0f, 0x31, 0x57], 8)?, codes);
/// # Ok::<(), mobilequant::Error>(())
/// ```
///
/// # Errors
/// [`Error::Quantity`] for a code out of range.
pub fn pack_i4(codes: &[i8]) -> Result<Vec<u8>> {
    let bad = codes.iter().find(|code| !(-8..=7).contains(*code));
    if let Some(&code) = bad {
        return Err(Error::Quantity { name: "signed 4-bit code", rule: "in [-8, 7]", value: code.into() });
    }
    Ok(pack(codes.iter().map(|code| code.cast_unsigned() & 0xf), codes.len()))
}

/// Packs codes in [0, 15], the code of even index in the low half of a byte.
///
/// # Errors
/// [`Error::Quantity`] for a code out of range.
pub fn pack_u4(codes: &[u8]) -> Result<Vec<u8>> {
    if let Some(&code) = codes.iter().find(|code| **code > 15) {
        return Err(Error::Quantity { name: "unsigned 4-bit code", rule: "in [0, 15]", value: code.into() });
    }
    Ok(pack(codes.iter().copied(), codes.len()))
}

/// The first `count` signed codes of [`pack_i4`].
///
/// # Errors
/// [`Error::Count`] if the bytes do not hold exactly that many, a filler excepted.
pub fn unpack_i4(bytes: &[u8], count: usize) -> Result<Vec<i8>> {
    // Shifted up and back down, the sign bit of the half byte spreads.
    Ok(unpack_u4(bytes, count)?.into_iter().map(|code| (code << 4).cast_signed() >> 4).collect())
}

/// The first `count` codes of [`pack_u4`].
///
/// # Errors
/// As [`unpack_i4`].
pub fn unpack_u4(bytes: &[u8], count: usize) -> Result<Vec<u8>> {
    if bytes.len() != count.div_ceil(2) {
        return Err(Error::Count {
            name: "bytes of packed codes",
            rule: "half the number of codes, rounded up",
            count: bytes.len(),
        });
    }
    Ok(bytes.iter().flat_map(|byte| [byte & 0xf, byte >> 4]).take(count).collect())
}

fn pack(mut halves: impl Iterator<Item = u8>, count: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(count.div_ceil(2));
    while let Some(low) = halves.next() {
        bytes.push(low | halves.next().unwrap_or(0) << 4);
    }
    bytes
}
