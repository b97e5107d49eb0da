//! Counts of operations in the form of the harness `NeuroBench`.

use crate::energy::{FirstLayer, check_rates};
use crate::error::{Error, Result};
use crate::{NetworkSpec, WeightLayer};

/// Metrics of one network with the names and the meaning they have in the harness `NeuroBench` (Yik et al., "The
/// `NeuroBench` framework for benchmarking neuromorphic computing algorithms and systems", 2025). Operations are per image.
///
/// Here they come from rates and densities, not from looking at every product: a zero weight is taken to be as likely under
/// a spike as elsewhere. Inputs of a layer after an average pool are counted as spikes of the layer before the pool,
/// by the mean of the pooled map, and as accumulates (their weights can be divided beforehand).
///
/// ```
/// use snn_iir::NetworkSpec;
/// use snn_iir::energy::uniform_rates;
/// use snn_iir::neurobench::{NeuroBench, Workload};
///
/// let spec = NetworkSpec::vgg16([3, 32, 32], 10)?;
/// let metrics = NeuroBench::of(&spec, &Workload::dense(&uniform_rates(&spec, 0.1), 1))?;
/// assert_eq!(metrics.synaptic_operations.effective_macs, 1_769_472.0);
/// assert!((metrics.activation_sparsity - 0.9).abs() < 1e-12);
/// assert!(serde_json::to_string(&metrics)?.contains("\"Effective_ACs\""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct NeuroBench {
    /// Bytes of all parameters: weights, biases of convolutions, one threshold and one leak per spiking layer.
    pub footprint: u64,
    /// Share of the weights that are zero.
    pub connection_sparsity: f64,
    /// Share of the neurons' outputs that are no spikes, over all layers and timesteps.
    pub activation_sparsity: f64,
    /// Operations of synapses.
    pub synaptic_operations: SynapticOperations,
}

/// Operations of synapses per image, over all timesteps.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SynapticOperations {
    /// Multiply-accumulates with a weight and an input that are not zero.
    #[serde(rename = "Effective_MACs")]
    pub effective_macs: f64,
    /// Accumulates of weights that are not zero, one per spike.
    #[serde(rename = "Effective_ACs")]
    pub effective_acs: f64,
    /// Operations if nothing were skipped.
    #[serde(rename = "Dense")]
    pub dense: f64,
}

/// What a network does on its images.
#[derive(Debug, Clone, Copy)]
pub struct Workload<'a> {
    /// Spikes per neuron and inference of each spiking layer, over all timesteps.
    pub rates: &'a [f64],
    /// Timesteps.
    pub timesteps: usize,
    /// How often the first layer is computed.
    pub first_layer: FirstLayer,
    /// Share of each weight layer's weights that are not zero; `None`: all.
    pub weight_densities: Option<&'a [f64]>,
    /// Share of the image's values that are not zero.
    pub input_density: f64,
    /// Bytes of one parameter.
    pub bytes_per_parameter: u64,
}

impl<'a> Workload<'a> {
    /// No zero among weights and pixels, parameters of 32 bits, first layer computed once.
    #[must_use]
    pub fn dense(rates: &'a [f64], timesteps: usize) -> Self {
        Self {
            rates,
            timesteps,
            first_layer: FirstLayer::Cached,
            weight_densities: None,
            input_density: 1.0,
            bytes_per_parameter: 4,
        }
    }
}

impl NeuroBench {
    /// The metrics of a network under a workload.
    ///
    /// # Errors
    /// [`Error::InvalidTimesteps`] for 0, [`Error::CountMismatch`] for another number of rates or densities than layers,
    /// [`Error::Rate`] for a rate that is not in [0, timesteps], [`Error::Quantity`] for a density outside [0, 1].
    pub fn of(spec: &NetworkSpec, work: &Workload<'_>) -> Result<Self> {
        check_rates(spec, work.rates, work.timesteps)?;
        let layers = spec.weight_layers();
        let densities = densities(layers.len(), work)?;
        let steps = work.timesteps as f64;
        let mut operations = SynapticOperations { effective_macs: 0.0, effective_acs: 0.0, dense: 0.0 };
        let (mut weights, mut zeros) = (0.0, 0.0);
        for (layer, density) in layers.iter().zip(densities) {
            let macs = layer.macs as f64;
            if let Some(source) = layer.source {
                operations.dense += macs * steps;
                operations.effective_acs += macs * work.rates[source] * density;
            } else {
                let passes = if work.first_layer == FirstLayer::Cached { 1.0 } else { steps };
                operations.dense += macs * passes;
                operations.effective_macs += macs * passes * density * work.input_density;
            }
            weights += weight_count(layer) as f64;
            zeros += weight_count(layer) as f64 * (1.0 - density);
        }
        let neurons = |shape: &[usize; 3]| shape.iter().product::<usize>() as f64;
        let spikes: f64 =
            spec.spiking_layers().iter().zip(work.rates).map(|(shape, rate)| neurons(shape) * rate).sum();
        Ok(Self {
            footprint: parameter_count(spec).saturating_mul(work.bytes_per_parameter),
            connection_sparsity: zeros / weights,
            activation_sparsity: 1.0 - spikes / (spec.neurons() as f64 * steps),
            synaptic_operations: operations,
        })
    }
}

/// Parameters of the spiking network: weights, biases of convolutions, one threshold and one leak per spiking layer.
#[must_use]
pub fn parameter_count(spec: &NetworkSpec) -> u64 {
    let biases = |layer: &WeightLayer| if layer.is_linear() { 0 } else { layer.weight_shape[0] as u64 };
    let weights: u64 = spec.weight_layers().iter().map(|layer| weight_count(layer) + biases(layer)).sum();
    weights + 2 * spec.spiking_layers().len() as u64
}

fn weight_count(layer: &WeightLayer) -> u64 {
    layer.weight_shape.iter().product::<usize>() as u64
}

fn densities(layers: usize, work: &Workload<'_>) -> Result<Vec<f64>> {
    let densities = work.weight_densities.map_or_else(|| vec![1.0; layers], <[f64]>::to_vec);
    if densities.len() != layers {
        let (expected, found) = (layers, densities.len());
        return Err(Error::CountMismatch { what: "densities, one per layer with weights,", expected, found });
    }
    let in_range = |value: &f64| (0.0..=1.0).contains(value);
    let outside = densities.iter().copied().chain([work.input_density]).find(|value| !in_range(value));
    outside.map_or(Ok(densities), |value| Err(Error::Quantity { name: "density", rule: "in [0, 1]", value }))
}
