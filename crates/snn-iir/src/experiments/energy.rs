//! Energy: operation counts of the paper's networks, and what rate of spikes its savings correspond to (45 nm
//! costs of an operation, M. Horowitz, ISSCC 2014, times the operations).

use super::{exact, known};
use crate::NetworkSpec;
use crate::energy::{EnergyModel, FirstLayer, uniform_rates};
use common::experiment::{Bound, Expected, Experiment, Record, Table};
use common::report::{Axis, LineChart, Series};

/// Energies and operation counts.
pub const EXPERIMENT: Experiment = Experiment {
    id: "snn-iir/energy",
    title: "Operations and energy of the paper's networks",
    artefact: "abstract: 25 to 33 times less energy",
    expected: EXPECTED,
    reference: &[],
    run: |_, record| Ok(measure(&EnergyModel::cmos45(), record)?),
};

const MLIF: &str = "literature: One-hot M-LIF SNN, IEEE Access 2025, README of its code, within 1 %";
const COUNT: &str = "closed form: k² C_in C_out H W of each layer";
const RATIO: &str = "closed form: costs times operations, to the digits given";
const CLAIM: &str = "closed form for the abstract's 25 and 33";

const EXPECTED: &[Expected] = &[
    known(ANN[0], "mJ", MLIF, around(1.56, 0.0156)),
    known(ANN[1], "mJ", MLIF, around(71.2, 0.712)),
    known(ANN[2], "mJ", MLIF, around(0.997, 0.009_97)),
    known(MACS[0], "", COUNT, around(338_403_328.0, 0.0)),
    known(MACS[1], "", COUNT, around(281_780_224.0, 0.0)),
    known(MACS[2], "", COUNT, around(108_765_184.0, 0.0)),
    known(MACS[3], "", COUNT, around(215_699_456.0, 0.0)),
    known(MACS[4], "", COUNT, around(15_470_264_320.0, 0.0)),
    known(RATIOS[0], "", RATIO, around(66.8, 0.05)),
    known(RATIOS[1], "", RATIO, around(40.499_278_554_636_96, 1e-9)),
    known(RATIOS[2], "", RATIO, around(29.05, 0.005)),
    known(RATIOS[3], "", RATIO, around(22.65, 0.005)),
    known(RATIOS[4], "", RATIO, around(65.2, 0.05)),
    known(RATIOS[5], "", RATIO, around(39.9, 0.05)),
    known(RATIOS[6], "", RATIO, around(28.7, 0.05)),
    known(RATES[0], "spikes per neuron", CLAIM, around(0.179, 0.001)),
    known(RATES[1], "spikes per neuron", CLAIM, around(0.129, 0.001)),
];

const ANN: [&str; 3] = [
    "VGG16 on CIFAR-10: energy with ordinary activations",
    "VGG16 on ImageNet: energy with ordinary activations",
    "ResNet20 on CIFAR-10: energy with ordinary activations",
];
const MACS: [&str; 5] = [
    "VGG16 on CIFAR-10: multiply-accumulates",
    "VGG9 on CIFAR-10: multiply-accumulates",
    "VGG5 on CIFAR-10: multiply-accumulates",
    "ResNet20 on CIFAR-10: multiply-accumulates",
    "VGG16 on ImageNet: multiply-accumulates",
];
const RATIOS: [&str; 7] = [
    "VGG16 on CIFAR-10: energy ratio at rate 0.05",
    "VGG16 on CIFAR-10: energy ratio at rate 0.1",
    "VGG16 on CIFAR-10: energy ratio at rate 0.15",
    "VGG16 on CIFAR-10: energy ratio at rate 0.2",
    "VGG16 on ImageNet: energy ratio at rate 0.05",
    "VGG16 on ImageNet: energy ratio at rate 0.1",
    "VGG16 on ImageNet: energy ratio at rate 0.15",
];
const RATES: [&str; 2] =
    ["VGG16 on CIFAR-10: rate that saves 25 times", "VGG16 on CIFAR-10: rate that saves 33 times"];

const fn around(value: f64, tolerance: f64) -> Bound {
    Bound::Between(value - tolerance, value + tolerance)
}

/// Energies and counts with these costs of an operation.
///
/// # Errors
/// A cost that is negative or not finite.
pub fn measure(model: &EnergyModel, record: &mut Record) -> crate::Result<()> {
    let cifar = [3, 32, 32];
    let [vgg16, vgg9, vgg5, resnet20, imagenet] = [
        NetworkSpec::vgg16(cifar, 10)?,
        NetworkSpec::vgg9(cifar, 10)?,
        NetworkSpec::vgg5(cifar, 10)?,
        NetworkSpec::resnet20(cifar, 10)?,
        NetworkSpec::vgg16([3, 224, 224], 1000)?,
    ];
    for (name, spec) in ANN.iter().zip([&vgg16, &imagenet, &resnet20]) {
        exact(record, name, model.ann(spec)?.total_pj() * 1e-9);
    }
    for (name, spec) in MACS.iter().zip([&vgg16, &vgg9, &vgg5, &resnet20, &imagenet]) {
        exact(record, name, spec.macs() as f64);
    }
    let ratio = |spec: &NetworkSpec, rate: f64| -> crate::Result<f64> {
        let spiking = model.snn(spec, &uniform_rates(spec, rate), 1, FirstLayer::Cached)?;
        Ok(model.ann(spec)?.total_pj() / spiking.total_pj())
    };
    let cases = [0.05, 0.1, 0.15, 0.2].map(|rate| (&vgg16, rate)).into_iter();
    for (name, (spec, rate)) in
        RATIOS.iter().zip(cases.chain([0.05, 0.1, 0.15].map(|rate| (&imagenet, rate))))
    {
        exact(record, name, ratio(spec, rate)?);
    }
    for (name, wanted) in RATES.iter().zip([25.0, 33.0]) {
        exact(record, name, model.rate_for_ratio(&vgg16, wanted)?);
    }

    let mut table = Table::new(
        "layers",
        "VGG16 on CIFAR-10, one inference",
        &["layer", "operations", "ANN / pJ", "T=1, rate 0.1 / pJ"],
    );
    let (ann, snn) =
        (model.ann(&vgg16)?, model.snn(&vgg16, &uniform_rates(&vgg16, 0.1), 1, FirstLayer::Cached)?);
    for (ann, snn) in ann.layers.iter().zip(&snn.layers) {
        table.row([
            ann.name.clone().into(),
            ann.operations.into(),
            ann.energy_pj.into(),
            snn.energy_pj.into(),
        ]);
    }
    record.table(table);
    let curve = |label: &str, spec: &NetworkSpec| -> crate::Result<Series> {
        let points = (1..=80).map(|step| {
            let rate = f64::from(step) / 200.0;
            Ok((rate, ratio(spec, rate)?))
        });
        Ok(Series { label: label.into(), points: points.collect::<crate::Result<_>>()? })
    };
    record.figure(LineChart {
        name: "ratio".into(),
        title: "Energy of the ordinary network over that of the spiking one, T = 1".into(),
        x: Axis::linear("spikes per neuron, the same in all layers"),
        y: Axis::log("ratio"),
        series: vec![curve("VGG16, CIFAR-10", &vgg16)?, curve("VGG16, ImageNet", &imagenet)?],
    });
    record.note(
        "The abstract's 25 to 33 times correspond to 0.18 to 0.13 spikes per neuron if all layers fire alike. Only \
         operations are counted: the first layer multiplies pixels, every other one adds the weights of its spikes. \
         Memory, and the updates of neurons, cost nothing here, as in the paper.",
    );
    Ok(())
}
