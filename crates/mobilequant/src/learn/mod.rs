//! Learned scales of channels, ranges of weights and ranges of activations.

mod block;
mod config;
mod gradient;
mod state;

pub use config::{LearnConfig, Loss, Objective, RangeLearning, Rate};

use crate::eval::{Protocol, compare};
use crate::quant::{ClipSpec, Grid, MIN_SCALE, Symmetry, ZeroRule, clipped_range};
use crate::simulate::{Simulation, grids};
use crate::transform::Equivalent;
use crate::{Calibration, Checkpoint, Error, FullPrecision, Matrix, Model, Result, Site};
use block::{BlockParams, Group};
use candle_core::{DType, Tensor, Var};
use common::train::adam::{Adam, AdamConfig};
use std::collections::BTreeMap;

/// Sequences for learning: three sets without overlap, each of sequences of one length.
#[derive(Debug, Clone, Copy)]
pub struct LearnData<'a> {
    /// The error is minimised on these.
    pub training: &'a [Vec<u32>],
    /// The best state is selected on these.
    pub validation: &'a [Vec<u32>],
    /// Ranges are measured on these (they may be the training sequences).
    pub calibration: &'a [Vec<u32>],
}

/// A quantised model: transformed and clipped weights, and ranges of activations.
#[derive(Debug, Clone)]
pub struct Learned {
    /// The model, in full precision up to the clipping of its weights.
    pub checkpoint: Checkpoint,
    /// Its ranges.
    pub calibration: Calibration,
    /// Mean divergence of the quantised model from full precision on the validation sequences, in nats.
    pub validation_nats: f64,
    /// Epochs (over all stages) after which it was so; 0 is the model that learning began with.
    pub epoch: usize,
}

/// What an epoch did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Stage: 0 end to end, the block otherwise.
    pub stage: usize,
    /// Epochs done in all stages.
    pub epoch: usize,
    /// Mean training error of the epoch's steps.
    pub loss: f64,
    /// Divergence on the validation sequences after it, in nats.
    pub validation_nats: f64,
    /// Perplexity there.
    pub validation_perplexity: f64,
}

/// Learns the quantisation of a model, epoch by epoch.
///
/// The best state on the validation sequences is kept, the start among the candidates: the result is never worse there
/// than the model that learning began with. The same data and configuration give the same numbers.
#[derive(Debug)]
pub struct Learner<'a> {
    config: LearnConfig,
    data: LearnData<'a>,
    checkpoint: Checkpoint,
    model: Model,
    calibration: Calibration,
    blocks: Vec<BlockParams>,
    optimisers: Option<(usize, Vec<(Group, Adam)>)>,
    epoch: usize,
    best: Learned,
    /// The parameters of the best state; `None` for the start.
    best_parameters: Option<BTreeMap<String, Tensor>>,
}

const ADAM: AdamConfig =
    AdamConfig { lr: 0.0, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0, amsgrad: false };

impl<'a> Learner<'a> {
    /// Begins with a model, usually one that was smoothed.
    ///
    /// # Errors
    /// [`Error::Count`] for an empty set of sequences or no epochs, [`Error::Config`] for a loss that the objective does
    /// not have, those of [`crate::Config::check_tokens`], of the model and the quantisers.
    pub fn new(checkpoint: &Checkpoint, data: LearnData<'a>, config: LearnConfig) -> Result<Self> {
        config.validate()?;
        for (name, set) in [
            ("training sequences", data.training),
            ("validation sequences", data.validation),
            ("calibration sequences", data.calibration),
        ] {
            if set.is_empty() {
                return Err(Error::Count { name, rule: "at least 1", count: 0 });
            }
        }
        data.training.iter().try_for_each(|tokens| checkpoint.config.check_tokens(tokens))?;
        let model = Model::new(checkpoint, DType::F32)?;
        let calibration = Calibration::collect(&model, data.calibration.iter().map(Vec::as_slice))?;
        let mut of_blocks = by_block(checkpoint, &calibration, &config)?;
        let blocks = of_blocks
            .iter_mut()
            .map(|grids| BlockParams::new(&checkpoint.config, &config, std::mem::take(grids)))
            .collect::<Result<_>>()?;
        let start = Learned {
            checkpoint: checkpoint.clone(),
            calibration: calibration.clone(),
            validation_nats: f64::INFINITY,
            epoch: 0,
        };
        let mut learner = Self {
            config,
            data,
            checkpoint: checkpoint.clone(),
            model,
            calibration,
            blocks,
            optimisers: None,
            epoch: 0,
            best: start.clone(),
            best_parameters: None,
        };
        learner.best.validation_nats = learner.validate(&start)?.0;
        Ok(learner)
    }

    /// Number of stages: one end to end, one a block otherwise.
    #[must_use]
    pub fn stages(&self) -> usize {
        match self.config.objective {
            Objective::EndToEnd => 1,
            Objective::Blockwise => self.blocks.len(),
        }
    }

    /// Whether all epochs of all stages are done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.epoch >= self.stages() * self.config.epochs
    }

    /// The best state so far.
    #[must_use]
    pub fn best(&self) -> &Learned {
        &self.best
    }

    /// One epoch of the current stage; `None` if all are done.
    ///
    /// # Errors
    /// [`Error::Diverged`], [`Error::Train`], and those of the model.
    pub fn advance(&mut self) -> Result<Option<Progress>> {
        if self.is_done() {
            return Ok(None);
        }
        let (stage, of_stage) = (self.epoch / self.config.epochs, self.epoch % self.config.epochs);
        if self.config.ranges == RangeLearning::Off {
            self.measure_again()?;
        }
        self.optimisers_of(stage)?;
        let count = self.data.training.len();
        let steps = self.config.epochs * count;
        let mut total = 0.0;
        for index in 0..count {
            let (input, target) = self.task(stage, index)?;
            let (loss, gradients) = match self.config.objective {
                Objective::EndToEnd => self.gradients(0..self.blocks.len(), &input, &target)?,
                Objective::Blockwise => self.gradients(stage..stage + 1, &input, &target)?,
            };
            let step = of_stage * count + index;
            if !loss.is_finite() {
                return Err(Error::Diverged { step: self.epoch * count + index, loss });
            }
            total += loss;
            let rates = (self.config.transform_rate, self.config.clip_rate, self.config.range_rate);
            for (group, adam) in self.optimisers.iter_mut().flat_map(|(_, adams)| adams) {
                let rate = match group {
                    Group::Transform => rates.0,
                    Group::Clip => rates.1,
                    Group::Range => rates.2,
                };
                adam.set_lr(rate.at(step, steps))?;
                adam.step(&gradients)?;
            }
        }
        self.epoch += 1;
        let now = self.export()?;
        let (validation_nats, validation_perplexity) = self.validate(&now)?;
        if validation_nats < self.best.validation_nats || self.best.validation_nats.is_nan() {
            self.best = Learned { validation_nats, epoch: self.epoch, ..now };
            self.best_parameters = Some(self.parameters()?);
        }
        let loss = total / count as f64;
        Ok(Some(Progress { stage, epoch: self.epoch, loss, validation_nats, validation_perplexity }))
    }

    /// The quantised model of the present parameters.
    ///
    /// # Errors
    /// Those of the transformations and of calibration.
    pub fn export(&self) -> Result<Learned> {
        let mut checkpoint = self.transformed()?;
        let mut calibration = if self.config.ranges == RangeLearning::Off {
            self.measured(&checkpoint)?
        } else {
            self.calibration.clone()
        };
        let zero = self.config.plan.zero;
        for (layer, params) in self.blocks.iter().enumerate() {
            for (site, range) in params.learned_ranges()? {
                calibration.set_range(layer, site, range)?;
            }
            for which in Matrix::ALL {
                let (Some(scheme), Some(logits)) = (self.config.plan.scheme(which), params.logits(which)?)
                else {
                    continue;
                };
                let weight = &mut checkpoint.weights.blocks[layer].linear_mut(which).weight;
                let (rows, columns) = weight.dims2()?;
                clip(
                    weight.data_mut(),
                    scheme.granularity.group(rows, columns)?,
                    ClipSpec { scheme, zero },
                    &logits,
                );
            }
            let block = &mut checkpoint.weights.blocks[layer];
            let norms = [Some(&mut block.attention_norm), block.mlp_norm.as_mut()];
            for (norm, logits) in norms.into_iter().flatten().zip(params.norm_logits()?) {
                let weight = norm.weight.data_mut();
                let Some(scheme) = self.config.plan.norm_scheme() else { continue };
                clip(weight, weight.len(), ClipSpec { scheme, zero }, &logits);
            }
        }
        Ok(Learned { checkpoint, calibration, validation_nats: f64::NAN, epoch: self.epoch })
    }

    fn named(&self) -> Vec<(Group, String, Var)> {
        self.blocks.iter().enumerate().flat_map(|(layer, params)| params.named(layer)).collect()
    }

    fn optimisers_of(&mut self, stage: usize) -> Result<()> {
        if self.optimisers.as_ref().is_some_and(|(of, _)| *of == stage) {
            return Ok(());
        }
        let named = match self.config.objective {
            Objective::EndToEnd => self.named(),
            Objective::Blockwise => self.blocks.get(stage).map_or_else(Vec::new, |block| block.named(stage)),
        };
        let mut adams = Vec::new();
        for group in [Group::Transform, Group::Clip, Group::Range] {
            let own: Vec<(String, Var)> = named
                .iter()
                .filter(|(of, ..)| *of == group)
                .map(|(_, name, var)| (name.clone(), var.clone()))
                .collect();
            if !own.is_empty() {
                adams.push((group, Adam::new(own, ADAM)?));
            }
        }
        self.optimisers = Some((stage, adams));
        Ok(())
    }

    /// Input and target of a stage for a training sequence.
    fn task(&self, stage: usize, index: usize) -> Result<(Tensor, Tensor)> {
        let x = self.model.embed(&[&self.data.training[index]])?;
        let (input, end) = match self.config.objective {
            Objective::EndToEnd => (x.clone(), self.blocks.len()),
            Objective::Blockwise => {
                let mut quantised = x.clone();
                for layer in 0..stage {
                    quantised = self.block(layer, &quantised)?.detach();
                }
                (quantised, stage + 1)
            }
        };
        let target = (0..end).try_fold(x, |x, layer| self.model.block(layer, &x, &mut FullPrecision))?;
        Ok((input, target.detach()))
    }

    fn transformed(&self) -> Result<Checkpoint> {
        let mut equivalent = Equivalent::identity(&self.checkpoint.config);
        for (layer, params) in self.blocks.iter().enumerate() {
            for (site, scale) in params.scales(&self.checkpoint.config)? {
                equivalent.set_scale(layer, site, scale)?;
            }
        }
        let mut checkpoint = self.checkpoint.clone();
        equivalent.fuse(&mut checkpoint)?;
        Ok(checkpoint)
    }

    fn measured(&self, checkpoint: &Checkpoint) -> Result<Calibration> {
        let model = Model::new(checkpoint, DType::F32)?;
        Calibration::collect(&model, self.data.calibration.iter().map(Vec::as_slice))
    }

    fn measure_again(&mut self) -> Result<()> {
        let checkpoint = self.transformed()?;
        let grids = by_block(&checkpoint, &self.measured(&checkpoint)?, &self.config)?;
        for (params, grids) in self.blocks.iter_mut().zip(&grids) {
            params.measure_again(grids);
        }
        Ok(())
    }

    /// Divergence in nats and perplexity on the validation sequences.
    fn validate(&self, learned: &Learned) -> Result<(f64, f64)> {
        let simulation = Simulation::new(&learned.checkpoint, &learned.calibration, &self.config.plan)?;
        let (mut divergence, mut nats, mut tokens) = (0.0, 0.0, 0.0);
        for sequence in self.data.validation {
            let protocol = Protocol { window: sequence.len(), windows: None, bos: None };
            let result = compare(&self.model, &simulation, sequence, protocol)?;
            let count = result.agreement.tokens as f64;
            divergence += result.agreement.kl_nats * count;
            nats += result.model.nats * count;
            tokens += count;
        }
        Ok((divergence / tokens, (nats / tokens).exp()))
    }
}

/// The grids of each block's sites.
fn by_block(
    checkpoint: &Checkpoint,
    calibration: &Calibration,
    config: &LearnConfig,
) -> Result<Vec<BTreeMap<Site, Grid>>> {
    let mut blocks = vec![BTreeMap::new(); checkpoint.config.layers];
    for ((layer, site), grid) in grids(checkpoint, calibration, &config.plan)? {
        blocks[layer].insert(site, grid);
    }
    Ok(blocks)
}

/// Clamps the weights of each group to their learned range, or to what the grid of that range holds if its steps are the
/// smallest there are.
fn clip(
    weights: &mut [f32],
    group: usize,
    ClipSpec { scheme, zero }: ClipSpec,
    [upper, lower]: &[Vec<f32>; 2],
) {
    let (_, q_max) = scheme.symmetry.codes(scheme.bits);
    #[expect(clippy::cast_possible_truncation, reason = "a constant")]
    let least = q_max as f32 * MIN_SCALE as f32;
    for ((values, u), l) in weights.chunks_exact_mut(group).zip(upper).zip(lower) {
        let (lo, hi) = clipped_range(values, *u, *l);
        // A group of one sign has its range on one side of 0; nothing is cut on the other.
        let (lo, hi) = (lo.min(hi), hi.max(lo));
        let (lo, hi) = match scheme.symmetry {
            Symmetry::Asymmetric => {
                (lo, hi.max(if zero == ZeroRule::Representable { lo.min(0.0) } else { lo } + least))
            }
            Symmetry::Symmetric => (lo.min(-least), hi.max(least)),
        };
        for x in values {
            *x = x.max(lo).min(hi);
        }
    }
}
