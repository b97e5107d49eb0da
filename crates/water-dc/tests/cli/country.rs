//! `country`.

use super::{folder, run, words, write};
use common::assert_close;
use water_dc::weather::SyntheticClimate;

fn intensity(line: &str) -> f64 {
    run(&words(&format!("country {line} --json"))).json()["liters_per_kwh"].as_f64().unwrap()
}

/// Independent recomputation in Python from the published tables, four decimals.
#[test]
fn litres_per_kwh() {
    for (line, expected) in [
        ("Ethiopia", 9.0679),
        ("za", 4.1004),
        ("DZA --profile paper-v3", 3.5291),
        ("CG --profile paper-v3", 12.6394),
        ("NA --profile paper-v2", 13.0760),
    ] {
        assert_close!(intensity(line), expected, abs = 1e-3, "{line}");
    }
    // Congo's own mix
    assert_close!(intensity("CG"), 5.85, abs = 5e-3);
}

#[test]
fn requests_and_ranges() {
    let answer = run(&words("country ET --model GPT-4 --pue-range 1.3:1.8 --json")).json();
    let requests = answer["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 2);
    assert_close!(requests[0]["total_l"].as_f64().unwrap(), 42.2562, abs = 5e-3);
    let uncertainty = &answer["uncertainty"];
    let of = |name: &str| uncertainty[name].as_f64().unwrap();
    assert_close!(of("value_l"), answer["liters_per_kwh"].as_f64().unwrap(), rel = 1e-12);
    assert!(of("low_l") < of("p2_5_l") && of("p2_5_l") < of("median_l"));
    assert!(of("median_l") < of("p97_5_l") && of("p97_5_l") < of("high_l"));
    let first = &uncertainty["contributions"][0];
    assert_eq!(first["input"], "water factor of hydro in L/kWh");
    assert!(first["label"].as_str().unwrap().contains("not a confidence interval"));
    let pue = uncertainty["contributions"].as_array().unwrap().iter().find(|c| c["input"] == "PUE").unwrap();
    assert_eq!(pue["label"], "given on the command line");
    assert!(pue["first_order"].as_f64().unwrap() > 0.0);
}

#[test]
fn seed_and_samples_decide_the_quantiles() {
    let text = |more: &str| run(&words(&format!("country ET --samples 500 {more}"))).out;
    assert_eq!(text("--seed 3"), text("--seed 3"));
    assert_ne!(text("--seed 3"), text("--seed 4"));
    assert_eq!(run(&words("country ET --samples 0")).code, 1);
}

#[test]
fn errors_help() {
    let unknown = run(&["country", "Keny"]);
    assert_eq!(unknown.code, 1);
    assert!(
        unknown.err.contains("nearest: Kenya") && unknown.err.contains("hint: `water-dc country`"),
        "{}",
        unknown.err
    );
    let no_pue = run(&["country", "KE"]);
    assert!(no_pue.err.contains("needs a PUE of Kenya") && no_pue.err.contains("--pue"), "{}", no_pue.err);
    let bad_pue = run(&words("country KE --pue 0.9"));
    assert_eq!(
        (bad_pue.code, bad_pue.err.as_str()),
        (1, "error: PUE must be finite and at least 1, got 0.9\n")
    );
    assert!(run(&words("country ET --model gpt5")).err.contains("model must be one of the table"));
    assert!(run(&words("country KE --pue 1.5 --pue-range 1.6:2")).err.contains("low <= value <= high"));
    assert!(run(&words("country KE --pue 1.5 --profile hourly")).err.contains("--weather"));
}

#[test]
fn list_has_every_country() {
    let list = run(&["country"]).out;
    assert_eq!(list.lines().count(), 2 + 44);
    assert!(list.contains("Cape Verde") && list.contains("Savanna"));
    assert_eq!(run(&words("country --json")).json().as_array().unwrap().len(), 44);
}

/// Eq. 2 is convex: with hourly weather the on-site water is above that at the mean wet bulb.
#[test]
fn hourly_weather() {
    let folder = folder();
    let mut csv = "timestamp,temperature,humidity\n".to_owned();
    for hour in SyntheticClimate::HIGHLAND.hours(2023).unwrap() {
        csv += &format!("{},{},{}\n", hour.time, hour.temperature.0, hour.humidity.percent());
    }
    let path = write(&folder, "weather.csv", &csv);
    let mut line = words("country KE --pue 1.5 --profile hourly --json --weather");
    line.push(path.display().to_string());
    let onsite = run(&line).json()["site"]["onsite"].as_f64().unwrap();
    let hours = SyntheticClimate::HIGHLAND.hours(2023).unwrap();
    let choices = water_dc::weather::Choices {
        wet_bulb: water_dc::wet_bulb::WetBulbModel::Stull,
        low_temperature: water_dc::tower::LowTemperature::Extrapolate,
    };
    let expected = water_dc::weather::summarize(&hours, &choices).unwrap().fixed_cold_water.mean.get();
    assert_close!(onsite, expected, rel = 1e-12);
}
