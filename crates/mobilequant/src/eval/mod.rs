//! How good a model is: perplexity under a stated protocol, and closeness to another model.

mod choices;

pub use choices::{Accuracy, Choice, Question, multiple_choice};

use crate::error::during;
use crate::model::flat;
use crate::{Error, Model, Result};
use candle_core::Tensor;
use common::rng::Streams;
use rand::RngExt as _;

/// Gives logits for sequences.
pub trait LanguageModel {
    /// Logits `[sequences, tokens, vocab]` of sequences of equal length.
    ///
    /// # Errors
    /// Those of the model.
    fn logits_of(&self, sequences: &[&[u32]]) -> Result<Tensor>;
}

impl<M: LanguageModel> LanguageModel for &M {
    fn logits_of(&self, sequences: &[&[u32]]) -> Result<Tensor> {
        M::logits_of(self, sequences)
    }
}

impl LanguageModel for Model {
    fn logits_of(&self, sequences: &[&[u32]]) -> Result<Tensor> {
        self.forward(sequences, &mut crate::FullPrecision)
    }
}

/// How a text is cut and scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protocol {
    /// Tokens of the text in a window; windows follow one another without overlap, and a rest is left out.
    pub window: usize,
    /// Number of windows, from the beginning of the text; `None` for all.
    pub windows: Option<usize>,
    /// Token put before each window, so that its first token is scored too. Without, the first token is not scored.
    pub bos: Option<u32>,
}

impl Protocol {
    /// The windows of a text, with the token before them.
    ///
    /// # Errors
    /// [`Error::Count`] if there is no whole window or a window would leave nothing to score.
    pub fn cut(&self, tokens: &[u32]) -> Result<Vec<Vec<u32>>> {
        let least = if self.bos.is_some() { 1 } else { 2 };
        if self.window < least {
            let rule = "at least 1 with and 2 without a token before";
            return Err(Error::Count { name: "tokens of a window", rule, count: self.window });
        }
        let windows = tokens.chunks_exact(self.window).take(self.windows.unwrap_or(usize::MAX));
        let cut: Vec<Vec<u32>> =
            windows.map(|window| self.bos.iter().chain(window).copied().collect()).collect();
        if cut.is_empty() || self.windows.is_some_and(|count| count > cut.len()) {
            return Err(Error::Count { name: "windows", rule: "as many as asked for", count: cut.len() });
        }
        Ok(cut)
    }
}

/// Perplexity of a text.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Perplexity {
    /// Mean negative logarithm of the probability of a token, in nats.
    pub nats: f64,
    /// Number of tokens scored.
    pub tokens: usize,
    /// The same mean for each window.
    pub windows: Vec<f64>,
}

impl Perplexity {
    /// `exp(nats)`
    #[must_use]
    pub fn value(&self) -> f64 {
        self.nats.exp()
    }

    /// Interval of the perplexity by the bootstrap over windows (percentiles at `(1 - confidence) / 2` on both sides).
    ///
    /// # Errors
    /// [`Error::Quantity`] if the confidence lies outside (0, 1), [`Error::Count`] without draws.
    pub fn interval(&self, confidence: f64, draws: usize, seed: u64) -> Result<(f64, f64)> {
        if !(confidence > 0.0 && confidence < 1.0) {
            return Err(Error::Quantity { name: "confidence", rule: "in (0, 1)", value: confidence });
        }
        let mut rng = Streams::new(seed).stream("bootstrap");
        let count = self.windows.len();
        let mut draw = || {
            let total: f64 = (0..count).map(|_| self.windows[rng.random_range(0..count)]).sum();
            (total / count as f64).exp()
        };
        let drawn: Vec<f64> = (0..draws).map(|_| draw()).collect();
        let tail = (1.0 - confidence) / 2.0;
        let at = |p| common::stats::quantile(&drawn, p);
        at(tail).zip(at(1.0 - tail)).ok_or(Error::Count { name: "draws", rule: "at least 1", count: draws })
    }
}

/// Ratio of one perplexity to another on the same windows, with its interval by the paired bootstrap: both are drawn on
/// the same windows, so that what makes a window hard for both cancels.
///
/// ```
/// use mobilequant::eval::{Perplexity, ratio};
///
/// let of = |nats: [f64; 3]| Perplexity { nats: nats.iter().sum::<f64>() / 3.0, tokens: 30, windows: nats.to_vec() };
/// let (hard, easy) = (of([1.0, 2.0, 3.0]), of([0.9, 1.9, 2.9]));
/// let (value, (lo, hi)) = ratio(&easy, &hard, 0.95, 200, 1)?;
/// common::assert_close!(value, (-0.1_f64).exp(), rel = 1e-12);
/// assert!(hi - lo < 1e-12); // every window differs by as much
/// # Ok::<(), mobilequant::Error>(())
/// ```
///
/// # Errors
/// [`Error::Shape`] if the numbers of windows differ, else as [`Perplexity::interval`].
pub fn ratio(
    of: &Perplexity,
    to: &Perplexity,
    confidence: f64,
    draws: usize,
    seed: u64,
) -> Result<(f64, (f64, f64))> {
    if of.windows.len() != to.windows.len() {
        let (expected, got) = (vec![to.windows.len()], vec![of.windows.len()]);
        return Err(Error::Shape { what: "windows of two perplexities".to_owned(), expected, got });
    }
    let windows: Vec<f64> = of.windows.iter().zip(&to.windows).map(|(a, b)| a - b).collect();
    let nats = common::stats::sum(&windows) / windows.len() as f64;
    let difference = Perplexity { nats, tokens: of.tokens, windows };
    Ok((difference.value(), difference.interval(confidence, draws, seed)?))
}

/// Perplexity of a token sequence under a protocol. Logits are turned into probabilities in f64.
///
/// # Errors
/// Those of [`Protocol::cut`] and of the model.
pub fn perplexity(model: &dyn LanguageModel, tokens: &[u32], protocol: Protocol) -> Result<Perplexity> {
    let mut score = Score::default();
    for window in protocol.cut(tokens)? {
        let logits = model.logits_of(&[&window[..window.len() - 1]])?;
        score.add(&rows(&logits)?, &window[1..])?;
    }
    Ok(score.finish())
}

/// How close a model is to a reference.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Agreement {
    /// Mean Kullback-Leibler divergence of the model's next-token probabilities from the reference's, in nats.
    pub kl_nats: f64,
    /// Share of positions at which both give the same most likely token.
    pub top1: f64,
    /// Number of positions.
    pub tokens: usize,
}

/// Compares a model with a reference at all positions of the windows of a protocol.
///
/// # Errors
/// As [`perplexity`].
pub fn agreement(
    reference: &dyn LanguageModel,
    model: &dyn LanguageModel,
    tokens: &[u32],
    protocol: Protocol,
) -> Result<Agreement> {
    Ok(compare(reference, model, tokens, protocol)?.agreement)
}

/// A model beside a reference.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Perplexity of the reference.
    pub reference: Perplexity,
    /// Perplexity of the model.
    pub model: Perplexity,
    /// How close both are.
    pub agreement: Agreement,
}

impl Comparison {
    /// Perplexity of the model as multiple of the reference's; its interval is over the differences of the same windows.
    #[must_use]
    pub fn ratio(&self) -> Perplexity {
        let windows = self.model.windows.iter().zip(&self.reference.windows).map(|(a, b)| a - b).collect();
        Perplexity { nats: self.model.nats - self.reference.nats, tokens: self.model.tokens, windows }
    }
}

/// Perplexities of a reference and of a model and their agreement, from one pass of each.
///
/// # Errors
/// As [`perplexity`]; [`Error::Shape`] if the vocabularies differ.
pub fn compare(
    reference: &dyn LanguageModel,
    model: &dyn LanguageModel,
    tokens: &[u32],
    protocol: Protocol,
) -> Result<Comparison> {
    let (mut divergences, mut same) = (Vec::new(), 0_usize);
    let mut scores = [Score::default(), Score::default()];
    for window in protocol.cut(tokens)? {
        let (inputs, targets) = (&window[..window.len() - 1], &window[1..]);
        let (p, q) = (rows(&reference.logits_of(&[inputs])?)?, rows(&model.logits_of(&[inputs])?)?);
        if p.len() != q.len() {
            let what = "logits of the model that is compared".to_owned();
            return Err(Error::Shape { what, expected: vec![p.len()], got: vec![q.len()] });
        }
        scores[0].add(&p, targets)?;
        scores[1].add(&q, targets)?;
        let vocab = p.len() / inputs.len();
        for (p, q) in p.chunks_exact(vocab).zip(q.chunks_exact(vocab)) {
            let (of_p, of_q) = (log_sum_exp(p), log_sum_exp(q));
            let term = |(p, q): (&f64, &f64)| (p - of_p).exp() * ((p - of_p) - (q - of_q));
            divergences.push(p.iter().zip(q).map(term).sum::<f64>());
            same += usize::from(largest(p) == largest(q));
        }
    }
    let tokens = divergences.len();
    let kl_nats = common::stats::sum(&divergences) / tokens as f64;
    let agreement = Agreement { kl_nats, top1: same as f64 / tokens as f64, tokens };
    let [reference, model] = scores.map(Score::finish);
    Ok(Comparison { reference, model, agreement })
}

/// Windows scored so far.
#[derive(Default)]
struct Score {
    windows: Vec<f64>,
    tokens: usize,
}

impl Score {
    /// Scores a window by its logits, one row a target.
    fn add(&mut self, logits: &[f64], targets: &[u32]) -> Result<()> {
        let vocab = logits.len() / targets.len();
        let mut nats = Vec::with_capacity(targets.len());
        for ((place, &target), row) in targets.iter().enumerate().zip(logits.chunks_exact(vocab)) {
            let Some(logit) = row.get(target as usize) else {
                return Err(Error::Token { id: target, place: place + 1, vocab });
            };
            nats.push(log_sum_exp(row) - logit);
        }
        self.windows.push(common::stats::sum(&nats) / nats.len() as f64);
        self.tokens += targets.len();
        Ok(())
    }

    fn finish(self) -> Perplexity {
        let nats = common::stats::sum(&self.windows) / self.windows.len() as f64;
        Perplexity { nats, tokens: self.tokens, windows: self.windows }
    }
}

fn rows(logits: &Tensor) -> Result<Vec<f64>> {
    flat(logits).map_err(during("reading logits"))
}

fn log_sum_exp(row: &[f64]) -> f64 {
    let max = row.iter().fold(f64::NEG_INFINITY, |max, &x| max.max(x));
    max + row.iter().map(|x| (x - max).exp()).sum::<f64>().ln()
}

fn largest(row: &[f64]) -> usize {
    (1..row.len()).fold(0, |best, i| if row[i] > row[best] { i } else { best })
}
