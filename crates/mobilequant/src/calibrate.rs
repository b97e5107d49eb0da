//! Ranges of activations over calibration data.

use crate::error::during;
use crate::transform::ChannelMaxima;
use crate::{Error, Model, Result, Site, Tap};
use candle_core::{DType, Tensor};
use common::tensor::real::with_slice;
use std::collections::BTreeMap;

/// Smallest and largest value at every site of every block, and the largest magnitude of each channel that a matrix
/// reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    ranges: BTreeMap<(usize, Site), (f32, f32)>,
    maxima: Vec<ChannelMaxima>,
    tokens: usize,
}

impl Calibration {
    /// Runs sequences through a model in full precision and watches. The logistic function inside SiLU has the fixed
    /// range [0, 1].
    ///
    /// # Errors
    /// [`Error::Count`] without sequences, [`Error::NonFinite`] for an activation that is not finite, and those of
    /// [`Model::forward`].
    pub fn collect<'a>(model: &Model, sequences: impl IntoIterator<Item = &'a [u32]>) -> Result<Self> {
        let empty = || ChannelMaxima { qkv: Vec::new(), out: Vec::new(), mlp: Vec::new(), down: Vec::new() };
        let maxima = vec![empty(); model.config().layers];
        let mut watch = Watch { found: Self { ranges: BTreeMap::new(), maxima, tokens: 0 } };
        for tokens in sequences {
            model.blocks(model.embed(&[tokens])?, &mut watch)?;
            watch.found.tokens += tokens.len();
        }
        if watch.found.tokens == 0 {
            return Err(Error::Count { name: "calibration sequences", rule: "at least 1", count: 0 });
        }
        Ok(watch.found)
    }

    /// Ranges from elsewhere, for a model of so many blocks. Channel maxima are unknown then, and SmoothQuant refuses.
    ///
    /// # Errors
    /// [`Error::Count`] for a block that the model does not have, [`Error::Range`] as [`Calibration::set_range`].
    pub fn from_ranges(
        layers: usize,
        ranges: impl IntoIterator<Item = ((usize, Site), (f32, f32))>,
    ) -> Result<Self> {
        let mut calibration = Self { ranges: BTreeMap::new(), maxima: Vec::new(), tokens: 0 };
        for ((layer, site), range) in ranges {
            if layer >= layers {
                let rule = "below the number of layers";
                return Err(Error::Count { name: "block", rule, count: layer });
            }
            calibration.set_range(layer, site, range)?;
        }
        Ok(calibration)
    }

    /// The range at a site of a block, if the model has that site.
    #[must_use]
    pub fn range(&self, layer: usize, site: Site) -> Option<(f32, f32)> {
        self.ranges.get(&(layer, site)).copied()
    }

    /// All ranges, in the order of blocks and sites.
    pub fn ranges(&self) -> impl Iterator<Item = ((usize, Site), (f32, f32))> {
        self.ranges.iter().map(|(place, range)| (*place, *range))
    }

    /// Largest magnitudes of channels, one set a block.
    #[must_use]
    pub fn channel_maxima(&self) -> &[ChannelMaxima] {
        &self.maxima
    }

    /// Number of tokens seen.
    #[must_use]
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// Replaces a range, for ranges that were learned or come from elsewhere.
    ///
    /// # Errors
    /// [`Error::Range`] if it is not finite or runs backwards.
    pub fn set_range(&mut self, layer: usize, site: Site, (lo, hi): (f32, f32)) -> Result<()> {
        if !(lo.is_finite() && hi.is_finite() && lo <= hi) {
            return Err(Error::Range { what: site.path().to_owned(), lo: lo.into(), hi: hi.into() });
        }
        self.ranges.insert((layer, site), (lo, hi));
        Ok(())
    }
}

struct Watch {
    found: Calibration,
}

impl Tap for Watch {
    fn at(&mut self, layer: usize, site: Site, x: Tensor) -> Result<Tensor> {
        if site == Site::Sigmoid {
            self.found.ranges.insert((layer, site), (0.0, 1.0));
            return Ok(x);
        }
        let plain = x.to_dtype(DType::F32).map_err(during("calibration"))?;
        let range = with_slice::<f32, _>("calibration", &plain, |values| Ok(extent(values)));
        let (lo, hi) = range.map_err(during("calibration"))?;
        if !(lo.is_finite() && hi.is_finite()) {
            let what = format!("activation at layers.{layer}.{}", site.path());
            return Err(Error::NonFinite { what, place: 0, value: f64::from(lo + hi) });
        }
        let range = self.found.ranges.entry((layer, site)).or_insert((lo, hi));
        *range = (range.0.min(lo), range.1.max(hi));
        let maxima = &mut self.found.maxima[layer];
        let channels = match site {
            Site::AttentionNormOutput => &mut maxima.qkv,
            Site::MlpNormOutput => &mut maxima.mlp,
            Site::Attended => &mut maxima.out,
            Site::DownInput => &mut maxima.down,
            _ => return Ok(x),
        };
        channels.resize(x.dims().last().copied().unwrap_or(0), 0.0);
        let update = |values: &[f32]| {
            for row in values.chunks_exact(channels.len()) {
                channels.iter_mut().zip(row).for_each(|(max, x)| *max = max.max(x.abs()));
            }
            Ok(())
        };
        with_slice::<f32, _>("calibration", &plain, update).map_err(during("calibration"))?;
        Ok(x)
    }
}

/// Smallest and largest; NaN anywhere gives NaN.
fn extent(values: &[f32]) -> (f32, f32) {
    let mut range = (f32::INFINITY, f32::NEG_INFINITY);
    let mut sum = 0.0;
    for &x in values {
        range = (range.0.min(x), range.1.max(x));
        sum += x * 0.0;
    }
    if sum.is_nan() { (f32::NAN, f32::NAN) } else { range }
}
