//! Two-dimensional convolution as products with the patch matrix.

use super::geometry::Geometry;
use super::patches::{gather, scatter};
use super::product::{Matrix, product};
use crate::tensor::real::{Real, slice, unsupported, with_slice};
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
    /// Images whose patches form one matrix: as many as make the product wide, one if the map is.
    fn group(&self) -> usize {
        const WIDE: usize = 256;
        WIDE.div_ceil(self.0.places()).min(self.0.n)
    }

    fn forward<T: Real>(&self, x: &[T], weight: &[T], bias: Option<&[T]>) -> (CpuStorage, Shape) {
        let g = &self.0;
        let group = self.group();
        let weight = Matrix::new(weight, g.o, g.patch());
        let mut y = vec![T::zero(); g.n * g.output()];
        y.par_chunks_mut(group * g.output()).zip(x.par_chunks(group * g.input())).for_each(|(y, x)| {
            let images = y.len() / g.output();
            let columns = images * g.places();
            let patches = gather_all(g, x, columns);
            let mut channels = bias.map_or_else(
                || vec![T::zero(); g.o * columns],
                |bias| bias.iter().flat_map(|&bias| std::iter::repeat_n(bias, columns)).collect(),
            );
            product(&mut channels, weight, Matrix::new(&patches, g.patch(), columns), bias.is_some());
            for (n, y) in y.chunks_exact_mut(g.output()).enumerate() {
                for (y, channel) in y.chunks_exact_mut(g.places()).zip(channels.chunks_exact(columns)) {
                    y.copy_from_slice(&channel[n * g.places()..][..g.places()]);
                }
            }
        });
        (T::to_cpu_storage_owned(y), Shape::from((g.n, g.o, g.oh, g.ow)))
    }

    fn backward<T: Real>(&self, x: &Tensor, weight: &Tensor, gradient: &Tensor) -> Result<Gradients> {
        let g = &self.0;
        let (need_x, need_weight) = (x.track_op(), weight.track_op());
        let (dx, dweight) = with_slice::<T, _>(NAME, x, |x| {
            with_slice::<T, _>(NAME, weight, |weight| {
                with_slice::<T, _>(NAME, gradient, |gradient| {
                    let dx = need_x.then(|| self.input_gradient(weight, gradient));
                    let dweight = need_weight.then(|| self.weight_gradient(x, gradient));
                    Ok((dx, dweight))
                })
            })
        })?;
        let dx = dx.map(|dx| Tensor::from_vec(dx, (g.n, g.c, g.h, g.w), x.device())).transpose()?;
        let dweight =
            dweight.map(|dw| Tensor::from_vec(dw, (g.o, g.c, g.kh, g.kw), x.device())).transpose()?;
        Ok((dx, dweight))
    }

    fn input_gradient<T: Real>(&self, weight: &[T], gradient: &[T]) -> Vec<T> {
        let g = &self.0;
        let group = self.group();
        let weight = Matrix::new(weight, g.o, g.patch()).t();
        let mut dx = vec![T::zero(); g.n * g.input()];
        dx.par_chunks_mut(group * g.input()).zip(gradient.par_chunks(group * g.output())).for_each(
            |(dx, dy)| {
                let columns = dy.len() / g.o;
                let channels = by_channel(g, dy, columns);
                let mut patches = vec![T::zero(); g.patch() * columns];
                product(&mut patches, weight, Matrix::new(&channels, g.o, columns), false);
                for (n, dx) in dx.chunks_exact_mut(g.input()).enumerate() {
                    scatter(g, &patches, columns, n * g.places(), dx);
                }
            },
        );
        dx
    }

    fn weight_gradient<T: Real>(&self, x: &[T], gradient: &[T]) -> Vec<T> {
        const CHUNKS: usize = 8;
        let g = &self.0;
        let group = self.group();
        let chunk = g.n.div_ceil(group).div_ceil(CHUNKS) * group;
        let partial: Vec<Vec<T>> = x
            .par_chunks(chunk * g.input())
            .zip(gradient.par_chunks(chunk * g.output()))
            .map(|(x, dy)| {
                let mut sum = vec![T::zero(); g.o * g.patch()];
                for (x, dy) in x.chunks(group * g.input()).zip(dy.chunks(group * g.output())) {
                    let columns = dy.len() / g.o;
                    let patches = gather_all(g, x, columns);
                    let channels = by_channel(g, dy, columns);
                    let patches = Matrix::new(&patches, g.patch(), columns).t();
                    product(&mut sum, Matrix::new(&channels, g.o, columns), patches, true);
                }
                sum
            })
            .collect();
        let mut partial = partial.into_iter();
        let mut sum = partial.next().unwrap_or_default();
        for other in partial {
            for (sum, value) in sum.iter_mut().zip(other) {
                *sum += value;
            }
        }
        sum
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
            let mut sums = vec![0.0; g.o];
            for dy in dy.chunks_exact(g.output()) {
                for (sum, dy) in sums.iter_mut().zip(dy.chunks_exact(g.places())) {
                    *sum += dy.iter().map(|value| value.to_f64()).sum::<f64>();
                }
            }
            Ok(sums)
        })?;
        Tensor::from_vec(sums.into_iter().map(T::from_f64).collect(), g.o, gradient.device())
    }
}

/// The patch matrix of several images, side by side.
fn gather_all<T: Real>(g: &Geometry, x: &[T], columns: usize) -> Vec<T> {
    let mut patches = vec![T::zero(); g.patch() * columns];
    for (n, image) in x.chunks_exact(g.input()).enumerate() {
        gather(g, image, &mut patches, columns, n * g.places());
    }
    patches
}

/// Several output images as one matrix of channels by places.
fn by_channel<T: Real>(g: &Geometry, images: &[T], columns: usize) -> Vec<T> {
    let mut channels = vec![T::zero(); g.o * columns];
    for (n, image) in images.chunks_exact(g.output()).enumerate() {
        for (channel, line) in channels.chunks_exact_mut(columns).zip(image.chunks_exact(g.places())) {
            channel[n * g.places()..][..g.places()].copy_from_slice(line);
        }
    }
    channels
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
