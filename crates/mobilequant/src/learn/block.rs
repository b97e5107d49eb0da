//! The learned parameters of one block and the block that they make.

use super::{LearnConfig, RangeLearning};
use crate::error::during;
use crate::model::flat;
use crate::quant::{ClipSpec, FakeQuant, Grid, clipped_fake_quant, fake_quant};
use crate::simulate::Plan;
use crate::transform::TransformSite;
use crate::{Block, Config, Linear, Matrix, Norm, Result, Site, Tap};
use candle_core::{DType, Device, Result as CandleResult, Tensor, Var};
use std::collections::BTreeMap;

/// Parameters of one block.
#[derive(Debug)]
pub(super) struct BlockParams {
    scales: BTreeMap<TransformSite, Var>,
    /// Logits of the upper and the lower end.
    clips: BTreeMap<Matrix, (Var, Var)>,
    /// Those of the norms before attention and before the MLP.
    norm_clips: Vec<(Var, Var)>,
    sites: BTreeMap<Site, SiteGrid>,
}

/// The grid of a site, with what of it is learned.
#[derive(Debug)]
pub(super) struct SiteGrid {
    start: Grid,
    learned: Learned,
}

#[derive(Debug)]
enum Learned {
    Nothing,
    Log(Var),
    Raw(Var, Var),
}

/// Kinds of parameters, which have their own rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Transform,
    Clip,
    Range,
}

/// Scales stay away from 0 by so much; the gradient passes.
const LEAST_SCALE: f64 = 1e-2;
/// sigmoid(40) is 1 in f32 and f64.
const OPEN: f64 = 40.0;

impl BlockParams {
    pub(super) fn new(config: &Config, learn: &LearnConfig, grids: BTreeMap<Site, Grid>) -> Result<Self> {
        let make = || -> CandleResult<(BTreeMap<_, _>, BTreeMap<_, _>, Vec<_>)> {
            let mut scales = BTreeMap::new();
            for &site in &learn.sites {
                if site == TransformSite::NormMlp && config.parallel_residual {
                    continue;
                }
                scales.insert(site, Var::ones(parameter_shape(config, site), DType::F32, &Device::Cpu)?);
            }
            let logits = |count: usize| {
                let start = Tensor::full(learn.initial_logit, count, &Device::Cpu)?;
                Var::from_tensor(&start.to_dtype(DType::F32)?)
            };
            let mut clips = BTreeMap::new();
            for which in Matrix::ALL.into_iter().filter(|_| learn.clip) {
                let Some(scheme) = learn.plan.scheme(which) else { continue };
                let (rows, columns) = which.shape(config);
                let group = scheme.granularity.group(rows, columns).map_err(candle_core::Error::wrap)?;
                let count = rows * columns / group;
                clips.insert(which, (logits(count)?, logits(count)?));
            }
            let clipped = learn.clip_norms && learn.plan.norms.is_some();
            let norms = if config.parallel_residual { 1 } else { 2 };
            let norm_clips = (0..norms).filter(|_| clipped).map(|_| Ok((logits(1)?, logits(1)?)));
            Ok((scales, clips, norm_clips.collect::<CandleResult<_>>()?))
        };
        let (scales, clips, norm_clips) = make().map_err(during("making parameters"))?;
        let mut sites = BTreeMap::new();
        for (site, start) in grids {
            // The logistic function has its range by definition.
            let fixed = site == Site::Sigmoid || (start.q_max > 255 && !learn.wide_ranges);
            let var = |x: f32| Var::new(&[x], &Device::Cpu).map_err(during("making parameters"));
            let learned = match learn.ranges {
                _ if fixed => Learned::Nothing,
                RangeLearning::Off => Learned::Nothing,
                RangeLearning::LogScale => Learned::Log(var(0.0)?),
                RangeLearning::Raw => Learned::Raw(var(start.scale)?, var(start.zero_point as f32)?),
            };
            sites.insert(site, SiteGrid { start, learned });
        }
        Ok(Self { scales, clips, norm_clips, sites })
    }

    /// All parameters with names that are unique in the model.
    pub(super) fn named(&self, layer: usize) -> Vec<(Group, String, Var)> {
        let mut named = Vec::new();
        for (site, scale) in &self.scales {
            named.push((Group::Transform, format!("{layer}/transform/{site:?}"), scale.clone()));
        }
        for (which, (upper, lower)) in &self.clips {
            named.push((Group::Clip, format!("{layer}/clip/{which:?}/upper"), upper.clone()));
            named.push((Group::Clip, format!("{layer}/clip/{which:?}/lower"), lower.clone()));
        }
        for (index, (upper, lower)) in self.norm_clips.iter().enumerate() {
            named.push((Group::Clip, format!("{layer}/clip/norm {index}/upper"), upper.clone()));
            named.push((Group::Clip, format!("{layer}/clip/norm {index}/lower"), lower.clone()));
        }
        for (site, grid) in &self.sites {
            let name = |part| format!("{layer}/range/{site:?}/{part}");
            match &grid.learned {
                Learned::Nothing => {}
                Learned::Log(t) => named.push((Group::Range, name("log-scale"), t.clone())),
                Learned::Raw(scale, offset) => {
                    named.push((Group::Range, name("scale"), scale.clone()));
                    named.push((Group::Range, name("offset"), offset.clone()));
                }
            }
        }
        named
    }

    /// Replaces the grids that are measured, not learned.
    pub(super) fn measure_again(&mut self, grids: &BTreeMap<Site, Grid>) {
        for (site, grid) in &mut self.sites {
            if let (Learned::Nothing, Some(new)) = (&grid.learned, grids.get(site)) {
                grid.start = *new;
            }
        }
    }

    /// The transformed block, weights on their grids.
    pub(super) fn block(&self, config: &Config, plan: &Plan, block: &Block<Tensor>) -> Result<Block<Tensor>> {
        let mut block = self.transformed(config, block).map_err(during("transforming a block"))?;
        let mut quantise = || -> CandleResult<()> {
            for which in Matrix::ALL {
                let Some(scheme) = plan.scheme(which) else { continue };
                let weight = &mut block.linear_mut(which).weight;
                let spec = ClipSpec { scheme, zero: plan.zero };
                *weight = match self.clips.get(&which) {
                    Some((upper, lower)) => clipped_fake_quant(weight, upper, lower, spec)?,
                    None => unclipped(weight, spec)?,
                };
            }
            let norms = [Some(&mut block.attention_norm), block.mlp_norm.as_mut()];
            for (index, norm) in norms.into_iter().flatten().enumerate() {
                let Some(scheme) = plan.norm_scheme() else { continue };
                let spec = ClipSpec { scheme, zero: plan.zero };
                let row = norm.weight.unsqueeze(0)?;
                let rounded = match self.norm_clips.get(index) {
                    Some((upper, lower)) => clipped_fake_quant(&row, upper, lower, spec)?,
                    None => unclipped(&row, spec)?,
                };
                norm.weight = rounded.squeeze(0)?;
            }
            Ok(())
        };
        quantise().map_err(during("quantising weights"))?;
        Ok(block)
    }

    /// The scale of every channel of a site, equal where the rotary embedding rotates channels together.
    fn channels(&self, config: &Config, site: TransformSite) -> CandleResult<Option<Tensor>> {
        let Some(var) = self.scales.get(&site) else { return Ok(None) };
        let values: Vec<f32> = var.flatten_all()?.to_vec1()?;
        #[expect(clippy::cast_possible_truncation, reason = "a constant")]
        let least = LEAST_SCALE as f32;
        let kept: Vec<f32> =
            values.iter().map(|&s| if s.abs() < least { least.copysign(s) } else { s }).collect();
        let kept = Tensor::from_vec(kept, var.shape(), &Device::Cpu)?;
        // Through this sum the gradient passes unchanged.
        let scale = (var.as_tensor() + (kept - var.as_tensor())?.detach())?;
        if site != TransformSite::QueryKey {
            return Ok(Some(scale));
        }
        let half = config.rotary_dim / 2;
        let pairs = scale.narrow(1, 0, half)?;
        let rest = scale.narrow(1, half, config.head_dim - 2 * half);
        let parts = if config.head_dim > 2 * half {
            vec![pairs.clone(), pairs, rest?]
        } else {
            vec![pairs.clone(), pairs]
        };
        Tensor::cat(&parts, 1)?.flatten_all().map(Some)
    }

    /// The scales as numbers, for the transformation of plain weights.
    pub(super) fn scales(&self, config: &Config) -> Result<Vec<(TransformSite, Vec<f32>)>> {
        let mut scales = Vec::new();
        for &site in self.scales.keys() {
            let channels = self.channels(config, site).map_err(during("reading scales"))?;
            if let Some(channels) = channels {
                scales.push((site, channels.to_vec1().map_err(during("reading scales"))?));
            }
        }
        Ok(scales)
    }

    /// The logits of clipping as numbers.
    pub(super) fn logits(&self, which: Matrix) -> Result<Option<[Vec<f32>; 2]>> {
        let Some((upper, lower)) = self.clips.get(&which) else { return Ok(None) };
        Ok(Some([numbers(upper)?, numbers(lower)?]))
    }

    /// The logits of the clipping of norms as numbers, in the order of the block.
    pub(super) fn norm_logits(&self) -> Result<Vec<[Vec<f32>; 2]>> {
        self.norm_clips.iter().map(|(upper, lower)| Ok([numbers(upper)?, numbers(lower)?])).collect()
    }

    /// The learned ranges as numbers.
    pub(super) fn learned_ranges(&self) -> Result<Vec<(Site, (f32, f32))>> {
        let mut ranges = Vec::new();
        for (site, grid) in &self.sites {
            if matches!(grid.learned, Learned::Nothing) {
                continue;
            }
            let (scale, offset) = grid.tensors().map_err(during("reading ranges"))?;
            let number = |x: &Tensor| flat(x).map_err(during("reading ranges"));
            let (scale, offset) = (number(&scale)?[0].max(1e-5), number(&offset)?[0].round_ties_even());
            let lo = -offset * scale;
            #[expect(clippy::cast_possible_truncation, reason = "ranges are f32")]
            ranges.push((*site, (lo as f32, (lo + scale * f64::from(grid.start.q_max)) as f32)));
        }
        Ok(ranges)
    }

    fn transformed(&self, config: &Config, block: &Block<Tensor>) -> CandleResult<Block<Tensor>> {
        let mut block = block.clone();
        if let Some(s) = self.channels(config, TransformSite::NormQkv)? {
            divide_norm(&mut block.attention_norm, &s)?;
            let parallel = block.mlp_norm.is_none();
            for which in [Matrix::Q, Matrix::K, Matrix::V] {
                multiply_inputs(block.linear_mut(which), &s)?;
            }
            for which in [Matrix::Gate, Matrix::Up].into_iter().filter(|_| parallel) {
                multiply_inputs(block.linear_mut(which), &s)?;
            }
        }
        if let (Some(s), Some(norm)) = (self.channels(config, TransformSite::NormMlp)?, &mut block.mlp_norm) {
            divide_norm(norm, &s)?;
            multiply_inputs(&mut block.gate, &s)?;
            multiply_inputs(&mut block.up, &s)?;
        }
        if let Some(s) = self.channels(config, TransformSite::ValueOut)? {
            divide_outputs(&mut block.v, &s)?;
            multiply_inputs(&mut block.o, &spread(config, &s)?)?;
        }
        if let Some(s) = self.channels(config, TransformSite::UpDown)? {
            divide_outputs(&mut block.up, &s)?;
            multiply_inputs(&mut block.down, &s)?;
        }
        if let Some(s) = self.channels(config, TransformSite::QueryKey)? {
            divide_outputs(&mut block.q, &spread(config, &s)?)?;
            divide_outputs(&mut block.k, &s.recip()?)?;
        }
        Ok(block)
    }
}

impl Tap for &BlockParams {
    fn at(&mut self, _layer: usize, site: Site, x: Tensor) -> Result<Tensor> {
        let Some(grid) = self.sites.get(&site) else { return Ok(x) };
        let put = || {
            let (scale, offset) = grid.tensors()?;
            let Grid { q_min, q_max, .. } = grid.start;
            fake_quant(&x, &scale, &offset, FakeQuant { q_min, q_max, round_offset: true })
        };
        put().map_err(during(site.path()))
    }
}

impl SiteGrid {
    fn tensors(&self) -> CandleResult<(Tensor, Tensor)> {
        let constant = |x: f32| Tensor::new(&[x], &Device::Cpu);
        let Grid { scale, zero_point, .. } = self.start;
        Ok(match &self.learned {
            Learned::Nothing => (constant(scale)?, constant(zero_point as f32)?),
            Learned::Log(t) => ((t.exp()? * f64::from(scale))?, constant(zero_point as f32)?),
            Learned::Raw(scale, offset) => (scale.as_tensor().clone(), offset.as_tensor().clone()),
        })
    }
}

fn numbers(logits: &Var) -> Result<Vec<f32>> {
    logits.to_vec1().map_err(during("reading logits"))
}

/// Channels of a site that are free: of queries and keys one for each rotated pair.
fn parameter_shape(config: &Config, site: TransformSite) -> Vec<usize> {
    match site {
        TransformSite::QueryKey => vec![config.kv_heads, config.head_dim - config.rotary_dim / 2],
        _ => vec![site.channels(config)],
    }
}

fn unclipped(weight: &Tensor, spec: ClipSpec) -> CandleResult<Tensor> {
    let (rows, columns) = weight.dims2()?;
    let group = spec.scheme.granularity.group(rows, columns).map_err(candle_core::Error::wrap)?;
    let open = Tensor::full(OPEN, rows * columns / group, &Device::Cpu)?.to_dtype(weight.dtype())?;
    clipped_fake_quant(weight, &open, &open, spec)
}

/// The scales of key heads for the query heads of their groups.
fn spread(config: &Config, s: &Tensor) -> CandleResult<Tensor> {
    let (kv_heads, head_dim, group) = (config.kv_heads, config.head_dim, config.group());
    s.reshape((kv_heads, 1, head_dim))?.broadcast_as((kv_heads, group, head_dim))?.flatten_all()
}

fn divide_norm(norm: &mut Norm<Tensor>, s: &Tensor) -> CandleResult<()> {
    norm.weight = (&norm.weight / s)?;
    norm.bias = norm.bias.as_ref().map(|bias| bias / s).transpose()?;
    Ok(())
}

fn divide_outputs(linear: &mut Linear<Tensor>, s: &Tensor) -> CandleResult<()> {
    linear.weight = linear.weight.broadcast_div(&s.unsqueeze(1)?)?;
    linear.bias = linear.bias.as_ref().map(|bias| bias / s).transpose()?;
    Ok(())
}

fn multiply_inputs(linear: &mut Linear<Tensor>, s: &Tensor) -> CandleResult<()> {
    linear.weight = linear.weight.broadcast_mul(s)?;
    Ok(())
}
