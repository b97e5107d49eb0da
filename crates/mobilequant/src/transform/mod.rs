//! Transformations of the weights that leave the model's function as it is.

mod apply;
mod outliers;
mod rotation;
mod smooth;

pub use outliers::{Outliers, inject_outliers};
pub use rotation::rotate_residual;
pub use smooth::{ChannelMaxima, SmoothQuant};

use crate::{Checkpoint, Config, Error, Result};

/// Where a block can be transformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum TransformSite {
    /// Norm to queries, keys and values (with a parallel residual also to gate and up); `width` channels.
    NormQkv,
    /// Norm to gate and up; `width` channels. None with a parallel residual.
    NormMlp,
    /// Values to the output of attention; `kv_heads head_dim` channels.
    ValueOut,
    /// Up to down; `mlp_width` channels.
    UpDown,
    /// Queries and keys; `kv_heads head_dim` channels, equal on two that the rotary embedding rotates together.
    QueryKey,
}

impl TransformSite {
    /// All, in the order in which they are applied.
    pub const ALL: [Self; 5] = [Self::NormQkv, Self::NormMlp, Self::ValueOut, Self::UpDown, Self::QueryKey];

    /// Number of channels in a model of this configuration.
    #[must_use]
    pub fn channels(self, config: &Config) -> usize {
        match self {
            Self::NormQkv | Self::NormMlp => config.width,
            Self::ValueOut | Self::QueryKey => config.kv_width(),
            Self::UpDown => config.mlp_width,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NormQkv => "norm to queries, keys and values",
            Self::NormMlp => "norm to gate and up",
            Self::ValueOut => "values to output",
            Self::UpDown => "up to down",
            Self::QueryKey => "queries and keys",
        }
    }
}

/// Whether scales of queries and keys are equal on channels that are rotated together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum QkScaling {
    /// They are; nothing else leaves the scores as they are.
    #[default]
    Tied,
    /// They need not be, as in the paper's reference code; then scores change.
    UntiedReference,
}

/// Scale and shift of each channel at each site of each block: the layer before gives `(x - shift) / scale`, the layer
/// behind takes it back.
///
/// ```text
/// norm to linear    gamma' = gamma / s,  beta' = (beta - d) / s,  W' = W diag(s),  b' = b + W d
/// values to output  Wv' = diag(1/s) Wv,  bv' = (bv - d) / s,      Wo' = Wo diag(s),  bo' = bo + Wo d
/// up to down        W3' = diag(1/s) W3,  b3' = b3 / s,            W2' = W2 diag(s)
/// queries and keys  Wq' = diag(1/s) Wq,  bq' = bq / s,            Wk' = diag(s) Wk,  bk' = s bk
/// ```
///
/// With grouped heads, query heads take the scales of their key head (derived here; the paper's reference code leaves
/// these sites out unless every query head has its own key head).
#[derive(Debug, Clone, PartialEq)]
pub struct Equivalent {
    config: Config,
    qk: QkScaling,
    blocks: Vec<[Channels; 5]>,
}

/// What happens to the channels of one site; `None` for nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Channels {
    pub(crate) scale: Option<Vec<f32>>,
    pub(crate) shift: Option<Vec<f32>>,
}

impl Equivalent {
    /// Nothing to be done for models of this configuration.
    #[must_use]
    pub fn identity(config: &Config) -> Self {
        let blocks = vec![<[Channels; 5]>::default(); config.layers];
        Self { config: config.clone(), qk: QkScaling::Tied, blocks }
    }

    /// Allows untied scales of queries and keys, which change the function under a rotary embedding.
    #[must_use]
    pub fn with_qk_scaling(mut self, qk: QkScaling) -> Self {
        self.qk = qk;
        self
    }

    /// Sets the scales of a site.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a scale that is 0 or not finite, [`Error::Shape`] for another number of channels,
    /// [`Error::NotInvariant`] for queries and keys whose rotated pairs differ, and for the MLP's norm with a parallel
    /// residual.
    pub fn set_scale(&mut self, layer: usize, site: TransformSite, scale: Vec<f32>) -> Result<()> {
        self.check_channels(site, scale.len())?;
        if let Some(&bad) = scale.iter().find(|s| !(s.is_finite() && **s != 0.0 && s.recip().is_finite())) {
            return Err(Error::Quantity { name: "scale", rule: "finite and not 0", value: bad.into() });
        }
        if site == TransformSite::QueryKey && self.qk == QkScaling::Tied {
            let half = self.config.rotary_dim / 2;
            for (head, s) in scale.chunks_exact(self.config.head_dim).enumerate() {
                if let Some(c) = (0..half).find(|&c| s[c].to_bits() != s[c + half].to_bits()) {
                    let reason = format!(
                        "channels {c} and {} of head {head} are rotated together and have the scales {} and {}",
                        c + half,
                        s[c],
                        s[c + half]
                    );
                    return Err(Error::NotInvariant { transform: site.name(), reason });
                }
            }
        }
        self.channels_mut(layer, site)?.scale = Some(scale);
        Ok(())
    }

    /// Sets the shifts of a site.
    ///
    /// # Errors
    /// [`Error::NotInvariant`] for sites without shifts: up to down, whose output is multiplied by the gate, and queries
    /// and keys; else as [`Equivalent::set_scale`].
    pub fn set_shift(&mut self, layer: usize, site: TransformSite, shift: Vec<f32>) -> Result<()> {
        self.check_channels(site, shift.len())?;
        let reason = match site {
            TransformSite::UpDown => "the gate multiplies what a shift would add",
            TransformSite::QueryKey => "products of queries and keys do not cancel a shift",
            _ => {
                if let Some((place, &value)) = shift.iter().enumerate().find(|(_, d)| !d.is_finite()) {
                    return Err(Error::NonFinite { what: "shift".to_owned(), place, value: value.into() });
                }
                self.channels_mut(layer, site)?.shift = Some(shift);
                return Ok(());
            }
        };
        Err(Error::NotInvariant { transform: site.name(), reason: reason.to_owned() })
    }

    /// The scales of a site, `None` if it is left alone.
    #[must_use]
    pub fn scale(&self, layer: usize, site: TransformSite) -> Option<&[f32]> {
        self.blocks.get(layer)?[site as usize].scale.as_deref()
    }

    /// Changes the weights of a model.
    ///
    /// # Errors
    /// [`Error::Shape`] if the model has another configuration, [`Error::NonFinite`] if a weight leaves the range of
    /// f32; then the model is unchanged.
    pub fn fuse(&self, checkpoint: &mut Checkpoint) -> Result<()> {
        let sizes = |c: &Config| vec![c.layers, c.width, c.mlp_width, c.heads, c.kv_heads, c.head_dim];
        if sizes(&self.config) != sizes(&checkpoint.config) {
            let what = "sizes of the transformed model".to_owned();
            return Err(Error::Shape { what, expected: sizes(&self.config), got: sizes(&checkpoint.config) });
        }
        let mut changed = checkpoint.weights.blocks.clone();
        for (layer, (block, channels)) in changed.iter_mut().zip(&self.blocks).enumerate() {
            for site in TransformSite::ALL {
                apply::apply(&checkpoint.config, block, site, &channels[site as usize])?;
            }
            apply::check(block, layer)?;
        }
        checkpoint.weights.blocks = changed;
        Ok(())
    }

    /// The largest change of a logit by the transformation, as share of the largest logit, on a sequence in f32: below
    /// 1e-4 for a transformation that is exact but for rounding.
    ///
    /// # Errors
    /// As [`Equivalent::fuse`] and [`crate::Model::logits`].
    #[cfg(feature = "train")]
    pub fn check(&self, checkpoint: &Checkpoint, tokens: &[u32]) -> Result<f64> {
        let mut fused = checkpoint.clone();
        self.fuse(&mut fused)?;
        relative_change(checkpoint, &fused, tokens)
    }

    fn check_channels(&self, site: TransformSite, got: usize) -> Result<()> {
        if site == TransformSite::NormMlp && self.config.parallel_residual {
            let reason = "a parallel residual has one norm, whose site is that of queries, keys and values";
            return Err(Error::NotInvariant { transform: site.name(), reason: reason.to_owned() });
        }
        let expected = site.channels(&self.config);
        if got == expected {
            return Ok(());
        }
        Err(Error::Shape {
            what: format!("channels of {}", site.name()),
            expected: vec![expected],
            got: vec![got],
        })
    }

    fn channels_mut(&mut self, layer: usize, site: TransformSite) -> Result<&mut Channels> {
        match self.blocks.get_mut(layer) {
            Some(block) => Ok(&mut block[site as usize]),
            None => Err(Error::Count { name: "block", rule: "below the number of layers", count: layer }),
        }
    }
}

/// The largest difference of two models' logits on a sequence, as share of the first one's largest logit (f32).
///
/// # Errors
/// As [`crate::Model::logits`].
#[cfg(feature = "train")]
pub fn relative_change(before: &Checkpoint, after: &Checkpoint, tokens: &[u32]) -> Result<f64> {
    let logits = |checkpoint: &Checkpoint| -> Result<Vec<f64>> {
        let logits = crate::Model::new(checkpoint, candle_core::DType::F32)?.logits(tokens)?;
        crate::model::flat(&logits).map_err(crate::error::during("reading logits"))
    };
    let (before, after) = (logits(before)?, logits(after)?);
    let largest = before.iter().fold(0.0_f64, |max, x| max.max(x.abs()));
    // NaN stays.
    let worst = before
        .iter()
        .zip(&after)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, |max: f64, d| if d.is_nan() || max.is_nan() { f64::NAN } else { max.max(d) });
    Ok(worst / largest)
}
