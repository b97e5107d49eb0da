//! Splits by a hash of the prompt, which no order of rows can bias and no copy of a prompt can cross.

/// The 64-bit FNV-1a hash of Fowler, Noll and Vo.
///
/// ```
/// assert_eq!(moe2_edge::data::fnv1a64("foobar".as_bytes()), 0x8594_4171_f739_67e8);
/// ```
#[must_use]
pub fn fnv1a64(bytes: &[u8]) -> u64 {
    fnv1a64_from(0xcbf2_9ce4_8422_2325, bytes)
}

/// Goes on hashing: `fnv1a64_from(fnv1a64(a), b)` is the hash of `a` followed by `b`.
pub(crate) fn fnv1a64_from(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The fold of a prompt, in `0..folds`: its hash modulo the number of folds; 0 for no fold at all.
///
/// ```
/// assert_eq!(moe2_edge::data::fold("foobar", 5), 3);
/// ```
#[must_use]
pub fn fold(prompt: &str, folds: usize) -> usize {
    #[allow(clippy::cast_possible_truncation, reason = "the remainder is below a usize")]
    let fold = fnv1a64(prompt.as_bytes()).checked_rem(folds as u64).unwrap_or(0) as usize;
    fold
}
