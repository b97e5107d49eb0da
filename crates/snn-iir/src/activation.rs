//! Rectifier and dropout in one operation.

use crate::pooling::Planes;
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

/// `max(0, x)`, then the mean over windows of `kernel` by `kernel`, which divides the last two dimensions.
///
/// # Errors
/// If it does not, or the element type is neither f32 nor f64.
pub(crate) fn relu_pooled(x: &Tensor, kernel: usize) -> Result<Tensor> {
    let Some(planes) = Planes::new(x.dims(), kernel) else {
        bail!("{NAME} needs a pool that divides its map, got {kernel} for {:?}", x.shape());
    };
    x.contiguous()?.apply_op1(ReluPooled { planes })
}

struct ReluPooled {
    planes: Planes,
}

impl ReluPooled {
    /// Numbers of about so many values in whole planes.
    fn piece(&self) -> usize {
        (PIECE / self.planes.size()).max(1) * self.planes.size()
    }

    fn forward<T: Real>(&self, storage: &CpuStorage, layout: &Layout) -> Result<CpuStorage> {
        let x = slice::<T>(NAME, storage, layout)?;
        let (piece, window) = (self.piece(), self.planes.window());
        let mut out = vec![T::zero(); x.len() / window];
        out.par_chunks_mut(piece / window).zip(x.par_chunks(piece)).for_each(|(out, x)| {
            let positive: Vec<T> = x.iter().map(|&x| if x > T::zero() { x } else { T::zero() }).collect();
            self.planes.average(&positive, out);
        });
        Ok(T::to_cpu_storage_owned(out))
    }

    fn backward<T: Real>(&self, x: &Tensor, gradient: &Tensor) -> Result<Tensor> {
        let (piece, window) = (self.piece(), self.planes.window());
        let values = with_slice::<T, _>(NAME, x, |x| {
            with_slice::<T, _>(NAME, gradient, |gradient| {
                let mut out = vec![T::zero(); x.len()];
                let pieces = out.par_chunks_mut(piece).zip(x.par_chunks(piece));
                pieces.zip(gradient.par_chunks(piece / window)).for_each(|((out, x), gradient)| {
                    self.planes.spread(gradient, out);
                    for (out, &x) in out.iter_mut().zip(x) {
                        *out = if x > T::zero() { *out } else { T::zero() };
                    }
                });
                Ok(out)
            })
        })?;
        Tensor::from_vec(values, x.shape(), x.device())
    }
}

impl CustomOp1 for ReluPooled {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let out = match storage {
            CpuStorage::F32(_) => self.forward::<f32>(storage, layout)?,
            CpuStorage::F64(_) => self.forward::<f64>(storage, layout)?,
            _ => unsupported(NAME, &[storage])?,
        };
        Ok((out, Shape::from(self.planes.pooled(layout.shape().dims()))))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some(match x.dtype() {
            DType::F32 => self.backward::<f32>(x, gradient)?,
            _ => self.backward::<f64>(x, gradient)?,
        }))
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;
    use common::tensor::grad_check::grad_check;

    #[test]
    fn pooled_rectifier() {
        let values: Vec<f64> = (0..2 * 6 * 6).map(|i| (f64::from(i) * 0.7).sin() + 0.05).collect();
        let x = Tensor::from_vec(values, (1, 2, 6, 6), &Device::Cpu).unwrap();
        for kernel in [2, 3] {
            let fused = relu_pooled(&x, kernel).unwrap();
            let apart = common::tensor::pool::avg_pool2d(&x.relu().unwrap(), kernel).unwrap();
            let difference = (fused - apart).unwrap().abs().unwrap().flatten_all().unwrap();
            assert!(difference.max(0).unwrap().to_scalar::<f64>().unwrap() < 1e-15);
            let f = |x: &[Tensor]| relu_pooled(&x[0], kernel)?.powf(2.0)?.sum_all();
            assert!(grad_check(f, std::slice::from_ref(&x), 1e-6).unwrap().max_relative_error < 1e-6);
        }
        assert!(relu_pooled(&x, 4).is_err());
        assert!(relu_pooled(&x, 0).is_err());
    }
}
