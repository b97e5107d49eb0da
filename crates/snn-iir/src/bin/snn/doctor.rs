//! `snn doctor`.

use crate::data::DataArguments;
use crate::error::Result;
use crate::output;
use snn_iir::SpikingNet;
use snn_iir::doctor::examine;
use std::path::PathBuf;

/// Tells which layers fire, which neurons never do, and where gradients pass, at several numbers of timesteps.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  snn doctor runs/e4/converted.safetensors
  snn doctor runs/e4/iir-t1.safetensors --timesteps 1 --strict")]
pub struct Arguments {
    /// Checkpoint of a spiking network.
    checkpoint: PathBuf,
    #[command(flatten)]
    data: DataArguments,
    /// Timesteps.
    #[arg(long, value_delimiter = ',', default_value = "1,2,3,4,5")]
    timesteps: Vec<usize>,
    /// Fail if a layer never fires.
    #[arg(long)]
    strict: bool,
}

pub fn run(arguments: &Arguments, json: bool) -> Result<()> {
    let (net, info) = SpikingNet::load(&arguments.checkpoint)?;
    let test = arguments.data.test()?;
    let findings = examine(&net, &test, &info.normalize, &arguments.timesteps, arguments.strict)?;
    if json {
        return output::json(&findings);
    }
    for finding in &findings {
        println!("T = {}: {}", finding.stats.timesteps, finding.suggestion);
        println!("  layer              rate  never fire  in window  health");
        for (layer, health) in finding.stats.layers.iter().zip(&finding.health) {
            println!(
                "  {:<16} {:>6.3}  {:>8.1} %  {:>7.1} %  {}",
                layer.name,
                layer.rate,
                100.0 * layer.never_firing,
                100.0 * layer.in_window,
                format!("{health:?}").to_lowercase()
            );
        }
    }
    Ok(())
}
