//! What can be wrong with a meter.

use crate::Error;
use std::path::PathBuf;

/// What is wrong with a meter.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MeterFault {
    /// The system refused to read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The system forbids reading.
    #[error("permission to read {} is required, as for the user root", path.display())]
    Permission {
        /// The file.
        path: PathBuf,
    },
    /// There is no sensor where one is looked for.
    #[error("a sensor of {sensor} is required, there is none")]
    NoSensor {
        /// What it would measure.
        sensor: &'static str,
    },
    /// A reading is not a number.
    #[error("a whole number is required in {}, got {text:?}", path.display())]
    NotANumber {
        /// The file.
        path: PathBuf,
        /// What stands there.
        text: String,
    },
    /// A counter is beyond its own range.
    #[error("a counter must be at most {range}, got {value}")]
    Range {
        /// The largest value it may have.
        range: u64,
        /// Its value.
        value: u64,
    },
    /// The program that gives readings has ended.
    #[error("a further line of readings is required, the input has ended")]
    Ended,
    /// A line of readings is longer than memory is spent on.
    #[error("a line of readings must have at most {limit} bytes, this one is longer")]
    LineTooLong {
        /// The longest one accepted.
        limit: usize,
    },
    /// The driver of NVIDIA boards failed.
    #[cfg(feature = "nvml")]
    #[error("{0}")]
    Nvml(#[from] nvml_wrapper::error::NvmlError),
}

impl MeterFault {
    /// The error of this fault at a meter.
    pub(super) fn of(self, meter: impl Into<String>) -> Error {
        Error::Meter { meter: meter.into(), fault: self }
    }
}
