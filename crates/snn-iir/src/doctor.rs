//! Finds layers that do not fire, or that no gradient passes.

use crate::data::{Dataset, Normalize};
use crate::{Result, SpikeStats, SpikingNet};

/// Below this rate, spikes per neuron and inference, a layer hands hardly anything on.
const FAINT: f64 = 0.005;
/// Below this fraction of neurons in the window of the surrogate, hardly any gradient passes.
const BLIND: f64 = 0.05;
/// Above this rate per timestep, a layer tells its inputs hardly apart.
const SATURATED: f64 = 0.9;

/// How a layer does at one number of timesteps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// It fires, and gradients pass.
    Healthy,
    /// It never fires.
    Silent,
    /// It fires at a rate below 0.005.
    Faint,
    /// Fewer than 5 % of its neurons come near the threshold.
    Blind,
    /// More than 90 % of its neurons fire in each timestep.
    Saturated,
}

/// The finding at one number of timesteps.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Finding {
    /// Rates, neurons that never fire, and coverage of the surrogate's window.
    pub stats: SpikeStats,
    /// The layers, first to last.
    pub health: Vec<Health>,
    /// What to do, in plain words.
    pub suggestion: String,
}

impl Finding {
    /// Judges statistics.
    #[must_use]
    pub fn new(stats: SpikeStats) -> Self {
        let per_step = stats.timesteps as f64;
        let health: Vec<Health> = stats
            .layers
            .iter()
            .map(|layer| {
                if layer.spikes == 0 {
                    Health::Silent
                } else if layer.rate < FAINT {
                    Health::Faint
                } else if layer.rate / per_step > SATURATED {
                    Health::Saturated
                } else if layer.in_window < BLIND {
                    Health::Blind
                } else {
                    Health::Healthy
                }
            })
            .collect();
        let suggestion = suggestion(&stats, &health);
        Self { stats, health, suggestion }
    }

    /// Whether all layers fire and pass gradients.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.health.iter().all(|&health| health == Health::Healthy)
    }
}

fn suggestion(stats: &SpikeStats, health: &[Health]) -> String {
    let first = |wanted: &[Health]| {
        health
            .iter()
            .position(|health| wanted.contains(health))
            .map(|layer| (layer, &stats.layers[layer].name))
    };
    if let Some((layer, name)) = first(&[Health::Silent, Health::Faint]) {
        let cause = if layer == 0 {
            "its threshold is above its currents: balance it with a lower percentile or scale".to_owned()
        } else {
            let before = &stats.layers[layer - 1];
            format!(
                "{} before it fires {:.3} times per neuron: lower the thresholds from there on",
                before.name, before.rate
            )
        };
        return format!(
            "{name} hardly fires; {cause}, or begin with more timesteps and reduce them step by step"
        );
    }
    if let Some((_, name)) = first(&[Health::Saturated]) {
        return format!("{name} fires nearly always; raise its threshold");
    }
    if let Some((_, name)) = first(&[Health::Blind]) {
        return format!(
            "few neurons of {name} come near the threshold; widen the surrogate or balance the thresholds again"
        );
    }
    "all layers fire and pass gradients".into()
}

/// Examines a network on a data set at several numbers of timesteps. In strict mode a silent layer is an error.
///
/// # Errors
/// [`crate::Error::DeadNetwork`] in strict mode, and those of [`SpikingNet::evaluate`].
pub fn examine(
    net: &SpikingNet,
    data: &Dataset,
    normalize: &Normalize,
    timesteps: &[usize],
    strict: bool,
) -> Result<Vec<Finding>> {
    timesteps
        .iter()
        .map(|&timesteps| {
            let stats = net.evaluate_counting(data, normalize, timesteps)?.stats;
            let stats = stats.unwrap_or_else(|| unreachable!("spikes were counted"));
            Ok(Finding::new(if strict { stats.require_alive()? } else { stats }))
        })
        .collect()
}
