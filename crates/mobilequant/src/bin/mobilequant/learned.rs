//! Learned runs in a folder, which go on where they were stopped.

use crate::error::{Failure, Result};
use crate::output::Show;
use common::train::checkpoint;
use mobilequant::Checkpoint;
use mobilequant::learn::{LearnConfig, LearnData, Learned, Learner};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// File of the state of a run.
pub const STATE: &str = "state.safetensors";

/// Where a run lives, what it depends on, and how many epochs it may do now.
pub struct Run<'a> {
    pub folder: &'a Path,
    pub settings: Value,
    pub stop_after: Option<usize>,
}

/// What an epoch did.
#[derive(Serialize, Deserialize)]
pub struct Epoch {
    /// The block, block by block; else 0.
    pub stage: usize,
    pub loss: f64,
    /// On the selection windows.
    pub kl_nats: f64,
    pub perplexity: f64,
}

/// What came out.
pub struct Finding {
    pub best: Learned,
    pub start_nats: f64,
    pub epochs: Vec<Epoch>,
    pub done: bool,
}

/// Learns, from the state in the folder if there is one.
pub fn learn(
    start: &Checkpoint,
    data: LearnData<'_>,
    config: LearnConfig,
    run: &Run<'_>,
    show: Show,
) -> Result<Finding> {
    let path = run.folder.join(STATE);
    let total = config.epochs;
    let mut learner = show.wait("measuring the start", || Learner::new(start, data, config))?;
    let start_nats = learner.best().validation_nats;
    let mut epochs: Vec<Epoch> = Vec::new();
    if path.exists() {
        let saved = checkpoint::load(&path)?;
        let metadata = |name: &str| saved.metadata.get(name).map_or("null", String::as_str);
        compare(run, &serde_json::from_str(metadata("settings"))?)?;
        epochs = serde_json::from_str(metadata("epochs"))?;
        learner.load_state(&saved.tensors)?;
    }
    let stages = learner.stages();
    let bar = show.steps((total * stages) as u64);
    let mut left = run.stop_after.unwrap_or(usize::MAX);
    loop {
        bar.set_position(epochs.len() as u64);
        if let Some(Epoch { stage, loss, kl_nats, perplexity }) = epochs.last() {
            let block = if stages > 1 { format!("block {stage} ") } else { String::new() };
            bar.set_message(format!(
                "{block}loss {loss:.3e}  held out: perplexity {perplexity:.4}, divergence {kl_nats:.5}"
            ));
        }
        if left == 0 {
            break;
        }
        let Some(progress) = learner.advance()? else { break };
        left -= 1;
        epochs.push(Epoch {
            stage: progress.stage,
            loss: progress.loss,
            kl_nats: progress.validation_nats,
            perplexity: progress.validation_perplexity,
        });
        let metadata = [("settings", run.settings.to_string()), ("epochs", serde_json::to_string(&epochs)?)];
        let metadata: BTreeMap<String, String> =
            metadata.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        checkpoint::save(&path, &learner.state()?, &metadata)?;
    }
    bar.finish_and_clear();
    Ok(Finding { best: learner.best().clone(), start_nats, epochs, done: learner.is_done() })
}

/// Requires that a saved run has these settings.
fn compare(run: &Run<'_>, saved: &Value) -> Result<()> {
    let Some(settings) = run.settings.as_object() else { return Ok(()) };
    match settings.iter().find(|(field, new)| saved.get(field.as_str()) != Some(new)) {
        None => Ok(()),
        Some((field, new)) => Err(Failure::Settings {
            path: run.folder.to_owned(),
            field: field.clone(),
            old: saved.get(field).unwrap_or(&Value::Null).to_string(),
            new: new.to_string(),
        }),
    }
}

/// Removes the state.
pub fn forget(folder: &Path) -> Result<()> {
    let path = folder.join(STATE);
    match std::fs::remove_file(&path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(Failure::File { path, source }),
        _ => Ok(()),
    }
}

/// Digest of sizes and weights.
pub fn digest_of_model(model: &Checkpoint) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(serde_json::to_string(&model.config)?);
    let mut add = |array: &mobilequant::Array| -> std::result::Result<(), std::convert::Infallible> {
        let mut bytes = Vec::with_capacity(4 * array.data().len());
        array.data().iter().for_each(|x| bytes.extend(x.to_le_bytes()));
        hash.update(&bytes);
        Ok(())
    };
    let Ok(_) = model.weights.try_map(&mut add);
    Ok(hex(hash))
}

/// Digest of the windows of some sets.
pub fn digest_of_windows(sets: &[&[Vec<u32>]]) -> String {
    let mut hash = Sha256::new();
    for set in sets {
        hash.update((set.len() as u64).to_le_bytes());
        for window in *set {
            hash.update((window.len() as u64).to_le_bytes());
            for id in window {
                hash.update(id.to_le_bytes());
            }
        }
    }
    hex(hash)
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
