//! Two-dimensional convolution.

use super::geometry::Geometry;
use super::passes::Convolve;
use crate::tensor::real::{Real, slice, sum, unsupported, with_slice};
use candle_core::{CpuStorage, CustomOp2, CustomOp3, DType, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

/// Convolves `x`, `[N, C, H, W]`, with `weight`, `[O, C, kh, kw]`, and adds `bias`, `[O]`:
///
/// ```text
/// y[n, o, i, j] = bias[o] + sum_{c, a, b} weight[o, c, a, b] x[n, c, i stride + a - padding, j stride + b - padding]
/// ```
///
/// where `x` is 0 outside its map. (A correlation in the words of mathematics, a convolution in those of the field.)
/// The result has height `(H + 2 padding - kh) / stride + 1`, rounded down, and the width alike.
///
/// The result and all gradients are the same for any number of threads, bit for bit.
///
/// # Errors
/// If the shapes do not fit each other, a tensor has no element, the stride is 0, the kernel is larger than the padded
/// map, or the element types are not all f32 or all f64.
pub fn conv2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    stride: usize,
    padding: usize,
) -> Result<Tensor> {
    let geometry = Geometry::new(x, weight, bias, stride, padding)?;
    let (x, weight) = (x.contiguous()?, weight.contiguous()?);
    match bias {
        Some(bias) => x.apply_op3(&weight, &bias.contiguous()?, Conv2d(geometry)),
        None => x.apply_op2(&weight, Conv2d(geometry)),
    }
}

const NAME: &str = "convolution";

struct Conv2d(Geometry);

impl Conv2d {
    fn forward<T: Convolve>(&self, x: &[T], weight: &[T], bias: Option<&[T]>) -> (CpuStorage, Shape) {
        let g = &self.0;
        let y = T::passes(*g).forward(x, weight, bias);
        (T::to_cpu_storage_owned(y), Shape::from((g.n, g.o, g.oh, g.ow)))
    }

    fn backward<T: Convolve>(&self, x: &Tensor, weight: &Tensor, gradient: &Tensor) -> Result<Gradients> {
        let g = &self.0;
        let passes = T::passes(*g);
        let (need_x, need_weight) = (x.track_op(), weight.track_op());
        let (dx, dweight) = with_slice::<T, _>(NAME, x, |x| {
            with_slice::<T, _>(NAME, weight, |weight| {
                with_slice::<T, _>(NAME, gradient, |gradient| {
                    let dx = need_x.then(|| passes.input_gradient(weight, gradient));
                    let dweight = need_weight.then(|| passes.weight_gradient(x, gradient));
                    Ok((dx, dweight))
                })
            })
        })?;
        let dx = dx.map(|dx| Tensor::from_vec(dx, (g.n, g.c, g.h, g.w), x.device())).transpose()?;
        let dweight =
            dweight.map(|dw| Tensor::from_vec(dw, (g.o, g.c, g.kh, g.kw), x.device())).transpose()?;
        Ok((dx, dweight))
    }

    fn backward_any(&self, x: &Tensor, weight: &Tensor, gradient: &Tensor) -> Result<Gradients> {
        match x.dtype() {
            DType::F32 => self.backward::<f32>(x, weight, gradient),
            _ => self.backward::<f64>(x, weight, gradient),
        }
    }

    fn bias_gradient<T: Real>(&self, gradient: &Tensor) -> Result<Tensor> {
        let g = &self.0;
        let sums = with_slice::<T, _>(NAME, gradient, |dy| {
            let of_channel = |o: usize| -> f64 {
                let runs = dy.chunks_exact(g.output()).map(|dy| &dy[o * g.places()..][..g.places()]);
                runs.map(|run| sum(run, T::to_f64)).sum()
            };
            Ok((0..g.o).into_par_iter().map(|o| T::from_f64(of_channel(o))).collect())
        })?;
        Tensor::from_vec(sums, g.o, gradient.device())
    }
}

type Gradients = (Option<Tensor>, Option<Tensor>);

impl CustomOp2 for Conv2d {
    fn name(&self) -> &'static str {
        NAME
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
                self.forward::<f32>(slice(NAME, x, xl)?, slice(NAME, w, wl)?, None)
            }
            (CpuStorage::F64(_), CpuStorage::F64(_)) => {
                self.forward::<f64>(slice(NAME, x, xl)?, slice(NAME, w, wl)?, None)
            }
            _ => unsupported(NAME, &[x, w])?,
        })
    }

    fn bwd(&self, x: &Tensor, weight: &Tensor, _y: &Tensor, gradient: &Tensor) -> Result<Gradients> {
        self.backward_any(x, weight, gradient)
    }
}

impl CustomOp3 for Conv2d {
    fn name(&self) -> &'static str {
        NAME
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
            (CpuStorage::F32(_), CpuStorage::F32(_), CpuStorage::F32(_)) => {
                self.forward::<f32>(slice(NAME, x, xl)?, slice(NAME, w, wl)?, Some(slice(NAME, b, bl)?))
            }
            (CpuStorage::F64(_), CpuStorage::F64(_), CpuStorage::F64(_)) => {
                self.forward::<f64>(slice(NAME, x, xl)?, slice(NAME, w, wl)?, Some(slice(NAME, b, bl)?))
            }
            _ => unsupported(NAME, &[x, w, b])?,
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
