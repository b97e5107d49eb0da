//! The trained model of 260,032 weights, where the folder `PAPER_DATA` has it.

use crate::fixtures::paper_file;
use candle_core::DType;
use common::assert_close;
use mobilequant::eval::{Protocol, perplexity};
use mobilequant::load::{GgufType, read, write_gguf, write_hugging_face};
use mobilequant::simulate::{Plan, Simulation};
use mobilequant::transform::{Outliers, SmoothQuant, inject_outliers, relative_change};
use mobilequant::{Calibration, Checkpoint, Model, Tokenizer};

fn tokenizer() -> Option<Tokenizer> {
    Some(Tokenizer::llama2c(&paper_file("tinyllama-260k/tok512.bin")?, 512).unwrap())
}

fn tokens(tokenizer: &Tokenizer, file: &str) -> Option<Vec<u32>> {
    let text = std::fs::read_to_string(paper_file(&format!("text/{file}"))?).unwrap();
    Some(tokenizer.encode(&text).unwrap())
}

/// The first 64 windows of 256 tokens, each after a BOS and scored on all 256.
const PROTOCOL: Protocol = Protocol { window: 256, windows: Some(64), bos: Some(1) };

fn score(checkpoint: &Checkpoint, tokens: &[u32]) -> f64 {
    perplexity(&Model::new(checkpoint, DType::F32).unwrap(), tokens, PROTOCOL).unwrap().value()
}

/// Perplexities of an independent forward pass in numpy (f64), from all files that hold the model.
#[test]
fn perplexity_from_every_format() {
    let Some(tokenizer) = tokenizer() else { return };
    let Some(stories) = tokens(&tokenizer, "tinystories_sample.txt") else { return };
    assert_eq!(stories.len(), 100_707);
    assert_eq!(stories[..8], [385, 328, 432, 261, 376, 298, 315, 421]);
    let Some(bin) = paper_file("tinyllama-260k/stories260K.bin") else { return };
    let from_bin = read(&bin).unwrap();
    assert_eq!(from_bin.parameters(), 260_032);
    let from_directory = read(bin.parent().unwrap()).unwrap();
    assert_eq!(from_bin.weights, from_directory.weights);
    assert_close!(score(&from_bin, &stories), 4.64276, abs = 1e-4);

    let folder = tempfile::tempdir().unwrap();
    let gguf = folder.path().join("model.gguf");
    write_gguf(&from_bin, &gguf, GgufType::F32).unwrap();
    assert_eq!(read(&gguf).unwrap(), from_bin);
    write_hugging_face(&from_bin, folder.path()).unwrap();
    assert_eq!(read(folder.path()).unwrap(), from_bin);
    // 16-bit and 8-bit weights move it a little.
    write_gguf(&from_bin, &gguf, GgufType::F16).unwrap();
    assert_close!(score(&read(&gguf).unwrap(), &stories), 4.64276, abs = 1e-3);
    write_gguf(&from_bin, &gguf, GgufType::Q8_0).unwrap();
    let quantized = score(&read(&gguf).unwrap(), &stories);
    assert!((quantized - 4.64276).abs() > 1e-6);
    assert_close!(quantized, 4.64276, abs = 0.02);
}

/// Texts that the model was not trained on.
#[test]
fn perplexity_of_other_texts() {
    let Some(tokenizer) = tokenizer() else { return };
    let Some(bin) = paper_file("tinyllama-260k/stories260K.bin") else { return };
    let checkpoint = read(&bin).unwrap();
    for (file, expected) in [("tinyshakespeare.txt", 120.71), ("wikitext2_test.txt", 236.29)] {
        let Some(tokens) = tokens(&tokenizer, file) else { return };
        assert_close!(score(&checkpoint, &tokens), expected, abs = 0.01);
    }
}

/// The published greedy sample of llama2.c.
#[test]
fn greedy_sample() {
    let Some(tokenizer) = tokenizer() else { return };
    let Some(path) = paper_file("tinyllama-260k/greedy_200.json") else { return };
    let golden: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let expected: Vec<u32> = serde_json::from_value(golden["greedy_ids"].clone()).unwrap();
    let model = Model::new(&read(path.parent().unwrap()).unwrap(), DType::F32).unwrap();
    let ids = model.greedy(&[1], 200).unwrap();
    assert_eq!(ids, expected);
    assert_eq!(tokenizer.decode(&ids).unwrap(), golden["text"].as_str().unwrap().trim_start());
    let logits = model.logits(&[1]).unwrap().squeeze(0).unwrap().to_vec1::<f32>().unwrap();
    for pair in golden["logits_after_bos_top5"].as_array().unwrap() {
        let id = usize::try_from(pair[0].as_u64().unwrap()).unwrap();
        assert_close!(f64::from(logits[id]), pair[1].as_f64().unwrap(), abs = 1e-4);
    }
}

/// Windows of 255 tokens after a BOS, which the report on the first 64 windows does not see.
fn calibration_windows(stories: &[u32]) -> Vec<Vec<u32>> {
    let windows = stories[64 * 256..].chunks_exact(255).take(16);
    windows.map(|window| [&[1], window].concat()).collect()
}

/// Quantisation without learning on 16 windows, as the model is and with outlying channels put in: the order that the
/// paper reports for its models (rounding, SmoothQuant at norms, SmoothQuant everywhere, full precision) holds here.
#[test]
fn outlying_channels() {
    let Some(tokenizer) = tokenizer() else { return };
    let Some(stories) = tokens(&tokenizer, "tinystories_sample.txt") else { return };
    let Some(bin) = paper_file("tinyllama-260k/stories260K.bin") else { return };
    let original = read(&bin).unwrap();
    let windows = calibration_windows(&stories);
    let calibrated = |checkpoint: &Checkpoint| {
        let model = Model::new(checkpoint, DType::F32).unwrap();
        Calibration::collect(&model, windows.iter().map(Vec::as_slice)).unwrap()
    };
    let score = |checkpoint: &Checkpoint, plan: &Plan| {
        let simulation = Simulation::new(checkpoint, &calibrated(checkpoint), plan).unwrap();
        let protocol = Protocol { windows: Some(16), ..PROTOCOL };
        perplexity(&simulation, &stories, protocol).unwrap().value()
    };
    let smooth = |checkpoint: &Checkpoint, method: &SmoothQuant| {
        let mut fused = checkpoint.clone();
        let scales = method.scales(checkpoint, calibrated(checkpoint).channel_maxima()).unwrap();
        scales.fuse(&mut fused).unwrap();
        assert!(relative_change(checkpoint, &fused, &windows[0]).unwrap() < 1e-4);
        fused
    };
    let exact = score(&original, &Plan::none());
    assert_close!(score(&original, &Plan::w16a16()), exact, abs = 1e-3);
    assert_close!(score(&original, &Plan::w8a8()), exact, rel = 0.03);
    let mut outlying = original.clone();
    inject_outliers(&mut outlying, Outliers { factor: 30.0, per_norm: 2, per_up: 3 }, 1).unwrap();
    assert_close!(score(&outlying, &Plan::none()), exact, rel = 1e-4);
    let rounded = score(&outlying, &Plan::w8a8());
    let norms = score(&smooth(&outlying, &SmoothQuant::original(0.5)), &Plan::w8a8());
    let everywhere = score(&smooth(&outlying, &SmoothQuant::everywhere(0.5)), &Plan::w8a8());
    assert!(rounded > 10.0 * exact && norms < 0.7 * rounded && norms > 5.0 * exact, "{rounded} {norms}");
    assert_close!(everywhere, exact, rel = 0.04);
}
