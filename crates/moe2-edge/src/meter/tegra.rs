//! Power of Jetson boards.

use super::rails::is_input;
use super::{MeterFault, PowerSource, sysfs, total_power_mw};
use crate::Result;
use std::io::{BufRead, Read as _};
use std::path::{Path, PathBuf};

/// The INA3221 monitors of a Jetson through sysfs: voltage and current of each rail.
///
/// Of a board with an input rail (`VDD_IN`, `POM_5V_IN`, `VIN`) only that one is read. Of a board without one, as the
/// AGX Orin, all rails are summed, which is less than a meter at the plug shows.
#[derive(Debug)]
pub struct Ina3221 {
    rails: Vec<Rail>,
}

#[derive(Debug)]
struct Rail {
    name: String,
    voltage_mv: PathBuf,
    current_ma: PathBuf,
}

impl Ina3221 {
    /// Where Linux keeps the monitors.
    pub const ROOT: &'static str = "/sys/bus/i2c/drivers/ina3221";

    /// The monitors below a folder, [`Ina3221::ROOT`] on a real board.
    ///
    /// # Errors
    /// [`crate::Error::Meter`] if there is no rail, or a label may not be read.
    pub fn open(root: impl AsRef<Path>) -> Result<Self> {
        let root = root.as_ref();
        let rails = rails(root).map_err(|fault| fault.of(root.display().to_string()))?;
        Ok(Self { rails })
    }

    /// The names of the rails that are counted.
    pub fn rails(&self) -> impl Iterator<Item = &str> {
        self.rails.iter().map(|rail| rail.name.as_str())
    }
}

impl PowerSource for Ina3221 {
    fn power_w(&mut self) -> Result<f64> {
        let mut sum_uw = 0.0;
        for rail in &self.rails {
            let read = |path: &Path| sysfs::number(path).map_err(|fault| fault.of(rail.name.clone()));
            sum_uw += read(&rail.voltage_mv)? as f64 * read(&rail.current_ma)? as f64;
        }
        Ok(sum_uw * 1e-6)
    }
}

/// Monitors are `<device>/hwmon/hwmon<n>`, with `in<c>_label`, `in<c>_input` (mV) and `curr<c>_input` (mA) of three
/// channels; one that is not connected has no label or the label `NC`.
fn rails(root: &Path) -> std::result::Result<Vec<Rail>, MeterFault> {
    let mut rails = Vec::new();
    for device in sysfs::entries(root)? {
        for monitor in sysfs::entries(&device.join("hwmon"))? {
            for channel in 1..=3 {
                let label = monitor.join(format!("in{channel}_label"));
                let name = if label.exists() { sysfs::text(&label)? } else { continue };
                if name.is_empty() || name == "NC" {
                    continue;
                }
                let voltage_mv = monitor.join(format!("in{channel}_input"));
                let current_ma = monitor.join(format!("curr{channel}_input"));
                rails.push(Rail { name, voltage_mv, current_ma });
            }
        }
    }
    if let Some(input) = rails.iter().position(|rail| is_input(&rail.name)) {
        rails = vec![rails.swap_remove(input)];
    }
    if rails.is_empty() { Err(MeterFault::NoSensor { sensor: "a power rail" }) } else { Ok(rails) }
}

/// Rails and their power in milliwatts in a line of the program `tegrastats`: words `NAME now/average` of two numbers
/// with or without `mW`.
///
/// ```
/// use moe2_edge::meter::tegrastats_rails;
///
/// let line = "RAM 2448/7620MB (lfb 2x4MB) CPU [0%@729,off] VDD_IN 5060mW/5100mW VDD_SOC 1482mW/1482mW";
/// assert_eq!(tegrastats_rails(line), [("VDD_IN", 5060.0), ("VDD_SOC", 1482.0)]);
/// ```
#[must_use]
pub fn tegrastats_rails(line: &str) -> Vec<(&str, f64)> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    words
        .windows(2)
        .filter_map(|pair| {
            let (now, average) = pair[1].split_once('/')?;
            let number = |text: &str| text.strip_suffix("mW").unwrap_or(text).parse::<u32>().ok();
            let named = pair[0].starts_with(|c: char| c.is_ascii_alphabetic());
            number(average).filter(|_| named)?;
            Some((pair[0], f64::from(number(now)?)))
        })
        .collect()
}

/// The output of the program `tegrastats`, one line for each reading.
#[derive(Debug)]
pub struct TegraStats<R> {
    lines: R,
}

/// The longest line of `tegrastats` that is accepted.
const MAX_LINE_BYTES: usize = 1 << 16;

impl<R: BufRead> TegraStats<R> {
    /// Readings from these lines.
    pub fn new(lines: R) -> Self {
        Self { lines }
    }

    fn next_power_mw(&mut self) -> std::result::Result<f64, MeterFault> {
        let mut line = Vec::new();
        let read = (&mut self.lines).take(MAX_LINE_BYTES as u64 + 1).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Err(MeterFault::Ended);
        }
        if read > MAX_LINE_BYTES {
            return Err(MeterFault::LineTooLong { limit: MAX_LINE_BYTES });
        }
        let line = String::from_utf8_lossy(&line);
        let rails = tegrastats_rails(&line);
        if rails.is_empty() {
            return Err(MeterFault::NoSensor { sensor: "a power rail" });
        }
        Ok(total_power_mw(rails))
    }
}

impl<R: BufRead> PowerSource for TegraStats<R> {
    /// The power of the next line.
    fn power_w(&mut self) -> Result<f64> {
        Ok(self.next_power_mw().map_err(|fault| fault.of("tegrastats"))? * 1e-3)
    }
}
