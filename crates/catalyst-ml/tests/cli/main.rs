//! The program catalyst.
#![allow(clippy::unwrap_used, reason = "a failing step fails its test")]

use common::assert_close;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const EMT: &str = "EMT, qualitative for H, C, N, O";

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_catalyst")).args(arguments).output().unwrap()
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
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
    assert!(stderr.contains(message), "{arguments:?}: {stderr}");
}

fn name(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn help_teaches_every_command() {
    let top = text(&run(&["--help"]).stdout);
    for command in ["slab", "sites", "relax", "volcano", "screen"] {
        assert!(top.contains(command));
        let output = run(&[command, "--help"]);
        assert!(output.status.success());
        assert!(text(&output.stdout).contains(&format!("catalyst {command} ")), "{command} has examples");
    }
}

/// Six families of planes with indices up to 2 in a cubic crystal, areas of Pt at 3.921801 Å.
#[test]
fn slabs_and_sites() {
    let folder = tempfile::tempdir().unwrap();
    let (file, svg) = (folder.path().join("slabs.extxyz"), folder.path().join("slab.svg"));
    let rows = json(&["slab", "Pt", "--max", "2", "--out", name(&file), "--svg", name(&svg)]);
    assert_eq!(rows.as_array().unwrap().len(), 6);
    let first = rows[0]["area_angstrom2"].as_f64().unwrap();
    assert_close!(first, 3.921801 * 3.921801 / 2.0, rel = 2e-5);
    assert!(std::fs::read_to_string(&svg).unwrap().contains("<circle"));
    assert!(std::fs::read_to_string(&file).unwrap().contains("miller"));
    let poscar = folder.path().join("POSCAR");
    let fcc = "copper\n3.61\n0 .5 .5\n.5 0 .5\n.5 .5 0\nCu\n1\nDirect\n0 0 0\n";
    std::fs::write(&poscar, fcc).unwrap();
    let copper = json(&["slab", name(&poscar), "--miller", "1,1,1"]);
    let area = copper[0]["area_angstrom2"].as_f64().unwrap();
    assert_close!(area, 3.61 * 3.61 * 3f64.sqrt() / 4.0, rel = 1e-9);
    let sites = json(&["sites", "Pt", "--miller", "1,1,1", "--svg", name(&svg)]);
    let kinds: Vec<&str> = sites.as_array().unwrap().iter().map(|s| s["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["ontop", "bridge", "fcc", "hcp"]);
    fails(&["sites", "Pt", "--termination", "5"], 1, "termination must be below");
    fails(&["slab", "Pt", "--miller", "1,1"], 2, "three whole numbers");
    fails(&["slab", "Pt", "--miller", "0,0,0"], 1, "Miller indices");
    fails(&["slab", "no-such-file"], 1, "hint: a crystal is a file or one of the symbols");
}

/// Cu2 from 2.5 Å; a run in two parts ends as one in a single part.
#[test]
fn relaxation_goes_on_from_its_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let path = |file: &str| folder.path().join(file);
    let (start, end, state) = (path("start.xyz"), path("end.extxyz"), path("state.bin"));
    std::fs::write(&start, "2\npair\nCu 0 0 0\nCu 2.5 0 0\n").unwrap();
    let whole = json(&["relax", name(&start), "--force", "1e-4", "--out", name(&end), "--quiet"]);
    assert_eq!((whole["converged"].as_bool(), whole["calculator"].as_str()), (Some(true), Some(EMT)));
    assert!(std::fs::read_to_string(&end).unwrap().contains(EMT));
    let with_state = ["relax", name(&start), "--force", "1e-4", "--checkpoint", name(&state), "--quiet"];
    assert_eq!(json(&with_state), whole);
    assert_eq!(json(&with_state), whole);
    fails(&["relax", name(&start), "--checkpoint", name(&state), "--quiet"], 2, "of the same options");
    fails(&["relax", name(&start), "--force", "0", "--quiet"], 1, "force tolerance");
}

#[test]
fn volcanoes_of_tables() {
    let folder = tempfile::tempdir().unwrap();
    let (svg, table) = (folder.path().join("orr.svg"), folder.path().join("own.csv"));
    let rows = json(&["volcano", "--svg", name(&svg)]);
    let metals: Vec<&str> =
        rows.as_array().unwrap().iter().map(|row| row["metal"].as_str().unwrap()).collect();
    assert_eq!(metals, ["Ag", "Cu", "Pd", "Pt", "Ni", "Au", "Rh"]);
    assert_close!(rows[0]["limiting_potential_v"].as_f64().unwrap(), 0.673, abs = 1e-9);
    assert!(std::fs::read_to_string(&svg).unwrap().matches("<circle").count() >= 14);
    let evolution = json(&["volcano", "--reaction", "oxygen-evolution"]);
    assert_close!(evolution[0]["limiting_potential_v"].as_f64().unwrap(), 2.033, abs = 1e-9);
    let hydrogen = json(&["volcano", "--reaction", "hydrogen", "--svg", name(&svg)]);
    assert_eq!(hydrogen[0]["metal"], "Pt");
    // water that stabilises OH by 0.3 eV moves the first step of Pt by as much
    let wet = json(&["volcano", "--solvation-oh", "-0.3"]);
    let platinum = wet.as_array().unwrap().iter().find(|row| row["metal"] == "Pt").unwrap();
    assert_close!(platinum["limiting_potential_v"].as_f64().unwrap(), 0.591, abs = 1e-9);
    std::fs::write(&table, "metal,O,OH\nX,1.51,0.43\n").unwrap();
    let own = json(&["volcano", "--table", name(&table)]);
    assert_close!(own[0]["limiting_potential_v"].as_f64().unwrap(), 0.78, abs = 1e-9);
    std::fs::write(&table, "metal,O,OH\nX,1.51,much\n").unwrap();
    fails(&["volcano", "--table", name(&table)], 1, "line 2: energies must be numbers");
    fails(&["volcano", "--table", name(&table), "--reaction", "hydrogen"], 1, "energies");
}

#[test]
fn screening_says_what_it_is_worth() {
    let folder = tempfile::tempdir().unwrap();
    let path = |file: &str| folder.path().join(file);
    let (svg, csv) = (path("orr.svg"), path("all.csv"));
    let options = ["screen", "--quiet", "--svg", name(&svg), "--csv", name(&csv)];
    let answer = json(&options);
    assert_eq!(answer["calculator"], EMT);
    assert_eq!(answer["surfaces"].as_array().unwrap().len(), 21);
    for activity in answer["activities"].as_array().unwrap() {
        assert!(activity["oxygen"]["limiting_potential_v"].is_number(), "{activity}");
        assert!(activity["hydrogen"]["log10_exchange_current"].is_number(), "{activity}");
        assert!(activity["nitrogen_ev"].is_number(), "{activity}");
    }
    for file in [&svg, &csv] {
        assert!(std::fs::read_to_string(file).unwrap().contains(EMT));
    }
    let table = text(&run(&["screen", "Pt", "--miller", "1,1,1", "--length", "5", "--quiet"]).stdout);
    assert_eq!(table.matches(EMT).count(), 4);
    fails(&["screen", "Pt", "--adsorbates", "Xx", "--quiet"], 1, "adsorbate must be a name");
}

/// A screening that is killed leaves its finished surfaces; the same command goes on to the same result.
#[test]
fn screening_goes_on_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("run.jsonl");
    let options = ["screen", "Cu", "Pt", "Au", "--length", "13", "--quiet"];
    let with_journal = [&options[..], &["--journal", name(&journal)]].concat();
    let mut child = Command::new(env!("CARGO_BIN_EXE_catalyst"))
        .args(&with_journal)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let lines = || std::fs::read_to_string(&journal).unwrap_or_default().lines().count();
    while lines() < 3 && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let before = std::fs::read_to_string(&journal).unwrap();
    let kept = &before[..before.rfind('\n').map_or(0, |end| end + 1)];
    assert!(kept.lines().count() >= 3 && kept.contains(EMT));
    // a line that was cut in the middle is computed again
    let cut = kept[..kept.len() - 1].rfind('\n').unwrap() + 20;
    std::fs::write(&journal, &kept[..cut]).unwrap();

    let resumed = json(&with_journal);
    assert_eq!(resumed, json(&options));
    let after = std::fs::read_to_string(&journal).unwrap();
    assert!(after.starts_with(&kept[..cut - 20]));
    assert_eq!(after.lines().count(), 10);
    fails(
        &["screen", "Cu", "--journal", name(&journal), "--quiet"],
        1,
        "same calculator, settings and surfaces",
    );
}
