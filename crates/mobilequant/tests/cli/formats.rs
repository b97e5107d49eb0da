//! Models in every form, ranges, questions.

use crate::{Small, fails, json, number, read, run, text};
use common::assert_close;
use mobilequant::load::{GgufType, write_gguf};
use mobilequant::{Model, Tokenizer};
use std::path::Path;

/// A GGUF file gives the figures of the directory that it was made from, and both those of the library.
#[test]
fn gguf_and_directory() {
    let small = Small::new();
    let (model, file) = (small.path("model"), small.path("text.txt"));
    let gguf = small.path("model.gguf");
    let checkpoint = crate::fixtures::checkpoint("llama-gqa");
    write_gguf(&checkpoint, Path::new(&gguf), GgufType::F32).unwrap();
    let options = ["--text", &file, "--window", "32", "--windows", "10"];
    let of_directory = json(&[&["eval", &model], &options[..]].concat());
    let of_gguf = json(&[&["eval", &gguf, "--tokenizer", &model], &options[..]].concat());
    assert_eq!(of_directory, of_gguf);
    assert_eq!(of_directory["tokens"], 320);
    let tokens = Tokenizer::hugging_face(Path::new(&model)).unwrap();
    let tokens = tokens.encode(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let protocol = mobilequant::eval::Protocol { window: 32, windows: Some(10), bos: Some(1) };
    let model_of = Model::new(&checkpoint, candle_core::DType::F32).unwrap();
    let expected = mobilequant::eval::perplexity(&model_of, &tokens, protocol).unwrap();
    assert_close!(number(&of_directory["perplexity"]["value"]), expected.value(), rel = 1e-12);
    let interval = &of_directory["perplexity"]["interval"];
    assert!(number(&interval[0]) < expected.value() && expected.value() < number(&interval[1]));
    fails(&["eval", &gguf, "--text", &file], 1, "kind must be one of llama, gpt2");

    let seen = json(&["inspect", &gguf, "--tokenizer", &model, "--text", &file, "--window", "32"]);
    assert_eq!(seen["weights"], checkpoint.parameters());
    let matrices = seen["matrices"].as_array().unwrap();
    assert_eq!(matrices.len(), 7);
    for matrix in matrices {
        let of = |key: &str| number(&matrix[key]);
        let (four, eight) = (of("sqnr_4_bit_per_channel_db"), of("sqnr_8_bit_per_channel_db"));
        // Four bits are 16 steps of a factor 17 = 255 / 15 of the error: 24.6 dB.
        assert_close!(eight - four, 24.6, abs = 1.0);
        assert!(of("sqnr_8_bit_per_tensor_db") < eight);
    }
    assert_eq!(seen["outliers"].as_array().unwrap().len(), 8);
    assert!(text(&run(&["inspect", &model]).stdout).contains("Llama, 2 blocks of width 32"));
}

/// Ranges that were measured serve evaluation and generation; narrower ones clip.
#[test]
fn ranges() {
    let small = Small::new();
    let (model, file, ranges) = (small.path("model"), small.path("text.txt"), small.path("ranges.json"));
    let window = ["--text", &file, "--window", "32"];
    let found = json(&[&["calibrate", &model, "--out", &ranges], &window[..]].concat());
    assert_eq!(found["sites"], 40);
    assert_eq!(found["tokens"], 16 * 32);
    let eval = |scheme: &str| {
        json(
            &[&["eval", &model, "--skip", "16", "--ranges", &ranges, "--scheme", scheme], &window[..]]
                .concat(),
        )
    };
    let (w8a8, w4a8) = (eval("w8a8"), eval("w4a8"));
    assert_eq!(w8a8["perplexity"], w4a8["perplexity"]);
    let kl = |outcome: &serde_json::Value| number(&outcome["quantised"]["kl_nats"]);
    assert!(0.0 < kl(&w8a8) && kl(&w8a8) < kl(&w4a8));
    let ratio = number(&w8a8["quantised"]["perplexity"]["value"]) / number(&w8a8["perplexity"]["value"]);
    assert_close!(number(&w8a8["quantised"]["ratio"]["value"]), ratio, rel = 1e-12);

    let mut narrow = read(&ranges);
    narrow["model.layers.1.mlp.w3"]["output"] = serde_json::json!([-0.01, 0.01]);
    std::fs::write(&ranges, narrow.to_string()).unwrap();
    let clipped = eval("w8a8");
    assert!(kl(&clipped) > kl(&w8a8));
    assert_eq!(clipped["quantised"]["clipped"][0]["site"], "layers.1.mlp.up.output");
    assert!(number(&clipped["quantised"]["clipped"][0]["share"]) > 0.9);
    let prompt = ["generate", &model, "--prompt", "abc", "--tokens", "12"];
    let full = json(&prompt);
    let quantised = json(&[&prompt[..], &["--ranges", &ranges, "--scheme", "w4a8"]].concat());
    assert!(!full["tokens"].as_array().unwrap().is_empty());
    assert_ne!(full["tokens"], quantised["tokens"]);
}

/// The model's own most likely continuation is the right answer; a typo in a question is reported with its line.
#[test]
fn questions() {
    let small = Small::new();
    let (model, file) = (small.path("model"), small.path("text.txt"));
    let line = |gold: usize| {
        format!("{{\"query\": \"abc\", \"choices\": [\"x1\", \"q.\", \"zz\"], \"gold\": {gold}}}\n")
    };
    let path = small.write("questions.jsonl", &(line(0) + &line(1) + "\n" + &line(2)));
    let eval = ["eval", &model, "--text", &file, "--window", "32", "--windows", "2", "--choices", &path];
    let answers = &json(&eval)["choices"];
    // One of three answers is the most likely one, and every answer is right once.
    assert_eq!(answers["questions"], 3);
    assert_close!(number(&answers["acc"]), 1.0 / 3.0, rel = 1e-12);
    assert_close!(number(&answers["acc_norm"]), 1.0 / 3.0, rel = 1e-12);
    small.write("questions.jsonl", &(line(0) + &line(3)));
    fails(&eval, 1, "gold must be below the 3 choices, got 3, line 2");
    small.write("questions.jsonl", "{\"query\": \"abc\"}");
    fails(&eval, 1, "missing field `choices`");
}
