//! Softmax over the past, forward and backward in one operation.

use candle_core::{CpuStorage, CustomOp1, DType, Layout, Result, Shape, Tensor, bail};
use common::tensor::real::{Real, slice, unsupported, with_slice};
use rayon::prelude::*;

const NAME: &str = "causal softmax";

/// Exponentials of the element types.
trait Exponential: Real {
    fn exponential(self) -> Self;
}

impl Exponential for f32 {
    fn exponential(self) -> Self {
        self.exp()
    }
}

impl Exponential for f64 {
    fn exponential(self) -> Self {
        self.exp()
    }
}

/// Probabilities of scores `[.., tokens, tokens]` divided by `divisor`, where row t sees the columns up to t:
///
/// ```text
/// p[t, s] = exp(x[t, s] / divisor) / sum over r <= t of exp(x[t, r] / divisor)   for s <= t, else 0
/// ```
///
/// Later columns cost nothing.
pub(super) fn causal_softmax(scores: &Tensor, tokens: usize, divisor: f64) -> Result<Tensor> {
    if tokens == 0
        || scores.dims().last() != Some(&tokens)
        || !scores.elem_count().is_multiple_of(tokens * tokens)
    {
        bail!("{NAME} needs scores of shape [.., {tokens}, {tokens}], got {:?}", scores.shape());
    }
    scores.contiguous()?.apply_op1(CausalSoftmax { tokens, divisor })
}

struct CausalSoftmax {
    tokens: usize,
    divisor: f64,
}

impl CausalSoftmax {
    fn forward<T: Exponential>(&self, x: &[T]) -> Vec<T> {
        let tokens = self.tokens;
        let divisor = T::from_f64(self.divisor);
        let mut y = vec![T::zero(); x.len()];
        let squares = y.par_chunks_mut(tokens * tokens).zip(x.par_chunks(tokens * tokens));
        squares.for_each(|(y, x)| {
            for (t, (y, x)) in y.chunks_exact_mut(tokens).zip(x.chunks_exact(tokens)).enumerate() {
                let (y, x) = (&mut y[..=t], &x[..=t]);
                let max = x.iter().fold(x[0], |max, &x| if x > max { x } else { max });
                let mut sum = 0.0;
                for (y, &x) in y.iter_mut().zip(x) {
                    *y = ((x - max) / divisor).exponential();
                    sum += y.to_f64();
                }
                let share = T::from_f64(1.0 / sum);
                for y in y {
                    *y *= share;
                }
            }
        });
        y
    }

    /// dx = p (g - sum g p) / divisor
    fn backward<T: Real>(&self, p: &[T], g: &[T]) -> Vec<T> {
        let tokens = self.tokens;
        let share = T::from_f64(1.0 / self.divisor);
        let mut dx = vec![T::zero(); p.len()];
        let squares = dx
            .par_chunks_mut(tokens * tokens)
            .zip(p.par_chunks(tokens * tokens).zip(g.par_chunks(tokens * tokens)));
        squares.for_each(|(dx, (p, g))| {
            let rows = p.chunks_exact(tokens).zip(g.chunks_exact(tokens));
            for (t, (dx, (p, g))) in dx.chunks_exact_mut(tokens).zip(rows).enumerate() {
                let (dx, p, g) = (&mut dx[..=t], &p[..=t], &g[..=t]);
                let dot: f64 = p.iter().zip(g).map(|(p, g)| p.to_f64() * g.to_f64()).sum();
                let dot = T::from_f64(dot);
                for ((dx, &p), &g) in dx.iter_mut().zip(p).zip(g) {
                    *dx = p * (g - dot) * share;
                }
            }
        });
        dx
    }

    fn backward_as<T: Real>(&self, p: &Tensor, g: &Tensor) -> Result<Tensor> {
        let dx = with_slice::<T, _>(NAME, p, |p| with_slice::<T, _>(NAME, g, |g| Ok(self.backward(p, g))))?;
        Tensor::from_vec(dx, p.shape(), p.device())
    }
}

impl CustomOp1 for CausalSoftmax {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let y = match x {
            CpuStorage::F32(_) => CpuStorage::F32(self.forward(slice(NAME, x, layout)?)),
            CpuStorage::F64(_) => CpuStorage::F64(self.forward(slice(NAME, x, layout)?)),
            _ => unsupported(NAME, &[x])?,
        };
        Ok((y, layout.shape().clone()))
    }

    fn bwd(&self, _x: &Tensor, p: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some(match p.dtype() {
            DType::F32 => self.backward_as::<f32>(p, gradient)?,
            _ => self.backward_as::<f64>(p, gradient)?,
        }))
    }
}
