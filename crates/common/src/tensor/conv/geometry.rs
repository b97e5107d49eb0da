//! Sizes of a two-dimensional convolution.

use candle_core::{Result, Tensor, bail};

/// All sizes of one convolution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Geometry {
    pub(super) n: usize,
    pub(super) c: usize,
    pub(super) h: usize,
    pub(super) w: usize,
    pub(super) o: usize,
    pub(super) kh: usize,
    pub(super) kw: usize,
    pub(super) stride: usize,
    pub(super) padding: usize,
    pub(super) oh: usize,
    pub(super) ow: usize,
}

impl Geometry {
    pub(super) fn new(
        x: &Tensor,
        weight: &Tensor,
        bias: Option<&Tensor>,
        stride: usize,
        padding: usize,
    ) -> Result<Self> {
        let (n, c, h, w) = x.dims4()?;
        let (o, weight_c, kh, kw) = weight.dims4()?;
        if x.elem_count() == 0 || weight.elem_count() == 0 {
            bail!(
                "convolution needs tensors with elements, got x {:?}, weight {:?}",
                x.shape(),
                weight.shape()
            );
        }
        if weight_c != c {
            bail!(
                "convolution needs a weight of {c} input channels as x has, got weight {:?}",
                weight.shape()
            );
        }
        if let Some(bias) = bias
            && bias.dims() != [o]
        {
            bail!("convolution needs a bias of shape [{o}], got {:?}", bias.shape());
        }
        if stride == 0 {
            bail!("convolution needs a stride of at least 1, got 0");
        }
        let extent = |size: usize| padding.checked_mul(2).and_then(|both| both.checked_add(size));
        let (Some(ph), Some(pw)) = (extent(h), extent(w)) else {
            bail!("convolution needs a padding that fits the address space, got {padding}");
        };
        if ph < kh || pw < kw {
            bail!("convolution needs a kernel within the padded map {ph}x{pw}, got {kh}x{kw}");
        }
        let (oh, ow) = ((ph - kh) / stride + 1, (pw - kw) / stride + 1);
        let count = [n, o, oh, ow].into_iter().try_fold(size_of::<f64>(), usize::checked_mul);
        if count.is_none_or(|bytes| isize::try_from(bytes).is_err()) {
            bail!("convolution needs a result that fits the address space, got {n}x{o}x{oh}x{ow}");
        }
        Ok(Self { n, c, h, w, o, kh, kw, stride, padding, oh, ow })
    }

    /// Rows of the patch matrix: the weights of one output channel.
    pub(super) fn patch(&self) -> usize {
        self.c * self.kh * self.kw
    }

    /// Places of the output map.
    pub(super) fn places(&self) -> usize {
        self.oh * self.ow
    }

    /// Numbers of one input image.
    pub(super) fn input(&self) -> usize {
        self.c * self.h * self.w
    }

    /// Numbers of one output image.
    pub(super) fn output(&self) -> usize {
        self.o * self.places()
    }

    /// The output columns `from..to` whose input column `j * stride + shift - padding` lies inside the map.
    pub(super) fn inside(&self, shift: usize, out: usize, size: usize) -> (usize, usize) {
        let from = self.padding.saturating_sub(shift).div_ceil(self.stride).min(out);
        let to = (size + self.padding).saturating_sub(shift).div_ceil(self.stride).min(out);
        (from, to.max(from))
    }
}
