//! Dropout with masks that are drawn once for a pass.

use crate::{Error, Result};
use common::rng::Streams;
use rand::Rng as _;
use std::sync::Arc;

/// Dropout of one training pass. The mask of a layer depends on the seed, the name of the pass and the layer
/// only, so a resumed run draws the same ones; it is the same in all timesteps.
#[derive(Debug, Clone)]
pub struct Dropout {
    rate: f64,
    streams: Streams,
    pass: String,
}

impl Dropout {
    /// Dropout of this rate in the pass of this name. The rate is rounded to a multiple of 1/65536.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a rate outside [0, 1).
    pub fn new(rate: f64, streams: Streams, pass: impl Into<String>) -> Result<Self> {
        check_rate(rate)?;
        Ok(Self { rate, streams, pass: pass.into() })
    }

    /// Factors for `count` neurons of the layer of this number: 0 with the rate as probability, else
    /// `1 / (1 - rate)`. `None` at rate 0.
    ///
    /// ```
    /// use common::rng::Streams;
    /// use snn_iir::Dropout;
    ///
    /// let mask = Dropout::new(0.25, Streams::new(1), "epoch 1")?.mask(0, 10_000).unwrap();
    /// let kept = mask.iter().filter(|&&factor| factor == 4.0 / 3.0).count();
    /// assert!((7_300..7_700).contains(&kept));
    /// # Ok::<(), snn_iir::Error>(())
    /// ```
    #[must_use]
    pub fn mask(&self, layer: usize, count: usize) -> Option<Arc<Vec<f32>>> {
        const LEVELS: f64 = 65536.0;
        let dropped = (self.rate * LEVELS).round();
        if dropped <= 0.0 {
            return None;
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 65535")]
        let (limit, kept) =
            (dropped.min(LEVELS - 1.0) as u16, (LEVELS / (LEVELS - dropped.min(LEVELS - 1.0))) as f32);
        let mut rng = self.streams.stream(&format!("dropout/{}/{layer}", self.pass));
        let mut mask = Vec::with_capacity(count);
        let mut bytes = [0_u8; 8192];
        while mask.len() < count {
            rng.fill_bytes(&mut bytes);
            let draws = bytes.as_chunks::<2>().0.iter().map(|&pair| u16::from_le_bytes(pair));
            mask.extend(draws.take(count - mask.len()).map(|draw| if draw < limit { 0.0 } else { kept }));
        }
        Some(Arc::new(mask))
    }
}

pub(crate) fn check_rate(rate: f64) -> Result<()> {
    if (0.0..1.0).contains(&rate) {
        Ok(())
    } else {
        Err(Error::Quantity { name: "dropout rate", rule: "in [0, 1)", value: rate })
    }
}
