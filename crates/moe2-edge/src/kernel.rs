//! Sums over prompts, compiled for any x86-64 and for AVX2 from one source. All arithmetic is in whole numbers, so
//! both give the same result.
#![allow(unsafe_code, reason = "calls functions that need AVX2 after asking the processor for it")]

use crate::ExpertSet;

/// The largest number in a column: a block of 1024 sums to less than 2³².
pub(crate) const LARGEST: i32 = 1 << 22;
const BLOCK: usize = 1024;

/// Adds to `out[i]` for each `i` of `experts` the sum of what column `i` exceeds `best` by.
pub(crate) fn gains(best: &[i32], columns: &[i32], experts: ExpertSet, out: &mut [i64]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { gains_avx2(best, columns, experts, out) };
    }
    gains_portable(best, columns, experts, out);
}

/// Raises `best` to the column where that is larger; the sum of what it rose by.
pub(crate) fn raise(best: &mut [i32], column: &[i32]) -> i64 {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { raise_avx2(best, column) };
    }
    raise_portable(best, column)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn gains_avx2(best: &[i32], columns: &[i32], experts: ExpertSet, out: &mut [i64]) {
    gains_portable(best, columns, experts, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn raise_avx2(best: &mut [i32], column: &[i32]) -> i64 {
    raise_portable(best, column)
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "takes the instruction set of its caller")]
fn gains_portable(best: &[i32], columns: &[i32], experts: ExpertSet, out: &mut [i64]) {
    for i in experts.iter() {
        let column = &columns[i * best.len()..][..best.len()];
        let mut sum = 0;
        for (best, column) in best.chunks(BLOCK).zip(column.chunks(BLOCK)) {
            let block =
                best.iter().zip(column).fold(0_u32, |sum, (best, q)| sum.wrapping_add(above(*q, *best)));
            sum += i64::from(block);
        }
        out[i] = sum;
    }
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "takes the instruction set of its caller")]
fn raise_portable(best: &mut [i32], column: &[i32]) -> i64 {
    let mut sum = 0;
    for (best, column) in best.chunks_mut(BLOCK).zip(column.chunks(BLOCK)) {
        let mut block = 0_u32;
        for (best, q) in best.iter_mut().zip(column) {
            let more = (*q).max(*best);
            block = block.wrapping_add(above(more, *best));
            *best = more;
        }
        sum += i64::from(block);
    }
    sum
}

#[inline(always)]
#[allow(
    clippy::inline_always,
    clippy::cast_sign_loss,
    reason = "takes its caller's instruction set; not negative"
)]
fn above(q: i32, best: i32) -> u32 {
    q.wrapping_sub(best).max(0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_instruction_sets_agree() {
        let mut state = 7_u64;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i32::try_from(state >> 42).unwrap().min(LARGEST)
        };
        for rows in [1, 7, 8, 200, 1024, 1025, 5000] {
            let columns: Vec<i32> = (0..rows * 5).map(|_| draw()).collect();
            let mut best = vec![0; rows];
            for i in 0..5 {
                let (mut fast, mut plain) = ([0; 5], [0; 5]);
                gains(&best, &columns, ExpertSet::first(5), &mut fast);
                gains_portable(&best, &columns, ExpertSet::first(5), &mut plain);
                assert_eq!(fast, plain);
                let wide: i64 = (0..rows).map(|m| i64::from((columns[i * rows + m] - best[m]).max(0))).sum();
                assert_eq!(fast[i], wide);
                let mut other = best.clone();
                assert_eq!(raise(&mut best, &columns[i * rows..][..rows]), wide);
                assert_eq!(raise_portable(&mut other, &columns[i * rows..][..rows]), wide);
                assert_eq!(best, other);
            }
        }
    }
}
