//! The trained model of bytes in `data/`.

use candle_core::DType;
use common::assert_close;
use mobilequant::eval::{Protocol, perplexity};
use mobilequant::load::{parse_safetensors, read};
use mobilequant::pretrain::byte_llama;
use mobilequant::{Checkpoint, Model};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data")
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

fn model() -> Checkpoint {
    read(&folder()).unwrap()
}

/// Every file is the one that the README names.
#[test]
fn checksums() {
    let readme = String::from_utf8(file("README.md")).unwrap();
    for name in ["model.safetensors", "calibration.txt", "report.txt"] {
        let mut digest = String::new();
        for byte in Sha256::digest(file(name)) {
            write!(digest, "{byte:02x}").unwrap();
        }
        assert!(readme.contains(&format!("| {name} | {} | {digest} |", file(name).len())), "{name} {digest}");
    }
    assert!(file("model.safetensors").len() < 4_000_000);
}

#[test]
fn architecture() {
    let model = model();
    assert_eq!(model.config, byte_llama());
    assert_eq!(model.parameters(), 771_328);
    assert_eq!(parse_safetensors(byte_llama(), &file("model.safetensors")).unwrap(), model);
    assert!(parse_safetensors(byte_llama(), &file("model.safetensors")[..100_000]).is_err());
    for name in ["calibration.txt", "report.txt"] {
        assert!(file(name).is_ascii());
    }
}

/// Perplexities by an independent forward pass in numpy (f64).
#[test]
fn perplexity_of_texts_held_out() {
    let recorded = String::from_utf8(file("perplexity.csv")).unwrap();
    let model = Model::new(&model(), DType::F32).unwrap();
    for part in ["calibration", "report"] {
        let line = recorded.lines().find_map(|line| line.strip_prefix(&format!("{part},"))).unwrap();
        let tokens: Vec<u32> = file(&format!("{part}.txt")).into_iter().map(u32::from).collect();
        let protocol = Protocol { window: 128, windows: None, bos: Some(256) };
        let measured = perplexity(&model, &tokens, protocol).unwrap();
        assert_eq!(measured.tokens, tokens.len() / 128 * 128);
        assert_close!(measured.value(), line.parse::<f64>().unwrap(), rel = 1e-5, "{part}");
    }
}

/// The most likely continuation by the same independent program.
#[test]
fn greedy_text() {
    let expected = file("greedy.txt");
    let prompt = b"   :hacker: n.";
    assert!(expected.starts_with(prompt));
    let tokens: Vec<u32> = std::iter::once(256).chain(prompt.iter().map(|&byte| byte.into())).collect();
    let model = Model::new(&model(), DType::F32).unwrap();
    let continued = model.greedy(&tokens, expected.len() - prompt.len()).unwrap();
    let bytes: Vec<u8> = continued.iter().map(|&id| u8::try_from(id).unwrap()).collect();
    assert_eq!(String::from_utf8(bytes).unwrap().as_bytes(), &expected[prompt.len()..]);
}
