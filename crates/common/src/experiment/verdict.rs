//! The verdict on each number.

use super::{Bound, Evidence, Experiment, Measured, Profile, Record};
use serde::Serialize;
use std::collections::BTreeMap;

/// What is said of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Within its bound, on exact evidence.
    Reproduced,
    /// Within the bound of its profile, on smaller or fewer inputs.
    ReproducedScaled,
    /// Within its bound, on stand-in data.
    TrendHolds,
    /// Outside its bound, on stand-in data: a finding.
    TrendFails,
    /// Outside its bound.
    Deviates,
    /// A bound, and nothing recorded.
    Missing,
    /// No bound in this profile, or the data are not at hand.
    NotJudged,
}

impl Verdict {
    /// All of them, best first.
    pub const ALL: [Self; 7] = [
        Self::Reproduced,
        Self::ReproducedScaled,
        Self::TrendHolds,
        Self::TrendFails,
        Self::Deviates,
        Self::Missing,
        Self::NotJudged,
    ];

    /// Its name in `results.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reproduced => "reproduced",
            Self::ReproducedScaled => "reproduced_scaled",
            Self::TrendHolds => "trend_holds",
            Self::TrendFails => "trend_fails",
            Self::Deviates => "deviates",
            Self::Missing => "missing",
            Self::NotJudged => "not_judged",
        }
    }

    /// Its name for readers.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Reproduced => "reproduced",
            Self::ReproducedScaled => "reproduced (scaled)",
            Self::TrendHolds => "trend holds",
            Self::TrendFails => "trend fails",
            Self::Deviates => "deviates",
            Self::Missing => "missing",
            Self::NotJudged => "not judged",
        }
    }

    /// Whether a bound was applied.
    #[must_use]
    pub fn is_judged(self) -> bool {
        self != Self::NotJudged
    }

    /// Whether the run fails by it unless it is listed as known.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Deviates | Self::Missing)
    }
}

/// One number of a run with its verdict: a row of every report and of `results.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Id of the experiment.
    pub experiment: String,
    /// The paper's artefact.
    pub artefact: String,
    /// Name of the number.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// The paper's number.
    pub paper: Option<f64>,
    /// Ours; `None` if it was not recorded or is not finite.
    pub ours: Option<f64>,
    /// The bound in this profile, in words.
    pub bound: Option<String>,
    /// What stands behind ours.
    pub evidence: Option<&'static str>,
    /// Where the paper prints its number.
    pub source: String,
    /// Why a deviation is known.
    pub known: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it was not judged, where data are missing.
    #[serde(skip)]
    pub unavailable: Option<String>,
}

/// Deviations that are known, by experiment id and row name, with the reason.
#[derive(Debug, Clone, Default)]
pub struct Known(BTreeMap<(String, String), String>);

impl Known {
    /// Adds one.
    pub fn insert(&mut self, experiment: &str, row: &str, reason: &str) {
        self.0.insert((experiment.into(), row.into()), reason.into());
    }

    /// The reason, if this row is listed.
    #[must_use]
    pub fn reason(&self, experiment: &str, row: &str) -> Option<&str> {
        self.0.get(&(experiment.to_owned(), row.to_owned())).map(String::as_str)
    }
}

/// What makes a record unfit for judging: a defect of the experiment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JudgeError {
    /// A number was measured that the experiment does not declare.
    #[error("{experiment} measures {name:?}, which it does not declare")]
    Undeclared {
        /// Experiment.
        experiment: String,
        /// Number.
        name: String,
    },
    /// A number was measured twice.
    #[error("{experiment} measures {name:?} twice")]
    Twice {
        /// Experiment.
        experiment: String,
        /// Number.
        name: String,
    },
}

/// Holds a record against what the experiment expects: one row for each expected number, in that order.
///
/// `strongest` caps the evidence (see [`super::Context::strongest_evidence`]).
///
/// # Errors
/// [`JudgeError`] for a number that is not declared, or measured twice.
pub fn judge(
    experiment: &Experiment,
    record: &Record,
    profile: Profile,
    strongest: Evidence,
    known: &Known,
) -> Result<Vec<Row>, JudgeError> {
    for (index, (name, _)) in record.measured.iter().enumerate() {
        if !experiment.expected.iter().any(|expected| expected.name == name) {
            return Err(JudgeError::Undeclared { experiment: experiment.id.into(), name: name.clone() });
        }
        if record.measured[..index].iter().any(|(earlier, _)| earlier == name) {
            return Err(JudgeError::Twice { experiment: experiment.id.into(), name: name.clone() });
        }
    }
    let rows = experiment.expected.iter().map(|expected| {
        let bound = expected.bound(profile);
        let measured = record.measured.iter().find(|(name, _)| name == expected.name).map(|(_, m)| m);
        let (ours, evidence, unavailable) = match measured {
            Some(Measured::Value(value, evidence)) => (Some(*value), Some((*evidence).max(strongest)), None),
            Some(Measured::Unavailable(why)) => (None, None, Some(why.clone())),
            None => (None, None, None),
        };
        let verdict = if unavailable.is_some() {
            Verdict::NotJudged
        } else {
            decide(bound, ours.zip(evidence), expected.paper)
        };
        let known = known.reason(experiment.id, expected.name).filter(|_| verdict.is_failure());
        Row {
            experiment: experiment.id.into(),
            artefact: experiment.artefact.into(),
            name: expected.name.into(),
            unit: expected.unit.into(),
            paper: expected.paper,
            ours: ours.filter(|value| value.is_finite()),
            bound: bound.map(|bound| bound.to_string()),
            evidence: evidence.map(Evidence::name),
            source: expected.source.into(),
            known: known.map(Into::into),
            verdict,
            unavailable,
        }
    });
    Ok(rows.collect())
}

fn decide(bound: Option<Bound>, ours: Option<(f64, Evidence)>, paper: Option<f64>) -> Verdict {
    match (bound, ours) {
        (None, _) => Verdict::NotJudged,
        (Some(_), None) => Verdict::Missing,
        (Some(bound), Some((value, evidence))) => match (bound.holds(value, paper), evidence) {
            (true, Evidence::Exact) => Verdict::Reproduced,
            (true, Evidence::Scaled) => Verdict::ReproducedScaled,
            (true, Evidence::Synthetic) => Verdict::TrendHolds,
            (false, Evidence::Synthetic) => Verdict::TrendFails,
            (false, _) => Verdict::Deviates,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::Expected;
    use super::*;

    const EXPERIMENT: Experiment = Experiment {
        id: "demo/x",
        title: "",
        artefact: "",
        expected: &[
            Expected::printed("a", "m", 1.0, "Table 1").within(Bound::Abs(0.1)),
            Expected::unprinted("b", "m", "closed form")
                .within_by_profile(&[(Profile::Smoke, Bound::AtLeast(2.0))]),
        ],
        reference: &[],
        run: |_, _| Ok(()),
    };

    fn verdicts(profile: Profile, strongest: Evidence, values: &[(&str, f64, Evidence)]) -> Vec<Verdict> {
        let mut record = Record::new();
        for &(name, value, evidence) in values {
            record.measure(name, value, evidence);
        }
        let rows = judge(&EXPERIMENT, &record, profile, strongest, &Known::default()).unwrap();
        rows.iter().map(|row| row.verdict).collect()
    }

    #[test]
    fn every_verdict() {
        use Evidence::{Exact, Scaled, Synthetic};
        let smoke = |values: &[_]| verdicts(Profile::Smoke, Exact, values);
        assert_eq!(smoke(&[("a", 1.05, Exact)]), [Verdict::Reproduced, Verdict::Missing]);
        assert_eq!(
            smoke(&[("a", 1.05, Scaled), ("b", 2.0, Exact)]),
            [Verdict::ReproducedScaled, Verdict::Reproduced]
        );
        assert_eq!(
            smoke(&[("a", 1.05, Synthetic), ("b", 1.0, Synthetic)]),
            [Verdict::TrendHolds, Verdict::TrendFails]
        );
        assert_eq!(smoke(&[("a", 2.0, Exact), ("b", f64::NAN, Scaled)]), [Verdict::Deviates; 2]);
        let quick = verdicts(Profile::Quick, Synthetic, &[("a", 1.0, Exact), ("b", 1.0, Exact)]);
        assert_eq!(quick, [Verdict::TrendHolds, Verdict::NotJudged]);
    }

    #[test]
    fn absent_data_are_not_judged_and_defects_are_errors() {
        let why = crate::dataset::DatasetError::NotAtHand {
            dataset: "d".into(),
            file: "f".into(),
            fetchable: false,
        };
        let mut record = Record::new();
        record.unavailable(&["a"], &why);
        let judged =
            |record: &Record| judge(&EXPERIMENT, record, Profile::Quick, Evidence::Exact, &Known::default());
        let rows = judged(&record).unwrap();
        assert_eq!(rows[0].verdict, Verdict::NotJudged);
        assert!(rows[0].unavailable.as_ref().is_some_and(|why| why.contains("d/f")));
        record.measure("a", 1.0, Evidence::Exact);
        assert!(matches!(judged(&record), Err(JudgeError::Twice { .. })));
        let mut record = Record::new();
        record.measure("z", 1.0, Evidence::Exact);
        assert!(matches!(judged(&record), Err(JudgeError::Undeclared { .. })));
    }

    #[test]
    fn a_known_deviation_carries_its_reason_and_stays_a_deviation() {
        let mut known = Known::default();
        known.insert("demo/x", "a", "the table has a typing error");
        let mut record = Record::new();
        record.measure("a", 5.0, Evidence::Exact);
        let rows = judge(&EXPERIMENT, &record, Profile::Quick, Evidence::Exact, &known).unwrap();
        assert_eq!((rows[0].verdict, rows[0].known.is_some()), (Verdict::Deviates, true));
    }
}
