//! Energies and counts of operations against closed forms and published values.
#![allow(clippy::float_cmp, reason = "where equality is asserted, it has to be exact")]

use common::assert_close;
use snn_iir::energy::{EnergyModel, FirstLayer, Operation, PooledSpikes, uniform_rates};
use snn_iir::neurobench::{NeuroBench, Workload, parameter_count};
use snn_iir::tables::literature;
use snn_iir::{Error, NetworkSpec};

const CIFAR: [usize; 3] = [3, 32, 32];

fn vgg16() -> NetworkSpec {
    NetworkSpec::vgg16(CIFAR, 10).unwrap()
}

fn imagenet() -> NetworkSpec {
    NetworkSpec::vgg16([3, 224, 224], 1000).unwrap()
}

/// Multiply-accumulates and energies of an independent count in Python.
#[test]
fn dense_networks() {
    let cases = [
        (vgg16(), 338_403_328, 1.5566553088),
        (NetworkSpec::vgg16(CIFAR, 100).unwrap(), 338_771_968, 338_771_968.0 * 4.6e-9),
        (NetworkSpec::vgg9(CIFAR, 10).unwrap(), 281_780_224, 1.296189),
        (NetworkSpec::vgg5(CIFAR, 10).unwrap(), 108_765_184, 0.500320),
        (NetworkSpec::resnet20(CIFAR, 10).unwrap(), 215_699_456, 0.992217),
        (imagenet(), 15_470_264_320, 71.163216),
    ];
    for (spec, macs, energy_mj) in cases {
        let report = EnergyModel::cmos45().ann(&spec).unwrap();
        assert_eq!(spec.macs(), macs);
        assert_close!(report.total_pj() * 1e-9, energy_mj, rel = 2e-6, "{spec}");
        assert!(report.layers.iter().all(|layer| layer.operation == Operation::Mac));
    }
    for (spec, first) in [(vgg16(), 1_769_472), (imagenet(), 86_704_128)] {
        assert_eq!(spec.weight_layers()[0].macs, first);
    }
}

/// Energies of networks with ordinary activations as published with the one-hot M-LIF networks, which the paper's authors'
/// code underlies.
#[test]
fn published_energies() {
    let rows = literature().unwrap();
    let mut compared = 0;
    for row in rows.iter().filter(|row| row.ann_energy_uj.is_some()) {
        let spec = match (row.network.as_deref(), row.dataset.as_str()) {
            (Some("VGG16"), "CIFAR-10") => vgg16(),
            (Some("VGG16"), "ImageNet") => imagenet(),
            (Some("ResNet20"), "CIFAR-10") => NetworkSpec::resnet20(CIFAR, 10).unwrap(),
            other => panic!("no specification of {other:?}"),
        };
        let ours_uj = EnergyModel::cmos45().ann(&spec).unwrap().total_pj() * 1e-6;
        assert_close!(ours_uj, row.ann_energy_uj.unwrap(), rel = 0.01, "{row:?}");
        compared += 1;
    }
    assert_eq!(compared, 3);
}

#[test]
fn literature_is_plausible() {
    let rows = literature().unwrap();
    assert_eq!(rows.len(), 24);
    for row in &rows {
        assert!((40.0..100.0).contains(&row.accuracy_percent), "{row:?}");
        assert!(row.ann_accuracy_percent.is_none_or(|ann| ann > row.accuracy_percent), "{row:?}");
        assert!(!row.source.is_empty());
    }
    let ours: Vec<_> = rows.iter().filter(|row| row.method == "IIR-SNN").collect();
    assert_eq!(ours.iter().map(|row| row.accuracy_percent).collect::<Vec<_>>(), [93.05, 70.15, 67.71]);
}

/// Energy of the ordinary network over that of the spiking one, at one timestep and the same rate everywhere.
#[test]
fn ratios_of_uniform_rates() {
    let cases = [
        (vgg16(), vec![(0.05, 66.8), (0.1, 40.5), (0.15, 29.05), (0.2, 22.65)]),
        (imagenet(), vec![(0.05, 65.2), (0.1, 39.9), (0.15, 28.7)]),
    ];
    let model = EnergyModel::cmos45();
    for (spec, ratios) in cases {
        for (rate, expected) in ratios {
            let snn = model.snn(&spec, &uniform_rates(&spec, rate), 1, FirstLayer::Cached).unwrap();
            let ratio = model.ann(&spec).unwrap().total_pj() / snn.total_pj();
            assert_close!(ratio, expected, abs = 0.05, "{spec} at {rate}");
            // The inverse function finds the rate again.
            assert_close!(model.rate_for_ratio(&spec, ratio).unwrap(), rate, rel = 1e-12);
        }
    }
    let snn = model.snn(&vgg16(), &uniform_rates(&vgg16(), 0.1), 1, FirstLayer::Cached).unwrap();
    assert_close!(snn.total_pj() * 1e-6, 38.43661824, rel = 1e-12);
    let ratio = model.ann(&vgg16()).unwrap().total_pj() / snn.total_pj();
    assert_close!(ratio, 40.49927855463696, rel = 1e-12);
}

/// The paper's 25 to 33 times less energy belongs to these rates.
#[test]
fn rates_of_the_claimed_ratios() {
    let model = EnergyModel::cmos45();
    for (ratio, rate) in [(25.0, 0.1785), (33.0, 0.1289)] {
        assert_close!(model.rate_for_ratio(&vgg16(), ratio).unwrap(), rate, abs = 5e-4);
    }
    // A silent VGG16 still computes its first layer: 338,403,328 / 1,769,472 times less. Firing always: 5.0 times less.
    let limit = 338_403_328.0 / 1_769_472.0;
    assert_close!(model.rate_for_ratio(&vgg16(), limit * 0.999).unwrap(), 0.0, abs = 1e-4);
    for impossible in [limit * 1.001, 4.9, 0.0, -1.0, f64::NAN] {
        let error = model.rate_for_ratio(&vgg16(), impossible).unwrap_err();
        assert!(matches!(error, Error::Quantity { name: "energy ratio", .. }), "{error}");
    }
}

/// A network of three layers counted by hand: 2 channels of 4x4 from a 1x4x4 image (3x3 kernels, 288 products), a pool to
/// 2x2, 3 hidden neurons (24 products), 2 outputs (6 products); 32 + 3 neurons.
fn by_hand() -> NetworkSpec {
    NetworkSpec::parse([1, 4, 4], "2 A", &[3], 2).unwrap()
}

#[test]
fn every_term_by_hand() {
    let (spec, rates) = (by_hand(), [0.5, 1.25]);
    let model = EnergyModel::cmos45();
    let energy = |model: &EnergyModel, first| model.snn(&spec, &rates, 3, first).unwrap();
    let spikes_pj = 0.9 * (24.0 * 0.5 + 6.0 * 1.25);
    assert_close!(energy(&model, FirstLayer::Cached).total_pj(), 4.6 * 288.0 + spikes_pj, rel = 1e-14);
    let per_step = energy(&model, FirstLayer::PerStep);
    assert_close!(per_step.total_pj(), 3.0 * 4.6 * 288.0 + spikes_pj, rel = 1e-14);
    assert_eq!(per_step.layers[0].operations, 864.0);

    // The pool joins four neurons: each of their spikes has all 3 synapses.
    let each = EnergyModel { pooled: PooledSpikes::Each, ..model };
    let each_pj = energy(&each, FirstLayer::Cached).total_pj();
    assert_close!(each_pj, 4.6 * 288.0 + 0.9 * (4.0 * 24.0 * 0.5 + 6.0 * 1.25), rel = 1e-14);
    let spikes_before_the_pool = 32.0 * 0.5;
    assert_eq!(energy(&each, FirstLayer::Cached).layers[1].operations, spikes_before_the_pool * 3.0);

    // 35 neurons, three steps: two additions each step, a product after the first.
    let neurons = energy(&model.with_neurons(true), FirstLayer::Cached);
    assert_close!(neurons.neurons_pj, 35.0 * (3.0 * 1.8 + 2.0 * 3.7), rel = 1e-14);
    assert_close!(neurons.total_pj() - neurons.compute_pj(), neurons.neurons_pj, rel = 1e-9);
    let memory = energy(&model.with_memory(5.0, 6.0), FirstLayer::Cached);
    assert_close!(memory.memory_pj, 35.0 * 2.0 * 11.0, rel = 1e-14);
    let one_step = model.with_memory(5.0, 6.0).snn(&spec, &[0.5, 0.5], 1, FirstLayer::PerStep).unwrap();
    assert_eq!(one_step.memory_pj, 0.0, "nothing is stored between the steps of one");
}

/// With one timestep the two conventions for the first layer agree, and the model is linear in every rate.
#[test]
fn conventions_and_linearity() {
    let (spec, model) = (NetworkSpec::resnet20(CIFAR, 10).unwrap(), EnergyModel::cmos45());
    let rates: Vec<f64> = (0..spec.spiking_layers().len()).map(|layer| 0.02 * layer as f64).collect();
    let total = |rates: &[f64], first| model.snn(&spec, rates, 1, first).unwrap().total_pj();
    assert_eq!(total(&rates, FirstLayer::Cached), total(&rates, FirstLayer::PerStep));
    for layer in 0..rates.len() {
        let mut more = rates.clone();
        more[layer] += 0.1;
        let fed: u64 =
            spec.weight_layers().iter().filter(|w| w.source == Some(layer)).map(|weights| weights.macs).sum();
        assert!(fed > 0);
        let added = total(&more, FirstLayer::Cached) - total(&rates, FirstLayer::Cached);
        assert_close!(added, 0.09 * fed as f64, rel = 1e-6, "layer {layer}");
    }
}

#[test]
fn bad_rates_and_costs_are_named() {
    let (spec, model) = (by_hand(), EnergyModel::cmos45());
    let text =
        |rates: &[f64], steps| model.snn(&spec, rates, steps, FirstLayer::Cached).unwrap_err().to_string();
    assert_eq!(text(&[0.1], 1), "rates, one per spiking layer, must be 2, got 1");
    assert_eq!(text(&[0.1, -0.5], 2), "rate of layer 1 must be in [0, 2] spikes per neuron, got -0.5");
    assert_eq!(text(&[f64::NAN, 0.5], 2), "rate of layer 0 must be in [0, 2] spikes per neuron, got NaN");
    assert_eq!(text(&[0.5, 1.5], 1), "rate of layer 1 must be in [0, 1] spikes per neuron, got 1.5");
    assert_eq!(text(&[0.5, 0.5], 0), "timesteps must be at least 1, got 0");
    let broken = EnergyModel { ac_pj: f64::INFINITY, ..model };
    assert_eq!(broken.ann(&spec).unwrap_err().to_string(), "ac_pj must be finite and not negative, got inf");
    let mut work = Workload::dense(&[0.5, 0.5], 1);
    work.input_density = 1.5;
    assert_eq!(NeuroBench::of(&spec, &work).unwrap_err().to_string(), "density must be in [0, 1], got 1.5");
    work.weight_densities = Some(&[0.5]);
    assert!(matches!(NeuroBench::of(&spec, &work), Err(Error::CountMismatch { expected: 3, found: 1, .. })));
}

#[test]
fn neurobench_by_hand() {
    let spec = by_hand();
    // 18 + 24 + 6 weights, 2 biases, 2 thresholds, 2 leaks.
    assert_eq!(parameter_count(&spec), 54);
    let work = Workload {
        first_layer: FirstLayer::PerStep,
        weight_densities: Some(&[1.0, 0.5, 0.0]),
        input_density: 0.25,
        bytes_per_parameter: 1,
        ..Workload::dense(&[0.5, 1.25], 2)
    };
    let metrics = NeuroBench::of(&spec, &work).unwrap();
    assert_eq!(metrics.footprint, 54);
    assert_close!(metrics.connection_sparsity, (12.0 + 6.0) / 48.0, rel = 1e-14);
    assert_close!(metrics.activation_sparsity, 1.0 - (32.0 * 0.5 + 3.0 * 1.25) / 70.0, rel = 1e-14);
    let operations = metrics.synaptic_operations;
    assert_eq!(operations.dense, 2.0 * 318.0);
    assert_eq!(operations.effective_macs, 2.0 * 288.0 * 0.25);
    assert_eq!(operations.effective_acs, 24.0 * 0.5 * 0.5);
    let json = serde_json::to_value(metrics).unwrap();
    assert_eq!(json["synaptic_operations"]["Dense"], 636.0);
    assert_eq!(serde_json::from_value::<NeuroBench>(json).unwrap(), metrics);
}
