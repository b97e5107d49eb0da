//! Bits by name, and a quantised model from its ranges.

use crate::error::{Failure, Result};
use mobilequant::Checkpoint;
use mobilequant::exchange::{read_plan, read_ranges};
use mobilequant::simulate::{Plan, Simulation};
use std::path::PathBuf;

/// A preset of bits.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// 8-bit weights per tensor (down per channel), 8-bit activations (16 at the sites that the paper keeps wide)
    W8a8,
    /// 4-bit weights per channel, 8-bit activations
    W4a8,
    /// The same with symmetric weights, as for devices
    W4a8Sym,
    /// 8-bit weights, 16-bit activations
    W8a16,
    /// 8 bits everywhere, also where the paper keeps 16
    W8a8Full,
}

impl Scheme {
    pub fn plan(self) -> Plan {
        match self {
            Self::W8a8 => Plan::w8a8(),
            Self::W4a8 => Plan::w4a8(),
            Self::W4a8Sym => Plan::w4a8_symmetric(),
            Self::W8a16 => Plan::w8a16(),
            Self::W8a8Full => Plan::full_w8a8(),
        }
    }
}

#[derive(clap::Args)]
pub struct QuantisedArguments {
    /// Ranges of activations, as `calibrate` and `quantize` write them; the model is quantised with them.
    #[arg(long, value_name = "FILE")]
    pub ranges: Option<PathBuf>,
    /// Bits.
    #[arg(long, conflicts_with = "config")]
    scheme: Option<Scheme>,
    /// Bits of all quantisers, default_qcfg.json; that beside the ranges if neither this nor --scheme is given.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl QuantisedArguments {
    /// The quantised model; `None` without ranges.
    pub fn simulate(&self, checkpoint: &Checkpoint) -> Result<Option<Simulation>> {
        let Some(ranges) = &self.ranges else {
            let needs = "--ranges";
            return match (self.scheme, &self.config) {
                (None, None) => Ok(None),
                (Some(_), _) => Err(Failure::Option { option: "scheme", needs }),
                (None, Some(_)) => Err(Failure::Option { option: "config", needs }),
            };
        };
        let beside = ranges.with_file_name("default_qcfg.json");
        let plan = match (self.scheme, &self.config) {
            (Some(scheme), _) => scheme.plan(),
            (None, Some(config)) => read_plan(config, &checkpoint.config)?,
            (None, None) if beside.exists() => read_plan(&beside, &checkpoint.config)?,
            (None, None) => {
                let needs = "--scheme, --config, or a file default_qcfg.json beside it";
                return Err(Failure::Option { option: "ranges", needs });
            }
        };
        let calibration = read_ranges(ranges, &checkpoint.config)?;
        Ok(Some(Simulation::new(checkpoint, &calibration, &plan)?))
    }
}
