//! A model as its quantised form computes, simulated in floating point.

mod plan;

pub use plan::{Plan, path};

use crate::calibrate::Calibration;
use crate::error::during;
use crate::eval::LanguageModel;
use crate::quant::{FakeQuant, Grid, Symmetry, fake_quant, fake_quant_matrix};
use crate::{Array, Block, Checkpoint, Error, Matrix, Model, Norm, Result, Site, Tap};
use candle_core::{DType, Device, Tensor};
use common::tensor::real::with_slice;
use std::collections::BTreeMap;

/// A model whose weights lie on their grids and whose activations are put on theirs at every quantised site.
#[derive(Debug, Clone)]
pub struct Simulation {
    model: Model,
    grids: BTreeMap<(usize, Site), Grid>,
    quantised: bool,
}

impl Simulation {
    /// Quantises a model by a plan: weights from their own smallest and largest values, activations from calibrated
    /// ranges.
    ///
    /// # Errors
    /// [`Error::Uncalibrated`] for a quantised site without a range, and those of the quantisers.
    pub fn new(checkpoint: &Checkpoint, calibration: &Calibration, plan: &Plan) -> Result<Self> {
        let mut weights = checkpoint.weights.clone();
        for block in &mut weights.blocks {
            *block = quantise_block(block, plan)?;
        }
        let rounded = Checkpoint { config: checkpoint.config.clone(), weights };
        let grids = grids(checkpoint, calibration, plan)?;
        Ok(Self { model: Model::new(&rounded, DType::F32)?, grids, quantised: true })
    }

    /// Switches the quantisers of activations on or off; weights stay rounded.
    pub fn quantise_activations(&mut self, on: bool) {
        self.quantised = on;
    }

    /// The model with rounded weights.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The grid of a site of a block, if it is quantised.
    #[must_use]
    pub fn grid(&self, layer: usize, site: Site) -> Option<Grid> {
        self.grids.get(&(layer, site)).copied()
    }

    /// The share of values outside the range at each quantised site, over some sequences: what ranges from too little
    /// calibration data cut off.
    ///
    /// # Errors
    /// As [`Model::forward`].
    pub fn clip_rates<'a>(
        &self,
        sequences: impl IntoIterator<Item = &'a [u32]>,
    ) -> Result<BTreeMap<(usize, Site), f64>> {
        let mut counter = Counter { simulation: self, counts: BTreeMap::new() };
        for tokens in sequences {
            self.model.blocks(self.model.embed(&[tokens])?, &mut counter)?;
        }
        let share = |(outside, all): (u64, u64)| outside as f64 / all as f64;
        Ok(counter.counts.into_iter().map(|(place, counts)| (place, share(counts))).collect())
    }

    /// Continues a prompt as [`Model::greedy`] does.
    ///
    /// # Errors
    /// As [`Model::greedy`].
    pub fn greedy(&self, prompt: &[u32], count: usize) -> Result<Vec<u32>> {
        self.model.greedy_with(prompt, count, &mut Quantise(self))
    }

    fn put(&self, layer: usize, site: Site, x: Tensor) -> Result<Tensor> {
        match self.grids.get(&(layer, site)) {
            Some(grid) if self.quantised => on_grid(&x, *grid).map_err(during(site.path())),
            _ => Ok(x),
        }
    }
}

impl LanguageModel for Simulation {
    fn logits_of(&self, sequences: &[&[u32]]) -> Result<Tensor> {
        self.model.forward(sequences, &mut Quantise(self))
    }
}

struct Quantise<'a>(&'a Simulation);

impl Tap for Quantise<'_> {
    fn at(&mut self, layer: usize, site: Site, x: Tensor) -> Result<Tensor> {
        self.0.put(layer, site, x)
    }
}

struct Counter<'a> {
    simulation: &'a Simulation,
    counts: BTreeMap<(usize, Site), (u64, u64)>,
}

impl Tap for Counter<'_> {
    fn at(&mut self, layer: usize, site: Site, x: Tensor) -> Result<Tensor> {
        if let Some(grid) = self.simulation.grid(layer, site) {
            let (lo, hi) = (grid.dequantize(grid.q_min), grid.dequantize(grid.q_max));
            // Half a step beyond the last code still rounds to it.
            let (lo, hi) = (lo - grid.scale / 2.0, hi + grid.scale / 2.0);
            let count = |values: &[f32]| Ok(values.iter().filter(|x| !(lo..=hi).contains(*x)).count());
            let outside = with_slice::<f32, _>("counting", &x, count).map_err(during("counting"))?;
            let counts = self.counts.entry((layer, site)).or_default();
            counts.0 += outside as u64;
            counts.1 += x.elem_count() as u64;
        }
        self.simulation.put(layer, site, x)
    }
}

/// A tensor of f32 on a grid.
fn on_grid(x: &Tensor, grid: Grid) -> candle_core::Result<Tensor> {
    let scale = Tensor::new(&[grid.scale], &Device::Cpu)?;
    let offset = Tensor::new(&[grid.zero_point as f32], &Device::Cpu)?;
    let codes = FakeQuant { q_min: grid.q_min, q_max: grid.q_max, round_offset: true };
    fake_quant(x, &scale, &offset, codes)
}

/// The grids of all quantised sites that a model has.
pub(crate) fn grids(
    checkpoint: &Checkpoint,
    calibration: &Calibration,
    plan: &Plan,
) -> Result<BTreeMap<(usize, Site), Grid>> {
    let mut grids = BTreeMap::new();
    for layer in 0..checkpoint.config.layers {
        for site in Site::ALL.into_iter().filter(|site| site.is_in(&checkpoint.config)) {
            let Some(bits) = plan.bits(layer, site) else { continue };
            let Some((lo, hi)) = calibration.range(layer, site) else {
                return Err(Error::Uncalibrated { site: path(layer, site) });
            };
            grids.insert((layer, site), Grid::from_range(lo, hi, bits, Symmetry::Asymmetric, plan.zero)?);
        }
    }
    Ok(grids)
}

fn quantise_block(block: &Block<Array>, plan: &Plan) -> Result<Block<Array>> {
    let mut rounded = block.clone();
    for which in Matrix::ALL {
        if let Some(scheme) = plan.scheme(which) {
            let weight = &mut rounded.linear_mut(which).weight;
            *weight = fake_quant_matrix(weight, scheme, plan.zero)?;
        }
    }
    round_norm(&mut rounded.attention_norm, plan)?;
    rounded.mlp_norm.as_mut().map_or(Ok(()), |norm| round_norm(norm, plan))?;
    Ok(rounded)
}

fn round_norm(norm: &mut Norm<Array>, plan: &Plan) -> Result<()> {
    let Some(scheme) = plan.norm_scheme() else { return Ok(()) };
    let width = norm.weight.data().len();
    let row = Array::new(vec![1, width], norm.weight.data().to_vec())?;
    norm.weight = Array::new(vec![width], fake_quant_matrix(&row, scheme, plan.zero)?.data().to_vec())?;
    Ok(())
}
