//! Facts of the neuron, of folded batch normalisation and of converted networks that need no training.

use super::{exact, known};
use crate::balance::{BiasScaling, ThresholdBalancer};
use crate::data::{Dataset, Normalize, digits};
use crate::neuron::{Neuron, NeuronConfig, ResetMode};
use crate::{Ann, Dropout, Init, NetworkSpec, Result, SpikingConfig, SpikingNet};
use candle_core::{Device, Tensor};
use common::experiment::{Bound, Expected, Experiment, Record, Table};
use common::rng::Streams;
use rand::RngExt as _;

/// Facts of neurons and conversion.
pub const EXPERIMENT: Experiment = Experiment {
    id: "snn-iir/neuron",
    title: "Facts of the neuron and of conversion",
    artefact: "none printed: the neuron and conversion of the authors' code",
    expected: EXPECTED,
    reference: &[],
    run: |context, record| Ok(measure(Streams::new(context.seed()), record)?),
};

const COUNT: &str = "constant input: spike counts that differ from ceil(T I / θ) - 1";
const CONSERVED: &str = "no leak, soft reset: largest |u + θ N - Σ a|";
const SCALED: &str = "weights, bias and threshold of a layer times 4: largest difference of a logit";
const ONE_STEP: &str = "T = 1, another leak and another reset: largest difference of a logit";
const FOLDED: &str = "folded batch normalisation: largest difference of a logit";
const SILENT: &str = "percentile 100, T = 1: spikes of the first layer on the balancing images";
const PLAIN: &str = "percentile 100, T = 500, no bias: classes as the ordinary network's";
const DIVIDED: &str =
    "percentile 100, T = 500, bias divided by thresholds: classes as the ordinary network's";

const EXPECTED: &[Expected] = &[
    known(COUNT, "", "closed form", Bound::Between(0.0, 0.0)),
    known(CONSERVED, "", "conservation law", Bound::AtMost(1e-12)),
    known(SCALED, "", "identity, exact for a power of two", Bound::Between(0.0, 0.0)),
    known(ONE_STEP, "", "identity", Bound::Between(0.0, 0.0)),
    known(FOLDED, "", "identity up to rounding", Bound::AtMost(1e-4)),
    known(SILENT, "", "nothing exceeds its maximum", Bound::Between(0.0, 0.0)),
    known(PLAIN, "%", "limit of many timesteps", Bound::AtLeast(98.0)),
    known(DIVIDED, "%", "limit of many timesteps", Bound::AtLeast(98.0)),
];

/// Images that networks are balanced and compared on.
const IMAGES: usize = 100;

/// Measures the facts on random neurons and random networks.
///
/// # Errors
/// None that a caller can cause.
pub fn measure(streams: Streams, record: &mut Record) -> Result<()> {
    neurons(streams, record)?;
    let train = digits()?.train;
    let indices: Vec<usize> = (0..IMAGES).collect();
    let images = tensor(&train, &indices)?;

    let spec = NetworkSpec::named("E4")?;
    let ann = Ann::new(spec.clone(), Init::He, &streams)?;
    // running statistics of real batches, so that there is something to fold
    for batch in 1..=5 {
        let indices: Vec<usize> = (batch * IMAGES..(batch + 1) * IMAGES).collect();
        ann.forward_train(&tensor(&train, &indices)?, &Dropout::new(0.0, streams, "none")?)?;
    }
    let fused = ann.fuse()?;
    let logits = fused.forward(&images)?;
    exact(record, FOLDED, difference(&ann.forward(&images)?, &logits)?);

    let (net, _) = ThresholdBalancer::iir().convert_on(&fused, SpikingConfig::default(), &images)?;
    exact(record, SCALED, difference(&net.forward(&images, 3)?, &scaled(&net)?.forward(&images, 3)?)?);
    let other = net.duplicate()?.with_reset(ResetMode::Hard);
    other.set_leaks(&vec![0.5; spec.spiking_layers().len()])?;
    exact(record, ONE_STEP, difference(&net.forward(&images, 1)?, &other.forward(&images, 1)?)?);

    let config = SpikingConfig::default();
    let maximum = ThresholdBalancer::maximum();
    let (silent, _) = maximum.convert_on(&fused, config, &images)?;
    let mut counter = crate::SpikeCounter::new(&spec, 1);
    silent.forward_counting(&images, 1, &mut counter)?;
    exact(record, SILENT, counter.finish()?.layers[0].spikes as f64);

    let mut table = Table::new(
        "limit",
        "Share of 100 images with the class of the ordinary network, random weights, percentile 100",
        &["T", "no bias / %", "bias divided by thresholds / %", "bias copied / %"],
    );
    let plain = Ann::without_batch_norm(spec, Init::He, &streams)?.fuse()?;
    let divided = ThresholdBalancer { bias: BiasScaling::ByThreshold, ..maximum };
    let converted = [
        (maximum.convert_on(&plain, config, &images)?.0, plain.forward(&images)?),
        (divided.convert_on(&fused, config, &images)?.0, logits.clone()),
        (silent, logits),
    ];
    for timesteps in [1, 10, 100, 500] {
        let mut row = vec![(timesteps as f64).into()];
        for (index, (net, reference)) in converted.iter().enumerate() {
            let share = 100.0 * agreement(&net.forward(&images, timesteps)?, reference)?;
            if timesteps == 500 && index < 2 {
                exact(record, [PLAIN, DIVIDED][index], share);
            }
            row.push(share.into());
        }
        table.row(row);
    }
    record.table(table);
    record.note(
        "Biases that are copied unscaled, as published, are currents of another scale than the inputs from the second \
         layer on: such a network does not tend to the ordinary one, and needs its training afterwards.",
    );
    Ok(())
}

fn neurons(streams: Streams, record: &mut Record) -> Result<()> {
    let mut rng = streams.stream("neurons");
    let (mut wrong, mut worst) = (0, 0.0_f64);
    for timesteps in 1..=64_u32 {
        // sixteenths are exact, so that ties are decided as in the closed form
        for sixteenths in -8..=24 {
            let current = f64::from(sixteenths) / 16.0;
            let neuron = Neuron::new(NeuronConfig { threshold: 1.0, ..NeuronConfig::default() })?;
            let spikes = neuron.run(&vec![current; timesteps as usize]).count() as f64;
            let steps = f64::from(timesteps);
            let known = ((steps * current).ceil() - 1.0).clamp(0.0, steps);
            wrong += usize::from((spikes - if current > 1.0 { steps } else { known }).abs() > 0.0);
        }
        let threshold = rng.random_range(0.2..1.0);
        let currents: Vec<f64> = (0..timesteps).map(|_| rng.random_range(-0.5..1.0)).collect();
        let trace = Neuron::new(NeuronConfig { threshold, ..NeuronConfig::default() })?.run(&currents);
        let left = trace.after_reset.last().copied().unwrap_or_default();
        let balance = left + threshold * trace.count() as f64 - currents.iter().sum::<f64>();
        worst = worst.max(balance.abs());
    }
    exact(record, COUNT, wrong as f64);
    exact(record, CONSERVED, worst);
    Ok(())
}

/// The same network with weights, bias and threshold of its second layer times four.
fn scaled(net: &SpikingNet) -> Result<SpikingNet> {
    let net = net.duplicate()?;
    let scale = |var: &candle_core::Var| var.set(&(var.as_tensor().detach() * 4.0)?);
    scale(&net.weights()[1]).map_err(failed("scaling a layer"))?;
    net.biases()[1].as_ref().map_or(Ok(()), scale).map_err(failed("scaling a layer"))?;
    let mut thresholds = net.thresholds()?;
    thresholds[1] *= 4.0;
    net.set_thresholds(&thresholds)?;
    Ok(net)
}

fn tensor(data: &Dataset, indices: &[usize]) -> Result<Tensor> {
    let pixels = data.batch(indices, &Normalize::identity(1), None)?;
    Tensor::from_vec(pixels, (indices.len(), 1, 8, 8), &Device::Cpu).map_err(failed("images"))
}

fn failed(operation: &'static str) -> impl Fn(candle_core::Error) -> crate::Error {
    move |source| crate::Error::Tensor { operation, source: Box::new(source) }
}

fn rows(logits: &Tensor) -> Result<Vec<Vec<f32>>> {
    logits.to_vec2::<f32>().map_err(failed("logits"))
}

fn difference(a: &Tensor, b: &Tensor) -> Result<f64> {
    let (a, b) = (rows(a)?.concat(), rows(b)?.concat());
    let apart = a.iter().zip(&b).map(|(a, b)| f64::from((a - b).abs()));
    Ok(apart.fold(if a.len() == b.len() { 0.0 } else { f64::NAN }, f64::max))
}

/// Share of the rows whose largest logits are at the same place.
fn agreement(a: &Tensor, b: &Tensor) -> Result<f64> {
    let largest = |row: &Vec<f32>| (0..row.len()).max_by(|&i, &j| row[i].total_cmp(&row[j]).then(j.cmp(&i)));
    let (a, b) = (rows(a)?, rows(b)?);
    let same = a.iter().zip(&b).filter(|(a, b)| largest(a) == largest(b)).count();
    Ok(same as f64 / a.len() as f64)
}
