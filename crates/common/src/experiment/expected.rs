//! What a paper prints, and how near a run must come.

use std::fmt;
use std::str::FromStr;

/// A number that an experiment measures, with what the paper prints for it.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    /// The name under which it is measured.
    pub name: &'static str,
    /// Unit, empty for none.
    pub unit: &'static str,
    /// The paper's number as printed; `None` if no paper prints it.
    pub paper: Option<f64>,
    /// "Table 3", "abstract", "closed form"; a value known through another text begins with "second-hand:".
    pub source: &'static str,
    /// How near it must come.
    pub bounds: Bounds,
}

impl Expected {
    /// A number that the paper prints, not judged until a bound is given.
    #[must_use]
    pub const fn printed(name: &'static str, unit: &'static str, paper: f64, source: &'static str) -> Self {
        Self { name, unit, paper: Some(paper), source, bounds: Bounds::None }
    }

    /// A number that no paper prints.
    #[must_use]
    pub const fn unprinted(name: &'static str, unit: &'static str, source: &'static str) -> Self {
        Self { name, unit, paper: None, source, bounds: Bounds::None }
    }

    /// The same bound in every profile.
    #[must_use]
    pub const fn within(self, bound: Bound) -> Self {
        Self { bounds: Bounds::Every(bound), ..self }
    }

    /// A bound for each profile listed; in the others the number is printed and not judged.
    #[must_use]
    pub const fn within_by_profile(self, bounds: &'static [(Profile, Bound)]) -> Self {
        Self { bounds: Bounds::ByProfile(bounds), ..self }
    }

    /// The bound in this profile.
    #[must_use]
    pub fn bound(&self, profile: Profile) -> Option<Bound> {
        match self.bounds {
            Bounds::None => None,
            Bounds::Every(bound) => Some(bound),
            Bounds::ByProfile(list) => list.iter().find(|(p, _)| *p == profile).map(|(_, bound)| *bound),
        }
    }
}

/// The bounds of a number over the profiles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bounds {
    /// Printed, not judged.
    None,
    /// One bound everywhere.
    Every(Bound),
    /// One bound for each profile listed.
    ByProfile(&'static [(Profile, Bound)]),
}

/// How near a measured number must come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// At most this far from the paper's number.
    Abs(f64),
    /// At most this fraction of the paper's number away from it.
    Rel(f64),
    /// At least this.
    AtLeast(f64),
    /// At most this.
    AtMost(f64),
    /// In this closed interval.
    Between(f64, f64),
}

impl Bound {
    /// Whether the number meets the bound. NaN never does, nor does anything against a bound on the paper's number
    /// where there is no such number.
    #[must_use]
    pub fn holds(self, ours: f64, paper: Option<f64>) -> bool {
        match self {
            Self::Abs(by) => paper.is_some_and(|paper| (ours - paper).abs() <= by),
            Self::Rel(by) => paper.is_some_and(|paper| (ours - paper).abs() <= by * paper.abs()),
            Self::AtLeast(low) => ours >= low,
            Self::AtMost(high) => ours <= high,
            Self::Between(low, high) => (low..=high).contains(&ours),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use crate::report::short;
        match *self {
            Self::Abs(by) => write!(f, "±{}", short(by)),
            Self::Rel(by) => write!(f, "±{} %", short(by * 100.0)),
            Self::AtLeast(low) => write!(f, "≥ {}", short(low)),
            Self::AtMost(high) => write!(f, "≤ {}", short(high)),
            Self::Between(low, high) => write!(f, "{} to {}", short(low), short(high)),
        }
    }
}

/// How large a run is. The program is the same in all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// For CI: at most 60 s and 2 GiB a paper.
    Smoke,
    /// The default: at most 2 minutes a paper.
    Quick,
    /// What a patient CPU can do: at most 90 minutes a paper.
    Long,
    /// The paper's scale.
    Full,
}

impl Profile {
    /// All of them, smallest first.
    pub const ALL: [Self; 4] = [Self::Smoke, Self::Quick, Self::Long, Self::Full];

    /// Its name on the command line and in `results.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Smoke => "smoke",
            Self::Quick => "quick",
            Self::Long => "long",
            Self::Full => "full",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Profile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|profile| profile.name() == text);
        found.ok_or_else(|| format!("profile must be smoke, quick, long or full, got {text:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_and_a_missing_paper_number_never_pass() {
        let all = [
            Bound::Abs(1e9),
            Bound::Rel(1e9),
            Bound::AtLeast(f64::NEG_INFINITY),
            Bound::AtMost(f64::INFINITY),
            Bound::Between(f64::NEG_INFINITY, f64::INFINITY),
        ];
        for bound in all {
            assert!(!bound.holds(f64::NAN, Some(1.0)), "{bound}");
            assert!(bound.holds(2.0, Some(1.0)), "{bound}");
        }
        assert!(!Bound::Abs(1.0).holds(1.0, None));
        assert!(!Bound::Rel(1.0).holds(1.0, None));
    }

    #[test]
    fn bounds_are_closed() {
        assert!(Bound::Abs(0.5).holds(1.5, Some(1.0)) && !Bound::Abs(0.5).holds(1.500001, Some(1.0)));
        assert!(Bound::Rel(0.25).holds(-1.25, Some(-1.0)) && !Bound::Rel(0.25).holds(-1.3, Some(-1.0)));
        assert!(Bound::Between(1.0, 2.0).holds(2.0, None) && !Bound::AtMost(1.0).holds(1.1, None));
    }
}
