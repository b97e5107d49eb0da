//! Spikes of a layer in all timesteps, one bit each.

use crate::error::during;
use crate::pass::Pool;
use crate::{Result, weights};
use candle_core::{Device, Tensor};

/// The spikes of a layer, packed. A run of 100 timesteps on 512 images would not fit into memory as numbers.
pub(super) struct BitTrain {
    steps: Vec<Vec<u64>>,
    shape: Vec<usize>,
}

impl BitTrain {
    /// No timestep yet of a layer of this shape, `[B, …]`.
    pub(super) fn new(shape: &[usize]) -> Self {
        Self { steps: Vec::new(), shape: shape.to_vec() }
    }

    /// Adds a timestep: which of the potentials lie above the threshold.
    pub(super) fn push(&mut self, potentials: &[f32], threshold: f32) {
        let pack = |chunk: &[f32]| {
            chunk.iter().enumerate().fold(0, |word, (bit, &v)| word | (u64::from(v > threshold) << bit))
        };
        self.steps.push(potentials.chunks(64).map(pack).collect());
    }

    /// The spikes of a timestep as numbers, after the pools.
    pub(super) fn step(&self, t: usize, pools: &[Pool]) -> Result<Tensor> {
        let count: usize = self.shape.iter().product();
        let mut values = Vec::with_capacity(count.next_multiple_of(64));
        for word in &self.steps[t] {
            values.extend((0..64).map(|bit| if (word >> bit) & 1 == 1 { 1.0_f32 } else { 0.0 }));
        }
        values.truncate(count);
        let spikes =
            Tensor::from_vec(values, self.shape.as_slice(), &Device::Cpu).map_err(during("spikes"))?;
        pools.iter().try_fold(spikes, |map, &pool| weights::pool(pool, &map))
    }
}
