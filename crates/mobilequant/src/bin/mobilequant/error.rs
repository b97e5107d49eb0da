//! Why the program stops.

use mobilequant::{Error, FileFault};
use std::path::PathBuf;
use std::process::ExitCode;

pub type Result<T> = std::result::Result<T, Failure>;

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Quantisation(#[from] Error),
    #[error(transparent)]
    State(#[from] common::train::Error),
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{} must have at most {limit} bytes, it has {bytes}", path.display())]
    TooLarge { path: PathBuf, limit: u64, bytes: u64 },
    #[error("{} must be UTF-8, got a bad byte at place {place}", path.display())]
    NotText { path: PathBuf, place: usize },
    #[error("text must have at least {needed} windows of {window} tokens, {} has {got}", path.display())]
    TooShort { path: PathBuf, needed: usize, window: usize, got: usize },
    #[error("{} must be a question, {{\"query\": text, \"choices\": [text, ..], \"gold\": index}}: {fault}, line {line}", path.display())]
    Question { path: PathBuf, line: usize, fault: String },
    #[error("a tokenizer must be known for {}", path.display())]
    NoTokenizer { path: PathBuf },
    #[error("tokenizer must be a directory, tokenizer.json, a .gguf file or a .bin of llama2.c, got {}", path.display())]
    Tokenizer { path: PathBuf },
    #[error("settings must be those of the run in {}, {field} was {old} there, got {new}", path.display())]
    Settings { path: PathBuf, field: String, old: String, new: String },
    #[error("{} must be empty, new, or the result of this command", path.display())]
    Occupied { path: PathBuf },
    #[error("--{option} needs {needs}")]
    Option { option: &'static str, needs: &'static str },
    #[error("result must be representable as JSON: {0}")]
    Render(#[from] serde_json::Error),
    #[error("output: {0}")]
    Print(std::io::Error),
}

impl Failure {
    /// What would help.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoTokenizer { .. } => Some(
                "--tokenizer takes a directory with tokenizer.json, a .gguf file, or a tokenizer of llama2.c",
            ),
            Self::TooShort { .. } => Some("take a longer text, a smaller --window, or fewer windows"),
            Self::Settings { .. } => Some("give the same settings, another --out, or --fresh to begin again"),
            Self::Quantisation(Error::Context { .. }) => Some("take a smaller --window or fewer --tokens"),
            Self::Quantisation(Error::Token { .. }) => Some("the tokenizer must be that of the model"),
            Self::Quantisation(Error::Diverged { .. }) => Some("--paper-settings has smaller rates"),
            Self::Quantisation(Error::File { fault, .. })
                if matches!(**fault, FileFault::UnknownSite { .. } | FileFault::MissingSite { .. }) =>
            {
                Some("the file must be of a model with as many blocks and the same kind of MLP")
            }
            _ => None,
        }
    }

    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(if matches!(self, Self::Option { .. }) { 2 } else { 1 })
    }
}
