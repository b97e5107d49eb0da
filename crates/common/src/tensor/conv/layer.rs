//! The operation behind convolution and linear layer, as candle sees it.

use super::geometry::Geometry;
use super::passes::Convolve;
use crate::tensor::real::{Real, slice, sum, unsupported, with_slice};
use candle_core::{CpuStorage, CustomOp2, CustomOp3, DType, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

/// A layer whose passes are those of a convolution.
pub(super) struct Layer {
    /// For errors.
    pub(super) name: &'static str,
    pub(super) geometry: Geometry,
    /// Shape of the result.
    pub(super) result: Shape,
}

impl Layer {
    /// The result of the layer; the shapes have been checked.
    pub(super) fn apply(self, x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
        let (x, weight) = (x.contiguous()?, weight.contiguous()?);
        match bias {
            Some(bias) => x.apply_op3(&weight, &bias.contiguous()?, self),
            None => x.apply_op2(&weight, self),
        }
    }

    fn forward<T: Convolve>(&self, x: &[T], weight: &[T], bias: Option<&[T]>) -> (CpuStorage, Shape) {
        let y = T::passes(self.geometry).forward(x, weight, bias);
        (T::to_cpu_storage_owned(y), self.result.clone())
    }

    fn backward<T: Convolve>(&self, x: &Tensor, weight: &Tensor, gradient: &Tensor) -> Result<Gradients> {
        let passes = T::passes(self.geometry);
        let (dx, dweight) = with_slice::<T, _>(self.name, gradient, |gradient| {
            let dx = with_slice(self.name, weight, |weight| {
                Ok(x.track_op().then(|| passes.input_gradient(weight, gradient)))
            })?;
            let dweight = with_slice(self.name, x, |x| {
                Ok(weight.track_op().then(|| passes.weight_gradient(x, gradient)))
            })?;
            Ok((dx, dweight))
        })?;
        let dx = dx.map(|dx| Tensor::from_vec(dx, x.shape(), x.device())).transpose()?;
        let dweight = dweight.map(|dw| Tensor::from_vec(dw, weight.shape(), x.device())).transpose()?;
        Ok((dx, dweight))
    }

    fn backward_any(&self, x: &Tensor, weight: &Tensor, gradient: &Tensor) -> Result<Gradients> {
        match x.dtype() {
            DType::F32 => self.backward::<f32>(x, weight, gradient),
            _ => self.backward::<f64>(x, weight, gradient),
        }
    }

    /// Sums over images and places, in f64.
    fn bias_gradient<T: Real>(&self, gradient: &Tensor) -> Result<Tensor> {
        let g = &self.geometry;
        let sums: Vec<f64> = with_slice::<T, _>(self.name, gradient, |dy| {
            if g.places() == 1 {
                let mut sums = vec![0.0; g.o];
                for row in dy.chunks_exact(g.o) {
                    sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value.to_f64());
                }
                return Ok(sums);
            }
            let of_channel = |o: usize| {
                let runs = dy.chunks_exact(g.output()).map(|dy| &dy[o * g.places()..][..g.places()]);
                runs.map(|run| sum(run, T::to_f64)).sum()
            };
            Ok((0..g.o).into_par_iter().map(of_channel).collect())
        })?;
        Tensor::from_vec(sums.into_iter().map(T::from_f64).collect(), g.o, gradient.device())
    }
}

type Gradients = (Option<Tensor>, Option<Tensor>);

impl CustomOp2 for Layer {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        xl: &Layout,
        w: &CpuStorage,
        wl: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        Ok(match (x, w) {
            (CpuStorage::F32(_), CpuStorage::F32(_)) => {
                self.forward::<f32>(slice(self.name, x, xl)?, slice(self.name, w, wl)?, None)
            }
            (CpuStorage::F64(_), CpuStorage::F64(_)) => {
                self.forward::<f64>(slice(self.name, x, xl)?, slice(self.name, w, wl)?, None)
            }
            _ => unsupported(self.name, &[x, w])?,
        })
    }

    fn bwd(&self, x: &Tensor, weight: &Tensor, _y: &Tensor, gradient: &Tensor) -> Result<Gradients> {
        self.backward_any(x, weight, gradient)
    }
}

impl CustomOp3 for Layer {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        xl: &Layout,
        w: &CpuStorage,
        wl: &Layout,
        b: &CpuStorage,
        bl: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        Ok(match (x, w, b) {
            (CpuStorage::F32(_), CpuStorage::F32(_), CpuStorage::F32(_)) => self.forward::<f32>(
                slice(self.name, x, xl)?,
                slice(self.name, w, wl)?,
                Some(slice(self.name, b, bl)?),
            ),
            (CpuStorage::F64(_), CpuStorage::F64(_), CpuStorage::F64(_)) => self.forward::<f64>(
                slice(self.name, x, xl)?,
                slice(self.name, w, wl)?,
                Some(slice(self.name, b, bl)?),
            ),
            _ => unsupported(self.name, &[x, w, b])?,
        })
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        _y: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (dx, dweight) = self.backward_any(x, weight, gradient)?;
        let dbias = match (bias.track_op(), x.dtype()) {
            (false, _) => None,
            (true, DType::F32) => Some(self.bias_gradient::<f32>(gradient)?),
            (true, _) => Some(self.bias_gradient::<f64>(gradient)?),
        };
        Ok((dx, dweight, dbias))
    }
}
