//! Sums of groups.

use std::ops::Range;

use crate::error::{Error, Result};

/// Rows of a part that one thread sums by itself. A constant, so that the order of all additions is the same for any
/// number of threads.
const PART: usize = 1 << 16;
/// Parts that are held at a time before they are added up, so that memory does not grow with the number of rows.
const ROUND: usize = 32;

/// Sum of N quantities and number of rows, by group. A row counts as valid if all N are numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupSums<const N: usize> {
    cells: Vec<Cell<N>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Cell<const N: usize> {
    sums: [f64; N],
    valid: u64,
    invalid: u64,
}

impl<const N: usize> Cell<N> {
    const ZERO: Self = Self { sums: [0.0; N], valid: 0, invalid: 0 };

    #[inline(always)]
    fn add(&mut self, values: [f64; N]) {
        let valid = values.iter().fold(true, |valid, v| valid & !v.is_nan());
        for (sum, value) in self.sums.iter_mut().zip(values) {
            *sum += if valid { value } else { 0.0 };
        }
        self.valid += u64::from(valid);
        self.invalid += u64::from(!valid);
    }

    fn merge(&mut self, later: &Self) {
        for (sum, value) in self.sums.iter_mut().zip(later.sums) {
            *sum += value;
        }
        self.valid += later.valid;
        self.invalid += later.invalid;
    }
}

impl<const N: usize> GroupSums<N> {
    /// Empty sums of the groups `0..groups`.
    #[must_use]
    pub fn new(groups: usize) -> Self {
        Self { cells: vec![Cell::ZERO; groups] }
    }

    /// Number of groups.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.cells.len()
    }

    /// Means of a group; `None` if it has no valid row or does not exist.
    #[must_use]
    pub fn mean(&self, group: usize) -> Option<[f64; N]> {
        let cell = self.cells.get(group).filter(|cell| cell.valid > 0)?;
        Some(cell.sums.map(|sum| sum / cell.valid as f64))
    }

    /// Valid rows of a group.
    #[must_use]
    pub fn valid_rows(&self, group: usize) -> u64 {
        self.cells.get(group).map_or(0, |cell| cell.valid)
    }

    /// Rows of a group that were left out because a quantity was not a number.
    #[must_use]
    pub fn invalid_rows(&self, group: usize) -> u64 {
        self.cells.get(group).map_or(0, |cell| cell.invalid)
    }

    /// Mean of the groups' means, each group with the same weight; `None` if no group has a valid row.
    #[must_use]
    pub fn mean_of_means(&self) -> Option<[f64; N]> {
        let means: Vec<[f64; N]> = (0..self.groups()).filter_map(|group| self.mean(group)).collect();
        let mean = |i: usize| common::stats::mean(&means.iter().map(|m| m[i]).collect::<Vec<_>>());
        (!means.is_empty()).then(|| std::array::from_fn(|i| mean(i).unwrap_or(f64::NAN)))
    }

    /// Adds sums of later rows.
    ///
    /// # Errors
    /// [`Error::Lengths`] if the numbers of groups differ.
    pub fn merge(&mut self, later: &Self) -> Result<()> {
        super::equal_lengths(&[self.groups(), later.groups()])?;
        for (cell, later) in self.cells.iter_mut().zip(&later.cells) {
            cell.merge(later);
        }
        Ok(())
    }

    /// Whether all groups exist.
    pub(super) fn check(&self, group: &[u32]) -> Result<()> {
        let groups = self.groups();
        // the largest first: a search without branches
        let largest = group.iter().copied().max().map_or(0, |g| g as usize + 1);
        if largest <= groups {
            return Ok(());
        }
        let row = group.iter().position(|&g| g as usize >= groups).unwrap_or(0);
        Err(Error::Group { row, group: group[row], groups })
    }

    /// Adds rows whose groups exist. Neighbours of one group, the usual case in hourly data, are summed in registers,
    /// on four chains of additions.
    #[inline(always)]
    pub(super) fn add_rows(&mut self, group: &[u32], values: impl Fn(usize) -> [f64; N]) {
        let mut start = 0;
        while start < group.len() {
            let of = group[start];
            let run = group[start..].iter().take_while(|g| **g == of).count();
            let mut chains = [Cell::<N>::ZERO; 4];
            let mut row = start;
            while row + 4 <= start + run {
                for (lane, chain) in chains.iter_mut().enumerate() {
                    chain.add(values(row + lane));
                }
                row += 4;
            }
            for row in row..start + run {
                chains[0].add(values(row));
            }
            let cell = &mut self.cells[of as usize];
            for chain in &chains {
                cell.merge(chain);
            }
            start += run;
        }
    }
}

/// Sums over rows in parts of fixed size, on several threads, added up in the order of the rows.
pub(super) fn in_parallel<const N: usize>(
    rows: usize,
    groups: usize,
    threads: usize,
    add: impl Fn(Range<usize>, &mut GroupSums<N>) -> Result<()> + Sync,
) -> Result<GroupSums<N>> {
    let parts = rows.div_ceil(PART);
    let part = |index: usize| {
        let mut sums = GroupSums::new(groups);
        add(index * PART..rows.min((index + 1) * PART), &mut sums).map(|()| sums)
    };
    let mut total = GroupSums::new(groups);
    for first in (0..parts).step_by(ROUND) {
        let round = first..parts.min(first + ROUND);
        let threads = threads.clamp(1, round.len());
        let sums: Vec<Vec<Result<GroupSums<N>>>> = std::thread::scope(|scope| {
            let workers: Vec<_> = (1..threads)
                .map(|worker| {
                    let (part, round) = (&part, round.clone());
                    scope.spawn(move || round.skip(worker).step_by(threads).map(part).collect())
                })
                .collect();
            let own = round.clone().step_by(threads).map(part).collect();
            let joined = workers
                .into_iter()
                .map(|w| w.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            std::iter::once(own).chain(joined).collect()
        });
        let mut sums: Vec<_> = sums.into_iter().map(Vec::into_iter).collect();
        for index in 0..round.len() {
            if let Some(part) = sums[index % threads].next() {
                total.merge(&part?)?;
            }
        }
    }
    Ok(total)
}
