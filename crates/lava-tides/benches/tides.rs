//! Love numbers, Hansen tables, tidal states, maps.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use lava_tides::constants::{DAY_S, EARTH_MASS_KG, EARTH_RADIUS_M, SUN_MASS_KG};
use lava_tides::earth_moon::EarthMoon;
use lava_tides::hansen::HansenTable;
use lava_tides::map::{Floor, LogAxis, MapSpec};
use lava_tides::response::{
    Forcing, HomogeneousBody, MagmaOcean, MoltenPlanet, OceanCoupling, Order, Truncation,
};
use lava_tides::rheology::{Andrade, Rigid};
use lava_tides::spin::{TorqueCurve, spin_path};
use lava_tides::{Body, Orbit, Result, TidalResponse, TideTerms, tidal_state};
use num_complex::Complex64;
use std::hint::black_box;

fn earth() -> Body {
    Body::new(EARTH_MASS_KG, EARTH_RADIUS_M, 0.33).expect("an Earth")
}

fn molten(coupling: OceanCoupling) -> Result<MoltenPlanet<Andrade>> {
    let ocean = MagmaOcean::new(1e5, 1e-4, 0.55)?.with_coupling(coupling)?;
    MoltenPlanet::new(earth(), HomogeneousBody::new(&earth(), Andrade::new(6e10, 1e21, 0.3)?), ocean)
}

fn love_numbers(c: &mut Criterion) {
    let mut group = c.benchmark_group("love numbers");
    let sigma: Vec<f64> = (0..4096).map(|i| 1e-9 * (16.1 * f64::from(i) / 4095.0).exp()).collect();
    let mut out = vec![Complex64::new(0.0, 0.0); sigma.len()];
    group.throughput(criterion::Throughput::Elements(sigma.len() as u64));
    for (name, coupling) in
        [("eq 28", OceanCoupling::PaperEq7), ("attracting", OceanCoupling::SelfAttracting)]
    {
        let planet = molten(coupling).expect("a planet");
        group.bench_function(BenchmarkId::new("4096 frequencies", name), |b| {
            b.iter(|| planet.k2_into(black_box(&sigma), 0.0, Order::Sectoral, &mut out));
        });
    }
    group.finish();
    for (name, truncation) in [("24 terms", Truncation::Terms(24)), ("converged", Truncation::Converged)] {
        let yielding = molten(OceanCoupling::Rotating(truncation)).expect("a planet");
        let forcing = Forcing { frequency_rad_s: 3e-4, spin_rad_s: 2e-4, order: Order::Sectoral };
        c.bench_function(&format!("rotating, yielding floor, {name}"), |b| {
            b.iter(|| yielding.k2(black_box(forcing)));
        });
        let rigid = MoltenPlanet::new(earth(), HomogeneousBody::new(&earth(), Rigid), *yielding.ocean());
        let rigid = rigid.expect("a planet");
        c.bench_function(&format!("rotating, rigid floor, {name}"), |b| {
            b.iter(|| rigid.k2(black_box(forcing)));
        });
    }
}

fn orbits(c: &mut Criterion) {
    for e in [0.01, 0.2, 0.6] {
        c.bench_function(&format!("Hansen table, e = {e}"), |b| b.iter(|| HansenTable::new(black_box(e))));
    }
    let body = earth();
    let orbit = Orbit::from_period(&body, SUN_MASS_KG, 5.0 * DAY_S, 0.1).expect("an orbit");
    let planet = molten(OceanCoupling::SelfAttracting).expect("a planet");
    let spin = orbit.mean_motion_rad_s();
    c.bench_function("tidal state, e = 0.1", |b| {
        b.iter(|| tidal_state(black_box(&orbit), &body, spin, &planet, TideTerms::All));
    });
    c.bench_function("spin states from 0.3 to 6, e = 0.1", |b| {
        b.iter(|| TorqueCurve::new(black_box(&orbit), &body, &planet)?.equilibria(0.3, 6.0));
    });
    c.bench_function("spin path from 10, e = 0.1", |b| {
        b.iter(|| spin_path(black_box(&orbit), &body, &planet, 10.0, 1e-3));
    });
}

fn maps(c: &mut Criterion) {
    let mut group = c.benchmark_group("recession map");
    group.sample_size(10);
    let rotating = OceanCoupling::Rotating(Truncation::Converged);
    for (name, coupling) in [("attracting", OceanCoupling::SelfAttracting), ("rotating", rotating)] {
        let spec = MapSpec {
            depth_m: LogAxis::new(1e4, 8e5, 100).expect("an axis"),
            drag_per_s: LogAxis::new(1e-6, 1e-2, 100).expect("an axis"),
            density_ratio: 0.55,
            coupling,
            floor: Floor::Rigid,
            from_m: 3.5 * EARTH_RADIUS_M,
            to_m: 25.0 * EARTH_RADIUS_M,
        };
        group.bench_function(BenchmarkId::new("100 x 100 cells, 400 nodes", name), |b| b.iter(|| spec.map()));
    }
    group.finish();
    let planet = molten(OceanCoupling::SelfAttracting).expect("a planet");
    c.bench_function("one recession", |b| {
        b.iter(|| EarthMoon::present().recession(&planet, 3.5 * EARTH_RADIUS_M, 25.0 * EARTH_RADIUS_M));
    });
}

criterion_group!(benches, love_numbers, orbits, maps);
criterion_main!(benches);
