//! The spiking network.

use crate::ann::Init;
use crate::dropout::Dropout;
use crate::error::during;
use crate::neuron::{ResetMode, Surrogate};
use crate::pass::{Pass, Pool, check_images, run};
use crate::spiking::{SpikeSettings, observe, spikes};
use crate::stats::SpikeCounter;
use crate::{Error, FusedAnn, NetworkSpec, Result, weights};
use candle_core::{Device, Tensor, Var};
use common::rng::Streams;
use common::tensor::real::with_slice;

/// How the neurons of a network work, and where untrained ones begin.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SpikingConfig {
    /// Threshold of every layer at the start.
    pub threshold: f32,
    /// Leak of every layer at the start, at most 1.
    pub leak: f32,
    /// What a spike does to the potential.
    pub reset: ResetMode,
    /// The derivative of the spike.
    pub surrogate: Surrogate,
}

impl Default for SpikingConfig {
    /// The authors' start: θ = 0.4, λ = 1, immediate soft reset, triangle of 0.3.
    fn default() -> Self {
        Self { threshold: 0.4, leak: 1.0, reset: ResetMode::default(), surrogate: Surrogate::default() }
    }
}

/// A network of spiking layers with one trained threshold and one trained leak each. The image is the input of every
/// timestep, so the first layer's currents are computed once; the readout has neither leak nor threshold, and the
/// logits are its sum over all timesteps. Its variables are shared by clones; [`SpikingNet::duplicate`] copies them.
#[derive(Debug, Clone)]
pub struct SpikingNet {
    spec: NetworkSpec,
    weights: Vec<Var>,
    biases: Vec<Option<Var>>,
    thresholds: Vec<Var>,
    leaks: Vec<Var>,
    reset: ResetMode,
    surrogate: Surrogate,
}

impl SpikingNet {
    /// A network of random weights; convolutions have biases, which begin at 0.
    ///
    /// # Errors
    /// Those of [`SpikingNet::set_thresholds`] and [`SpikingNet::set_leaks`] for the numbers of `config`,
    /// [`Error::Quantity`] for the surrogate.
    pub fn random(spec: NetworkSpec, config: SpikingConfig, init: Init, streams: &Streams) -> Result<Self> {
        let layers = spec.weight_layers();
        let weights = layers
            .iter()
            .map(|layer| Ok(init.draw(layer, *streams)?.as_detached_tensor()))
            .collect::<Result<Vec<_>>>()?;
        let biases = layers
            .iter()
            .map(|layer| {
                let channels = layer.output[0];
                let zeros = || Tensor::zeros(channels, candle_core::DType::F32, &Device::Cpu);
                (!layer.is_linear()).then(zeros).transpose().map_err(during("biases"))
            })
            .collect::<Result<Vec<_>>>()?;
        let thresholds = vec![config.threshold; spec.spiking_layers().len()];
        Self::from_parts(FusedAnn { spec, weights, biases }, &thresholds, config)
    }

    /// A network of the weights and biases of a rate-coded one and these thresholds; the leaks begin at that of `config`.
    ///
    /// # Errors
    /// Those of [`SpikingNet::set_thresholds`] and [`SpikingNet::set_leaks`], [`Error::Quantity`] for the surrogate.
    pub fn from_parts(ann: FusedAnn, thresholds: &[f32], config: SpikingConfig) -> Result<Self> {
        let FusedAnn { spec, weights, biases } = ann;
        let surrogate = config.surrogate.checked()?;
        let copy = |tensor: &Tensor| {
            tensor.copy().and_then(|copy| Var::from_tensor(&copy)).map_err(during("variables"))
        };
        let ones = |count: usize| {
            (0..count)
                .map(|_| Var::ones(1, candle_core::DType::F32, &Device::Cpu).map_err(during("variables")))
                .collect::<Result<Vec<_>>>()
        };
        let count = spec.spiking_layers().len();
        let net = Self {
            weights: weights.iter().map(copy).collect::<Result<_>>()?,
            biases: biases.iter().map(|bias| bias.as_ref().map(copy).transpose()).collect::<Result<_>>()?,
            thresholds: ones(count)?,
            leaks: ones(count)?,
            reset: config.reset,
            surrogate,
            spec,
        };
        net.set_thresholds(thresholds)?;
        net.set_leaks(&vec![config.leak; count])?;
        Ok(net)
    }

    /// A network with variables of its own and the same values.
    ///
    /// # Errors
    /// [`Error::Tensor`] if a variable cannot be copied.
    pub fn duplicate(&self) -> Result<Self> {
        let copy = |var: &Var| var.as_detached_tensor().copy().and_then(|copy| Var::from_tensor(&copy));
        let all = |vars: &[Var]| vars.iter().map(copy).collect::<candle_core::Result<Vec<_>>>();
        let copied = || {
            Ok(Self {
                weights: all(&self.weights)?,
                biases: self
                    .biases
                    .iter()
                    .map(|bias| bias.as_ref().map(copy).transpose())
                    .collect::<candle_core::Result<_>>()?,
                thresholds: all(&self.thresholds)?,
                leaks: all(&self.leaks)?,
                ..self.clone()
            })
        };
        copied().map_err(during("copying a network"))
    }

    /// The specification.
    #[must_use]
    pub fn spec(&self) -> &NetworkSpec {
        &self.spec
    }

    /// What a spike does to the potential.
    #[must_use]
    pub fn reset(&self) -> ResetMode {
        self.reset
    }

    /// The same network with another reset.
    #[must_use]
    pub fn with_reset(self, reset: ResetMode) -> Self {
        Self { reset, ..self }
    }

    /// The derivative of the spike.
    #[must_use]
    pub fn surrogate(&self) -> Surrogate {
        self.surrogate
    }

    /// Weights in the order of [`NetworkSpec::weight_layers`].
    #[must_use]
    pub fn weights(&self) -> &[Var] {
        &self.weights
    }

    /// Biases in the order of [`NetworkSpec::weight_layers`]; fully connected layers have none.
    #[must_use]
    pub fn biases(&self) -> &[Option<Var>] {
        &self.biases
    }

    /// Thresholds of the spiking layers.
    ///
    /// # Errors
    /// [`Error::Tensor`] if a variable cannot be read.
    pub fn thresholds(&self) -> Result<Vec<f32>> {
        read(&self.thresholds)
    }

    /// Leaks of the spiking layers.
    ///
    /// # Errors
    /// [`Error::Tensor`] if a variable cannot be read.
    pub fn leaks(&self) -> Result<Vec<f32>> {
        read(&self.leaks)
    }

    /// Sets the thresholds of all spiking layers.
    ///
    /// # Errors
    /// [`Error::NonPositiveThreshold`] with the layer; [`Error::ShapeMismatch`] for another number of them. Then nothing
    /// changes.
    pub fn set_thresholds(&self, values: &[f32]) -> Result<()> {
        self.check_count("thresholds", values)?;
        check_thresholds(values)?;
        write(&self.thresholds, values)
    }

    /// Sets the leaks of all spiking layers.
    ///
    /// # Errors
    /// [`Error::InvalidLeak`] with the layer; [`Error::ShapeMismatch`] for another number of them. Then nothing changes.
    pub fn set_leaks(&self, values: &[f32]) -> Result<()> {
        self.check_count("leaks", values)?;
        if let Some(layer) = values.iter().position(|leak| !(leak.is_finite() && *leak <= 1.0)) {
            return Err(Error::InvalidLeak { layer, value: values[layer] });
        }
        write(&self.leaks, values)
    }

    fn check_count(&self, what: &str, values: &[f32]) -> Result<()> {
        if values.len() == self.thresholds.len() {
            return Ok(());
        }
        let (expected, got) = (vec![self.thresholds.len()], vec![values.len()]);
        Err(Error::ShapeMismatch { what: what.to_owned(), expected, got })
    }

    /// The trained variables: `conv1.weight`, `conv1.bias`, `conv1.threshold`, `conv1.leak`, …
    #[must_use]
    pub fn variables(&self) -> Vec<(String, Var)> {
        let mut variables = Vec::new();
        for ((layer, weight), bias) in self.spec.weight_layers().iter().zip(&self.weights).zip(&self.biases) {
            variables.push((format!("{}.weight", layer.name), weight.clone()));
            if let Some(bias) = bias {
                variables.push((format!("{}.bias", layer.name), bias.clone()));
            }
        }
        for ((name, threshold), leak) in
            self.spec.spiking_names().iter().zip(&self.thresholds).zip(&self.leaks)
        {
            variables.push((format!("{name}.threshold"), threshold.clone()));
            variables.push((format!("{name}.leak"), leak.clone()));
        }
        variables
    }

    /// Thresholds and leaks.
    pub(crate) fn neuron_variables(&self) -> (&[Var], &[Var]) {
        (&self.thresholds, &self.leaks)
    }

    /// Logits of a batch `[B, C, H, W]` after so many timesteps, without dropout.
    ///
    /// # Errors
    /// [`Error::InvalidTimesteps`] for 0, [`Error::ShapeMismatch`] for images of another shape,
    /// [`Error::NonPositiveThreshold`] if training made one so, [`Error::Tensor`].
    pub fn forward(&self, images: &Tensor, timesteps: usize) -> Result<Tensor> {
        self.pass(images, timesteps, None, None)
    }

    /// The same, and counts the spikes.
    ///
    /// # Errors
    /// Those of [`SpikingNet::forward`].
    pub fn forward_counting(
        &self,
        images: &Tensor,
        timesteps: usize,
        counter: &mut SpikeCounter,
    ) -> Result<Tensor> {
        self.pass(images, timesteps, None, Some(counter))
    }

    /// Logits of a training batch, with dropout, that gradients go back from to every variable.
    ///
    /// # Errors
    /// Those of [`SpikingNet::forward`].
    pub fn forward_train(&self, images: &Tensor, timesteps: usize, dropout: &Dropout) -> Result<Tensor> {
        self.pass(images, timesteps, Some(dropout), None)
    }

    fn pass(
        &self,
        images: &Tensor,
        timesteps: usize,
        dropout: Option<&Dropout>,
        counter: Option<&mut SpikeCounter>,
    ) -> Result<Tensor> {
        if timesteps == 0 {
            return Err(Error::InvalidTimesteps(timesteps));
        }
        let batch = check_images(&self.spec, images)?;
        check_thresholds(&self.thresholds()?)?;
        let mut pass = SpikingPass { net: self, timesteps, batch, dropout, counter, last: 0 };
        run(&self.spec, SpikeTrain { map: images.clone(), constant: true }, &mut pass)
            .map(|logits| logits.map)
    }
}

fn check_thresholds(values: &[f32]) -> Result<()> {
    match values.iter().position(|threshold| !(threshold.is_finite() && *threshold > 0.0)) {
        Some(layer) => Err(Error::NonPositiveThreshold { layer, value: values[layer] }),
        None => Ok(()),
    }
}

fn read(vars: &[Var]) -> Result<Vec<f32>> {
    let values = vars.iter().map(|var| var.as_tensor().to_vec1::<f32>().map(|values| values[0]));
    values.collect::<candle_core::Result<_>>().map_err(during("reading a parameter"))
}

pub(crate) fn write(vars: &[Var], values: &[f32]) -> Result<()> {
    let write = |(var, value): (&Var, &f32)| var.set(&Tensor::new(&[*value], &Device::Cpu)?);
    vars.iter().zip(values).try_for_each(write).map_err(during("setting a parameter"))
}

/// A map over all timesteps on the batch axis, or once if it is the same in all of them.
#[derive(Clone)]
struct SpikeTrain {
    map: Tensor,
    constant: bool,
}

struct SpikingPass<'a> {
    net: &'a SpikingNet,
    timesteps: usize,
    batch: usize,
    dropout: Option<&'a Dropout>,
    counter: Option<&'a mut SpikeCounter>,
    /// The spiking layer whose map was made last.
    last: usize,
}

impl SpikingPass<'_> {
    fn var(&self, var: &Var) -> Tensor {
        if self.dropout.is_some() { var.as_tensor().clone() } else { var.as_detached_tensor() }
    }

    /// The spikes of a layer, pooled if asked for.
    fn fire(
        &mut self,
        layer: usize,
        current: SpikeTrain,
        dropout: bool,
        pool: Option<usize>,
    ) -> Result<SpikeTrain> {
        let SpikeTrain { map, constant } = current;
        let width = map.elem_count() / if constant { 1 } else { self.timesteps };
        let mask = self.dropout.filter(|_| dropout).and_then(|dropout| dropout.mask(layer, width));
        let settings = SpikeSettings {
            timesteps: self.timesteps,
            constant,
            reset: self.net.reset,
            surrogate: self.net.surrogate,
            mask,
            pool,
        };
        let threshold = self.var(&self.net.thresholds[layer]);
        let leak = self.var(&self.net.leaks[layer]);
        self.last = layer;
        if let Some(counter) = &mut self.counter {
            let values = read(&[self.net.thresholds[layer].clone(), self.net.leaks[layer].clone()])?;
            with_slice::<f32, _>("spike statistics", &map, |currents| {
                counter.add(layer, &observe(currents, self.batch, values[0], values[1], &settings));
                Ok(())
            })
            .map_err(during("spike statistics"))?;
        }
        let map = spikes(&map, &threshold, &leak, &settings).map_err(during("spiking layer"))?;
        Ok(SpikeTrain { map, constant: false })
    }

    /// Sum over the timesteps; legal before the readout, which is linear and has no bias.
    fn sum_over_time(&self, train: &SpikeTrain) -> candle_core::Result<Tensor> {
        let map = train.map.flatten_from(1)?;
        if train.constant {
            return map * self.timesteps as f64;
        }
        if self.timesteps == 1 {
            return Ok(map);
        }
        let features = map.dim(1)?;
        map.reshape((self.timesteps, self.batch, features))?.sum(0)
    }
}

impl Pass for SpikingPass<'_> {
    type Map = SpikeTrain;
    type Current = SpikeTrain;

    fn weights(&mut self, layer: usize, input: &SpikeTrain) -> Result<SpikeTrain> {
        let net = self.net;
        let layers = net.spec.weight_layers();
        let weight = self.var(&net.weights[layer]);
        if layer + 1 == layers.len() {
            let sum = self.sum_over_time(input).map_err(during("sum over timesteps"))?;
            return Ok(SpikeTrain {
                map: weights::apply(&layers[layer], &sum, &weight, None)?,
                constant: true,
            });
        }
        let bias = net.biases[layer].as_ref().map(|bias| self.var(bias));
        let map = weights::apply(&layers[layer], &input.map, &weight, bias.as_ref())?;
        Ok(SpikeTrain { map, constant: input.constant })
    }

    fn identity(&mut self, input: &SpikeTrain) -> Result<SpikeTrain> {
        Ok(input.clone())
    }

    fn add(&mut self, first: SpikeTrain, second: SpikeTrain) -> Result<SpikeTrain> {
        let map = (first.map + second.map).map_err(during("sum of a block"))?;
        Ok(SpikeTrain { map, constant: first.constant && second.constant })
    }

    fn neurons(&mut self, layer: usize, current: SpikeTrain, dropout: bool) -> Result<SpikeTrain> {
        self.fire(layer, current, dropout, None)
    }

    fn neurons_pooled(&mut self, layer: usize, current: SpikeTrain, pool: Pool) -> Result<SpikeTrain> {
        if pool.maximum {
            let train = self.fire(layer, current, false, None)?;
            return self.pool(pool, &train);
        }
        self.fire(layer, current, false, Some(pool.kernel))
    }

    fn pool(&mut self, pool: Pool, train: &SpikeTrain) -> Result<SpikeTrain> {
        let map = weights::pool(pool, &train.map)?;
        if let Some(counter) = &mut self.counter
            && pool.maximum
        {
            let mean = |map: &Tensor| {
                with_slice::<f32, _>("spike statistics", map, |values| {
                    Ok(values.iter().map(|&value| f64::from(value)).sum::<f64>() / values.len() as f64)
                })
                .map_err(during("spike statistics"))
            };
            let steps = self.timesteps as f64;
            counter.repool(self.last, mean(&train.map)? * steps, mean(&map)? * steps, self.batch);
        }
        Ok(SpikeTrain { map, constant: train.constant })
    }
}
