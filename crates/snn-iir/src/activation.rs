//! Rectifier and dropout in one operation.

use candle_core::{CpuStorage, CustomOp1, DType, Layout, Result, Shape, Tensor, bail};
use common::tensor::real::{Real, slice, unsupported, with_slice};
use rayon::prelude::*;
use std::sync::Arc;

const NAME: &str = "rectifier";
const PIECE: usize = 1 << 14;

/// `max(0, x)` times the mask, if there is one, which has a factor for each element. The derivative at 0 is 0.
///
/// # Errors
/// If the mask has another number of elements, or the element type is neither f32 nor f64.
pub fn relu(x: &Tensor, mask: Option<Arc<Vec<f32>>>) -> Result<Tensor> {
    if let Some(mask) = &mask
        && mask.len() != x.elem_count()
    {
        bail!("{NAME} needs a mask of {} factors, got {}", x.elem_count(), mask.len());
    }
    x.contiguous()?.apply_op1(Relu { mask })
}

struct Relu {
    mask: Option<Arc<Vec<f32>>>,
}

impl Relu {
    /// `values` where `x` is positive, else 0, times the mask.
    fn gate<T: Real>(&self, x: &[T], values: &[T]) -> Vec<T> {
        let mut out = vec![T::zero(); x.len()];
        out.par_chunks_mut(PIECE).enumerate().for_each(|(piece, out)| {
            let begin = piece * PIECE;
            let range = begin..begin + out.len();
            let pairs = x[range.clone()].iter().zip(&values[range.clone()]);
            let gated = |(&x, &value): (&T, &T)| if x > T::zero() { value } else { T::zero() };
            match &self.mask {
                None => out.iter_mut().zip(pairs).for_each(|(out, pair)| *out = gated(pair)),
                Some(mask) => {
                    for ((out, pair), &factor) in out.iter_mut().zip(pairs).zip(&mask[range]) {
                        *out = gated(pair) * T::from_f64(f64::from(factor));
                    }
                }
            }
        });
        out
    }

    fn forward<T: Real>(&self, storage: &CpuStorage, layout: &Layout) -> Result<CpuStorage> {
        let x = slice::<T>(NAME, storage, layout)?;
        Ok(T::to_cpu_storage_owned(self.gate(x, x)))
    }

    fn backward<T: Real>(&self, x: &Tensor, gradient: &Tensor) -> Result<Tensor> {
        let values = with_slice::<T, _>(NAME, x, |x| {
            with_slice::<T, _>(NAME, gradient, |gradient| Ok(self.gate(x, gradient)))
        })?;
        Tensor::from_vec(values, x.shape(), x.device())
    }
}

impl CustomOp1 for Relu {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let out = match storage {
            CpuStorage::F32(_) => self.forward::<f32>(storage, layout)?,
            CpuStorage::F64(_) => self.forward::<f64>(storage, layout)?,
            _ => unsupported(NAME, &[storage])?,
        };
        Ok((out, layout.shape().clone()))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some(match x.dtype() {
            DType::F32 => self.backward::<f32>(x, gradient)?,
            _ => self.backward::<f64>(x, gradient)?,
        }))
    }
}
