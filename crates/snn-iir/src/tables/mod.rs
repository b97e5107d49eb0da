//! Published figures for comparison.

use crate::error::{Error, Result};

/// One published result. What its source does not say is `None`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LiteratureRow {
    /// Method.
    pub method: String,
    /// Data set.
    pub dataset: String,
    /// Network.
    pub network: Option<String>,
    /// Timesteps of an inference.
    pub timesteps: Option<u32>,
    /// Accuracy of the spiking network, %.
    pub accuracy_percent: f64,
    /// Accuracy of the network with ordinary activations, %.
    pub ann_accuracy_percent: Option<f64>,
    /// Energy of an inference of the spiking network, µJ.
    pub energy_uj: Option<f64>,
    /// Energy of an inference of the network with ordinary activations, µJ.
    pub ann_energy_uj: Option<f64>,
    /// How many times less energy the spiking network needs, at least.
    pub energy_ratio_min: Option<f64>,
    /// How many times less energy the spiking network needs, at most.
    pub energy_ratio_max: Option<f64>,
    /// Where it is published.
    pub source: String,
}

/// Published results, those of the paper first.
///
/// ```
/// let rows = snn_iir::tables::literature()?;
/// let ours = &rows[0];
/// assert_eq!((ours.method.as_str(), ours.timesteps, ours.accuracy_percent), ("IIR-SNN", Some(1), 93.05));
/// # Ok::<(), snn_iir::Error>(())
/// ```
///
/// # Errors
/// None in practice: the table is read in a test.
pub fn literature() -> Result<Vec<LiteratureRow>> {
    let table =
        |error: csv::Error| Error::Table { file: "literature.csv".into(), message: error.to_string() };
    let mut reader = csv::Reader::from_reader(include_bytes!("literature.csv").as_slice());
    reader.deserialize().map(|row| row.map_err(table)).collect()
}
