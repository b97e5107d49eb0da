//! Batch normalisation, forward and backward in one operation each.

use super::real::{Real, slice, sum, unsupported, with_slice};
use candle_core::{CpuStorage, CustomOp3, DType, Device, Layout, Result, Shape, Tensor, Var, bail};
use rayon::prelude::*;

/// Batch normalisation of the channels of `[N, C, H, W]` or `[N, C]`, with running statistics for evaluation.
///
/// In training, each channel is normalised with mean and biased variance of the batch, and the running statistics
/// move towards them: `running = (1 - momentum) running + momentum batch`, with the unbiased variance there, as in
/// other frameworks. In evaluation, the running statistics normalise.
#[derive(Debug, Clone)]
pub struct BatchNorm {
    /// Scale of each channel, shape `[C]`; trained.
    pub gamma: Var,
    /// Offset of each channel, shape `[C]`; trained.
    pub beta: Var,
    /// Running mean, shape `[C]`: not trained (it never gets a gradient), but part of a checkpoint.
    pub running_mean: Var,
    /// Running unbiased variance, shape `[C]`: not trained, but part of a checkpoint.
    pub running_variance: Var,
    /// Weight of the batch in the running statistics.
    pub momentum: f64,
    /// Added to the variance before the root.
    pub eps: f64,
}

impl BatchNorm {
    /// Scale 1, offset 0, running mean 0 and variance 1, momentum 0.1, eps 1e-5, all f32.
    ///
    /// # Errors
    /// If `channels` is 0.
    pub fn new(channels: usize) -> Result<Self> {
        if channels == 0 {
            bail!("batch normalisation needs at least one channel, got 0");
        }
        let ones = || Var::ones(channels, DType::F32, &Device::Cpu);
        let zeros = || Var::zeros(channels, DType::F32, &Device::Cpu);
        Ok(Self {
            gamma: ones()?,
            beta: zeros()?,
            running_mean: zeros()?,
            running_variance: ones()?,
            momentum: 0.1,
            eps: 1e-5,
        })
    }

    /// Normalises `x`; with `train` by the statistics of the batch, which also move the running statistics.
    ///
    /// # Errors
    /// Those of [`batch_norm`]; in training also a batch with a single value a channel, whose variance is undefined.
    pub fn forward_t(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        if !train {
            return self.forward(x);
        }
        let output = batch_norm(x, &self.gamma, &self.beta, self.eps)?;
        if output.count < 2 {
            bail!("batch normalisation in training needs at least 2 values a channel, got {}", output.count);
        }
        let unbiased = output.count as f64 / (output.count - 1) as f64;
        let variance: Vec<f64> = output.variance.iter().map(|variance| variance * unbiased).collect();
        self.move_towards(&self.running_mean, &output.mean)?;
        self.move_towards(&self.running_variance, &variance)?;
        Ok(output.y)
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mean = to_f64(&self.running_mean)?;
        let inverse_std =
            to_f64(&self.running_variance)?.iter().map(|v| (v + self.eps).sqrt().recip()).collect();
        apply(x, &self.gamma, &self.beta, Moments { mean, inverse_std, of_batch: false })
    }

    fn move_towards(&self, running: &Var, batch: &[f64]) -> Result<()> {
        let moved: Vec<f64> = to_f64(running)?
            .iter()
            .zip(batch)
            .map(|(running, batch)| (1.0 - self.momentum) * running + self.momentum * batch)
            .collect();
        running.set(&Tensor::from_vec(moved, running.shape(), running.device())?.to_dtype(running.dtype())?)
    }
}

/// What [`batch_norm`] gives.
#[derive(Debug, Clone)]
pub struct BatchNormOutput {
    /// The normalised tensor, of the shape of the input.
    pub y: Tensor,
    /// Mean of each channel over batch and map.
    pub mean: Vec<f64>,
    /// Biased variance (divided by `count`) of each channel.
    pub variance: Vec<f64>,
    /// Number of values a channel.
    pub count: usize,
}

/// Normalises each channel of `x`, `[N, C, H, W]` or `[N, C]`, with the statistics of the batch:
///
/// ```text
/// y = gamma (x - mean) / sqrt(variance + eps) + beta
/// ```
///
/// Mean and variance are taken in two passes with sums in f64, and the gradient passes through both.
///
/// # Errors
/// If the shapes do not fit, the element types differ, `x` has no element, or `eps` is not positive.
pub fn batch_norm(x: &Tensor, gamma: &Tensor, beta: &Tensor, eps: f64) -> Result<BatchNormOutput> {
    if !(eps.is_finite() && eps > 0.0) {
        bail!("eps of batch normalisation must be positive, got {eps}");
    }
    let shape = Channels::of(x)?;
    let x = x.contiguous()?;
    let (mean, variance) = match x.dtype() {
        DType::F32 => with_slice::<f32, _>(NAME, &x, |x| Ok(shape.moments(x)))?,
        DType::F64 => with_slice::<f64, _>(NAME, &x, |x| Ok(shape.moments(x)))?,
        other => bail!("{NAME} needs f32 or f64, got {other:?}"),
    };
    let inverse_std = variance.iter().map(|variance| (variance + eps).sqrt().recip()).collect();
    let y = apply(&x, gamma, beta, Moments { mean: mean.clone(), inverse_std, of_batch: true })?;
    Ok(BatchNormOutput { y, mean, variance, count: shape.n * shape.map })
}

const NAME: &str = "batch normalisation";

fn to_f64(tensor: &Tensor) -> Result<Vec<f64>> {
    tensor.to_dtype(DType::F64)?.to_vec1()
}

fn apply(x: &Tensor, gamma: &Tensor, beta: &Tensor, moments: Moments) -> Result<Tensor> {
    let shape = Channels::of(x)?;
    let of = [gamma.dims(), beta.dims(), &[moments.mean.len()]];
    if of.iter().any(|dims| *dims != [shape.c]) {
        bail!("{NAME} needs scale, offset and statistics of shape [{}], got {of:?}", shape.c);
    }
    x.contiguous()?.apply_op3(&gamma.contiguous()?, &beta.contiguous()?, Normalise { shape, moments })
}

/// A batch seen as `n` images of `c` channels of `map` values.
#[derive(Clone, Copy)]
struct Channels {
    n: usize,
    c: usize,
    map: usize,
}

impl Channels {
    fn of(x: &Tensor) -> Result<Self> {
        let (n, c, map) = match *x.dims() {
            [n, c] => (n, c, 1),
            [n, c, h, w] => (n, c, h * w),
            _ => bail!("{NAME} needs shape [N, C] or [N, C, H, W], got {:?}", x.shape()),
        };
        if n * c * map == 0 {
            bail!("{NAME} needs a tensor with elements, got shape {:?}", x.shape());
        }
        Ok(Self { n, c, map })
    }

    /// The runs of values of one channel, one an image.
    fn runs<T>(self, x: &[T], channel: usize) -> impl Iterator<Item = &[T]> {
        (0..self.n).map(move |n| &x[(n * self.c + channel) * self.map..][..self.map])
    }

    /// Mean and biased variance of each channel.
    fn moments<T: Real>(self, x: &[T]) -> (Vec<f64>, Vec<f64>) {
        let count = (self.n * self.map) as f64;
        (0..self.c)
            .into_par_iter()
            .map(|channel| {
                let total: f64 = self.runs(x, channel).map(|run| sum(run, T::to_f64)).sum();
                let mean = total / count;
                let square = |value: T| (value.to_f64() - mean).powi(2);
                let squares: f64 = self.runs(x, channel).map(|run| sum(run, square)).sum();
                (mean, squares / count)
            })
            .unzip()
    }
}

struct Moments {
    mean: Vec<f64>,
    inverse_std: Vec<f64>,
    /// Whether they came from the batch, so that the gradient passes through them.
    of_batch: bool,
}

struct Normalise {
    shape: Channels,
    moments: Moments,
}

impl Normalise {
    /// y = scale x + offset of each channel
    fn forward<T: Real>(&self, x: &[T], gamma: &[T], beta: &[T]) -> Vec<T> {
        let Channels { c, map, .. } = self.shape;
        let mut y = vec![T::zero(); x.len()];
        let affine: Vec<(T, T, T)> = (0..c)
            .map(|c| {
                let scale = gamma[c].to_f64() * self.moments.inverse_std[c];
                (T::from_f64(scale), T::from_f64(self.moments.mean[c]), beta[c])
            })
            .collect();
        y.par_chunks_exact_mut(c * map).zip(x.par_chunks_exact(c * map)).for_each(|(y, x)| {
            for ((y, x), &(scale, mean, beta)) in
                y.chunks_exact_mut(map).zip(x.chunks_exact(map)).zip(&affine)
            {
                for (y, &x) in y.iter_mut().zip(x) {
                    *y = (x - mean) * scale + beta;
                }
            }
        });
        y
    }

    /// With the normalised `h = (x - mean) / std` and the gradient `g` of y, over the m values of a channel:
    ///
    /// ```text
    /// dbeta = sum g,   dgamma = sum g h,   dx = gamma / std (g - dbeta / m - h dgamma / m)
    /// ```
    ///
    /// without the last two terms of dx for running statistics.
    fn backward<T: Real>(&self, x: &[T], gamma: &[T], gradient: &[T]) -> (Vec<T>, Vec<T>, Vec<T>) {
        let Channels { n, c, map } = self.shape;
        let sums: Vec<(f64, f64)> = (0..c)
            .into_par_iter()
            .map(|channel| {
                let mean = self.moments.mean[channel];
                let (mut beta, mut gamma) = (0.0, 0.0);
                for (x, g) in self.shape.runs(x, channel).zip(self.shape.runs(gradient, channel)) {
                    beta += sum(g, T::to_f64);
                    gamma += dot_centred(x, g, mean);
                }
                (beta, gamma * self.moments.inverse_std[channel])
            })
            .collect();
        let count = (n * map) as f64;
        // dx = a g + b x + c
        let linear: Vec<(T, T, T)> = (0..c)
            .map(|c| {
                let inverse_std = self.moments.inverse_std[c];
                let a = gamma[c].to_f64() * inverse_std;
                if !self.moments.of_batch {
                    return (T::from_f64(a), T::zero(), T::zero());
                }
                let (dbeta, dgamma) = sums[c];
                let slope = -a * inverse_std * dgamma / count;
                (T::from_f64(a), T::from_f64(slope), T::from_f64(-a * dbeta / count))
            })
            .collect();
        let mut dx = vec![T::zero(); x.len()];
        let image = c * map;
        let images = dx.par_chunks_exact_mut(image).zip(x.par_chunks_exact(image));
        images.zip(gradient.par_chunks_exact(image)).for_each(|((dx, x), g)| {
            for (channel, dx) in dx.chunks_exact_mut(map).enumerate() {
                let (x, g) = (&x[channel * map..][..map], &g[channel * map..][..map]);
                let (a, b, offset) = linear[channel];
                let mean = T::from_f64(self.moments.mean[channel]);
                for ((dx, &x), &g) in dx.iter_mut().zip(x).zip(g) {
                    *dx = a * g + b * (x - mean) + offset;
                }
            }
        });
        let (dbeta, dgamma) =
            sums.iter().map(|&(beta, gamma)| (T::from_f64(beta), T::from_f64(gamma))).unzip();
        (dx, dgamma, dbeta)
    }

    fn backward_as<T: Real>(&self, x: &Tensor, gamma: &Tensor, gradient: &Tensor) -> Result<[Tensor; 3]> {
        let (dx, dgamma, dbeta) = with_slice::<T, _>(NAME, x, |x| {
            with_slice::<T, _>(NAME, gamma, |gamma| {
                with_slice::<T, _>(NAME, gradient, |gradient| Ok(self.backward(x, gamma, gradient)))
            })
        })?;
        Ok([
            Tensor::from_vec(dx, x.shape(), x.device())?,
            Tensor::from_vec(dgamma, gamma.shape(), x.device())?,
            Tensor::from_vec(dbeta, gamma.shape(), x.device())?,
        ])
    }
}

/// sum g (x - mean) in f64
fn dot_centred<T: Real>(x: &[T], g: &[T], mean: f64) -> f64 {
    let mut lanes = [0.0; 8];
    let (xs, gs) = (x.chunks_exact(8), g.chunks_exact(8));
    let term = |x: T, g: T| g.to_f64() * (x.to_f64() - mean);
    let rest: f64 = xs.remainder().iter().zip(gs.remainder()).map(|(&x, &g)| term(x, g)).sum();
    for (x, g) in xs.zip(gs) {
        for ((lane, &x), &g) in lanes.iter_mut().zip(x).zip(g) {
            *lane += term(x, g);
        }
    }
    lanes.iter().sum::<f64>() + rest
}

impl CustomOp3 for Normalise {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        gamma: &CpuStorage,
        gamma_layout: &Layout,
        beta: &CpuStorage,
        beta_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let y = match (x, gamma, beta) {
            (CpuStorage::F32(_), CpuStorage::F32(_), CpuStorage::F32(_)) => CpuStorage::F32(self.forward(
                slice(NAME, x, x_layout)?,
                slice(NAME, gamma, gamma_layout)?,
                slice(NAME, beta, beta_layout)?,
            )),
            (CpuStorage::F64(_), CpuStorage::F64(_), CpuStorage::F64(_)) => CpuStorage::F64(self.forward(
                slice(NAME, x, x_layout)?,
                slice(NAME, gamma, gamma_layout)?,
                slice(NAME, beta, beta_layout)?,
            )),
            _ => unsupported(NAME, &[x, gamma, beta])?,
        };
        Ok((y, x_layout.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        gamma: &Tensor,
        _beta: &Tensor,
        _y: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let [dx, dgamma, dbeta] = match x.dtype() {
            DType::F32 => self.backward_as::<f32>(x, gamma, gradient)?,
            _ => self.backward_as::<f64>(x, gamma, gradient)?,
        };
        Ok((Some(dx), Some(dgamma), Some(dbeta)))
    }
}
