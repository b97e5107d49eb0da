//! Quantised models in folders, and learned runs that are interrupted.

use crate::{Small, fails, json, number, read};
use std::path::Path;

const SETS: [&str; 8] = ["--window", "16", "--samples", "4", "--selection", "2", "--report", "6"];

fn quantize(small: &Small, scheme: &str, method: &str, out: &str, options: &[&str]) -> serde_json::Value {
    let (model, file, out) = (small.path("model"), small.path("text.txt"), small.path(out));
    let fixed = ["quantize", &model, "--text", &file, "--scheme", scheme, "--method", method, "--out", &out];
    json(&[&fixed[..], &SETS, options].concat())
}

/// What is written is what was scored: evaluated on the same windows, the folder gives the figures of the report.
#[test]
fn a_folder_gives_its_figures_again() {
    let small = Small::new();
    for (scheme, method) in [("w8a8", "rtn"), ("w4a8-sym", "smoothquant"), ("w4a8", "mobilequant")] {
        let options: &[&str] = if method == "mobilequant" { &["--epochs", "2", "--clip-norms"] } else { &[] };
        let report = quantize(&small, scheme, method, method, options);
        assert_eq!(report, read(&small.path(&format!("{method}/report.json"))));
        let (out, model, file) = (small.path(method), small.path("model"), small.path("text.txt"));
        let ranges = small.path(&format!("{method}/act_dict.json"));
        let eval = ["eval", &out, "--ranges", &ranges, "--reference", &model, "--text", &file];
        let sets = ["--window", "16", "--skip", "6", "--windows", "6"];
        let again = json(&[&eval[..], &sets].concat());
        let quantised = &again["quantised"];
        assert_eq!(again["perplexity"], report["full_precision"], "{method}");
        assert_eq!(quantised["perplexity"], report["quantised"], "{method}");
        assert_eq!(quantised["kl_nats"], report["kl_nats"], "{method}");
        assert!(number(&report["kl_nats"]) > 0.0);
    }
}

/// Stopped after an epoch and called again, a run ends with the numbers of one that was not stopped, and its files are the
/// same byte for byte.
#[test]
fn runs_go_on() {
    let small = Small::new();
    for (method, options) in [("mobilequant", ["--epochs", "3"]), ("omniquant", ["--epochs", "2"])] {
        let whole = quantize(&small, "w4a8", method, &format!("{method}-whole"), &options);
        let out = format!("{method}-parts");
        let stopped =
            quantize(&small, "w4a8", method, &out, &[&options[..], &["--stop-after", "1"]].concat());
        assert_eq!(stopped["learning"]["done"], false);
        assert_eq!(stopped["learning"]["epochs"].as_array().unwrap().len(), 1);
        let done = quantize(&small, "w4a8", method, &out, &options);
        assert_eq!(done["learning"]["done"], true);
        for key in ["quantised", "full_precision", "kl_nats", "learning", "ratio"] {
            assert_eq!(done[key], whole[key], "{method} {key}");
        }
        for file in ["model.safetensors", "act_dict.json", "default_qcfg.json", "state.safetensors"] {
            let bytes = |folder: &str| std::fs::read(Path::new(&small.path(folder)).join(file)).unwrap();
            let same = bytes(&out) == bytes(&format!("{method}-whole"));
            assert!(same || file == "state.safetensors", "{method} {file}");
        }
        // A finished run is taken over.
        assert_eq!(quantize(&small, "w4a8", method, &out, &options), done);
        let nats = &done["learning"]["selection_nats"];
        assert!(number(&nats[1]) <= number(&nats[0]), "the start is among the candidates");
    }
    let (model, file, out) = (small.path("model"), small.path("text.txt"), small.path("omniquant-parts"));
    let other =
        ["quantize", &model, "--text", &file, "--scheme", "w8a8", "--method", "omniquant", "--out", &out];
    let other = [&other[..], &SETS, &["--epochs", "2"]].concat();
    fails(&other, 1, "settings must be those of the run in");
    fails(&other, 1, "scheme was \"w4a8\" there, got \"w8a8\"");
    assert_eq!(json(&[&other[..], &["--fresh"]].concat())["scheme"], "w8a8");
}

/// Other losses and parameters give other models.
#[test]
fn variants() {
    let small = Small::new();
    let of = |name: &str, options: &[&str]| {
        let report = quantize(&small, "w4a8", "mobilequant", name, &[&["--epochs", "1"], options].concat());
        number(&report["learning"]["epochs"][0]["loss"])
    };
    let (hidden, logits) = (of("hidden", &[]), of("logits", &["--loss", "logits"]));
    let mut losses = [hidden, logits, of("paper", &["--paper-settings"])];
    losses.sort_by(f64::total_cmp);
    assert!(losses.windows(2).all(|pair| pair[0] < pair[1]), "{losses:?}");
}
