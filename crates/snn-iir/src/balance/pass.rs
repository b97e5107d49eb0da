//! The walk that sets each threshold before the layer fires.

use super::train::BitTrain;
use super::{BiasScaling, LayerBalance, ThresholdBalancer, percentile};
use crate::error::during;
use crate::neuron::ResetMode;
use crate::pass::{Pass, Pool};
use crate::spiking::Rule;
use crate::{FusedAnn, Result, weights};
use candle_core::Tensor;
use std::sync::Arc;

/// Currents of all timesteps are kept up to this many numbers (1 GiB), else computed twice.
const KEPT: usize = 1 << 28;
/// The authors' value where the percentile is 0.
const FALLBACK: f32 = 0.1;

pub(super) struct BalancePass<'a> {
    balancer: &'a ThresholdBalancer,
    ann: FusedAnn,
    batch: usize,
    layers: Vec<LayerBalance>,
    /// Product of the thresholds so far.
    product: f64,
}

impl<'a> BalancePass<'a> {
    pub(super) fn new(balancer: &'a ThresholdBalancer, ann: &FusedAnn, batch: usize) -> Self {
        Self { balancer, ann: ann.clone(), batch, layers: Vec::new(), product: 1.0 }
    }

    /// The thresholds, and the network with its biases as the thresholds want them.
    pub(super) fn finish(self) -> (Vec<LayerBalance>, FusedAnn) {
        (self.layers, self.ann)
    }

    /// The currents of a timestep.
    fn currents(&self, terms: &[Term], t: usize) -> Result<Tensor> {
        let mut sum: Option<Tensor> = None;
        for term in terms {
            let map = match &term.map {
                Map::Image(image) => image.clone(),
                Map::Train(train, pools) => train.step(t, pools)?,
            };
            let current = match term.weight {
                None => map,
                Some(layer) => {
                    let FusedAnn { spec, weights, biases } = &self.ann;
                    weights::apply(
                        &spec.weight_layers()[layer],
                        &map,
                        &weights[layer],
                        biases[layer].as_ref(),
                    )?
                }
            };
            sum = Some(match sum {
                None => current,
                Some(sum) => (sum + current).map_err(during("sum of a block"))?,
            });
        }
        Ok(sum.unwrap_or_else(|| unreachable!("every current has a term")))
    }

    fn flat(&self, terms: &[Term], t: usize) -> Result<(Vec<f32>, Vec<usize>)> {
        let currents = self.currents(terms, t)?;
        let values = currents.flatten_all().and_then(|flat| flat.to_vec1()).map_err(during("currents"))?;
        Ok((values, currents.dims().to_vec()))
    }
}

/// What neurons hand on.
#[derive(Clone)]
pub(super) enum Map {
    Image(Tensor),
    Train(Arc<BitTrain>, Vec<Pool>),
}

/// One input of a layer: a map, through weights unless it is an identity shortcut.
pub(super) struct Term {
    weight: Option<usize>,
    map: Map,
}

impl Pass for BalancePass<'_> {
    type Map = Map;
    type Current = Vec<Term>;

    fn weights(&mut self, layer: usize, input: &Map) -> Result<Vec<Term>> {
        if self.balancer.bias == BiasScaling::ByThreshold
            && let Some(bias) = &mut self.ann.biases[layer]
        {
            *bias = (&*bias / self.product).map_err(during("scaling a bias"))?;
        }
        Ok(vec![Term { weight: Some(layer), map: input.clone() }])
    }

    fn identity(&mut self, input: &Map) -> Result<Vec<Term>> {
        Ok(vec![Term { weight: None, map: input.clone() }])
    }

    fn add(&mut self, mut first: Vec<Term>, second: Vec<Term>) -> Result<Vec<Term>> {
        first.extend(second);
        Ok(first)
    }

    fn neurons(&mut self, layer: usize, terms: Vec<Term>, _: bool) -> Result<Map> {
        let spec = &self.ann.spec;
        let name = spec.spiking_names()[layer].clone();
        let timesteps = self.balancer.timesteps;
        let constant = terms.iter().all(|term| matches!(term.map, Map::Image(_)));
        let computed = if constant { 1 } else { timesteps };
        let neurons: usize = spec.spiking_layers()[layer].iter().product();
        let keep = computed.saturating_mul(self.batch * neurons) <= KEPT;
        let fixed = self.balancer.block_threshold.filter(|_| name.starts_with("block"));

        let mut kept = Vec::new();
        let mut found = LayerBalance { name, threshold: fixed.unwrap_or(FALLBACK), last_raised: None };
        if fixed.is_none() {
            let mut largest = 0.0;
            for t in 0..computed {
                let (mut values, shape) = self.flat(&terms, t)?;
                if keep {
                    kept.push((values.clone(), shape));
                }
                let value = percentile(&mut values, self.balancer.percentile)?;
                if value > largest || found.last_raised.is_none() {
                    found.last_raised = Some(t + 1);
                    largest = value.max(largest);
                }
            }
            let value = if largest > 0.0 { largest } else { FALLBACK };
            #[allow(clippy::cast_possible_truncation, reason = "thresholds are single precision")]
            let scaled = (f64::from(value) * self.balancer.scale) as f32;
            found.threshold = scaled;
        }

        let rule = Rule::new(found.threshold, 1.0, ResetMode::SoftImmediate);
        let mut potentials: Vec<f32> = Vec::new();
        let mut train = None;
        let mut once = None;
        for t in 0..timesteps {
            let at = if constant { 0 } else { t };
            let (currents, shape) = if keep && fixed.is_none() {
                &kept[at]
            } else if constant && once.is_some() {
                once.as_ref().unwrap_or_else(|| unreachable!("just looked"))
            } else {
                once.insert(self.flat(&terms, at)?)
            };
            if t == 0 {
                potentials.clone_from(currents);
            } else {
                rule.advance(&mut potentials, currents);
            }
            train.get_or_insert_with(|| BitTrain::new(shape)).push(&potentials, found.threshold);
        }
        self.product *= f64::from(found.threshold);
        self.layers.push(found);
        let train = train.unwrap_or_else(|| BitTrain::new(&[]));
        Ok(Map::Train(Arc::new(train), Vec::new()))
    }

    fn pool(&mut self, pool: Pool, map: &Map) -> Result<Map> {
        Ok(match map {
            Map::Image(image) => Map::Image(weights::pool(pool, image)?),
            Map::Train(train, pools) => {
                let pools = pools.iter().copied().chain([pool]).collect();
                Map::Train(Arc::clone(train), pools)
            }
        })
    }
}
