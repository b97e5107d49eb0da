//! Files of a stage: what a run needs to go on, and what it leaves.

use super::model::Model;
use super::optimizer::AnyOptimizer;
use super::{EpochReport, Selection, Sets, Stage, StageReport, TrainConfig};
use crate::checkpoint::{CheckpointInfo, json, restore, text, values};
use crate::data::Dataset;
use crate::error::during;
use crate::evaluate::Evaluation;
use crate::{Error, Result};
use candle_core::{Device, Tensor};
use common::train::checkpoint::{self, Checkpoint};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What changes from epoch to epoch, apart from network and optimiser.
pub(super) struct State {
    pub(super) before: Evaluation,
    pub(super) epochs: Vec<EpochReport>,
    pub(super) losses: Vec<f32>,
    best: Option<Best>,
}

/// The epoch to keep so far.
struct Best {
    epoch: usize,
    score: Option<f64>,
    tensors: BTreeMap<String, Tensor>,
}

impl State {
    pub(super) fn new(before: Evaluation) -> Self {
        Self { before, epochs: Vec::new(), losses: Vec::new(), best: None }
    }

    pub(super) fn is_over(&self, config: &TrainConfig) -> bool {
        let stale = self.best.as_ref().map_or(0, |best| self.epochs.len() - best.epoch);
        let stopped = config
            .stop
            .is_some_and(|stop| config.selection != Selection::LastEpoch && stale >= stop.patience);
        self.epochs.len() >= config.epochs || stopped
    }

    pub(super) fn end_epoch(&mut self, report: EpochReport, model: &dyn Model) -> Result<()> {
        let better = match (&self.best, report.score) {
            (Some(Best { score: Some(best), .. }), Some(score)) => score > *best,
            _ => true,
        };
        if better {
            self.best =
                Some(Best { epoch: report.epoch, score: report.score, tensors: values(model.tensors())? });
        }
        self.epochs.push(report);
        Ok(())
    }

    pub(super) fn restore_best(&self, model: &dyn Model) -> Result<()> {
        let Some(best) = &self.best else { return Ok(()) };
        for (name, var) in model.tensors() {
            var.set(&best.tensors[&name]).map_err(during("restoring a variable"))?;
        }
        Ok(())
    }

    pub(super) fn report(self, stage: &str, timesteps: Option<usize>, after: Evaluation) -> StageReport {
        StageReport {
            stage: stage.to_owned(),
            timesteps,
            before: self.before,
            selected: self.best.map_or(0, |best| best.epoch),
            epochs: self.epochs,
            losses: self.losses,
            after,
        }
    }
}

/// A stage of one run in its folder.
pub(super) struct Run {
    files: Option<Files>,
    /// What must not differ between the files and this run.
    identity: Vec<(&'static str, String)>,
    info: CheckpointInfo,
}

struct Files {
    done: PathBuf,
    resume: PathBuf,
}

impl Run {
    pub(super) fn new(
        model: &dyn Model,
        stage: Stage<'_>,
        sets: Sets<'_>,
        config: &TrainConfig,
    ) -> Result<Self> {
        let legal = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
        if stage.name.is_empty() || !stage.name.chars().all(legal) {
            return Err(Error::StageName { name: stage.name.to_owned() });
        }
        let files = stage.folder.map(|folder| -> Result<Files> {
            std::fs::create_dir_all(folder)
                .map_err(|source| Error::Io { path: folder.to_owned(), source })?;
            let file = |ending: &str| folder.join(format!("{}{ending}", stage.name));
            Ok(Files { done: file(".safetensors"), resume: file(".resume.safetensors") })
        });
        let info = CheckpointInfo {
            timesteps: model.timesteps(),
            stage: stage.name.to_owned(),
            seed: config.seed,
            normalize: config.normalize.clone(),
        };
        let data = [Some(sets.train), sets.validation, Some(sets.test)].map(|data| data.map(describe));
        let identity = vec![
            ("network", model.spec().to_string()),
            ("settings", text(config)),
            ("timesteps", text(&model.timesteps())),
            ("data", text(&data)),
            ("start", format!("{:016x}", hash_model(model)?)),
        ];
        Ok(Self { files: files.transpose()?, identity, info })
    }

    /// The report of a stage that is done; the network takes its weights.
    pub(super) fn finished(&self, model: &dyn Model) -> Result<Option<StageReport>> {
        let Some(Files { done, .. }) = &self.files else { return Ok(None) };
        let Some(file) = self.open(done)? else { return Ok(None) };
        restore(&model.tensors(), &file, "")?;
        json(done, &file, "report").map(Some)
    }

    /// The state after the last whole epoch of a stage that is begun; network and optimiser go there.
    pub(super) fn resumed(&self, model: &dyn Model, optimizer: &mut AnyOptimizer) -> Result<Option<State>> {
        let Some(Files { resume, .. }) = &self.files else { return Ok(None) };
        let Some(file) = self.open(resume)? else { return Ok(None) };
        let part = |prefix: &str| -> BTreeMap<String, Tensor> {
            let strip = |(name, tensor): (&String, &Tensor)| {
                Some((name.strip_prefix(prefix)?.to_owned(), tensor.clone()))
            };
            file.tensors.iter().filter_map(strip).collect()
        };
        let epochs: Vec<EpochReport> = json(resume, &file, "epochs")?;
        let count: usize = json(resume, &file, "batches")?;
        let losses = file.require("losses", &[count])?.to_vec1().map_err(during("reading losses"))?;
        let (epoch, score): (usize, Option<f64>) = json(resume, &file, "best")?;
        let variables = model.tensors();
        for (name, var) in &variables {
            file.require(&format!("best/{name}"), var.dims())?;
        }
        optimizer.load_state(&part("optimizer/"))?;
        restore(&variables, &file, "model/")?;
        let best = Some(Best { epoch, score, tensors: part("best/") });
        Ok(Some(State { before: json(resume, &file, "before")?, epochs, losses, best }))
    }

    pub(super) fn save(&self, model: &dyn Model, optimizer: &AnyOptimizer, state: &State) -> Result<()> {
        let (Some(Files { resume, .. }), Some(best)) = (&self.files, &state.best) else { return Ok(()) };
        let mut tensors = BTreeMap::new();
        let mut add = |prefix: &str, part: BTreeMap<String, Tensor>| {
            tensors.extend(part.into_iter().map(|(name, tensor)| (format!("{prefix}{name}"), tensor)));
        };
        add("model/", values(model.tensors())?);
        add("best/", best.tensors.clone());
        add("optimizer/", optimizer.state()?);
        let losses = Tensor::new(state.losses.as_slice(), &Device::Cpu).map_err(during("saving losses"))?;
        tensors.insert("losses".into(), losses);
        let mut metadata = self.metadata(model);
        for (key, value) in [
            ("epochs", text(&state.epochs)),
            ("batches", text(&state.losses.len())),
            ("best", text(&(best.epoch, best.score))),
            ("before", text(&state.before)),
        ] {
            metadata.insert(key.into(), value);
        }
        Ok(checkpoint::save(resume, &tensors, &metadata)?)
    }

    /// Writes the network and its report, and removes the file to resume from.
    pub(super) fn finish(&self, model: &dyn Model, report: &StageReport) -> Result<()> {
        let Some(Files { done, resume }) = &self.files else { return Ok(()) };
        let mut metadata = self.metadata(model);
        metadata.insert("report".into(), text(report));
        checkpoint::save(done, &values(model.tensors())?, &metadata)?;
        match std::fs::remove_file(resume) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::Io { path: resume.clone(), source })
            }
            _ => Ok(()),
        }
    }

    fn metadata(&self, model: &dyn Model) -> BTreeMap<String, String> {
        let mut metadata = model.metadata(&self.info);
        metadata.extend(self.identity.iter().map(|(field, value)| (format!("run.{field}"), value.clone())));
        metadata
    }

    /// The file, if it is there and of this run.
    fn open(&self, path: &PathBuf) -> Result<Option<Checkpoint>> {
        if !path.exists() {
            return Ok(None);
        }
        let file = checkpoint::load(path)?;
        for (field, expected) in &self.identity {
            let found = file.metadata.get(&format!("run.{field}")).cloned().unwrap_or_default();
            if found != *expected {
                let (expected, found) = differences(expected, &found);
                return Err(Error::OtherRun { path: path.clone(), field, expected, found });
            }
        }
        Ok(Some(file))
    }
}

/// The entries in which two JSON objects differ; both texts whole if they are no objects.
fn differences(first: &str, second: &str) -> (String, String) {
    type Object = serde_json::Map<String, serde_json::Value>;
    let read = |text: &str| serde_json::from_str::<Object>(text);
    let (Ok(mut one), Ok(mut other)) = (read(first), read(second)) else {
        return (first.to_owned(), second.to_owned());
    };
    let same: Vec<String> = one
        .iter()
        .filter(|(key, value)| other.get(*key) == Some(value))
        .map(|(key, _)| key.clone())
        .collect();
    for key in same {
        one.remove(&key);
        other.remove(&key);
    }
    (text(&one), text(&other))
}

/// Name, size and content of a data set.
fn describe(data: &Dataset) -> (String, usize, String) {
    let labels = data.labels().iter().flat_map(|label| label.to_le_bytes());
    let hash = hash(data.pixels().iter().copied().chain(labels));
    (data.name().to_owned(), data.len(), format!("{hash:016x}"))
}

fn hash_model(model: &dyn Model) -> Result<u64> {
    let mut all = 0_u64;
    for (name, var) in model.tensors() {
        let values =
            var.flatten_all().and_then(|flat| flat.to_vec1::<f32>()).map_err(during("reading a variable"))?;
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        all = all.rotate_left(7) ^ hash(name.bytes().chain(bytes));
    }
    Ok(all)
}

/// The 64-bit FNV-1a hash.
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
