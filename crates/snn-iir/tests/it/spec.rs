//! Shapes, multiply-accumulates and texts of networks.

use crate::same_cases;
use proptest::prelude::*;
use snn_iir::{Error, LayerSpec, NetworkSpec};

const CIFAR: [usize; 3] = [3, 32, 32];

/// Multiply-accumulates by hand from `k² C_in C_out H W` and `N_in N_out` (independent recomputation in Python).
#[test]
fn macs_of_the_papers_networks() {
    let macs = |spec: snn_iir::Result<NetworkSpec>| spec.unwrap().macs();
    assert_eq!(macs(NetworkSpec::vgg16(CIFAR, 10)), 338_403_328);
    assert_eq!(macs(NetworkSpec::vgg16(CIFAR, 100)), 338_771_968);
    assert_eq!(macs(NetworkSpec::vgg9(CIFAR, 10)), 281_780_224);
    assert_eq!(macs(NetworkSpec::vgg5(CIFAR, 10)), 108_765_184);
    assert_eq!(macs(NetworkSpec::resnet20(CIFAR, 10)), 215_699_456);
    assert_eq!(macs(NetworkSpec::vgg16([3, 224, 224], 1000)), 15_470_264_320);
}

#[test]
fn layers_of_vgg16() {
    let spec = NetworkSpec::vgg16(CIFAR, 10).unwrap();
    let weights = spec.weight_layers();
    assert_eq!(weights.len(), 16);
    assert_eq!(weights[0].macs, 1_769_472);
    assert_eq!((weights[0].source, weights[0].target), (None, Some(0)));
    assert_eq!((weights[15].source, weights[15].target), (Some(14), None));
    assert_eq!(weights[13].weight_shape, [4096, 2048]);
    assert_eq!(weights[15].name, "readout");
    assert_eq!(spec.neurons(), 284_672);
    let imagenet = NetworkSpec::vgg16([3, 224, 224], 1000).unwrap();
    assert_eq!(imagenet.weight_layers()[0].macs, 86_704_128);
    assert_eq!(imagenet.weight_layers()[13].weight_shape, [4096, 512 * 7 * 7]);
    let mnist = NetworkSpec::vgg4([1, 28, 28], 10).unwrap();
    assert_eq!(mnist.weight_layers()[2].weight_shape, [1024, 128 * 7 * 7]);
}

#[test]
fn connections_of_a_residual_network() {
    let spec = NetworkSpec::resnet20(CIFAR, 10).unwrap();
    // Three convolutions, eight blocks of two, three shortcuts of 1x1, readout.
    assert_eq!(spec.weight_layers().len(), 3 + 16 + 3 + 1);
    assert_eq!(spec.spiking_layers().len(), 3 + 16);
    let find = |name: &str| spec.weight_layers().iter().find(|layer| layer.name == name).unwrap();
    let shortcut = find("block3.shortcut");
    assert_eq!(shortcut.weight_shape, [128, 64, 1, 1]);
    assert_eq!((shortcut.source, shortcut.target), (Some(6), Some(8)));
    assert_eq!((find("block3.conv1").source, find("block3.conv1").target), (Some(6), Some(7)));
    assert_eq!((find("block3.conv2").source, find("block3.conv2").target), (Some(7), Some(8)));
    assert_eq!(find("readout").weight_shape, [10, 512 * 2 * 2]);
    let layers = |spec: snn_iir::Result<NetworkSpec>| spec.unwrap().weight_layers().len();
    assert_eq!(layers(NetworkSpec::resnet6(CIFAR, 10)), 3 + 4 + 1 + 1);
    assert_eq!(layers(NetworkSpec::resnet12(CIFAR, 10)), 3 + 8 + 3 + 1);
    assert_eq!(layers(NetworkSpec::resnet34(CIFAR, 10)), 3 + 32 + 3 + 1);
}

/// Weight layers and multiply-accumulates of the small networks (independent recomputation in Python).
#[test]
fn small_networks() {
    for (name, layers, macs) in [
        ("P5", 5, 10_848_768),
        ("S8", 8, 39_160_320),
        ("D4", 4, 2_811_904),
        ("D8", 8, 6_357_632),
        ("D13", 13, 11_404_544),
        ("D16", 16, 14_501_120),
        ("E4", 4, 231_680),
        ("E8", 8, 460_416),
        ("E13", 13, 611_968),
        ("E16", 16, 722_560),
    ] {
        let spec = NetworkSpec::named(name).unwrap();
        assert_eq!((name, spec.weight_layers().len(), spec.macs()), (name, layers, macs));
    }
    assert!(matches!(NetworkSpec::named("D5"), Err(Error::UnknownNetwork { .. })));
    for name in NetworkSpec::names() {
        let spec = NetworkSpec::named(name).unwrap();
        assert_eq!(spec.to_string().parse::<NetworkSpec>().unwrap(), spec);
    }
}

#[test]
fn what_does_not_fit_is_an_error() {
    let parse = |features| NetworkSpec::parse([1, 28, 28], features, &[], 10);
    assert!(matches!(
        parse("8 A 8 A 8 A"),
        Err(Error::UnevenPool { layer: 5, kernel: 2, height: 7, width: 7 })
    ));
    assert!(matches!(parse("8 0"), Err(Error::LayerSize { layer: 1, value: 0, .. })));
    assert!(matches!(parse("8k31p1"), Err(Error::LayerSize { name: "kernel", value: 31, .. })));
    assert!(matches!(parse("A 8"), Err(Error::LayerOrder { layer: 0, .. })));
    assert!(matches!(parse("R8"), Err(Error::LayerOrder { layer: 0, .. })));
    assert!(matches!(parse(""), Err(Error::Count { .. })));
    assert!(matches!(parse("8 A0"), Err(Error::LayerSize { layer: 1, name: "pool", .. })));
    assert!(matches!(
        parse("8 B 16"),
        Err(Error::NetworkText { position: 2, ref token, .. }) if token == "B"
    ));
    for text in ["8 1.5", "8 -3", "8 k3", "8k", "8s2k3", "8 99999999999999999999", "R8k3", "R", "8 Ax", "é"]
    {
        assert!(matches!(parse(text), Err(Error::NetworkText { .. })), "{text}");
    }
    for text in
        ["3x32: 8, FC 10", "3x32x32: 8", "3x32x32: 8, 10", "3x32x32: 8, FC", "3x32x32: 8, FC ten", ":"]
    {
        assert!(matches!(text.parse::<NetworkSpec>(), Err(Error::NetworkText { .. })), "{text}");
    }
    let position = |text: &str| match text.parse::<NetworkSpec>() {
        Err(Error::NetworkText { position, .. }) => position,
        other => panic!("{other:?}"),
    };
    assert_eq!(position("3x32x32: 8 C, FC 10"), 11);
    assert_eq!(position("3x32x32: 8 A, FC x"), 17);
    let conv = LayerSpec::Conv2d { out_channels: 4, kernel: 3, stride: 1, padding: 1 };
    let new = |input, layers: Vec<LayerSpec>, classes| NetworkSpec::new(input, layers, classes);
    assert!(matches!(new([1, 4, 4], vec![conv], 1), Err(Error::Count { name: "classes", .. })));
    assert!(matches!(new([0, 4, 4], vec![conv], 2), Err(Error::Count { .. })));
    assert!(matches!(new([usize::MAX, 4, 4], vec![conv], 2), Err(Error::Count { .. })));
    assert!(matches!(
        new([1, 4, 4], vec![LayerSpec::Linear { out_features: 3 }, conv], 2),
        Err(Error::LayerOrder { layer: 1, .. })
    ));
    assert!(matches!(
        new([1 << 20, 1, 1], vec![LayerSpec::Linear { out_features: 1 << 20 }], 2),
        Err(Error::LayerSize { .. })
    ));
    assert!(matches!(
        new([1, 4, 4], vec![LayerSpec::Conv2d { out_channels: 1, kernel: 3, stride: 0, padding: 1 }], 2),
        Err(Error::LayerSize { name: "stride", .. })
    ));
    assert!(matches!(
        new(
            [1, 4, 4],
            vec![LayerSpec::Conv2d { out_channels: 1, kernel: 3, stride: 1, padding: usize::MAX }],
            2
        ),
        Err(Error::LayerSize { name: "padding", .. })
    ));
}

proptest! {
    #![proptest_config(same_cases(64))]

    #[test]
    fn text_round_trip(
        layers in proptest::collection::vec((0..4_usize, 1..40_usize, 1..6_usize, 1..3_usize), 1..6),
        hidden in proptest::collection::vec(1..50_usize, 0..3),
        classes in 2..20_usize,
    ) {
        let first = LayerSpec::Conv2d { out_channels: 5, kernel: 3, stride: 1, padding: 1 };
        let mut all = vec![first];
        all.extend(layers.into_iter().map(|(kind, out_channels, kernel, stride)| match kind {
            0 => LayerSpec::Conv2d { out_channels, kernel, stride, padding: kernel - 1 },
            1 => LayerSpec::Residual { out_channels, stride },
            2 => LayerSpec::AvgPool2d(stride),
            _ => LayerSpec::MaxPool2d(stride),
        }));
        all.extend(hidden.into_iter().map(|out_features| LayerSpec::Linear { out_features }));
        if let Ok(spec) = NetworkSpec::new([2, 32, 32], all, classes) {
            prop_assert_eq!(spec.to_string().parse::<NetworkSpec>().unwrap(), spec);
        }
    }
}
