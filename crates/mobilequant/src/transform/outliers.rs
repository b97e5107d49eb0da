//! Outlying channels, as large models have them, put into a small one.

use super::{Equivalent, TransformSite};
use crate::{Checkpoint, Error, Result};
use common::rng::Streams;
use rand::seq::index;

/// How many channels become outliers, and how large.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outliers {
    /// Factor of the channels, above 0.
    pub factor: f32,
    /// Channels of each norm of a block.
    pub per_norm: usize,
    /// Channels of up.
    pub per_up: usize,
}

/// Multiplies random channels of norms and of up by the factor and divides the weights that read them: full precision
/// computes the same, quantised activations lose their small channels. Returns what undoes it.
///
/// # Errors
/// [`Error::Quantity`] for a factor that is not finite and positive, [`Error::Count`] for more channels than there are,
/// and those of [`Equivalent::fuse`].
pub fn inject_outliers(checkpoint: &mut Checkpoint, outliers: Outliers, seed: u64) -> Result<Equivalent> {
    let config = checkpoint.config.clone();
    if !(outliers.factor.is_finite() && outliers.factor > 0.0) {
        let value = outliers.factor.into();
        return Err(Error::Quantity { name: "factor", rule: "finite and above 0", value });
    }
    let (mut forth, mut back) = (Equivalent::identity(&config), Equivalent::identity(&config));
    let streams = Streams::new(seed);
    for layer in 0..config.layers {
        for (site, count) in [
            (TransformSite::NormQkv, outliers.per_norm),
            (TransformSite::NormMlp, outliers.per_norm),
            (TransformSite::UpDown, outliers.per_up),
        ] {
            if site == TransformSite::NormMlp && config.parallel_residual {
                continue;
            }
            let channels = site.channels(&config);
            if count > channels {
                return Err(Error::Count { name: "outliers", rule: "at most that of channels", count });
            }
            let mut rng = streams.stream(&format!("outliers/{layer}/{site:?}"));
            let mut scale = vec![1.0; channels];
            let mut inverse = vec![1.0; channels];
            for channel in index::sample(&mut rng, channels, count) {
                // The layer before is divided by the scale.
                scale[channel] = 1.0 / outliers.factor;
                inverse[channel] = outliers.factor;
            }
            forth.set_scale(layer, site, scale)?;
            back.set_scale(layer, site, inverse)?;
        }
    }
    forth.fuse(checkpoint)?;
    Ok(back)
}
