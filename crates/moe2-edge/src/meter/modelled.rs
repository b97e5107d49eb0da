//! A meter where there is no sensor.

use super::{EnergyMeter, EnergySample, EnergySource};
use crate::{Error, Result};
use std::time::Instant;

/// Energy from a model of a server's power:
///
/// ```text
/// energy = idle_w * elapsed + (active_w - idle_w) * busy
/// ```
///
/// where `busy` is the time that requests report. Its samples are marked [`EnergySource::Modelled`].
#[derive(Debug, Clone)]
pub struct Modelled {
    idle_w: f64,
    active_w: f64,
    busy_s: f64,
    start: Instant,
}

impl Modelled {
    /// A model of this power at rest and under load, in watts.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] unless `0 <= idle_w <= active_w`, both finite.
    pub fn new(idle_w: f64, active_w: f64) -> Result<Self> {
        let low = idle_w.is_finite() && idle_w >= 0.0;
        let high = active_w.is_finite() && active_w >= idle_w;
        for (what, rule, value, fits) in [
            ("idle power", "finite and at least 0", idle_w, low),
            ("active power", "finite and at least the idle power", active_w, high),
        ] {
            if !fits {
                return Err(Error::InvalidValue { what: what.to_owned(), rule, value });
            }
        }
        Ok(Self { idle_w, active_w, busy_s: 0.0, start: Instant::now() })
    }

    /// Adds time under load, in seconds.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] if it is negative or not finite.
    pub fn add_busy(&mut self, busy_s: f64) -> Result<()> {
        if !(busy_s.is_finite() && busy_s >= 0.0) {
            let what = "busy time".to_owned();
            return Err(Error::InvalidValue { what, rule: "finite and at least 0", value: busy_s });
        }
        self.busy_s += busy_s;
        Ok(())
    }

    /// The reading at a time since the meter was made.
    ///
    /// ```
    /// let mut meter = moe2_edge::meter::Modelled::new(15.0, 60.0)?;
    /// meter.add_busy(2.0)?;
    /// assert_eq!(meter.read_at(10.0)?.energy_j, 240.0); // 150 J at rest, 90 J for the work
    /// # Ok::<(), moe2_edge::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidValue`] if the time is negative or not finite.
    pub fn read_at(&self, time_s: f64) -> Result<EnergySample> {
        if !(time_s.is_finite() && time_s >= 0.0) {
            let what = "time of a reading".to_owned();
            return Err(Error::InvalidValue { what, rule: "finite and at least 0", value: time_s });
        }
        let energy_j = self.idle_w * time_s + (self.active_w - self.idle_w) * self.busy_s;
        Ok(EnergySample { energy_j, source: EnergySource::Modelled })
    }
}

impl EnergyMeter for Modelled {
    fn read(&mut self) -> Result<EnergySample> {
        self.read_at(self.start.elapsed().as_secs_f64())
    }
}
