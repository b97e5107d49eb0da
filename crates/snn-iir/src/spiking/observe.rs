//! What a layer did in a run: its spikes, and how near its neurons were to firing.

use super::SpikeSettings;
use super::kernel::Rule;
use rayon::prelude::*;

/// Counts of one layer over a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Observation {
    /// Spikes of all samples in all timesteps.
    pub(crate) spikes: u64,
    /// Pairs of sample and neuron whose overdrive was within the surrogate's window in some timestep.
    pub(crate) in_window: u64,
    /// For each neuron, whether it fired for some sample.
    pub(crate) fired: Vec<bool>,
    /// Samples.
    pub(crate) samples: u64,
}

impl Observation {
    pub(crate) fn add(&mut self, other: &Self) {
        self.spikes += other.spikes;
        self.in_window += other.in_window;
        self.samples += other.samples;
        if self.fired.is_empty() {
            self.fired.clone_from(&other.fired);
        } else {
            self.fired.iter_mut().zip(&other.fired).for_each(|(fired, other)| *fired |= other);
        }
    }
}

/// Runs `samples` samples on currents laid out as for [`super::spikes`] and counts.
pub(crate) fn observe(
    currents: &[f32],
    samples: usize,
    threshold: f32,
    leak: f32,
    settings: &SpikeSettings,
) -> Observation {
    let rule = Rule::new(threshold, leak, settings.reset);
    let timesteps = settings.timesteps;
    let width = currents.len() / if settings.constant { 1 } else { timesteps };
    let neurons = width / samples;
    #[allow(clippy::cast_possible_truncation, reason = "a bound between single-precision numbers")]
    let half = settings.surrogate.half_width() as f32;
    let each: Vec<Observation> = (0..samples)
        .into_par_iter()
        .map(|sample| {
            let mut v = vec![0.0; neurons];
            let mut fired = vec![false; neurons];
            let mut near = vec![false; neurons];
            let mut spikes = 0;
            for t in 0..timesteps {
                let begin = sample * neurons + if settings.constant { 0 } else { t * width };
                let currents = &currents[begin..begin + neurons];
                if t == 0 {
                    v.copy_from_slice(currents);
                } else {
                    rule.advance(&mut v, currents);
                }
                for ((&v, fired), near) in v.iter().zip(&mut fired).zip(&mut near) {
                    let spike = v > threshold;
                    spikes += u64::from(spike);
                    *fired |= spike;
                    *near |= (v / threshold - 1.0).abs() < half;
                }
            }
            let in_window = near.iter().filter(|&&near| near).count() as u64;
            Observation { spikes, in_window, fired, samples: 1 }
        })
        .collect();
    let mut sum = Observation::default();
    for one in &each {
        sum.add(one);
    }
    sum
}
