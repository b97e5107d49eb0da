//! Slices against the scalar functions.

use common::assert_close;
use rand::Rng;
use water_dc::{
    Error, batch,
    tower::{LowTemperature, TowerModel, onsite_wue},
    units::{Celsius, Cycles, Elevation, Fahrenheit, LitersPerKwh, RelativeHumidity},
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
