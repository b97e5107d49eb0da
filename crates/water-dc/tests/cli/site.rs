//! `site`.

use super::{folder, run, run_with, words, write};
use common::assert_close;
use water_dc::Tables;

/// The hours of Nairobi that the tables have, as a weather file.
fn nairobi() -> String {
    let mut csv = "timestamp,temperature,humidity\n".to_owned();
    for row in Tables::embedded().published_rows() {
        if let Some(hour) = row.values.hour() {
            csv += &format!("{},{},{}\n", hour.time, hour.temperature.0, hour.humidity.percent());
        }
    }
    csv
}

#[test]
fn published_hours() {
    let folder = folder();
    let path = write(&folder, "nairobi.csv", &nairobi()).display().to_string();
    let answer = run(&["site", &path, "--wet-bulb", "stull-rounded", "--json"]).json();
    assert_eq!(answer["all"]["hours"], 10);
    // mean of the ten published values of the fixed cold water formula
    let published = Tables::embedded().published_rows().iter().filter(|row| row.values.time.is_some());
    let values: Vec<f64> = published.map(|row| row.values.fixed_cold_water.get()).collect();
    let mean = values.iter().sum::<f64>() / 10.0;
    assert_close!(answer["all"]["fixed_cold_water"]["mean"].as_f64().unwrap(), mean, rel = 1e-9);
    let months = answer["months"].as_array().unwrap();
    assert_eq!(months.iter().map(|m| m["summary"]["hours"].as_u64().unwrap()).sum::<u64>(), 10);
    let table = run(&["site", &path]).out;
    assert!(table.contains("2022-08") && table.contains("fixed cold water"), "{table}");
}

#[test]
fn standard_input_and_models() {
    let mean = |more: &str| {
        let run = run_with(&words(&format!("site - --json {more}")), &nairobi());
        run.json()["all"]["wet_bulb"]["mean"].as_f64().unwrap()
    };
    let (sea, high) = (mean("--wet-bulb psychrometric"), mean("--wet-bulb psychrometric --elevation 1661"));
    assert!(high < sea - 0.2, "{high} at altitude against {sea}");
    assert!((mean("--wet-bulb stull") - sea).abs() < 1.0);
    assert_eq!(run_with(&words("site - --elevation 1661"), &nairobi()).code, 2);
}

#[test]
fn invalid_rows() {
    let broken = nairobi() + "2023-09-01 00:00:00,20.0,140\n2023-09-01 01:00:00,,50\n";
    let rejected = run_with(&["site", "-"], &broken);
    assert_eq!(rejected.code, 1);
    assert!(rejected.err.contains("line 12") && rejected.err.contains("140"), "{}", rejected.err);
    let skipped = run_with(&["site", "-", "--skip-invalid", "--json"], &broken).json();
    assert_eq!((&skipped["skipped_rows"], &skipped["all"]["hours"]), (&2.into(), &10.into()));
    let renamed = nairobi().replace("temperature", "T2M");
    assert!(run_with(&["site", "-"], &renamed).err.contains("T2M"));
    assert_eq!(run_with(&words("site - --temperature-column T2M"), &renamed).code, 0);
    assert!(run(&["site", "no-such-file.csv"]).err.contains("no-such-file.csv"));
    assert_eq!(run_with(&["site", "-"], "").code, 1);
}

#[test]
fn dry_hours() {
    let line = |limit: &str| {
        words(&format!("site - --country KE --pue 1.5 --dry-pue 0.1 --json --dry-below {limit}"))
    };
    let compare = |limit: &str| run_with(&line(limit), &nairobi()).json()["what_if"]["comparison"].clone();
    let of = |c: &serde_json::Value, cooling: &str, what: &str| c[cooling][what].as_f64().unwrap();
    let all = compare("100");
    assert_eq!(all["dry_hours"], 10);
    assert_close!(of(&all, "hybrid", "onsite"), 0.0, abs = 0.0);
    assert_close!(of(&all, "hybrid", "pue"), 1.6, rel = 1e-15);
    let some = compare("55");
    assert!((1..10).contains(&some["dry_hours"].as_u64().unwrap()));
    assert!(of(&some, "hybrid", "intensity") < of(&some, "wet", "intensity"));
    assert_eq!(compare("0")["hybrid"], compare("0")["wet"]);
    assert_eq!(run_with(&words("site - --dry-below 50"), &nairobi()).code, 2);
}

/// Two hours of a made-up EPW file; in the second the dew point lies 5 °C above the dry bulb.
#[test]
fn weather_files_of_energy_plus_report_their_defects() {
    let folder = folder();
    let text = "LOCATION,Nairobi,-,KEN,TEST,637400,-1.32,36.92,3.0,1624.0\r\n".to_owned()
        + &"COMMENTS 1,a line of the header\r\n".repeat(6)
        + "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31\r\n"
        + "1998,1,31,1,60,?9,20.0,9.3,50,101325,9999\r\n"
        + "1998,1,31,2,60,?9,20.0,25.0,135,101325,9999\r\n";
    let path = write(&folder, "nairobi.epw", &text).display().to_string();
    let answer = run(&["site", &path, "--wet-bulb", "psychrometric", "--json"]).json();
    assert_eq!((answer["all"]["hours"].as_u64(), answer["skipped_rows"].as_u64()), (Some(1), Some(1)));
    assert_eq!(answer["defects"]["supersaturation_nulled"], 1);
    // ASHRAE psychrometrics at 20 °C, 50 % and sea level
    assert_close!(answer["all"]["wet_bulb"]["mean"].as_f64().unwrap(), 13.783_554, abs = 1e-6);
    assert!(run(&["site", &path]).out.contains("1 hours: dew point above the dry bulb by more: left out"));
}
