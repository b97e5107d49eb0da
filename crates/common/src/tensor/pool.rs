//! Average and maximum pooling over windows that do not overlap.

use super::real::{Real, slice, unsupported, with_slice};
use candle_core::{CpuStorage, CustomOp1, DType, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

/// Planes that one task works on at least.
const PLANES: usize = 64;

/// The mean over windows of `kernel` × `kernel`, `kernel` apart: `[N, C, H, W]` to `[N, C, H / kernel, W / kernel]`,
/// rounded down; rows and columns beyond the last whole window have no influence and gradient 0.
///
/// # Errors
/// If `x` is no `[N, C, H, W]` of f32 or f64 with elements, or if `kernel` is 0 or larger than the map.
pub fn avg_pool2d(x: &Tensor, kernel: usize) -> Result<Tensor> {
    apply(x, kernel, Kind::Average)
}

/// The maximum over windows of `kernel` × `kernel`, `kernel` apart: `[N, C, H, W]` to
/// `[N, C, H / kernel, W / kernel]`, rounded down. The gradient goes to the first of several equal maxima in
/// row-major order. A NaN in the window is its maximum.
///
/// # Errors
/// As [`avg_pool2d`].
pub fn max_pool2d(x: &Tensor, kernel: usize) -> Result<Tensor> {
    apply(x, kernel, Kind::Maximum)
}

#[derive(Clone, Copy)]
enum Kind {
    Average,
    Maximum,
}

fn apply(x: &Tensor, kernel: usize, kind: Kind) -> Result<Tensor> {
    let (n, c, h, w) = x.dims4()?;
    if n * c * h * w == 0 {
        bail!("pooling needs a tensor with elements, got shape {:?}", x.shape());
    }
    if kernel == 0 || kernel > h || kernel > w {
        bail!("pooling needs a kernel between 1 and the size of the map {h}x{w}, got {kernel}");
    }
    x.contiguous()?.apply_op1(Pool { kind, kernel, planes: n * c, h, w })
}

struct Pool {
    kind: Kind,
    kernel: usize,
    planes: usize,
    h: usize,
    w: usize,
}

impl Pool {
    fn out(&self) -> (usize, usize) {
        (self.h / self.kernel, self.w / self.kernel)
    }

    fn forward<T: Real>(&self, x: &[T]) -> Vec<T> {
        let (oh, ow) = self.out();
        let mut y = vec![T::zero(); self.planes * oh * ow];
        let planes = y.par_chunks_exact_mut(oh * ow).zip(x.par_chunks_exact(self.h * self.w));
        planes.with_min_len(PLANES).for_each(|(y, plane)| {
            for (i, y) in y.chunks_exact_mut(ow).enumerate() {
                match self.kind {
                    Kind::Average => self.average(&plane[i * self.kernel * self.w..], y),
                    Kind::Maximum => {
                        y.iter_mut().enumerate().for_each(|(j, y)| *y = plane[self.arg_max(plane, i, j)]);
                    }
                }
            }
        });
        y
    }

    /// One row of means from the first rows of `x`.
    fn average<T: Real>(&self, x: &[T], y: &mut [T]) {
        let k = self.kernel;
        let scale = T::from_f64(1.0 / (k * k) as f64);
        if k == 2 {
            let pairs = x.as_chunks::<2>().0.iter().zip(x[self.w..].as_chunks::<2>().0);
            if self.w.is_multiple_of(2) {
                y.iter_mut().zip(pairs).for_each(|(y, (a, b))| *y = (a[0] + a[1] + b[0] + b[1]) * scale);
                return;
            }
        }
        for (j, y) in y.iter_mut().enumerate() {
            let window = x.chunks(self.w).take(k).flat_map(|row| &row[j * k..(j + 1) * k]);
            *y = window.fold(T::zero(), |sum, &value| sum + value) * scale;
        }
    }

    /// The index in the plane of the first maximum of a window.
    #[expect(clippy::eq_op, reason = "a NaN is the only value that differs from itself")]
    fn arg_max<T: Real>(&self, plane: &[T], i: usize, j: usize) -> usize {
        let mut best = i * self.kernel * self.w + j * self.kernel;
        for row in i * self.kernel..(i + 1) * self.kernel {
            for at in row * self.w + j * self.kernel..row * self.w + (j + 1) * self.kernel {
                let is_nan = plane[at] != plane[at];
                let best_is_nan = plane[best] != plane[best];
                if plane[at] > plane[best] || (is_nan && !best_is_nan) {
                    best = at;
                }
            }
        }
        best
    }

    fn backward<T: Real>(&self, x: &[T], gradient: &[T]) -> Vec<T> {
        let (oh, ow) = self.out();
        let map = self.h * self.w;
        let k = self.kernel;
        let scale = T::from_f64(1.0 / (k * k) as f64);
        let mut dx = vec![T::zero(); x.len()];
        let planes = dx.par_chunks_exact_mut(map).zip(x.par_chunks_exact(map));
        let planes = planes.zip(gradient.par_chunks_exact(oh * ow)).with_min_len(PLANES);
        planes.for_each(|((dx, plane), gradient)| {
            for (i, gradient) in gradient.chunks_exact(ow).enumerate() {
                match self.kind {
                    Kind::Average => {
                        for row in dx[i * k * self.w..(i + 1) * k * self.w].chunks_exact_mut(self.w) {
                            for (window, &g) in row.chunks_exact_mut(k).zip(gradient) {
                                window.fill(g * scale);
                            }
                        }
                    }
                    Kind::Maximum => {
                        for (j, &g) in gradient.iter().enumerate() {
                            dx[self.arg_max(plane, i, j)] = g;
                        }
                    }
                }
            }
        });
        dx
    }

    fn forward_as<T: Real>(&self, storage: &CpuStorage, layout: &Layout) -> Result<CpuStorage> {
        Ok(T::to_cpu_storage_owned(self.forward(slice::<T>(self.name(), storage, layout)?)))
    }

    fn backward_as<T: Real>(&self, x: &Tensor, gradient: &Tensor) -> Result<Tensor> {
        let name = self.name();
        let dx = with_slice::<T, _>(name, x, |values| {
            with_slice(name, gradient, |gradient| Ok(self.backward(values, gradient)))
        })?;
        Tensor::from_vec(dx, x.shape(), x.device())
    }
}

impl CustomOp1 for Pool {
    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Average => "average pooling",
            Kind::Maximum => "maximum pooling",
        }
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let y = match storage {
            CpuStorage::F32(_) => self.forward_as::<f32>(storage, layout)?,
            CpuStorage::F64(_) => self.forward_as::<f64>(storage, layout)?,
            _ => unsupported(self.name(), &[storage])?,
        };
        let (n, c, _, _) = layout.shape().dims4()?;
        let (oh, ow) = self.out();
        Ok((y, Shape::from((n, c, oh, ow))))
    }

    fn bwd(&self, x: &Tensor, _y: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some(match x.dtype() {
            DType::F32 => self.backward_as::<f32>(x, gradient)?,
            _ => self.backward_as::<f64>(x, gradient)?,
        }))
    }
}
