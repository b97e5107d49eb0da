//! One workload of the water model on the input that the Python peers in `benches/peers` also generate.
//!
//! `cargo bench -p water-dc --bench peer -- --workload stull --rows 1000000` prints one JSON line with the CPU seconds
//! of the work alone and the mean of the result; `--list` prints the workloads and their peers.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its result")]

use std::{hint::black_box, process::ExitCode};

use cpu_time::ProcessTime;
use rand::Rng;
use water_dc::{
    batch,
    tower::{LowTemperature, TowerModel, onsite_wue},
    units::{Celsius, Cycles, Fahrenheit, RelativeHumidity},
    wet_bulb::{PressureSource, WetBulbModel, wet_bulb},
};

const WORKLOADS: [(&str, &str, Work); 4] = [
    ("stull", "numpy", stull),
    ("stull_both_towers", "numpy", stull_both_towers),
    ("psychrometric", "psychrolib", psychrometric),
    ("tower_cubic", "numpy", tower_cubic),
];

/// A workload: temperatures in °C and humidities in percent to one result a row.
type Work = fn(&[f64], &[f64], &mut [f64]) -> water_dc::Result<()>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        for (name, peer, _) in WORKLOADS {
            println!("{name} {peer}");
        }
        return ExitCode::SUCCESS;
    }
    let value = |flag: &str| {
        arguments.iter().position(|argument| argument == flag).and_then(|at| arguments.get(at + 1))
    };
    // `cargo bench` without a workload: a short run of each
    let wanted = value("--workload");
    if let Some(name) = wanted
        && !WORKLOADS.iter().any(|(known, ..)| known == name)
    {
        eprintln!("error: workload must be one of --list, got {name:?}");
        return ExitCode::FAILURE;
    }
    let rows = value("--rows").map_or(Ok(100_000), |text| text.parse());
    let Ok(rows @ 1..) = rows else {
        eprintln!("error: --rows must be a positive whole number");
        return ExitCode::FAILURE;
    };
    let (t, rh) = input(rows);
    for (name, _, work) in
        WORKLOADS.into_iter().filter(|(name, ..)| wanted.is_none_or(|wanted| wanted == name))
    {
        let mut out = vec![1.0; rows]; // touched, so that the work does not pay for fresh pages
        let start = ProcessTime::now();
        if let Err(error) = work(black_box(&t), black_box(&rh), black_box(&mut out)) {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
        let cpu_s = start.elapsed().as_secs_f64();
        let check = common::stats::mean(&out).unwrap_or(f64::NAN);
        println!("{{\"workload\":\"{name}\",\"rows\":{rows},\"cpu_s\":{cpu_s:e},\"check\":{check:.15}}}");
    }
    ExitCode::SUCCESS
}

/// What `numpy.random.default_rng(7)` gives: all temperatures, uniform in 5..45 °C, then all humidities in 5..99 %.
fn input(rows: usize) -> (Vec<f64>, Vec<f64>) {
    let mut rng = rand_pcg::Pcg64::new(
        312124358633082931476149097798454608762,
        130568342316134335412970426538198068396,
    );
    let mut uniform = |low: f64, high: f64| {
        let draw = |_| low + (high - low) * ((rng.next_u64() >> 11) as f64 * 2f64.powi(-53));
        (0..rows).map(draw).collect::<Vec<f64>>()
    };
    (uniform(5.0, 45.0), uniform(5.0, 99.0))
}

fn stull(t: &[f64], rh: &[f64], out: &mut [f64]) -> water_dc::Result<()> {
    batch::wet_bulb_c(&WetBulbModel::Stull, t, rh, out).map(drop)
}

/// Mean of the two tower formulas at Stull's wet bulb.
fn stull_both_towers(t: &[f64], rh: &[f64], out: &mut [f64]) -> water_dc::Result<()> {
    const BLOCK: usize = 2048;
    let (mut wet_bulb, mut approach) = ([0.0; BLOCK], [0.0; BLOCK]);
    for ((t, rh), out) in t.chunks(BLOCK).zip(rh.chunks(BLOCK)).zip(out.chunks_mut(BLOCK)) {
        let (wet_bulb, approach) = (&mut wet_bulb[..t.len()], &mut approach[..t.len()]);
        batch::wet_bulb_c(&WetBulbModel::Stull, t, rh, wet_bulb)?;
        batch::onsite_wue(&TowerModel::FixedApproach, &LowTemperature::Extrapolate, wet_bulb, approach)?;
        batch::onsite_wue(&TowerModel::FixedColdWater, &LowTemperature::Extrapolate, wet_bulb, out)?;
        for (out, approach) in out.iter_mut().zip(approach) {
            *out = 0.5 * (*out + *approach);
        }
    }
    Ok(())
}

/// Row by row, as the peer: the scalar function at sea level.
fn psychrometric(t: &[f64], rh: &[f64], out: &mut [f64]) -> water_dc::Result<()> {
    let model = WetBulbModel::Psychrometric(PressureSource::SeaLevel);
    for ((&t, &rh), out) in t.iter().zip(rh).zip(out) {
        *out = wet_bulb(Celsius(t), RelativeHumidity::from_percent(rh)?, &model)?.0;
    }
    Ok(())
}

/// The cubic with 6 cycles, row by row with the scalar function; the temperature stands in for the wet bulb.
fn tower_cubic(t: &[f64], _: &[f64], out: &mut [f64]) -> water_dc::Result<()> {
    let model = TowerModel::Cubic { cycles: Cycles::new(6.0)? };
    for (&t, out) in t.iter().zip(out) {
        *out = onsite_wue(Fahrenheit(1.8 * t + 32.0), &model, &LowTemperature::Extrapolate)?.get();
    }
    Ok(())
}
