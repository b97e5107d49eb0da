//! Iterative initialisation and retraining from five timesteps to one, and what it is compared with (tables of accuracy,
//! spike rates and energy).

use super::chain::{Chain, Plan, STEPS, accuracies, energies, mean, rates, run_all, stats};
use super::{quick_and_up, trend};
use crate::data::{Augment, CifarFormat, Normalize, ParquetImages, Split, digits};
use crate::tables::literature;
use crate::{NetworkSpec, Result};
use common::dataset::{DataFile, DatasetError, Origin};
use common::experiment::{
    Bound, Cell, Context, Evidence, Expected, Experiment, Outcome, Profile, Record, Table,
};
use common::report::{Axis, LineChart, Series};
use std::path::PathBuf;

/// The chain.
pub const EXPERIMENT: Experiment = Experiment {
    id: "snn-iir/iir",
    title: "From five timesteps to one",
    artefact: "abstract; accuracy per timestep, direct training, spike rates, energy, comparison",
    expected: EXPECTED,
    reference: &[],
    run,
};

const ANN: &str = "digits: accuracy of the ordinary network";
const STAGES: [&str; 5] = [
    "digits: accuracy of the chain at T = 5",
    "digits: accuracy of the chain at T = 4",
    "digits: accuracy of the chain at T = 3",
    "digits: accuracy of the chain at T = 2",
    "digits: accuracy of the chain at T = 1",
];
const GAP: &str = "digits: points lost from the ordinary network to T = 1";
const SLOWEST: &str = "digits: least rate of a layer at T = 1";
const FASTEST: &str = "digits: greatest rate of a layer at T = 1";
const FEWER: &str = "digits: greatest ratio of a layer's rate at T = 1 to that at T = 5";
const LOST: &str = "digits: points lost from T = 2 to T = 1 before training";

const EXPECTED: &[Expected] = &[
    trend(ANN, "%", &const { quick_and_up(Bound::AtLeast(93.0)) }),
    trend(STAGES[0], "%", &const { quick_and_up(Bound::AtLeast(90.0)) }),
    trend(STAGES[1], "%", &const { quick_and_up(Bound::AtLeast(90.0)) }),
    trend(STAGES[2], "%", &const { quick_and_up(Bound::AtLeast(90.0)) }),
    trend(STAGES[3], "%", &const { quick_and_up(Bound::AtLeast(90.0)) }),
    trend(STAGES[4], "%", &const { quick_and_up(Bound::AtLeast(85.0)) }),
    trend(GAP, "points", &const { quick_and_up(Bound::AtMost(10.0)) }),
    trend(SLOWEST, "spikes per neuron", &const { quick_and_up(Bound::AtLeast(0.05)) }),
    trend(FASTEST, "spikes per neuron", &const { quick_and_up(Bound::AtMost(0.4)) }),
    trend(FEWER, "", &const { quick_and_up(Bound::AtMost(1.0)) }),
    trend(LOST, "points", &const { quick_and_up(Bound::AtLeast(0.0)) }),
];

fn run(context: &Context<'_>, record: &mut Record) -> Outcome {
    let scratch = tempfile::tempdir()?;
    let kept = context.kept("snn-iir-iir");
    let folder = kept.as_deref().unwrap_or(scratch.path());
    let smoke = context.profile() == Profile::Smoke;
    let features = if smoke { "16 A 32 A" } else { "16 16 A 32 32 A" };
    let plan = Plan {
        name: "digits".into(),
        spec: NetworkSpec::parse([1, 8, 8], features, &[64], 10)?,
        ann_epochs: 15,
        stage_epochs: [3; 5],
        lr: 1e-3,
        balancing_images: 512,
        augment: None,
        normalize: Normalize::identity(1),
    };
    let seeds: Vec<u64> = (0..if smoke { 1 } else { 3 }).map(|seed| context.seed() + seed).collect();
    let chains = run_all(std::slice::from_ref(&plan), &digits()?, &seeds, folder, context.progress())?;
    judge(&chains[0], record);
    report("digits", &plan, &chains[0], record)?;
    if !smoke {
        match images(context) {
            Ok((split, plan)) => {
                let count = if context.profile() == Profile::Quick { 1 } else { 3 };
                let seeds: Vec<u64> = (0..count).map(|seed| context.seed() + seed).collect();
                let chains =
                    run_all(std::slice::from_ref(&plan), &split?, &seeds, folder, context.progress())?;
                report("cifar10", &plan, &chains[0], record)?;
            }
            Err(missing) if missing.is_not_at_hand() => {
                record.note(format!("CIFAR-10 (JPEG q75) is not part of this run: {missing}"));
            }
            Err(refused) => return Err(refused.into()),
        }
    }
    record.table(comparison()?);
    record.note(
        "Digits are the 8x8 images inside the crate, CIFAR-10 (JPEG q75) are lossy copies of the original images, both on \
         small networks: accuracies are no measure of the paper's. What is compared is the order of the rows. The chain \
         and the direct way have the same number of spiking epochs, and the network from scratch the epochs of both. \
         Neither order is a bound: with few seeds the difference can be chance.",
    );
    Ok(())
}

/// CIFAR-10 from JPEG copies, with the network of the profile.
fn images(context: &Context<'_>) -> std::result::Result<(Result<Split>, Plan), DatasetError> {
    let set = "cifar10-jpeg";
    let plan = |name: &str, ann_epochs, stage_epochs| Plan {
        name: name.into(),
        spec: NetworkSpec::named(name).unwrap_or_else(|_| unreachable!("a network of this crate")),
        ann_epochs,
        stage_epochs,
        lr: 5e-4,
        balancing_images: 256,
        augment: Some(Augment::cifar()),
        normalize: Normalize::cifar10(),
    };
    if context.profile() == Profile::Quick {
        let read = |file: &str| -> std::result::Result<_, DatasetError> {
            let path = on_disk(&context.file(set, file)?);
            Ok(CifarFormat::Cifar10.read(&[path]).map(|data| data.named("CIFAR-10 (JPEG q75)")))
        };
        let (train, test) = (read("train_1k.bin")?, read("test_500.bin")?);
        let split = train.and_then(|train| Ok(Split { train, test: test? }));
        return Ok((split, plan("D4", 15, [2; 5])));
    }
    Ok((parquet(context, 10_000, 2_000)?, plan("P5", 12, [1, 1, 1, 2, 3])))
}

/// The first images of the Parquet files.
pub(super) fn parquet(
    context: &Context<'_>,
    train: u32,
    test: u32,
) -> std::result::Result<Result<Split>, DatasetError> {
    let path = |file: &str| Ok::<_, DatasetError>(on_disk(&context.file("cifar10-jpeg", file)?));
    let (train_file, test_file) = (path("train.parquet")?, path("test.parquet")?);
    let read = |file: PathBuf, limit| {
        ParquetImages { name: "CIFAR-10 (JPEG q75)", classes: 10, limit: Some(limit) }.read(file)
    };
    let read = || Ok(Split { train: read(train_file, train)?, test: read(test_file, test)? });
    Ok(read())
}

/// Where a file is; these data sets have no sample.
fn on_disk(file: &DataFile) -> PathBuf {
    match &file.origin {
        Origin::PaperData(path) | Origin::Cache(path) => path.clone(),
        Origin::Sample { .. } => PathBuf::from(&file.path),
    }
}

fn judge(chains: &[Chain], record: &mut Record) {
    let mut weigh = |name: &str, value: f64| record.measure(name, value, Evidence::Synthetic);
    let percent = |of: &dyn Fn(&Chain) -> f64| 100.0 * mean(chains.iter().map(of));
    let ann = percent(&|chain| chain.ann.after.accuracy());
    weigh(ANN, ann);
    let at = |t: usize| percent(&|chain| chain.stage(t).after.accuracy());
    for (name, t) in STAGES.iter().zip(STEPS) {
        weigh(name, at(t));
    }
    weigh(GAP, ann - at(1));
    let layers = stats(&chains[0].stages[0].after).layers.len();
    let rate = |t: usize, layer: usize| {
        mean(chains.iter().map(|chain| stats(&chain.stage(t).after).layers[layer].rate))
    };
    let at_one = || (0..layers).map(|layer| rate(1, layer));
    weigh(SLOWEST, at_one().fold(f64::INFINITY, f64::min));
    weigh(FASTEST, at_one().fold(f64::NEG_INFINITY, f64::max));
    weigh(FEWER, (0..layers).map(|layer| rate(1, layer) / rate(5, layer)).fold(f64::NEG_INFINITY, f64::max));
    weigh(LOST, at(2) - percent(&|chain| chain.stage(1).before.accuracy()));
}

fn report(name: &str, plan: &Plan, chains: &[Chain], record: &mut Record) -> Result<()> {
    let what = if name == "digits" { "digits" } else { "CIFAR-10 (JPEG q75)" };
    let of = |subject: &str| format!("{subject}: {what}, {}, {} seeds", plan.spec, chains.len());
    record.table(accuracies(&format!("{name}-accuracy"), &of("Accuracy"), plan, chains));
    record.table(rates(&format!("{name}-rates"), &of("Spikes per neuron and inference"), chains));
    record.table(energies(&format!("{name}-energy"), &of("Energy of the chain"), plan, chains)?);
    let over_t = |label: &str, of: &dyn Fn(&Chain, usize) -> f64| Series {
        label: label.into(),
        points: STEPS.map(|t| (t as f64, 100.0 * mean(chains.iter().map(|chain| of(chain, t))))).to_vec(),
    };
    let flat =
        |label: &str, value: f64| Series { label: label.into(), points: vec![(1.0, value), (5.0, value)] };
    record.figure(LineChart {
        name: format!("{name}-accuracy"),
        title: format!("Accuracy along the chain, {what}"),
        x: Axis::linear("timesteps"),
        y: Axis::linear("accuracy / %"),
        series: vec![
            flat("ordinary network", 100.0 * mean(chains.iter().map(|chain| chain.ann.after.accuracy()))),
            over_t("trained", &|chain, t| chain.stage(t).after.accuracy()),
            over_t("before training", &|chain, t| chain.stage(t).before.accuracy()),
        ],
    });
    Ok(())
}

/// Values of others, on their own networks and data.
fn comparison() -> Result<Table> {
    let columns =
        ["method", "data", "network", "T", "accuracy / %", "ordinary network / %", "energy / µJ", "source"];
    let mut table = Table::new("literature", "Values of the literature, for comparison only", &columns);
    for row in literature()? {
        let number = |value: Option<f64>| value.map_or(Cell::from(""), Cell::from);
        table.row([
            row.method.into(),
            row.dataset.into(),
            row.network.unwrap_or_default().into(),
            number(row.timesteps.map(f64::from)),
            row.accuracy_percent.into(),
            number(row.ann_accuracy_percent),
            number(row.energy_uj),
            row.source.into(),
        ]);
    }
    Ok(table)
}
