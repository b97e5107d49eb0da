//! Quality against the energy of a prompt.

use super::study::{Study, Sweep, uplink};
use super::{equal, exact, known};
use crate::Result;
use crate::cost::{Accounting, Efficiency, PromptCost, Setting, Tokens, prompt_cost};
use crate::model::{Device, Llm};
use common::experiment::{Bound, Context, Evidence, Expected, Experiment, Outcome, Record};

/// Quality against energy.
pub const EXPERIMENT: Experiment = Experiment {
    id: "moe2-edge/x2-energy",
    title: "Quality under a budget of energy",
    artefact: "abstract: baselines across energy budgets",
    expected: EXPECTED,
    reference: &[],
    run,
};

const RATE: &str = "radio link of 10 MHz, 0.2 W, gain 1e-10: rate";
const ORIN_HALF: &str = "7e9 weights of 2 bytes on an AGX Orin, 256 + 128 tokens: delay";
const ORIN_HALF_J: &str = "the same: energy above idle";
const ORIN_FOUR: &str = "8e9 weights of 0.5625 bytes on an AGX Orin, 256 + 128 tokens: delay";
const CARD: &str = "7e9 weights of 2 bytes on an RTX 4090, 256 + 128 tokens: delay";
const CARD_J: &str = "the same on the card: energy above idle";
const ONE: &str = "an answer of one token: time of further tokens";
const BEATEN: &str = "synthetic experts: baselines above the exact selection, by its own objective";
const FALLS: &str = "synthetic experts: larger budgets with a smaller best value";
const GAIN: &str =
    "synthetic experts, held out: points of the route above the best single expert, mean over 12 budgets";
const NINE_BEATEN: &str = "nine models: baselines above the exact selection, by its own objective";
const NINE_GAIN: &str =
    "nine models, held out: points of the route above the best single expert, mean over 12 budgets";

const FORM: &str = "independent computation of the roofline in Python";
const ORDER: &str = "abstract: above baselines across budgets";
const EXPECTED: &[Expected] = &[
    known(RATE, "bit/s", "channel capacity", Bound::Between(89_754_963.0, 89_754_963.2)),
    known(ORIN_HALF, "s", FORM, Bound::Between(12.608_158, 12.608_160)),
    known(ORIN_HALF_J, "J", FORM, Bound::Between(567.367_1, 567.367_3)),
    known(ORIN_FOUR, "s", FORM, Bound::Between(4.216_376, 4.216_378)),
    known(CARD, "s", FORM, Bound::Between(2.570_779, 2.570_782)),
    known(CARD_J, "J", FORM, Bound::Between(1_092.581_6, 1_092.581_8)),
    equal(ONE, "s", "closed form", 0.0),
    equal(BEATEN, "", "an optimum is not exceeded", 0.0),
    equal(FALLS, "", "more budget admits more sets", 0.0),
    known(GAIN, "points", ORDER, Bound::AtLeast(0.0)),
    equal(NINE_BEATEN, "", "an optimum is not exceeded", 0.0),
    known(NINE_GAIN, "points", ORDER, Bound::AtLeast(0.0)),
];

fn run(context: &Context<'_>, record: &mut Record) -> Outcome {
    costs(record)?;
    let study = Study::synthetic(context)?;
    let findings = study.sweep(Sweep::Energy, context.seed())?;
    record.measure(BEATEN, findings.beaten as f64, Evidence::Synthetic);
    record.measure(FALLS, findings.falls as f64, Evidence::Synthetic);
    record.measure(GAIN, findings.gain, Evidence::Synthetic);
    record.table(study.costs());
    record.table(findings.solved);
    record.table(findings.held_out);
    record.figure(findings.figure);
    match Study::nine_models(context) {
        Ok(study) => {
            let study = study?;
            let findings = study.sweep(Sweep::Energy, context.seed())?;
            record.measure(NINE_BEATEN, findings.beaten as f64, Evidence::Synthetic);
            record.measure(NINE_GAIN, findings.gain, Evidence::Synthetic);
            record.table(study.costs());
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

/// What no table gives.
pub(super) const ASSUMPTIONS: &str = "Assumed: a quarter of a prompt's bytes as tokens, answers of 8 tokens where there are options or facts and of 256 \
     elsewhere, 0.5625 bytes a weight, 131,072 bytes of cache a token, half of a device's peak arithmetic and 0.7 of its \
     bandwidth, the energy above idle, presets of devices from general knowledge, and sizes of 1 to 8 billion parameters for \
     the synthetic experts. Every member of a set answers every prompt; experts of one server run one after another. \
     Sets are selected by the gate's predictions for a fifth of the training prompts that it was not trained on; scores \
     are those on prompts held out, where no order is certain. The majority counts prompts on which more than half of \
     the exact set is right.";

fn costs(record: &mut Record) -> Result<()> {
    let cost = |device: &str,
                mode: &str,
                parameters: f64,
                bytes_per_weight: f64,
                output: u32|
     -> Result<PromptCost> {
        let device = Device::preset(device)?;
        let setting = Setting {
            device: &device,
            mode: device.mode(mode)?,
            llm: Llm { parameters, bytes_per_weight, cache_bytes_per_token: Llm::cache_bytes(32, 8, 128, 2) },
            efficiency: Efficiency::USUAL,
            uplink: None,
            downlink: None,
            queue_s: 0.0,
            accounting: Accounting::Marginal,
        };
        prompt_cost(&setting, Tokens { input: 256, output })
    };
    let orin = |parameters, bytes, output| cost("jetson-agx-orin-64", "60w", parameters, bytes, output);
    exact(record, RATE, uplink().rate_bit_s()?);
    let half = orin(7e9, 2.0, 128)?;
    exact(record, ORIN_HALF, half.delay_s());
    exact(record, ORIN_HALF_J, half.energy_j);
    exact(record, ORIN_FOUR, orin(8e9, 0.5625, 128)?.delay_s());
    let card = cost("rtx-4090", "450w", 7e9, 2.0, 128)?;
    exact(record, CARD, card.delay_s());
    exact(record, CARD_J, card.energy_j);
    exact(record, ONE, orin(7e9, 2.0, 1)?.decode_s);
    Ok(())
}
