//! The program, driven as a user drives it.
#![allow(clippy::unwrap_used, reason = "test code")]

mod help;
mod k2;
mod recession;

use std::process::Command;

/// What a run of the program gave.
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    /// The result of a run that has to succeed, as JSON.
    fn json(&self) -> serde_json::Value {
        assert_eq!(self.code, 0, "{}", self.err);
        serde_json::from_str(&self.out).unwrap()
    }
}

/// A run with the words of a line.
fn run(line: &str) -> Run {
    let output =
        Command::new(env!("CARGO_BIN_EXE_lava-tides")).args(line.split_whitespace()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}
