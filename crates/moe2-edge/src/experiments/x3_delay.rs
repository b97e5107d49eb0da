//! Quality against the delay of a prompt.

use super::study::{Study, Sweep};
use super::x2_energy::ASSUMPTIONS;
use super::{equal, known};
use common::experiment::{Bound, Context, Evidence, Expected, Experiment, Outcome, Record};

/// Quality against delay.
pub const EXPERIMENT: Experiment = Experiment {
    id: "moe2-edge/x3-delay",
    title: "Quality under a limit of delay",
    artefact: "abstract: baselines across delay budgets",
    expected: EXPECTED,
    reference: &[],
    run,
};

const BEATEN: &str = "synthetic experts: baselines above the exact selection, by its own objective";
const FALLS: &str = "synthetic experts: larger limits with a smaller best value";
const GAIN: &str =
    "synthetic experts, held out: points of the route above the best single expert, mean over 12 limits";
const NINE_BEATEN: &str = "nine models: baselines above the exact selection, by its own objective";
const NINE_GAIN: &str =
    "nine models, held out: points of the route above the best single expert, mean over 12 limits";

const ORDER: &str = "abstract: above baselines across budgets";
const EXPECTED: &[Expected] = &[
    equal(BEATEN, "", "an optimum is not exceeded", 0.0),
    equal(FALLS, "", "a larger limit admits more sets", 0.0),
    known(GAIN, "points", ORDER, Bound::AtLeast(0.0)),
    equal(NINE_BEATEN, "", "an optimum is not exceeded", 0.0),
    known(NINE_GAIN, "points", ORDER, Bound::AtLeast(0.0)),
];

fn run(context: &Context<'_>, record: &mut Record) -> Outcome {
    let findings = Study::synthetic(context)?.sweep(Sweep::Delay, context.seed())?;
    record.measure(BEATEN, findings.beaten as f64, Evidence::Synthetic);
    record.measure(FALLS, findings.falls as f64, Evidence::Synthetic);
    record.measure(GAIN, findings.gain, Evidence::Synthetic);
    record.table(findings.solved);
    record.table(findings.held_out);
    record.figure(findings.figure);
    match Study::nine_models(context) {
        Ok(study) => {
            let findings = study?.sweep(Sweep::Delay, context.seed())?;
            record.measure(NINE_BEATEN, findings.beaten as f64, Evidence::Synthetic);
            record.measure(NINE_GAIN, findings.gain, Evidence::Synthetic);
            record.table(findings.solved);
            record.table(findings.held_out);
            record.figure(findings.figure);
        }
        Err(missing) if missing.is_not_at_hand() => record.unavailable(&[NINE_BEATEN, NINE_GAIN], &missing),
        Err(refused) => return Err(refused.into()),
    }
    record.note(ASSUMPTIONS);
    Ok(())
}
