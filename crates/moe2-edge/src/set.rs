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

    /// The set of one expert; empty from [`ExpertSet::MAX`] on.
    #[must_use]
    pub fn one(i: usize) -> Self {
        Self::EMPTY.with(i)
    }

    /// The set with expert `i` added; unchanged if `i` is not below [`ExpertSet::MAX`].
    #[must_use]
    pub fn with(self, i: usize) -> Self {
        if i < Self::MAX { Self(self.0 | 1 << i) } else { self }
    }

    /// The set with expert `i` removed.
    #[must_use]
    pub fn without(self, i: usize) -> Self {
        if i < Self::MAX { Self(self.0 & !(1 << i)) } else { self }
    }

    /// Members of either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Members of both sets.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Members of this set that are not in the other.
    #[must_use]
    pub fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether every member is in the other set.
    #[must_use]
    pub fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// One past the largest index; 0 for the empty set.
    #[must_use]
    pub fn end(self) -> usize {
        Self::MAX - self.0.leading_zeros() as usize
    }

    /// Order of the ascending lists of members: `{0, 5}` comes before `{1}`, a prefix before what it begins.
    ///
    /// ```
    /// use moe2_edge::ExpertSet;
    /// let set = |list: &[usize]| list.iter().copied().collect::<ExpertSet>();
    /// assert!(set(&[0, 5]).lexicographic(set(&[1])).is_lt());
    /// assert!(set(&[0]).lexicographic(set(&[0, 5])).is_lt());
    /// ```
    #[must_use]
    pub fn lexicographic(self, other: Self) -> std::cmp::Ordering {
        self.iter().cmp(other.iter())
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

impl serde::Serialize for ExpertSet {
    /// The ascending list of members.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> serde::Deserialize<'de> for ExpertSet {
    /// From a list of members below [`ExpertSet::MAX`].
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = Vec::<usize>::deserialize(deserializer)?;
        match list.iter().find(|&&i| i >= Self::MAX) {
            Some(i) => {
                Err(serde::de::Error::custom(format!("an expert must be below {}, not {i}", Self::MAX)))
            }
            None => Ok(list.into_iter().collect()),
        }
    }
}
