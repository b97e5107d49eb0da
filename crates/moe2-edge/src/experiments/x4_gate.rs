//! What a gate gains over the best single expert, and that the gain is none without anything to learn.

use super::known;
use crate::data::synthetic::{SyntheticConfig, SyntheticExperts};
use crate::data::{RoutingData, Split, read_parquet};
use crate::gate::evaluate::{
    FoldScores, best_single, bootstrap_interval, cross_validate, oracle_score, routed_scores,
    task_oracle_score,
};
use crate::gate::{Gate, GateConfig, GateKind};
use crate::{ExpertSet, Result};
use common::dataset::{DatasetError, Origin};
use common::experiment::{Bound, Context, Evidence, Expected, Experiment, Outcome, Profile, Record, Table};
use std::path::PathBuf;

/// The gate.
pub const EXPERIMENT: Experiment = Experiment {
    id: "moe2-edge/x4-gate",
    title: "A gate against the best single expert",
    artefact: "abstract: quality of the gated ensemble against single models",
    expected: EXPECTED,
    reference: &[],
    run,
};

const GAIN: &str = "synthetic experts, held out: points of the route above the best single expert";
const CONTROL: &str = "the same, scores permuted among training prompts";
const FULL: &str = "nine models, five folds: routed score";
const SMALL: &str = "nine models, five folds, the four of at most 31e9 parameters together: routed score";
const ROWS: &str =
    "nine models, scores permuted among training prompts: most that the route is above the best single";
const WITHIN: &str = "nine models, scores permuted within prompts: largest routed score";

const EXPECTED: &[Expected] = &[
    known(GAIN, "points", "the gate can read the topic from the prompt", Bound::AtLeast(0.0)),
    known(CONTROL, "points", "nothing to learn from the prompt", Bound::AtMost(1.0)),
    known(FULL, "", "bound set from a reference in NumPy", Bound::AtLeast(0.640)),
    known(SMALL, "", "bound set from a reference in NumPy", Bound::AtLeast(0.590)),
    known(ROWS, "", "nothing to learn from the prompt", Bound::AtMost(0.0)),
    known(WITHIN, "", "nothing to learn about the experts", Bound::AtMost(0.47)),
];

/// The gate of all experiments, fixed before any of them ran.
pub(super) fn gate() -> GateConfig {
    GateConfig::new(GateKind::Blend { neighbours: 30 })
}

/// Half a prompt's linear score and half its neighbours', fitted on some rows, for others.
fn fit(train: &RoutingData, test: &RoutingData) -> Result<Vec<f32>> {
    Ok(Gate::train(&gate(), train)?.0.predict(test.prompts()))
}

fn run(context: &Context<'_>, record: &mut Record) -> Outcome {
    synthetic(context, record)?;
    match router(context) {
        Ok(data) => nine_models(context, &data?, record)?,
        Err(missing) if missing.is_not_at_hand() => {
            record.unavailable(&[FULL, SMALL, ROWS, WITHIN], &missing);
        }
        Err(refused) => return Err(refused.into()),
    }
    record.note(
        "The gate is one half a linear map of hashed words and pairs, one half the mean score of the thirty nearest prompts, \
         fixed before the first run. The route is the expert of the largest predicted score. The task oracle knows the \
         name of the task, the prompt oracle the scores: neither can be served.",
    );
    Ok(())
}

/// The public table of nine models.
pub(super) fn router(context: &Context<'_>) -> std::result::Result<Result<RoutingData>, DatasetError> {
    let file = context.file("router", "llmrouter_9models.parquet")?;
    Ok(read_parquet(match &file.origin {
        Origin::PaperData(path) | Origin::Cache(path) => path.clone(),
        Origin::Sample { .. } => PathBuf::from(&file.path),
    }))
}

fn synthetic(context: &Context<'_>, record: &mut Record) -> Result<()> {
    let experts =
        SyntheticExperts::train(&SyntheticConfig { seed: context.seed(), ..SyntheticConfig::default() })?;
    let (train, test) = (experts.data().split(Split::Train)?, experts.data().split(Split::Test)?);
    let all = ExpertSet::first(train.experts());
    let single = test.mean_scores()[best_single(&train, all)?];
    let gain = |train: &RoutingData| -> Result<(f64, Vec<f64>)> {
        let routed = routed_scores(&fit(train, &test)?, &test, all)?;
        Ok((100.0 * (mean(&routed) - single), routed))
    };
    let (learned, routed) = gain(&train)?;
    record.measure(GAIN, learned, Evidence::Synthetic);
    record.measure(CONTROL, gain(&train.with_rows_permuted(context.seed()))?.0, Evidence::Synthetic);
    let (low, high) = bootstrap_interval(&routed, 0.95, 2000, context.seed())?;
    let mut table = Table::new(
        "synthetic",
        "Six synthetic experts, mean score on the held-out questions",
        &["route", "score", "95 % from", "to"],
    );
    table.row(["gate".into(), mean(&routed).into(), low.into(), high.into()]);
    let mut plain = |name: &str, score: f64| table.row([name.into(), score.into(), "".into(), "".into()]);
    plain("best single expert of the training rows", single);
    plain("task oracle", task_oracle_score(&train, &test, all)?);
    plain("prompt oracle", oracle_score(&test, all)?);
    record.table(table);
    Ok(())
}

fn nine_models(context: &Context<'_>, data: &RoutingData, record: &mut Record) -> Result<()> {
    let train = data.split(Split::Train)?;
    let (all, small) = (ExpertSet::first(data.experts()), [1, 2, 7, 8].into_iter().collect());
    let sets: [ExpertSet; 2] = [all, small];
    let seed = context.seed();
    let learned = cross_validate(&train, 5, &sets, fit)?;
    let of = |scores: &[FoldScores], value: fn(&FoldScores) -> f64| {
        mean(&scores.iter().map(value).collect::<Vec<_>>())
    };
    let routed = |s: &FoldScores| s.routed;
    let single = |s: &FoldScores| s.best_single;
    record.measure(FULL, of(&learned[0], routed), Evidence::Synthetic);
    record.measure(SMALL, of(&learned[1], routed), Evidence::Synthetic);
    // the worst of several permutations
    let (mut above, mut within) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for seed in seed..seed + if context.profile() == Profile::Smoke { 1 } else { 5 } {
        let rows =
            cross_validate(&train, 5, &[all], |train, test| fit(&train.with_rows_permuted(seed), test))?;
        let experts =
            cross_validate(&train, 5, &[all], |train, test| fit(&train.with_experts_permuted(seed), test))?;
        above = above.max(of(&rows[0], routed) - of(&rows[0], single));
        within = within.max(of(&experts[0], routed));
    }
    record.measure(ROWS, above, Evidence::Synthetic);
    record.measure(WITHIN, within, Evidence::Synthetic);

    let mut folds = Table::new(
        "folds",
        "Nine models, 5,608 training prompts: mean score of each held-out fold",
        &["experts", "fold", "prompts", "gate", "best single", "task oracle", "prompt oracle"],
    );
    for (name, scores) in [("all nine", &learned[0]), ("1 2 7 8", &learned[1])] {
        for (fold, s) in scores.iter().enumerate() {
            folds.row([
                name.into(),
                (fold as f64).into(),
                (s.rows as f64).into(),
                s.routed.into(),
                s.best_single.into(),
                s.task_oracle.into(),
                s.oracle.into(),
            ]);
        }
        folds.row([
            name.into(),
            "mean".into(),
            (train.len() as f64).into(),
            of(scores, routed).into(),
            of(scores, single).into(),
            of(scores, |s| s.task_oracle).into(),
            of(scores, |s| s.oracle).into(),
        ]);
    }
    record.table(folds);
    record.table(held_out(&train, &data.split(Split::Test)?, &sets, seed)?);
    Ok(())
}

/// The prompts that the source held out and that are not among its training prompts.
fn held_out(train: &RoutingData, test: &RoutingData, sets: &[ExpertSet], seed: u64) -> Result<Table> {
    let predictions = fit(train, test)?;
    let mut table = Table::new(
        "test",
        "Nine models, 381 test prompts without those that are also training prompts",
        &[
            "experts",
            "gate",
            "95 % from",
            "to",
            "best single",
            "gate above it, points",
            "95 % from ",
            "to ",
            "prompt oracle",
        ],
    );
    for (name, &set) in ["all nine", "1 2 7 8"].into_iter().zip(sets) {
        let routed = routed_scores(&predictions, test, set)?;
        let single = best_single(train, set)?;
        let gains: Vec<f64> = routed
            .iter()
            .zip(test.score_rows())
            .map(|(routed, row)| 100.0 * (routed - f64::from(row[single])))
            .collect();
        let (low, high) = bootstrap_interval(&routed, 0.95, 2000, seed)?;
        let (least, most) = bootstrap_interval(&gains, 0.95, 2000, seed)?;
        table.row([
            name.into(),
            mean(&routed).into(),
            low.into(),
            high.into(),
            test.mean_scores()[single].into(),
            mean(&gains).into(),
            least.into(),
            most.into(),
            oracle_score(test, set)?.into(),
        ]);
    }
    Ok(table)
}

fn mean(values: &[f64]) -> f64 {
    common::stats::mean(values).unwrap_or(f64::NAN)
}
