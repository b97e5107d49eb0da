//! The program snn.
#![allow(clippy::unwrap_used, reason = "a failing step fails its test")]

use common::assert_close;
use serde_json::Value;
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_snn")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let output = run(&[arguments, &["--json", "--quiet"]].concat());
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
    for command in ["train", "convert", "iir", "doctor", "energy"] {
        assert!(top.contains(command));
        let output = run(&[command, "--help"]);
        assert!(output.status.success());
        assert!(text(&output.stdout).contains(&format!("snn {command} ")), "{command} has examples");
    }
}

/// A run from training to energy, each step taken over when it is called again.
#[test]
fn a_run_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let train = ["train", "--net", "1x8x8: 8 A, FC 10", "--epochs", "3", "--per-class", "30", "--out", out];
    let ann = json(&train);
    assert_eq!(ann["epochs"].as_array().unwrap().len(), 3);
    assert_eq!(json(&train), ann);
    fails(
        &[&train[..], &["--lr", "1"]].concat(),
        1,
        r#"settings must be that of this run, {"lr":1.0}, got {"lr":0.05}"#,
    );
    fails(&["iir", "--out", out], 1, "snn convert makes it");

    let converted = json(&["convert", "--per-class", "30", "--out", out, "--evaluate", "1,4"]);
    assert_eq!(converted["balance"]["layers"][0]["name"], "conv1");
    assert_eq!(converted["evaluations"].as_array().unwrap().len(), 2);

    let iir = ["iir", "--per-class", "30", "--out", out, "--schedule", "2,1", "--epochs", "1"];
    let stages = json(&iir);
    assert_eq!(stages[0]["stage"], "iir-t2");
    assert_eq!(stages[1]["timesteps"], 1);
    assert_eq!(json(&iir), stages);
    assert_eq!(json(&[&iir[..], &["--fresh"]].concat()), stages, "the same seed gives the same run");

    let checkpoint = folder.path().join("iir-t1.safetensors");
    let checkpoint = checkpoint.to_str().unwrap();
    let findings = json(&["doctor", checkpoint, "--timesteps", "1,3"]);
    assert_eq!(findings[1]["stats"]["timesteps"], 3);
    let energy = json(&["energy", checkpoint]);
    let correct = energy["accuracy"].as_f64().unwrap() * 360.0;
    assert!((correct - stages[1]["after"]["correct"].as_f64().unwrap()).abs() < 1e-9);
    // 9 * 8 * 64 multiplications at 4.6 pJ, then 1280 synapses of the readout at 0.9 pJ and the rate.
    let rate = energy["rates"][0].as_f64().unwrap();
    let expected = (4608.0 * 4.6 + 1280.0 * rate * 0.9) * 1e-6;
    assert_close!(energy["snn_uj"].as_f64().unwrap(), expected, rel = 1e-12);
}

/// VGG16 at a uniform rate of 0.1 (independent recomputation in double precision).
#[test]
fn energy_without_data() {
    let energy = json(&["energy", "--net", "vgg16", "--rate", "0.1"]);
    assert_close!(energy["ann_uj"].as_f64().unwrap(), 1556.6553088, rel = 1e-12);
    assert_close!(energy["snn_uj"].as_f64().unwrap(), 38.43661824, rel = 1e-12);
    assert_close!(energy["ratio"].as_f64().unwrap(), 40.49927855463696, rel = 1e-12);
}

#[test]
fn wrong_input() {
    fails(&["energy"], 1, "--net and --rate");
    fails(&["energy", "--net", "vgg17", "--rate", "0.1"], 1, "network must be one of");
    fails(&["energy", "--net", "vgg16"], 2, "--rate");
    fails(&["train", "--out", "x", "--net", "3x32x32: 8 B, FC 10"], 1, "at character 11");
    fails(&["train", "--out", "x", "--data", "nothing"], 1, "--data must be digits");
    fails(&["train", "--out", "x", "--data", "cifar10:no/such"], 1, "no/such");
    #[cfg(feature = "frames")]
    fails(&["train", "--out", "x", "--data", "cifar10-jpeg:no/such"], 1, "no/such/train.parquet");
    fails(&["doctor", "no-such-file"], 1, "no-such-file");
    fails(&["frobnicate"], 2, "unrecognized subcommand");
}
