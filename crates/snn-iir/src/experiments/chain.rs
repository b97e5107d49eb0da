//! The whole method on one network and data set, with the ways that it is compared with.

use crate::balance::{BalanceReport, ThresholdBalancer};
use crate::data::{Augment, Normalize, Split};
use crate::energy::{EnergyModel, FirstLayer};
use crate::trainer::{Progress as Batch, Sets, Stage, StageReport, TrainConfig, train_ann, train_spiking};
use crate::{Ann, IirSchedule, IirTrainer, Init, NetworkSpec, Result, SpikeStats, SpikingConfig, SpikingNet};
use common::experiment::{Cell, Progress, Table};
use common::rng::Streams;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// Timesteps of the stages.
pub(super) const STEPS: [usize; 5] = [5, 4, 3, 2, 1];

/// What is run for each seed.
#[derive(Clone)]
pub(super) struct Plan {
    /// Name of the network, also in the names of files.
    pub(super) name: String,
    pub(super) spec: NetworkSpec,
    pub(super) ann_epochs: usize,
    /// Epochs at T = 5, 4, 3, 2, 1.
    pub(super) stage_epochs: [usize; 5],
    /// Learning rate of the spiking stages.
    pub(super) lr: f64,
    /// Images that thresholds are balanced on.
    pub(super) balancing_images: usize,
    pub(super) augment: Option<Augment>,
    pub(super) normalize: Normalize,
}

/// What came out for one seed.
pub(super) struct Chain {
    pub(super) ann: StageReport,
    pub(super) balance: BalanceReport,
    /// T = 5, 4, 3, 2, 1, each from the one before.
    pub(super) stages: Vec<StageReport>,
    /// The checkpoint of the stage before, evaluated at T = 4, 3, 2, 1.
    pub(super) handed_over: Vec<f64>,
    /// From the conversion to T = 1 at once, with the epochs of the chain.
    pub(super) direct: StageReport,
    /// T = 1 from random weights, with the epochs of the ordinary network and the chain together.
    pub(super) scratch: StageReport,
}

impl Chain {
    pub(super) fn stage(&self, timesteps: usize) -> &StageReport {
        &self.stages[STEPS.len() - timesteps]
    }
}

pub(super) fn stats(evaluation: &crate::Evaluation) -> &SpikeStats {
    evaluation.stats.as_ref().unwrap_or_else(|| unreachable!("spiking networks are evaluated with counts"))
}

impl Plan {
    fn chain_epochs(&self) -> usize {
        self.stage_epochs.iter().sum()
    }

    /// Batches of one seed, weighted by their timesteps.
    fn work(&self, images: usize) -> u64 {
        let batches = (images - images / 10).div_ceil(64);
        let stages: usize = STEPS.iter().zip(self.stage_epochs).map(|(t, epochs)| t * epochs).sum();
        let epochs = self.ann_epochs + stages + self.chain_epochs() + self.ann_epochs + self.chain_epochs();
        (epochs * batches) as u64
    }

    fn run(&self, split: &Split, seed: u64, folder: &Path, on_batch: &(dyn Fn(u64) + Sync)) -> Result<Chain> {
        let mut on_progress = |batch: &Batch<'_>| {
            on_batch(batch.timesteps.unwrap_or(1) as u64);
            ControlFlow::Continue(())
        };
        let (train, validation) = split.train.split_validation(0.1, seed)?;
        let sets = Sets { train: &train, validation: Some(&validation), test: &split.test };
        let streams = Streams::new(seed);
        let named = |stage: &str| format!("{}-seed{seed}-{stage}", self.name);

        let base = TrainConfig {
            dropout: 0.1,
            augment: self.augment,
            ..TrainConfig::ann(self.normalize.clone(), seed)
        };
        let config = TrainConfig { epochs: self.ann_epochs, lr: 0.05, ..base };
        let ann = Ann::new(self.spec.clone(), Init::He, &streams)?;
        let name = named("ann");
        let stage = Stage { name: &name, folder: Some(folder) };
        let ann_report = train_ann(&ann, stage, sets, &config, &mut on_progress)?;

        let balancer =
            ThresholdBalancer { timesteps: 20, images: self.balancing_images, ..ThresholdBalancer::iir() };
        let (converted, balance) = balancer.convert(
            &ann.fuse()?,
            SpikingConfig::default(),
            &train,
            &self.normalize,
            self.augment.as_ref(),
            &streams,
        )?;
        let spiking = TrainConfig {
            lr: self.lr,
            dropout: 0.1,
            augment: self.augment,
            // the paper's milestones are fractions of hundreds of epochs; of three they would end the learning at once
            ..TrainConfig::spiking(self.normalize.clone(), seed).constant_lr()
        };
        let chain = IirTrainer {
            schedule: IirSchedule::paper(),
            epochs: self.stage_epochs.to_vec(),
            config: spiking.clone(),
            name: named("iir"),
        };
        let stages = chain.run(&converted.duplicate()?, Some(folder), sets, &mut on_progress)?;
        let mut handed_over = Vec::new();
        for pair in STEPS.windows(2) {
            let file = folder.join(format!("{}.safetensors", chain.stage(pair[0])));
            let (net, _) = SpikingNet::load_as(file, &self.spec)?;
            handed_over.push(net.evaluate(&split.test, &self.normalize, pair[1])?.accuracy());
        }

        let config = TrainConfig { epochs: self.chain_epochs(), ..spiking };
        let name = named("direct");
        let stage = Stage { name: &name, folder: Some(folder) };
        let direct = train_spiking(&converted, 1, stage, sets, &config, &mut on_progress)?;
        let config = TrainConfig { epochs: self.ann_epochs + self.chain_epochs(), ..config };
        let random = SpikingNet::random(self.spec.clone(), SpikingConfig::default(), Init::He, &streams)?;
        let name = named("scratch");
        let stage = Stage { name: &name, folder: Some(folder) };
        let scratch = train_spiking(&random, 1, stage, sets, &config, &mut on_progress)?;
        Ok(Chain { ann: ann_report, balance, stages, handed_over, direct, scratch })
    }
}

/// Every plan for every seed, as many at a time as there are cores. Stages that the folder holds are taken over.
pub(super) fn run_all(
    plans: &[Plan],
    split: &Split,
    seeds: &[u64],
    folder: &Path,
    progress: &dyn Progress,
) -> Result<Vec<Vec<Chain>>> {
    let jobs: Vec<(&Plan, u64)> =
        plans.iter().flat_map(|plan| seeds.iter().map(move |seed| (plan, *seed))).collect();
    let work = jobs.iter().map(|(plan, _)| plan.work(split.train.len())).sum();
    progress.start(&format!("{} networks on {}", jobs.len(), split.train.name()), Some(work));
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let mut results = std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..cores.min(jobs.len()) {
            let (sender, next, jobs) = (sender.clone(), &next, &jobs);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some((plan, seed)) = jobs.get(place) else { return };
                    let on_batch = |work| drop(sender.send(Message::Done(work)));
                    let outcome = common::train::with_stack(|| plan.run(split, *seed, folder, &on_batch))
                        .map_err(crate::Error::from)
                        .and_then(std::convert::identity);
                    drop(sender.send(Message::End(place, Box::new(outcome))));
                }
            });
        }
        drop(sender);
        let mut results = Vec::new();
        for message in receiver {
            match message {
                Message::Done(work) => progress.advance(work),
                Message::End(place, outcome) => results.push((place, *outcome)),
            }
        }
        results
    });
    progress.finish();
    results.sort_by_key(|(place, _)| *place);
    let mut chains = results.into_iter().map(|(_, outcome)| outcome);
    plans.iter().map(|_| chains.by_ref().take(seeds.len()).collect()).collect()
}

enum Message {
    Done(u64),
    End(usize, Box<Result<Chain>>),
}

/// Mean over seeds.
pub(super) fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.into_iter().collect();
    common::stats::mean(&values).unwrap_or(f64::NAN)
}

/// Accuracies in percent: mean, least and greatest over the seeds, and how many of them are at chance.
fn spread(accuracies: &[f64], classes: usize) -> [Cell; 4] {
    let (low, high) = accuracies
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
    // guessing gives 1 / classes; half of that again above it still counts as guessing
    let chance = accuracies.iter().filter(|value| **value < 1.5 / classes as f64).count();
    let percent = 100.0;
    [
        (percent * mean(accuracies.iter().copied())).into(),
        (percent * low).into(),
        (percent * high).into(),
        format!("{chance} of {}", accuracies.len()).into(),
    ]
}

/// Accuracy of every row of the method and its comparisons.
pub(super) fn accuracies(name: &str, title: &str, plan: &Plan, chains: &[Chain]) -> Table {
    let columns = [
        "row",
        "epochs",
        "before training / %",
        "checkpoint before at this T / %",
        "accuracy / %",
        "least / %",
        "greatest / %",
        "seeds at chance (below 1.5 times guessing)",
        "mean rate",
        "silent layers",
    ];
    let mut table = Table::new(name, title, &columns);
    let mut row =
        |label: &str, epochs: Cell, before: Cell, handed: Cell, of: &dyn Fn(&Chain) -> &crate::Evaluation| {
            let values: Vec<f64> = chains.iter().map(|chain| of(chain).accuracy()).collect();
            let mut cells: Vec<Cell> = vec![label.into(), epochs, before, handed];
            cells.extend(spread(&values, plan.spec.classes()));
            if chains.iter().all(|chain| of(chain).stats.is_some()) {
                cells.push(mean(chains.iter().map(|chain| stats(of(chain)).mean_rate())).into());
                cells.push(
                    mean(chains.iter().map(|chain| stats(of(chain)).silent_layers().len() as f64)).into(),
                );
            }
            table.row(cells);
        };
    let none = || Cell::from("");
    row("ordinary network", (plan.ann_epochs as f64).into(), none(), none(), &|chain| &chain.ann.after);
    row("converted, T = 5, not trained", 0.0.into(), none(), none(), &|chain| &chain.stage(5).before);
    row("converted, T = 1, not trained", 0.0.into(), none(), none(), &|chain| &chain.direct.before);
    let percent = |value: f64| Cell::from(100.0 * value);
    for (index, (t, epochs)) in STEPS.into_iter().zip(plan.stage_epochs).enumerate() {
        let before = mean(chains.iter().map(|chain| chain.stage(t).before.accuracy()));
        let handed = match index {
            0 => none(),
            _ => percent(mean(chains.iter().map(|chain| chain.handed_over[index - 1]))),
        };
        row(&format!("chain, T = {t}"), (epochs as f64).into(), percent(before), handed, &|chain| {
            &chain.stage(t).after
        });
    }
    let before = percent(mean(chains.iter().map(|chain| chain.direct.before.accuracy())));
    row("direct from conversion, T = 1", (plan.chain_epochs() as f64).into(), before, none(), &|chain| {
        &chain.direct.after
    });
    let epochs = (plan.ann_epochs + plan.chain_epochs()) as f64;
    row("from scratch, T = 1", epochs.into(), none(), none(), &|chain| &chain.scratch.after);
    table
}

/// Spikes per neuron and inference of every layer, mean over the seeds.
pub(super) fn rates(name: &str, title: &str, chains: &[Chain]) -> Table {
    let layers: Vec<String> =
        stats(&chains[0].direct.after).layers.iter().map(|layer| layer.name.clone()).collect();
    let mut columns = vec!["network".to_owned()];
    columns.extend(layers.iter().cloned());
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = Table::new(name, title, &columns);
    let mut row = |label: String, of: &dyn Fn(&Chain) -> &crate::Evaluation| {
        let of_layer = |layer: usize| mean(chains.iter().map(|chain| stats(of(chain)).layers[layer].rate));
        let cells = (0..layers.len()).map(|layer| of_layer(layer).into());
        table.row(std::iter::once(Cell::from(label)).chain(cells));
    };
    row("converted, T = 5".into(), &|chain| &chain.stage(5).before);
    row("converted, T = 1".into(), &|chain| &chain.direct.before);
    for t in STEPS {
        if t < 5 {
            row(format!("chain, T = {t}, before training"), &|chain| &chain.stage(t).before);
        }
        row(format!("chain, T = {t}"), &|chain| &chain.stage(t).after);
    }
    row("direct from conversion, T = 1".into(), &|chain| &chain.direct.after);
    row("from scratch, T = 1".into(), &|chain| &chain.scratch.after);
    table
}

/// Where the surrogate's window is empty and neurons never fire: the layers of the converted network before training.
pub(super) fn dead_layers(name: &str, title: &str, chains: &[Chain]) -> Table {
    let columns = [
        "layer",
        "threshold",
        "T = 1: rate",
        "T = 1: never firing / %",
        "T = 1: within the surrogate / %",
        "T = 5: rate",
        "T = 5: never firing / %",
        "T = 5: within the surrogate / %",
    ];
    let mut table = Table::new(name, title, &columns);
    for (index, layer) in stats(&chains[0].direct.before).layers.iter().enumerate() {
        let mut cells: Vec<Cell> = vec![
            layer.name.as_str().into(),
            mean(chains.iter().map(|chain| f64::from(chain.balance.layers[index].threshold))).into(),
        ];
        let evaluations: [&dyn Fn(&Chain) -> &crate::Evaluation; 2] =
            [&|chain| &chain.direct.before, &|chain| &chain.stage(5).before];
        for of in evaluations {
            let layer = |chain: &Chain| stats(of(chain)).layers[index].clone();
            cells.push(mean(chains.iter().map(|chain| layer(chain).rate)).into());
            cells.push((100.0 * mean(chains.iter().map(|chain| layer(chain).never_firing))).into());
            cells.push((100.0 * mean(chains.iter().map(|chain| layer(chain).in_window))).into());
        }
        table.row(cells);
    }
    table
}

/// Energies with the measured rates.
pub(super) fn energies(name: &str, title: &str, plan: &Plan, chains: &[Chain]) -> Result<Table> {
    let columns =
        ["T", "ordinary / nJ", "first layer once / nJ", "ratio", "first layer every step / nJ", "ratio then"];
    let mut table = Table::new(name, title, &columns);
    let model = EnergyModel::cmos45();
    let ann = model.ann(&plan.spec)?.total_pj() * 1e-3;
    for t in STEPS {
        let energy = |first| -> Result<f64> {
            let of = |chain: &Chain| {
                let rates = stats(&chain.stage(t).after).pooled_rates();
                Ok(model.snn(&plan.spec, &rates, t, first)?.total_pj() * 1e-3)
            };
            Ok(mean(chains.iter().map(of).collect::<Result<Vec<f64>>>()?))
        };
        let (once, every) = (energy(FirstLayer::Cached)?, energy(FirstLayer::PerStep)?);
        let values = [t as f64, ann, once, ann / once, every, ann / every];
        table.row(values.map(Cell::from));
    }
    Ok(table)
}
