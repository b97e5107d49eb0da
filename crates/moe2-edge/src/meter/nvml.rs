//! NVIDIA boards.

use super::{EnergyMeter, EnergySample, EnergySource, MeterFault, PowerIntegral};
use crate::Result;
use nvml_wrapper::error::NvmlError;
use std::time::Instant;

/// The energy of one NVIDIA board: its counter (in millijoules since the driver was loaded) on Volta and newer, else
/// its power, integrated from one reading to the next.
#[derive(Debug)]
pub struct Nvml {
    library: nvml_wrapper::Nvml,
    index: u32,
    state: State,
    start: Instant,
}

#[derive(Debug)]
enum State {
    Counter { first_mj: u64 },
    Integrated(PowerIntegral),
}

impl Nvml {
    /// The board of this index, from 0.
    ///
    /// # Errors
    /// [`crate::Error::Meter`]: no driver, no such board, a board without counter and power sensor.
    pub fn open(index: u32) -> Result<Self> {
        let failed = |error: NvmlError| MeterFault::from(error).of(name(index));
        let library = nvml_wrapper::Nvml::init().map_err(failed)?;
        let counter = library.device_by_index(index).and_then(|board| board.total_energy_consumption());
        let state = match counter {
            Ok(first_mj) => State::Counter { first_mj },
            Err(NvmlError::NotSupported) => State::Integrated(PowerIntegral::default()),
            Err(error) => return Err(failed(error)),
        };
        let mut meter = Self { library, index, state, start: Instant::now() };
        meter.read()?;
        Ok(meter)
    }
}

impl EnergyMeter for Nvml {
    fn read(&mut self) -> Result<EnergySample> {
        let failed = |error: NvmlError| MeterFault::from(error).of(name(self.index));
        let board = self.library.device_by_index(self.index).map_err(failed)?;
        match &mut self.state {
            State::Counter { first_mj } => {
                let now_mj = board.total_energy_consumption().map_err(failed)?;
                // A driver that was loaded again counts from 0.
                let energy_mj = now_mj
                    .checked_sub(*first_mj)
                    .ok_or(MeterFault::Range { range: now_mj, value: *first_mj });
                let energy_mj = energy_mj.map_err(|fault| fault.of(name(self.index)))?;
                Ok(EnergySample { energy_j: energy_mj as f64 * 1e-3, source: EnergySource::Counter })
            }
            State::Integrated(integral) => {
                let power_w = f64::from(board.power_usage().map_err(failed)?) * 1e-3;
                integral.add(self.start.elapsed().as_secs_f64(), power_w)?;
                Ok(EnergySample { energy_j: integral.energy_j(), source: EnergySource::Integrated })
            }
        }
    }
}

fn name(index: u32) -> String {
    format!("NVIDIA board {index}")
}
