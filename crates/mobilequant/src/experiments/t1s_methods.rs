//! The methods side by side on small models (Tables 1, 4, 5 and 7).

use super::methods::{Form, Method, Results, Scheme, results, table};
use super::reference;
use super::study::{REPORT_TEXT, Score, Sizes, Smoothing, Study, WINDOW, byte_model, bytes};
use super::{always, exact, known, long_and_up, order, quick_and_up, trend};
use crate::eval::{Protocol, perplexity};
use crate::simulate::Plan;
use crate::transform::relative_change;
use crate::{Model, Result};
use candle_core::DType;
use common::experiment::{Bound, Context, Expected, Experiment, Outcome as Done, Profile, Record};

/// Rounding, SmoothQuant, OmniQuant, learned ranges and MobileQuant.
pub const EXPERIMENT: Experiment = Experiment {
    id: "mobilequant/t1s-methods",
    title: "Methods on small models",
    artefact: "Tables 1, 4, 5 and 7, on small models",
    expected: EXPECTED,
    reference: &[reference::METHODS, reference::TASKS, reference::ON_DEVICE, reference::SYMMETRY],
    run,
};

/// Perplexities of the model of bytes by an independent program.
const RECORDED: &str = include_str!("../../data/perplexity.csv");
const RECORDED_PART: &str = "report-64,";
const RECORDED_WINDOWS: usize = 64;

const SAME: &str = "full precision: perplexity over that of an independent program";
const OUTLIERS_EXACT: &str = "change of logits by outlying channels, as share of the largest";
const SMOOTH_EXACT: &str = "change of logits by SmoothQuant everywhere, as share of the largest";
const WIDE: &str = "16 bits everywhere: perplexity over full precision";
const MOVED: &str = "MobileQuant: least share of a group's tensors that moved";
const PLAIN: &str = "8 bits, no outliers: rounding over full precision";
const WIDE_ACTIVATIONS: &str = "8-bit weights, 16-bit activations, no outliers: rounding over full precision";
const RUIN: &str = "8 bits, outliers: rounding over SmoothQuant everywhere";
const EDGE: [&str; 2] = [
    "8 bits, outliers: SmoothQuant everywhere over SmoothQuant at norms",
    "4-bit weights, outliers: SmoothQuant everywhere over SmoothQuant at norms",
];
const LEARNED_START: [&str; 2] = [
    "8 bits, outliers: MobileQuant over SmoothQuant everywhere",
    "4-bit weights, outliers: MobileQuant over SmoothQuant everywhere",
];
const PAIRED: &str =
    "4-bit weights, outliers: MobileQuant over SmoothQuant, upper end of the paired interval";
const CLOSER: &str = "4-bit weights, outliers: divergence of MobileQuant over SmoothQuant's";
const LOSS: &str = "4-bit weights, outliers: MobileQuant's training error, last epoch over first";
const OMNIQUANT: [&str; 2] = [
    "8 bits, outliers: OmniQuant everywhere over SmoothQuant everywhere",
    "4-bit weights, outliers: OmniQuant everywhere over SmoothQuant everywhere",
];
const OMNIQUANT_STATIC: [&str; 2] = [
    "8 bits, outliers: OmniQuant everywhere over OmniQuant without up to down",
    "4-bit weights, outliers: OmniQuant everywhere over OmniQuant without up to down",
];
const RANGES: [&str; 2] = [
    "8 bits, outliers: OmniQuant with learned over with measured ranges",
    "4-bit weights, outliers: OmniQuant with learned over with measured ranges",
];
const END_TO_END: [&str; 2] = [
    "8 bits, outliers: MobileQuant over OmniQuant with learned ranges",
    "4-bit weights, outliers: MobileQuant over OmniQuant with learned ranges",
];
const SYMMETRIC: &str = "4-bit weights, outliers, SmoothQuant everywhere: symmetric over asymmetric";
const FULL: &str = "8 bits at all sites over 8 bits, outliers, SmoothQuant everywhere";
const STORIES: [&str; 3] = [
    "stories, 8 bits, outliers: rounding over SmoothQuant everywhere",
    "stories, 4-bit weights, outliers: MobileQuant over SmoothQuant everywhere",
    "stories, MobileQuant: least share of a group's tensors that moved",
];

const EXPECTED: &[Expected] = &[
    known(SAME, "independent forward pass in numpy, f64", Bound::Between(0.9999, 1.0001)),
    known(OUTLIERS_EXACT, "the function stays", Bound::AtMost(1e-4)),
    known(SMOOTH_EXACT, "the function stays", Bound::AtMost(1e-4)),
    known(WIDE, "16 bits lose nothing", Bound::Between(0.999, 1.001)),
    known(MOVED, "gradients reach every parameter", Bound::AtLeast(0.99)),
    order(PLAIN, "nothing is lost without outlying channels", &const { always(Bound::AtMost(1.1)) }),
    order(WIDE_ACTIVATIONS, "Table 5", &const { always(Bound::AtMost(1.05)) }),
    order(
        RUIN,
        "the paper's premise: static 8-bit activations ruin a model",
        &const { always(Bound::AtLeast(2.0)) },
    ),
    order(EDGE[0], "Table 1", &const { always(Bound::AtMost(1.0)) }),
    order(EDGE[1], "Table 1", &const { always(Bound::AtMost(1.0)) }),
    order(SYMMETRIC, "Table 7", &const { always(Bound::AtLeast(1.0)) }),
    order(FULL, "Table 5", &const { always(Bound::AtLeast(10.0)) }),
    order(OMNIQUANT[1], "Table 1", &const { quick_and_up(Bound::AtMost(1.0)) }),
    order(LEARNED_START[1], "Table 1", &const { quick_and_up(Bound::AtMost(1.0)) }),
    order(PAIRED, "Table 1", &const { quick_and_up(Bound::AtMost(1.0)) }),
    order(CLOSER, "Table 1", &const { always(Bound::AtMost(1.0)) }),
    order(LOSS, "learning lowers what it minimises", &const { always(Bound::AtMost(1.0)) }),
    order(RANGES[1], "Table 3", &const { quick_and_up(Bound::AtMost(1.0)) }),
    order(END_TO_END[1], "Table 4", &const { quick_and_up(Bound::AtMost(1.0)) }),
    order(LEARNED_START[0], "Table 4", &const { quick_and_up(Bound::AtMost(1.0)) }),
    order(OMNIQUANT[0], "Table 1", &const { long_and_up(Bound::AtMost(1.0)) }),
    order(OMNIQUANT_STATIC[0], "Table 1", &const { long_and_up(Bound::AtMost(1.0)) }),
    order(OMNIQUANT_STATIC[1], "Table 1", &const { long_and_up(Bound::AtMost(1.0)) }),
    order(RANGES[0], "Table 3", &const { long_and_up(Bound::AtMost(1.0)) }),
    order(END_TO_END[0], "Table 4", &const { long_and_up(Bound::AtMost(1.0)) }),
    order(
        STORIES[0],
        "the paper's premise: static 8-bit activations ruin a model",
        &const { long_and_up(Bound::AtLeast(2.0)) },
    ),
    order(STORIES[1], "Table 1", &const { long_and_up(Bound::AtMost(1.0)) }),
    order(STORIES[2], "gradients reach every parameter", &const { long_and_up(Bound::AtLeast(0.99)) }),
];

fn run(context: &Context<'_>, record: &mut Record) -> Done {
    let long = context.profile() >= Profile::Long;
    let (sizes, epochs) = match context.profile() {
        Profile::Smoke => (Sizes { training: 20, selection: 8, report: 16 }, 2),
        Profile::Quick => (Sizes { training: 20, selection: 8, report: 32 }, 4),
        Profile::Long | Profile::Full => (Sizes { training: 64, selection: 16, report: 128 }, 10),
    };
    let study = Study::bytes(sizes, context.seed())?;
    identities(&study, record)?;
    let found = results(context, &study, epochs)?;
    judge(&found, context.profile(), record)?;
    record.table(table(&found)?);
    if long {
        match Study::stories(context, Sizes { report: 64, ..sizes }) {
            Ok(study) => {
                let study = study?;
                let found = results(context, &study, epochs)?;
                let of = |scheme, method| &found.scores[&(Form::Outlying, scheme, method)];
                let ratio = |a, b| Ok::<_, crate::Error>(study.ratio(a, b)?.0);
                let smooth = |scheme| of(scheme, Method::SmoothEverywhere);
                trend(record, STORIES[0], ratio(of(Scheme::W8A8, Method::Rounding), smooth(Scheme::W8A8))?);
                trend(
                    record,
                    STORIES[1],
                    ratio(of(Scheme::W4A8, Method::MobileQuant), smooth(Scheme::W4A8))?,
                );
                let learned = &found.outcomes[&(Form::Outlying, Scheme::W4A8, Method::MobileQuant)];
                trend(record, STORIES[2], learned.least_moved());
                record.table(table(&found)?);
            }
            Err(missing) if missing.is_not_at_hand() => {
                record.unavailable(&STORIES, &missing);
                record.note(format!("The model of stories is NOT part of this run: {missing}"));
            }
            Err(refused) => return Err(refused.into()),
        }
    } else {
        record.note(
            "The model of 260,032 weights (stories) is NOT part of this run: it belongs to the profile long.",
        );
    }
    record.note(
        "The model of bytes was trained by this crate (`--example train_bytes`, 3,000 steps) on nine tenths of the Jargon File \
         4.4.7, which is in the public domain; recipe, seed and learning curve are in `crates/mobilequant/data`, with the tenth \
         that is used here: one half for calibration, the other for the report.",
    );
    record.note(format!(
        "Every method has one setting, which was not searched for; learned ones have {} training windows, {epochs} epochs \
         (block-wise: for each block) and {} selection windows, from which the best epoch is kept, the start among the \
         candidates: {} end to end and {} block-wise. Ranges are measured on the training windows; figures come from {} \
         other windows of another part of the text. Intervals are by the bootstrap over windows. Block-wise, the first and the last \
         error are those of different blocks. A ratio of exactly 1 to the start says that no epoch was better.",
        sizes.training,
        sizes.selection,
        epochs + 1,
        study.plain.config.layers * epochs + 1,
        sizes.report,
    ));
    Ok(())
}

/// What leaves the function as it is.
fn identities(study: &Study, record: &mut Record) -> Result<()> {
    let recorded = RECORDED.lines().find_map(|line| line.strip_prefix(RECORDED_PART)?.parse::<f64>().ok());
    let protocol = Protocol { window: WINDOW, windows: Some(RECORDED_WINDOWS), bos: study.plain.config.bos };
    let model = Model::new(&byte_model()?, DType::F32)?;
    let measured = perplexity(&model, &bytes(REPORT_TEXT), protocol)?;
    exact(record, SAME, measured.value() / recorded.unwrap_or(f64::NAN));
    exact(record, OUTLIERS_EXACT, relative_change(&study.plain, &study.outlying, study.sample())?);
    let outlying = study.measured(study.outlying.clone())?;
    let smoothed = study.smoothed(&outlying, Smoothing::Everywhere)?.checkpoint;
    exact(record, SMOOTH_EXACT, relative_change(&study.plain, &smoothed, study.sample())?);
    let wide = study.quantised(&study.measured(study.plain.clone())?, &Plan::w16a16())?;
    exact(record, WIDE, study.ratio(&wide, &study.full()?)?.0);
    Ok(())
}

fn judge(results: &Results<'_>, profile: Profile, record: &mut Record) -> Result<()> {
    use Method::{
        MobileQuant, OmniQuant, OmniQuantRanges, OmniQuantStatic, Rounding, SmoothEverywhere, SmoothNorms,
    };
    let study = results.study;
    let full = study.full()?;
    let of = |form, scheme, method| &results.scores[&(form, scheme, method)];
    let ratio = |a: &Score, b: &Score| study.ratio(a, b);
    trend(record, PLAIN, ratio(of(Form::Plain, Scheme::W8A8, Rounding), &full)?.0);
    trend(record, WIDE_ACTIVATIONS, ratio(of(Form::Plain, Scheme::W8A16, Rounding), &full)?.0);
    let smooth = |scheme| of(Form::Outlying, scheme, SmoothEverywhere);
    trend(record, RUIN, ratio(of(Form::Outlying, Scheme::W8A8, Rounding), smooth(Scheme::W8A8))?.0);
    trend(record, SYMMETRIC, ratio(smooth(Scheme::W4A8Symmetric), smooth(Scheme::W4A8))?.0);
    trend(record, FULL, ratio(smooth(Scheme::FullW8A8), smooth(Scheme::W8A8))?.0);
    for (place, scheme) in [Scheme::W8A8, Scheme::W4A8].into_iter().enumerate() {
        trend(record, EDGE[place], ratio(smooth(scheme), of(Form::Outlying, scheme, SmoothNorms))?.0);
        let pairs = [
            (OMNIQUANT[place], OmniQuant, SmoothEverywhere),
            (OMNIQUANT_STATIC[place], OmniQuant, OmniQuantStatic),
            (RANGES[place], OmniQuantRanges, OmniQuant),
            (END_TO_END[place], MobileQuant, OmniQuantRanges),
            (LEARNED_START[place], MobileQuant, SmoothEverywhere),
        ];
        for (name, a, b) in pairs {
            let find = |method| results.scores.get(&(Form::Outlying, scheme, method));
            if let (Some(a), Some(b)) = (find(a), find(b)) {
                trend(record, name, ratio(a, b)?.0);
            }
        }
    }
    let learned = &results.outcomes[&(Form::Outlying, Scheme::W4A8, MobileQuant)];
    let start = smooth(Scheme::W4A8);
    if profile >= Profile::Quick {
        trend(record, PAIRED, ratio(&learned.score, start)?.1.1);
    }
    trend(record, CLOSER, learned.score.agreement.kl_nats / start.agreement.kl_nats);
    trend(record, LOSS, learned.loss_ratio());
    exact(record, MOVED, learned.least_moved());
    Ok(())
}
