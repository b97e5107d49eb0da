//! Training windows and epochs, block-wise and end to end (Table 2).

use super::reference;
use super::runs::{COLUMNS, Outcome, Run, run_all};
use super::study::{Sizes, Smoothing, Study};
use super::{order, quick_and_up, trend};
use crate::learn::{LearnConfig, Objective};
use crate::simulate::Plan;
use common::experiment::{
    Bound, Cell, Context, Expected, Experiment, Outcome as Done, Profile, Record, Table,
};

/// The budget of learning.
pub const EXPERIMENT: Experiment = Experiment {
    id: "mobilequant/t3-budget",
    title: "Block-wise and end to end by training windows and epochs",
    artefact: "Table 2, on a small model",
    expected: EXPECTED,
    reference: &[reference::BUDGET],
    run,
};

const SMALLEST: &str = "smallest budget: block-wise over end to end";
const LARGEST: &str = "largest budget: block-wise over end to end";
const END_TO_END: &str = "end to end: largest over smallest budget";
const BLOCKWISE: &str = "block-wise: largest over smallest budget";

const EXPECTED: &[Expected] = &[
    order(SMALLEST, "Table 2: end to end is behind", &const { quick_and_up(Bound::AtMost(1.0)) }),
    order(LARGEST, "Table 2: end to end is ahead", &const { quick_and_up(Bound::AtLeast(1.0)) }),
    order(END_TO_END, "Table 2", &const { quick_and_up(Bound::AtMost(1.0)) }),
    order(BLOCKWISE, "Table 2: TinyLlama", &const { quick_and_up(Bound::AtMost(1.0)) }),
];

fn run(context: &Context<'_>, record: &mut Record) -> Done {
    let (counts, epochs, selection, report): (&[usize], &[usize], _, _) = match context.profile() {
        Profile::Smoke => {
            record.note("Nothing is learned in a smoke run.");
            return Ok(());
        }
        Profile::Quick => (&[16], &[1, 5], 8, 32),
        Profile::Long | Profile::Full => (&[16, 64], &[1, 5, 20], 16, 128),
    };
    let mut studies = Vec::new();
    for &training in counts {
        let study = Study::bytes(Sizes { training, selection, report }, context.seed())?;
        let outlying = study.measured(study.outlying.clone())?;
        let start = study.smoothed(&outlying, Smoothing::Everywhere)?.checkpoint;
        studies.push((training, study, start));
    }
    let objectives = [Objective::Blockwise, Objective::EndToEnd];
    let mut runs = Vec::new();
    for (training, study, start) in &studies {
        for &epochs in epochs {
            for objective in objectives {
                let name = format!("n{training}-e{epochs}-{objective:?}").to_lowercase();
                let config = LearnConfig { objective, ..LearnConfig::mobilequant(Plan::w4a8(), epochs) };
                runs.push(Run { name, study, start, config });
            }
        }
    }
    let outcomes = run_all(context, "mobilequant-t3", &runs)?;

    let columns = [
        &[
            "windows",
            "epochs",
            "block-wise or end to end",
            "perplexity",
            "95 %, from",
            "to",
            "divergence / nats",
        ][..],
        &COLUMNS,
    ]
    .concat();
    let title = "W4A8, outlying channels, ranges learned, from SmoothQuant everywhere";
    let mut table = Table::new("budget", title, &columns);
    for (run, outcome) in runs.iter().zip(&outcomes) {
        let perplexity = &outcome.score.perplexity;
        let (lo, hi) = run.study.interval(perplexity)?;
        let how = if run.config.objective == Objective::EndToEnd { "end to end" } else { "block-wise" };
        let windows = run.study.data().training.len();
        let mut cells: Vec<Cell> =
            vec![(windows as f64).into(), (run.config.epochs as f64).into(), how.into()];
        cells.extend([perplexity.value(), lo, hi, outcome.score.agreement.kl_nats].map(Cell::from));
        cells.extend(outcome.cells());
        table.row(cells);
    }
    record.table(table);
    if let [block_small, end_small, .., block_large, end_large] = &outcomes[..] {
        let ratio = |a: &Outcome, b: &Outcome| a.score.perplexity.value() / b.score.perplexity.value();
        trend(record, SMALLEST, ratio(block_small, end_small));
        trend(record, LARGEST, ratio(block_large, end_large));
        trend(record, END_TO_END, ratio(end_large, end_small));
        trend(record, BLOCKWISE, ratio(block_large, block_small));
    }
    record.note(
        "The paper goes from 128 windows of 2048 tokens and 20 epochs to 1024 windows and 60; here it is 16 windows of 128 \
         bytes and one epoch to the last row of the table. Ratios are of perplexities; both ways keep the best epoch on \
         the same selection windows.",
    );
    Ok(())
}
