//! The program lava-tides.
#![allow(clippy::unwrap_used, reason = "a failing step fails its test")]

use common::assert_close;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lava-tides")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let output = run(&[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn fails(arguments: &[&str], code: i32, message: &str) {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    let stderr = text(&output.stderr);
    assert!(stderr.contains(message), "{arguments:?}: {stderr}");
}

#[test]
fn help_teaches_every_command() {
    let top = text(&run(&["--help"]).stdout);
    for command in ["k2", "earth-moon", "planet", "spin", "map"] {
        assert!(top.contains(command));
        let output = run(&[command, "--help"]);
        assert!(output.status.success());
        assert!(text(&output.stdout).contains(&format!("lava-tides {command} ")), "{command} has examples");
    }
}

/// One point of Eq. 7; independent recomputation in Python.
#[test]
fn love_number_of_equation_seven() {
    let arguments = ["k2", "--frequency", "4.89584e-4", "--ocean", "paper", "--interior", "rigid"];
    let value = json(&[&arguments[..], &["--depth-km", "100", "--drag", "1e-4"]].concat());
    assert_close!(value[0]["k2_re"].as_f64().unwrap(), -0.39958698, abs = 1e-5);
    assert_close!(value[0]["k2_im"].as_f64().unwrap(), -0.20695643, abs = 1e-5);
}

#[test]
fn spectrum_as_csv_and_figure() {
    let folder = tempfile::tempdir().unwrap();
    let (csv, svg) = (folder.path().join("k2.csv"), folder.path().join("k2.svg"));
    let table =
        run(&["k2", "--points", "50", "--csv", csv.to_str().unwrap(), "--svg", svg.to_str().unwrap()]);
    assert!(table.status.success());
    assert_eq!(std::fs::read_to_string(&csv).unwrap().lines().count(), 51);
    assert!(std::fs::read_to_string(&svg).unwrap().contains("Im k2"));
    assert!(text(&table.stdout).ends_with("assumptions broken: none\n"));
}

/// The shortest recession of an ocean that attracts itself: 5.94e4 yr (independent recomputation in Python).
#[test]
fn recession() {
    let options = ["earth-moon", "--interior", "rigid", "--depth-km", "172", "--drag", "4.66e-5"];
    let quadrature = json(&options);
    assert_close!(quadrature["time_yr"].as_f64().unwrap(), 5.94e4, rel = 2e-3);
    assert_eq!(quadrature["validity"][0], "WeakFriction");
    let integrated = json(&[&options[..], &["--integrate", "1e6"]].concat());
    assert_close!(
        integrated["time_yr"].as_f64().unwrap(),
        quadrature["time_yr"].as_f64().unwrap(),
        rel = 1e-5
    );
    let cut = json(&[&options[..], &["--integrate", "1e3"]].concat());
    assert!(cut["time_yr"].is_null() && cut["distance_earth_radii"].as_f64().unwrap() < 25.0);
}

#[test]
fn planets_by_name_and_by_table() {
    let folder = tempfile::tempdir().unwrap();
    let trappist = json(&["planet", "trappist-1b", "--ocean", "none"]);
    assert_eq!(trappist["eccentricity_known"], "measured");
    assert!(trappist["budget"]["tidal_w_m2"].as_f64().unwrap() > 0.0);
    let table = folder.path().join("archive.csv");
    let header = "pl_name,pl_orbper,pl_orbsmax,pl_rade,pl_radeerr1,pl_radeerr2,pl_bmasse,pl_bmasseerr1,pl_bmasseerr2,\
                  pl_bmasselim,pl_bmassprov,pl_orbeccen,pl_orbeccenlim,st_mass,st_rad,st_teff,sy_pnum";
    let rows =
        "X b,1,,1.5,0.1,-0.1,5,1,-1,0,Mass,0,0,1,1,5700,1\nY b,1,,1.5,0.1,-0.1,90,,,1,Mass,0,0,1,1,5700,1";
    std::fs::write(&table, format!("{header}\n{rows}\n")).unwrap();
    let table = table.to_str().unwrap();
    let csv = folder.path().join("budgets.csv");
    let all = run(&["planet", table, "-e", "0.01", "--csv", csv.to_str().unwrap()]);
    assert!(text(&all.stdout).contains("1 planets have no measured mass"));
    assert_eq!(std::fs::read_to_string(&csv).unwrap().lines().count(), 2);
    let drawn = json(&["planet", "X b", "--table", table, "-e", "0.01", "--draws", "200"]);
    let spread = &drawn["spread"]["tidal_w_m2"];
    assert!(spread["low"].as_f64().unwrap() < spread["high"].as_f64().unwrap());
    let stars = ["planet", "X b", "--table", table, "-e", "0.01", "--draws", "200", "--star-errors"];
    fails(&stars, 1, "st_masserr1");
    fails(
        &["planet", "Y b", "--table", table],
        1,
        "must be a measurement, got 90 Earth masses as an upper limit",
    );
    fails(&["planet", "55 Cnc f"], 1, "nearest: 55 Cnc e");
}

#[test]
fn spins() {
    let molten = json(&[
        "spin",
        "--period-d",
        "10",
        "-e",
        "0.05",
        "--density-ratio",
        "0.5",
        "--ocean",
        "paper",
        "--whole",
    ]);
    assert_close!(molten["trap"]["spin_over_mean_motion"].as_f64().unwrap(), 1.0, abs = 1e-3);
    assert_close!(molten["time_yr"].as_f64().unwrap(), 7.0e3, rel = 0.1);
    let solid = json(&["spin", "--period-d", "10", "-e", "0.05", "--ocean", "none"]);
    assert_close!(solid["trap"]["spin_over_mean_motion"].as_f64().unwrap(), 1.5, abs = 1e-3);
}

#[test]
fn maps_in_one_and_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (one, merged, svg, parts) = (path("one.csv"), path("merged.csv"), path("map.svg"), path("parts"));
    let base = ["map", "--cells", "12", "--quiet"];
    let whole = json(&[&base[..], &["--csv", &one, "--svg", &svg, "--contour-yr", "1e6"]].concat());
    assert_eq!((&whole["cells"], &whole["validity"][0]), (&Value::from(144), &Value::from("WeakFriction")));
    assert!(whole["contour"].as_array().unwrap().len() > 2);
    assert!(std::fs::read_to_string(&svg).unwrap().contains("time, yr"));
    for shard in ["1/3", "3/3"] {
        assert!(run(&[&base[..], &["--shard", shard, "--parts", &parts]].concat()).status.success());
    }
    fails(&["map", "--merge", &parts], 1, "part 2 is missing");
    assert!(run(&[&base[..], &["--shards", "3", "--parts", &parts]].concat()).status.success());
    assert!(run(&["map", "--merge", &parts, "--csv", &merged]).status.success());
    assert_eq!(std::fs::read_to_string(&one).unwrap(), std::fs::read_to_string(&merged).unwrap());
    // The parts of another map are not mistaken for this one's.
    fails(
        &["map", "--cells", "13", "--quiet", "--shard", "1/3", "--parts", &parts],
        1,
        "must belong to one map",
    );
    assert!(Path::new(&parts).join("part-2-of-3.json").is_file());
}

#[test]
fn wrong_input() {
    fails(&["k2", "--drag=-1"], 1, "drag, 1/s must be finite and not negative, got -1");
    fails(&["k2", "--depth-km", "7000"], 1, "below the planet's radius");
    fails(&["earth-moon", "--from", "2"], 1, "Roche limit");
    fails(&["spin", "--period-d", "5", "-e", "1"], 1, "eccentricity must be in [0, 1), got 1");
    fails(&["map", "--ocean", "none"], 2, "--ocean needs");
    fails(&["map", "--shard", "4/3", "--parts", "x"], 1, "shard must be i/n");
    fails(&["planet", "X", "--table", "no/such/file"], 1, "no/such/file");
    fails(&["k2", "--frequency", "nan"], 1, "Love number");
    fails(&["nonsense"], 2, "unrecognized subcommand");
}
