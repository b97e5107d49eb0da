//! Iterative initialisation and retraining: from many timesteps to one.

use crate::trainer::{OnProgress, Progress, Sets, Stage, StageReport, TrainConfig, train_spiking};
use crate::{Error, IirSchedule, Result, SpikingNet};
use std::path::Path;

/// A chain of stages with fewer and fewer timesteps. Each begins with the weights, thresholds and leaks that the one
/// before it selected, and with a fresh optimiser.
#[derive(Debug, Clone, PartialEq)]
pub struct IirTrainer {
    /// Timesteps of the stages.
    pub schedule: IirSchedule,
    /// Epochs of each stage.
    pub epochs: Vec<usize>,
    /// Everything else; its number of epochs is not used.
    pub config: TrainConfig,
    /// Name before that of each stage: `iir` gives `iir-t5`, `iir-t4`, …
    pub name: String,
}

impl IirTrainer {
    /// A chain whose stages all take the epochs of `config`.
    #[must_use]
    pub fn new(schedule: IirSchedule, config: TrainConfig) -> Self {
        let epochs = vec![config.epochs; schedule.steps().len()];
        Self { schedule, epochs, config, name: "iir".into() }
    }

    /// Epochs of all stages together.
    #[must_use]
    pub fn total_epochs(&self) -> usize {
        self.epochs.iter().sum()
    }

    /// Runs the chain on a converted network, in place; stages that are done or begun in the folder are taken over.
    ///
    /// # Errors
    /// [`Error::CountMismatch`] if there are not as many numbers of epochs as stages, and those of [`train_spiking`].
    pub fn run(
        &self,
        net: &SpikingNet,
        folder: Option<&Path>,
        sets: Sets<'_>,
        on_progress: OnProgress<'_>,
    ) -> Result<Vec<StageReport>> {
        let steps = self.schedule.steps();
        if self.epochs.len() != steps.len() {
            let (expected, found) = (steps.len(), self.epochs.len());
            return Err(Error::CountMismatch { what: "numbers of epochs", expected, found });
        }
        // A timestep more makes an epoch longer in proportion.
        let work: Vec<f64> =
            steps.iter().zip(&self.epochs).map(|(&t, &epochs)| (t * epochs) as f64).collect();
        let total: f64 = work.iter().sum();
        let mut reports = Vec::new();
        let mut done = 0.0;
        for ((&timesteps, &epochs), work) in steps.iter().zip(&self.epochs).zip(work) {
            let name = self.stage(timesteps);
            let stage = Stage { name: &name, folder };
            let config = TrainConfig { epochs, ..self.config.clone() };
            let mut on_progress = |progress: &Progress<'_>| {
                let fraction = (done + work * progress.fraction) / total;
                on_progress(&Progress { fraction, ..progress.clone() })
            };
            reports.push(train_spiking(net, timesteps, stage, sets, &config, &mut on_progress)?);
            done += work;
        }
        Ok(reports)
    }

    /// Name of the stage of so many timesteps.
    #[must_use]
    pub fn stage(&self, timesteps: usize) -> String {
        format!("{}-t{timesteps}", self.name)
    }
}
