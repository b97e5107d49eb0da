//! Assumptions of the model, and whether a result keeps them.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};

/// An assumption that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Violation {
    /// The ocean is deeper than a tenth of the radius: the shallow-water equations do not hold.
    DeepOcean,
    /// The tide is higher than 0.3 ocean depths: the equations are linear.
    LargeAmplitude,
    /// The drag is below twice the spin, and the coupling leaves the Coriolis force out.
    WeakFriction,
    /// The surface is hotter than 4000 K: rock evaporates, and a grey balance says nothing.
    Evaporating,
    /// The surface is below the melting point although the response is that of a molten one.
    Frozen,
}

impl Violation {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::DeepOcean, Self::LargeAmplitude, Self::WeakFriction, Self::Evaporating, Self::Frozen];

    /// A short name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DeepOcean => "deep ocean",
            Self::LargeAmplitude => "large amplitude",
            Self::WeakFriction => "weak friction",
            Self::Evaporating => "evaporating",
            Self::Frozen => "frozen",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The assumptions that do not hold for a result. It travels with every result; an empty one says that all hold.
///
/// ```
/// use lava_tides::{Validity, Violation};
///
/// let validity = Validity::from(Violation::DeepOcean) | Violation::Frozen.into();
/// assert!(validity.has(Violation::Frozen) && !validity.is_clean());
/// assert_eq!(validity.to_string(), "deep ocean, frozen");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "Vec<Violation>", from = "Vec<Violation>"))]
pub struct Validity(u8);

impl Validity {
    /// Whether every assumption holds.
    #[must_use]
    pub fn is_clean(self) -> bool {
        self.0 == 0
    }

    /// Whether this assumption does not hold.
    #[must_use]
    pub fn has(self, violation: Violation) -> bool {
        self.0 & violation.bit() != 0
    }

    /// The assumptions that do not hold.
    pub fn violations(self) -> impl Iterator<Item = Violation> {
        Violation::ALL.into_iter().filter(move |violation| self.has(*violation))
    }

    /// This one with a further assumption that does not hold, if `broken`.
    #[must_use]
    pub(crate) fn with(self, violation: Violation, broken: bool) -> Self {
        if broken { self | violation.into() } else { self }
    }
}

impl From<Violation> for Validity {
    fn from(violation: Violation) -> Self {
        Self(violation.bit())
    }
}

/// The assumptions that do not hold, in the order of [`Violation::ALL`].
impl From<Validity> for Vec<Violation> {
    fn from(validity: Validity) -> Self {
        validity.violations().collect()
    }
}

impl FromIterator<Violation> for Validity {
    fn from_iter<I: IntoIterator<Item = Violation>>(violations: I) -> Self {
        violations.into_iter().fold(Self::default(), |validity, violation| validity | violation.into())
    }
}

impl From<Vec<Violation>> for Validity {
    fn from(violations: Vec<Violation>) -> Self {
        violations.into_iter().collect()
    }
}

impl BitOr for Validity {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Validity {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for violation in self.violations() {
            write!(f, "{separator}{}", violation.name())?;
            separator = ", ";
        }
        if self.is_clean() { f.write_str("none") } else { Ok(()) }
    }
}
