//! The one walk through a network that rate-coded, spiking and balancing passes share.

use crate::spec::{LayerSpec, NetworkSpec};
use crate::{Error, Result};

/// What a pass does at each place of a network. A `Map` is what neurons hand on, a `Current` what they receive.
pub(crate) trait Pass {
    type Map: Clone;
    type Current;

    /// Applies the weights of a layer, by its place in [`NetworkSpec::weight_layers`]. The last is the readout.
    fn weights(&mut self, layer: usize, input: &Self::Map) -> Result<Self::Current>;
    /// The current of an identity shortcut.
    fn identity(&mut self, input: &Self::Map) -> Result<Self::Current>;
    /// The sum of both branches of a block.
    fn add(&mut self, first: Self::Current, second: Self::Current) -> Result<Self::Current>;
    /// Integrates a current, by the place of the neurons in [`NetworkSpec::spiking_layers`].
    fn neurons(&mut self, layer: usize, current: Self::Current, dropout: bool) -> Result<Self::Map>;
    /// Integrates a current and pools the result at once; there is no dropout then.
    fn neurons_pooled(&mut self, layer: usize, current: Self::Current, pool: Pool) -> Result<Self::Map> {
        let map = self.neurons(layer, current, false)?;
        self.pool(pool, &map)
    }
    /// Pools what neurons handed on.
    fn pool(&mut self, pool: Pool, map: &Self::Map) -> Result<Self::Map>;
}

/// A pool of stride equal to its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pool {
    pub(crate) kernel: usize,
    pub(crate) maximum: bool,
}

impl Pool {
    fn of(layer: LayerSpec) -> Option<Self> {
        match layer {
            LayerSpec::AvgPool2d(kernel) => Some(Self { kernel, maximum: false }),
            LayerSpec::MaxPool2d(kernel) => Some(Self { kernel, maximum: true }),
            _ => None,
        }
    }
}

/// Takes an image through the layers to the readout. A pool takes the place of the dropout before it, and the
/// sum of a block has none.
pub(crate) fn run<P: Pass>(spec: &NetworkSpec, image: P::Map, pass: &mut P) -> Result<P::Current> {
    let weights = spec.weight_layers();
    let (mut map, mut weight, mut neuron) = (image, 0, 0);
    let mut layers = spec.layers().iter().copied().peekable();
    while let Some(layer) = layers.next() {
        map = match layer {
            LayerSpec::Conv2d { .. } | LayerSpec::Linear { .. } => {
                let current = pass.weights(weight, &map)?;
                weight += 1;
                neuron += 1;
                match layers.peek().copied().and_then(Pool::of) {
                    None => pass.neurons(neuron - 1, current, true)?,
                    Some(pool) => {
                        layers.next();
                        pass.neurons_pooled(neuron - 1, current, pool)?
                    }
                }
            }
            LayerSpec::AvgPool2d(_) | LayerSpec::MaxPool2d(_) => {
                let pool = Pool::of(layer).unwrap_or_else(|| unreachable!("it is a pool"));
                pass.pool(pool, &map)?
            }
            LayerSpec::Residual { .. } => {
                let first = pass.weights(weight, &map)?;
                let between = pass.neurons(neuron, first, true)?;
                let second = pass.weights(weight + 1, &between)?;
                weight += 2;
                let shortcut = if weights[weight].target == Some(neuron + 1) {
                    weight += 1;
                    pass.weights(weight - 1, &map)?
                } else {
                    pass.identity(&map)?
                };
                let sum = pass.add(second, shortcut)?;
                neuron += 2;
                pass.neurons(neuron - 1, sum, false)?
            }
        };
    }
    pass.weights(weight, &map)
}

/// Checks that a batch has the shape `[B, channels, height, width]` of the network, B at least 1.
pub(crate) fn check_images(spec: &NetworkSpec, images: &candle_core::Tensor) -> Result<usize> {
    let [channels, height, width] = spec.input();
    match *images.dims() {
        [batch, c, h, w] if batch > 0 && [c, h, w] == spec.input() => Ok(batch),
        _ => Err(Error::ShapeMismatch {
            what: "images".into(),
            expected: vec![images.dims().first().copied().unwrap_or(1).max(1), channels, height, width],
            got: images.dims().to_vec(),
        }),
    }
}
