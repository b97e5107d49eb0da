//! Costs of prompts, against an independent computation in Python.

use common::assert_close;
use moe2_edge::Error;
use moe2_edge::cost::{Accounting, Efficiency, PromptCost, Setting, Tokens, prompt_cost};
use moe2_edge::model::{Device, Link, Llm};

fn llm(parameters: f64, bytes_per_weight: f64) -> Llm {
    Llm { parameters, bytes_per_weight, cache_bytes_per_token: Llm::cache_bytes(32, 8, 128, 2) }
}

fn cost(device: &str, llm: Llm, accounting: Accounting, tokens: Tokens) -> PromptCost {
    let device = Device::preset(device).unwrap();
    prompt_cost(&setting(&device, llm, accounting), tokens).unwrap()
}

fn setting(device: &Device, llm: Llm, accounting: Accounting) -> Setting<'_> {
    Setting {
        device,
        mode: &device.modes[0],
        llm,
        efficiency: Efficiency::USUAL,
        uplink: None,
        downlink: None,
        queue_s: 0.0,
        accounting,
    }
}

const TOKENS: Tokens = Tokens { input: 256, output: 128 };

#[test]
fn devices_and_models() {
    let small = Llm { cache_bytes_per_token: Llm::cache_bytes(16, 8, 64, 2), ..llm(1e9, 2.0) };
    for (device, llm, prefill, decode, total, energy, marginal) in [
        ("jetson-agx-orin-64", llm(7e9, 2.0), 0.168659, 12.439500, 12.608159, 756.4895, 567.3672),
        ("jetson-agx-orin-64", llm(8e9, 0.5625), 0.192753, 4.023624, 4.216377, 252.9826, 189.7370),
        ("rtx-4090", llm(7e9, 2.0), 0.043390, 2.527391, 2.570780, 1156.8512, 1092.5817),
        ("rtx-4090", llm(8e9, 0.5625), 0.049588, 0.817498, 0.867087, 390.1890, 368.5118),
        ("jetson-agx-orin-64", small, 0.024094, 1.781053, 1.805147, 108.3088, 81.2316),
    ] {
        let all = cost(device, llm, Accounting::Device, TOKENS);
        assert_close!(all.prefill_s, prefill, abs = 6e-7);
        assert_close!(all.decode_s, decode, abs = 6e-7);
        assert_close!(all.delay_s(), total, abs = 6e-7);
        assert_close!(all.energy_j, energy, abs = 6e-5);
        assert_close!(cost(device, llm, Accounting::Marginal, TOKENS).energy_j, marginal, abs = 6e-5);
    }
    let one = cost("rtx-4090", llm(7e9, 2.0), Accounting::Device, Tokens { output: 1, ..TOKENS });
    assert_eq!(one.decode_s, 0.0);
}

#[test]
fn more_work_takes_longer_and_a_better_device_less() {
    let time = |llm, tokens| cost("rtx-4090", llm, Accounting::Device, tokens).delay_s();
    let base = time(llm(7e9, 2.0), TOKENS);
    assert!(time(llm(8e9, 2.0), TOKENS) > base);
    assert!(time(llm(7e9, 2.5), TOKENS) > base);
    assert!(time(llm(7e9, 2.0), Tokens { input: 2000, ..TOKENS }) > base);
    assert!(time(llm(7e9, 2.0), Tokens { output: 129, ..TOKENS }) > base);
    let mut device = Device::preset("rtx-4090").unwrap();
    device.modes[0].bandwidth_bytes_s *= 1.1;
    let faster = prompt_cost(&setting(&device, llm(7e9, 2.0), Accounting::Device), TOKENS).unwrap();
    assert!(faster.delay_s() < base);
    let long = Tokens { input: 5000, ..TOKENS };
    let before = time(llm(7e9, 2.0), long);
    let mut device = Device::preset("rtx-4090").unwrap();
    device.flop_s *= 1.1;
    let faster = prompt_cost(&setting(&device, llm(7e9, 2.0), Accounting::Device), long).unwrap();
    assert!(faster.delay_s() < before);
}

#[test]
fn ways_add_time_and_the_sender_energy() {
    let device = Device::preset("rtx-4090").unwrap();
    let noise_w_hz = 10_f64.powf(-20.4);
    let uplink = Link::Wireless { bandwidth_hz: 10e6, power_w: 0.2, gain: 1e-10, noise_w_hz };
    let downlink = Link::Lan { round_trip_s: 0.01, bit_s: 1e6 };
    let plain = setting(&device, llm(7e9, 2.0), Accounting::Device);
    let full = Setting { uplink: Some(uplink), downlink: Some(downlink), queue_s: 0.25, ..plain };
    let tokens = Tokens { input: 512, output: 125 };
    let (plain, full) = (prompt_cost(&plain, tokens).unwrap(), prompt_cost(&full, tokens).unwrap());
    // 500 bytes at 1 Mbit/s are 4 ms, half a round trip 5 ms.
    assert_close!(full.delay_s() - plain.delay_s(), 1.825414e-4 + 0.25 + 0.009, abs = 1e-9);
    assert_close!(full.energy_j - plain.energy_j, 3.650829e-5, abs = 1e-9);
}

#[test]
fn wrong_numbers() {
    let device = Device::preset("rtx-4090").unwrap();
    let fine = setting(&device, llm(7e9, 2.0), Accounting::Device);
    let refuse = |setting: &Setting<'_>, tokens| prompt_cost(setting, tokens).unwrap_err();
    let none = refuse(&fine, Tokens { output: 0, ..TOKENS });
    assert_eq!(none.to_string(), "tokens of the answer must be at least 1, not 0");
    for setting in [
        Setting { llm: llm(0.0, 2.0), ..fine },
        Setting { llm: llm(7e9, f64::NAN), ..fine },
        Setting { efficiency: Efficiency { compute: 1.5, bandwidth: 0.7 }, ..fine },
        Setting { queue_s: -1.0, ..fine },
        Setting { uplink: Some(Link::Lan { round_trip_s: 0.0, bit_s: 0.0 }), ..fine },
        Setting { uplink: Some(Link::Lan { round_trip_s: -1.0, bit_s: 1.0 }), ..fine },
    ] {
        assert!(matches!(refuse(&setting, TOKENS), Error::InvalidValue { .. }));
    }
}
