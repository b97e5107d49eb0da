//! Files that are read, with a progress bar where it takes a while.

use crate::error::{Failure, Result};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};
use water_dc::weather::{Hour, ReadOptions, Weather, read_hours};

/// Hourly weather from a CSV file, or from standard input for `-`.
pub fn weather(path: &Path, options: &ReadOptions) -> Result<Weather<Hour>> {
    let source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        let file = open(path)?;
        let bytes = file.metadata().map_or(0, |metadata| metadata.len());
        Box::new(bar(bytes).wrap_read(file))
    };
    read_hours(source, options).map_err(|source| Failure::Weather { path: path.to_owned(), source })
}

/// The text of a file, or of standard input for `-`.
pub fn text(path: &Path) -> Result<String> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().read_to_string(&mut text)
    } else {
        open(path)?.read_to_string(&mut text)
    };
    read.map_err(in_file(path)).map(|_| text)
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(in_file(path))
}

pub fn in_file(path: &Path) -> impl Fn(std::io::Error) -> Failure + use<> {
    let path: PathBuf = path.to_owned();
    move |source| Failure::File { path: path.clone(), source }
}

/// A bar on standard error; hidden where that is no terminal, and for files that are read at once.
fn bar(bytes: u64) -> ProgressBar {
    const LONG: u64 = 4 << 20;
    if bytes < LONG {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bytes:>10} of {total_bytes} {wide_bar} {eta}");
    let bar = ProgressBar::new(bytes);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
