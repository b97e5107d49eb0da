//! A layer of spiking neurons over all timesteps as one differentiable operation.

mod kernel;
mod observe;

use crate::neuron::{ResetMode, Surrogate};
use crate::pooling::Planes;
use candle_core::{CpuStorage, CustomOp3, DType, Layout, Result, Shape, Tensor, bail};
use common::tensor::real::{Real, slice, unsupported, with_slice};
use kernel::{Kernel, Window};
use std::sync::Arc;

pub(crate) use kernel::Rule;
pub(crate) use observe::{Observation, observe};

const NAME: &str = "spiking layer";

/// How a layer runs.
#[derive(Debug, Clone)]
pub struct SpikeSettings {
    /// Number of timesteps T, at least 1.
    pub timesteps: usize,
    /// Whether the currents are the same in all timesteps, and given once.
    pub constant: bool,
    /// What a spike does to the potential.
    pub reset: ResetMode,
    /// The derivative of the spike.
    pub surrogate: Surrogate,
    /// Factors of the spikes, the same in all timesteps: one for each neuron of each sample.
    pub mask: Option<Arc<Vec<f32>>>,
    /// Side of an average pool right after the spikes, which divides the last two dimensions.
    pub pool: Option<usize>,
}

/// The spikes of a layer of neurons in all timesteps, 1 or 0, times the mask if there is one.
///
/// `currents` has the shape `[T·B, …]`, all samples of the first timestep first, or `[B, …]` if they are
/// constant; the result has the shape `[T·B, …]`, or its pooled form. `threshold` and `leak` have the shape `[1]`. The equations
/// and their derivatives are those of [`crate::neuron::Neuron`]; the gradients of threshold and leak are
/// summed in an order that does not depend on the number of threads.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use snn_iir::spiking::{SpikeSettings, spikes};
///
/// let currents = Tensor::from_vec(vec![0.6_f32; 5], (5, 1), &Device::Cpu)?;
/// let [threshold, leak] = [Tensor::new(&[1_f32], &Device::Cpu)?, Tensor::new(&[0.9_f32], &Device::Cpu)?];
/// let settings = SpikeSettings {
///     timesteps: 5,
///     constant: false,
///     reset: Default::default(),
///     surrogate: Default::default(),
///     mask: None,
///     pool: None,
/// };
/// let train = spikes(&currents, &threshold, &leak, &settings)?;
/// assert_eq!(train.flatten_all()?.to_vec1::<f32>()?, [0., 1., 0., 1., 0.]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// If T is 0 or does not divide the first dimension, if mask or pool do not fit, if threshold or leak is no
/// single number or the threshold not positive, or if the element types are not all f32 or all f64.
pub fn spikes(
    currents: &Tensor,
    threshold: &Tensor,
    leak: &Tensor,
    settings: &SpikeSettings,
) -> Result<Tensor> {
    let op = SpikeOp::new(currents, threshold, leak, settings)?;
    currents.contiguous()?.apply_op3(threshold, leak, op)
}

struct SpikeOp {
    settings: SpikeSettings,
    shape: Shape,
    /// Neurons of one timestep.
    width: usize,
    pool: Option<Planes>,
}

impl SpikeOp {
    fn new(currents: &Tensor, threshold: &Tensor, leak: &Tensor, settings: &SpikeSettings) -> Result<Self> {
        let timesteps = settings.timesteps;
        let mut dims = currents.dims().to_vec();
        if timesteps == 0 || dims.is_empty() || currents.elem_count() == 0 {
            bail!("{NAME} needs at least one timestep and currents, got {timesteps} and {dims:?}");
        }
        if settings.constant {
            dims[0] *= timesteps;
        } else if !dims[0].is_multiple_of(timesteps) {
            bail!("{NAME} needs currents of {timesteps} timesteps, got {dims:?}");
        }
        let shape = Shape::from(dims);
        let width = shape.elem_count() / timesteps;
        if let Some(mask) = &settings.mask
            && mask.len() != width
        {
            bail!("{NAME} needs a mask of {width} factors, got {}", mask.len());
        }
        for (name, parameter) in [("threshold", threshold), ("leak", leak)] {
            if parameter.dims() != [1] {
                bail!("{NAME} needs a {name} of shape [1], got {:?}", parameter.dims());
            }
        }
        let pool = settings.pool.map(|kernel| match Planes::new(shape.dims(), kernel) {
            Some(planes) => Ok(planes),
            None => bail!("{NAME} needs a pool that divides its map, got {kernel} for {shape:?}"),
        });
        let pool = pool.transpose()?;
        let shape = pool.map_or(shape.clone(), |pool| Shape::from(pool.pooled(shape.dims())));
        Ok(Self { settings: settings.clone(), shape, width, pool })
    }

    fn kernel<T: Real>(&self, threshold: T, leak: T) -> Result<Kernel<'_, T>> {
        let positive = threshold > T::zero() && threshold.to_f64().is_finite();
        if !positive {
            bail!("{NAME} needs a positive threshold, got {threshold}");
        }
        Ok(Kernel {
            rule: Rule::new(threshold, leak, self.settings.reset),
            timesteps: self.settings.timesteps,
            width: self.width,
            mask: self.settings.mask.as_ref().map(|mask| mask.as_slice()),
            pool: self.pool,
        })
    }

    fn forward<T: Real>(&self, [currents, threshold, leak]: [&[T]; 3]) -> Result<(CpuStorage, Shape)> {
        let spikes = self.kernel(threshold[0], leak[0])?.forward(currents);
        Ok((T::to_cpu_storage_owned(spikes), self.shape.clone()))
    }

    fn backward<T: Real>(
        &self,
        currents: &Tensor,
        parameters: [&Tensor; 2],
        gradient: &Tensor,
    ) -> Result<Gradients> {
        let [threshold, leak] = parameters.map(Tensor::to_vec1::<T>);
        let kernel = self.kernel(threshold?[0], leak?[0])?;
        let window = Window::new(self.settings.surrogate);
        let (dcurrents, dthreshold, dleak) = with_slice::<T, _>(NAME, currents, |currents| {
            with_slice::<T, _>(NAME, gradient, |gradient| Ok(kernel.backward(currents, gradient, window)))
        })?;
        let device = currents.device();
        let scalar = |value: f64| Tensor::from_vec(vec![T::from_f64(value)], 1, device);
        Ok((
            Some(Tensor::from_vec(dcurrents, currents.shape(), device)?),
            Some(scalar(dthreshold)?),
            Some(scalar(dleak)?),
        ))
    }
}

type Gradients = (Option<Tensor>, Option<Tensor>, Option<Tensor>);

impl CustomOp3 for SpikeOp {
    fn name(&self) -> &'static str {
        NAME
    }

    fn cpu_fwd(
        &self,
        a: &CpuStorage,
        al: &Layout,
        threshold: &CpuStorage,
        tl: &Layout,
        leak: &CpuStorage,
        ll: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        match (a, threshold, leak) {
            (CpuStorage::F32(_), CpuStorage::F32(_), CpuStorage::F32(_)) => self.forward::<f32>([
                slice(NAME, a, al)?,
                slice(NAME, threshold, tl)?,
                slice(NAME, leak, ll)?,
            ]),
            (CpuStorage::F64(_), CpuStorage::F64(_), CpuStorage::F64(_)) => self.forward::<f64>([
                slice(NAME, a, al)?,
                slice(NAME, threshold, tl)?,
                slice(NAME, leak, ll)?,
            ]),
            _ => unsupported(NAME, &[a, threshold, leak]),
        }
    }

    fn bwd(
        &self,
        a: &Tensor,
        threshold: &Tensor,
        leak: &Tensor,
        _: &Tensor,
        g: &Tensor,
    ) -> Result<Gradients> {
        match a.dtype() {
            DType::F32 => self.backward::<f32>(a, [threshold, leak], g),
            _ => self.backward::<f64>(a, [threshold, leak], g),
        }
    }
}
