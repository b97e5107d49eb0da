//! Spike statistics of a network over a set of images.

use crate::spiking::Observation;
use crate::{Error, NetworkSpec, Result};

/// What each spiking layer did over a set of images.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SpikeStats {
    /// Timesteps of each inference.
    pub timesteps: usize,
    /// Images.
    pub samples: u64,
    /// The spiking layers, first to last.
    pub layers: Vec<LayerStats>,
}

/// What one spiking layer did.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LayerStats {
    /// Name of the layer's weights, `conv1`.
    pub name: String,
    /// Neurons.
    pub neurons: usize,
    /// Spikes of all images and timesteps.
    pub spikes: u64,
    /// Spikes per neuron and inference; above 1 for neurons that fire more than once.
    pub rate: f64,
    /// The same after a pool, or `rate` without one: an average pool keeps the mean, a maximum pool raises it.
    /// What the next layer receives for each of its inputs.
    pub pooled_rate: f64,
    /// Fraction of the neurons that fire for no image.
    pub never_firing: f64,
    /// Fraction of pairs of image and neuron whose potential comes, in some timestep, as near to the threshold as
    /// the half width of the surrogate: where gradients pass.
    pub in_window: f64,
}

impl SpikeStats {
    /// Spikes per neuron and inference of each layer.
    #[must_use]
    pub fn rates(&self) -> Vec<f64> {
        self.layers.iter().map(|layer| layer.rate).collect()
    }

    /// Spikes per input and inference that each layer hands on, pools included: what an energy model needs.
    #[must_use]
    pub fn pooled_rates(&self) -> Vec<f64> {
        self.layers.iter().map(|layer| layer.pooled_rate).collect()
    }

    /// Spikes per neuron and inference over all layers.
    #[must_use]
    pub fn mean_rate(&self) -> f64 {
        let neurons: usize = self.layers.iter().map(|layer| layer.neurons).sum();
        self.total_spikes() as f64 / (neurons as f64 * self.samples as f64)
    }

    /// Spikes of all layers, images and timesteps.
    #[must_use]
    pub fn total_spikes(&self) -> u64 {
        self.layers.iter().map(|layer| layer.spikes).sum()
    }

    /// Layers without any spike, by number from 0.
    #[must_use]
    pub fn silent_layers(&self) -> Vec<usize> {
        self.layers
            .iter()
            .enumerate()
            .filter(|(_, layer)| layer.spikes == 0)
            .map(|(index, _)| index)
            .collect()
    }

    /// The statistics, if every layer fires.
    ///
    /// # Errors
    /// [`Error::DeadNetwork`] with the first layer that does not.
    pub fn require_alive(self) -> Result<Self> {
        match self.silent_layers().first() {
            None => Ok(self),
            Some(&layer) => Err(Error::DeadNetwork {
                layer,
                timesteps: self.timesteps,
                neurons: self.layers[layer].neurons,
            }),
        }
    }
}

/// Counts that grow batch by batch.
#[derive(Debug, Clone)]
pub struct SpikeCounter {
    timesteps: usize,
    layers: Vec<(Observation, f64)>,
    names: Vec<(String, usize)>,
}

impl SpikeCounter {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(spec: &NetworkSpec, timesteps: usize) -> Self {
        let sizes = spec.spiking_layers().iter().map(|shape| shape.iter().product());
        let names: Vec<_> = spec.spiking_names().into_iter().zip(sizes).collect();
        Self { timesteps, layers: vec![Default::default(); names.len()], names }
    }

    pub(crate) fn add(&mut self, layer: usize, observation: &Observation) {
        let samples = observation.samples as f64;
        let (sum, pooled) = &mut self.layers[layer];
        *pooled += observation.spikes as f64 / (self.names[layer].1 as f64 * samples) * samples;
        sum.add(observation);
    }

    /// Corrects the last batch of a layer for a maximum pool: `pooled` is the mean of the pooled map times T.
    pub(crate) fn repool(&mut self, layer: usize, before: f64, pooled: f64, samples: usize) {
        self.layers[layer].1 += (pooled - before) * samples as f64;
    }

    /// The statistics of what was counted.
    ///
    /// # Errors
    /// [`Error::Count`] if no image was.
    pub fn finish(&self) -> Result<SpikeStats> {
        let samples = self.layers.first().map_or(0, |(layer, _)| layer.samples);
        if samples == 0 {
            return Err(Error::Count { name: "images of spike statistics", rule: "at least 1", count: 0 });
        }
        let layers = self.layers.iter().zip(&self.names).map(|((layer, pooled), (name, neurons))| {
            let pairs = *neurons as f64 * samples as f64;
            let silent = layer.fired.iter().filter(|&&fired| !fired).count();
            LayerStats {
                name: name.clone(),
                neurons: *neurons,
                spikes: layer.spikes,
                rate: layer.spikes as f64 / pairs,
                pooled_rate: pooled / samples as f64,
                never_firing: silent as f64 / *neurons as f64,
                in_window: layer.in_window as f64 / pairs,
            }
        });
        Ok(SpikeStats { timesteps: self.timesteps, samples, layers: layers.collect() })
    }
}
