//! The same rows on deeper and deeper networks: the published claim is that direct training at T = 1 fails there because
//! spikes vanish layer by layer.

use super::chain::{Chain, Plan, accuracies, dead_layers, mean, run_all, stats};
use super::iir::parquet;
use crate::data::{Augment, Normalize, digits};
use crate::{NetworkSpec, Result};
use common::experiment::{Context, Evidence, Expected, Experiment, Outcome, Profile, Record};
use common::report::{Axis, LineChart, Series};

/// Depth.
pub const EXPERIMENT: Experiment = Experiment {
    id: "snn-iir/depth",
    title: "Chain and direct training as depth grows",
    artefact: "abstract of the successor (ECCV 2022): direct training at T = 1 does not converge",
    expected: EXPECTED,
    reference: &[],
    run,
};

const DIGITS: &str = "digits, no bound: few seeds decide nothing";

const EXPECTED: &[Expected] = &[
    Expected::unprinted(CHAIN[0], "%", DIGITS),
    Expected::unprinted(CHAIN[1], "%", DIGITS),
    Expected::unprinted(DIRECT[0], "%", DIGITS),
    Expected::unprinted(DIRECT[1], "%", DIGITS),
];

const NETWORKS: [&str; 2] = ["E4", "E13"];
const CHAIN: [&str; 2] = ["digits, 4 layers: chain at T = 1", "digits, 13 layers: chain at T = 1"];
const DIRECT: [&str; 2] =
    ["digits, 4 layers: direct training at T = 1", "digits, 13 layers: direct training at T = 1"];

fn run(context: &Context<'_>, record: &mut Record) -> Outcome {
    let scratch = tempfile::tempdir()?;
    let kept = context.kept("snn-iir-depth");
    let folder = kept.as_deref().unwrap_or(scratch.path());
    let names: &[&str] =
        if context.profile() == Profile::Smoke { &NETWORKS } else { &["E4", "E8", "E13", "E16"] };
    let plans = plans(names, [2; 5], 1e-3, None, &Normalize::identity(1), 512)?;
    let results = run_all(&plans, &digits()?, &[context.seed()], folder, context.progress())?;
    for (index, name) in NETWORKS.iter().enumerate() {
        let place = names.iter().position(|known| known == name).unwrap_or_default();
        let percent = |of: &dyn Fn(&Chain) -> f64| 100.0 * mean(results[place].iter().map(of));
        let evidence = Evidence::Synthetic;
        record.measure(CHAIN[index], percent(&|chain| chain.stage(1).after.accuracy()), evidence);
        record.measure(DIRECT[index], percent(&|chain| chain.direct.after.accuracy()), evidence);
    }
    report("digits", &plans, &results, record);
    if matches!(context.profile(), Profile::Long | Profile::Full) {
        match parquet(context, 5_000, 1_000) {
            Ok(split) => {
                let names = ["D4", "D8", "D13", "D16"];
                let plans = plans_of_images(&names)?;
                let seeds: Vec<u64> = (0..3).map(|seed| context.seed() + seed).collect();
                let results = run_all(&plans, &split?, &seeds, folder, context.progress())?;
                report("CIFAR-10 (JPEG q75)", &plans, &results, record);
            }
            Err(missing) if missing.is_not_at_hand() => {
                record.note(format!("CIFAR-10 (JPEG q75) is not part of this run: {missing}"));
            }
            Err(refused) => return Err(refused.into()),
        }
    }
    record.note(
        "Deep networks after conversion: where the last layers neither fire nor come near their thresholds at T = 1, no \
         gradient reaches the weights, and training stays at chance. Seeds at chance are counted, because a mean over \
         runs that fail and runs that succeed describes neither.",
    );
    Ok(())
}

fn plans_of_images(names: &[&str]) -> Result<Vec<Plan>> {
    plans(names, [2, 1, 1, 1, 6], 5e-4, Some(Augment::cifar()), &Normalize::cifar10(), 256)
}

fn plans(
    names: &[&str],
    stage_epochs: [usize; 5],
    lr: f64,
    augment: Option<Augment>,
    normalize: &Normalize,
    balancing_images: usize,
) -> Result<Vec<Plan>> {
    let plan = |name: &&str| {
        Ok(Plan {
            name: (*name).into(),
            spec: NetworkSpec::named(name)?,
            ann_epochs: 12,
            stage_epochs,
            lr,
            balancing_images,
            augment,
            normalize: normalize.clone(),
        })
    };
    names.iter().map(plan).collect()
}

fn report(data: &str, plans: &[Plan], results: &[Vec<Chain>], record: &mut Record) {
    for (plan, chains) in plans.iter().zip(results) {
        let name = plan.name.to_lowercase();
        let of = |subject: &str| format!("{subject}: {data}, {}, {} seeds", plan.spec, chains.len());
        record.table(accuracies(&format!("{name}-accuracy"), &of("Accuracy"), plan, chains));
        record.table(dead_layers(
            &format!("{name}-layers"),
            &of("Converted network before training"),
            chains,
        ));
    }
    let depth = |plan: &Plan| plan.spec.weight_layers().len() as f64;
    let curve = |label: &str, of: &dyn Fn(&Chain) -> f64| Series {
        label: label.into(),
        points: plans
            .iter()
            .zip(results)
            .map(|(plan, chains)| (depth(plan), 100.0 * mean(chains.iter().map(of))))
            .collect(),
    };
    let slug = if data == "digits" { "digits" } else { "cifar10" };
    record.figure(LineChart {
        name: format!("{slug}-depth"),
        title: format!("Accuracy at T = 1 over depth, {data}"),
        x: Axis::linear("layers with weights"),
        y: Axis::linear("accuracy / %"),
        series: vec![
            curve("ordinary network", &|chain| chain.ann.after.accuracy()),
            curve("chain", &|chain| chain.stage(1).after.accuracy()),
            curve("direct from conversion", &|chain| chain.direct.after.accuracy()),
            curve("from scratch", &|chain| chain.scratch.after.accuracy()),
        ],
    });
    let layers = |plan: &Plan, chains: &[Chain]| Series {
        label: plan.name.clone(),
        points: (0..plan.spec.spiking_layers().len())
            .map(|layer| {
                let rate = mean(chains.iter().map(|chain| stats(&chain.direct.before).layers[layer].rate));
                (layer as f64 + 1.0, rate)
            })
            .collect(),
    };
    record.figure(LineChart {
        name: format!("{slug}-vanishing"),
        title: format!("Spikes of the converted network at T = 1, {data}"),
        x: Axis::linear("spiking layer"),
        y: Axis::linear("spikes per neuron"),
        series: plans.iter().zip(results).map(|(plan, chains)| layers(plan, chains)).collect(),
    });
}
