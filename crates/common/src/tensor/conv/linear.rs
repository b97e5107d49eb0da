//! The fully connected layer.

use super::product::{Matrix, parallel_product};
use crate::tensor::real::{Real, slice, unsupported, with_slice};
use candle_core::{CpuStorage, CustomOp2, CustomOp3, DType, Layout, Result, Shape, Tensor, bail};

/// `y = x weight^T + bias`: `[N, I]`, `[O, I]`, `[O]` to `[N, O]`.
///
/// # Errors
/// If the shapes do not fit, a tensor has no element, or the element types are not all f32 or all f64.
pub fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let (n, i) = x.dims2()?;
    let (o, weight_i) = weight.dims2()?;
    if n * i * o == 0 {
        bail!("{NAME} needs tensors with elements, got x {:?}, weight {:?}", x.shape(), weight.shape());
    }
    if weight_i != i {
        bail!("{NAME} needs a weight of {i} columns as x has, got weight {:?}", weight.shape());
    }
    let (x, weight) = (x.contiguous()?, weight.contiguous()?);
    let op = Linear { n, i, o };
    match bias {
        Some(bias) if bias.dims() == [o] => x.apply_op3(&weight, &bias.contiguous()?, op),
        Some(bias) => bail!("{NAME} needs a bias of shape [{o}], got {:?}", bias.shape()),
        None => x.apply_op2(&weight, op),
    }
}

const NAME: &str = "linear layer";

struct Linear {
    n: usize,
    i: usize,
    o: usize,
}

impl Linear {
    fn forward<T: Real>(&self, x: &[T], weight: &[T], bias: Option<&[T]>) -> CpuStorage {
        let mut y = bias.map_or_else(|| vec![T::zero(); self.n * self.o], |bias| bias.repeat(self.n));
        let weight = Matrix::new(weight, self.o, self.i).t();
        parallel_product(&mut y, Matrix::new(x, self.n, self.i), weight, bias.is_some());
        T::to_cpu_storage_owned(y)
    }

    fn backward<T: Real>(&self, x: &Tensor, weight: &Tensor, gradient: &Tensor) -> Result<Gradients> {
        let &Self { n, i, o } = self;
        with_slice::<T, _>(NAME, gradient, |gradient| {
            let gradient = Matrix::new(gradient, n, o);
            let dx = if x.track_op() {
                let mut dx = vec![T::zero(); n * i];
                with_slice(NAME, weight, |weight| {
                    parallel_product(&mut dx, gradient, Matrix::new(weight, o, i), false);
                    Ok(())
                })?;
                Some(Tensor::from_vec(dx, x.shape(), x.device())?)
            } else {
                None
            };
            let dweight = if weight.track_op() {
                let mut dweight = vec![T::zero(); o * i];
                with_slice(NAME, x, |x| {
                    parallel_product(&mut dweight, gradient.t(), Matrix::new(x, n, i), false);
                    Ok(())
                })?;
                Some(Tensor::from_vec(dweight, weight.shape(), x.device())?)
            } else {
                None
            };
            Ok((dx, dweight))
        })
    }

    fn backward_any(&self, x: &Tensor, weight: &Tensor, gradient: &Tensor) -> Result<Gradients> {
        match x.dtype() {
            DType::F32 => self.backward::<f32>(x, weight, gradient),
            _ => self.backward::<f64>(x, weight, gradient),
        }
    }
}

type Gradients = (Option<Tensor>, Option<Tensor>);

impl CustomOp2 for Linear {
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
        let y = match (x, w) {
            (CpuStorage::F32(_), CpuStorage::F32(_)) => {
                self.forward::<f32>(slice(NAME, x, xl)?, slice(NAME, w, wl)?, None)
            }
            (CpuStorage::F64(_), CpuStorage::F64(_)) => {
                self.forward::<f64>(slice(NAME, x, xl)?, slice(NAME, w, wl)?, None)
            }
            _ => unsupported(NAME, &[x, w])?,
        };
        Ok((y, Shape::from((self.n, self.o))))
    }

    fn bwd(&self, x: &Tensor, weight: &Tensor, _y: &Tensor, gradient: &Tensor) -> Result<Gradients> {
        self.backward_any(x, weight, gradient)
    }
}

impl CustomOp3 for Linear {
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
        let y = match (x, w, b) {
            (CpuStorage::F32(_), CpuStorage::F32(_), CpuStorage::F32(_)) => {
                self.forward::<f32>(slice(NAME, x, xl)?, slice(NAME, w, wl)?, Some(slice(NAME, b, bl)?))
            }
            (CpuStorage::F64(_), CpuStorage::F64(_), CpuStorage::F64(_)) => {
                self.forward::<f64>(slice(NAME, x, xl)?, slice(NAME, w, wl)?, Some(slice(NAME, b, bl)?))
            }
            _ => unsupported(NAME, &[x, w, b])?,
        };
        Ok((y, Shape::from((self.n, self.o))))
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
            (true, DType::F32) => Some(column_sums::<f32>(gradient)?),
            (true, _) => Some(column_sums::<f64>(gradient)?),
        };
        Ok((dx, dweight, dbias))
    }
}

/// Sums over the rows of a matrix, in f64, row by row.
fn column_sums<T: Real>(matrix: &Tensor) -> Result<Tensor> {
    let (_, columns) = matrix.dims2()?;
    let mut sums = vec![0.0; columns];
    with_slice::<T, _>(NAME, matrix, |values| {
        for row in values.chunks_exact(columns) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value.to_f64();
            }
        }
        Ok(())
    })?;
    Tensor::from_vec(sums.iter().map(|&sum| T::from_f64(sum)).collect(), columns, matrix.device())
}
