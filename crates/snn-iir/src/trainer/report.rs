//! What a stage tells during and after training.

use crate::evaluate::Evaluation;

/// Where a run stands after a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress<'a> {
    /// The stage.
    pub stage: &'a str,
    /// Its timesteps; `None` for a rate-coded network.
    pub timesteps: Option<usize>,
    /// Epoch, from 1.
    pub epoch: usize,
    /// Epochs of the stage.
    pub epochs: usize,
    /// Batch of the epoch, from 1.
    pub batch: usize,
    /// Batches of an epoch.
    pub batches: usize,
    /// Loss of the batch.
    pub loss: f32,
    /// Accuracy that the last epoch was judged by, if it was.
    pub score: Option<f64>,
    /// Fraction of the whole run's work that is done: of the stage, or of all stages of a chain.
    pub fraction: f64,
}

/// One epoch.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct EpochReport {
    /// Epoch, from 1.
    pub epoch: usize,
    /// Learning rate.
    pub lr: f64,
    /// Mean loss over its batches.
    pub loss: f64,
    /// Accuracy on the images that select the epoch, if any do.
    pub score: Option<f64>,
}

/// A stage of training.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct StageReport {
    /// Its name.
    pub stage: String,
    /// Its timesteps; `None` for a rate-coded network.
    pub timesteps: Option<usize>,
    /// The test images before training, with spikes counted.
    pub before: Evaluation,
    /// The epochs.
    pub epochs: Vec<EpochReport>,
    /// The epoch whose weights were kept, from 1.
    pub selected: usize,
    /// Loss of every batch.
    pub losses: Vec<f32>,
    /// The test images after training, with the selected weights and spikes counted.
    pub after: Evaluation,
}
