//! The program mobilequant.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a failing step fails its test; a skipped one says so"
)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::needless_for_each,
    reason = "small tests, shared with others"
)]

#[path = "../it/fixtures.rs"]
#[allow(dead_code, reason = "shared with the integration tests")]
mod fixtures;
mod formats;
mod learning;
mod real_model;

use mobilequant::load::write_hugging_face;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mobilequant")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The result of a run that succeeds.
fn json(arguments: &[&str]) -> Value {
    let output = run(&[arguments, &["--json", "--quiet"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A run ends with this exit status and a message that has these words.
fn fails(arguments: &[&str], code: i32, message: &str) {
    let output = run(arguments);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
    assert!(stderr.contains(message), "{arguments:?}: {stderr}");
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// A small model of numbers from a hash, a tokenizer of 48 pieces, and a text of 1,500 tokens.
struct Small(tempfile::TempDir);

impl Small {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("model");
        std::fs::create_dir(&model).unwrap();
        write_hugging_face(&fixtures::checkpoint("llama-gqa"), &model).unwrap();
        // Tokens 0 to 2 are special, the others single characters.
        let characters = "abcdefghijklmnopqrstuvwxyz0123456789.,;:!?'()";
        let special = ["<unk>", "<s>", "</s>"].map(str::to_owned);
        let pieces: Vec<String> = special.into_iter().chain(characters.chars().map(String::from)).collect();
        assert_eq!(pieces.len(), 48);
        let vocab: serde_json::Map<String, Value> =
            pieces.into_iter().enumerate().map(|(id, piece)| (piece, id.into())).collect();
        let level = serde_json::json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true });
        let tokenizer = serde_json::json!({
            "version": "1.0", "added_tokens": [], "pre_tokenizer": level, "decoder": level,
            "model": { "type": "BPE", "vocab": vocab, "merges": [] },
        });
        std::fs::write(model.join("tokenizer.json"), tokenizer.to_string()).unwrap();
        let character = |i: usize| characters.as_bytes()[(i * i * 7 + i / 5) % 45] as char;
        std::fs::write(folder.path().join("text.txt"), (0..1500).map(character).collect::<String>()).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, contents: &str) -> String {
        std::fs::write(self.0.path().join(name), contents).unwrap();
        self.path(name)
    }
}

fn read(path: &str) -> Value {
    serde_json::from_slice(&std::fs::read(Path::new(path)).unwrap()).unwrap()
}

#[test]
fn help_teaches_every_command() {
    let top = text(&run(&["--help"]).stdout);
    assert!(top.contains("Exit status: 0 success, 1 wrong or unreadable input, 2 wrong arguments."));
    for command in ["inspect", "calibrate", "quantize", "eval", "generate"] {
        assert!(top.contains(command));
        let output = run(&[command, "--help"]);
        assert!(output.status.success());
        assert!(text(&output.stdout).contains(&format!("mobilequant {command} ")), "{command} has examples");
    }
}

#[test]
fn wrong_arguments() {
    let small = Small::new();
    let (model, file) = (small.path("model"), small.path("text.txt"));
    let eval = ["eval", &model, "--text", &file];
    fails(&["frobnicate"], 2, "unrecognized subcommand");
    fails(&["eval", &model], 2, "--text");
    fails(&[&eval[..], &["--window", "0"]].concat(), 2, "at least 1");
    fails(&[&eval[..], &["--scheme", "w8a8"]].concat(), 2, "--scheme needs --ranges");
    fails(&[&eval[..], &["--ranges", &small.path("ranges.json")]].concat(), 2, "--ranges needs --scheme");
    let quantize =
        ["quantize", &model, "--text", &file, "--scheme", "w8a8", "--out", &small.path("out"), "--method"];
    fails(&[&quantize[..], &["gptq"]].concat(), 2, "invalid value 'gptq'");
    fails(&[&quantize[..], &["rtn", "--stop-after", "1"]].concat(), 2, "--stop-after needs --method");
    fails(&[&quantize[..], &["omniquant", "--loss", "logits"]].concat(), 2, "--loss logits needs --method");
    fails(&[&quantize[..], &["rtn", "--alpha", "2"]].concat(), 2, "from 0 to 1");
}

#[test]
fn wrong_input() {
    let small = Small::new();
    let (model, file) = (small.path("model"), small.path("text.txt"));
    fails(&["inspect", &small.path("none")], 1, "a directory, or a file *.gguf or *.bin");
    fails(&["eval", &model, "--text", &small.path("none.txt")], 1, "none.txt");
    let short = small.write("short.txt", "abc");
    fails(
        &["eval", &model, "--text", &short, "--window", "16"],
        1,
        "text must have at least 1 windows of 16 tokens",
    );
    fails(
        &["eval", &model, "--text", &file, "--window", "16", "--skip", "999"],
        1,
        "text must have at least 1000",
    );
    std::fs::write(small.path("bytes.txt"), [b'a', 0xff]).unwrap();
    fails(
        &["eval", &model, "--text", &small.path("bytes.txt")],
        1,
        "must be UTF-8, got a bad byte at place 1",
    );
    fails(
        &["generate", &model, "--prompt", "ab", "--tokens", "100"],
        1,
        "at most the 64 tokens of the context",
    );
    let ranges = small.write("ranges.json", "{\"model.layers.0.mlp.w9\": {\"output\": [0, 1]}}");
    let quantised = ["eval", &model, "--text", &file, "--ranges", &ranges, "--scheme", "w8a8"];
    fails(&quantised, 1, "got \"output\" of \"model.layers.0.mlp.w9\"");
    small.write("ranges.json", "{\"model.layers.0.mlp.w3\": {\"output\": [NaN, 1]}}");
    fails(&quantised, 1, "range of model.layers.0.mlp.w3.output must be finite");
    // The result never takes the place of a model that this program did not write.
    let quantize =
        ["quantize", &model, "--text", &file, "--window", "16", "--scheme", "w8a8", "--method", "rtn"];
    fails(
        &[&quantize[..], &["--out", &model]].concat(),
        1,
        "must be empty, new, or the result of this command",
    );
    assert_eq!(mobilequant::load::read(Path::new(&model)).unwrap(), fixtures::checkpoint("llama-gqa"));
    std::fs::remove_file(Path::new(&model).join("tokenizer.json")).unwrap();
    fails(&["eval", &model, "--text", &file], 1, "hint: --tokenizer takes");
    fails(&["eval", &model, "--text", &file, "--tokenizer", &file], 1, "tokenizer must be a directory");
}
