//! The text of every error.

use water_dc::{
    Error, Leakage, Profile, SiteInputs, Tables,
    fuel::{Factor, FactorSet, Fuel, FuelMix, WaterFactors, offsite_wue},
    request::Architecture,
    tower::{LowTemperature, Polynomial, TowerModel, onsite_wue},
    units::{
        Celsius, Cycles, Elevation, FacilityEnergy, Fahrenheit, ItEnergy, Liters, LitersPerKwh, LossRate,
        Pascal, Pue, RelativeHumidity,
    },
    weather::{Choices, SyntheticClimate, by_month, summarize},
    wet_bulb::{PressureSource, WetBulbModel, dew_point, saturation_pressure, wet_bulb},
};

fn text<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn quantities() {
    assert_eq!(text(Pascal::new(0.0)), "pressure in Pa must be finite and positive, got 0");
    assert_eq!(text(Elevation::from_meters(12e3)), "elevation in m must be in -5000..=11000, got 12000");
    assert_eq!(
        text(RelativeHumidity::from_percent(100.1)),
        "relative humidity in percent must be in 0..=100, got 100.1"
    );
    assert_eq!(
        text(RelativeHumidity::from_fraction(50.0)),
        "relative humidity as a fraction must be in 0..=1, got 50"
    );
    assert_eq!(text(LitersPerKwh::new(-1.0)), "water use in L/kWh must be finite and not negative, got -1");
    assert_eq!(text(Liters::new(f64::NAN)), "water in L must be finite and not negative, got NaN");
    assert_eq!(
        text(ItEnergy::from_wh(-1.0)),
        "server energy in kWh must be finite and not negative, got -0.001"
    );
    assert_eq!(
        text(FacilityEnergy::from_kwh(f64::INFINITY)),
        "facility energy in kWh must be finite and not negative, got inf"
    );
    assert_eq!(text(Pue::new(0.99)), "PUE must be finite and at least 1, got 0.99");
    assert_eq!(text(LossRate::from_fraction(1.0)), "loss rate must be in 0..1, got 1");
    assert_eq!(text(Leakage::gross_up(-0.1)), "loss rate must be in 0..1, got -0.1");
    assert_eq!(text(Leakage::additive(39.72)), "loss rate must be in 0..1, got 39.72");
    assert_eq!(text(Cycles::new(1.0)), "cycles of concentration must be finite and above 1, got 1");
    let floor = LitersPerKwh::new(0.0).unwrap();
    assert_eq!(
        text(Polynomial::new([0.0, f64::NAN, 0.0, 0.0], floor)),
        "polynomial coefficient must be finite, got NaN"
    );
    assert_eq!(text(SyntheticClimate::HIGHLAND.hours(-3)), "year must be in 1..=9999, got -3");
}

#[test]
fn temperatures() {
    let half = RelativeHumidity::from_percent(50.0).unwrap();
    assert_eq!(
        text(wet_bulb(Celsius(61.0), half, &WetBulbModel::Stull)),
        "temperature must be in -90..=60 °C for the Stull wet bulb, got 61 °C"
    );
    assert_eq!(
        text(wet_bulb(Celsius(f64::NAN), half, &WetBulbModel::StullRounded)),
        "temperature must be in -90..=60 °C for the rounded Stull wet bulb, got NaN °C"
    );
    let sea = WetBulbModel::Psychrometric(PressureSource::SeaLevel);
    assert_eq!(
        text(wet_bulb(Celsius(200.5), half, &sea)),
        "temperature must be in -100..=200 °C for the psychrometric wet bulb, got 200.5 °C"
    );
    assert_eq!(
        text(sea.validity(Celsius(f64::INFINITY), half)),
        "temperature must be in -100..=200 °C for the psychrometric wet bulb, got inf °C"
    );
    assert_eq!(
        text(saturation_pressure(Celsius(-101.0))),
        "temperature must be in -100..=200 °C for the saturation pressure, got -101 °C"
    );
    assert_eq!(
        text(dew_point(Celsius(-101.0), half)),
        "temperature must be in -100..=200 °C for the dew point, got -101 °C"
    );
    assert_eq!(
        text(onsite_wue(Fahrenheit(500.0), &TowerModel::FixedApproach, &LowTemperature::Extrapolate)),
        "temperature must be in -100..=200 °C for the tower model, got 260 °C"
    );
    let hot = SyntheticClimate { mean_c: 70.0, ..SyntheticClimate::HIGHLAND };
    assert!(text(hot.hours(2023)).starts_with("temperature must be in -90..=60 °C for weather, got "));
}

#[test]
fn air() {
    let all = RelativeHumidity::from_percent(100.0).unwrap();
    let sea = WetBulbModel::Psychrometric(PressureSource::SeaLevel);
    let error = wet_bulb(Celsius(120.0), all, &sea).unwrap_err();
    assert!(matches!(error, Error::VapourPressure { vapour_pa, .. } if vapour_pa > 101_325.0));
    assert!(
        error.to_string().starts_with("vapour pressure must be below the air pressure 101325 Pa, got 198")
    );
    let vacuum = WetBulbModel::Psychrometric(PressureSource::Fixed(Pascal::new(0.5).unwrap()));
    let dry = RelativeHumidity::from_percent(0.0).unwrap();
    assert_eq!(
        text(wet_bulb(Celsius(20.0), dry, &vacuum)),
        "air pressure of the psychrometric wet bulb in Pa must be at least 1, got 0.5"
    );
    let message = text(dew_point(Celsius(20.0), dry));
    assert!(message.starts_with("vapour pressure must be at least 0.0014"), "{message}");
    assert!(message.ends_with("Pa for a dew point above -100 °C, got 0 Pa"), "{message}");
}

/// Not reachable with the library's own functions; the text is fixed all the same.
#[test]
fn solver() {
    let error = Error::NoConvergence { steps: 100, celsius: 1.5 };
    assert_eq!(error.to_string(), "solver must converge within 100 steps, stopped at 1.5 °C");
}

#[test]
fn models() {
    assert_eq!(
        text(Architecture::mixture_of_experts(100.0, 30.0, 20.0)),
        "active parameters must satisfy 0 < low <= high <= total, got 30, 20, 100 billion"
    );
    assert!(Architecture::dense(0.0).is_err() && Architecture::dense(f64::INFINITY).is_err());
    let tables = Tables::embedded();
    assert!(
        text(tables.model("GPT-5"))
            .starts_with("model must be one of the table, got \"GPT-5\"; nearest: GPT-4")
    );
    assert!(text(tables.task("novel")).starts_with("task must be one of the table, got \"novel\""));
    assert!(text(tables.reference("globe")).starts_with("reference must be one of the table, got \"globe\""));
}

#[test]
fn mixes() {
    assert_eq!(text(FuelMix::new([])), "fuel mix must have a positive finite sum, got 0");
    assert_eq!(text(FuelMix::new([(Fuel::Coal, 0.0)])), "fuel mix must have a positive finite sum, got 0");
    assert_eq!(
        text(FuelMix::new([(Fuel::Coal, 1.0), (Fuel::Gas, -2.0)])),
        "generation from gas must be finite and not negative, got -2"
    );
    assert_eq!(
        text(FuelMix::new([(Fuel::Hydro, f64::NAN)])),
        "generation from hydro must be finite and not negative, got NaN"
    );
    assert_eq!(
        text(FuelMix::new([(Fuel::Hydro, f64::MAX), (Fuel::Gas, f64::MAX)])),
        "fuel mix must have a positive finite sum, got inf"
    );
    let geothermal = FuelMix::new([(Fuel::Geothermal, 1.0)]).unwrap();
    assert_eq!(
        text(offsite_wue(&geothermal, Tables::embedded().factors(FactorSet::DatasetV1))),
        "fuel mix must contain a fuel that the factor set dataset_v1 covers, got none"
    );
    let of = |v| LitersPerKwh::new(v).unwrap();
    let factor = Factor { value: of(3.0), low: of(1.0), high: of(2.0), source: String::new() };
    assert_eq!(
        text(WaterFactors::new("own", [(Fuel::Solar, factor)])),
        "factor of solar must satisfy low <= value <= high, got 1, 3, 2 L/kWh"
    );
}

#[test]
fn profiles() {
    let tables = Tables::embedded();
    let site = |profile, name, inputs: &SiteInputs<'_>| {
        text(tables.site(profile, tables.country(name).unwrap(), inputs))
    };
    let none = SiteInputs::default();
    assert_eq!(site(Profile::PaperV3, "KE", &none), "profile paper_v3 needs a PUE of Kenya, got none");
    let pue = SiteInputs { pue: Some(Pue::new(1.5).unwrap()), hours: None };
    assert_eq!(site(Profile::PaperV2, "KE", &pue), "profile paper_v2 needs the v2 values of Kenya, got none");
    assert_eq!(site(Profile::Hourly, "KE", &pue), "profile hourly needs hourly weather of Kenya, got none");
    assert!(tables.paper_sites(Profile::Hourly).is_err());
}

#[test]
fn no_hours() {
    let choices = Choices { wet_bulb: WetBulbModel::Stull, low_temperature: LowTemperature::Extrapolate };
    assert_eq!(text(summarize(&[], &choices)), "weather must have at least one valid hour, got none");
    assert_eq!(text(by_month(&[], &choices)), "weather must have at least one valid hour, got none");
}

/// A source that fails to read.
#[test]
fn input_and_output() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disc is gone"))
        }
    }
    let result = water_dc::weather::read_hours(Broken, &water_dc::weather::ReadOptions::default());
    assert!(matches!(&result, Err(Error::Io(_))));
    assert_eq!(text(result), "the disc is gone");
}

#[test]
fn custom_polynomials_and_limits() {
    let floor = LitersPerKwh::new(0.5).unwrap();
    // at 100 °F the two large terms cancel to infinity minus infinity, which must not pass for the floor
    let wild = TowerModel::Custom(Polynomial::new([0.0, 0.0, -1e308, 1e308], floor).unwrap());
    assert!(onsite_wue(Fahrenheit(100.0), &wild, &LowTemperature::Extrapolate).is_err());
    for limit in [f64::NAN, f64::INFINITY] {
        let (model, limit) = (TowerModel::FixedColdWater, Fahrenheit(limit));
        let off = LowTemperature::FreeCooling { below: limit, wue: floor };
        for policy in [LowTemperature::ClampAt(limit), off] {
            assert!(
                text(onsite_wue(Fahrenheit(60.0), &model, &policy)).starts_with("temperature must be in")
            );
        }
    }
}
