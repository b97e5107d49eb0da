//! The trained model of 260,032 weights, where the folder `PAPER_DATA` has it.

use crate::fixtures::paper_file;
use crate::{json, number};
use common::assert_close;
use serde_json::Value;

struct Files {
    bin: String,
    tokenizer: String,
    text: String,
}

fn files() -> Option<Files> {
    let find = |path: &str| paper_file(path).map(|path| path.display().to_string());
    Some(Files {
        bin: find("tinyllama-260k/stories260K.bin")?,
        tokenizer: find("tinyllama-260k/tok512.bin")?,
        text: find("text/tinystories_sample.txt")?,
    })
}

/// Perplexity of an independent forward pass in numpy (f64), and the greedy sample published with llama2.c.
#[test]
fn full_precision() {
    let Some(Files { bin, tokenizer, text }) = files() else { return };
    let options = ["--tokenizer", &tokenizer];
    let found = json(&[&["eval", &bin, "--text", &text, "--windows", "64"], &options[..]].concat());
    assert_close!(number(&found["perplexity"]["value"]), 4.64276, abs = 1e-4);
    assert_eq!(found["tokens"], 64 * 256);
    let golden = paper_file("tinyllama-260k/greedy_200.json").unwrap();
    let golden: Value = serde_json::from_slice(&std::fs::read(golden).unwrap()).unwrap();
    let story = json(&[&["generate", &bin, "--prompt", "", "--tokens", "200"], &options[..]].concat());
    assert_eq!(story["tokens"], golden["greedy_ids"]);
    assert_eq!(story["text"].as_str().unwrap(), golden["text"].as_str().unwrap().trim_start());
}

/// 8 bits cost little, 4 bits more, and one epoch of learning does not make the selection worse.
#[test]
fn quantised() {
    let Some(Files { bin, tokenizer, text }) = files() else { return };
    let folder = tempfile::tempdir().unwrap();
    let quantize = |scheme: &str, method: &str, options: &[&str]| {
        let out = folder.path().join(format!("{scheme}-{method}")).display().to_string();
        let fixed = ["quantize", &bin, "--tokenizer", &tokenizer, "--text", &text, "--out", &out];
        json(&[&fixed[..], &["--scheme", scheme, "--method", method], options].concat())
    };
    let kl = |report: &Value| number(&report["kl_nats"]);
    let w8a8 = quantize("w8a8", "rtn", &[]);
    let w4a8 = quantize("w4a8", "rtn", &[]);
    assert_close!(number(&w8a8["ratio"]["value"]), 1.0, abs = 0.04);
    assert!(kl(&w8a8) < 0.2 * kl(&w4a8), "{} {}", kl(&w8a8), kl(&w4a8));
    let few = ["--epochs", "1", "--samples", "8", "--selection", "4"];
    let learned = quantize("w4a8", "mobilequant", &few);
    let nats = &learned["learning"]["selection_nats"];
    assert!(number(&nats[1]) <= number(&nats[0]));
    assert!(number(&learned["learning"]["epochs"][0]["perplexity"]) < 8.0);
}
