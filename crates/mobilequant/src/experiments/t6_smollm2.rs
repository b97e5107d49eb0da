//! A real model of 135 million weights.

use super::reference;
use super::runs::{COLUMNS, Outcome, Run, run_all};
use super::study::{Measured, Score, Sizes, Smoothing, Study};
use super::{long_and_up, order, trend};
use crate::Result;
use crate::learn::LearnConfig;
use crate::simulate::Plan;
use common::experiment::{
    Bound, Cell, Context, Evidence, Expected, Experiment, Outcome as Done, Profile, Record, Table,
};

/// SmolLM2-135M-Instruct.
pub const EXPERIMENT: Experiment = Experiment {
    id: "mobilequant/t6-smollm2",
    title: "SmolLM2-135M",
    artefact: "Tables 1, 4, 6 and 8, on another model",
    expected: EXPECTED,
    reference: &[reference::COST, reference::LATENCY],
    run,
};

const FULL: &str = "SmolLM2, full precision: perplexity";
const ROUNDED: &str = "SmolLM2, 8 bits, rounding: perplexity";
const RUIN: &str = "SmolLM2, 8 bits: rounding over full precision";
const SMOOTH: &str = "SmolLM2, 8 bits: rounding over SmoothQuant at norms and up to down";
const EDGE: &str = "SmolLM2, 8 bits: SmoothQuant at norms and up to down over SmoothQuant at norms";
const LEARNED: [&str; 2] = [
    "SmolLM2, 8 bits: MobileQuant over SmoothQuant everywhere",
    "SmolLM2, 4-bit weights: MobileQuant over SmoothQuant everywhere",
];
const PAIRED: [&str; 2] = [
    "SmolLM2, 8 bits: MobileQuant over SmoothQuant, upper end of the paired interval",
    "SmolLM2, 4-bit weights: MobileQuant over SmoothQuant, upper end of the paired interval",
];
const ROWS: [&str; 9] = [FULL, ROUNDED, RUIN, SMOOTH, EDGE, LEARNED[0], LEARNED[1], PAIRED[0], PAIRED[1]];

const EXPECTED: &[Expected] = &[
    order(
        FULL,
        "35.19 by an independent forward pass, 1 %",
        &const { long_and_up(Bound::Between(34.838, 35.542)) },
    ),
    order(
        ROUNDED,
        "70.9 by an independent simulation, 8 %",
        &const { long_and_up(Bound::Between(65.2, 76.6)) },
    ),
    order(
        RUIN,
        "the paper's premise: static 8-bit activations ruin a model",
        &const { long_and_up(Bound::AtLeast(1.2)) },
    ),
    order(SMOOTH, "Table 1", &const { long_and_up(Bound::AtLeast(1.0)) }),
    order(EDGE, "Table 1", &const { long_and_up(Bound::AtMost(1.0)) }),
    order(LEARNED[0], "Table 1", &const { long_and_up(Bound::AtMost(1.0)) }),
    order(LEARNED[1], "Table 1", &const { long_and_up(Bound::AtMost(1.0)) }),
    order(PAIRED[0], "Table 1", &const { long_and_up(Bound::AtMost(1.0)) }),
    order(PAIRED[1], "Table 1", &const { long_and_up(Bound::AtMost(1.0)) }),
];

/// Windows of 256 tokens; 160 steps of learning.
const SIZES: Sizes = Sizes { training: 16, selection: 8, report: 16 };
const EPOCHS: usize = 10;

fn run(context: &Context<'_>, record: &mut Record) -> Done {
    record.note(
        "Latency, energy and memory on a phone are the paper's alone: a CPU stands for no accelerator, and this crate does \
         not execute in integers.",
    );
    if context.profile() < Profile::Long {
        record.note("SmolLM2-135M is NOT part of this run: it belongs to the profile long.");
        return Ok(());
    }
    match Study::smollm2(context, SIZES) {
        Ok(study) => measure(context, &study?, record)?,
        Err(missing) if missing.is_not_at_hand() => {
            record.unavailable(&ROWS, &missing);
            record.note(format!("SmolLM2-135M is NOT part of this run: {missing}"));
        }
        Err(refused) => return Err(refused.into()),
    }
    Ok(())
}

fn measure(context: &Context<'_>, study: &Study, record: &mut Record) -> Result<()> {
    let rounding = study.measured(study.plain.clone())?;
    let norms = study.smoothed(&rounding, Smoothing::Norms)?;
    let edge = study.smoothed(&rounding, Smoothing::NormsAndUp)?;
    let everywhere = study.smoothed(&rounding, Smoothing::Everywhere)?;
    let starts: [(&str, &Measured); 4] = [
        ("rounding", &rounding),
        ("SmoothQuant at norms (Static)", &norms),
        ("SmoothQuant at norms and up to down", &edge),
        ("SmoothQuant everywhere (Edge)", &everywhere),
    ];
    let full = study.full()?;
    let mut rows: Vec<(&str, &str, Score, Option<&Outcome>)> =
        vec![("", "full precision", full.clone(), None)];
    let schemes = [("W8A8", Plan::w8a8()), ("W4A8", Plan::w4a8())];
    let runs: Vec<Run<'_>> = schemes
        .iter()
        .map(|(name, plan)| Run {
            name: format!("{}-{}", study.name, name.to_lowercase()),
            study,
            start: &everywhere.checkpoint,
            config: LearnConfig::mobilequant(plan.clone(), EPOCHS),
        })
        .collect();
    let learned = run_all(context, "mobilequant-t6", &runs)?;
    let mut eight = Vec::new();
    for (place, (scheme, plan)) in schemes.iter().enumerate() {
        let scores =
            starts.iter().map(|(_, start)| study.quantised(start, plan)).collect::<Result<Vec<_>>>()?;
        let (ratio, (_, hi)) = study.ratio(&learned[place].score, &scores[3])?;
        trend(record, LEARNED[place], ratio);
        trend(record, PAIRED[place], hi);
        rows.extend(
            starts.iter().zip(&scores).map(|((name, _), score)| (*scheme, *name, score.clone(), None)),
        );
        rows.push((scheme, "MobileQuant", learned[place].score.clone(), Some(&learned[place])));
        if place == 0 {
            eight = scores;
        }
    }
    rows.push(("W8A8 at all sites", starts[3].0, study.quantised(&everywhere, &Plan::full_w8a8())?, None));
    record.measure(FULL, full.perplexity.value(), Evidence::Exact);
    if let [rounding, norms, edge, _] = &eight[..] {
        record.measure(ROUNDED, rounding.perplexity.value(), Evidence::Exact);
        trend(record, RUIN, study.ratio(rounding, &full)?.0);
        trend(record, SMOOTH, study.ratio(rounding, edge)?.0);
        trend(record, EDGE, study.ratio(edge, norms)?.0);
    }
    let head =
        ["scheme", "method", "perplexity", "95 %, from", "to", "divergence / nats", "same first token / %"];
    let title = "SmolLM2-135M-Instruct (Q4_1 as full precision) on sayings of people";
    let mut table = Table::new("smollm2", title, &[&head[..], &COLUMNS].concat());
    for (scheme, method, score, outcome) in rows {
        let (lo, hi) = study.interval(&score.perplexity)?;
        let mut cells: Vec<Cell> = vec![scheme.into(), method.into()];
        let close = score.agreement;
        cells.extend([score.perplexity.value(), lo, hi, close.kl_nats, 100.0 * close.top1].map(Cell::from));
        cells.extend(outcome.map_or_else(|| vec![Cell::from(""); COLUMNS.len()], Outcome::cells));
        table.row(cells);
    }
    record.table(table);
    record.note(format!(
        "Windows of 256 tokens, of which the first is not scored. Ranges are measured, and {} steps learned, on {} windows \
         of sayings of science (Debian's fortunes); the best of {} epochs, the start among the candidates, is chosen on {} \
         other windows of it; figures come from {} windows of sayings of people. One setting, which was not searched for.",
        EPOCHS * SIZES.training,
        SIZES.training,
        EPOCHS + 1,
        SIZES.selection,
        SIZES.report,
    ));
    Ok(())
}
