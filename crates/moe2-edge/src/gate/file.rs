//! Gates in files: tensors in safetensors, everything else as JSON in its metadata.

use super::{Blend, Gate, GateFileFault, GateLoss, GateModel, HashedFeatures, HashedLinear, Knn, Mlp};
use crate::{Error, Result};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

type Fault<T> = std::result::Result<T, GateFileFault>;

const KEY: &str = "moe2-edge gate";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Metadata {
    version: u32,
    models: Vec<String>,
    buckets: u32,
    loss: GateLoss,
    temperature: f64,
    kind: Kind,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Linear,
    Mlp,
    Knn { neighbours: usize },
    Blend { neighbours: usize },
}

impl Gate {
    /// Writes the gate, so that the file at `path` is whole at any moment, the old one or the new one: to a temporary
    /// name in the same folder, flushed, then renamed.
    ///
    /// # Errors
    /// [`Error::GateFile`]: no such folder, no space, a path without a file name.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        self.write(path).map_err(|fault| Error::GateFile { path: path.to_owned(), fault })
    }

    /// Reads a gate. Lengths in the file are checked against its size, and every tensor against the metadata, before
    /// anything of their size is allocated.
    ///
    /// # Errors
    /// [`Error::GateFile`]: no such file, cut short, of another program or version, shapes that do not fit, a number
    /// that is not finite or out of range.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        read(path).map_err(|fault| Error::GateFile { path: path.to_owned(), fault })
    }

    fn write(&self, path: &Path) -> Fault<()> {
        let mut tensors = Tensors::default();
        let kind = match &self.model {
            GateModel::Linear(linear) => {
                tensors.linear(linear);
                Kind::Linear
            }
            GateModel::Mlp(mlp) => {
                let (hidden, outputs) = (mlp.hidden(), mlp.outputs());
                tensors.f32("embedding", &[mlp.buckets(), hidden], &mlp.embedding);
                tensors.f32("hidden_bias", &[hidden], &mlp.hidden_bias);
                tensors.f32("output", &[hidden, outputs], &mlp.output);
                tensors.f32("output_bias", &[outputs], &mlp.output_bias);
                Kind::Mlp
            }
            GateModel::Knn(knn) => {
                tensors.knn(knn);
                Kind::Knn { neighbours: knn.neighbours() }
            }
            GateModel::Blend(blend) => {
                tensors.linear(blend.linear());
                tensors.knn(blend.knn());
                Kind::Blend { neighbours: blend.knn().neighbours() }
            }
        };
        #[allow(clippy::cast_possible_truncation, reason = "buckets are a u32")]
        let metadata = Metadata {
            version: VERSION,
            models: self.models.clone(),
            buckets: self.features.buckets() as u32,
            loss: self.loss,
            temperature: self.temperature,
            kind,
        };
        let metadata = HashMap::from([(KEY.to_owned(), serde_json::to_string(&metadata)?)]);
        let views = tensors
            .0
            .iter()
            .map(|(name, dtype, shape, bytes)| Ok((*name, TensorView::new(*dtype, shape.clone(), bytes)?)))
            .collect::<Fault<Vec<_>>>()?;
        replace(path, &safetensors::serialize(views, Some(metadata))?)
    }
}

/// Name, element type, shape and bytes.
#[derive(Default)]
struct Tensors(Vec<(&'static str, Dtype, Vec<usize>, Vec<u8>)>);

impl Tensors {
    fn f32(&mut self, name: &'static str, shape: &[usize], values: &[f32]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.0.push((name, Dtype::F32, shape.to_vec(), bytes));
    }

    fn u32(&mut self, name: &'static str, values: &[u32]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.0.push((name, Dtype::U32, vec![values.len()], bytes));
    }

    fn linear(&mut self, linear: &HashedLinear) {
        self.f32("weight", &[linear.buckets(), linear.outputs()], &linear.weight);
        self.f32("bias", &[linear.outputs()], &linear.bias);
    }

    fn knn(&mut self, knn: &Knn) {
        self.u32("offsets", &knn.offsets);
        self.u32("indices", &knn.indices);
        self.f32("values", &[knn.values.len()], &knn.values);
        self.f32("scores", &[knn.rows(), knn.outputs()], &knn.scores);
    }
}

fn replace(path: &Path, bytes: &[u8]) -> Fault<()> {
    let mut name = path.file_name().ok_or(GateFileFault::NoFileName)?.to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = File::create(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary); // the first error is the one to report
    }
    Ok(written?)
}

fn read(path: &Path) -> Fault<Gate> {
    let bytes = fs::read(path)?;
    let (_, header) = SafeTensors::read_metadata(&bytes)?;
    let metadata = header.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
    let metadata: Metadata = serde_json::from_str(metadata.ok_or(GateFileFault::NotAGate)?)?;
    if metadata.version != VERSION {
        return Err(GateFileFault::Version { expected: VERSION, got: metadata.version });
    }
    let tensors = SafeTensors::deserialize(&bytes)?;
    let parts = |error| GateFileFault::Parts(Box::new(error));
    let features = HashedFeatures::new(metadata.buckets).map_err(parts)?;
    let (buckets, experts) = (features.buckets(), metadata.models.len());
    let linear = || -> Fault<HashedLinear> {
        let weight = floats(&tensors, "weight", &[Some(buckets), Some(experts)])?;
        HashedLinear::new(buckets, weight, floats(&tensors, "bias", &[Some(experts)])?).map_err(parts)
    };
    let knn = |neighbours| -> Fault<Knn> {
        let (offsets, indices) = (integers(&tensors, "offsets")?, integers(&tensors, "indices")?);
        let values = floats(&tensors, "values", &[Some(indices.len())])?;
        let scores = floats(&tensors, "scores", &[None, Some(experts)])?;
        Knn::from_parts(features, neighbours, experts, offsets, indices, values, scores).map_err(parts)
    };
    let model = match metadata.kind {
        Kind::Linear => GateModel::Linear(linear()?),
        Kind::Knn { neighbours } => GateModel::Knn(knn(neighbours)?),
        Kind::Blend { neighbours } => {
            GateModel::Blend(Blend::new(linear()?, knn(neighbours)?).map_err(parts)?)
        }
        Kind::Mlp => {
            let hidden_bias = floats(&tensors, "hidden_bias", &[None])?;
            let embedding = floats(&tensors, "embedding", &[Some(buckets), Some(hidden_bias.len())])?;
            let output = floats(&tensors, "output", &[Some(hidden_bias.len()), Some(experts)])?;
            let output_bias = floats(&tensors, "output_bias", &[Some(experts)])?;
            GateModel::Mlp(Mlp::new(buckets, embedding, hidden_bias, output, output_bias).map_err(parts)?)
        }
    };
    let gate = Gate::new(metadata.models, features, model, metadata.loss).map_err(parts)?;
    gate.with_temperature(metadata.temperature).map_err(parts)
}

/// The numbers of an f32 tensor whose dimensions are as given where they are given.
fn floats(tensors: &SafeTensors, name: &str, shape: &[Option<usize>]) -> Fault<Vec<f32>> {
    let bytes = tensor(tensors, name, Dtype::F32, shape)?;
    let values: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    match values.iter().position(|value| !value.is_finite()) {
        Some(place) => Err(GateFileFault::NonFinite { name: name.to_owned(), place, value: values[place] }),
        None => Ok(values),
    }
}

fn integers(tensors: &SafeTensors, name: &str) -> Fault<Vec<u32>> {
    let bytes = tensor(tensors, name, Dtype::U32, &[None])?;
    Ok(bytes.as_chunks::<4>().0.iter().map(|&bytes| u32::from_le_bytes(bytes)).collect())
}

fn tensor<'a>(
    tensors: &SafeTensors<'a>,
    name: &str,
    dtype: Dtype,
    shape: &[Option<usize>],
) -> Fault<&'a [u8]> {
    let view = tensors.tensor(name)?;
    let fits = view.shape().len() == shape.len()
        && view.shape().iter().zip(shape).all(|(&got, expected)| expected.is_none_or(|size| size == got));
    if view.dtype() == dtype && fits {
        return Ok(view.data());
    }
    let sizes: Vec<String> =
        shape.iter().map(|size| size.map_or("any".to_owned(), |size| size.to_string())).collect();
    Err(GateFileFault::Tensor {
        name: name.to_owned(),
        expected: format!("[{}] of {dtype:?}", sizes.join(", ")),
        got: format!("{:?} of {:?}", view.shape(), view.dtype()),
    })
}
