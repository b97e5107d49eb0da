//! Intervals, moments, quantiles and contributions.

use common::{assert_close, rng::Streams};
use water_dc::{
    Error, Leakage, Site, Tables,
    fuel::{Factor, FactorSet, Fuel, FuelMix, WaterFactors, offsite_wue_range},
    uncertainty::{FACTOR_SPREAD, Range, Sampling, Shape, UncertainFootprint, Uncertainty},
    units::{ItEnergy, LitersPerKwh, LossRate, Pue},
};

fn range<T: Copy + PartialOrd + Into<f64>>(make: fn(f64) -> water_dc::Result<T>, ends: [f64; 3]) -> Range<T> {
    let [low, value, high] = ends.map(|v| make(v).unwrap());
    Range::new(low, value, high, "assumed").unwrap()
}

/// A mix in which three fuels have a factor and one has none.
fn kenya() -> UncertainFootprint {
    let tables = Tables::embedded();
    UncertainFootprint {
        energy: range(ItEnergy::from_kwh, [0.8, 1.0, 1.5]),
        onsite: range(LitersPerKwh::new, [1.1, 1.251, 1.7]),
        leakage: range(LossRate::from_fraction, [0.1, 0.258, 0.5]),
        pue: range(Pue::new, [1.2, 1.5, 2.1]),
        mix: tables.country("KE").unwrap().mix,
        factors: tables.factors(FactorSet::AfricaV3).clone(),
        factor_label: FACTOR_SPREAD.to_owned(),
    }
}

fn run(footprint: &UncertainFootprint, shape: Shape, samples: usize, seed: u64) -> Uncertainty {
    footprint.propagate(Sampling { shape, samples }, Streams::new(seed)).unwrap()
}

#[test]
fn ends_and_value_are_footprints() {
    let kenya = kenya();
    let ours = run(&kenya, Shape::Uniform, 10, 1);
    let site = |onsite: f64, offsite: f64, pue: f64, leakage: f64| Site {
        onsite: LitersPerKwh::new(onsite).unwrap(),
        offsite: LitersPerKwh::new(offsite).unwrap(),
        pue: Pue::new(pue).unwrap(),
        leakage: Leakage::additive(leakage).unwrap(),
    };
    let litres = |site: Site, kwh: f64| site.footprint(ItEnergy::from_kwh(kwh).unwrap()).total().get();
    let (least, most) = offsite_wue_range(&kenya.mix, &kenya.factors).unwrap();
    assert_close!(ours.low_l, litres(site(1.1, least.get(), 1.2, 0.1), 0.8), rel = 1e-13);
    assert_close!(ours.high_l, litres(site(1.7, most.get(), 2.1, 0.5), 1.5), rel = 1e-13);
    // γ_off of Kenya with the Africa factors: 1.5987
    assert_close!(ours.value_l, litres(site(1.251, 1.5987, 1.5, 0.258), 1.0), abs = 1e-4);
    for c in &ours.contributions {
        let expected = if c.input.starts_with("water factor") { FACTOR_SPREAD } else { "assumed" };
        assert_eq!(c.label, expected, "{}", c.input);
    }
}

/// Mean, deviation and quantiles of a million samples against the exact moments, within five standard errors.
#[test]
fn samples_agree_with_the_exact_moments() {
    let footprint = UncertainFootprint {
        energy: Range::certain(ItEnergy::from_kwh(2.0).unwrap()),
        onsite: range(LitersPerKwh::new, [1.0, 1.5, 3.0]),
        leakage: Range::certain(LossRate::from_fraction(0.0).unwrap()),
        pue: Range::certain(Pue::new(1.5).unwrap()),
        mix: FuelMix::new([(Fuel::Wind, 1.0)]).unwrap(),
        factors: certain(Fuel::Wind, 0.4),
        factor_label: String::new(),
    };
    // W = 2 γ_on + 1.2 with γ_on uniform in 1..3: uniform in 3.2..7.2
    let uniform = run(&footprint, Shape::Uniform, 200_000, 7);
    assert_close!(uniform.mean_l, 5.2, rel = 1e-14);
    assert_close!(uniform.standard_deviation_l, 4.0 / 12f64.sqrt(), rel = 1e-14);
    for (ours, exact) in [(uniform.p2_5_l, 3.3), (uniform.median_l, 5.2), (uniform.p97_5_l, 7.1)] {
        assert_close!(ours, exact, abs = 5.0 * 4.0 * 0.5 / 200_000f64.sqrt());
    }
    // triangular: median where the upper branch leaves one half, b - sqrt((b-a)(b-c)/2)
    let triangular = run(&footprint, Shape::Triangular, 200_000, 7);
    assert_close!(triangular.mean_l, 2.0 * 5.5 / 3.0 + 1.2, rel = 1e-14);
    assert_close!(triangular.median_l, 2.0 * (3.0 - 1.5f64.sqrt()) + 1.2, abs = 0.02);
    let only = &uniform.contributions[0];
    assert_eq!(only.input, "on-site water use in L/kWh");
    assert_close!(only.first_order, 1.0, rel = 1e-14);
    assert_close!(only.total, 1.0, rel = 1e-14);
}

fn certain(fuel: Fuel, value: f64) -> WaterFactors {
    let value = LitersPerKwh::new(value).unwrap();
    WaterFactors::new("own", [(fuel, Factor { value, low: value, high: value, source: String::new() })])
        .unwrap()
}

/// First-order and total indices by the estimators of Saltelli et al. (2010) and Jansen (1999), on samples made here.
#[test]
fn contributions_agree_with_sampled_sobol_indices() {
    use rand::RngExt as _;
    const N: usize = 200_000;
    let ours = run(&kenya(), Shape::Uniform, 10, 1);
    let find = |name: &str| ours.contributions.iter().find(|c| c.input.starts_with(name)).unwrap();
    let fuels: Vec<_> = ours.contributions.iter().filter(|c| c.input.starts_with("water factor")).collect();
    let kenya = kenya();
    let shares: Vec<f64> = fuels
        .iter()
        .map(|c| {
            let (fuel, share) = kenya.mix.fuels().find(|(f, _)| c.input.contains(&format!(" {f} "))).unwrap();
            assert!(kenya.factors.get(fuel).is_some());
            share / kenya.factors.coverage(&kenya.mix)
        })
        .collect();
    let inputs: Vec<_> =
        ["server energy", "on-site", "leakage", "PUE"].map(find).into_iter().chain(fuels).collect();
    let litres = |x: &[f64]| {
        let offsite: f64 = shares.iter().zip(&x[4..]).map(|(s, w)| s * w).sum();
        x[0] * (x[1] * (1.0 + x[2]) + x[3] * offsite)
    };
    let mut rng = Streams::new(3).stream("check");
    let mut draw =
        || -> Vec<f64> { inputs.iter().map(|c| c.low + (c.high - c.low) * rng.random::<f64>()).collect() };
    let pairs: Vec<(Vec<f64>, Vec<f64>)> = (0..N).map(|_| (draw(), draw())).collect();
    let values: Vec<f64> = pairs.iter().map(|(a, _)| litres(a)).collect();
    let mean = values.iter().sum::<f64>() / N as f64;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / N as f64;
    assert_close!(ours.mean_l, mean, rel = 5e-3);
    assert_close!(ours.standard_deviation_l, variance.sqrt(), rel = 1e-2);
    for (i, input) in inputs.iter().enumerate() {
        let (mut first, mut total) = (0.0, 0.0);
        for ((a, b), fa) in pairs.iter().zip(&values) {
            let mut mixed = a.clone();
            mixed[i] = b[i];
            let fm = litres(&mixed);
            first += litres(b) * (fm - fa);
            total += 0.5 * (fm - fa) * (fm - fa);
        }
        assert_close!(input.first_order, first / N as f64 / variance, abs = 0.015, "{}", input.input);
        assert_close!(input.total, total / N as f64 / variance, abs = 0.015, "{}", input.input);
    }
    let sum: f64 = ours.contributions.iter().map(|c| c.first_order).sum();
    assert!(sum < 1.0 && sum > 0.8, "{sum}");
    assert!(ours.contributions.is_sorted_by(|a, b| a.first_order >= b.first_order));
}

#[test]
fn seed_decides() {
    assert_eq!(run(&kenya(), Shape::Triangular, 500, 1), run(&kenya(), Shape::Triangular, 500, 1));
    let other = run(&kenya(), Shape::Triangular, 500, 2);
    assert!((run(&kenya(), Shape::Triangular, 500, 1).median_l - other.median_l).abs() > 1e-6);
}

#[test]
fn certain_inputs_have_no_spread() {
    let one = ItEnergy::from_kwh(1.0).unwrap();
    let footprint = UncertainFootprint {
        energy: Range::certain(one),
        onsite: Range::certain(LitersPerKwh::new(1.25).unwrap()),
        leakage: Range::certain(LossRate::from_fraction(0.25).unwrap()),
        pue: Range::certain(Pue::new(2.0).unwrap()),
        mix: FuelMix::new([(Fuel::Hydro, 1.0)]).unwrap(),
        factors: certain(Fuel::Hydro, 5.0),
        factor_label: String::new(),
    };
    let ours = run(&footprint, Shape::Triangular, 100, 1);
    let expected = 1.25 * 1.25 + 10.0;
    for litres in [ours.low_l, ours.value_l, ours.high_l, ours.mean_l, ours.median_l, ours.p97_5_l] {
        assert_close!(litres, expected, rel = 1e-15);
    }
    assert_close!(ours.standard_deviation_l, 0.0, abs = 0.0);
    assert!(ours.contributions.iter().all(|c| c.first_order == 0.0 && c.total == 0.0));
}

#[test]
fn bad_input() {
    let pue = |v| Pue::new(v).unwrap();
    let error = Range::new(pue(1.5), pue(1.4), pue(2.0), "assumed").unwrap_err();
    assert_eq!(error.to_string(), "range \"assumed\" must satisfy low <= value <= high, got 1.5, 1.4, 2");
    for samples in [0, Sampling::MAX_SAMPLES + 1] {
        let sampling = Sampling { shape: Shape::Uniform, samples };
        assert!(matches!(kenya().propagate(sampling, Streams::new(1)), Err(Error::Samples { .. })));
    }
    let none = UncertainFootprint { factors: certain(Fuel::Coal, 1.0), ..kenya() };
    let sampling = Sampling { shape: Shape::Uniform, samples: 10 };
    assert!(matches!(none.propagate(sampling, Streams::new(1)), Err(Error::NoFactor { .. })));
}
