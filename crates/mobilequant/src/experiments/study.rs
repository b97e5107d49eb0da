//! A model with texts in three parts, and what a quantised form of it is worth.

use crate::eval::{Agreement, LanguageModel, Perplexity, Protocol, compare};
use crate::learn::LearnData;
use crate::load::GgufFile;
use crate::pretrain::byte_llama;
use crate::simulate::{Plan, Simulation};
use crate::transform::{Outliers, SmoothQuant, TransformSite, inject_outliers};
use crate::{Calibration, Checkpoint, Model, Result, Tokenizer, load};
use candle_core::{DType, Tensor};
use common::dataset::{DataFile, DatasetError, Origin};
use common::experiment::Context;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Weights of the model of bytes, trained by `--example train_bytes`.
const BYTES: &[u8] = include_bytes!("../../data/model.safetensors");
/// The two parts of the text that it was not trained on.
pub(super) const CALIBRATION_TEXT: &str = include_str!("../../data/calibration.txt");
pub(super) const REPORT_TEXT: &str = include_str!("../../data/report.txt");
/// Scored bytes of a window, as in its training.
pub(super) const WINDOW: usize = 128;
/// Scored tokens of a window of stories.
const STORY_WINDOW: usize = 255;
/// Outlying channels as the small models get them.
const OUTLIERS: Outliers = Outliers { factor: 30.0, per_norm: 2, per_up: 3 };
/// Share of the activations' range that moves into the weights.
const ALPHA: f32 = 0.5;

/// Numbers of windows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// Scales, clipping and ranges are learned on these, and ranges measured.
    pub(super) training: usize,
    /// The best state is chosen on these.
    pub(super) selection: usize,
    /// Reported are these alone.
    pub(super) report: usize,
}

/// A model and disjoint windows of text.
pub(super) struct Study {
    /// Name in tables and files.
    pub(super) name: &'static str,
    /// As it was trained.
    pub(super) plain: Checkpoint,
    /// The same function with outlying channels put in, where it has none of its own.
    pub(super) outlying: Checkpoint,
    training: Vec<Vec<u32>>,
    selection: Vec<Vec<u32>>,
    report: Vec<u32>,
    window: usize,
    reference: Memo<Model>,
    seed: u64,
}

/// A model that computes every sequence once.
struct Memo<M> {
    model: M,
    seen: Mutex<BTreeMap<Vec<u32>, Tensor>>,
}

impl<M> Memo<M> {
    fn new(model: M) -> Self {
        Self { model, seen: Mutex::default() }
    }
}

impl<M: LanguageModel> LanguageModel for Memo<M> {
    fn logits_of(&self, sequences: &[&[u32]]) -> Result<Tensor> {
        let key = sequences.concat();
        let seen = || self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(logits) = seen().get(&key) {
            return Ok(logits.clone());
        }
        let logits = self.model.logits_of(sequences)?;
        seen().insert(key, logits.clone());
        Ok(logits)
    }
}

/// A model and the ranges of its activations.
pub(super) struct Measured {
    pub(super) checkpoint: Checkpoint,
    calibration: Calibration,
}

/// What a model is worth on the windows of the report.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Score {
    pub(super) perplexity: Perplexity,
    /// Closeness to full precision.
    pub(super) agreement: Agreement,
}

/// Where SmoothQuant starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Smoothing {
    Norms,
    /// Norms and up to down.
    NormsAndUp,
    Everywhere,
}

/// The model of bytes as it was trained.
pub(super) fn byte_model() -> Result<Checkpoint> {
    load::parse_safetensors(byte_llama(), BYTES)
}

/// A text as tokens of the model of bytes.
pub(super) fn bytes(text: &str) -> Vec<u32> {
    text.bytes().map(u32::from).collect()
}

/// Where a file is; data sets of this crate have no sample.
pub(super) fn on_disk(file: &DataFile) -> PathBuf {
    match &file.origin {
        Origin::PaperData(path) | Origin::Cache(path) => path.clone(),
        Origin::Sample { .. } => PathBuf::from(&file.path),
    }
}

impl Study {
    /// The model of bytes on the Jargon File.
    pub(super) fn bytes(sizes: Sizes, seed: u64) -> Result<Self> {
        let plain = byte_model()?;
        let cut = Protocol { window: WINDOW, windows: None, bos: plain.config.bos };
        let texts = [&bytes(CALIBRATION_TEXT)[..], &bytes(REPORT_TEXT)[..]];
        Self::new("bytes", plain, Some(OUTLIERS), texts, cut, sizes, seed)
    }

    /// The model of 260,032 weights on its own kind of text.
    pub(super) fn stories(
        context: &Context<'_>,
        sizes: Sizes,
    ) -> std::result::Result<Result<Self>, DatasetError> {
        let model = on_disk(&context.file("tinyllama-260k", "stories260K.bin")?);
        let pieces = on_disk(&context.file("tinyllama-260k", "tok512.bin")?);
        let text = on_disk(&context.file("text", "tinystories_sample.txt")?);
        let make = || {
            let checkpoint = load::read_llama2c(&model)?;
            let tokenizer = Tokenizer::llama2c(&pieces, checkpoint.config.vocab)?;
            let text = std::fs::read(&text).map_err(|error| load::fault(&text, error))?;
            let tokens = tokenizer.encode(&String::from_utf8_lossy(&text))?;
            let (report, calibration) = tokens.split_at(tokens.len() / 2);
            let cut = Protocol { window: STORY_WINDOW, windows: None, bos: checkpoint.config.bos };
            let texts = [calibration, report];
            Self::new("stories", checkpoint, Some(OUTLIERS), texts, cut, sizes, context.seed())
        };
        Ok(make())
    }

    /// SmolLM2-135M-Instruct on sayings: of science for calibration, of people for the report. It has outlying channels
    /// of its own and gets no others.
    pub(super) fn smollm2(
        context: &Context<'_>,
        sizes: Sizes,
    ) -> std::result::Result<Result<Self>, DatasetError> {
        let model = on_disk(&context.file("smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")?);
        let science = on_disk(&context.file("fortunes", "science")?);
        let people = on_disk(&context.file("fortunes", "people")?);
        let make = || {
            let tokenizer = Tokenizer::gguf(&GgufFile::open(&model)?)?;
            let encode = |path: &PathBuf| {
                let text = std::fs::read(path).map_err(|error| load::fault(path, error))?;
                tokenizer.encode(&String::from_utf8_lossy(&text))
            };
            // This model has no token before a text: the first of a window is not scored.
            let cut = Protocol { window: 256, windows: None, bos: None };
            let texts = [&encode(&science)?[..], &encode(&people)?[..]];
            Self::new("smollm2", load::read_gguf(&model)?, None, texts, cut, sizes, context.seed())
        };
        Ok(make())
    }

    /// The texts are that of calibration and that of the report.
    fn new(
        name: &'static str,
        plain: Checkpoint,
        outliers: Option<Outliers>,
        [calibration, report]: [&[u32]; 2],
        protocol: Protocol,
        sizes: Sizes,
        seed: u64,
    ) -> Result<Self> {
        let cut = |tokens: &[u32], windows| Protocol { windows: Some(windows), ..protocol }.cut(tokens);
        let mut training = cut(calibration, sizes.training + sizes.selection)?;
        let selection = training.split_off(sizes.training);
        let report = cut(report, sizes.report)?.concat();
        let window = protocol.window - usize::from(protocol.bos.is_none());
        let mut outlying = plain.clone();
        if let Some(outliers) = outliers {
            inject_outliers(&mut outlying, outliers, seed)?;
        }
        let reference = Memo::new(Model::new(&plain, DType::F32)?);
        Ok(Self { name, plain, outlying, training, selection, report, window, reference, seed })
    }

    /// The text in its three parts.
    pub(super) fn data(&self) -> LearnData<'_> {
        LearnData { training: &self.training, validation: &self.selection, calibration: &self.training }
    }

    /// What full precision is worth.
    pub(super) fn full(&self) -> Result<Score> {
        self.score(&self.reference)
    }

    /// A model smoothed by what calibration shows.
    pub(super) fn smoothed(&self, from: &Measured, smoothing: Smoothing) -> Result<Measured> {
        let method = match smoothing {
            Smoothing::Norms => SmoothQuant::original(ALPHA),
            Smoothing::NormsAndUp => {
                let mut method = SmoothQuant::original(ALPHA);
                method.sites.push(TransformSite::UpDown);
                method
            }
            Smoothing::Everywhere => SmoothQuant::everywhere(ALPHA),
        };
        let mut smoothed = from.checkpoint.clone();
        method.scales(&from.checkpoint, from.calibration.channel_maxima())?.fuse(&mut smoothed)?;
        self.measured(smoothed)
    }

    /// A model with the ranges of its activations on the training windows.
    pub(super) fn measured(&self, checkpoint: Checkpoint) -> Result<Measured> {
        let model = Model::new(&checkpoint, DType::F32)?;
        let calibration = Calibration::collect(&model, self.training.iter().map(Vec::as_slice))?;
        Ok(Measured { checkpoint, calibration })
    }

    /// What a model quantised by a plan is worth.
    pub(super) fn quantised(&self, model: &Measured, plan: &Plan) -> Result<Score> {
        self.score(&Simulation::new(&model.checkpoint, &model.calibration, plan)?)
    }

    /// What a model is worth on the windows of the report.
    pub(super) fn score(&self, model: &dyn LanguageModel) -> Result<Score> {
        let protocol = Protocol { window: self.window + 1, windows: None, bos: None };
        let found = compare(&self.reference, model, &self.report, protocol)?;
        Ok(Score { perplexity: found.model, agreement: found.agreement })
    }

    /// The first window of the report.
    pub(super) fn sample(&self) -> &[u32] {
        &self.report[..=self.window]
    }

    /// The windows of the report.
    pub(super) fn report(&self) -> impl Iterator<Item = &[u32]> {
        self.report.chunks_exact(self.window + 1)
    }

    /// Interval of 95 % by the bootstrap over windows.
    pub(super) fn interval(&self, perplexity: &Perplexity) -> Result<(f64, f64)> {
        perplexity.interval(0.95, 1000, self.seed)
    }

    /// Ratio of two perplexities with its paired interval of 95 %.
    pub(super) fn ratio(&self, of: &Score, to: &Score) -> Result<(f64, (f64, f64))> {
        crate::eval::ratio(&of.perplexity, &to.perplexity, 0.95, 1000, self.seed)
    }
}
