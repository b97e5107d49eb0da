//! Text forms: round trips, and that reading checks what constructors check.

use serde_json::{from_str, json, to_string, to_value};
use water_dc::{
    Leakage, Profile, Site, SiteInputs, Tables,
    fuel::{Fuel, FuelMix},
    tower::{LowTemperature, Polynomial, TowerModel},
    units::{Fahrenheit, LitersPerKwh, Pue, RelativeHumidity},
    weather::SyntheticClimate,
};

#[test]
fn round_trips() {
    let tables = Tables::embedded();
    let site = tables.site(Profile::PaperV3, tables.country("ET").unwrap(), &SiteInputs::default()).unwrap();
    assert_eq!(from_str::<Site>(&to_string(&site).unwrap()).unwrap(), site);
    assert_eq!(to_value(site).unwrap()["leakage"], json!({ "Additive": 0.192 }));
    let mix = FuelMix::new([(Fuel::Wind, 1.0), (Fuel::Hydro, 3.0)]).unwrap();
    assert_eq!(from_str::<FuelMix>(&to_string(&mix).unwrap()).unwrap(), mix);
    let hour = SyntheticClimate::HIGHLAND.hours(2023).unwrap()[5000];
    assert_eq!(from_str::<water_dc::weather::Hour>(&to_string(&hour).unwrap()).unwrap(), hour);
    let own = Polynomial::new([1.0, 0.1, 0.0, 1e-5], LitersPerKwh::new(0.2).unwrap()).unwrap();
    for model in [TowerModel::FixedColdWater, TowerModel::Custom(own)] {
        assert_eq!(from_str::<TowerModel>(&to_string(&model).unwrap()).unwrap(), model);
    }
    let low = LowTemperature::ClampAt(Fahrenheit(45.0));
    assert_eq!(from_str::<LowTemperature>(&to_string(&low).unwrap()).unwrap(), low);
    assert_eq!(to_value(tables.country("KE").unwrap()).unwrap()["iso3"], json!("KEN"));
}

#[test]
fn rules_are_checked() {
    let message = |error: serde_json::Error| error.to_string();
    assert_eq!(
        from_str::<Pue>("0.5").map_err(message),
        Err("PUE must be finite and at least 1, got 0.5".to_owned())
    );
    assert!(from_str::<RelativeHumidity>("101").is_err());
    assert!(from_str::<Leakage>("{\"Additive\": 39.72}").is_err());
    assert!(from_str::<FuelMix>("[[\"Coal\", 0.0]]").is_err());
}
