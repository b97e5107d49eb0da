//! Training of one stage: epochs, selection, resumption.

mod config;
mod model;
mod optimizer;
mod report;
mod state;

use crate::data::Dataset;
use crate::dropout::Dropout;
use crate::error::during;
use crate::evaluate::{Evaluation, check_data, images};
use crate::{Ann, Error, Result, SpikingNet};
use candle_core::DType;
use common::rng::Streams;
use common::tensor::loss;
use model::Model;
use optimizer::AnyOptimizer;
use state::{Run, State};
use std::ops::ControlFlow;
use std::path::Path;

pub use config::{Clamps, Optimizer, Selection, StopRule, TrainConfig};
pub use report::{EpochReport, Progress, StageReport};

/// The images of a run.
#[derive(Debug, Clone, Copy)]
pub struct Sets<'a> {
    /// Images to train on.
    pub train: &'a Dataset,
    /// Images to select the epoch with; needed for [`Selection::BestValidation`].
    pub validation: Option<&'a Dataset>,
    /// Images to report the accuracy of.
    pub test: &'a Dataset,
}

/// A function that hears of every batch; with [`ControlFlow::Break`] it stops the run, which can be resumed.
pub type OnProgress<'a> = &'a mut dyn FnMut(&Progress) -> ControlFlow<()>;

/// Where a stage keeps its files: `<stage>.safetensors` when it is done, `<stage>.resume.safetensors` after each epoch
/// until then.
#[derive(Debug, Clone, Copy)]
pub struct Stage<'a> {
    /// Name: letters, digits, `-` and `_`. Random numbers depend on it.
    pub name: &'a str,
    /// The folder; without one nothing is kept.
    pub folder: Option<&'a Path>,
}

/// Trains a rate-coded network in place, or, if the stage is done or begun in its folder, takes over what is there.
/// The network ends with the weights of the selected epoch.
///
/// # Errors
/// [`Error::MissingImages`] without a validation set that the selection needs, [`Error::OtherRun`] if the folder holds this
/// stage of another run, [`Error::Interrupted`] if `on_progress` says so, [`Error::NonFinite`] for a loss that is not
/// finite, [`Error::Quantity`] or [`Error::Count`] for the settings.
pub fn train_ann(
    ann: &Ann,
    stage: Stage<'_>,
    sets: Sets<'_>,
    config: &TrainConfig,
    on_progress: OnProgress<'_>,
) -> Result<StageReport> {
    train(&model::AnnModel(ann), stage, sets, config, on_progress)
}

/// Trains a spiking network for so many timesteps in place, or, if the stage is done or begun in its folder, takes over
/// what is there. The network ends with the weights, thresholds and leaks of the selected epoch.
///
/// # Errors
/// [`Error::InvalidTimesteps`], and those of [`train_ann`].
pub fn train_spiking(
    net: &SpikingNet,
    timesteps: usize,
    stage: Stage<'_>,
    sets: Sets<'_>,
    config: &TrainConfig,
    on_progress: OnProgress<'_>,
) -> Result<StageReport> {
    if timesteps == 0 {
        return Err(Error::InvalidTimesteps(0));
    }
    train(&model::SpikingModel { net, timesteps, clamps: config.clamps }, stage, sets, config, on_progress)
}

fn train(
    model: &dyn Model,
    stage: Stage<'_>,
    sets: Sets<'_>,
    config: &TrainConfig,
    on_progress: OnProgress<'_>,
) -> Result<StageReport> {
    config.check()?;
    for data in [Some(sets.train), sets.validation, Some(sets.test)].into_iter().flatten() {
        check_data(model.spec(), data)?;
    }
    if config.selection == Selection::BestValidation && sets.validation.is_none() {
        return Err(Error::MissingImages { selection: "best-validation" });
    }
    let run = Run::new(model, stage, sets, config)?;
    if let Some(report) = run.finished(model)? {
        return Ok(report);
    }
    let mut trainer = Trainer {
        model,
        stage,
        sets,
        config,
        streams: Streams::new(config.seed),
        optimizer: AnyOptimizer::new(config, model.variables())?,
    };
    let mut state = match run.resumed(model, &mut trainer.optimizer)? {
        Some(state) => state,
        None => State::new(model.evaluate(sets.test, &config.normalize, true)?),
    };
    while !state.is_over(config) {
        trainer.epoch(&mut state, on_progress)?;
        run.save(model, &trainer.optimizer, &state)?;
    }
    state.restore_best(model)?;
    let after = model.evaluate(sets.test, &config.normalize, true)?;
    let report = state.report(stage.name, model.timesteps(), after);
    run.finish(model, &report)?;
    Ok(report)
}

struct Trainer<'a> {
    model: &'a dyn Model,
    stage: Stage<'a>,
    sets: Sets<'a>,
    config: &'a TrainConfig,
    streams: Streams,
    optimizer: AnyOptimizer,
}

impl Trainer<'_> {
    fn epoch(&mut self, state: &mut State, on_progress: OnProgress<'_>) -> Result<()> {
        let config = self.config;
        let epoch = state.epochs.len() + 1;
        let lr = config.lr(epoch);
        self.optimizer.set_lr(lr)?;
        // The order of the images, their changes and the masks depend on names only, so an epoch that is begun again
        // goes the same way.
        let name = format!("{}/{epoch}", self.stage.name);
        let order = self.sets.train.shuffled(&self.streams, &format!("shuffle/{name}"));
        let mut augment = self.streams.stream(&format!("augment/{name}"));
        let batches = order.len().div_ceil(config.batch);
        let begin = state.losses.len();
        let mut summed = None;
        for (batch, indices) in order.chunks(config.batch).enumerate() {
            let (data, number) = (self.sets.train, batch + 1);
            let pixels =
                data.batch(indices, &config.normalize, config.augment.as_ref().map(|a| (a, &mut augment)))?;
            let images = images(data, indices, pixels)?;
            let dropout = Dropout::new(config.dropout, self.streams, format!("{name}/{number}"))?;
            let logits = self.model.logits_train(&images, &dropout)?;
            let loss = loss::cross_entropy(&logits, &data.labels_of(indices)?).map_err(during("loss"))?;
            let value =
                loss.to_dtype(DType::F32).and_then(|loss| loss.to_scalar::<f32>()).map_err(during("loss"))?;
            if !value.is_finite() {
                let what = format!("loss of {}", self.stage.name);
                return Err(Error::NonFinite { what, place: state.losses.len(), value: value.into() });
            }
            let gradients = loss.backward().map_err(during("backpropagation"))?;
            let gradients = self.optimizer.accumulate(summed.take(), gradients)?;
            if number % config.accumulate == 0 || number == batches {
                self.optimizer.step(&gradients)?;
                self.model.after_step()?;
            } else {
                summed = Some(gradients);
            }
            state.losses.push(value);
            let progress = Progress {
                stage: self.stage.name,
                timesteps: self.model.timesteps(),
                epoch,
                epochs: config.epochs,
                batch: number,
                batches,
                loss: value,
                score: state.epochs.last().and_then(|epoch| epoch.score),
                fraction: ((epoch - 1) * batches + number) as f64 / (config.epochs * batches) as f64,
            };
            if on_progress(&progress).is_break() {
                return Err(Error::Interrupted { stage: self.stage.name.to_owned(), epoch, batch: number });
            }
        }
        let losses = &state.losses[begin..];
        let mean = losses.iter().map(|&loss| f64::from(loss)).sum::<f64>() / losses.len() as f64;
        let score = self.score()?.map(|evaluation| evaluation.accuracy());
        state.end_epoch(EpochReport { epoch, lr, loss: mean, score }, self.model)
    }

    /// The evaluation that selects the epoch, if one does.
    fn score(&self) -> Result<Option<Evaluation>> {
        let data = match self.config.selection {
            Selection::LastEpoch => None,
            Selection::BestValidation => self.sets.validation,
            Selection::BestTest => Some(self.sets.test),
        };
        data.map(|data| self.model.evaluate(data, &self.config.normalize, false)).transpose()
    }
}
