//! The logistic function, forward and backward in one operation.

use candle_core::{CpuStorage, CustomOp1, DType, Layout, Result, Shape, Tensor};
use common::tensor::real::{Real, slice, unsupported, with_slice};

const NAME: &str = "logistic function";

/// `1 / (1 + exp(-x))`; where the exponential overflows it is 0, and so is its gradient.
pub(super) fn sigmoid(x: &Tensor) -> Result<Tensor> {
    x.contiguous()?.apply_op1(Sigmoid)
}

struct Sigmoid;

fn backward<T: Real>(y: &Tensor, g: &Tensor) -> Result<Tensor> {
    let dx: Vec<T> = with_slice::<T, _>(NAME, y, |y| {
        with_slice::<T, _>(NAME, g, |g| {
            Ok(y.iter().zip(g).map(|(&y, &g)| g * y * (T::from_f64(1.0) - y)).collect())
        })
    })?;
    Tensor::from_vec(dx, y.shape(), y.device())
}

impl CustomOp1 for Sigmoid {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let y = match x {
            CpuStorage::F32(_) => CpuStorage::F32(
                slice(NAME, x, layout)?.iter().map(|x: &f32| 1.0 / (1.0 + (-x).exp())).collect(),
            ),
            CpuStorage::F64(_) => CpuStorage::F64(
                slice(NAME, x, layout)?.iter().map(|x: &f64| 1.0 / (1.0 + (-x).exp())).collect(),
            ),
            _ => unsupported(NAME, &[x])?,
        };
        Ok((y, layout.shape().clone()))
    }

    fn bwd(&self, _x: &Tensor, y: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some(match y.dtype() {
            DType::F32 => backward::<f32>(y, gradient)?,
            _ => backward::<f64>(y, gradient)?,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::sigmoid;
    use candle_core::{Device, Tensor, Var};
    use common::assert_close;
    use common::tensor::grad_check::grad_check;

    /// Values by the closed form, also where the exponential overflows.
    #[test]
    fn values_and_gradients() {
        let x = Tensor::new(&[0.0_f64, 3_f64.ln(), -3_f64.ln()], &Device::Cpu).unwrap();
        let y = sigmoid(&x).unwrap().to_vec1::<f64>().unwrap();
        for (y, expected) in y.into_iter().zip([0.5, 0.75, 0.25]) {
            assert_close!(y, expected, rel = 1e-15);
        }
        let weights = Tensor::new(&[1.0_f64, -2.0, 0.3], &Device::Cpu).unwrap();
        let f = |inputs: &[Tensor]| (sigmoid(&inputs[0])? * &weights)?.sum_all();
        assert!(grad_check(f, &[x], 1e-5).unwrap().max_relative_error < 1e-8);

        let far = Var::new(&[-1000.0_f32, 1000.0], &Device::Cpu).unwrap();
        let y = sigmoid(far.as_tensor()).unwrap();
        assert_eq!(y.to_vec1::<f32>().unwrap(), [0.0, 1.0]);
        let gradients = y.sum_all().unwrap().backward().unwrap();
        let gradient = gradients.get(far.as_tensor()).unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(gradient, [0.0, 0.0]);
    }
}
