//! Interrupted runs go on.

use super::{Learned, Learner};
use crate::error::during;
use crate::{Error, Result};
use candle_core::{Device, Tensor};
use std::collections::BTreeMap;

type Tensors = BTreeMap<String, Tensor>;

impl Learner<'_> {
    /// The parameters, the optimisers' moments, the number of epochs and the parameters of the best state: with them, the
    /// same model, data and configuration, a run ends with the same numbers as one that was never interrupted.
    ///
    /// # Errors
    /// [`Error::Train`] and [`Error::Tensor`].
    pub fn state(&self) -> Result<BTreeMap<String, Tensor>> {
        let mut state = Tensors::new();
        let mut put =
            |name: &str, value: Result<Tensor>| value.map(|value| state.insert(name.to_owned(), value));
        put("epoch", number(self.epoch))?;
        put("best/epoch", number(self.best.epoch))?;
        put("best/nats", Tensor::new(self.best.validation_nats, &Device::Cpu).map_err(during("saving")))?;
        if let Some((stage, adams)) = &self.optimisers {
            put("stage", number(*stage))?;
            for (group, adam) in adams {
                for (name, tensor) in adam.state()? {
                    put(&format!("optimiser/{group:?}/{name}"), Ok(tensor))?;
                }
            }
        }
        for (name, tensor) in self.parameters()? {
            put(&format!("parameter/{name}"), Ok(tensor))?;
        }
        for (name, tensor) in self.best_parameters.iter().flatten() {
            put(&format!("best/parameter/{name}"), Ok(tensor.clone()))?;
        }
        Ok(state)
    }

    /// Takes over a state.
    ///
    /// # Errors
    /// [`Error::MissingTensor`], [`Error::Shape`], [`Error::Quantity`] and [`Error::Train`] if it is not one of this model
    /// and configuration; the learner is to be dropped then.
    pub fn load_state(&mut self, state: &BTreeMap<String, Tensor>) -> Result<()> {
        let end = self.stages() * self.config.epochs;
        let epoch = count(state, "epoch", end)?;
        let best_epoch = count(state, "best/epoch", epoch)?;
        let now = self.parameters_of(state, "parameter/")?;
        let best = if best_epoch > 0 { Some(self.parameters_of(state, "best/parameter/")?) } else { None };
        let nats = get(state, "best/nats")?.to_scalar::<f64>().map_err(during("loading"))?;
        if best.is_some() && !nats.is_finite() {
            let rule = "finite";
            return Err(Error::Quantity { name: "divergence of the best state", rule, value: nats });
        }
        if let Some(best) = best {
            self.take(&best)?;
            self.best = Learned { validation_nats: nats, epoch: best_epoch, ..self.export()? };
            self.best_parameters = Some(best);
        }
        self.take(&now)?;
        self.optimisers = None;
        if state.contains_key("stage") {
            self.optimisers_of(count(state, "stage", self.stages())?)?;
            for (group, adam) in self.optimisers.iter_mut().flat_map(|(_, adams)| adams) {
                let prefix = format!("optimiser/{group:?}/");
                let own = state.iter().filter_map(|(name, tensor)| {
                    Some((name.strip_prefix(&prefix)?.to_owned(), tensor.clone()))
                });
                adam.load_state(&own.collect())?;
            }
        }
        self.epoch = epoch;
        Ok(())
    }

    /// Copies of the present parameters.
    pub(super) fn parameters(&self) -> Result<BTreeMap<String, Tensor>> {
        let copy = |(_, name, var): (_, String, candle_core::Var)| {
            Ok((name, var.as_tensor().copy().map_err(during("saving"))?))
        };
        self.named().into_iter().map(copy).collect()
    }

    /// Parameters of a state, of the right shapes.
    fn parameters_of(&self, state: &Tensors, prefix: &str) -> Result<Tensors> {
        let find = |(_, name, var): (_, String, candle_core::Var)| {
            let saved = get(state, &format!("{prefix}{name}"))?;
            if saved.shape() != var.shape() {
                let (expected, got) = (var.dims().to_vec(), saved.dims().to_vec());
                return Err(Error::Shape { what: name, expected, got });
            }
            Ok((name, saved.clone()))
        };
        self.named().into_iter().map(find).collect()
    }

    fn take(&self, parameters: &Tensors) -> Result<()> {
        for (_, name, var) in self.named() {
            var.set(get(parameters, &name)?).map_err(during("loading"))?;
        }
        Ok(())
    }
}

fn number(count: usize) -> Result<Tensor> {
    Tensor::new(i64::try_from(count).unwrap_or(i64::MAX), &Device::Cpu).map_err(during("saving"))
}

fn get<'a>(state: &'a Tensors, name: &str) -> Result<&'a Tensor> {
    state.get(name).ok_or_else(|| Error::MissingTensor { name: name.to_owned() })
}

/// A count of at most `max`.
fn count(state: &Tensors, name: &str, max: usize) -> Result<usize> {
    let value = get(state, name)?.to_scalar::<i64>().map_err(during("loading"))?;
    usize::try_from(value).ok().filter(|&count| count <= max).ok_or(Error::Quantity {
        name: "epoch of a state",
        rule: "at least 0 and at most that of the configuration",
        value: value as f64,
    })
}
