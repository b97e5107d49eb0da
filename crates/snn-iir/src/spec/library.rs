//! The networks of the paper and of the small experiments.

use super::{LayerSpec, NetworkSpec};
use crate::{Error, Result};

/// Networks of the small experiments.
const SMALL: [(&str, &str); 10] = [
    ("P5", "3x32x32: 32 A 64 A 128 A, FC 256 10"),
    ("S8", "3x32x32: 32 32 A 64 64 A 128 128 A, FC 256 10"),
    ("D4", "3x32x32: 16 A 32 A 64 A, FC 10"),
    ("D8", "3x32x32: 16 A 32 A 64 64 A 64 64 A, FC 64 10"),
    ("D13", "3x32x32: 16 16 A 32 32 A 64 64 A 64 64 A 64 64, FC 128 128 10"),
    ("D16", "3x32x32: 16 16 A 32 32 A 64 64 64 A 64 64 64 A 64 64 64, FC 128 128 10"),
    ("E4", "1x8x8: 16 A 32 32 A, FC 10"),
    ("E8", "1x8x8: 16 16 A 32 32 A 32 32, FC 64 10"),
    ("E13", "1x8x8: 16 16 A 32 32 A 32 32 32 32 32 32, FC 64 64 10"),
    ("E16", "1x8x8: 16 16 A 32 32 A 32 32 32 32 32 32 32 32 32, FC 64 64 10"),
];

/// Networks of the paper with their number of classes on CIFAR-10.
const PAPER: [&str; 11] =
    ["vgg4", "vgg5", "vgg6", "vgg9", "vgg11", "vgg13", "vgg16", "vgg19", "resnet12", "resnet20", "resnet34"];

impl NetworkSpec {
    /// A network of the small experiments by its name (`P5`, `S8`, `D4`, `D8`, `D13`, `D16` on 3x32x32;
    /// `E4`, `E8`, `E13`, `E16` on 1x8x8; 10 classes), or of the paper on 3x32x32 with 10 classes (`vgg4`
    /// on 1x28x28).
    ///
    /// # Errors
    /// [`Error::UnknownNetwork`] for any other name.
    pub fn named(name: &str) -> Result<Self> {
        if let Some((_, text)) = SMALL.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return text.parse();
        }
        let image = [3, 32, 32];
        match name.to_ascii_lowercase().as_str() {
            "vgg4" => Self::vgg4([1, 28, 28], 10),
            "vgg5" => Self::vgg5(image, 10),
            "vgg6" => Self::vgg6(image, 10),
            "vgg9" => Self::vgg9(image, 10),
            "vgg11" => Self::vgg11(image, 10),
            "vgg13" => Self::vgg13(image, 10),
            "vgg16" => Self::vgg16(image, 10),
            "vgg19" => Self::vgg19(image, 10),
            "resnet6" => Self::resnet6(image, 10),
            "resnet12" => Self::resnet12(image, 10),
            "resnet20" => Self::resnet20(image, 10),
            "resnet34" => Self::resnet34(image, 10),
            _ => Err(Error::UnknownNetwork { name: name.to_owned(), known: Self::names().join(", ") }),
        }
    }

    /// The names that [`NetworkSpec::named`] knows.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        SMALL.iter().map(|&(name, _)| name).chain(PAPER).collect()
    }

    /// VGG4 of the authors' code: `64 A 128 A`, hidden layer of 1024.
    ///
    /// # Errors
    /// See [`NetworkSpec::new`]; both sides of the input must be multiples of 4.
    pub fn vgg4(input: [usize; 3], classes: usize) -> Result<Self> {
        Self::parse(input, "64 A 128 A", &[1024], classes)
    }

    /// VGG5 of the authors' code: `64 A 128 128 A`, two hidden layers of 4096.
    ///
    /// # Errors
    /// See [`NetworkSpec::new`]; both sides of the input must be multiples of 4.
    pub fn vgg5(input: [usize; 3], classes: usize) -> Result<Self> {
        Self::parse(input, "64 A 128 128 A", &[4096, 4096], classes)
    }

    /// VGG6: the paper names it, the authors' code has no table of it. Taken here as three convolutions and
    /// three fully connected layers, which are the layers of [`NetworkSpec::vgg5`].
    ///
    /// # Errors
    /// See [`NetworkSpec::vgg5`].
    pub fn vgg6(input: [usize; 3], classes: usize) -> Result<Self> {
        Self::vgg5(input, classes)
    }

    /// VGG9 of the authors' code.
    ///
    /// # Errors
    /// See [`NetworkSpec::vgg16`].
    pub fn vgg9(input: [usize; 3], classes: usize) -> Result<Self> {
        vgg(input, "64 A 128 256 A 256 512 A 512 A 512", classes)
    }

    /// VGG11 of the authors' code.
    ///
    /// # Errors
    /// See [`NetworkSpec::vgg16`].
    pub fn vgg11(input: [usize; 3], classes: usize) -> Result<Self> {
        vgg(input, "64 A 128 256 A 512 512 A 512 A 512 512", classes)
    }

    /// VGG13 of the authors' code.
    ///
    /// # Errors
    /// See [`NetworkSpec::vgg16`].
    pub fn vgg13(input: [usize; 3], classes: usize) -> Result<Self> {
        vgg(input, "64 64 A 128 128 A 256 256 A 512 512 512 A 512", classes)
    }

    /// VGG16 of the authors' code: 13 convolutions, four pools, hidden layers 4096 and 4096. Inputs of 64
    /// pixels or more get a fifth pool after the last block, as for `ImageNet`.
    ///
    /// # Errors
    /// See [`NetworkSpec::new`]; both sides of the input must be multiples of 16, of 32 with the fifth pool.
    pub fn vgg16(input: [usize; 3], classes: usize) -> Result<Self> {
        vgg(input, "64 64 A 128 128 A 256 256 256 A 512 512 512 A 512 512 512", classes)
    }

    /// VGG19 of the authors' code.
    ///
    /// # Errors
    /// See [`NetworkSpec::vgg16`].
    pub fn vgg19(input: [usize; 3], classes: usize) -> Result<Self> {
        vgg(input, "64 64 A 128 128 A 256 256 256 256 A 512 512 512 512 A 512 512 512 512", classes)
    }

    /// The authors' residual network with blocks `[1, 1, 0, 0]`.
    ///
    /// # Errors
    /// See [`NetworkSpec::new`]; both sides of the input must be even.
    pub fn resnet6(input: [usize; 3], classes: usize) -> Result<Self> {
        resnet(input, [1, 1, 0, 0], classes)
    }

    /// The authors' residual network with blocks `[1, 1, 1, 1]`.
    ///
    /// # Errors
    /// See [`NetworkSpec::resnet6`].
    pub fn resnet12(input: [usize; 3], classes: usize) -> Result<Self> {
        resnet(input, [1, 1, 1, 1], classes)
    }

    /// The authors' residual network with blocks `[2, 2, 2, 2]`.
    ///
    /// # Errors
    /// See [`NetworkSpec::resnet6`].
    ///
    /// ```
    /// assert_eq!(snn_iir::NetworkSpec::resnet20([3, 32, 32], 10)?.macs(), 215_699_456);
    /// # Ok::<(), snn_iir::Error>(())
    /// ```
    pub fn resnet20(input: [usize; 3], classes: usize) -> Result<Self> {
        resnet(input, [2, 2, 2, 2], classes)
    }

    /// The authors' residual network with blocks `[3, 4, 6, 3]`.
    ///
    /// # Errors
    /// See [`NetworkSpec::resnet6`].
    pub fn resnet34(input: [usize; 3], classes: usize) -> Result<Self> {
        resnet(input, [3, 4, 6, 3], classes)
    }
}

fn vgg(input: [usize; 3], features: &str, classes: usize) -> Result<NetworkSpec> {
    let last_pool = if input[1] >= 64 { " A" } else { "" };
    NetworkSpec::parse(input, &format!("{features}{last_pool}"), &[4096, 4096], classes)
}

/// Three convolutions of 64 channels, a pool, and stages of 64, 128, 256 and 512 channels.
fn resnet(input: [usize; 3], blocks: [usize; 4], classes: usize) -> Result<NetworkSpec> {
    let pre_process = LayerSpec::Conv2d { out_channels: 64, kernel: 3, stride: 1, padding: 1 };
    let mut layers = vec![pre_process; 3];
    layers.push(LayerSpec::AvgPool2d(2));
    for (stage, count) in blocks.into_iter().enumerate() {
        for block in 0..count {
            let stride = if stage > 0 && block == 0 { 2 } else { 1 };
            layers.push(LayerSpec::Residual { out_channels: 64 << stage, stride });
        }
    }
    NetworkSpec::new(input, layers, classes)
}
