//! `schedule`.

use super::{Run, example, folder, run, run_with, words, write};
use common::assert_close;
use std::f64::consts::TAU;

/// The two sites with a daily wave of the wet bulb whose optima are known, as JSON.
fn problem(kwh: f64) -> String {
    let site = |name: &str, mean_f: f64, swing_f: f64, pue: f64, offsite: f64, leakage: f64, carbon: f64| {
        let wet_bulb: Vec<f64> = (0..48)
            .map(|h| (mean_f + swing_f * (TAU * (f64::from(h) - 9.0) / 24.0).sin() - 32.0) / 1.8)
            .collect();
        serde_json::json!({
            "name": name, "pue": pue, "offsite_l_per_kwh": offsite, "leakage": leakage,
            "wet_bulb_c": wet_bulb, "carbon_kg_per_kwh": carbon, "capacity_kwh": 1.0,
        })
    };
    serde_json::json!({
        "hours": 48,
        "site": [
            site("ET", 60.0, 10.0, 1.5, 5.0948, 0.192, 0.025),
            site("EG", 72.0, 8.0, 2.3, 1.2388, 0.3972, 0.45),
        ],
        "job": [{ "name": "training", "energy_kwh": kwh, "release_h": 0, "deadline_h": 36 }],
    })
    .to_string()
}

fn schedule(kwh: f64, more: &str) -> Run {
    let folder = folder();
    let path = write(&folder, "problem.json", &problem(kwh)).display().to_string();
    let mut line = vec!["schedule".to_owned(), path];
    line.extend(words(more));
    run(&line)
}

/// Optima of an independent solver (`HiGHS` through `SciPy`).
#[test]
fn golden() {
    let plan = schedule(60.0, "--json").json();
    assert_close!(plan["water_l"].as_f64().unwrap(), 392.3158022749807, rel = 1e-12);
    assert_close!(plan["carbon_kg"].as_f64().unwrap(), 38.16, rel = 1e-12);
    let plan = schedule(60.0, "--lambda 5 --json").json();
    assert_close!(plan["water_l"].as_f64().unwrap(), 442.28395189304274, rel = 1e-12);
    assert_close!(plan["carbon_kg"].as_f64().unwrap(), 26.19, rel = 1e-12);
    let kwh: f64 = plan["allocations"].as_array().unwrap().iter().map(|a| a["kwh"].as_f64().unwrap()).sum();
    assert_close!(kwh, 60.0, rel = 1e-12);
    assert!(schedule(60.0, "--lambda 5").out.starts_with("442.3 L of water"));
}

#[test]
fn what_cannot_be_kept_exits_with_3() {
    let late = schedule(80.0, "--json");
    assert_eq!(late.code, 3);
    assert!(late.err.contains("job \"training\" 8 kWh short at hour 36"), "{}", late.err);
    assert!(late.out.is_empty());
    let dirty = schedule(60.0, "--carbon-limit 20");
    assert_eq!(dirty.code, 3);
    assert!(dirty.err.contains("at least 26.1"), "{}", dirty.err);
}

#[test]
fn front_and_limit() {
    let front = schedule(60.0, "--pareto --json").json();
    let front = front.as_array().unwrap();
    let water = |i: usize| front[i]["plan"]["water_l"].as_f64().unwrap();
    let carbon = |i: usize| front[i]["plan"]["carbon_kg"].as_f64().unwrap();
    assert!(front.len() > 5);
    assert!((1..front.len()).all(|i| water(i) > water(i - 1) && carbon(i) < carbon(i - 1)));
    assert!(front[front.len() - 1]["lambda_to_l_per_kg"].is_null());
    // half way between two corners the least water is half way too
    let limit = 0.5 * (carbon(2) + carbon(3));
    let plan = schedule(60.0, &format!("--carbon-limit {limit} --json")).json();
    assert_close!(plan["water_l"].as_f64().unwrap(), 0.5 * (water(2) + water(3)), rel = 1e-9);
    assert_eq!(schedule(60.0, "--pareto").out.lines().count(), front.len() + 4);
}

#[test]
fn example_file() {
    let path = example("schedule.toml").display().to_string();
    let (cheap, clean) =
        (run(&["schedule", &path, "--json"]), run(&["schedule", &path, "--lambda", "20", "--json"]));
    let carbon = |run: &Run| run.json()["carbon_kg"].as_f64().unwrap();
    assert!(carbon(&clean) < 0.2 * carbon(&cheap));
    // everything in Addis Ababa: 1.5 x 0.025 kg/kWh
    assert_close!(carbon(&clean), 1800.0 * 1.5 * 0.025, rel = 1e-9);
    let table = run(&["schedule", &path]).out;
    assert!(table.contains("Addis Ababa") && table.contains("training"), "{table}");
}

#[test]
fn wrong_files() {
    let toml = |text: &str| {
        let run = run_with(&["schedule", "-"], text);
        assert_eq!(run.code, 1, "{}", run.err);
        run.err
    };
    let site = "[[site]]\nname = 'a'\ncapacity_kwh = 1\ncarbon_kg_per_kwh = 0.1\n";
    let job = "[[job]]\nname = 'j'\nenergy_kwh = 1\nrelease_h = 0\ndeadline_h = 2\n";
    let file = |site: &str| format!("hours = 2\n{site}{job}");
    assert!(toml("hours = ").contains("line 1"));
    assert!(toml(&file(&site.replace("carbon_kg", "carbon_g"))).contains("unknown field `carbon_g_per_kwh`"));
    assert!(toml(&file(site)).contains("site \"a\" needs onsite_l_per_kwh or wet_bulb_c"));
    let with = |more: &str| file(&format!("{site}{more}\n"));
    assert!(toml(&with("onsite_l_per_kwh = 1")).contains("needs pue"));
    assert!(toml(&with("country = 'Egipt'")).contains("nearest: Egypt"));
    assert!(toml(&with("country = 'EG'\nonsite_l_per_kwh = [1, 2, 3]")).contains("must have 2 values"));
    assert!(toml(&with("country = 'EG'\nonsite_l_per_kwh = 'x'")).contains("a number or a list of numbers"));
    assert!(toml(&with("country = 'EG'\nwet_bulb_c = 10\nonsite_l_per_kwh = 1")).contains("got both"));
    assert!(
        toml(&with("country = 'EG'").replace("hours = 2", "hours = 999999999999"))
            .contains("hours must be at most")
    );
    assert!(toml(&with("country = 'EG'").replace("deadline_h = 2", "deadline_h = 3")).contains("deadline 3"));
    assert!(toml(&with("country = 'EG'").replace("energy_kwh = 1", "energy_kwh = -1")).contains("got -1"));
}

/// A country fills in what a site does not give, and what it gives counts.
#[test]
fn country_fills_in() {
    let water = |more: &str| {
        let text = format!(
            "hours = 1\n[[site]]\nname = 'a'\ncountry = 'EG'\ncapacity_kwh = 1\ncarbon_kg_per_kwh = 0\n{more}\n\
             [[job]]\nname = 'j'\nenergy_kwh = 1\nrelease_h = 0\ndeadline_h = 1\n"
        );
        run_with(&["schedule", "-", "--json"], &text).json()["water_l"].as_f64().unwrap()
    };
    // Egypt with leakage, independent recomputation: 4.6306 L/kWh
    assert_close!(water(""), 4.6306, abs = 1e-3);
    assert_close!(water("") - water("pue = 1.3"), 1.2388, abs = 1e-3);
    assert_close!(water("onsite_l_per_kwh = 0\noffsite_l_per_kwh = 2"), 4.6, rel = 1e-12);
}
