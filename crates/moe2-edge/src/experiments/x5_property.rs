//! Whether a gate that is trained on all experts stays optimal on every subset, and which objectives cannot fall as
//! experts are added.

use super::{equal, exact, known};
use crate::data::synthetic::{SyntheticConfig, SyntheticExperts};
use crate::gate::{Examples, GateLoss, Tabular};
use crate::instance::small;
use crate::objective::{
    AnswerClass, AnyCorrect, BestMixture, FixedGateMixture, SetObjective, TopOne, Violation, check,
};
use crate::{ExpertSet, Result};
use common::experiment::{Bound, Context, Evidence, Expected, Experiment, Record, Table};
use rayon::prelude::*;

/// The optimality-preserving property, and monotonicity.
pub const EXPERIMENT: Experiment = Experiment {
    id: "moe2-edge/x5-property",
    title: "Training the gate once, and adding experts",
    artefact: "abstract: optimality-preserving gate parameters, monotone objective",
    expected: EXPECTED,
    reference: &[],
    run: |context, record| Ok(measure(context, record)?),
};

const MIXTURE_LOSS: &str = "three experts, loss of the mixture: optimum on all";
const REGRETS: [&str; 3] = [
    "three experts, loss of the mixture: regret on the first and second",
    "three experts, loss of the mixture: regret on the first and third",
    "three experts, loss of the mixture: regret on the second and third",
];
const PER_PROMPT: [&str; 3] = [
    "six synthetic experts, logits for each prompt, loss of each expert: largest regret of a subset",
    "six synthetic experts, logits for each prompt, posterior loss: largest regret of a subset",
    "six synthetic experts, logits for each topic, loss of the mixture: largest regret of a subset",
];
const SOFT: [&str; 2] =
    ["fixed soft gate: loss of one expert", "fixed soft gate: loss with a second one added"];
const SOFT_EIGHT: [&str; 4] = [
    "8 experts, fixed soft gate: loss of the best one",
    "8 experts, fixed soft gate: loss of the best two",
    "8 experts, fixed soft gate: loss of the best set of three",
    "8 experts, fixed soft gate: loss of all",
];
const FIRST_EIGHT: &str = "8 experts, best member instead: loss of all";
const FLAGS: &str = "best member, any member: sampled chains that break monotony or submodularity";
const CURVED: &str = "best mixture: sampled chains that break submodularity (1 if any)";

/// Random chains of sets that an objective is checked on.
const CHAINS: usize = 2000;

const FORM: &str = "closed form";
const EXPECTED: &[Expected] = &[
    known(MIXTURE_LOSS, "nats", FORM, Bound::Between(1.067_093, 1.067_095)),
    known(REGRETS[0], "nats", FORM, Bound::AtMost(1e-5)),
    known(REGRETS[1], "nats", FORM, Bound::Between(0.009_809, 0.009_829)),
    known(REGRETS[2], "nats", FORM, Bound::Between(0.027_615, 0.027_635)),
    known(PER_PROMPT[0], "nats", "derived here: outputs do not interact", Bound::AtMost(1e-6)),
    known(PER_PROMPT[1], "nats", "derived here: Gibbs' inequality", Bound::AtMost(1e-6)),
    known(PER_PROMPT[2], "nats", "derived here: not preserved in general", Bound::AtLeast(1e-4)),
    known(SOFT[0], "nats", FORM, Bound::Between(0.105_360, 0.105_361_5)),
    known(SOFT[1], "nats", FORM, Bound::Between(0.356_674, 0.356_676)),
    known(SOFT_EIGHT[0], "nats", FORM, Bound::Between(0.196_368, 0.196_370)),
    known(SOFT_EIGHT[1], "nats", FORM, Bound::Between(0.222_290, 0.222_292)),
    known(SOFT_EIGHT[2], "nats", FORM, Bound::Between(0.290_396, 0.290_398)),
    known(SOFT_EIGHT[3], "nats", FORM, Bound::Between(0.321_351, 0.321_353)),
    known(FIRST_EIGHT, "nats", FORM, Bound::Between(0.158_781, 0.158_783)),
    equal(FLAGS, "", "facility location; probability of a union", 0.0),
    equal(CURVED, "", "a search finds one", 1.0),
];

/// Measures regrets by training gates with free logits, and losses of growing sets.
///
/// # Errors
/// Those of training.
pub fn measure(context: &Context<'_>, record: &mut Record) -> Result<()> {
    three_experts(record)?;
    six_experts(context, record)?;
    growing_sets(context.seed(), record)?;
    record.note(
        "The abstract says that gate parameters optimal on all experts stay optimal on every subset. Derived here: that \
         holds for the posterior loss if the gate can reach the minimum at every prompt, and for independent outputs; it \
         does not hold for the cross-entropy of the mixture, nor for the posterior loss of a gate that cannot tell \
         prompts apart. It also says that the objective is monotone: that holds where the best member answers or \
         the mixture is optimal for the set, and not for a fixed soft gate.",
    );
    Ok(())
}

/// Three experts, three answers, one class of prompts: the smallest example found of a regret.
fn three_experts(record: &mut Record) -> Result<()> {
    const STEPS: u32 = 3000;
    let frequencies = vec![0.45, 0.30, 0.25];
    let experts = [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.3, 0.2, 0.5]];
    let targets = (0..3).flat_map(|answer| experts.map(|expert| expert[answer])).collect();
    let examples = Examples::new(3, vec![0; 3], targets, frequencies)?;
    let all = ExpertSet::first(3);
    let gate = Tabular::train(&examples, GateLoss::Mixture, all, STEPS)?;
    exact(record, MIXTURE_LOSS, gate.loss(&examples, GateLoss::Mixture, all)?);
    for (name, members) in REGRETS.into_iter().zip([[0, 1], [0, 2], [1, 2]]) {
        let set = members.into_iter().collect();
        exact(record, name, gate.restriction_regret(&examples, GateLoss::Mixture, set, STEPS)?);
    }
    Ok(())
}

/// All subsets of two and more of six experts, three losses, gates that tell prompts apart or only topics.
fn six_experts(context: &Context<'_>, record: &mut Record) -> Result<()> {
    let config = SyntheticConfig { seed: context.seed(), train: 60, test: 6, ..SyntheticConfig::default() };
    let data = SyntheticExperts::train(&config)?.answer_probabilities()?;
    let (rows, experts) = (data.len(), data.experts());
    let targets: Vec<f64> = data.scores().iter().map(|&p| f64::from(p)).collect();
    let topics = data.tasks().iter().map(|&task| task as usize).collect();
    let mut table = Table::new(
        "regret",
        "Largest and mean regret of restricting a gate of free logits, trained on six synthetic experts, to one of their \
         57 subsets of two and more, in nats",
        &["loss", "logits for each", "largest", "mean"],
    );
    let sets: Vec<ExpertSet> = (0_u32..1 << experts)
        .map(|bits| (0..experts).filter(|i| bits >> i & 1 == 1).collect::<ExpertSet>())
        .filter(|set| set.len() >= 2)
        .collect();
    for (by, classes) in [("prompt", (0..rows).collect()), ("topic", topics)] {
        let classes: Vec<usize> = classes;
        let examples = Examples::new(experts, classes, targets.clone(), vec![1.0; rows])?;
        for (loss, name) in [
            (GateLoss::PerExpert, "each expert"),
            (GateLoss::Posterior, "posterior"),
            (GateLoss::Mixture, "mixture"),
        ] {
            let steps = 1500;
            let gate = Tabular::train(&examples, loss, ExpertSet::first(experts), steps)?;
            let regrets: Vec<f64> = sets
                .par_iter()
                .map(|&set| gate.restriction_regret(&examples, loss, set, steps))
                .collect::<Result<_>>()?;
            let largest = regrets.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            match (by, loss) {
                ("prompt", GateLoss::PerExpert) => exact(record, PER_PROMPT[0], largest),
                ("prompt", GateLoss::Posterior) => exact(record, PER_PROMPT[1], largest),
                ("topic", GateLoss::Mixture) => record.measure(PER_PROMPT[2], largest, Evidence::Synthetic),
                _ => {}
            }
            let mean = regrets.iter().sum::<f64>() / regrets.len() as f64;
            table.row([name.into(), by.into(), largest.into(), mean.into()]);
        }
    }
    record.table(table);
    Ok(())
}

/// What adding experts does to the loss of a fixed soft gate, of the best member, and of other objectives.
fn growing_sets(seed: u64, record: &mut Record) -> Result<()> {
    let loss = |gate: &FixedGateMixture, members: &[usize]| {
        -(gate.of(members.iter().copied().collect()) as f64) / gate.scale()
    };
    let pair = crate::QualityTable::from_scores(2, &[0.9, 0.5], None, None)?;
    let gate = FixedGateMixture::new(&pair, &[0.0, 0.0])?;
    exact(record, SOFT[0], loss(&gate, &[0]));
    exact(record, SOFT[1], loss(&gate, &[0, 1]));

    let table = small()?.table;
    let logits: Vec<f64> = (0..table.prompts())
        .flat_map(|m| (0..table.experts()).map(move |i| (m, i)))
        .map(|(m, i)| 4.0 * f64::from(table.expert_scores(i)[m]))
        .collect();
    let gate = FixedGateMixture::new(&table, &logits)?;
    let best_member = |members: &[usize]| {
        let best =
            |m: usize| members.iter().map(|&i| f64::from(table.expert_scores(i)[m])).fold(0.0, f64::max);
        let sum: f64 = table.weights().iter().enumerate().map(|(m, w)| -w * best(m).ln()).sum();
        sum / table.total_weight()
    };
    let mut rows = Table::new(
        "growing",
        "Eight experts, logits four times their scores: loss in nats as experts are added",
        &["members", "fixed soft gate", "best member"],
    );
    let all: Vec<usize> = (0..8).collect();
    for (name, members) in SOFT_EIGHT.into_iter().zip([&[7][..], &[6, 7], &[2, 3, 7], &all]) {
        exact(record, name, loss(&gate, members));
        let names: Vec<_> = members.iter().map(ToString::to_string).collect();
        rows.row([names.join(" ").into(), loss(&gate, members).into(), best_member(members).into()]);
    }
    exact(record, FIRST_EIGHT, best_member(&all));
    record.table(rows);

    let broken = [
        check(&TopOne::new(&table), true, CHAINS, seed),
        check(&AnyCorrect::new(&table), true, CHAINS, seed),
    ];
    exact(record, FLAGS, broken.iter().flatten().count() as f64);
    let class = AnswerClass {
        weight: 1.0,
        frequencies: vec![0.45, 0.30, 0.25],
        probabilities: vec![vec![0.8, 0.1, 0.1], vec![0.1, 0.8, 0.1], vec![0.3, 0.2, 0.5]],
    };
    let violation = check(&BestMixture::new(vec![class])?, true, CHAINS, seed);
    exact(record, CURVED, f64::from(u8::from(matches!(violation, Some(Violation::GainGrows { .. })))));
    Ok(())
}
