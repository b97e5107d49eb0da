//! Energy of one inference from counts of operations.

use crate::error::{Error, Result};
use crate::{NetworkSpec, WeightLayer};

/// What operations cost.
///
/// ```text
/// E_ANN = sum_l N_l * mac
/// E_SNN = n * N_1 * mac + sum_{l >= 2} N_l * R_{l-1} * ac
/// ```
///
/// `N_l` are the multiply-accumulates of layer `l` on one dense input, `R_{l-1}` the spikes per neuron and inference of the
/// layer that feeds it, over all timesteps, and `n` comes from [`FirstLayer`]. This is the compute energy that the paper
/// compares; adding biases and identity shortcuts is not counted. Terms for the neurons and for their memory are zero in
/// [`EnergyModel::cmos45`] and can be switched on.
///
/// ```
/// use snn_iir::NetworkSpec;
/// use snn_iir::energy::{EnergyModel, FirstLayer, uniform_rates};
///
/// let (vgg16, model) = (NetworkSpec::vgg16([3, 32, 32], 10)?, EnergyModel::cmos45());
/// let ann = model.ann(&vgg16)?;
/// let snn = model.snn(&vgg16, &uniform_rates(&vgg16, 0.1), 1, FirstLayer::Cached)?;
/// assert!((ann.total_pj() * 1e-9 - 1.5566553088).abs() < 1e-9); // mJ
/// assert!((ann.total_pj() / snn.total_pj() - 40.49927855).abs() < 1e-8);
/// # Ok::<(), snn_iir::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct EnergyModel {
    /// A multiplication and an addition, pJ.
    pub mac_pj: f64,
    /// An addition, pJ.
    pub ac_pj: f64,
    /// The addition by which a neuron takes up its input, once per neuron and timestep, pJ.
    pub update_pj: f64,
    /// The comparison with the threshold, once per neuron and timestep, pJ.
    pub compare_pj: f64,
    /// The multiplication by the leak, once per neuron and timestep after the first, pJ.
    pub leak_pj: f64,
    /// Reading a membrane potential, once per neuron and timestep after the first, pJ.
    pub mem_read_pj: f64,
    /// Writing a membrane potential, once per neuron and timestep before the last, pJ.
    pub mem_write_pj: f64,
    /// How spikes under an average pool are counted.
    pub pooled: PooledSpikes,
}

/// How often the first layer, which receives the image and not spikes, is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum FirstLayer {
    /// Once: the image is the same in every timestep, so its product with the weights is too.
    Cached,
    /// In every timestep.
    PerStep,
}

/// How spikes are counted that pass an average pool before they reach weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum PooledSpikes {
    /// By the mean of the pooled map, as in the paper's formula: the layer after a pool of `k` by `k` is charged its
    /// multiply-accumulates times the rate. This is what each spike costs if it is added by `1/k^2` of its synapses.
    Mean,
    /// One addition per spike before the pool and synapse, with weights divided by `k^2` beforehand: `k^2` times the count
    /// of [`PooledSpikes::Mean`]. It is what a machine does that adds row by row and knows no pooled values.
    Each,
}

/// Energy of one inference.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct EnergyReport {
    /// The layers with weights, in the order of [`NetworkSpec::weight_layers`].
    pub layers: Vec<LayerEnergy>,
    /// Updates of the neurons, pJ.
    pub neurons_pj: f64,
    /// Reading and writing membrane potentials, pJ.
    pub memory_pj: f64,
}

/// Energy of one layer.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LayerEnergy {
    /// Name of its weights.
    pub name: String,
    /// What it does.
    pub operation: Operation,
    /// How often.
    pub operations: f64,
    /// Energy, pJ.
    pub energy_pj: f64,
}

/// What a layer does with its weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Operation {
    /// Multiplies and adds.
    Mac,
    /// Adds.
    Ac,
}

impl EnergyModel {
    /// 45 nm CMOS, 32-bit floating point: 4.6 pJ for a multiply-accumulate, 0.9 pJ for an addition (M. Horowitz,
    /// "Computing's energy problem", ISSCC 2014). Neurons and memory cost nothing, as in the paper.
    #[must_use]
    pub fn cmos45() -> Self {
        Self {
            mac_pj: 4.6,
            ac_pj: 0.9,
            update_pj: 0.0,
            compare_pj: 0.0,
            leak_pj: 0.0,
            mem_read_pj: 0.0,
            mem_write_pj: 0.0,
            pooled: PooledSpikes::Mean,
        }
    }

    /// The same with neurons that cost something: an addition for the input, one for the comparison and, if they leak,
    /// a multiplication (what a multiply-accumulate takes beyond an addition).
    #[must_use]
    pub fn with_neurons(self, leaky: bool) -> Self {
        let leak_pj = if leaky { self.mac_pj - self.ac_pj } else { 0.0 };
        Self { update_pj: self.ac_pj, compare_pj: self.ac_pj, leak_pj, ..self }
    }

    /// The same with a memory of membrane potentials, pJ per access of 32 bits. With one timestep nothing is stored.
    #[must_use]
    pub fn with_memory(self, mem_read_pj: f64, mem_write_pj: f64) -> Self {
        Self { mem_read_pj, mem_write_pj, ..self }
    }

    /// One inference of the network with ordinary activations.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a cost that is negative or not finite.
    pub fn ann(&self, spec: &NetworkSpec) -> Result<EnergyReport> {
        self.check()?;
        let layers =
            spec.weight_layers().iter().map(|layer| self.layer(layer, Operation::Mac, 1.0)).collect();
        Ok(EnergyReport { layers, neurons_pj: 0.0, memory_pj: 0.0 })
    }

    /// One inference of the spiking network. `rates` are spikes per neuron and inference, over all timesteps, one for
    /// each of [`NetworkSpec::spiking_layers`]; under a maximum pool give the rate of the pooled map.
    ///
    /// # Errors
    /// [`Error::InvalidTimesteps`] for 0, [`Error::CountMismatch`] for another number of rates,
    /// [`Error::Rate`] for one that is not in [0, timesteps], and [`Error::Quantity`] for a cost that is negative or
    /// not finite.
    pub fn snn(
        &self,
        spec: &NetworkSpec,
        rates: &[f64],
        timesteps: usize,
        first: FirstLayer,
    ) -> Result<EnergyReport> {
        self.check()?;
        check_rates(spec, rates, timesteps)?;
        let steps = timesteps as f64;
        let layer = |layer: &WeightLayer| match layer.source {
            None if first == FirstLayer::Cached => self.layer(layer, Operation::Mac, 1.0),
            None => self.layer(layer, Operation::Mac, steps),
            Some(source) => {
                let share = match self.pooled {
                    PooledSpikes::Mean => 1.0,
                    PooledSpikes::Each => size(spec.spiking_layers()[source]) / size(layer.input),
                };
                self.layer(layer, Operation::Ac, rates[source] * share)
            }
        };
        let neurons = spec.neurons() as f64;
        Ok(EnergyReport {
            layers: spec.weight_layers().iter().map(layer).collect(),
            neurons_pj: neurons * (steps * (self.update_pj + self.compare_pj) + (steps - 1.0) * self.leak_pj),
            memory_pj: neurons * (steps - 1.0) * (self.mem_read_pj + self.mem_write_pj),
        })
    }

    /// The rate, the same in all layers, at which the spiking network with one timestep needs `ratio` times less energy
    /// than the network with ordinary activations. For VGG16 on CIFAR-10 and the paper's 25 and 33 it is 0.1785 and
    /// 0.1289 spikes per neuron.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a ratio that no rate from 0 to 1 gives, or for a cost that is negative or not finite.
    pub fn rate_for_ratio(&self, spec: &NetworkSpec, ratio: f64) -> Result<f64> {
        let energy = |rate| self.snn(spec, &uniform_rates(spec, rate), 1, FirstLayer::Cached);
        let (silent, firing) = (energy(0.0)?.total_pj(), energy(1.0)?.total_pj());
        // The energy is a straight line over the rate.
        let rate = (self.ann(spec)?.total_pj() / ratio - silent) / (firing - silent);
        if !(0.0..=1.0).contains(&rate) {
            let rule = "between that of a network that always fires and that of a silent one";
            return Err(Error::Quantity { name: "energy ratio", rule, value: ratio });
        }
        Ok(rate)
    }

    fn layer(&self, layer: &WeightLayer, operation: Operation, share: f64) -> LayerEnergy {
        let cost_pj = match operation {
            Operation::Mac => self.mac_pj,
            Operation::Ac => self.ac_pj,
        };
        let operations = layer.macs as f64 * share;
        LayerEnergy { name: layer.name.clone(), operation, operations, energy_pj: operations * cost_pj }
    }

    fn check(&self) -> Result<()> {
        let costs = [
            ("mac_pj", self.mac_pj),
            ("ac_pj", self.ac_pj),
            ("update_pj", self.update_pj),
            ("compare_pj", self.compare_pj),
            ("leak_pj", self.leak_pj),
            ("mem_read_pj", self.mem_read_pj),
            ("mem_write_pj", self.mem_write_pj),
        ];
        match costs.into_iter().find(|(_, cost)| !(cost.is_finite() && *cost >= 0.0)) {
            Some((name, value)) => Err(Error::Quantity { name, rule: "finite and not negative", value }),
            None => Ok(()),
        }
    }
}

impl EnergyReport {
    /// Energy of the layers with weights, pJ.
    #[must_use]
    pub fn compute_pj(&self) -> f64 {
        self.layers.iter().map(|layer| layer.energy_pj).sum()
    }

    /// Energy of everything, pJ.
    #[must_use]
    pub fn total_pj(&self) -> f64 {
        self.compute_pj() + self.neurons_pj + self.memory_pj
    }
}

/// The same rate for every spiking layer, spikes per neuron and inference.
#[must_use]
pub fn uniform_rates(spec: &NetworkSpec, rate: f64) -> Vec<f64> {
    vec![rate; spec.spiking_layers().len()]
}

pub(crate) fn check_rates(spec: &NetworkSpec, rates: &[f64], timesteps: usize) -> Result<()> {
    if timesteps == 0 {
        return Err(Error::InvalidTimesteps(timesteps));
    }
    let (expected, found) = (spec.spiking_layers().len(), rates.len());
    if expected != found {
        return Err(Error::CountMismatch { what: "rates, one per spiking layer,", expected, found });
    }
    // A neuron fires at most once in a timestep.
    match rates.iter().position(|rate| !(0.0..=timesteps as f64).contains(rate)) {
        Some(layer) => Err(Error::Rate { layer, timesteps, value: rates[layer] }),
        None => Ok(()),
    }
}

fn size(shape: [usize; 3]) -> f64 {
    shape.iter().product::<usize>() as f64
}
