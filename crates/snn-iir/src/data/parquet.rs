//! Parquet files of JPEG images.

use super::{Dataset, Split, jpeg};
use crate::error::{Error, Result};
use polars::prelude::*;
use std::panic::AssertUnwindSafe;
use std::path::Path;

/// A Parquet file with the columns `image` (binary, one whole JPEG file of RGB a row) and `label` (`UInt8`).
#[derive(Debug, Clone, Copy)]
pub struct ParquetImages<'a> {
    /// Name of the data set.
    pub name: &'a str,
    /// Number of classes.
    pub classes: usize,
    /// Most rows, the first ones; `None` for all.
    pub limit: Option<u32>,
}

/// The CIFAR-10 images from JPEG copies: `train.parquet` and `test.parquet` in a folder, the first rows of each. The
/// copies are lossy (quality 75, half the colour resolution), so the data set is named `CIFAR-10 (JPEG q75)`: results
/// are near those on the original files, and not the same.
///
/// # Errors
/// Those of [`ParquetImages::read`].
pub fn cifar10_jpeg(
    folder: impl AsRef<Path>,
    train_limit: Option<u32>,
    test_limit: Option<u32>,
) -> Result<Split> {
    let read = |file: &str, limit| {
        let images = ParquetImages { name: "CIFAR-10 (JPEG q75)", classes: 10, limit };
        images.read(folder.as_ref().join(file))
    };
    Ok(Split { train: read("train.parquet", train_limit)?, test: read("test.parquet", test_limit)? })
}

impl ParquetImages<'_> {
    /// Reads the images in the order of the rows. Damaged images are an error, and so is a file that is cut short; but
    /// polars trusts the numbers inside a Parquet file, and a size that is wrong in the middle of one can make it ask for
    /// more memory than there is, which ends the process. Compare the checksum of a file of unknown origin first.
    ///
    /// # Errors
    /// [`Error::Io`] if there is no such file, [`Error::Table`] for a file that is no Parquet file, lacks a column or
    /// has one of another type, [`Error::Cell`] for an empty cell, [`Error::Jpeg`], [`Error::ImageShape`],
    /// [`Error::BadLabel`], [`Error::EmptyDataset`].
    pub fn read(self, path: impl AsRef<Path>) -> Result<Dataset> {
        let path = path.as_ref();
        std::fs::File::open(path).map_err(|source| Error::Io { path: path.into(), source })?;
        let file = path.display().to_string();
        let table = |error| broken(&file, &error);
        // polars panics on some damaged files, in the description of their columns for one.
        let damaged = "file must be whole, it is damaged";
        let frame = std::panic::catch_unwind(AssertUnwindSafe(|| self.frame(path, &file)))
            .unwrap_or_else(|_| Err(Error::Table { file: file.clone(), message: damaged.into() }))?;
        let images = frame.column("image").and_then(|column| column.binary()).map_err(table)?;
        let labels = frame.column("label").and_then(|column| column.u8()).map_err(table)?;
        let empty = |column: &str, row: usize| Error::Cell {
            file: file.clone(),
            line: row as u64 + 1,
            column: column.into(),
            rule: "given",
            text: String::new(),
        };
        let given = |(row, cell): (usize, Option<_>)| cell.ok_or_else(|| empty("image", row));
        let images: Vec<&[u8]> = images.iter().enumerate().map(given).collect::<Result<_>>()?;
        let label = |(row, cell): (usize, Option<u8>)| cell.map(u32::from).ok_or_else(|| empty("label", row));
        let labels = labels.iter().enumerate().map(label).collect::<Result<_>>()?;
        let (shape, pixels) = jpeg::decode_all(&file, &images, |bytes| Ok(*bytes))?;
        Dataset::new(self.name, shape, self.classes, 255, pixels, labels)
    }

    /// The two columns of the rows wanted.
    fn frame(&self, path: &Path, file: &str) -> Result<DataFrame> {
        let table = |error| broken(file, &error);
        let mut scan = LazyFrame::scan_parquet(path_of(path)?, ScanArgsParquet::default()).map_err(table)?;
        check_columns(file, &*scan.collect_schema().map_err(table)?)?;
        let columns = scan.select([col("image"), col("label")]);
        columns.limit(self.limit.unwrap_or(u32::MAX)).collect().map_err(table)
    }
}

fn broken(file: &str, error: &PolarsError) -> Error {
    Error::Table { file: file.into(), message: error.to_string() }
}

fn check_columns(file: &str, schema: &Schema) -> Result<()> {
    for (name, dtype) in [("image", DataType::Binary), ("label", DataType::UInt8)] {
        let found = schema.get(name);
        if found != Some(&dtype) {
            let found = found.map_or_else(|| "none".into(), ToString::to_string);
            let message = format!("column {name:?} must be of type {dtype}, got {found}");
            return Err(Error::Table { file: file.into(), message });
        }
    }
    Ok(())
}

fn path_of(path: &Path) -> Result<PlRefPath> {
    let text = path.to_str().ok_or_else(|| Error::Table {
        file: path.display().to_string(),
        message: "path must be UTF-8".into(),
    })?;
    Ok(PlRefPath::new(text))
}
