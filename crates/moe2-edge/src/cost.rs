//! Delay and energy of one prompt on one expert, by the roofline of its device. Derived here.

use crate::model::{CategoryCost, Device, Link, Llm, PowerMode, positive};
use crate::{Error, Result};

/// Tokens of a prompt and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tokens {
    /// Of the prompt.
    pub input: u32,
    /// Of the answer, at least 1.
    pub output: u32,
}

/// Parts of the peak rates that are reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Efficiency {
    /// Of arithmetic, in `(0, 1]`.
    pub compute: f64,
    /// Of the memory's bandwidth, in `(0, 1]`.
    pub bandwidth: f64,
}

impl Efficiency {
    /// Half of the arithmetic and 0.7 of the bandwidth; assumptions.
    pub const USUAL: Self = Self { compute: 0.5, bandwidth: 0.7 };
}

/// Which energy of a device is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accounting {
    /// All while it computes.
    Device,
    /// What exceeds the power while it waits.
    Marginal,
}

/// Bytes of text that a token stands for.
pub const BYTES_PER_TOKEN: f64 = 4.0;

/// An expert's machine, model and ways to and from the user.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting<'a> {
    /// The device.
    pub device: &'a Device,
    /// Its power mode.
    pub mode: &'a PowerMode,
    /// The model.
    pub llm: Llm,
    /// Parts of the peak rates that are reached.
    pub efficiency: Efficiency,
    /// The way of the prompt; without it no time.
    pub uplink: Option<Link>,
    /// The way of the answer; without it no time.
    pub downlink: Option<Link>,
    /// Time before the prompt is begun, s.
    pub queue_s: f64,
    /// Which energy is counted.
    pub accounting: Accounting,
}

/// Times and energy of one prompt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PromptCost {
    /// Transmission of the prompt, s.
    pub uplink_s: f64,
    /// Waiting, s.
    pub queue_s: f64,
    /// Reading of the prompt, with the first token of the answer, s.
    pub prefill_s: f64,
    /// The further tokens, s.
    pub decode_s: f64,
    /// Transmission of the answer, s.
    pub downlink_s: f64,
    /// Of computing and of the sender of the prompt, J.
    pub energy_j: f64,
}

impl PromptCost {
    /// Sum of all times, s.
    #[must_use]
    pub fn delay_s(&self) -> f64 {
        self.uplink_s + self.queue_s + self.prefill_s + self.decode_s + self.downlink_s
    }
}

impl From<PromptCost> for CategoryCost {
    fn from(cost: PromptCost) -> Self {
        Self { delay_s: cost.delay_s(), energy_j: cost.energy_j, uplink_s: cost.uplink_s }
    }
}

/// Cost of a prompt, with `P` parameters of `b` bytes, `K` bytes of cache for each token, `F` and `W` the rates reached in FLOP/s
/// and byte/s:
///
/// ```text
/// t_prefill = max(2 P L_in / F, P b / W)
/// t_decode  = sum_{j=1}^{L_out - 1} max(2 P / F, (P b + (L_in + j) K) / W)
/// E         = power (t_prefill + t_decode) + E_uplink
/// ```
///
/// ```
/// use moe2_edge::cost::{Accounting, Efficiency, Setting, Tokens, prompt_cost};
/// use moe2_edge::model::{Device, Llm};
/// let device = Device::preset("jetson-agx-orin-64")?;
/// let setting = Setting {
///     device: &device,
///     mode: device.mode("60w")?,
///     llm: Llm { parameters: 7e9, bytes_per_weight: 2.0, cache_bytes_per_token: Llm::cache_bytes(32, 8, 128, 2) },
///     efficiency: Efficiency::USUAL,
///     uplink: None,
///     downlink: None,
///     queue_s: 0.0,
///     accounting: Accounting::Marginal,
/// };
/// let cost = prompt_cost(&setting, Tokens { input: 256, output: 128 })?;
/// common::assert_close!(cost.delay_s(), 12.608159, abs = 1e-6);
/// common::assert_close!(cost.energy_j, 567.3672, abs = 1e-4);
/// # Ok::<(), moe2_edge::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidValue`] for an answer without tokens, an efficiency outside `(0, 1]`, a rate, size or power that is not
/// positive and finite, an idle power above the active one, and a queue that is negative or not finite.
pub fn prompt_cost(setting: &Setting<'_>, tokens: Tokens) -> Result<PromptCost> {
    let invalid = |what: &str, rule, value| Err(Error::InvalidValue { what: what.into(), rule, value });
    if tokens.output == 0 {
        return invalid("tokens of the answer", "at least 1", 0.0);
    }
    let Efficiency { compute, bandwidth } = setting.efficiency;
    for (what, value) in [("efficiency of arithmetic", compute), ("efficiency of the bandwidth", bandwidth)] {
        if !(value > 0.0 && value <= 1.0) {
            return invalid(what, "above 0 and at most 1", value);
        }
    }
    let queue_s = setting.queue_s;
    if !(queue_s.is_finite() && queue_s >= 0.0) {
        return invalid("time in the queue", "finite and not negative", queue_s);
    }
    let parameters = positive("number of parameters", setting.llm.parameters)?;
    let weights = parameters * positive("bytes of a weight", setting.llm.bytes_per_weight)?;
    let cache = setting.llm.cache_bytes_per_token;
    if !(cache.is_finite() && cache >= 0.0) {
        return invalid("bytes of cache for each token", "finite and not negative", cache);
    }
    let flop_s = compute * positive("peak arithmetic of the device", setting.device.flop_s)?;
    let bytes_s = bandwidth * positive("memory bandwidth of the device", setting.mode.bandwidth_bytes_s)?;
    let active_w = positive("active power", setting.mode.active_w)?;
    let idle_w = setting.device.idle_w;
    if !(0.0..=active_w).contains(&idle_w) {
        return invalid("idle power", "not negative and at most the active power", idle_w);
    }

    let input = f64::from(tokens.input);
    let prefill_s = (2.0 * parameters * input / flop_s).max(weights / bytes_s);
    let decode_s = decode_s(
        2.0 * parameters / flop_s,
        (weights + input * cache) / bytes_s,
        cache / bytes_s,
        tokens.output - 1,
    );
    let send = |link: Option<Link>, tokens: u32| {
        link.map(|link| link.transfer(BYTES_PER_TOKEN * f64::from(tokens))).transpose()
    };
    let (up, down) = (send(setting.uplink, tokens.input)?, send(setting.downlink, tokens.output)?);
    let power_w = match setting.accounting {
        Accounting::Device => active_w,
        Accounting::Marginal => active_w - idle_w,
    };
    Ok(PromptCost {
        uplink_s: up.map_or(0.0, |sent| sent.time_s),
        queue_s,
        prefill_s,
        decode_s,
        downlink_s: down.map_or(0.0, |sent| sent.time_s),
        energy_j: power_w * (prefill_s + decode_s) + up.map_or(0.0, |sent| sent.energy_j),
    })
}

/// `sum_{j=1}^{steps} max(flat, start + j slope)` in closed form: the second term, which rises, wins from some step on.
fn decode_s(flat: f64, start: f64, slope: f64, steps: u32) -> f64 {
    let steps = f64::from(steps);
    let below = if start + slope >= flat {
        0.0
    } else if slope > 0.0 {
        ((flat - start) / slope).floor().clamp(0.0, steps)
    } else {
        steps
    };
    let rest = steps - below;
    flat * below + start * rest + slope * rest * (below + steps + 1.0) * 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_form_is_the_sum() {
        for (flat, start, slope, steps) in [
            (1.0, 0.5, 0.1, 20),
            (1.0, 2.0, 0.1, 20),
            (1.0, 0.1, 0.0, 7),
            (0.0, 1.0, 1.0, 0),
            (5.0, 0.0, 0.01, 9),
        ] {
            let sum: f64 = (1..=steps).map(|j| f64::max(flat, start + f64::from(j) * slope)).sum();
            common::assert_close!(decode_s(flat, start, slope, steps), sum, abs = 1e-12);
        }
    }
}
