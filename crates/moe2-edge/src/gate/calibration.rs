//! Whether predictions mean what they say.

use super::{Gate, GateLoss};
use crate::data::RoutingData;
use crate::{Error, ExpertSet, Result};

/// The temperature that minimises the mean loss of a gate's logits on held-out rows, `exp(t)` with `t` in [-3, 3], by
/// golden-section search. Under [`GateLoss::Posterior`] the loss has one minimum in it.
///
/// # Errors
/// [`Error::EmptySet`], [`Error::Dimension`] if the table has other experts than the gate, and
/// [`Error::InvalidValue`] if no row has a positive score.
pub fn calibrate_temperature(gate: &Gate, data: &RoutingData, loss: GateLoss) -> Result<f64> {
    let logits = gate.predict_logits(data.prompts());
    let all = ExpertSet::first(data.experts());
    let cost = |t: f64| -> Result<f64> {
        loss.mean(&logits, t.exp(), data, all)?.ok_or_else(|| {
            let what = "largest score of a table for calibration".to_owned();
            Error::InvalidValue { what, rule: "above 0", value: 0.0 }
        })
    };
    golden_section(cost, -3.0, 3.0).map(f64::exp)
}

/// The place of a minimum between two ends, to 1e-6.
fn golden_section(f: impl Fn(f64) -> Result<f64>, mut low: f64, mut high: f64) -> Result<f64> {
    let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
    let inner = |low: f64, high: f64| (high - ratio * (high - low), low + ratio * (high - low));
    let (mut a, mut b) = inner(low, high);
    let (mut at_a, mut at_b) = (f(a)?, f(b)?);
    while high - low > 1e-6 {
        if at_a <= at_b {
            (high, b, at_b) = (b, a, at_a);
            a = inner(low, high).0;
            at_a = f(a)?;
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = inner(low, high).1;
            at_b = f(b)?;
        }
    }
    Ok(f64::midpoint(low, high))
}

/// Predictions between two neighbouring bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibrationBin {
    /// How many there are.
    pub count: usize,
    /// Their mean; 0 if there are none.
    pub predicted: f64,
    /// The mean of what came; 0 if there are none.
    pub observed: f64,
}

/// Predicted scores against scores that came, both in [0, 1].
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationReport {
    /// Bins of equal width over [0, 1].
    pub bins: Vec<CalibrationBin>,
    /// Expected calibration error: the mean over predictions of `|predicted - observed|` of their bins.
    pub ece: f64,
    /// The mean binary cross-entropy, in nats; predictions are kept 1e-7 away from 0 and 1.
    pub nll: f64,
    /// The mean squared difference.
    pub brier: f64,
}

impl CalibrationReport {
    /// Compares pairs of predictions and outcomes, in bins of equal width.
    ///
    /// ```
    /// let report = moe2_edge::gate::CalibrationReport::new(&[0.9, 0.9, 0.1, 0.3], &[1.0, 0.0, 0.0, 0.0], 10)?;
    /// // bins of 0.9, 0.1 and 0.3: 2/4 * 0.4 + 1/4 * 0.1 + 1/4 * 0.3
    /// common::assert_close!(report.ece, 0.3, abs = 1e-7);
    /// # Ok::<(), moe2_edge::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Dimension`] for no pair, different lengths or no bin; [`Error::InvalidValue`] for a number outside
    /// [0, 1].
    pub fn new(predicted: &[f32], observed: &[f32], bins: usize) -> Result<Self> {
        let sizes = [
            ("outcomes of predictions", predicted.len().max(1), observed.len()),
            ("bins of a calibration from 1 to 10000", bins.clamp(1, 10_000), bins),
        ];
        for (what, expected, got) in sizes {
            if expected != got {
                return Err(Error::Dimension { what: what.to_owned(), expected, got });
            }
        }
        if let Some(&value) = predicted.iter().chain(observed).find(|value| !(0.0..=1.0).contains(*value)) {
            let (what, value) = ("prediction or outcome".to_owned(), f64::from(value));
            return Err(Error::InvalidValue { what, rule: "in [0, 1]", value });
        }
        let mut sums = vec![CalibrationBin { count: 0, predicted: 0.0, observed: 0.0 }; bins];
        let (mut nll, mut brier) = (Vec::new(), Vec::new());
        for (&p, &y) in predicted.iter().zip(observed) {
            let (p, y) = (f64::from(p), f64::from(y));
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "p lies in [0, 1]")]
            let bin = ((p * bins as f64) as usize).min(bins - 1);
            sums[bin].count += 1;
            sums[bin].predicted += p;
            sums[bin].observed += y;
            brier.push((p - y) * (p - y));
            let p = p.clamp(1e-7, 1.0 - 1e-7);
            nll.push(-(y * p.ln() + (1.0 - y) * (1.0 - p).ln()));
        }
        let count = predicted.len() as f64;
        let ece = sums.iter().map(|bin| (bin.predicted - bin.observed).abs()).sum::<f64>() / count;
        for bin in &mut sums {
            let count = bin.count.max(1) as f64;
            bin.predicted /= count;
            bin.observed /= count;
        }
        let mean = |values: &[f64]| common::stats::sum(values) / count;
        Ok(Self { bins: sums, ece, nll: mean(&nll), brier: mean(&brier) })
    }
}
