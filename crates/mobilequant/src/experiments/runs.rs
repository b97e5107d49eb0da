//! Learned runs, two at a time, kept for an interrupted run to go on from.

use super::study::{Score, Study};
use crate::learn::{LearnConfig, Learner};
use crate::model::flat;
use crate::simulate::Simulation;
use crate::{Checkpoint, Error, Result};
use candle_core::Tensor;
use common::experiment::{Cell, Context};
use common::train::checkpoint;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// Name of the training errors so far in the file of a state.
const LOSSES: &str = "losses";

/// A run to be made.
pub(super) struct Run<'a> {
    /// Unique in its experiment; also the name of its file.
    pub(super) name: String,
    pub(super) study: &'a Study,
    pub(super) start: &'a Checkpoint,
    pub(super) config: LearnConfig,
}

/// What came out of a run.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Outcome {
    /// The best state on the report.
    pub(super) score: Score,
    /// Mean training error of each epoch, of all stages.
    pub(super) losses: Vec<f64>,
    /// Divergence on the selection windows at the start and in the best state, in nats.
    pub(super) selection_nats: [f64; 2],
    /// Epochs after which the best state was.
    pub(super) epoch: usize,
    /// Share of the tensors that moved, by group of parameters.
    pub(super) moved: BTreeMap<String, f64>,
    /// Largest share of values beyond a site's range, on the report.
    pub(super) clipped: f64,
}

impl Outcome {
    /// Last epoch's training error over that of the first; end to end only, since stages have their own errors.
    pub(super) fn loss_ratio(&self) -> f64 {
        match (self.losses.first(), self.losses.last()) {
            (Some(first), Some(last)) => last / first,
            _ => f64::NAN,
        }
    }

    /// Columns for tables: training error of the first and the last epoch, selection divergence at the start and in the
    /// best state, the epoch of that, the least share of moved tensors, the largest share of clipped values.
    pub(super) fn cells(&self) -> Vec<Cell> {
        let end = |loss: Option<&f64>| Cell::from(loss.copied().unwrap_or(f64::NAN));
        vec![
            end(self.losses.first()),
            end(self.losses.last()),
            self.selection_nats[0].into(),
            self.selection_nats[1].into(),
            (self.epoch as f64).into(),
            (100.0 * self.least_moved()).into(),
            (100.0 * self.clipped).into(),
        ]
    }

    pub(super) fn least_moved(&self) -> f64 {
        self.moved.values().copied().fold(f64::INFINITY, f64::min)
    }
}

/// Headings of [`Outcome::cells`].
pub(super) const COLUMNS: [&str; 7] = [
    "error, first epoch",
    "error, last epoch",
    "selection divergence, start / nats",
    "selection divergence, best / nats",
    "best after epochs",
    "moved tensors, least group / %",
    "largest clip rate of a site / %",
];

impl Run<'_> {
    /// Learns, from the state in the file if there is one, and leaves the state of each epoch there.
    fn make(&self, state: Option<&Path>, on_epoch: &dyn Fn()) -> Result<Outcome> {
        let plan = self.config.plan.clone();
        let mut learner = Learner::new(self.start, self.study.data(), self.config.clone())?;
        let (begin, before) = (learner.state()?, learner.best().validation_nats);
        let mut losses: Vec<f64> = Vec::new();
        if let Some(path) = state.filter(|path| path.exists()) {
            let saved = checkpoint::load(path)?;
            learner.load_state(&saved.tensors)?;
            let text = saved.metadata.get(LOSSES).map_or("[]", String::as_str);
            losses = serde_json::from_str(text).map_err(|error| crate::load::fault(path, error))?;
            for _ in &losses {
                on_epoch();
            }
        }
        while let Some(progress) = learner.advance()? {
            losses.push(progress.loss);
            if let Some(path) = state {
                let text = serde_json::to_string(&losses).map_err(|error| crate::load::fault(path, error))?;
                checkpoint::save(path, &learner.state()?, &BTreeMap::from([(LOSSES.to_owned(), text)]))?;
            }
            on_epoch();
        }
        let best = learner.best();
        let simulation = Simulation::new(&best.checkpoint, &best.calibration, &plan)?;
        let rates = simulation.clip_rates(self.study.report().map(|window| &window[..window.len() - 1]))?;
        Ok(Outcome {
            score: self.study.score(&simulation)?,
            losses,
            selection_nats: [before, best.validation_nats],
            epoch: best.epoch,
            moved: moved(&begin, &learner.state()?)?,
            clipped: rates.values().copied().fold(0.0, f64::max),
        })
    }

    fn epochs(&self) -> u64 {
        let stages = match self.config.objective {
            crate::learn::Objective::EndToEnd => 1,
            crate::learn::Objective::Blockwise => self.start.config.layers,
        };
        (stages * self.config.epochs) as u64
    }
}

/// All runs, as many at a time as there are cores. Outcomes that the folder of this name keeps are taken over.
pub(super) fn run_all(context: &Context<'_>, folder: &str, runs: &[Run<'_>]) -> Result<Vec<Outcome>> {
    let kept = context.kept(folder).map(|folder| folder.join(format!("seed{}", context.seed())));
    if let Some(folder) = &kept {
        std::fs::create_dir_all(folder).map_err(|error| crate::load::fault(folder, error))?;
    }
    let file = |run: &Run<'_>| -> Option<PathBuf> {
        kept.as_ref().map(|folder| folder.join(format!("{}-{}.json", context.profile(), run.name)))
    };
    let progress = context.progress();
    progress.start(&format!("{} learned runs", runs.len()), Some(runs.iter().map(Run::epochs).sum()));
    let files: Vec<Option<PathBuf>> = runs.iter().map(file).collect();
    let make = |place: usize, on_epoch: &dyn Fn()| keep(&runs[place], files[place].as_deref(), on_epoch);
    let outcomes = in_parallel(runs.len(), &make, &|| progress.advance(1));
    progress.finish();
    outcomes
}

/// Does a job of this place, given what to call after each step.
type Job<'a, T> = dyn Fn(usize, &dyn Fn()) -> Result<T> + Sync + 'a;

/// The results of so many jobs in their order, as many jobs at a time as there are cores. Each is given a function to
/// call after a step, which calls `on_step` on this thread.
pub(super) fn in_parallel<T: Send>(count: usize, job: &Job<'_, T>, on_step: &dyn Fn()) -> Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let mut results: Vec<Option<Result<T>>> = (0..count).map(|_| None).collect();
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..cores.min(count) {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= count {
                        return;
                    }
                    let result = job(place, &|| drop(sender.send(None)));
                    drop(sender.send(Some((place, result))));
                }
            });
        }
        drop(sender);
        for message in receiver {
            match message {
                None => on_step(),
                Some((place, result)) => results[place] = Some(result),
            }
        }
    });
    let lost = Error::Count { name: "results", rule: "one a job", count: 0 };
    results.into_iter().collect::<Option<Result<Vec<T>>>>().unwrap_or(Err(lost))
}

/// The outcome in the file, or a new one, which is put there. A file that cannot be read is written again.
fn keep(run: &Run<'_>, file: Option<&Path>, on_epoch: &dyn Fn()) -> Result<Outcome> {
    let read = |path: &Path| serde_json::from_slice(&std::fs::read(path).ok()?).ok();
    if let Some(outcome) = file.and_then(read) {
        return Ok(outcome);
    }
    let state = file.map(|path| path.with_extension("safetensors"));
    let outcome = run.make(state.as_deref(), on_epoch)?;
    if let (Some(path), Some(state)) = (file, state) {
        let text = serde_json::to_string(&outcome).map_err(|error| crate::load::fault(path, error))?;
        std::fs::write(path, text).map_err(|error| crate::load::fault(path, error))?;
        // Without epochs there is none.
        drop(std::fs::remove_file(state));
    }
    Ok(outcome)
}

/// Share of the tensors of each group of parameters that differ between two states.
fn moved(begin: &BTreeMap<String, Tensor>, end: &BTreeMap<String, Tensor>) -> Result<BTreeMap<String, f64>> {
    let mut counts: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for (name, before) in begin.iter().filter(|(name, _)| name.starts_with("parameter/")) {
        let (Some(group), Some(after)) = (name.split('/').nth(2), end.get(name)) else { continue };
        let read = |x: &Tensor| flat(x).map_err(crate::error::during("reading parameters"));
        let differs = read(before)?.iter().zip(&read(after)?).any(|(a, b)| (a - b).abs() > 0.0);
        let [moved, all] = counts.entry(group.to_owned()).or_default();
        *moved += usize::from(differs);
        *all += 1;
    }
    Ok(counts.into_iter().map(|(group, [moved, all])| (group, moved as f64 / all as f64)).collect())
}
