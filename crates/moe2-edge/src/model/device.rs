//! Computers that run language models.

use crate::{Error, Result};

/// A setting of a device's power limit.
#[derive(Debug, Clone, PartialEq)]
pub struct PowerMode {
    /// Name, different from the device's other modes.
    pub name: String,
    /// Power while it computes, W.
    pub active_w: f64,
    /// Bandwidth of the memory, byte/s.
    pub bandwidth_bytes_s: f64,
}

/// A computer with its peak rates.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// Name.
    pub name: String,
    /// Peak rate of dense half-precision arithmetic, FLOP/s.
    pub flop_s: f64,
    /// Power while it waits, W.
    pub idle_w: f64,
    /// Memory for weights and caches, bytes.
    pub memory_bytes: u64,
    /// Power modes; the first is the usual one.
    pub modes: Vec<PowerMode>,
}

impl Device {
    /// Names of the devices that [`Device::preset`] knows.
    pub const PRESETS: [&str; 3] = ["jetson-agx-orin-64", "rtx-4090", "jetson-orin-nano-8"];

    /// A device by name. The figures are assumptions from general knowledge; none was measured or checked against a
    /// data sheet, and the paper's testbed (Jetson AGX Orin and RTX 4090, arXiv 2501.09410, abstract) may differ.
    ///
    /// ```
    /// let device = moe2_edge::model::Device::preset("jetson-orin-nano-8")?;
    /// assert_eq!(device.mode("25w")?.active_w, 25.0);
    /// assert!(moe2_edge::model::Device::preset("abacus").is_err());
    /// # Ok::<(), moe2_edge::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownName`] for another name.
    pub fn preset(name: &str) -> Result<Self> {
        let mode = |name: &str, active_w, bandwidth_bytes_s| PowerMode {
            name: name.into(),
            active_w,
            bandwidth_bytes_s,
        };
        let gigabytes = |count: u64| count * 1_000_000_000;
        let (flop_s, idle_w, memory_bytes, modes) = match name {
            "jetson-agx-orin-64" => (42.5e12, 15.0, gigabytes(64), vec![mode("60w", 60.0, 204.8e9)]),
            "rtx-4090" => (165.2e12, 25.0, gigabytes(24), vec![mode("450w", 450.0, 1008e9)]),
            "jetson-orin-nano-8" => {
                (10e12, 5.0, gigabytes(8), vec![mode("15w", 15.0, 68e9), mode("25w", 25.0, 102e9)])
            }
            _ => {
                let known = Self::PRESETS.map(str::to_owned).to_vec();
                return Err(Error::UnknownName { what: "device", name: name.into(), known });
            }
        };
        Ok(Self { name: name.into(), flop_s, idle_w, memory_bytes, modes })
    }

    /// A power mode by name.
    ///
    /// # Errors
    /// [`Error::UnknownName`] for a name that no mode has.
    pub fn mode(&self, name: &str) -> Result<&PowerMode> {
        self.modes.iter().find(|mode| mode.name == name).ok_or_else(|| Error::UnknownName {
            what: "power mode",
            name: name.into(),
            known: self.modes.iter().map(|mode| mode.name.clone()).collect(),
        })
    }
}
