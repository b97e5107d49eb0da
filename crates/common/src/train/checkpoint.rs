//! Checkpoints: named tensors and metadata in one safetensors file.

use super::error::{CheckpointFault, Error, Result};
use super::parameters::describe;
use candle_core::{DType, Device, Tensor};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

/// What a checkpoint holds.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// Tensors by name, on the CPU.
    pub tensors: BTreeMap<String, Tensor>,
    /// Whatever the writer noted, for example epoch and configuration.
    pub metadata: BTreeMap<String, String>,
}

impl Checkpoint {
    /// The tensor of this name and shape.
    ///
    /// # Errors
    /// [`Error::MissingTensor`] or [`Error::TensorMismatch`].
    pub fn require(&self, name: &str, shape: &[usize]) -> Result<&Tensor> {
        let tensor = self.tensors.get(name).ok_or_else(|| Error::MissingTensor { name: name.to_owned() })?;
        if tensor.dims() == shape {
            return Ok(tensor);
        }
        let expected = format!("{shape:?} of {:?}", tensor.dtype());
        Err(Error::TensorMismatch { name: name.to_owned(), expected, got: describe(tensor) })
    }
}

/// Writes a checkpoint so that the file at `path` is whole at any moment, the old one or the new one: to a temporary
/// name in the same folder, flushed to disk, then renamed.
///
/// # Errors
/// [`Error::Checkpoint`] with the path and what is wrong: no such folder, no space, a tensor of an element type other
/// than f32, f64, u8, u32 and i64.
pub fn save(
    path: impl AsRef<Path>,
    tensors: &BTreeMap<String, Tensor>,
    metadata: &BTreeMap<String, String>,
) -> Result<()> {
    let path = path.as_ref();
    write(path, tensors, metadata).map_err(|fault| Error::Checkpoint { path: path.to_owned(), fault })
}

/// Reads a checkpoint. Lengths and offsets of the header are checked against the size of the file before anything of
/// their size is allocated.
///
/// # Errors
/// [`Error::Checkpoint`] with the path and what is wrong: no such file, cut short, another format, an element type
/// that checkpoints do not hold.
pub fn load(path: impl AsRef<Path>) -> Result<Checkpoint> {
    let path = path.as_ref();
    read(path).map_err(|fault| Error::Checkpoint { path: path.to_owned(), fault })
}

type Fault<T> = std::result::Result<T, CheckpointFault>;

fn write(path: &Path, tensors: &BTreeMap<String, Tensor>, metadata: &BTreeMap<String, String>) -> Fault<()> {
    let bytes = tensors
        .iter()
        .map(|(name, tensor)| Ok((name, tensor.dims(), encode(name, tensor)?)))
        .collect::<Fault<Vec<_>>>()?;
    let views = bytes
        .iter()
        .map(|(name, shape, (dtype, bytes))| Ok((name, TensorView::new(*dtype, shape.to_vec(), bytes)?)))
        .collect::<Fault<Vec<_>>>()?;
    let metadata = (!metadata.is_empty())
        .then(|| metadata.iter().map(|(key, value)| (key.clone(), value.clone())).collect::<HashMap<_, _>>());
    let bytes = safetensors::serialize(views, metadata)?;

    let mut name = path.file_name().ok_or(CheckpointFault::NoFileName)?.to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = File::create(&temporary)
        .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary); // the first error is the one to report
    }
    written?;
    sync_folder(path)
}

/// Flushes the rename itself, where the system has such a thing.
fn sync_folder(path: &Path) -> Fault<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn read(path: &Path) -> Fault<Checkpoint> {
    let bytes = fs::read(path)?;
    let (_, header) = SafeTensors::read_metadata(&bytes)?;
    let metadata =
        header.metadata().iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
    let tensors = SafeTensors::deserialize(&bytes)?
        .iter()
        .map(|(name, view)| Ok((name.to_owned(), decode(name, &view)?)))
        .collect::<Fault<_>>()?;
    Ok(Checkpoint { tensors, metadata })
}

fn encode(name: &str, tensor: &Tensor) -> Fault<(Dtype, Vec<u8>)> {
    let failed = |source| CheckpointFault::Tensor { name: name.to_owned(), source: Box::new(source) };
    let flat = tensor.flatten_all().map_err(failed)?;
    Ok(match tensor.dtype() {
        DType::F32 => (Dtype::F32, bytes(&flat.to_vec1::<f32>().map_err(failed)?, f32::to_le_bytes)),
        DType::F64 => (Dtype::F64, bytes(&flat.to_vec1::<f64>().map_err(failed)?, f64::to_le_bytes)),
        DType::U8 => (Dtype::U8, flat.to_vec1::<u8>().map_err(failed)?),
        DType::U32 => (Dtype::U32, bytes(&flat.to_vec1::<u32>().map_err(failed)?, u32::to_le_bytes)),
        DType::I64 => (Dtype::I64, bytes(&flat.to_vec1::<i64>().map_err(failed)?, i64::to_le_bytes)),
        other => {
            return Err(CheckpointFault::ElementType { name: name.to_owned(), dtype: format!("{other:?}") });
        }
    })
}

fn decode(name: &str, view: &TensorView) -> Fault<Tensor> {
    let (data, shape) = (view.data(), view.shape());
    match view.dtype() {
        Dtype::F32 => Tensor::from_vec(numbers(data, f32::from_le_bytes), shape, &Device::Cpu),
        Dtype::F64 => Tensor::from_vec(numbers(data, f64::from_le_bytes), shape, &Device::Cpu),
        Dtype::U8 => Tensor::from_slice(data, shape, &Device::Cpu),
        Dtype::U32 => Tensor::from_vec(numbers(data, u32::from_le_bytes), shape, &Device::Cpu),
        Dtype::I64 => Tensor::from_vec(numbers(data, i64::from_le_bytes), shape, &Device::Cpu),
        other => {
            return Err(CheckpointFault::ElementType { name: name.to_owned(), dtype: format!("{other:?}") });
        }
    }
    .map_err(|source| CheckpointFault::Tensor { name: name.to_owned(), source: Box::new(source) })
}

fn bytes<T: Copy, const B: usize>(values: &[T], to: impl Fn(T) -> [u8; B]) -> Vec<u8> {
    values.iter().flat_map(|&value| to(value)).collect()
}

fn numbers<T, const B: usize>(data: &[u8], from: impl Fn([u8; B]) -> T) -> Vec<T> {
    data.as_chunks::<B>().0.iter().map(|&bytes| from(bytes)).collect()
}
