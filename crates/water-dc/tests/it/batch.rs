//! Slices against the scalar functions.

use common::assert_close;
use rand::Rng;
use water_dc::{
    Error,
    batch::{self, GroupSums, Onsite, Table},
    tower::{LowTemperature, TowerModel, onsite_wue},
    units::{Celsius, Cycles, Elevation, Fahrenheit, LitersPerKwh, Pascal, RelativeHumidity},
    wet_bulb::{PressureSource, WetBulbModel, wet_bulb},
};

const ROWS: usize = 5000;

fn weather() -> (Vec<f64>, Vec<f64>) {
    let mut rng = common::rng::Streams::new(1).stream("weather");
    let mut uniform = |low: f64, high: f64| {
        let unit = (rng.next_u64() >> 11) as f64 * 2f64.powi(-53);
        low + (high - low) * unit
    };
    (0..ROWS).map(|_| (uniform(-60.0, 59.0), uniform(0.5, 100.0))).unzip()
}

#[test]
fn wet_bulbs() {
    let (t, rh) = weather();
    let thin = PressureSource::Elevation(Elevation::from_meters(1624.0).unwrap());
    for model in [WetBulbModel::Stull, WetBulbModel::StullRounded, WetBulbModel::Psychrometric(thin)] {
        let mut ours = vec![0.0; ROWS];
        assert_eq!(batch::wet_bulb_c(&model, &t, &rh, &mut ours).unwrap(), 0);
        for i in 0..ROWS {
            let scalar =
                wet_bulb(Celsius(t[i]), RelativeHumidity::from_percent(rh[i]).unwrap(), &model).unwrap();
            assert_close!(ours[i], scalar.0, abs = 1e-13 * (1.0 + scalar.0.abs()), "{} {}", t[i], rh[i]);
        }
    }
}

#[test]
fn towers() {
    let (tw, _) = weather();
    let models = [
        TowerModel::FixedApproach,
        TowerModel::FixedColdWater,
        TowerModel::Cubic { cycles: Cycles::new(6.0).unwrap() },
    ];
    let policies = [
        LowTemperature::Extrapolate,
        LowTemperature::ClampAt(Fahrenheit(45.0)),
        LowTemperature::FreeCooling { below: Fahrenheit(45.0), wue: LitersPerKwh::new(0.02).unwrap() },
    ];
    for model in models {
        for low in policies {
            let mut ours = vec![0.0; ROWS];
            assert_eq!(batch::onsite_wue(&model, &low, &tw, &mut ours).unwrap(), 0);
            for i in 0..ROWS {
                let scalar = onsite_wue(Celsius(tw[i]).to_fahrenheit(), &model, &low).unwrap();
                assert_close!(ours[i], scalar.get(), rel = 1e-13, "{model:?} {low:?} {}", tw[i]);
            }
        }
    }
}

#[test]
fn rejected_rows_are_nan_and_counted() {
    let t = [20.0, f64::NAN, 61.0, -91.0, 20.0, 20.0, f64::INFINITY];
    let rh = [50.0, 50.0, 50.0, 50.0, -0.1, 100.1, 50.0];
    for model in [WetBulbModel::Stull, WetBulbModel::StullRounded] {
        let mut out = [0.0; 7];
        assert_eq!(batch::wet_bulb_c(&model, &t, &rh, &mut out).unwrap(), 6);
        assert!(out[0].is_finite() && out[1..].iter().all(|value| value.is_nan()));
    }
    let mut out = [0.0; 3];
    let low = LowTemperature::ClampAt(Fahrenheit(45.0));
    assert_eq!(
        batch::onsite_wue(&TowerModel::FixedApproach, &low, &[f64::NAN, 10.0, -101.0], &mut out).unwrap(),
        2
    );
    assert!(out[0].is_nan() && out[1].is_finite() && out[2].is_nan());
}

#[test]
fn lengths_must_agree() {
    let error = batch::wet_bulb_c(&WetBulbModel::Stull, &[1.0, 2.0], &[1.0], &mut [0.0; 2]).unwrap_err();
    assert!(matches!(&error, Error::Lengths { lengths } if *lengths == [2, 1, 2]));
    assert_eq!(error.to_string(), "slices must be of equal length, got [2, 1, 2]");
    let low = LowTemperature::Extrapolate;
    assert!(batch::onsite_wue(&TowerModel::FixedApproach, &low, &[1.0], &mut []).is_err());
}

#[test]
fn psychrometric_wet_bulbs_at_each_rows_pressure() {
    let (t, rh) = weather();
    let p: Vec<f64> = (0..ROWS).map(|i| 55_000.0 + 10.0 * i as f64).collect();
    let p: Vec<f64> = p.into_iter().map(|p| if p > 104_000.0 { f64::NAN } else { p }).collect();
    let model = WetBulbModel::Psychrometric(PressureSource::SeaLevel);
    let air = batch::Air { temperature_c: &t, humidity_percent: &rh, pressure_pa: Some(&p) };
    let mut ours = vec![0.0; ROWS];
    assert_eq!(batch::wet_bulb_of_air_c(&model, &air, &mut ours).unwrap(), 0);
    for i in 0..ROWS {
        let source = Pascal::new(p[i]).map_or(PressureSource::SeaLevel, PressureSource::Fixed);
        let humidity = RelativeHumidity::from_percent(rh[i]).unwrap();
        let scalar = wet_bulb(Celsius(t[i]), humidity, &WetBulbModel::Psychrometric(source)).unwrap();
        assert_close!(ours[i], scalar.0, abs = 1e-9, "{} °C, {} %, {source:?}", t[i], rh[i]);
        assert!(ours[i] <= t[i]);
    }
    // air that the scalar function refuses: too thin, boiling, no number
    let air = batch::Air {
        temperature_c: &[20.0, 150.0, f64::NAN, 20.0],
        humidity_percent: &[50.0, 90.0, 50.0, 50.0],
        pressure_pa: Some(&[0.5, 1e5, 1e5, -3.0]),
    };
    assert_eq!(batch::wet_bulb_of_air_c(&model, &air, &mut ours[..4]).unwrap(), 4);
}

/// Two towers on Stull's wet bulb, as in the peers' programs.
fn onsite() -> Onsite<2> {
    let towers = [TowerModel::FixedApproach, TowerModel::FixedColdWater];
    Onsite::new(WetBulbModel::Stull, towers, LowTemperature::Extrapolate)
}

/// First rows of what numpy's `default_rng(7)` gives: temperatures of 10 million rows, then their humidities.
pub(crate) fn benchmark_weather(rows: usize) -> (Vec<f64>, Vec<f64>, Vec<u32>) {
    const ALL: u128 = 10_000_000;
    let mut rng = rand_pcg::Pcg64::new(
        312124358633082931476149097798454608762,
        130568342316134335412970426538198068396,
    );
    let uniform = |rng: &mut rand_pcg::Pcg64, low: f64, high: f64| -> Vec<f64> {
        let draw = |_| low + (high - low) * ((rng.next_u64() >> 11) as f64 * 2f64.powi(-53));
        (0..rows).map(draw).collect()
    };
    let mut later = rng.clone();
    later.advance(ALL);
    let (t, rh) = (uniform(&mut rng, 5.0, 45.0), uniform(&mut later, 5.0, 99.0));
    let group = (0..rows).map(|i| u32::try_from(i / 73 % 12 + i * 42 / rows * 12).unwrap()).collect();
    (t, rh, group)
}

#[test]
pub(crate) fn benchmark_weather_is_that_of_numpy() {
    let (t, rh, _) = benchmark_weather(2);
    assert_eq!(t, [30.003818664186678, 40.88855203878302]);
    assert_close!(rh[0], 42.96578803, abs = 5e-9);
    assert_close!(rh[1], 24.44876133, abs = 5e-9);
}

#[test]
fn group_means_are_those_of_the_scalar_functions() {
    let (t, rh, group) = benchmark_weather(150_000);
    let mut scalar = vec![(0.0, 0.0, 0.0); 504];
    for ((&t, &rh), &group) in t.iter().zip(&rh).zip(&group) {
        let rh = RelativeHumidity::from_percent(rh).unwrap();
        let tw = wet_bulb(Celsius(t), rh, &WetBulbModel::Stull).unwrap().to_fahrenheit();
        let wue = |tower| onsite_wue(tw, tower, &LowTemperature::Extrapolate).unwrap().get();
        let sums = &mut scalar[group as usize];
        sums.0 += wue(&TowerModel::FixedApproach);
        sums.1 += wue(&TowerModel::FixedColdWater);
        sums.2 += 1.0;
    }
    let air = batch::Air { temperature_c: &t, humidity_percent: &rh, pressure_pa: None };
    let sums = onsite().group_sums(&air, &group, 504, 1).unwrap();
    for (index, (approach, cold_water, rows)) in scalar.into_iter().enumerate() {
        let means = sums.mean(index).unwrap();
        assert_close!(means[0], approach / rows, rel = 1e-12);
        assert_close!(means[1], cold_water / rows, rel = 1e-12);
        assert_eq!(sums.valid_rows(index) as f64, rows);
    }
}

#[test]
fn threads_change_no_bit() {
    let (mut t, mut rh, mut group) = benchmark_weather(300_000);
    t[77] = f64::NAN;
    rh[299_999] = 101.0;
    group.swap(5, 250_000);
    let air = batch::Air { temperature_c: &t, humidity_percent: &rh, pressure_pa: None };
    let one = onsite().group_sums(&air, &group, 504, 1).unwrap();
    let (mut tenths, mut percent) = (vec![0; t.len()], vec![0; t.len()]);
    assert_eq!(batch::quantize(&t, &rh, &mut tenths, &mut percent).unwrap(), 2);
    let table = Table::new(&onsite());
    let quantized = table.group_sums(&tenths, &percent, &group, 504, 1).unwrap();
    for threads in [2, 3, 64] {
        assert_eq!(onsite().group_sums(&air, &group, 504, threads).unwrap(), one);
        assert_eq!(table.group_sums(&tenths, &percent, &group, 504, threads).unwrap(), quantized);
    }
    for sums in [one, quantized] {
        assert_eq!((0..504).map(|group| sums.invalid_rows(group)).sum::<u64>(), 2);
        assert_eq!((0..504).map(|group| sums.valid_rows(group)).sum::<u64>(), 299_998);
    }
}

#[test]
fn table_is_the_scalar_functions_bit_by_bit() {
    let thin = PressureSource::Elevation(Elevation::from_meters(2355.0).unwrap());
    for model in [WetBulbModel::StullRounded, WetBulbModel::Psychrometric(thin)] {
        let table =
            Table::new(&Onsite::new(model, [TowerModel::FixedColdWater], LowTemperature::Extrapolate));
        for tenths in (-900..=600).step_by(13) {
            for percent in 0..=100 {
                let humidity = RelativeHumidity::from_percent(f64::from(percent)).unwrap();
                let tw = wet_bulb(Celsius(f64::from(tenths) / 10.0), humidity, &model).unwrap();
                let low = LowTemperature::Extrapolate;
                let wue = onsite_wue(tw.to_fahrenheit(), &TowerModel::FixedColdWater, &low).unwrap().get();
                assert_eq!(table.at(tenths, percent), [wue]);
            }
        }
        for (tenths, percent) in [(-901, 50), (601, 50), (i16::MIN, 0), (i16::MAX, 0), (200, 101), (200, 255)]
        {
            assert!(table.at(tenths, percent)[0].is_nan());
        }
    }
}

#[test]
fn quantizing_ties_to_even_and_refuses_what_the_table_lacks() {
    let t = [20.25, 20.35, -0.05, 60.04, 60.06, f64::NAN, 1e300, 20.0];
    let rh = [49.5, 50.5, 0.4, 100.4, 50.0, 50.0, 50.0, -0.6];
    let (mut tenths, mut percent) = ([0; 8], [0; 8]);
    assert_eq!(batch::quantize(&t, &rh, &mut tenths, &mut percent).unwrap(), 4);
    assert_eq!(tenths[..4], [202, 204, 0, 600]);
    assert_eq!(percent[..4], [50, 50, 0, 100]);
    let mut wue = [0.0; 8];
    let towers = [TowerModel::FixedColdWater];
    let table = Table::new(&Onsite::new(WetBulbModel::Stull, towers, LowTemperature::Extrapolate));
    table.rows(&tenths, &percent, [&mut wue]).unwrap();
    assert!(wue[..4].iter().all(|wue| wue.is_finite()) && wue[4..].iter().all(|wue| wue.is_nan()));
    assert!(table.rows(&tenths, &percent, [&mut wue[1..]]).is_err());
}

#[test]
fn a_group_must_exist() {
    let air = batch::Air { temperature_c: &[20.0; 3], humidity_percent: &[50.0; 3], pressure_pa: None };
    let error = onsite().group_sums(&air, &[0, 2, 1], 2, 1).unwrap_err();
    assert_eq!(error.to_string(), "group must be below 2, got 2 in row 1");
    let mut sums = GroupSums::new(2);
    assert!(Table::new(&onsite()).add_to(&mut sums, &[200], &[50], &[u32::MAX]).is_err());
    assert_eq!(sums, GroupSums::new(2));
    assert!(sums.merge(&GroupSums::new(3)).is_err());
    assert!(sums.mean(0).is_none() && sums.mean(9).is_none() && sums.mean_of_means().is_none());
    assert!(onsite().add_to(&mut sums, &air, &[0]).is_err());
}
