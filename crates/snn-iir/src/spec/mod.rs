//! Specification of a network: its layers, their shapes, multiply-accumulates and neurons.

mod library;
mod shape;
mod text;

use crate::{Error, Result};

/// A layer of a network before its readout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerSpec {
    /// A convolution and its neurons.
    Conv2d {
        /// Output channels, at least 1.
        out_channels: usize,
        /// Side of the kernel, pixels.
        kernel: usize,
        /// Step between outputs, pixels.
        stride: usize,
        /// Zeros added on each side, pixels.
        padding: usize,
    },
    /// A fully connected layer without bias and its neurons.
    Linear {
        /// Outputs, at least 1.
        out_features: usize,
    },
    /// The mean over squares of this side; stride equal to the side.
    AvgPool2d(usize),
    /// The maximum over squares of this side; stride equal to the side.
    MaxPool2d(usize),
    /// Two 3x3 convolutions with neurons between them and after the sum with the shortcut. The shortcut is
    /// the identity, or a 1x1 convolution where the shape changes (the basic block of residual networks).
    Residual {
        /// Output channels, at least 1.
        out_channels: usize,
        /// Step of the first convolution and of the shortcut, pixels.
        stride: usize,
    },
}

/// A layer with weights, as [`NetworkSpec::weight_layers`] lists them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct WeightLayer {
    /// Name of its weights: `conv1`, `block2.conv1`, `block2.shortcut`, `fc1`, `readout`.
    pub name: String,
    /// Shape of the weights: `[out, in, k, k]` or `[out, in]`.
    pub weight_shape: Vec<usize>,
    /// Shape of the input map `[channels, height, width]`, after a pool.
    pub input: [usize; 3],
    /// Shape of the output map `[channels, height, width]`.
    pub output: [usize; 3],
    /// Step between outputs, pixels; 1 for a fully connected layer.
    pub stride: usize,
    /// Zeros added on each side, pixels; 0 for a fully connected layer.
    pub padding: usize,
    /// Multiply-accumulates of one dense pass over one image.
    pub macs: u64,
    /// Number of the spiking layer whose spikes it receives; `None`: the image.
    pub source: Option<usize>,
    /// Number of the spiking layer that integrates its output; `None`: the readout.
    pub target: Option<usize>,
}

impl WeightLayer {
    /// Whether it is a fully connected layer.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        self.weight_shape.len() == 2
    }
}

/// A feed-forward network: input shape, layers and a fully connected readout of `classes` outputs without
/// bias.
///
/// ```
/// use snn_iir::NetworkSpec;
///
/// let spec = NetworkSpec::vgg16([3, 32, 32], 10)?;
/// assert_eq!(spec.macs(), 338_403_328);
/// assert_eq!(spec.neurons(), 284_672);
/// let small: NetworkSpec = "3x32x32: 32 A 64 A 128 A, FC 256 10".parse()?;
/// assert_eq!(small, NetworkSpec::parse([3, 32, 32], "32 A 64 A 128 A", &[256], 10)?);
/// # Ok::<(), snn_iir::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkSpec {
    input: [usize; 3],
    layers: Vec<LayerSpec>,
    classes: usize,
    weights: Vec<WeightLayer>,
    spiking: Vec<[usize; 3]>,
    maps: Vec<[usize; 3]>,
}

impl NetworkSpec {
    /// A network of these layers on an input of `[channels, height, width]`, with a readout of `classes`
    /// outputs.
    ///
    /// # Errors
    /// [`Error::LayerSize`], [`Error::UnevenPool`] or [`Error::LayerOrder`] where a layer does not fit
    /// what stands before it; [`Error::Count`] for fewer than 2 classes, no layer, or an empty input.
    pub fn new(input: [usize; 3], layers: Vec<LayerSpec>, classes: usize) -> Result<Self> {
        let shape::Inferred { weights, spiking, maps } = shape::infer(input, &layers, classes)?;
        Ok(Self { input, layers, classes, weights, spiking, maps })
    }

    /// A network of a line of letters: a number is a 3x3 convolution of so many channels with padding 1, `A`
    /// and `M` are average and maximum pools of 2x2, `R` and a number is a residual block. Then come the
    /// `hidden` fully connected layers and the readout. The further forms of [`NetworkSpec`]'s text
    /// (`64k5s2p2`, `A4`, `R128s2`) may stand there too.
    ///
    /// # Errors
    /// [`Error::NetworkText`] with the place of a word that is none of these; see [`NetworkSpec::new`].
    pub fn parse(input: [usize; 3], features: &str, hidden: &[usize], classes: usize) -> Result<Self> {
        let mut layers = text::features(features, 0)?;
        layers.extend(hidden.iter().map(|&out_features| LayerSpec::Linear { out_features }));
        Self::new(input, layers, classes)
    }

    /// Shape of an image, `[channels, height, width]`.
    #[must_use]
    pub fn input(&self) -> [usize; 3] {
        self.input
    }

    /// The layers before the readout.
    #[must_use]
    pub fn layers(&self) -> &[LayerSpec] {
        &self.layers
    }

    /// Outputs of the readout.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The layers with weights in the order of computation, the readout last. A residual block lists its
    /// convolutions and then its shortcut.
    #[must_use]
    pub fn weight_layers(&self) -> &[WeightLayer] {
        &self.weights
    }

    /// Shapes `[channels, height, width]` of the spiking layers, before any pool.
    #[must_use]
    pub fn spiking_layers(&self) -> &[[usize; 3]] {
        &self.spiking
    }

    /// Shapes `[channels, height, width]` that each of [`NetworkSpec::layers`] puts out.
    #[must_use]
    pub fn output_shapes(&self) -> &[[usize; 3]] {
        &self.maps
    }

    /// Names of the spiking layers: that of the weights before them, `block1` for the sum of a block.
    #[must_use]
    pub fn spiking_names(&self) -> Vec<String> {
        (0..self.spiking.len())
            .map(|index| {
                self.weights
                    .iter()
                    .find(|layer| layer.target == Some(index))
                    .map_or_else(String::new, |layer| layer.name.clone())
            })
            .collect()
    }

    /// Multiply-accumulates of one dense pass over one image, readout included.
    #[must_use]
    pub fn macs(&self) -> u64 {
        self.weights.iter().map(|layer| layer.macs).sum()
    }

    /// Spiking neurons; the readout has none.
    #[must_use]
    pub fn neurons(&self) -> usize {
        self.spiking.iter().map(|shape| shape.iter().product::<usize>()).sum()
    }
}

impl std::str::FromStr for NetworkSpec {
    type Err = Error;

    /// Reads the text that [`NetworkSpec`] displays, or the name of a network (see [`NetworkSpec::named`]).
    fn from_str(text: &str) -> Result<Self> {
        if text.contains(':') { text::network(text) } else { Self::named(text) }
    }
}

impl std::fmt::Display for NetworkSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        text::write(self, f)
    }
}
