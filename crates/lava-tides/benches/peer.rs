//! One workload of the tidal model on the input that the Python peers in `benches/peers` also have.
//!
//! `cargo bench -p lava-tides --bench peer -- --workload hansen --rows 1000` prints one JSON line with the CPU seconds of
//! the work alone and a sum over the result; `--list` prints the workloads and their peers. All run on one thread.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints its result")]

use cpu_time::ProcessTime;
use lava_tides::earth_moon::{EarthMoon, Track};
use lava_tides::hansen::HansenTable;
use lava_tides::map::LogAxis;
use lava_tides::response::{
    Forcing, HomogeneousBody, MagmaOcean, MoltenPlanet, OceanCoupling, Order, Truncation,
};
use lava_tides::rheology::{Andrade, Rheology, Rigid};
use lava_tides::{Body, Result, TidalResponse, constants};
use num_complex::Complex64;
use std::hint::black_box;
use std::process::ExitCode;

struct Workload {
    name: &'static str,
    peer: &'static str,
    rows: usize,
    work: fn(usize) -> Result<(f64, f64)>,
}

const fn workload(
    name: &'static str,
    peer: &'static str,
    rows: usize,
    work: fn(usize) -> Result<(f64, f64)>,
) -> Workload {
    Workload { name, peer, rows, work }
}

const WORKLOADS: [Workload; 11] = [
    workload("eq28_complex_powers", "NumPy, complex powers", 1_000_000, eq28),
    workload("eq28_real_powers", "NumPy, real powers", 1_000_000, eq28),
    workload("attracting_complex_powers", "NumPy, complex powers", 1_000_000, attracting),
    workload("attracting_real_powers", "NumPy, real powers", 1_000_000, attracting),
    workload("eq28_tidalpy", "TidalPy (solid part), NumPy (ocean)", 100_000, eq28),
    workload("attracting_tidalpy", "TidalPy (solid part), NumPy (ocean)", 100_000, attracting),
    workload("andrade_tidalpy", "TidalPy", 1_000_000, andrade),
    workload("radial_solver_tidalpy", "TidalPy radial_solver", 2000, radial),
    workload("rotating", "NumPy, vectorised over frequencies", 100_000, rotating),
    workload("hansen", "TidalPy", 2000, hansen),
    workload("recession", "NumPy, vectorised over the way", 1000, recession),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        for Workload { name, peer, .. } in WORKLOADS {
            println!("{name}\t{peer}");
        }
        return ExitCode::SUCCESS;
    }
    let value = |flag: &str| {
        arguments.iter().position(|argument| argument == flag).and_then(|at| arguments.get(at + 1))
    };
    let wanted = value("--workload");
    if let Some(name) = wanted
        && !WORKLOADS.iter().any(|workload| workload.name == name)
    {
        eprintln!("error: workload must be one of --list, got {name:?}");
        return ExitCode::FAILURE;
    }
    let given = match value("--rows").map(|text| text.parse()) {
        None => None,
        Some(Ok(rows @ 2..)) => Some(rows),
        Some(_) => {
            eprintln!("error: --rows must be a whole number from 2 on");
            return ExitCode::FAILURE;
        }
    };
    for workload in WORKLOADS.iter().filter(|w| wanted.is_none_or(|wanted| wanted == w.name)) {
        // `cargo bench` without a workload: a short run of each
        let rows = given.unwrap_or(if wanted.is_some() { workload.rows } else { workload.rows / 10 + 2 });
        match (workload.work)(rows) {
            Ok((cpu_s, check)) => println!(
                "{{\"workload\":\"{}\",\"rows\":{rows},\"cpu_s\":{cpu_s:e},\"check\":{check:.15e}}}",
                workload.name
            ),
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn earth() -> Result<Body> {
    Body::new(constants::EARTH_MASS_KG, constants::EARTH_RADIUS_M, 0.33)
}

fn rock() -> Result<Andrade> {
    Andrade::new(6e10, 1e21, 0.3)
}

fn frequencies(rows: usize) -> Vec<f64> {
    let ratio = (1e-2_f64 / 1e-9).ln() / (rows - 1) as f64;
    (0..rows).map(|i| (1e-9_f64.ln() + ratio * i as f64).exp()).collect()
}

/// Love numbers of the whole Earth below an ocean of 100 km.
fn love(rows: usize, coupling: OceanCoupling) -> Result<(f64, f64)> {
    let ocean = MagmaOcean::new(1e5, 1e-4, 0.55)?.with_coupling(coupling)?;
    let planet = MoltenPlanet::new(earth()?, HomogeneousBody::new(&earth()?, rock()?), ocean)?;
    let sigma = frequencies(rows);
    let mut out = vec![Complex64::new(1.0, 1.0); rows]; // touched, so that the work does not pay for fresh pages
    let start = ProcessTime::now();
    planet.k2_into(black_box(&sigma), 0.0, Order::Sectoral, black_box(&mut out));
    let cpu_s = start.elapsed().as_secs_f64();
    Ok((cpu_s, out.iter().map(|k| k.re - k.im).sum::<f64>() / rows as f64))
}

fn eq28(rows: usize) -> Result<(f64, f64)> {
    love(rows, OceanCoupling::PaperEq7)
}

fn attracting(rows: usize) -> Result<(f64, f64)> {
    love(rows, OceanCoupling::SelfAttracting)
}

/// Complex rigidities alone.
fn andrade(rows: usize) -> Result<(f64, f64)> {
    let (rock, sigma) = (rock()?, frequencies(rows));
    let (mut re, mut im) = (vec![1.0; rows], vec![1.0; rows]);
    let start = ProcessTime::now();
    rock.compliance_into(black_box(&sigma), black_box(&mut re), black_box(&mut im));
    for (re, im) in re.iter_mut().zip(&mut im) {
        let size = *re * *re + *im * *im;
        (*re, *im) = (*re / size, -*im / size);
    }
    let cpu_s = start.elapsed().as_secs_f64();
    Ok((cpu_s, re.iter().zip(&im).map(|(re, im)| re + im).sum::<f64>() / rows as f64))
}

/// What a radial solution of a static elastic sphere below a dynamic liquid layer gives: no drag, both elastic.
fn radial(rows: usize) -> Result<(f64, f64)> {
    let sigma: Vec<f64> = (0..rows).map(|i| 3e-5 + 5e-5 * i as f64 / rows as f64).collect();
    let (radius, melt, solid) = (constants::EARTH_RADIUS_M, 3000.0, 5500.0);
    let volume = |r: f64| 4.0 / 3.0 * std::f64::consts::PI * r.powi(3);
    let mass = volume(radius - 1e5) * solid + (volume(radius) - volume(radius - 1e5)) * melt;
    let body = Body::new(mass, radius, 0.33)?;
    let ocean = MagmaOcean::new(1e5, 0.0, melt / body.mean_density_kg_m3())?;
    let elastic = lava_tides::rheology::Elastic::new(2e11)?;
    let planet = MoltenPlanet::new(body, HomogeneousBody::below_ocean(&body, &ocean, elastic)?, ocean)?;
    let mut out = vec![Complex64::new(1.0, 1.0); rows];
    let start = ProcessTime::now();
    planet.k2_into(black_box(&sigma), 0.0, Order::Sectoral, black_box(&mut out));
    let cpu_s = start.elapsed().as_secs_f64();
    Ok((cpu_s, out.iter().map(|k| k.re).sum::<f64>() / rows as f64))
}

/// The rotating ocean over a rigid floor with 24 degrees.
fn rotating(rows: usize) -> Result<(f64, f64)> {
    let coupling = OceanCoupling::Rotating(Truncation::Terms(24));
    let ocean = MagmaOcean::new(1e5, 1e-4, 0.55)?.with_coupling(coupling)?;
    let planet = MoltenPlanet::new(earth()?, HomogeneousBody::new(&earth()?, Rigid), ocean)?;
    let sigma: Vec<f64> = (0..rows).map(|i| 1e-5 + 1e-3 * i as f64 / rows as f64).collect();
    let start = ProcessTime::now();
    let sum: f64 = black_box(&sigma)
        .iter()
        .map(|&frequency_rad_s| {
            let k = planet.k2(Forcing { frequency_rad_s, spin_rad_s: 2e-4, order: Order::Sectoral });
            k.re - k.im
        })
        .sum();
    Ok((start.elapsed().as_secs_f64(), sum / rows as f64))
}

/// A whole table at e = 0.2.
fn hansen(rows: usize) -> Result<(f64, f64)> {
    let start = ProcessTime::now();
    let mut check = 0.0;
    for _ in 0..rows {
        let table = HansenTable::new(black_box(0.2))?;
        check = (1..=5).map(|k| table.sectoral(k)).sum();
    }
    Ok((start.elapsed().as_secs_f64(), check))
}

/// Recession times of oceans that attract themselves, over a rigid floor, of 400 nodes each.
fn recession(rows: usize) -> Result<(f64, f64)> {
    let earth = *EarthMoon::present().earth();
    let radius = constants::EARTH_RADIUS_M;
    let depths = LogAxis::new(1e4, 8e5, rows)?;
    let start = ProcessTime::now();
    let track = Track::new(&EarthMoon::present(), 3.5 * radius, 25.0 * radius)?;
    let mut sum = 0.0;
    for depth in depths.values() {
        let ocean = MagmaOcean::new(depth, 1e-4, 0.55)?;
        let planet = MoltenPlanet::new(earth, HomogeneousBody::new(&earth, Rigid), ocean)?;
        sum += track.time_s(&planet)?.ln();
    }
    Ok((start.elapsed().as_secs_f64(), sum / rows as f64))
}
