//! The percentile of the authors' code.

use crate::{Error, Result};

/// The k-th smallest number, without interpolation, halves rounded to even. The slice is reordered.
///
/// ```text
/// k = 1 + round(0.01 q (n - 1))
/// ```
///
/// ```
/// use snn_iir::balance::percentile;
///
/// assert_eq!(percentile(&mut [3.0, 1.0, 4.0, 2.0], 50.0)?, 3.0);
/// # Ok::<(), snn_iir::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidPercentile`] for q outside (0, 100], [`Error::Count`] for an empty slice, [`Error::NonFinite`] if the
/// result is NaN or infinite.
pub fn percentile(values: &mut [f32], q: f64) -> Result<f32> {
    if !(q > 0.0 && q <= 100.0) {
        return Err(Error::InvalidPercentile(q));
    }
    if values.is_empty() {
        return Err(Error::Count { name: "values of a percentile", rule: "at least 1", count: 0 });
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and n - 1")]
    let index = (0.01 * q * (values.len() - 1) as f64).round_ties_even() as usize;
    let index = index.min(values.len() - 1);
    let (_, &mut value, _) = values.select_nth_unstable_by(index, f32::total_cmp);
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Error::NonFinite { what: "percentile of currents".into(), place: index, value: value.into() })
    }
}
