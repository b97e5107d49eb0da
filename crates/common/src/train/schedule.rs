//! Learning rates over the epochs.

use super::error::{Error, Result};

/// A learning rate that is multiplied by `factor` at given fractions of the epochs.
///
/// A milestone of fraction `m` applies from the epoch, counted from 1, that equals `floor(m · epochs)`. As the epochs
/// are counted from 1, a milestone that rounds down to 0 never applies, and several that round down to the same epoch
/// apply once: with few epochs there are fewer steps.
///
/// ```
/// use common::train::schedule::StepDecay;
///
/// let decay = StepDecay { base_lr: 0.01, factor: 0.2, milestones: vec![0.45, 0.7, 0.9] };
/// assert_eq!(decay.lr(134, 300), 0.01);
/// common::assert_close!(decay.lr(135, 300), 0.002, rel = 1e-15);
/// common::assert_close!(decay.lr(300, 300), 8e-5, rel = 1e-15);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct StepDecay {
    /// Learning rate of the first epoch.
    pub base_lr: f64,
    /// What the rate is multiplied by at each milestone, for example 0.2.
    pub factor: f64,
    /// Fractions of the number of epochs.
    pub milestones: Vec<f64>,
}

impl StepDecay {
    /// Checks the numbers.
    ///
    /// # Errors
    /// [`Error::Setting`] if the rate is negative, the factor not in (0, 1] or a milestone not in [0, 1].
    pub fn validate(&self) -> Result<()> {
        let setting = |field, rule, value| Err(Error::Setting { field, rule, value });
        if !(self.base_lr.is_finite() && self.base_lr >= 0.0) {
            return setting("base_lr", "be finite and at least 0", self.base_lr);
        }
        if !(self.factor > 0.0 && self.factor <= 1.0) {
            return setting("factor", "lie in (0, 1]", self.factor);
        }
        match self.milestones.iter().find(|&&m| !(0.0..=1.0).contains(&m)) {
            Some(&m) => setting("milestone", "lie in [0, 1]", m),
            None => Ok(()),
        }
    }

    /// The learning rate of an epoch, counted from 1, of so many epochs.
    #[must_use]
    pub fn lr(&self, epoch: usize, epochs: usize) -> f64 {
        let mut at: Vec<f64> = self.milestones.iter().map(|m| (m * epochs as f64).floor()).collect();
        at.sort_by(f64::total_cmp);
        at.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let applied = at.iter().filter(|&&at| at >= 1.0 && at <= epoch as f64).count();
        (0..applied).fold(self.base_lr, |lr, _| lr * self.factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published schedule: 300 epochs divided by 5 when the counter equals 135, 210 and 270.
    #[test]
    fn milestones_of_300_epochs() {
        let decay = StepDecay { base_lr: 1.0, factor: 0.2, milestones: vec![0.45, 0.7, 0.9] };
        let changes: Vec<usize> = (2..=300).filter(|&e| decay.lr(e, 300) < decay.lr(e - 1, 300)).collect();
        assert_eq!(changes, [135, 210, 270]);
    }

    #[test]
    fn few_epochs_merge_and_lose_milestones() {
        let decay = StepDecay { base_lr: 1.0, factor: 0.5, milestones: vec![0.45, 0.7, 0.9] };
        // 0.9, 1.4, 1.8: one is never met, two are met together
        assert_eq!([1, 2].map(|epoch| decay.lr(epoch, 2).to_bits()), [0.5_f64.to_bits(); 2]);
        // of 3 epochs: 1, 2, 2
        assert_eq!(
            [1, 2, 3].map(|epoch| decay.lr(epoch, 3).to_bits()),
            [0.5, 0.25, 0.25_f64].map(f64::to_bits)
        );
    }

    #[test]
    fn numbers_out_of_range() {
        let good = StepDecay { base_lr: 0.1, factor: 0.2, milestones: vec![0.5] };
        good.validate().unwrap();
        let text = |decay: StepDecay| decay.validate().unwrap_err().to_string();
        assert_eq!(text(StepDecay { factor: 5.0, ..good.clone() }), "factor must lie in (0, 1], got 5");
        assert_eq!(
            text(StepDecay { base_lr: f64::NAN, ..good.clone() }),
            "base_lr must be finite and at least 0, got NaN"
        );
        assert_eq!(
            text(StepDecay { milestones: vec![1.5], ..good }),
            "milestone must lie in [0, 1], got 1.5"
        );
    }
}
