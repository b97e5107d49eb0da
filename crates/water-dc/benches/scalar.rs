//! Scalar formulas and their slice forms.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use water_dc::{
    Profile, SiteInputs, Tables, batch,
    tower::{LowTemperature, TowerModel, onsite_wue},
    units::{Celsius, Fahrenheit, ItEnergy, RelativeHumidity},
    wet_bulb::{PressureSource, WetBulbModel, wet_bulb},
};

fn wet_bulbs(criterion: &mut Criterion) {
    let half = RelativeHumidity::from_percent(50.0).expect("in range");
    let models = [
        ("stull", WetBulbModel::Stull),
        ("stull_rounded", WetBulbModel::StullRounded),
        ("psychrometric", WetBulbModel::Psychrometric(PressureSource::SeaLevel)),
    ];
    let mut group = criterion.benchmark_group("wet_bulb");
    for (name, model) in models {
        group
            .bench_function(name, |b| b.iter(|| wet_bulb(black_box(Celsius(25.0)), black_box(half), &model)));
    }
    let rows = 8760;
    let t: Vec<f64> = (0..rows).map(|i| 5.0 + f64::from(i % 401) / 10.0).collect();
    let rh: Vec<f64> = (0..rows).map(|i| 5.0 + f64::from(i % 95)).collect();
    let mut out = vec![0.0; t.len()];
    group.throughput(Throughput::Elements(t.len() as u64));
    for (name, model) in models {
        group.bench_function(format!("batch_{name}/8760"), |b| {
            b.iter(|| batch::wet_bulb_c(&model, black_box(&t), black_box(&rh), &mut out));
        });
    }
    group.finish();
}

fn water(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("water");
    group.bench_function("onsite_wue", |b| {
        let low = LowTemperature::Extrapolate;
        b.iter(|| onsite_wue(black_box(Fahrenheit(60.0)), &TowerModel::FixedColdWater, &low));
    });
    let tables = Tables::embedded();
    let country = tables.country("ET").expect("in the tables");
    group.bench_function("site_of_a_country", |b| {
        b.iter(|| tables.site(Profile::PaperV3, black_box(country), &SiteInputs::default()));
    });
    let site = tables.site(Profile::PaperV3, country, &SiteInputs::default()).expect("has a PUE");
    let energy = ItEnergy::from_kwh(4.66).expect("positive");
    group.bench_function("footprint", |b| b.iter(|| black_box(&site).footprint(black_box(energy))));
    group.finish();
}

criterion_group!(benches, wet_bulbs, water);
criterion_main!(benches);
