//! Counters of processor packages and memory.

use super::{EnergyMeter, EnergySample, EnergySource, MeterFault, sysfs};
use crate::Result;
use std::path::{Path, PathBuf};

/// The energy of all processor packages and, where it is counted, of memory: the counters that Linux shows below
/// `/sys/class/powercap` for Intel's and AMD's running average power limit.
///
/// Cores and graphics inside a package are part of its counter and are left out, and so is the counter of the whole
/// platform. Counters wrap at `max_energy_range_uj`, about once in a quarter of an hour at full power: read more often.
#[derive(Debug)]
pub struct Rapl {
    zones: Vec<Zone>,
    total_uj: u64,
}

#[derive(Debug)]
struct Zone {
    counter: PathBuf,
    range: u64,
    last: u64,
}

impl Rapl {
    /// Where Linux keeps the counters.
    pub const ROOT: &'static str = "/sys/class/powercap";

    /// The counters below a folder, [`Rapl::ROOT`] on a real machine.
    ///
    /// # Errors
    /// [`crate::Error::Meter`]: no counter of a package, one that may not be read (on most systems only root may), one
    /// that is not a number or beyond its range.
    pub fn open(root: impl AsRef<Path>) -> Result<Self> {
        let root = root.as_ref();
        let zones = zones(root).map_err(|fault| fault.of(root.display().to_string()))?;
        Ok(Self { zones, total_uj: 0 })
    }

    /// The number of counters that are summed.
    #[must_use]
    pub fn zones(&self) -> usize {
        self.zones.len()
    }
}

impl EnergyMeter for Rapl {
    fn read(&mut self) -> Result<EnergySample> {
        for zone in &mut self.zones {
            let now = zone.read().map_err(|fault| fault.of(zone.counter.display().to_string()))?;
            self.total_uj += elapsed_uj(zone.last, now, zone.range);
            zone.last = now;
        }
        Ok(EnergySample { energy_j: self.total_uj as f64 * 1e-6, source: EnergySource::Counter })
    }
}

/// From one reading to the next, over at most one wrap.
fn elapsed_uj(last: u64, now: u64, range: u64) -> u64 {
    if now >= last { now - last } else { range - last + now }
}

impl Zone {
    fn read(&self) -> std::result::Result<u64, MeterFault> {
        let value = sysfs::number(&self.counter)?;
        if value > self.range { Err(MeterFault::Range { range: self.range, value }) } else { Ok(value) }
    }
}

/// Zones named `package-*`, and `dram` inside them. A zone is a folder with a colon in its name (`intel-rapl:0`, and
/// `intel-rapl:0:1` for a part of it); the kernel lists parts beside their wholes or inside them, or both.
fn zones(root: &Path) -> std::result::Result<Vec<Zone>, MeterFault> {
    let mut folders = Vec::new();
    for folder in sysfs::entries(root)? {
        let parts = sysfs::entries(&folder)?;
        folders.extend([folder]);
        folders.extend(parts);
    }
    let mut zones: Vec<(String, Zone)> = Vec::new();
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // The same counters are shown a second time through the memory-mapped interface.
        if !name.contains(':') || name.contains("-mmio") || zones.iter().any(|(other, _)| *other == name) {
            continue;
        }
        let label = sysfs::text(&folder.join("name"))?;
        if !label.starts_with("package") && label != "dram" {
            continue;
        }
        let range = sysfs::number(&folder.join("max_energy_range_uj"))?;
        let mut zone = Zone { counter: folder.join("energy_uj"), range, last: 0 };
        zone.last = zone.read()?;
        zones.push((name, zone));
    }
    if zones.is_empty() {
        return Err(MeterFault::NoSensor { sensor: "the energy of a processor package" });
    }
    Ok(zones.into_iter().map(|(_, zone)| zone).collect())
}
