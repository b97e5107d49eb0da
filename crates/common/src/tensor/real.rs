//! Access to the numbers of a tensor as a slice, for f32 and f64 alike.

use candle_core::backend::BackendStorage as _;
use candle_core::{CpuStorage, DType, Error, Layout, Result, Storage, Tensor, WithDType, bail};
use std::ops::Neg;

/// The element types of the kernels: f32 for networks, f64 for gradient checks.
pub trait Real: WithDType + Neg<Output = Self> + Default + std::iter::Sum {
    /// Square root.
    #[must_use]
    fn root(self) -> Self;
}

impl Real for f32 {
    fn root(self) -> Self {
        self.sqrt()
    }
}

impl Real for f64 {
    fn root(self) -> Self {
        self.sqrt()
    }
}

/// The slice behind a contiguous layout.
///
/// # Errors
/// If the layout is not contiguous or the storage is of another element type.
pub fn slice<'a, T: Real>(op: &'static str, storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [T]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        return Err(Error::RequiresContiguous { op }.bt());
    };
    Ok(&storage.as_slice::<T>()?[start..end])
}

/// Runs `f` on the numbers of a tensor: on them in place where it is contiguous, else on a copy.
///
/// # Errors
/// If the tensor is not on the CPU or of another element type, and those of `f`.
pub fn with_slice<T: Real, R>(
    op: &'static str,
    tensor: &Tensor,
    f: impl FnOnce(&[T]) -> Result<R>,
) -> Result<R> {
    let tensor = tensor.contiguous()?;
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        Storage::Cpu(storage) => f(slice(op, storage, layout)?),
        _ => bail!("{op} needs a tensor on the CPU"),
    }
}

/// The error for element types other than f32 and f64, or for a mixture of both.
///
/// # Errors
/// Always; the type of the result is for the caller's convenience.
pub fn unsupported<R>(op: &'static str, storages: &[&CpuStorage]) -> Result<R> {
    let found: Vec<DType> = storages.iter().map(|storage| storage.dtype()).collect();
    bail!("{op} needs tensors of one element type, f32 or f64, got {found:?}")
}

/// The sum of `f` in f64 over eight lanes, which the compiler keeps in vector registers.
pub(crate) fn sum<T: Real>(run: &[T], f: impl Fn(T) -> f64) -> f64 {
    let mut lanes = [0.0; 8];
    let chunks = run.chunks_exact(8);
    let rest: f64 = chunks.remainder().iter().map(|&value| f(value)).sum();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += f(value);
        }
    }
    lanes.iter().sum::<f64>() + rest
}
