//! Scheduling of a deferrable load.

mod front;
mod golden;
mod infeasible;
mod optimum;

use std::f64::consts::TAU;
use water_dc::{
    Leakage,
    schedule::{HourlySite, Job, Problem},
    tower::{LowTemperature, TowerModel, onsite_wue},
    units::{CarbonIntensity, Fahrenheit, ItEnergy, LitersPerKwh, Pue},
};

/// Two sites with a daily wave of the wet bulb: Ethiopia, with hydropower, and Egypt, mostly gas. Capacity 1 kWh an hour.
fn two_sites(hours: u32) -> Vec<HourlySite> {
    let site = |name: &str, mean_f: f64, swing_f: f64, rho: f64, offsite: f64, leakage: f64, carbon: f64| {
        HourlySite {
            name: name.to_owned(),
            pue: Pue::new(rho).unwrap(),
            offsite: LitersPerKwh::new(offsite).unwrap(),
            leakage: Leakage::additive(leakage).unwrap(),
            onsite: (0..hours)
                .map(|h| {
                    let tw = Fahrenheit(mean_f + swing_f * (TAU * (f64::from(h) - 9.0) / 24.0).sin());
                    onsite_wue(tw, &TowerModel::FixedColdWater, &LowTemperature::Extrapolate).unwrap()
                })
                .collect(),
            carbon: vec![CarbonIntensity::from_kg_per_kwh(carbon).unwrap(); hours as usize],
            capacity: vec![ItEnergy::from_kwh(1.0).unwrap(); hours as usize],
        }
    };
    vec![site("ET", 60.0, 10.0, 1.5, 5.0948, 0.192, 0.025), site("EG", 72.0, 8.0, 2.3, 1.2388, 0.3972, 0.45)]
}

fn job(name: &str, kwh: f64, release_h: usize, deadline_h: usize) -> Job {
    Job { name: name.to_owned(), energy: ItEnergy::from_kwh(kwh).unwrap(), release_h, deadline_h }
}

/// 48 hours and one job that may run in the first 36.
fn one_job(kwh: f64) -> Problem {
    Problem::new(two_sites(48), vec![job("training", kwh, 0, 36)]).unwrap()
}

/// Water and carbon of 1 kWh at a site in an hour, by the formulas of the model.
fn cost(problem: &Problem, site: usize, hour: usize) -> (f64, f64) {
    let s = &problem.sites()[site];
    let water = s.onsite[hour].get() * (1.0 + s.leakage.per_liter()) + s.pue.get() * s.offsite.get();
    (water, s.pue.get() * s.carbon[hour].kg_per_kwh())
}
