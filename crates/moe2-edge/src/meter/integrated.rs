//! Energy from samples of power.

use super::{EnergyMeter, EnergySample, EnergySource};
use crate::{Error, Result};
use std::time::Instant;

/// Something whose power can be asked for.
pub trait PowerSource {
    /// The power now, in watts.
    ///
    /// # Errors
    /// [`Error::Meter`] if the hardware does not answer.
    fn power_w(&mut self) -> Result<f64>;
}

/// The integral of power over time by the trapezoidal rule.
///
/// ```
/// let mut energy = moe2_edge::meter::PowerIntegral::default();
/// for (time_s, power_w) in [(0.0, 10.0), (1.0, 20.0), (3.0, 20.0)] {
///     energy.add(time_s, power_w)?;
/// }
/// assert_eq!(energy.energy_j(), 55.0); // 15 W for 1 s, 20 W for 2 s
/// # Ok::<(), moe2_edge::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PowerIntegral {
    last: Option<(f64, f64)>,
    energy_j: f64,
}

impl PowerIntegral {
    /// Adds a sample of power at a time.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] for a time before the last one or not finite, or a power that is negative or not finite.
    pub fn add(&mut self, time_s: f64, power_w: f64) -> Result<()> {
        let (before, power_before) = self.last.unwrap_or((time_s, power_w));
        for (what, rule, value, fits) in [
            ("time of a sample", "finite and not before the last one", time_s, time_s >= before),
            ("power of a sample", "finite and at least 0", power_w, power_w >= 0.0),
        ] {
            if !(value.is_finite() && fits) {
                return Err(Error::InvalidValue { what: what.to_owned(), rule, value });
            }
        }
        self.energy_j += f64::midpoint(power_before, power_w) * (time_s - before);
        self.last = Some((time_s, power_w));
        Ok(())
    }

    /// The energy between the first and the last sample, in joules.
    #[must_use]
    pub fn energy_j(&self) -> f64 {
        self.energy_j
    }
}

/// A meter that integrates the power of a source from one reading to the next. Read it several times a second.
#[derive(Debug)]
pub struct Integrated<S> {
    source: S,
    integral: PowerIntegral,
    start: Instant,
}

impl<S: PowerSource> Integrated<S> {
    /// A meter of this source, with a first sample taken now.
    ///
    /// # Errors
    /// Those of the source.
    pub fn new(source: S) -> Result<Self> {
        let mut meter = Self { source, integral: PowerIntegral::default(), start: Instant::now() };
        meter.read_at(0.0)?;
        Ok(meter)
    }

    /// The reading at a time since the meter was made, for sources with a clock of their own.
    ///
    /// # Errors
    /// Those of the source and of [`PowerIntegral::add`].
    pub fn read_at(&mut self, time_s: f64) -> Result<EnergySample> {
        let power_w = self.source.power_w()?;
        self.integral.add(time_s, power_w)?;
        Ok(EnergySample { energy_j: self.integral.energy_j(), source: EnergySource::Integrated })
    }
}

impl<S: PowerSource> EnergyMeter for Integrated<S> {
    fn read(&mut self) -> Result<EnergySample> {
        self.read_at(self.start.elapsed().as_secs_f64())
    }
}
