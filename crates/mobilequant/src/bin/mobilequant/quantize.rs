//! `mobilequant quantize`.

use crate::error::{Failure, Result};
use crate::learned::{self, Epoch, Run};
use crate::output::{Score, Show};
use crate::scheme::Scheme;
use crate::source::{ModelArguments, TextArguments, positive, stream};
use candle_core::DType;
use mobilequant::eval::compare;
use mobilequant::exchange::{write_plan, write_ranges};
use mobilequant::learn::{LearnConfig, LearnData, Loss};
use mobilequant::load::write_hugging_face;
use mobilequant::simulate::Simulation;
use mobilequant::transform::SmoothQuant;
use mobilequant::{Calibration, Checkpoint, Model};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Quantises a model and says what it costs.
///
/// The text is cut into three sets of windows without overlap: --samples to learn and to measure ranges on, --selection to
/// choose the best epoch on, --report for the figures at the end. OUT gets the transformed and clipped model in the form of
/// Hugging Face, the ranges (act_dict.json) and the bits (default_qcfg.json) as the paper's reference code has them, and
/// report.json. Learned runs keep their state in OUT after every epoch: the same command goes on where it was stopped.
#[derive(clap::Args)]
#[command(after_help = "Methods:
  rtn          round to nearest; ranges measured
  smoothquant  SmoothQuant at norms, values to output and up to down, then rounded
  omniquant    from there, scales of channels and ranges of weights learned block by block
  mobilequant  from there, scales, ranges of weights and ranges of activations learned together, end to end

Examples:
  mobilequant quantize model/ --scheme w8a8 --method smoothquant --text book.txt --out smooth
  mobilequant quantize model/ --scheme w4a8 --method mobilequant --text book.txt --epochs 20 --out learned
  mobilequant quantize model.gguf --scheme w4a8-sym --method omniquant --text book.txt --out omni --stop-after 2
  mobilequant quantize stories260K.bin --tokenizer tok512.bin --scheme w8a8 --method rtn --text stories.txt --out rtn")]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    #[command(flatten)]
    text: TextArguments,
    /// Bits.
    #[arg(long)]
    scheme: Scheme,
    /// How.
    #[arg(long)]
    method: Method,
    /// Folder of the result.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Windows to learn and to measure ranges on.
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = positive)]
    samples: usize,
    /// Windows to choose the best epoch on.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = positive)]
    selection: usize,
    /// Windows of the final figures.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = positive)]
    report: usize,
    /// Share of the activations' range that SmoothQuant moves into the weights, 0 to 1.
    #[arg(long, default_value_t = 0.5, value_parser = share)]
    alpha: f32,
    /// Passes over the samples, for each block with omniquant.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = positive)]
    epochs: usize,
    /// What is learned from, with mobilequant: hidden, the output of the last block; logits, the probabilities.
    #[arg(long, default_value = "hidden")]
    loss: LossName,
    /// Rates and parameters of the paper's reference code, with mobilequant: scales and offsets themselves.
    #[arg(long)]
    paper_settings: bool,
    /// Learn ranges of the weights of norms too; --paper-settings include it.
    #[arg(long)]
    clip_norms: bool,
    /// Stop after so many epochs of this call; the next call goes on.
    #[arg(long, value_name = "N", value_parser = positive)]
    stop_after: Option<usize>,
    /// Forget what is in OUT and begin again.
    #[arg(long)]
    fresh: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Method {
    Rtn,
    Smoothquant,
    Omniquant,
    Mobilequant,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum LossName {
    Hidden,
    Logits,
}

#[derive(Serialize)]
struct Outcome {
    scheme: Scheme,
    method: Method,
    out: PathBuf,
    protocol: String,
    full_precision: Score,
    quantised: Score,
    /// Of the perplexities.
    ratio: Score,
    kl_nats: f64,
    top1: f64,
    /// None for methods that do not learn.
    learning: Option<Learning>,
}

#[derive(Serialize)]
struct Learning {
    /// Whether all epochs are done.
    done: bool,
    /// Epoch of the selected state; 0 is the start.
    selected: usize,
    /// Divergence on the selection windows, at the start and of the selected state.
    selection_nats: [f64; 2],
    epochs: Vec<Epoch>,
}

pub fn run(arguments: &Arguments, show: Show) -> Result<()> {
    arguments.check()?;
    let original = show.wait("reading the model", || arguments.model.load())?;
    let windows = arguments.text.load(&arguments.model, &original)?;
    let Arguments { samples, selection, report, .. } = *arguments;
    windows.take(0, samples.saturating_add(selection).saturating_add(report))?;
    arguments.prepare()?;
    let validation = windows.take(samples, selection)?;
    let reported = windows.take(samples + selection, report)?;
    // The last token of a window is only scored.
    let training: Vec<Vec<u32>> =
        windows.take(0, samples)?.iter().map(|window| window[..window.len() - 1].to_vec()).collect();
    let measure = |checkpoint: &Checkpoint| -> Result<Calibration> {
        let model = Model::new(checkpoint, DType::F32)?;
        Ok(Calibration::collect(&model, training.iter().map(Vec::as_slice))?)
    };
    let plan = arguments.scheme.plan();
    let mut start = original.clone();
    if arguments.method != Method::Rtn {
        show.wait("smoothing", || -> Result<()> {
            let maxima = measure(&original)?;
            let method = SmoothQuant::everywhere(arguments.alpha);
            method.scales(&original, maxima.channel_maxima())?.fuse(&mut start)?;
            Ok(())
        })?;
    }
    let (checkpoint, calibration, learning) = match arguments.learn_config() {
        None => {
            let calibration = show.wait("measuring ranges", || measure(&start))?;
            (start, calibration, None)
        }
        Some(config) => {
            let data = LearnData { training: &training, validation, calibration: &training };
            let settings = arguments.settings(&original, &[windows.take(0, samples)?, validation])?;
            let folder = arguments.out.as_path();
            let run = Run { folder, settings, stop_after: arguments.stop_after };
            let learned = learned::learn(&start, data, config, &run, show)?;
            let learning = Learning {
                done: learned.done,
                selected: learned.best.epoch,
                selection_nats: [learned.start_nats, learned.best.validation_nats],
                epochs: learned.epochs,
            };
            (learned.best.checkpoint, learned.best.calibration, Some(learning))
        }
    };
    let (tokens, protocol) = stream(reported);
    let result = show.wait("scoring", || -> Result<_> {
        let reference = Model::new(&original, DType::F32)?;
        let simulation = Simulation::new(&checkpoint, &calibration, &plan)?;
        Ok(compare(&reference, &simulation, &tokens, protocol)?)
    })?;
    let outcome = Outcome {
        scheme: arguments.scheme,
        method: arguments.method,
        out: arguments.out.clone(),
        protocol: windows.protocol(report),
        full_precision: Score::new(&result.reference)?,
        quantised: Score::new(&result.model)?,
        ratio: Score::new(&result.ratio())?,
        kl_nats: result.agreement.kl_nats,
        top1: result.agreement.top1,
        learning,
    };
    let out = &arguments.out;
    write_hugging_face(&checkpoint, out)?;
    write_ranges(&out.join("act_dict.json"), &checkpoint.config, &calibration)?;
    write_plan(&out.join("default_qcfg.json"), &checkpoint.config, &plan)?;
    if let Some(json) = arguments.model.tokenizer_json() {
        let to = out.join("tokenizer.json");
        std::fs::copy(&json, &to).map_err(|source| Failure::File { path: json, source })?;
    }
    let path = out.join(REPORT);
    let report = serde_json::to_string_pretty(&outcome)? + "\n";
    std::fs::write(&path, report).map_err(|source| Failure::File { path, source })?;
    show.result(&outcome, || text(&outcome))
}

const REPORT: &str = "report.json";

impl Arguments {
    fn check(&self) -> Result<()> {
        let learned = matches!(self.method, Method::Omniquant | Method::Mobilequant);
        let needs = "--method mobilequant";
        if self.method != Method::Mobilequant {
            if self.loss == LossName::Logits {
                return Err(Failure::Option { option: "loss logits", needs });
            }
            if self.paper_settings {
                return Err(Failure::Option { option: "paper-settings", needs });
            }
        }
        let needs = "--method omniquant or mobilequant";
        if !learned && self.clip_norms {
            return Err(Failure::Option { option: "clip-norms", needs });
        }
        if !learned && self.stop_after.is_some() {
            return Err(Failure::Option { option: "stop-after", needs });
        }
        Ok(())
    }

    /// Makes the folder; nobody else's model is overwritten.
    fn prepare(&self) -> Result<()> {
        let (out, path) = (&self.out, || self.out.clone());
        std::fs::create_dir_all(out).map_err(|source| Failure::File { path: path(), source })?;
        let ours = [REPORT, learned::STATE].iter().any(|name| out.join(name).exists());
        if out.join("model.safetensors").exists() && !ours {
            return Err(Failure::Occupied { path: path() });
        }
        let same = |a: &Path, b: &Path| {
            a.canonicalize().ok().zip(b.canonicalize().ok()).is_some_and(|(a, b)| a == b)
        };
        if same(out, self.model.path()) {
            return Err(Failure::Occupied { path: path() });
        }
        if self.fresh { learned::forget(out) } else { Ok(()) }
    }

    fn learn_config(&self) -> Option<LearnConfig> {
        let plan = self.scheme.plan();
        let config = match self.method {
            Method::Rtn | Method::Smoothquant => return None,
            Method::Omniquant => LearnConfig::omniquant(plan, self.epochs),
            Method::Mobilequant if self.paper_settings => LearnConfig::reference(plan, self.epochs),
            Method::Mobilequant => LearnConfig::mobilequant(plan, self.epochs),
        };
        let loss = match self.loss {
            LossName::Hidden => Loss::HiddenMse,
            LossName::Logits => Loss::LogitsKl,
        };
        Some(LearnConfig { loss, clip_norms: config.clip_norms || self.clip_norms, ..config })
    }

    /// Everything that the numbers of a run depend on.
    fn settings(&self, model: &Checkpoint, sets: &[&[Vec<u32>]]) -> Result<serde_json::Value> {
        Ok(serde_json::json!({
            "model": learned::digest_of_model(model)?,
            "windows": learned::digest_of_windows(sets),
            "scheme": self.scheme,
            "method": self.method,
            "alpha": self.alpha,
            "epochs": self.epochs,
            "loss": self.loss,
            "paper-settings": self.paper_settings,
            "clip-norms": self.clip_norms,
        }))
    }
}

fn share(text: &str) -> std::result::Result<f32, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("a number from 0 to 1 is required".to_owned()),
    }
}

fn text(outcome: &Outcome) -> String {
    let mut text = format!(
        "{}\n\nfull precision  perplexity {}\nquantised       perplexity {}\n                ratio {}\n\
         \x20               divergence {:.5} nats, same first token {:.2} %\n",
        outcome.protocol,
        outcome.full_precision.text(),
        outcome.quantised.text(),
        outcome.ratio.text(),
        outcome.kl_nats,
        100.0 * outcome.top1
    );
    if let Some(Learning { done, selected, selection_nats: [start, best], epochs }) = &outcome.learning {
        let losses = [epochs.first(), epochs.last()].map(|epoch| epoch.map_or(f64::NAN, |epoch| epoch.loss));
        text += &format!(
            "\nlearned         loss {:.3e} to {:.3e} in {} epochs, selected {selected}\n                divergence on the \
             selection windows {start:.5} to {best:.5} nats\n",
            losses[0],
            losses[1],
            epochs.len()
        );
        if !done {
            text += "                not all epochs are done: the same command goes on\n";
        }
    }
    text +=
        &format!("\nmodel, act_dict.json, default_qcfg.json and report.json in {}\n", outcome.out.display());
    text
}
