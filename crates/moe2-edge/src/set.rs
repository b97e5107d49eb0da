//! Sets of experts.

/// A set of up to 128 experts, by index.
///
/// ```
/// let set: moe2_edge::ExpertSet = [5, 14].into_iter().collect();
/// assert_eq!(set.len(), 2);
/// assert!(set.contains(14));
/// assert_eq!(set.iter().collect::<Vec<_>>(), [5, 14]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ExpertSet(u128);

impl ExpertSet {
    /// The largest number of experts.
    pub const MAX: usize = 128;
    /// The empty set.
    pub const EMPTY: Self = Self(0);

    /// The experts `0..n`; `n` is at most [`ExpertSet::MAX`].
    #[must_use]
    pub fn first(n: usize) -> Self {
        if n >= Self::MAX { Self(u128::MAX) } else { Self((1 << n) - 1) }
    }

    /// Whether expert `i` is a member.
    #[must_use]
    pub fn contains(self, i: usize) -> bool {
        i < Self::MAX && self.0 >> i & 1 == 1
    }

    /// The number of members.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether there is no member.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The members in ascending order.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            (rest != 0).then(|| {
                let i = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                i
            })
        })
    }
}

impl FromIterator<usize> for ExpertSet {
    /// Indices from [`ExpertSet::MAX`] on are not representable and are left out.
    fn from_iter<I: IntoIterator<Item = usize>>(experts: I) -> Self {
        Self(experts.into_iter().filter(|&i| i < Self::MAX).fold(0, |bits, i| bits | 1 << i))
    }
}

impl std::fmt::Debug for ExpertSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
