//! Networks as files.

use crate::data::Normalize;
use crate::error::during;
use crate::network::SpikingConfig;
use crate::{Ann, Error, FusedAnn, Init, NetworkSpec, Result, SpikingNet};
use candle_core::{Tensor, Var};
use common::rng::Streams;
use common::train::checkpoint::{self, Checkpoint};
use std::collections::BTreeMap;
use std::path::Path;

const FORMAT: &str = "snn-iir 1";

/// Where a network comes from.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct CheckpointInfo {
    /// Timesteps it was trained for; `None` for a rate-coded network.
    pub timesteps: Option<usize>,
    /// Name of the stage of training.
    pub stage: String,
    /// Seed of the run.
    pub seed: u64,
    /// Normalisation of its images.
    pub normalize: Normalize,
}

impl SpikingNet {
    /// Writes the network to a safetensors file.
    ///
    /// # Errors
    /// [`Error::Training`] if the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>, info: &CheckpointInfo) -> Result<()> {
        checkpoint::save(path, &values(self.variables())?, &self.metadata(info)).map_err(Error::from)
    }

    /// Reads a network.
    ///
    /// # Errors
    /// [`Error::Training`] if the file cannot be read or lacks a tensor, [`Error::CheckpointField`] for an entry that is
    /// none of this format, [`Error::NonPositiveThreshold`], [`Error::InvalidLeak`].
    pub fn load(path: impl AsRef<Path>) -> Result<(Self, CheckpointInfo)> {
        let path = path.as_ref();
        let file = checkpoint::load(path)?;
        let spec = network(path, &file, "spiking")?;
        Ok((Self::read(path, &file, spec)?, json(path, &file, "info")?))
    }

    /// Reads a network of this specification.
    ///
    /// # Errors
    /// [`Error::OtherNetwork`] if the file holds another, and those of [`SpikingNet::load`].
    pub fn load_as(path: impl AsRef<Path>, spec: &NetworkSpec) -> Result<(Self, CheckpointInfo)> {
        let path = path.as_ref();
        let (net, info) = Self::load(path)?;
        require_same(path, spec, net.spec())?;
        Ok((net, info))
    }

    pub(crate) fn metadata(&self, info: &CheckpointInfo) -> BTreeMap<String, String> {
        let config = SpikingConfig { reset: self.reset(), surrogate: self.surrogate(), ..Default::default() };
        let mut metadata = metadata("spiking", self.spec(), info);
        metadata.insert("neurons".into(), text(&config));
        metadata
    }

    fn read(path: &Path, file: &Checkpoint, spec: NetworkSpec) -> Result<Self> {
        let config: SpikingConfig = json(path, file, "neurons")?;
        let layers = spec.weight_layers();
        let weights = layers
            .iter()
            .map(|layer| Ok(file.require(&format!("{}.weight", layer.name), &layer.weight_shape)?.clone()))
            .collect::<Result<_>>()?;
        let biases = layers
            .iter()
            .map(|layer| {
                let name = format!("{}.bias", layer.name);
                let given = file.tensors.contains_key(&name);
                Ok(given.then(|| file.require(&name, &layer.output[..1]).cloned()).transpose()?)
            })
            .collect::<Result<_>>()?;
        let number = |name: String| -> Result<f32> {
            let tensor = file.require(&name, &[1])?;
            Ok(tensor.to_vec1::<f32>().map_err(during("reading a parameter"))?[0])
        };
        let names = spec.spiking_names();
        let each = |what: &str| {
            names.iter().map(|name| number(format!("{name}.{what}"))).collect::<Result<Vec<_>>>()
        };
        let (thresholds, leaks) = (each("threshold")?, each("leak")?);
        let net = Self::from_parts(FusedAnn { spec, weights, biases }, &thresholds, config)?;
        net.set_leaks(&leaks)?;
        Ok(net)
    }
}

impl Ann {
    /// Writes the network to a safetensors file.
    ///
    /// # Errors
    /// [`Error::Training`] if the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>, info: &CheckpointInfo) -> Result<()> {
        checkpoint::save(path, &values(self.tensors())?, &metadata("rate-coded", self.spec(), info))
            .map_err(Error::from)
    }

    /// Reads a network.
    ///
    /// # Errors
    /// [`Error::Training`] if the file cannot be read or lacks a tensor, [`Error::CheckpointField`] for an entry that is
    /// none of this format.
    pub fn load(path: impl AsRef<Path>) -> Result<(Self, CheckpointInfo)> {
        let path = path.as_ref();
        let file = checkpoint::load(path)?;
        let spec = network(path, &file, "rate-coded")?;
        let streams = Streams::new(0);
        let normed = file.tensors.keys().any(|name| name.strip_suffix(".gamma").is_some());
        let ann = if normed {
            Self::new(spec, Init::default(), &streams)?
        } else {
            Self::without_batch_norm(spec, Init::default(), &streams)?
        };
        restore(&ann.tensors(), &file, "")?;
        Ok((ann, json(path, &file, "info")?))
    }

    /// Reads a network of this specification.
    ///
    /// # Errors
    /// [`Error::OtherNetwork`] if the file holds another, and those of [`Ann::load`].
    pub fn load_as(path: impl AsRef<Path>, spec: &NetworkSpec) -> Result<(Self, CheckpointInfo)> {
        let path = path.as_ref();
        let (ann, info) = Self::load(path)?;
        require_same(path, spec, ann.spec())?;
        Ok((ann, info))
    }
}

pub(crate) fn metadata(kind: &str, spec: &NetworkSpec, info: &CheckpointInfo) -> BTreeMap<String, String> {
    [
        ("format", FORMAT.to_owned()),
        ("kind", kind.to_owned()),
        ("network", spec.to_string()),
        ("info", text(info)),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

/// Values of variables, to be saved.
pub(crate) fn values(variables: impl IntoIterator<Item = (String, Var)>) -> Result<BTreeMap<String, Tensor>> {
    let copy = |(name, var): (String, Var)| Ok((name, var.as_detached_tensor().copy()?));
    variables.into_iter().map(copy).collect::<candle_core::Result<_>>().map_err(during("copying a variable"))
}

/// Sets all variables to the tensors named `prefix` and their name.
pub(crate) fn restore(variables: &BTreeMap<String, Var>, file: &Checkpoint, prefix: &str) -> Result<()> {
    for (name, var) in variables {
        let tensor = file.require(&format!("{prefix}{name}"), var.dims())?;
        var.set(tensor).map_err(during("restoring a variable"))?;
    }
    Ok(())
}

pub(crate) fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| unreachable!("plain structures have a text"))
}

pub(crate) fn json<T: serde::de::DeserializeOwned>(
    path: &Path,
    file: &Checkpoint,
    field: &'static str,
) -> Result<T> {
    let found = file.metadata.get(field).cloned().unwrap_or_default();
    serde_json::from_str(&found).map_err(|_| Error::CheckpointField {
        path: path.to_owned(),
        field,
        rule: "as this program writes it",
        found,
    })
}

/// The specification in a file of this kind.
fn network(path: &Path, file: &Checkpoint, kind: &'static str) -> Result<NetworkSpec> {
    for (field, rule) in [("format", FORMAT), ("kind", kind)] {
        let found = file.metadata.get(field).cloned().unwrap_or_default();
        if found != rule {
            return Err(Error::CheckpointField { path: path.to_owned(), field, rule, found });
        }
    }
    file.metadata.get("network").map_or("", String::as_str).parse()
}

fn require_same(path: &Path, expected: &NetworkSpec, found: &NetworkSpec) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    let (expected, found) = (expected.to_string(), found.to_string());
    Err(Error::OtherNetwork { path: path.to_owned(), expected, found })
}
