//! Learned weight clipping.

use super::fake::Round;
use super::grid::{MAX_SCALE, MIN_SCALE};
use super::{Scheme, Symmetry, ZeroRule};
use candle_core::{CpuStorage, CustomOp3, DType, Layout, Result, Shape, Tensor, bail};
use common::tensor::real::{slice, unsupported, with_slice};
use rayon::prelude::*;

const NAME: &str = "clipped fake quantisation";

/// Initial logit of both ends of the range, as in the paper's reference code: `sigmoid(4) = 0.98201`, so that the
/// very first range is 1.8 % smaller than that of the weights.
pub const INITIAL_LOGIT: f64 = 4.0;

/// What [`clipped_fake_quant`] quantises to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClipSpec {
    /// Bits, symmetry and groups.
    pub scheme: Scheme,
    /// What happens to a range without 0.
    pub zero: ZeroRule,
}

/// Rounds a weight matrix `[rows, columns]` to grids whose ranges are learned shares of the range of the weights
/// (OmniQuant, Shao et al. 2024); one logit of each end a group:
///
/// ```text
/// hi = sigmoid(u) max(W),   lo = sigmoid(l) min(W),   s = clamp((hi - lo) / q_max),   o = -round(lo / s)
/// ```
///
/// Gradients reach the logits and the extreme weights through `s` (none through the rounding of `o`), and all weights
/// inside the range directly. Of several equal extremes the first gets the gradient.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use mobilequant::quant::{Bits, ClipSpec, Granularity, Scheme, Symmetry, ZeroRule, clipped_fake_quant};
///
/// let scheme =
///     Scheme { bits: Bits::B4, symmetry: Symmetry::Asymmetric, granularity: Granularity::PerTensor };
/// let weight = Tensor::new(&[[-1.0_f64, 0.0, 3.0]], &Device::Cpu)?;
/// let open = Tensor::new(&[40.0_f64], &Device::Cpu)?; // sigmoid(40) = 1: no clipping
/// let half = Tensor::new(&[0.0_f64], &Device::Cpu)?; // sigmoid(0) = 1/2
/// let spec = ClipSpec { scheme, zero: ZeroRule::default() };
/// let y = clipped_fake_quant(&weight, &half, &open, spec)?.to_vec2::<f64>()?;
/// // range [-1, 1.5]: scale 1/6, zero point 6, so that 3 is clipped to (15 - 6)/6
/// common::assert_close!(y[0][2], 1.5, abs = 1e-12);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// If the groups do not divide the columns or are not as many as the logits, or for other element types than f32 and
/// f64.
pub fn clipped_fake_quant(
    weight: &Tensor,
    upper_logit: &Tensor,
    lower_logit: &Tensor,
    spec: ClipSpec,
) -> Result<Tensor> {
    let (rows, columns) = weight.dims2()?;
    let group = spec.scheme.granularity.group(rows, columns).map_err(candle_core::Error::wrap)?;
    let groups = (rows * columns).checked_div(group).unwrap_or(0);
    if groups == 0 || upper_logit.elem_count() != groups || lower_logit.elem_count() != groups {
        bail!(
            "{NAME} needs two logits for each of {groups} groups, got {} and {}",
            upper_logit.elem_count(),
            lower_logit.elem_count()
        );
    }
    let (q_min, q_max) = spec.scheme.symmetry.codes(spec.scheme.bits);
    let op = Clip {
        group,
        q_min: q_min.into(),
        q_max: q_max.into(),
        symmetric: spec.scheme.symmetry == Symmetry::Symmetric,
        extend: spec.zero == ZeroRule::Representable,
    };
    weight.contiguous()?.apply_op3(&upper_logit.contiguous()?, &lower_logit.contiguous()?, op)
}

/// The range of one group: `[sigmoid(l) min, sigmoid(u) max]`. Weights clamped to it and quantised without clipping
/// give what the clipped quantiser gives, unless the range is so small that the scale is at its least.
#[must_use]
pub fn clipped_range(values: &[f32], upper_logit: f32, lower_logit: f32) -> (f32, f32) {
    let min = values.iter().fold(f32::INFINITY, |a, &b| a.min(b));
    let max = values.iter().fold(f32::NEG_INFINITY, |a, &b| a.max(b));
    #[expect(clippy::cast_possible_truncation, reason = "a share of an f32")]
    let share = |logit: f32, end: f32| (sigmoid(logit.into()) * f64::from(end)) as f32;
    (share(lower_logit, min), share(upper_logit, max))
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

struct Clip {
    group: usize,
    q_min: f64,
    q_max: f64,
    symmetric: bool,
    extend: bool,
}

/// A group's grid and how it hangs on weights and logits.
struct Hinge<T> {
    scale: T,
    offset: T,
    max: (usize, f64),
    min: (usize, f64),
    /// Derivatives of the scale by the upper and the lower end of the range.
    by_hi: f64,
    by_lo: f64,
}

impl Clip {
    fn hinge<T: Round>(&self, w: &[T], upper: T, lower: T) -> Hinge<T> {
        let (mut max, mut min) = (0, 0);
        for (place, value) in w.iter().enumerate() {
            if *value > w[max] {
                max = place;
            }
            if *value < w[min] {
                min = place;
            }
        }
        let (top, bottom) = (w[max].to_f64(), w[min].to_f64());
        // Rounded to T, so that ranges exported as T give the same grid.
        let round = |x: f64| T::from_f64(x).to_f64();
        let mut hi = round(sigmoid(upper.to_f64()) * top);
        let mut lo = round(sigmoid(lower.to_f64()) * bottom);
        let (mut by_hi, mut by_lo) = (1.0, -1.0);
        if self.extend && hi < 0.0 {
            (hi, by_hi) = (0.0, 0.0);
        }
        if self.extend && lo > 0.0 {
            (lo, by_lo) = (0.0, 0.0);
        }
        let span = if self.symmetric {
            (by_hi, by_lo) =
                if hi.abs() >= lo.abs() { (by_hi * hi.signum(), 0.0) } else { (0.0, -by_lo * lo.signum()) };
            hi.abs().max(lo.abs())
        } else {
            hi - lo
        };
        let raw = span / self.q_max;
        let scale = T::from_f64(raw.clamp(MIN_SCALE, MAX_SCALE));
        let inside = (MIN_SCALE..=MAX_SCALE).contains(&raw);
        let slope = if inside { 1.0 / self.q_max } else { 0.0 };
        let offset = if self.symmetric {
            T::zero()
        } else {
            let offset = T::zero() - (T::from_f64(lo) / scale).round_even();
            if self.extend { T::from_f64(offset.to_f64().clamp(self.q_min, self.q_max)) } else { offset }
        };
        Hinge {
            scale,
            offset,
            max: (max, top),
            min: (min, bottom),
            by_hi: by_hi * slope,
            by_lo: by_lo * slope,
        }
    }

    fn forward<T: Round>(&self, w: &[T], upper: &[T], lower: &[T]) -> Vec<T> {
        let mut y = vec![T::zero(); w.len()];
        let (q_min, q_max) = (T::from_f64(self.q_min), T::from_f64(self.q_max));
        let groups = y.par_chunks_mut(self.group).zip(w.par_chunks(self.group)).enumerate();
        groups.for_each(|(index, (y, w))| {
            let Hinge { scale, offset, .. } = self.hinge(w, upper[index], lower[index]);
            for (y, &w) in y.iter_mut().zip(w) {
                let q = (w / scale).round_even() + offset;
                let q = if q < q_min { q_min } else { q };
                let q = if q > q_max { q_max } else { q };
                *y = (q - offset) * scale;
            }
        });
        y
    }

    /// Gradients of the weights and both logits.
    fn backward<T: Round>(&self, w: &[T], upper: &[T], lower: &[T], g: &[T]) -> [Vec<T>; 3] {
        let mut dw = vec![T::zero(); w.len()];
        let (q_min, q_max) = (T::from_f64(self.q_min), T::from_f64(self.q_max));
        let groups =
            dw.par_chunks_mut(self.group).zip(w.par_chunks(self.group).zip(g.par_chunks(self.group)));
        let logits: Vec<(T, T)> = groups
            .enumerate()
            .map(|(index, (dw, (w, g)))| {
                let (u, l) = (upper[index], lower[index]);
                let hinge = self.hinge(w, u, l);
                let (s, o) = (hinge.scale, hinge.offset);
                let mut of_scale = 0.0;
                for ((dw, &w), &g) in dw.iter_mut().zip(w).zip(g) {
                    let ratio = w / s;
                    let rounded = ratio.round_even();
                    let q = rounded + o;
                    if q < q_min {
                        of_scale += (q_min - o).to_f64() * g.to_f64();
                    } else if q > q_max {
                        of_scale += (q_max - o).to_f64() * g.to_f64();
                    } else {
                        *dw = g;
                        of_scale += (rounded - ratio).to_f64() * g.to_f64();
                    }
                }
                let (of_hi, of_lo) = (of_scale * hinge.by_hi, of_scale * hinge.by_lo);
                let (share_hi, share_lo) = (sigmoid(u.to_f64()), sigmoid(l.to_f64()));
                dw[hinge.max.0] += T::from_f64(of_hi * share_hi);
                dw[hinge.min.0] += T::from_f64(of_lo * share_lo);
                (
                    T::from_f64(of_hi * hinge.max.1 * share_hi * (1.0 - share_hi)),
                    T::from_f64(of_lo * hinge.min.1 * share_lo * (1.0 - share_lo)),
                )
            })
            .collect();
        let (du, dl) = logits.into_iter().unzip();
        [dw, du, dl]
    }

    fn backward_as<T: Round>(&self, of: [&Tensor; 3], g: &Tensor) -> Result<[Tensor; 3]> {
        let [w, upper, lower] = of;
        let [dw, du, dl] = with_slice::<T, _>(NAME, w, |w| {
            with_slice::<T, _>(NAME, upper, |upper| {
                with_slice::<T, _>(NAME, lower, |lower| {
                    with_slice::<T, _>(NAME, g, |g| Ok(self.backward(w, upper, lower, g)))
                })
            })
        })?;
        Ok([
            Tensor::from_vec(dw, w.shape(), w.device())?,
            Tensor::from_vec(du, upper.shape(), w.device())?,
            Tensor::from_vec(dl, lower.shape(), w.device())?,
        ])
    }
}

impl CustomOp3 for Clip {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cpu_fwd(
        &self,
        w: &CpuStorage,
        w_layout: &Layout,
        upper: &CpuStorage,
        upper_layout: &Layout,
        lower: &CpuStorage,
        lower_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let y = match (w, upper, lower) {
            (CpuStorage::F32(_), CpuStorage::F32(_), CpuStorage::F32(_)) => CpuStorage::F32(self.forward(
                slice(NAME, w, w_layout)?,
                slice(NAME, upper, upper_layout)?,
                slice(NAME, lower, lower_layout)?,
            )),
            (CpuStorage::F64(_), CpuStorage::F64(_), CpuStorage::F64(_)) => CpuStorage::F64(self.forward(
                slice(NAME, w, w_layout)?,
                slice(NAME, upper, upper_layout)?,
                slice(NAME, lower, lower_layout)?,
            )),
            _ => unsupported(NAME, &[w, upper, lower])?,
        };
        Ok((y, w_layout.shape().clone()))
    }

    fn bwd(
        &self,
        w: &Tensor,
        upper: &Tensor,
        lower: &Tensor,
        _y: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let [dw, du, dl] = match w.dtype() {
            DType::F32 => self.backward_as::<f32>([w, upper, lower], gradient)?,
            _ => self.backward_as::<f64>([w, upper, lower], gradient)?,
        };
        Ok((Some(dw), Some(du), Some(dl)))
    }
}
