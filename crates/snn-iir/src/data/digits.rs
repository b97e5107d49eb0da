//! Handwritten digits of 8x8 pixels.

use super::{Dataset, Split};
use crate::error::{Error, Result};
use flate2::read::GzDecoder;
use std::io::Read;
use std::path::Path;

/// Images to train on: the first of the file.
const TRAIN: usize = 1437;
/// Grey levels above black.
const WHITE: u8 = 16;

/// The digits inside this crate: 1,437 images of 8x8 grey levels 0 to 16 to train on, and the last 360 to test on.
///
/// They are the file `digits.csv.gz` of scikit-learn 1.9.1 (BSD-3-Clause), which is the test part of "Optical Recognition
/// of Handwritten Digits" (E. Alpaydin and C. Kaynak, 1998, UCI Machine Learning Repository, CC BY 4.0).
///
/// ```
/// let digits = snn_iir::data::digits()?;
/// assert_eq!((digits.train.len(), digits.test.len()), (1437, 360));
/// assert_eq!(digits.train.labels()[..5], [0, 1, 2, 3, 4]);
/// # Ok::<(), snn_iir::Error>(())
/// ```
///
/// # Errors
/// None in practice: the file is read in a test.
pub fn digits() -> Result<Split> {
    let all = parse("digits", include_bytes!("digits.csv.gz").as_slice())?;
    let (train, test): (Vec<usize>, Vec<usize>) = (0..all.len()).partition(|index| *index < TRAIN);
    Ok(Split { train: all.select(&train)?, test: all.select(&test)? })
}

/// Reads a gzip file of CSV without header: 64 pixels 0 to 16, row by row, then the label 0 to 9.
///
/// # Errors
/// [`Error::Io`], [`Error::Cell`] with line and column, [`Error::Table`] for a file that is no such table,
/// [`Error::EmptyDataset`].
pub fn read_digits(path: impl AsRef<Path>) -> Result<Dataset> {
    let path = path.as_ref();
    let file = std::fs::File::open(path).map_err(|source| Error::Io { path: path.into(), source })?;
    parse(&path.display().to_string(), std::io::BufReader::new(file))
}

fn parse(name: &str, gzip: impl Read) -> Result<Dataset> {
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(GzDecoder::new(gzip));
    let mut row = csv::StringRecord::new();
    let table = |error: csv::Error| Error::Table { file: name.into(), message: error.to_string() };
    while reader.read_record(&mut row).map_err(table)? {
        let line = row.position().map_or(0, csv::Position::line);
        if row.len() != 65 {
            let found = row.len();
            return Err(Error::CountMismatch { what: "cells in a row of digits", expected: 65, found });
        }
        for (column, text) in row.iter().enumerate() {
            let (limit, rule) = if column < 64 {
                (WHITE, "a whole number from 0 to 16")
            } else {
                (9, "a whole number from 0 to 9")
            };
            match text.parse::<u8>() {
                Ok(value) if value > limit => return Err(cell(name, line, column, rule, text)),
                Ok(value) if column < 64 => pixels.push(value),
                Ok(label) => labels.push(label.into()),
                Err(_) => return Err(cell(name, line, column, rule, text)),
            }
        }
    }
    Dataset::new("digits", [1, 8, 8], 10, WHITE, pixels, labels)
}

fn cell(name: &str, line: u64, column: usize, rule: &'static str, text: &str) -> Error {
    let column = format!("column {}", column + 1);
    Error::Cell { file: name.into(), line, column, rule, text: text.into() }
}
