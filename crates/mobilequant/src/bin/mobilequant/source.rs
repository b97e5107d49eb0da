//! Models, tokenizers and texts as arguments.

use crate::error::{Failure, Result};
use mobilequant::eval::Protocol;
use mobilequant::{Checkpoint, Tokenizer, load};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// A text of some twenty million tokens.
const MAX_TEXT: u64 = 64 << 20;

#[derive(clap::Args)]
pub struct ModelArguments {
    /// Directory in the form of Hugging Face, .gguf file, or .bin of llama2.c.
    model: PathBuf,
    /// Directory with tokenizer.json, that file, .gguf file, or tokenizer .bin of llama2.c; that of MODEL if left out.
    #[arg(long, value_name = "PATH")]
    tokenizer: Option<PathBuf>,
    /// Put no token for the beginning before texts.
    #[arg(long)]
    no_bos: bool,
}

impl ModelArguments {
    pub fn path(&self) -> &Path {
        &self.model
    }

    pub fn load(&self) -> Result<Checkpoint> {
        Ok(load::read(&self.model)?)
    }

    pub fn tokenizer(&self, checkpoint: &Checkpoint) -> Result<Tokenizer> {
        let given = self.tokenizer.is_some();
        let path = self.tokenizer.as_deref().unwrap_or(&self.model);
        let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default();
        Ok(match end {
            _ if path.is_dir() => {
                if !path.join("tokenizer.json").exists() {
                    return Err(Failure::NoTokenizer { path: path.to_owned() });
                }
                Tokenizer::hugging_face(path)?
            }
            "json" if path.file_name().is_some_and(|name| name == "tokenizer.json") => {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                Tokenizer::hugging_face(folder.unwrap_or(Path::new(".")))?
            }
            "gguf" => Tokenizer::gguf(&load::GgufFile::open(path)?)?,
            "bin" if given => Tokenizer::llama2c(path, checkpoint.config.vocab)?,
            _ if given => return Err(Failure::Tokenizer { path: path.to_owned() }),
            _ => return Err(Failure::NoTokenizer { path: path.to_owned() }),
        })
    }

    /// tokenizer.json that goes with the model, if it has one.
    pub fn tokenizer_json(&self) -> Option<PathBuf> {
        let path = self.tokenizer.as_deref().unwrap_or(&self.model);
        let json = if path.is_dir() { path.join("tokenizer.json") } else { path.to_owned() };
        json.file_name()
            .is_some_and(|name| name == "tokenizer.json")
            .then_some(json)
            .filter(|json| json.exists())
    }

    pub fn bos(&self, checkpoint: &Checkpoint) -> Option<u32> {
        checkpoint.config.bos.filter(|_| !self.no_bos)
    }
}

#[derive(clap::Args)]
pub struct TextArguments {
    /// Text, UTF-8. It is encoded as one stream and cut into windows that follow one another without overlap.
    #[arg(long, value_name = "FILE")]
    pub text: PathBuf,
    /// Tokens of a window; a token for the beginning comes before, where the model has one.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = positive)]
    pub window: usize,
}

/// The windows of a text.
pub struct Windows {
    pub all: Vec<Vec<u32>>,
    pub window: usize,
    pub bos: Option<u32>,
    path: PathBuf,
}

impl TextArguments {
    /// Windows longer than the context become as long as it.
    pub fn load(&self, model: &ModelArguments, checkpoint: &Checkpoint) -> Result<Windows> {
        let bos = model.bos(checkpoint);
        let tokens = model.tokenizer(checkpoint)?.encode(&read_text(&self.text)?)?;
        let window = self.window.min(checkpoint.config.context);
        let path = self.text.clone();
        if tokens.len() < window {
            return Err(Failure::TooShort { path, needed: 1, window, got: 0 });
        }
        let all = Protocol { window, windows: None, bos }.cut(&tokens)?;
        Ok(Windows { all, window, bos, path })
    }
}

impl Windows {
    /// So many windows, after some others.
    pub fn take(&self, skip: usize, count: usize) -> Result<&[Vec<u32>]> {
        let needed = skip.saturating_add(count);
        self.all.get(skip..needed).ok_or_else(|| Failure::TooShort {
            path: self.path.clone(),
            needed,
            window: self.window,
            got: self.all.len(),
        })
    }

    /// How they are scored, in words.
    pub fn protocol(&self, count: usize) -> String {
        let before = match self.bos {
            Some(bos) => format!("each after token {bos} and scored on all {}", self.window),
            None => format!("nothing before them, scored on the last {}", self.window - 1),
        };
        format!("{count} windows of {} tokens without overlap, {before}", self.window)
    }
}

/// Windows that are scored, as a stream, and how it is cut again.
pub fn stream(windows: &[Vec<u32>]) -> (Vec<u32>, Protocol) {
    let window = windows.first().map_or(1, Vec::len);
    (windows.concat(), Protocol { window, windows: None, bos: None })
}

/// The whole of a text, if it is not too long.
pub fn read_text(path: &Path) -> Result<String> {
    let failed = |source| Failure::File { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_TEXT + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > MAX_TEXT {
        let bytes = std::fs::metadata(path).map_or(bytes.len() as u64, |metadata| metadata.len());
        return Err(Failure::TooLarge { path: path.to_owned(), limit: MAX_TEXT, bytes });
    }
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        Failure::NotText { path: path.to_owned(), place }
    })
}

/// A number of at least 1.
pub fn positive(text: &str) -> std::result::Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("a number of at least 1 is required".to_owned()),
        Ok(count) => Ok(count),
    }
}
