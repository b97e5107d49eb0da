//! The argument --meter.

use crate::error::{Failure, Result};
use crate::output::Show;
use moe2_edge::meter::{EnergyMeter, EnergySource, Ina3221, Integrated, Modelled, Rapl, TegraStats};
use moe2_edge::model::Device;
use serde::Serialize;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A meter by name.
#[derive(Debug, Clone)]
pub enum MeterName {
    Rapl(PathBuf),
    TegraStats(PathBuf),
    Ina3221(PathBuf),
    Modelled(String),
}

impl std::str::FromStr for MeterName {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let (name, rest) = text.split_once(':').map_or((text, None), |(name, rest)| (name, Some(rest)));
        let folder = |usual: &str| PathBuf::from(rest.unwrap_or(usual));
        match (name, rest) {
            ("rapl", _) => Ok(Self::Rapl(folder(Rapl::ROOT))),
            ("ina3221", _) => Ok(Self::Ina3221(folder(Ina3221::ROOT))),
            ("tegrastats", Some(file)) => Ok(Self::TegraStats(file.into())),
            ("modelled", _) => Ok(Self::Modelled(rest.unwrap_or(Device::PRESETS[0]).to_owned())),
            _ => {
                Err("rapl[:FOLDER], tegrastats:FILE, ina3221[:FOLDER] or modelled[:DEVICE] is required"
                    .into())
            }
        }
    }
}

/// Seconds of a measurement.
pub fn seconds(text: &str) -> std::result::Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.001..=1e7).contains(&value) => Ok(value),
        _ => Err("a number from 0.001 to 1e7 is required".to_owned()),
    }
}

/// What a meter read.
#[derive(Serialize)]
pub struct Reading {
    pub meter: String,
    pub source: &'static str,
    pub seconds: f64,
    pub readings: u64,
    pub energy_j: f64,
    pub mean_power_w: f64,
}

impl MeterName {
    pub fn read(&self, seconds: f64, interval: Option<f64>, busy: f64, show: Show) -> Result<Reading> {
        match self {
            Self::Rapl(folder) => poll("rapl", Rapl::open(folder)?, seconds, interval, show),
            Self::Ina3221(folder) => {
                poll("ina3221", Integrated::new(Ina3221::open(folder)?)?, seconds, interval, show)
            }
            Self::TegraStats(path) => {
                let lines: Box<dyn BufRead> = if path == Path::new("-") {
                    Box::new(std::io::stdin().lock())
                } else {
                    let file = File::open(path);
                    Box::new(BufReader::new(
                        file.map_err(|source| Failure::File { path: path.clone(), source })?,
                    ))
                };
                log(lines, seconds, interval.unwrap_or(1.0), show)
            }
            Self::Modelled(device) => {
                let device = Device::preset(device)?;
                let active_w = device.modes.first().map_or(device.idle_w, |mode| mode.active_w);
                let mut meter = Modelled::new(device.idle_w, active_w)?;
                meter.add_busy(busy * seconds)?;
                let sample = meter.read_at(seconds)?; // a model need not wait
                Ok(reading(format!("model of {}", device.name), sample.source, seconds, 1, sample.energy_j))
            }
        }
    }
}

/// Reads a meter again and again.
fn poll(
    name: &str,
    mut meter: impl EnergyMeter,
    seconds: f64,
    interval: Option<f64>,
    show: Show,
) -> Result<Reading> {
    let interval = interval.unwrap_or(0.1);
    show.wait("reading the meter", || {
        let first = meter.read()?.energy_j;
        let start = Instant::now();
        let mut readings = 1;
        loop {
            let left = seconds - start.elapsed().as_secs_f64();
            std::thread::sleep(Duration::from_secs_f64(left.clamp(0.0, interval)));
            let sample = meter.read()?;
            readings += 1;
            let elapsed = start.elapsed().as_secs_f64();
            if elapsed >= seconds {
                let energy_j = sample.energy_j - first;
                return Ok(reading(name.to_owned(), sample.source, elapsed, readings, energy_j));
            }
        }
    })
}

/// Reads lines that are `interval` seconds apart, whatever time it takes.
fn log(lines: impl BufRead, seconds: f64, interval: f64, show: Show) -> Result<Reading> {
    show.wait("reading tegrastats", || {
        let mut meter = Integrated::new(TegraStats::new(lines))?;
        let steps = (seconds / interval).round().max(1.0);
        let (mut step, mut energy_j) = (0.0, 0.0);
        let mut source = EnergySource::Integrated;
        while step < steps {
            step += 1.0;
            let sample = meter.read_at(step * interval)?;
            (energy_j, source) = (sample.energy_j, sample.source);
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 1e10")]
        let readings = steps as u64 + 1;
        Ok(reading("tegrastats".to_owned(), source, steps * interval, readings, energy_j))
    })
}

fn reading(meter: String, source: EnergySource, seconds: f64, readings: u64, energy_j: f64) -> Reading {
    let source = match source {
        EnergySource::Counter => "counter",
        EnergySource::Integrated => "integrated power",
        EnergySource::Modelled => "model, not a measurement",
        _ => "unknown source",
    };
    Reading { meter, source, seconds, readings, energy_j, mean_power_w: energy_j / seconds }
}
