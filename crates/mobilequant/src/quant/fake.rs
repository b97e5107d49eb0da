//! The quantiser of training as one differentiable operation.

use super::grid::{MAX_SCALE, MIN_SCALE};
use super::round::{round_even_f32, round_even_f64};
use super::{Bits, Symmetry};
use candle_core::{CpuStorage, CustomOp3, DType, Layout, Result, Shape, Tensor, bail};
use common::tensor::real::{Real, slice, unsupported, with_slice};
use rayon::prelude::*;

const NAME: &str = "fake quantisation";
/// Values a task; sums are per piece, in order, whatever the number of threads.
const PIECE: usize = 1 << 13;

/// Element types with rounding to even at ties.
pub(crate) trait Round: Real {
    fn round_even(self) -> Self;
}

impl Round for f32 {
    fn round_even(self) -> Self {
        round_even_f32(self)
    }
}

impl Round for f64 {
    fn round_even(self) -> Self {
        round_even_f64(self)
    }
}

/// Codes of a fake quantiser.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FakeQuant {
    /// Smallest code.
    pub q_min: i32,
    /// Largest code.
    pub q_max: i32,
    /// Whether the offset is rounded to a whole code first (straight through in the gradient). The paper's reference
    /// code trains real offsets and rounds at export only.
    pub round_offset: bool,
}

impl FakeQuant {
    /// The codes of this width and symmetry, with rounded offsets.
    #[must_use]
    pub fn new(bits: Bits, symmetry: Symmetry) -> Self {
        let (q_min, q_max) = symmetry.codes(bits);
        Self { q_min, q_max, round_offset: true }
    }
}

/// Quantises and dequantises `x` on grids of the learnable `scale` and `offset` (each with one element a group; a
/// group is a run of neighbours of `x`):
///
/// ```text
/// q~ = round(x / s) + o,   q = clamp(q~),   x^ = (q - o) s
/// inside the codes   dx^/dx = 1   dx^/ds = round(x/s) - x/s   dx^/do = 0
/// below              dx^/dx = 0   dx^/ds = q_min - o          dx^/do = -s
/// above              dx^/dx = 0   dx^/ds = q_max - o          dx^/do = -s
/// ```
///
/// the straight-through gradients of the paper's quantiser. Scales are taken to [1e-5, 1e6] first; gradients pass.
///
/// ```
/// use candle_core::{Device, Tensor, Var};
/// use mobilequant::quant::{Bits, FakeQuant, Symmetry, fake_quant};
///
/// let x = Tensor::new(&[0.33_f64], &Device::Cpu)?;
/// let scale = Var::new(&[0.05_f64], &Device::Cpu)?;
/// let offset = Var::new(&[20.0_f64], &Device::Cpu)?;
/// let y = fake_quant(&x, &scale, &offset, FakeQuant::new(Bits::B8, Symmetry::Asymmetric))?;
/// common::assert_close!(y.to_vec1::<f64>()?[0], 0.35, abs = 1e-12);
/// let gradients = y.sum_all()?.backward()?;
/// common::assert_close!(gradients.get(&scale).unwrap().to_vec1::<f64>()?[0], 0.4, abs = 1e-9);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// If the element types differ or are neither f32 nor f64, or if the groups do not divide `x`.
pub fn fake_quant(x: &Tensor, scale: &Tensor, offset: &Tensor, codes: FakeQuant) -> Result<Tensor> {
    let groups = scale.elem_count();
    if groups == 0 || offset.elem_count() != groups || !x.elem_count().is_multiple_of(groups) {
        bail!(
            "{NAME} needs one scale and offset a group of {:?}, got {groups} and {}",
            x.shape(),
            offset.elem_count()
        );
    }
    x.contiguous()?.apply_op3(&scale.contiguous()?, &offset.contiguous()?, codes)
}

impl FakeQuant {
    /// Scale and offset as they are used.
    fn grid<T: Round>(&self, scale: T, offset: T) -> (T, T) {
        let (min, max) = (T::from_f64(MIN_SCALE), T::from_f64(MAX_SCALE));
        let scale = if scale < min { min } else { scale };
        let scale = if scale > max { max } else { scale };
        (scale, if self.round_offset { offset.round_even() } else { offset })
    }

    fn ends<T: Real>(&self) -> (T, T) {
        (T::from_f64(self.q_min.into()), T::from_f64(self.q_max.into()))
    }

    fn forward<T: Round>(&self, x: &[T], scale: &[T], offset: &[T]) -> Vec<T> {
        let group = x.len() / scale.len();
        let (q_min, q_max) = self.ends::<T>();
        let mut y = vec![T::zero(); x.len()];
        for (index, (y, x)) in y.chunks_mut(group.max(1)).zip(x.chunks(group.max(1))).enumerate() {
            let (s, o) = self.grid(scale[index], offset[index]);
            y.par_chunks_mut(PIECE).zip(x.par_chunks(PIECE)).for_each(|(y, x)| {
                for (y, &x) in y.iter_mut().zip(x) {
                    let q = (x / s).round_even() + o;
                    let q = if q < q_min { q_min } else { q };
                    let q = if q > q_max { q_max } else { q };
                    *y = (q - o) * s;
                }
            });
        }
        y
    }

    /// Gradients of x, scale and offset.
    fn backward<T: Round>(&self, x: &[T], scale: &[T], offset: &[T], g: &[T]) -> [Vec<T>; 3] {
        let group = (x.len() / scale.len()).max(1);
        let (q_min, q_max) = self.ends::<T>();
        let mut dx = vec![T::zero(); x.len()];
        let (mut ds, mut d_o) = (Vec::with_capacity(scale.len()), Vec::with_capacity(scale.len()));
        let groups = dx.chunks_mut(group).zip(x.chunks(group)).zip(g.chunks(group));
        for (index, ((dx, x), g)) in groups.enumerate() {
            let (s, o) = self.grid(scale[index], offset[index]);
            let (below, above) = ((q_min - o).to_f64(), (q_max - o).to_f64());
            let sums: Vec<(f64, f64)> = dx
                .par_chunks_mut(PIECE)
                .zip(x.par_chunks(PIECE).zip(g.par_chunks(PIECE)))
                .map(|(dx, (x, g))| {
                    let (mut of_scale, mut outside) = (0.0, 0.0);
                    for ((dx, &x), &g) in dx.iter_mut().zip(x).zip(g) {
                        let ratio = x / s;
                        let rounded = ratio.round_even();
                        let q = rounded + o;
                        if q < q_min {
                            of_scale += below * g.to_f64();
                            outside += g.to_f64();
                        } else if q > q_max {
                            of_scale += above * g.to_f64();
                            outside += g.to_f64();
                        } else {
                            *dx = g;
                            of_scale += (rounded - ratio).to_f64() * g.to_f64();
                        }
                    }
                    (of_scale, outside)
                })
                .collect();
            let (of_scale, outside) = sums.iter().fold((0.0, 0.0), |(a, b), (c, d)| (a + c, b + d));
            ds.push(T::from_f64(of_scale));
            d_o.push(T::from_f64(-s.to_f64() * outside));
        }
        [dx, ds, d_o]
    }

    fn backward_as<T: Round>(&self, of: [&Tensor; 3], g: &Tensor) -> Result<[Tensor; 3]> {
        let [x, scale, offset] = of;
        let [dx, ds, d_o] = with_slice::<T, _>(NAME, x, |x| {
            with_slice::<T, _>(NAME, scale, |scale| {
                with_slice::<T, _>(NAME, offset, |offset| {
                    with_slice::<T, _>(NAME, g, |g| Ok(self.backward(x, scale, offset, g)))
                })
            })
        })?;
        Ok([
            Tensor::from_vec(dx, x.shape(), x.device())?,
            Tensor::from_vec(ds, scale.shape(), x.device())?,
            Tensor::from_vec(d_o, offset.shape(), x.device())?,
        ])
    }
}

impl CustomOp3 for FakeQuant {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        scale: &CpuStorage,
        scale_layout: &Layout,
        offset: &CpuStorage,
        offset_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let y = match (x, scale, offset) {
            (CpuStorage::F32(_), CpuStorage::F32(_), CpuStorage::F32(_)) => CpuStorage::F32(self.forward(
                slice(NAME, x, x_layout)?,
                slice(NAME, scale, scale_layout)?,
                slice(NAME, offset, offset_layout)?,
            )),
            (CpuStorage::F64(_), CpuStorage::F64(_), CpuStorage::F64(_)) => CpuStorage::F64(self.forward(
                slice(NAME, x, x_layout)?,
                slice(NAME, scale, scale_layout)?,
                slice(NAME, offset, offset_layout)?,
            )),
            _ => unsupported(NAME, &[x, scale, offset])?,
        };
        Ok((y, x_layout.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        scale: &Tensor,
        offset: &Tensor,
        _y: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let [dx, ds, d_o] = match x.dtype() {
            DType::F32 => self.backward_as::<f32>([x, scale, offset], gradient)?,
            _ => self.backward_as::<f64>([x, scale, offset], gradient)?,
        };
        Ok((Some(dx), Some(ds), Some(d_o)))
    }
}
