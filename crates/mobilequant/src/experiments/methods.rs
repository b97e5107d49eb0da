//! Schemes and methods, and the scores of all that a profile asks for.

use super::runs::{COLUMNS, Outcome, Run, in_parallel, run_all};
use super::study::{Measured, Score, Smoothing, Study};
use crate::Result;
use crate::learn::{LearnConfig, RangeLearning};
use crate::simulate::Plan;
use crate::transform::TransformSite;
use common::experiment::{Cell, Context, Profile, Table};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    Plain,
    Outlying,
}

/// Bits of weights and activations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scheme {
    W8A16,
    W8A8,
    FullW8A8,
    W4A8,
    W4A8Symmetric,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Method {
    Rounding,
    SmoothNorms,
    SmoothEverywhere,
    OmniQuantStatic,
    OmniQuant,
    OmniQuantRanges,
    MobileQuant,
}

pub(super) type Key = (Form, Scheme, Method);

/// Everything about one model.
pub(super) struct Results<'a> {
    pub(super) study: &'a Study,
    pub(super) scores: BTreeMap<Key, Score>,
    pub(super) outcomes: BTreeMap<Key, Outcome>,
}

impl Scheme {
    fn plan(self) -> Plan {
        match self {
            Self::W8A16 => Plan::w8a16(),
            Self::W8A8 => Plan::w8a8(),
            Self::FullW8A8 => Plan::full_w8a8(),
            Self::W4A8 => Plan::w4a8(),
            Self::W4A8Symmetric => Plan::w4a8_symmetric(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::W8A16 => "W8A16",
            Self::W8A8 => "W8A8",
            Self::FullW8A8 => "W8A8 at all sites",
            Self::W4A8 => "W4A8",
            Self::W4A8Symmetric => "W4A8 symmetric",
        }
    }
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Rounding => "rounding",
            Self::SmoothNorms => "SmoothQuant at norms (Static)",
            Self::SmoothEverywhere => "SmoothQuant everywhere (Edge)",
            Self::OmniQuantStatic => "OmniQuant without up to down (Static)",
            Self::OmniQuant => "OmniQuant everywhere (Edge)",
            Self::OmniQuantRanges => "OmniQuant everywhere, ranges learned",
            Self::MobileQuant => "MobileQuant",
        }
    }

    /// What it learns, for methods that learn.
    fn learning(self, plan: Plan, epochs: usize) -> LearnConfig {
        let omniquant = LearnConfig::omniquant(plan.clone(), epochs);
        match self {
            Self::OmniQuantStatic => LearnConfig {
                sites: vec![TransformSite::NormQkv, TransformSite::NormMlp, TransformSite::ValueOut],
                ..omniquant
            },
            Self::OmniQuantRanges => LearnConfig { ranges: RangeLearning::LogScale, ..omniquant },
            Self::MobileQuant => LearnConfig::mobilequant(plan, epochs),
            _ => omniquant,
        }
    }
}

pub(super) fn results<'a>(context: &Context<'_>, study: &'a Study, epochs: usize) -> Result<Results<'a>> {
    use Method::{
        MobileQuant, OmniQuant, OmniQuantRanges, OmniQuantStatic, Rounding, SmoothEverywhere, SmoothNorms,
    };
    let long = context.profile() >= Profile::Long;
    let mut starts: BTreeMap<(Form, Method), Measured> = BTreeMap::new();
    for (form, checkpoint) in [(Form::Plain, &study.plain), (Form::Outlying, &study.outlying)] {
        let rounded = study.measured(checkpoint.clone())?;
        for (method, smoothing) in
            [(SmoothNorms, Smoothing::Norms), (SmoothEverywhere, Smoothing::Everywhere)]
        {
            starts.insert((form, method), study.smoothed(&rounded, smoothing)?);
        }
        starts.insert((form, Rounding), rounded);
    }
    let mut wanted: Vec<Key> = Vec::new();
    for &(form, method) in starts.keys() {
        let schemes: &[Scheme] = match (form, method) {
            (Form::Plain, Rounding) => &[Scheme::W8A16, Scheme::W8A8, Scheme::FullW8A8, Scheme::W4A8],
            (Form::Plain, _) if !long => &[],
            (Form::Outlying, SmoothEverywhere) => {
                &[Scheme::W8A16, Scheme::W8A8, Scheme::FullW8A8, Scheme::W4A8, Scheme::W4A8Symmetric]
            }
            (Form::Plain | Form::Outlying, _) => &[Scheme::W8A8, Scheme::W4A8],
        };
        wanted.extend(schemes.iter().map(|&scheme| (form, scheme, method)));
    }
    let score = |place: usize| {
        let (form, scheme, method) = wanted[place];
        study.quantised(&starts[&(form, method)], &scheme.plan())
    };
    let found = in_parallel(wanted.len(), &|place, _: &dyn Fn()| score(place), &|| ())?;
    let mut scores: BTreeMap<Key, Score> = wanted.iter().copied().zip(found).collect();
    let outlying = |scheme, methods: &[Method]| -> Vec<Key> {
        methods.iter().map(|&method| (Form::Outlying, scheme, method)).collect()
    };
    let all = [OmniQuantStatic, OmniQuant, OmniQuantRanges, MobileQuant];
    let keys: Vec<Key> = match context.profile() {
        Profile::Smoke => outlying(Scheme::W4A8, &[OmniQuant, MobileQuant]),
        Profile::Quick => [
            outlying(Scheme::W4A8, &[OmniQuant, OmniQuantRanges, MobileQuant]),
            outlying(Scheme::W8A8, &[MobileQuant]),
        ]
        .concat(),
        Profile::Long | Profile::Full => {
            let plain = outlying(Scheme::W4A8, &all[1..]).into_iter().map(|(_, s, m)| (Form::Plain, s, m));
            [
                outlying(Scheme::W4A8, &all),
                outlying(Scheme::W8A8, &all),
                outlying(Scheme::W4A8Symmetric, &[MobileQuant]),
                plain.collect(),
            ]
            .concat()
        }
    };
    let runs: Vec<Run<'_>> = keys
        .iter()
        .map(|&(form, scheme, method)| Run {
            name: format!("{}-{form:?}-{scheme:?}-{method:?}", study.name).to_lowercase(),
            study,
            start: &starts[&(form, if method == OmniQuantStatic { SmoothNorms } else { SmoothEverywhere })]
                .checkpoint,
            config: method.learning(scheme.plan(), epochs),
        })
        .collect();
    let outcomes: BTreeMap<Key, Outcome> =
        keys.into_iter().zip(run_all(context, "mobilequant-t1s", &runs)?).collect();
    scores.extend(outcomes.iter().map(|(key, outcome)| (*key, outcome.score.clone())));
    Ok(Results { study, scores, outcomes })
}

pub(super) fn table(results: &Results<'_>) -> Result<Table> {
    let columns = [
        &[
            "model",
            "scheme",
            "method",
            "perplexity",
            "95 %, from",
            "to",
            "divergence / nats",
            "same first token / %",
        ][..],
        &COLUMNS,
    ]
    .concat();
    let study = results.study;
    let title = format!("Methods on the model of {} ({} weights)", study.name, study.plain.parameters());
    let mut table = Table::new(&format!("methods-{}", study.name), &title, &columns);
    let mut row = |names: [&str; 3], score: &Score, outcome: Option<&Outcome>| -> Result<()> {
        let (lo, hi) = study.interval(&score.perplexity)?;
        let mut cells: Vec<Cell> = names.into_iter().map(Cell::from).collect();
        let top1 = 100.0 * score.agreement.top1;
        cells.extend([score.perplexity.value(), lo, hi, score.agreement.kl_nats, top1].map(Cell::from));
        cells.extend(outcome.map(Outcome::cells).unwrap_or_default());
        table.row(cells);
        Ok(())
    };
    row(["both", "full precision", ""], &study.full()?, None)?;
    for (key, score) in &results.scores {
        let form = if key.0 == Form::Plain { "as trained" } else { "with outliers" };
        row([form, key.1.name(), key.2.name()], score, results.outcomes.get(key))?;
    }
    Ok(table)
}
