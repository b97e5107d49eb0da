//! What is learned, and how.

use crate::simulate::Plan;
use crate::transform::TransformSite;
use crate::{Error, Result};

/// Which error the parameters of a block are learned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Objective {
    /// That of the last block's output, for all blocks at once: the paper's method.
    EndToEnd,
    /// That of the block's own output, block by block, as OmniQuant: the target is the full-precision block on
    /// full-precision input, the input is what the quantised blocks before give.
    Blockwise,
}

/// How static ranges of activations are learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum RangeLearning {
    /// They are not: they are measured again on the transformed model before each epoch and at the end.
    Off,
    /// `s = s0 exp(t)` with t learned from 0 and the offset fixed: one rate fits scales of any size (derived here).
    LogScale,
    /// Scale and offset themselves, as in the paper's reference code.
    Raw,
}

/// What error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Loss {
    /// Mean squared difference of the residual stream behind the last block that is learned: the paper's. The few
    /// largest activations dominate it.
    HiddenMse,
    /// Mean divergence of the next-token probabilities from full precision, in nats; end to end only.
    LogitsKl,
}

/// First and last learning rate of a cosine schedule.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Rate {
    /// At the first step.
    pub first: f64,
    /// After the last step.
    pub last: f64,
}

impl Rate {
    /// `last + (1 + cos(pi step / steps)) / 2 (first - last)`
    ///
    /// ```
    /// let rate = mobilequant::learn::Rate { first: 1e-3, last: 1e-4 };
    /// common::assert_close!(rate.at(5, 10), 5.5e-4, rel = 1e-12);
    /// ```
    #[must_use]
    pub fn at(self, step: usize, steps: usize) -> f64 {
        let share = step as f64 / steps.max(1) as f64;
        self.last + 0.5 * (1.0 + (std::f64::consts::PI * share).cos()) * (self.first - self.last)
    }
}

/// What is learned, and how. Start from one of the constructors.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnConfig {
    /// Bits of sites and weights.
    pub plan: Plan,
    /// Which error counts.
    pub objective: Objective,
    /// What the error is.
    pub loss: Loss,
    /// Where channels get learned scales.
    pub sites: Vec<TransformSite>,
    /// Whether the ranges of the weights of matrices are learned.
    pub clip: bool,
    /// Whether the ranges of the weights of norms are learned too, one a norm, as in the paper's reference code.
    pub clip_norms: bool,
    /// Logit of the weights' first ranges; 4 in the paper's reference code, which begins with 1.8 % cut off.
    pub initial_logit: f64,
    /// How ranges of activations are learned.
    pub ranges: RangeLearning,
    /// Whether the ranges of 16-bit sites are learned too.
    pub wide_ranges: bool,
    /// Passes over the training sequences (for each block with [`Objective::Blockwise`]).
    pub epochs: usize,
    /// Rate of the scales of channels.
    pub transform_rate: Rate,
    /// Rate of the logits of clipping.
    pub clip_rate: Rate,
    /// Rate of the ranges' parameters.
    pub range_rate: Rate,
    /// Leading positions of each sequence that the error leaves out; 0 in the paper. They hold the largest activations.
    pub skip_first: usize,
}

impl LearnConfig {
    /// The paper's method: scales at all sites, clipping and ranges, learned jointly and end to end. Ranges by their
    /// logarithm; rates as they served on a small model (derived here).
    #[must_use]
    pub fn mobilequant(plan: Plan, epochs: usize) -> Self {
        Self {
            plan,
            objective: Objective::EndToEnd,
            loss: Loss::HiddenMse,
            sites: TransformSite::ALL.to_vec(),
            clip: true,
            clip_norms: false,
            initial_logit: 6.0,
            ranges: RangeLearning::LogScale,
            wide_ranges: false,
            epochs,
            transform_rate: Rate { first: 1e-3, last: 1e-4 },
            clip_rate: Rate { first: 1e-2, last: 1e-3 },
            range_rate: Rate { first: 1e-3, last: 1e-4 },
            skip_first: 0,
        }
    }

    /// The paper's reference settings for TinyLlama: raw scales and offsets at rate 1e-6, logits from 4, all ranges,
    /// those of norms too.
    #[must_use]
    pub fn reference(plan: Plan, epochs: usize) -> Self {
        Self {
            clip_norms: true,
            initial_logit: 4.0,
            ranges: RangeLearning::Raw,
            wide_ranges: true,
            range_rate: Rate { first: 1e-6, last: 1e-7 },
            ..Self::mobilequant(plan, epochs)
        }
    }

    /// OmniQuant: scales and clipping, block by block, ranges measured.
    #[must_use]
    pub fn omniquant(plan: Plan, epochs: usize) -> Self {
        Self {
            objective: Objective::Blockwise,
            ranges: RangeLearning::Off,
            ..Self::mobilequant(plan, epochs)
        }
    }

    pub(super) fn validate(&self) -> Result<()> {
        if self.epochs == 0 {
            return Err(Error::Count { name: "epochs", rule: "at least 1", count: 0 });
        }
        if self.loss == Loss::LogitsKl && self.objective == Objective::Blockwise {
            let (field, rule) = ("loss".to_owned(), "HiddenMse block by block".to_owned());
            return Err(Error::Config { field, rule, got: format!("{:?}", self.loss) });
        }
        if !self.initial_logit.is_finite() {
            let (name, value) = ("initial logit", self.initial_logit);
            return Err(Error::Quantity { name, rule: "finite", value });
        }
        for rate in [self.transform_rate, self.clip_rate, self.range_rate] {
            for value in [rate.first, rate.last] {
                if !(value.is_finite() && value >= 0.0) {
                    return Err(Error::Quantity {
                        name: "learning rate",
                        rule: "finite and at least 0",
                        value,
                    });
                }
            }
        }
        Ok(())
    }
}
