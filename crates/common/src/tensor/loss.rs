//! Softmax cross-entropy and accuracy.

use super::real::{Real, slice, unsupported, with_slice};
use candle_core::{CpuStorage, CustomOp1, DType, Layout, Result, Shape, Tensor, bail};

/// The mean cross-entropy of the softmax of `logits` (shape `[N, K]`) against `labels` (`N` classes below `K`),
/// a scalar of the element type of `logits`.
///
/// ```text
/// loss = 1/N sum_n ( log sum_k exp(logit[n, k]) - logit[n, label[n]] )
/// ```
///
/// The maximum of each row is taken out before the exponential, and sums are f64.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use common::tensor::loss;
///
/// let logits = Tensor::new(&[[1.5_f64, 0.3]], &Device::Cpu)?;
/// let loss = loss::cross_entropy(&logits, &[1])?.to_scalar::<f64>()?;
/// common::assert_close!(loss, 1.4632824673380314, rel = 1e-14);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// If `logits` is no `[N, K]` of f32 or f64, if `N` is 0 or differs from the number of labels, or if a label is not
/// below `K`.
pub fn cross_entropy(logits: &Tensor, labels: &[u32]) -> Result<Tensor> {
    check("cross-entropy", logits, labels)?;
    logits.contiguous()?.apply_op1(CrossEntropy { labels: labels.to_vec() })
}

/// The number of rows of `logits` (shape `[N, K]`) whose largest entry stands at the label. The first of several
/// equal maxima counts; a row with a NaN never counts.
///
/// # Errors
/// As [`cross_entropy`].
pub fn accuracy(logits: &Tensor, labels: &[u32]) -> Result<usize> {
    let classes = check("accuracy", logits, labels)?;
    match logits.dtype() {
        DType::F32 => with_slice::<f32, _>("accuracy", logits, |logits| Ok(correct(logits, labels, classes))),
        _ => with_slice::<f64, _>("accuracy", logits, |logits| Ok(correct(logits, labels, classes))),
    }
}

fn check(op: &'static str, logits: &Tensor, labels: &[u32]) -> Result<usize> {
    let (rows, classes) = logits.dims2()?;
    if !matches!(logits.dtype(), DType::F32 | DType::F64) {
        bail!("{op} needs logits of f32 or f64, got {:?}", logits.dtype());
    }
    if rows == 0 || rows != labels.len() {
        bail!(
            "{op} needs one label for each of at least one row, got {} labels for {rows} rows",
            labels.len()
        );
    }
    if let Some((row, label)) = labels.iter().enumerate().find(|&(_, &label)| label as usize >= classes) {
        bail!("{op} needs labels below the number of classes {classes}, got {label} in row {row}");
    }
    Ok(classes)
}

fn correct<T: Real>(logits: &[T], labels: &[u32], classes: usize) -> usize {
    let is_correct = |(row, &label): (&[T], &u32)| {
        let mut best = 0;
        for (k, value) in row.iter().enumerate() {
            if *value > row[best] {
                best = k;
            }
        }
        best == label as usize && row.iter().all(|value| !value.to_f64().is_nan())
    };
    logits.chunks_exact(classes).zip(labels).filter(|&pair| is_correct(pair)).count()
}

struct CrossEntropy {
    labels: Vec<u32>,
}

impl CrossEntropy {
    /// Maximum and logarithm of the sum of exponentials of a row.
    fn normaliser<T: Real>(row: &[T]) -> (f64, f64) {
        let max = row.iter().fold(f64::NEG_INFINITY, |max, value| max.max(value.to_f64()));
        let sum: f64 = row.iter().map(|value| (value.to_f64() - max).exp()).sum();
        (max, sum.ln())
    }

    fn forward<T: Real>(&self, logits: &[T]) -> T {
        let classes = logits.len() / self.labels.len();
        let sum: f64 = logits
            .chunks_exact(classes)
            .zip(&self.labels)
            .map(|(row, &label)| {
                let (max, log_sum) = Self::normaliser(row);
                log_sum - (row[label as usize].to_f64() - max)
            })
            .sum();
        T::from_f64(sum / self.labels.len() as f64)
    }

    fn backward<T: Real>(&self, logits: &[T], scale: f64) -> Vec<T> {
        let classes = logits.len() / self.labels.len();
        let scale = scale / self.labels.len() as f64;
        let mut gradient = Vec::with_capacity(logits.len());
        for (row, &label) in logits.chunks_exact(classes).zip(&self.labels) {
            let (max, log_sum) = Self::normaliser(row);
            gradient.extend(row.iter().enumerate().map(|(k, value)| {
                let probability = (value.to_f64() - max - log_sum).exp();
                let target = if k == label as usize { 1.0 } else { 0.0 };
                T::from_f64(scale * (probability - target))
            }));
        }
        gradient
    }
}

impl CrossEntropy {
    fn backward_as<T: Real>(&self, logits: &Tensor, scale: f64) -> Result<Tensor> {
        let values = with_slice::<T, _>(self.name(), logits, |x| Ok(self.backward(x, scale)))?;
        Tensor::from_vec(values, logits.shape(), logits.device())
    }
}

impl CustomOp1 for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross-entropy"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let loss = match storage {
            CpuStorage::F32(_) => {
                CpuStorage::F32(vec![self.forward(slice::<f32>(self.name(), storage, layout)?)])
            }
            CpuStorage::F64(_) => {
                CpuStorage::F64(vec![self.forward(slice::<f64>(self.name(), storage, layout)?)])
            }
            _ => unsupported(self.name(), &[storage])?,
        };
        Ok((loss, Shape::from(())))
    }

    fn bwd(&self, logits: &Tensor, _loss: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let scale = gradient.to_dtype(DType::F64)?.to_scalar::<f64>()?;
        let gradient = match logits.dtype() {
            DType::F32 => self.backward_as::<f32>(logits, scale)?,
            _ => self.backward_as::<f64>(logits, scale)?,
        };
        Ok(Some(gradient))
    }
}
