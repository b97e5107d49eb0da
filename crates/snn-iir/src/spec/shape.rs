//! Shapes, multiply-accumulates and connections of the layers.

use super::{LayerSpec, WeightLayer};
use crate::{Error, Result};

/// Largest number of values in a map or a weight tensor: 2³¹ − 1, far above any network of the papers, so
/// that products of sizes from a file cannot overflow.
const LARGEST: usize = i32::MAX as usize;

/// Largest side of a kernel, pixels.
const LARGEST_KERNEL: usize = 1024;

pub(super) struct Inferred {
    pub(super) weights: Vec<WeightLayer>,
    pub(super) spiking: Vec<[usize; 3]>,
    pub(super) maps: Vec<[usize; 3]>,
}

pub(super) fn infer(input: [usize; 3], layers: &[LayerSpec], classes: usize) -> Result<Inferred> {
    if product(&input).is_none_or(|size| size == 0) {
        return Err(Error::Count {
            name: "values of an image",
            rule: "in 1..2^31",
            count: input.iter().fold(1, |size: usize, &side| size.saturating_mul(side)),
        });
    }
    if classes < 2 {
        return Err(Error::Count { name: "classes", rule: "at least 2", count: classes });
    }
    if layers.is_empty() {
        return Err(Error::Count { name: "layers before the readout", rule: "at least 1", count: 0 });
    }
    let mut state = State { map: input, source: None, flat: false, convs: 0, blocks: 0, fcs: 0, at: 0 };
    let mut net = Inferred { weights: Vec::new(), spiking: Vec::new(), maps: Vec::new() };
    for (at, &layer) in layers.iter().enumerate() {
        state.at = at;
        state.add(layer, &mut net)?;
        net.maps.push(state.map);
    }
    state.at = layers.len();
    let readout = state.linear("readout".into(), classes)?;
    net.weights.push(WeightLayer { target: None, ..readout });
    Ok(net)
}

/// Where the inference stands: the map that the next layer receives and whence its spikes come.
struct State {
    map: [usize; 3],
    source: Option<usize>,
    flat: bool,
    convs: usize,
    blocks: usize,
    fcs: usize,
    at: usize,
}

impl State {
    fn add(&mut self, layer: LayerSpec, net: &mut Inferred) -> Result<()> {
        if self.flat && !matches!(layer, LayerSpec::Linear { .. }) {
            return Err(Error::LayerOrder {
                layer: self.at,
                rule: "fully connected, as the layer before it",
                found: name(layer),
            });
        }
        match layer {
            LayerSpec::Conv2d { out_channels, kernel, stride, padding } => {
                self.convs += 1;
                let name = format!("conv{}", self.convs);
                let conv = self.conv(name, self.map, out_channels, [kernel, stride, padding])?;
                self.spike(net, vec![conv]);
            }
            LayerSpec::Linear { out_features } => {
                self.fcs += 1;
                self.flat = true;
                let linear = self.linear(format!("fc{}", self.fcs), out_features)?;
                self.spike(net, vec![linear]);
            }
            LayerSpec::AvgPool2d(kernel) | LayerSpec::MaxPool2d(kernel) => self.pool(kernel)?,
            LayerSpec::Residual { out_channels, stride } => self.block(out_channels, stride, net)?,
        }
        Ok(())
    }

    fn block(&mut self, out_channels: usize, stride: usize, net: &mut Inferred) -> Result<()> {
        self.blocks += 1;
        let (input, source, block) = (self.map, self.source, self.blocks);
        if source.is_none() {
            return Err(Error::LayerOrder {
                layer: self.at,
                rule: "a convolution, so that blocks receive spikes",
                found: "a residual block",
            });
        }
        let first = self.conv(format!("block{block}.conv1"), input, out_channels, [3, stride, 1])?;
        self.spike(net, vec![first]);
        let mut sum = vec![self.conv(format!("block{block}.conv2"), self.map, out_channels, [3, 1, 1])?];
        if input != self.map {
            let shortcut =
                self.conv(format!("block{block}.shortcut"), input, out_channels, [1, stride, 0])?;
            sum.push(WeightLayer { source, ..shortcut });
        }
        self.spike(net, sum);
        Ok(())
    }

    /// Adds a spiking layer that integrates the outputs of `layers`.
    fn spike(&mut self, net: &mut Inferred, layers: Vec<WeightLayer>) {
        let number = net.spiking.len();
        self.map = layers.first().map_or(self.map, |layer| layer.output);
        net.spiking.push(self.map);
        net.weights.extend(layers.into_iter().map(|layer| WeightLayer { target: Some(number), ..layer }));
        self.source = Some(number);
    }

    fn conv(
        &self,
        name: String,
        input: [usize; 3],
        out_channels: usize,
        [kernel, stride, padding]: [usize; 3],
    ) -> Result<WeightLayer> {
        self.positive("output channels", out_channels)?;
        self.positive("kernel", kernel)?;
        self.positive("stride", stride)?;
        if kernel > LARGEST_KERNEL {
            return Err(self.size("kernel", "at most 1024", kernel));
        }
        if padding >= kernel {
            return Err(self.size("padding", "below the kernel", padding));
        }
        let [channels, height, width] = input;
        let side = |length: usize| (length + 2 * padding).checked_sub(kernel).map(|room| room / stride + 1);
        let (Some(out_height), Some(out_width)) = (side(height), side(width)) else {
            return Err(self.size("kernel", "at most the padded map", kernel));
        };
        let output = [out_channels, out_height, out_width];
        let weight_shape = vec![out_channels, channels, kernel, kernel];
        let (Some(weights), Some(_)) = (product(&weight_shape), product(&output)) else {
            return Err(self.size(
                "output channels",
                "so that weights and map stay below 2^31",
                out_channels,
            ));
        };
        let macs = weights as u64 * (out_height * out_width) as u64;
        Ok(WeightLayer {
            name,
            weight_shape,
            input,
            output,
            stride,
            padding,
            macs,
            source: self.source,
            target: None,
        })
    }

    fn linear(&self, name: String, out_features: usize) -> Result<WeightLayer> {
        self.positive("outputs", out_features)?;
        let features: usize = self.map.iter().product();
        let weight_shape = vec![out_features, features];
        let Some(macs) = product(&weight_shape) else {
            return Err(self.size("outputs", "so that the weights stay below 2^31", out_features));
        };
        Ok(WeightLayer {
            name,
            weight_shape,
            input: self.map,
            output: [out_features, 1, 1],
            stride: 1,
            padding: 0,
            macs: macs as u64,
            source: self.source,
            target: None,
        })
    }

    fn pool(&mut self, kernel: usize) -> Result<()> {
        self.positive("pool", kernel)?;
        if self.source.is_none() {
            return Err(Error::LayerOrder {
                layer: self.at,
                rule: "a layer with weights, as the first one",
                found: "a pool",
            });
        }
        let [channels, height, width] = self.map;
        if height % kernel != 0 || width % kernel != 0 {
            return Err(Error::UnevenPool { layer: self.at, kernel, height, width });
        }
        self.map = [channels, height / kernel, width / kernel];
        Ok(())
    }

    fn positive(&self, name: &'static str, value: usize) -> Result<()> {
        if value == 0 { Err(self.size(name, "at least 1", 0)) } else { Ok(()) }
    }

    fn size(&self, name: &'static str, rule: &'static str, value: usize) -> Error {
        Error::LayerSize { layer: self.at, name, rule, value }
    }
}

fn name(layer: LayerSpec) -> &'static str {
    match layer {
        LayerSpec::Conv2d { .. } => "a convolution",
        LayerSpec::Linear { .. } => "a fully connected layer",
        LayerSpec::AvgPool2d(_) | LayerSpec::MaxPool2d(_) => "a pool",
        LayerSpec::Residual { .. } => "a residual block",
    }
}

/// The product, if it is at most [`LARGEST`].
fn product(sizes: &[usize]) -> Option<usize> {
    sizes.iter().try_fold(1_usize, |size, &side| size.checked_mul(side)).filter(|&size| size <= LARGEST)
}
