//! Files that are read, with a progress bar where it takes a while.

use crate::error::{Failure, Result};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};
use water_dc::{
    epw::{Defects, Years, read_epw},
    weather::{Hour, ReadOptions, Weather, read_hours},
};

/// Hourly weather, and what is wrong with its file where the format's reader says so.
pub struct Input {
    pub weather: Weather<Hour>,
    pub defects: Option<Defects>,
}

/// Hourly weather from a CSV file, from an EPW file if its name ends so (`.epw`, `.epw.gz`), or as CSV from standard input
/// for `-`.
pub fn weather(path: &Path, options: &ReadOptions) -> Result<Input> {
    let source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        let file = open(path)?;
        let bytes = file.metadata().map_or(0, |metadata| metadata.len());
        Box::new(bar(bytes).wrap_read(file))
    };
    let failed = |source| Failure::Weather { path: path.to_owned(), source };
    let name = path.to_string_lossy().to_lowercase();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    if Path::new(plain).extension().is_some_and(|ending| ending == "epw") {
        let epw = read_epw(source, Years::default()).map_err(failed)?;
        return Ok(Input { weather: epw.weather(), defects: Some(epw.defects) });
    }
    let weather = read_hours(source, options).map_err(failed)?;
    Ok(Input { weather, defects: None })
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
