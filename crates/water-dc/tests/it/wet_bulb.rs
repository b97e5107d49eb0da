//! Wet bulb, saturation pressure and dew point.

use common::assert_close;
use water_dc::{
    units::{Celsius, Elevation, Pascal, RelativeHumidity},
    wet_bulb::{
        PressureSource, Validity, WetBulbModel, dew_point, saturation_pressure, standard_pressure, wet_bulb,
    },
};

use crate::{golden, number};

fn rh(percent: f64) -> RelativeHumidity {
    RelativeHumidity::from_percent(percent).unwrap()
}

fn at(t: f64, percent: f64, model: WetBulbModel) -> f64 {
    wet_bulb(Celsius(t), rh(percent), &model).unwrap().0
}

fn at_pressure(pascal: f64) -> WetBulbModel {
    WetBulbModel::Psychrometric(PressureSource::Fixed(Pascal::new(pascal).unwrap()))
}

#[test]
fn all_four_columns() {
    let rows = golden(include_str!("../golden/wet_bulb.csv"));
    assert_eq!(rows.len(), 45);
    let columns = [
        ("stull", WetBulbModel::Stull),
        ("stull_rounded", WetBulbModel::StullRounded),
        ("psychrometric_101325", WetBulbModel::Psychrometric(PressureSource::SeaLevel)),
        ("psychrometric_85000", at_pressure(85_000.0)),
    ];
    for row in &rows {
        let (t, h) = (number(row, "temperature_c"), number(row, "humidity_percent"));
        for (column, model) in columns {
            assert_close!(at(t, h, model), number(row, column), abs = 5.1e-7, "{column} at {t}, {h}");
        }
    }
}

/// Values of the formulas in full precision, independent recomputation in Python.
#[test]
fn single_values() {
    assert_close!(at(20.0, 50.0, WetBulbModel::Stull), 13.699341968988136, abs = 1e-13);
    let sea = WetBulbModel::Psychrometric(PressureSource::SeaLevel);
    assert_close!(at(30.0, 50.0, sea), 22.004980, abs = 5.1e-7);
    assert_close!(at(40.0, 20.0, sea), 22.031956, abs = 5.1e-7);
    assert_close!(saturation_pressure(Celsius(25.0)).unwrap().get(), 3169.2165, abs = 5.1e-5);
}

/// PsychroLib 2.5.0 (SI), `GetTWetBulbFromRelHum`, which stops at 0.001 °C; over ice, hot and dry, thin air.
#[test]
fn psychrolib() {
    for row in golden(include_str!("../golden/psychrolib.csv")) {
        let (t, h) = (number(&row, "temperature_c"), number(&row, "humidity_percent"));
        let ours = at(t, h, at_pressure(number(&row, "pressure_pa")));
        assert_close!(ours, number(&row, "wet_bulb_c"), abs = 1e-3, "{row:?}");
    }
}

/// PsychroLib 2.5.0 (SI): `GetTDewPointFromRelHum`, 0.001 °C; `GetStandardAtmPressure`.
#[test]
fn dew_point_and_atmosphere() {
    for row in golden(include_str!("../golden/dew_point.csv")) {
        let (t, h) = (number(&row, "temperature_c"), number(&row, "humidity_percent"));
        assert_close!(
            dew_point(Celsius(t), rh(h)).unwrap().0,
            number(&row, "dew_point_c"),
            abs = 1e-3,
            "{row:?}"
        );
    }
    for (meters, expected) in
        [(-500.0, 107477.53671243961), (1000.0, 89874.51941577366), (10_000.0, 26436.098351416622)]
    {
        let ours = standard_pressure(Elevation::from_meters(meters).unwrap());
        assert_close!(ours.get(), expected, rel = 1e-12);
    }
}

/// At the solution the vapour balance closes: the equation is evaluated here again, apart from the library.
#[test]
fn residual_is_at_the_tolerance() {
    let p = 83_450.0;
    let saturation = |t: f64| saturation_pressure(Celsius(t)).unwrap().get();
    let ratio = |vapour: f64| 0.621945 * vapour / (p - vapour);
    for t in [-40.0, -5.0, 0.0, 0.5, 3.0, 12.0, 25.0, 38.0, 55.0] {
        for percent in [3.0, 20.0, 55.0, 83.0, 99.5] {
            let w = at(t, percent, at_pressure(p));
            let balance = |w: f64| {
                let ws = ratio(saturation(w));
                if w < 0.0 {
                    ((2830.0 - 0.24 * w) * ws - 1.006 * (t - w)) / (2830.0 + 1.86 * t - 2.1 * w)
                } else {
                    ((2501.0 - 2.326 * w) * ws - 1.006 * (t - w)) / (2501.0 + 1.86 * t - 4.186 * w)
                }
            };
            let target = ratio(percent / 100.0 * saturation(t)).max(1e-7);
            let slope = (balance(w + 1e-4) - balance(w - 1e-4)) / 2e-4;
            assert!(((balance(w) - target) / slope).abs() < 1e-9, "{t}, {percent}: {w}");
        }
    }
}

/// In air of 10 °C and 10 % at 85 kPa both an ice-covered bulb (-0.059969 °C) and a wet one (0.577017 °C) are in
/// equilibrium; the ice branch is taken. A little more humidity and only the wet one is left.
#[test]
fn ice_branch_wins_where_both_exist() {
    assert_close!(at(10.0, 10.0, at_pressure(85_000.0)), -0.05996880907659374, abs = 1e-9);
    assert!(at(10.0, 11.0, at_pressure(85_000.0)) > 0.5);
}

#[test]
fn stull_is_not_capped() {
    assert!(at(20.0, 100.0, WetBulbModel::Stull) > 20.0);
    assert!(at(20.0, 100.0, WetBulbModel::Stull) < 20.06);
}

#[test]
fn validity_of_the_fit() {
    let valid = |t, percent| WetBulbModel::Stull.validity(Celsius(t), rh(percent)).unwrap();
    assert_eq!(valid(20.0, 50.0), Validity::Stated);
    assert_eq!(valid(-20.5, 50.0), Validity::Extrapolated);
    assert_eq!(valid(20.0, 4.9), Validity::Extrapolated);
    let sea = WetBulbModel::Psychrometric(PressureSource::SeaLevel);
    assert_eq!(sea.validity(Celsius(-60.0), rh(1.0)).unwrap(), Validity::Stated);
}

/// Hot dry air above the boiling point still has a wet bulb below it.
#[test]
fn above_the_boiling_point() {
    let w = at(150.0, 1.0, WetBulbModel::Psychrometric(PressureSource::SeaLevel));
    assert!(w > 30.0 && w < 100.0, "{w}");
}

/// At 500 Pa liquid water would boil at any temperature above freezing: the bulb is ice.
#[test]
fn very_thin_air() {
    let w = at(10.0, 5.0, at_pressure(500.0));
    assert!(w > -60.0 && w < 0.0, "{w}");
}
