//! Results as text or JSON.

use crate::error::Result;
use snn_iir::SpikeStats;
use snn_iir::trainer::StageReport;

/// Prints a result as JSON.
pub fn json(value: &impl serde::Serialize) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// A line for a stage: accuracy before and after, and rates.
pub fn stage(report: &StageReport) {
    let rates =
        report.after.stats.as_ref().map(|stats| format!("  rates {}", rates(stats))).unwrap_or_default();
    println!(
        "{:<10} before {:5.1} %  after {:5.1} %  epoch {} of {}{rates}",
        report.stage,
        100.0 * report.before.accuracy(),
        100.0 * report.after.accuracy(),
        report.selected,
        report.epochs.len()
    );
}

/// Spikes per neuron and inference of each layer.
pub fn rates(stats: &SpikeStats) -> String {
    stats.rates().iter().map(|rate| format!("{rate:.3}")).collect::<Vec<_>>().join(" ")
}
