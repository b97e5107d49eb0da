//! Training of small models from nothing.

use crate::error::during;
use crate::learn::Rate;
use crate::{
    Array, Block, Checkpoint, Config, Error, FullPrecision, Linear, Matrix, Model, Norm, NormKind, Result,
    Weights,
};
use candle_core::{DType, Device, Result as CandleResult, Tensor, Var};
use common::rng::Streams;
use common::tensor::{init, loss::cross_entropy};
use common::train::adam::{Adam, AdamConfig};
use rand::RngExt as _;
use std::collections::BTreeMap;

/// How a model is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PretrainConfig {
    /// Steps in all.
    pub steps: usize,
    /// Leading steps over which the rate grows linearly to its schedule.
    pub warmup: usize,
    /// Sequences of a step.
    pub batch: usize,
    /// Tokens of a sequence that are scored. A token comes before them: BOS, or one of the text without BOS.
    pub window: usize,
    /// Learning rate, on a cosine over all steps.
    pub rate: Rate,
    /// Decoupled weight decay of the matrices, as a share of the learning rate.
    pub weight_decay: f64,
    /// Seed of the first weights and of the choice of sequences.
    pub seed: u64,
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PretrainStep {
    /// Steps done.
    pub step: usize,
    /// Mean negative logarithm of the probability of a token before the step, in nats.
    pub loss: f64,
    /// Learning rate of the step.
    pub rate: f64,
}

/// Trains a model on a text to predict the next token: `AdamW` on windows from random places.
///
/// Windows depend on the seed and the number of the step only, so that a run that was interrupted goes on to the same
/// weights.
#[derive(Debug)]
pub struct Pretrainer<'a> {
    tokens: &'a [u32],
    settings: PretrainConfig,
    model: Model,
    named: Vec<(String, Var)>,
    optimiser: Adam,
    step: usize,
}

const ADAM: AdamConfig =
    AdamConfig { lr: 0.0, beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0.0, amsgrad: false };
/// Standard deviation of the first weights; that of what is added to the residual stream is divided by the root of the
/// number of additions.
const DEVIATION: f64 = 0.02;

impl<'a> Pretrainer<'a> {
    /// Begins with random weights of this configuration, without biases.
    ///
    /// # Errors
    /// Those of [`Config::validate`]; [`Error::Count`] if steps, sequences or tokens of a window are 0, or if the text is
    /// shorter than a window; [`Error::Context`] if a window is longer than the context; [`Error::Token`].
    pub fn new(config: Config, tokens: &'a [u32], settings: PretrainConfig) -> Result<Self> {
        config.validate()?;
        for (name, count) in [
            ("steps", settings.steps),
            ("sequences", settings.batch),
            ("tokens of a window", settings.window),
        ] {
            if count == 0 {
                return Err(Error::Count { name, rule: "at least 1", count });
            }
        }
        if settings.window > config.context {
            return Err(Error::Context { length: settings.window, context: config.context });
        }
        if tokens.len() <= settings.window {
            let rule = "more than a window";
            return Err(Error::Count { name: "tokens of the text", rule, count: tokens.len() });
        }
        if let Some((place, &id)) = tokens.iter().enumerate().find(|(_, id)| **id as usize >= config.vocab) {
            return Err(Error::Token { id, place, vocab: config.vocab });
        }
        let variables = first(&config, Streams::new(settings.seed)).map_err(during("first weights"))?;
        let mut named = Vec::new();
        let weights = variables.try_map(&mut |var: &Var| -> Result<Tensor> {
            named.push((format!("{:03}", named.len()), var.clone()));
            Ok(var.as_tensor().clone())
        })?;
        let optimiser = Adam::new(named.clone(), ADAM)?;
        Ok(Self { tokens, settings, model: Model::from_tensors(config, weights)?, named, optimiser, step: 0 })
    }

    /// One step; `None` if all are done.
    ///
    /// # Errors
    /// [`Error::Diverged`] if the loss is not finite, [`Error::Train`] and [`Error::Tensor`].
    pub fn advance(&mut self) -> Result<Option<PretrainStep>> {
        if self.step >= self.settings.steps {
            return Ok(None);
        }
        let windows = self.windows();
        let inputs: Vec<&[u32]> = windows.iter().map(|window| &window[..window.len() - 1]).collect();
        let targets: Vec<u32> = windows.iter().flat_map(|window| &window[1..]).copied().collect();
        let logits = self.model.forward(&inputs, &mut FullPrecision)?;
        let loss = logits
            .reshape((targets.len(), self.model.config().vocab))
            .and_then(|logits| cross_entropy(&logits, &targets))
            .map_err(during("loss"))?;
        let value = f64::from(loss.to_scalar::<f32>().map_err(during("loss"))?);
        if !value.is_finite() {
            return Err(Error::Diverged { step: self.step, loss: value });
        }
        let gradients = loss.backward().map_err(during("gradients"))?;
        let rate = self.rate();
        self.decay(rate).map_err(during("weight decay"))?;
        self.optimiser.set_lr(rate)?;
        self.optimiser.step(&gradients)?;
        self.step += 1;
        Ok(Some(PretrainStep { step: self.step, loss: value, rate }))
    }

    /// Runs to the end, or until `progress` says to stop, and returns the model.
    ///
    /// ```
    /// use mobilequant::pretrain::{PretrainConfig, Pretrainer, byte_llama};
    /// use mobilequant::learn::Rate;
    ///
    /// let text: Vec<u32> = b"to be or not to be ".iter().cycle().take(400).map(|&byte| byte.into()).collect();
    /// let rate = Rate { first: 3e-3, last: 0.0 };
    /// let settings =
    ///     PretrainConfig { steps: 8, warmup: 0, batch: 2, window: 16, rate, weight_decay: 0.1, seed: 1 };
    /// let mut losses = Vec::new();
    /// let checkpoint = Pretrainer::new(byte_llama(), &text, settings)?.run(&mut |step| {
    ///     losses.push(step.loss);
    ///     true
    /// })?;
    /// assert_eq!(checkpoint.parameters(), 771_328);
    /// assert!((losses[0] - 257_f64.ln()).abs() < 0.1 && losses[7] < 4.5);
    /// # Ok::<(), mobilequant::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Pretrainer::advance`].
    pub fn run(&mut self, progress: &mut dyn FnMut(PretrainStep) -> bool) -> Result<Checkpoint> {
        while let Some(step) = self.advance()? {
            if !progress(step) {
                break;
            }
        }
        self.checkpoint()
    }

    /// The model with the present weights; they change with further steps.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The present weights.
    ///
    /// # Errors
    /// [`Error::Tensor`], [`Error::NonFinite`].
    pub fn checkpoint(&self) -> Result<Checkpoint> {
        let weights = self.model.weights().try_map(&mut |tensor| {
            let values = tensor.flatten_all().and_then(|flat| flat.to_vec1::<f32>());
            Array::new(tensor.dims().to_vec(), values.map_err(during("weights"))?)
        })?;
        Ok(Checkpoint { config: self.model.config().clone(), weights })
    }

    /// The weights, the optimiser's moments and the number of steps.
    ///
    /// # Errors
    /// [`Error::Train`] and [`Error::Tensor`].
    pub fn state(&self) -> Result<BTreeMap<String, Tensor>> {
        let mut state = BTreeMap::new();
        for (name, var) in &self.named {
            state.insert(format!("weight/{name}"), var.as_tensor().copy().map_err(during("saving"))?);
        }
        for (name, tensor) in self.optimiser.state()? {
            state.insert(format!("optimiser/{name}"), tensor);
        }
        Ok(state)
    }

    /// Takes over a state of the same configuration and settings.
    ///
    /// # Errors
    /// [`Error::MissingTensor`], [`Error::Shape`] and [`Error::Train`] if it is not one.
    pub fn load_state(&mut self, state: &BTreeMap<String, Tensor>) -> Result<()> {
        let get = |name: String| state.get(&name).ok_or(Error::MissingTensor { name });
        for (name, var) in &self.named {
            let saved = get(format!("weight/{name}"))?;
            if saved.shape() != var.shape() {
                let (expected, got) = (var.dims().to_vec(), saved.dims().to_vec());
                return Err(Error::Shape { what: name.clone(), expected, got });
            }
        }
        let own: BTreeMap<String, Tensor> = state
            .iter()
            .filter_map(|(name, tensor)| Some((name.strip_prefix("optimiser/")?.to_owned(), tensor.clone())))
            .collect();
        self.optimiser.load_state(&own)?;
        let steps = own.get("steps").map_or(Ok(0), Tensor::to_scalar::<i64>).map_err(during("loading"))?;
        for (name, var) in &self.named {
            var.set(get(format!("weight/{name}"))?).map_err(during("loading"))?;
        }
        self.step = usize::try_from(steps).unwrap_or(0);
        Ok(())
    }

    /// Decoupled weight decay: matrices shrink by `rate weight_decay`.
    fn decay(&self, rate: f64) -> CandleResult<()> {
        for (_, var) in self.named.iter().filter(|(_, var)| var.dims().len() == 2) {
            var.set(&(var.as_tensor() * (1.0 - rate * self.settings.weight_decay))?.detach())?;
        }
        Ok(())
    }

    fn rate(&self) -> f64 {
        let PretrainConfig { steps, warmup, rate, .. } = self.settings;
        let share = ((self.step + 1) as f64 / warmup.max(1) as f64).min(1.0);
        share * rate.at(self.step, steps)
    }

    /// The sequences of the present step.
    fn windows(&self) -> Vec<Vec<u32>> {
        let PretrainConfig { batch, window, seed, .. } = self.settings;
        let mut rng = Streams::new(seed).stream(&format!("batch {}", self.step));
        let draw = |_| {
            let begin = rng.random_range(0..self.tokens.len() - window);
            match self.model.config().bos {
                Some(bos) => [&[bos], &self.tokens[begin..][..window]].concat(),
                None => self.tokens[begin..=begin + window].to_vec(),
            }
        };
        (0..batch).map(draw).collect()
    }
}

/// A small model of bytes: the 256 bytes and a BOS, 4 blocks of width 128 with 4 query and 2 key heads, MLP 352;
/// 771,328 weights.
#[must_use]
pub fn byte_llama() -> Config {
    Config {
        family: crate::Family::Llama,
        vocab: 257,
        width: 128,
        mlp_width: 352,
        layers: 4,
        heads: 4,
        kv_heads: 2,
        head_dim: 32,
        rotary_dim: 32,
        rope_theta: 10_000.0,
        context: 512,
        norm: NormKind::Rms,
        norm_eps: 1e-5,
        activation: crate::Activation::Silu,
        embedding_scale: 1.0,
        tied: true,
        parallel_residual: false,
        bos: Some(256),
        eos: None,
    }
}

fn first(config: &Config, streams: Streams) -> CandleResult<Weights<Var>> {
    let mut rng = streams.stream("weights");
    let norm = || -> CandleResult<Norm<Var>> {
        let bias = match config.norm {
            NormKind::Rms => None,
            NormKind::Layer => Some(Var::zeros(config.width, DType::F32, &Device::Cpu)?),
        };
        Ok(Norm { weight: init::ones(config.width)?, bias })
    };
    let embedding = init::normal((config.vocab, config.width), DEVIATION, &mut rng)?;
    let additions = 2.0 * config.layers as f64;
    let mut blocks = Vec::new();
    for _ in 0..config.layers {
        let mut matrix = |which: Matrix| -> CandleResult<Linear<Var>> {
            let deviation = match which {
                Matrix::O | Matrix::Down => DEVIATION / additions.sqrt(),
                _ => DEVIATION,
            };
            Ok(Linear { weight: init::normal(which.shape(config), deviation, &mut rng)?, bias: None })
        };
        blocks.push(Block {
            attention_norm: norm()?,
            q: matrix(Matrix::Q)?,
            k: matrix(Matrix::K)?,
            v: matrix(Matrix::V)?,
            o: matrix(Matrix::O)?,
            mlp_norm: if config.parallel_residual { None } else { Some(norm()?) },
            gate: matrix(Matrix::Gate)?,
            up: matrix(Matrix::Up)?,
            down: matrix(Matrix::Down)?,
        });
    }
    let head = if config.tied {
        None
    } else {
        Some(init::normal((config.vocab, config.width), DEVIATION, &mut rng)?)
    };
    Ok(Weights { embedding, blocks, norm: norm()?, head })
}
