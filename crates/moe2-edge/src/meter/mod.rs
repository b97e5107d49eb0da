//! Energy meters of edge servers.
//!
//! | meter | reads | energy |
//! | --- | --- | --- |
//! | [`Rapl`] | processor packages and memory, Linux powercap | counter |
//! | [`Ina3221`] in [`Integrated`] | rails of a Jetson, sysfs | integrated power |
//! | [`TegraStats`] in [`Integrated`] | rails of a Jetson, lines of the program `tegrastats` | integrated power |
//! | `Nvml` (feature `nvml`) | NVIDIA boards | counter, or integrated power on old boards |
//! | [`Modelled`] | nothing: busy time and a power model | model |
//!
//! No meter counts a rail twice: the input rail of a board holds those behind it, and a processor package holds its
//! cores.

mod attribution;
mod fault;
mod integrated;
mod modelled;
#[cfg(feature = "nvml")]
mod nvml;
mod rails;
mod rapl;
mod sysfs;
mod tegra;

pub use attribution::{Attribution, attribute};
pub use fault::MeterFault;
pub use integrated::{Integrated, PowerIntegral, PowerSource};
pub use modelled::Modelled;
#[cfg(feature = "nvml")]
pub use nvml::Nvml;
pub use rails::total_power_mw;
pub use rapl::Rapl;
pub use tegra::{Ina3221, TegraStats, tegrastats_rails};

use crate::Result;

/// Where the energy of a sample comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EnergySource {
    /// A counter of the hardware.
    Counter,
    /// Samples of power, integrated by the trapezoidal rule: peaks between two samples are missed.
    Integrated,
    /// A model of power, not a measurement.
    Modelled,
}

/// The reading of a meter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EnergySample {
    /// Energy since the meter was made, in joules.
    pub energy_j: f64,
    /// Where it comes from.
    pub source: EnergySource,
}

/// A meter of energy. What two readings differ by is the energy used between them.
pub trait EnergyMeter {
    /// The energy up to now.
    ///
    /// # Errors
    /// [`crate::Error::Meter`] if the hardware does not answer, and [`crate::Error::InvalidValue`] for an answer that
    /// cannot be.
    fn read(&mut self) -> Result<EnergySample>;
}
