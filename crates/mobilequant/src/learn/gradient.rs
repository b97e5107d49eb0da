//! Exact gradients through all blocks with the memory of one.

use super::{Learner, Loss};
use crate::error::during;
use crate::model::block_forward;
use crate::{Error, Result};
use candle_core::backprop::GradStore;
use candle_core::{D, Result as CandleResult, Tensor, Var};
use std::ops::Range;

impl Learner<'_> {
    /// A block with the present parameters, weights and activations on their grids.
    pub(super) fn block(&self, layer: usize, x: &Tensor) -> Result<Tensor> {
        let config = self.model.config();
        let weights = &self.model.weights().blocks[layer];
        let mut params = &self.blocks[layer];
        let block = params.block(config, &self.config.plan, weights)?;
        block_forward(config, &block, self.model.rope(), layer, x, &mut params)
    }

    /// The error of the output of some blocks and its gradients. A first pass keeps the blocks' inputs only; then each
    /// block, last to first, is computed again from its input, and the gradient of its input is handed on.
    pub(super) fn gradients(
        &self,
        blocks: Range<usize>,
        input: &Tensor,
        target: &Tensor,
    ) -> Result<(f64, GradStore)> {
        let mut inputs = vec![input.clone()];
        for layer in blocks.clone().take(blocks.len().saturating_sub(1)) {
            inputs.push(self.block(layer, &inputs[inputs.len() - 1])?.detach());
        }
        let mut found: Option<(f64, GradStore, Tensor)> = None;
        for (layer, input) in blocks.zip(&inputs).rev() {
            let input = Var::from_tensor(input).map_err(during("gradients"))?;
            let output = self.block(layer, input.as_tensor())?;
            found = Some(match found {
                None => {
                    let loss = self.error(&output, target)?;
                    let value = loss.to_scalar::<f32>().map_err(during("loss"))?;
                    let mut gradients = loss.backward().map_err(during("gradients"))?;
                    let handed = take(&mut gradients, &input)?;
                    (value.into(), gradients, handed)
                }
                Some((loss, mut all, handed)) => {
                    let weighted = (output * handed).and_then(|x| x.sum_all());
                    let mut gradients =
                        weighted.and_then(|sum| sum.backward()).map_err(during("gradients"))?;
                    let handed = take(&mut gradients, &input)?;
                    for (_, _, var) in self.blocks[layer].named(layer) {
                        if let Some(gradient) = gradients.remove(var.as_tensor()) {
                            all.insert(var.as_tensor(), gradient);
                        }
                    }
                    (loss, all, handed)
                }
            });
        }
        let (loss, gradients, _) =
            found.ok_or(Error::Count { name: "blocks", rule: "at least 1", count: 0 })?;
        Ok((loss, gradients))
    }

    /// The error, without the positions that are left out.
    fn error(&self, output: &Tensor, target: &Tensor) -> Result<Tensor> {
        let (output, target) = match self.config.loss {
            Loss::HiddenMse => (output.clone(), target.clone()),
            Loss::LogitsKl => (self.model.head(output)?, self.model.head(target)?),
        };
        let error = || {
            let tokens = output.dim(1)?;
            let skip = self.config.skip_first.min(tokens.saturating_sub(1));
            let [output, target] = [output, target].map(|x| x.narrow(1, skip, tokens - skip));
            match self.config.loss {
                Loss::HiddenMse => (output? - target?)?.sqr()?.mean_all(),
                Loss::LogitsKl => divergence(&target?, &output?),
            }
        };
        error().map_err(during("loss"))
    }
}

/// Mean over the rows of the divergence of the probabilities of `q` from those of `p`, both logits.
fn divergence(p: &Tensor, q: &Tensor) -> CandleResult<Tensor> {
    let log_softmax = |x: &Tensor| {
        let x = x.broadcast_sub(&x.max_keepdim(D::Minus1)?.detach())?;
        x.broadcast_sub(&x.exp()?.sum_keepdim(D::Minus1)?.log()?)
    };
    let (p, q) = (log_softmax(p)?, log_softmax(q)?);
    (p.exp()? * (p - q)?)?.sum(D::Minus1)?.mean_all()
}

fn take(gradients: &mut GradStore, input: &Var) -> Result<Tensor> {
    gradients
        .remove(input.as_tensor())
        .map(|gradient| gradient.detach())
        .ok_or_else(|| Error::MissingTensor { name: "gradient of a block's input".to_owned() })
}

#[cfg(test)]
mod tests {
    use crate::fixtures;
    use crate::learn::{LearnConfig, LearnData, Learner, Loss};
    use crate::simulate::Plan;
    use common::assert_close;

    /// Block by block against one graph of all blocks; every parameter has a gradient.
    fn check(checkpoint: &crate::Checkpoint, config: LearnConfig) {
        let sequences: Vec<Vec<u32>> = vec![(0..24_u32).map(|i| i * i % 47).collect()];
        let data = LearnData { training: &sequences, validation: &sequences, calibration: &sequences };
        let learner = Learner::new(checkpoint, data, config).unwrap();
        let (input, target) = learner.task(0, 0).unwrap();
        let (loss, light) = learner.gradients(0..learner.blocks.len(), &input, &target).unwrap();
        let output = (0..learner.blocks.len()).fold(input, |x, layer| learner.block(layer, &x).unwrap());
        let whole = learner.error(&output, &target).unwrap();
        assert_close!(loss, f64::from(whole.to_scalar::<f32>().unwrap()), rel = 1e-6);
        assert!(loss > 0.0);
        let whole = whole.backward().unwrap();
        for (_, name, var) in learner.named() {
            let of = |store: &candle_core::backprop::GradStore| {
                crate::model::flat(store.get(var.as_tensor()).unwrap_or_else(|| panic!("{name}"))).unwrap()
            };
            let (light, whole) = (of(&light), of(&whole));
            let scale = whole.iter().fold(1e-12_f64, |max, x| max.max(x.abs()));
            for (a, b) in light.iter().zip(&whole) {
                assert_close!(*a, *b, abs = 1e-5 * scale, "{name}");
            }
        }
    }

    #[test]
    fn by_block_and_whole() {
        for name in fixtures::FAMILIES {
            let checkpoint = fixtures::checkpoint(name);
            check(&checkpoint, LearnConfig::mobilequant(Plan::w4a8(), 1));
            check(&checkpoint, LearnConfig::reference(Plan::w8a8(), 1));
            let loss = Loss::LogitsKl;
            check(&checkpoint, LearnConfig { loss, ..LearnConfig::reference(Plan::w4a8(), 1) });
        }
    }

    /// The function does not depend on the scales, so their gradients vanish, for any target: each is a sum of what the
    /// layer before and the layer behind contribute, and neither may be lost.
    #[test]
    fn scales_do_not_matter_without_quantisers() {
        let sequences: Vec<Vec<u32>> = vec![(0..24_u32).map(|i| i * i % 47).collect()];
        let data = LearnData { training: &sequences, validation: &sequences, calibration: &sequences };
        for name in fixtures::FAMILIES {
            let config = LearnConfig { clip: false, ..LearnConfig::mobilequant(Plan::none(), 1) };
            let learner = Learner::new(&fixtures::checkpoint(name), data, config).unwrap();
            let (input, target) = learner.task(0, 0).unwrap();
            let (loss, _) = learner.gradients(0..2, &input, &target).unwrap();
            assert_close!(loss, 0.0, abs = 1e-9);
            let other = (target * -1.0).unwrap();
            let (loss, gradients) = learner.gradients(0..2, &input, &other).unwrap();
            assert!(loss > 0.1);
            for (_, name, var) in learner.named() {
                let gradient = crate::model::flat(gradients.get(var.as_tensor()).unwrap()).unwrap();
                assert!(gradient.iter().all(|g| g.abs() < 1e-4 * loss), "{name} {gradient:?} {loss}");
            }
        }
    }

    /// The divergence of [1/2, 1/2] from [1/4, 3/4] is ln(4/3) / 2; of a distribution from itself it is 0.
    #[test]
    fn divergence_of_logits() {
        use candle_core::{Device, Tensor};

        let logits = |x: f64| Tensor::new(&[[[700.0, 700.0 + x]]], &Device::Cpu).unwrap();
        let kl =
            |p: f64, q: f64| super::divergence(&logits(p), &logits(q)).unwrap().to_scalar::<f64>().unwrap();
        assert_close!(kl(0.0, 3.0_f64.ln()), (4.0_f64 / 3.0).ln() / 2.0, rel = 1e-10);
        assert_close!(kl(1.5, 1.5), 0.0, abs = 1e-12);
    }
}
