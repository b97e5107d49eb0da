//! Parquet files of JPEG images: what is read, and what is refused.

use crate::data_readers::{COLOUR, GREY, damaged, keeps_its_rules, written};
use polars::prelude::*;
use proptest::prelude::*;
use snn_iir::Error;
use snn_iir::data::{Dataset, ImageFolder, ParquetImages, cifar10_jpeg};
use std::path::Path;
use tempfile::TempDir;

fn columns(images: &[Option<&[u8]>], labels: &[Option<u8>]) -> Vec<Column> {
    vec![Column::new("image".into(), images), Column::new("label".into(), labels)]
}

fn write(path: &Path, columns: Vec<Column>) {
    let height = columns[0].len();
    let mut frame = DataFrame::new(height, columns).unwrap();
    ParquetWriter::new(std::fs::File::create(path).unwrap()).finish(&mut frame).unwrap();
}

/// Reads a file of these columns.
fn read(columns: Vec<Column>, limit: Option<u32>) -> Result<Dataset, Error> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.parquet");
    write(&path, columns);
    ParquetImages { name: "images", classes: 10, limit }.read(path)
}

#[test]
fn rows_in_their_order() {
    let images = [Some(COLOUR); 5];
    let labels = [Some(9), Some(0), Some(3), Some(3), Some(1)];
    let more = Column::new("more".into(), [1, 2, 3, 4, 5]);
    let all = read([columns(&images, &labels), vec![more]].concat(), None).unwrap();
    assert_eq!((all.name(), all.shape(), all.labels()), ("images", [3, 8, 16], &[9, 0, 3, 3, 1][..]));
    let some = read(columns(&images, &labels), Some(2)).unwrap();
    assert_eq!(some, all.select(&[0, 1]).unwrap());

    // The same bytes as from a folder.
    let folder = TempDir::new().unwrap();
    written(&folder, "train/a/1.jpg", COLOUR);
    assert_eq!(ImageFolder::new(folder.path()).read("train").unwrap().image(0), all.image(4));
}

#[test]
fn both_files_of_a_split() {
    let folder = TempDir::new().unwrap();
    for (file, count) in [("train.parquet", 4), ("test.parquet", 3)] {
        write(&folder.path().join(file), columns(&vec![Some(COLOUR); count], &vec![Some(7); count]));
    }
    let split = cifar10_jpeg(folder.path(), None, Some(2)).unwrap();
    assert_eq!((split.train.len(), split.test.len()), (4, 2));
    assert_eq!(split.train.name(), "CIFAR-10 (JPEG q75)");
    let missing = cifar10_jpeg(folder.path().join("none"), None, None).unwrap_err();
    assert!(matches!(missing, Error::Io { .. }), "{missing}");
}

#[test]
fn what_is_refused() {
    let text = |columns| {
        let text = read(columns, None).unwrap_err().to_string();
        text.rsplit("/x.parquet").next().unwrap().to_owned()
    };
    let label = Column::new("label".into(), [1_u8]);
    let image = Column::new("image".into(), [COLOUR]);
    assert_eq!(text(vec![image.clone()]), ": column \"label\" must be of type u8, got none");
    assert_eq!(text(vec![label.clone()]), ": column \"image\" must be of type binary, got none");
    let wide = Column::new("label".into(), [1_i64]);
    assert_eq!(text(vec![image, wide]), ": column \"label\" must be of type u8, got i64");
    let words = Column::new("image".into(), ["hello"]);
    assert_eq!(text(vec![words, label]), ": column \"image\" must be of type binary, got str");
    let hole = columns(&[Some(COLOUR), None], &[Some(1), Some(1)]);
    assert_eq!(text(hole), ", line 2: image must be given, got \"\"");
    let hole = columns(&[Some(COLOUR), Some(COLOUR)], &[None, Some(1)]);
    assert_eq!(text(hole), ", line 1: label must be given, got \"\"");
    let class = columns(&[Some(COLOUR); 2], &[Some(1), Some(10)]);
    assert_eq!(text(class), "images: label of image 1 must be below 10, got 10");
    let grey = columns(&[Some(COLOUR), Some(GREY)], &[Some(1); 2]);
    assert_eq!(text(grey), ": image 1 must be a whole JPEG file: channels must be 3, got 1");
    assert!(matches!(read(columns(&[], &[]), None), Err(Error::EmptyDataset { .. })));
}

/// A file that is cut short has lost its end, where its columns are described; one with a spoiled end has too.
#[test]
fn files_without_their_end() {
    let (folder, whole) = (TempDir::new().unwrap(), valid());
    let mut files: Vec<Vec<u8>> = (0..whole.len()).map(|length| whole[..length].to_vec()).collect();
    let mut zeros = whole.clone();
    let end = whole.len() - 8;
    let size = u32::from_le_bytes(whole[end..end + 4].try_into().unwrap());
    zeros[end - usize::try_from(size).unwrap()..end].fill(0);
    files.push(zeros);
    for bytes in files {
        let path = written(&folder, "x.parquet", &bytes);
        let read = ParquetImages { name: "x", classes: 10, limit: None }.read(path);
        assert!(matches!(read, Err(Error::Table { .. })), "{} bytes: {read:?}", bytes.len());
    }
}

proptest! {
    #![proptest_config(crate::same_cases(64))]

    /// Images that are damaged within a whole file.
    #[test]
    fn damaged_images(bytes in damaged(COLOUR.to_vec())) {
        keeps_its_rules(read(columns(&[Some(COLOUR), Some(&bytes)], &[Some(1); 2]), None));
    }
}

/// A valid file.
fn valid() -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.parquet");
    write(&path, columns(&[Some(COLOUR); 3], &[Some(1); 3]));
    std::fs::read(path).unwrap()
}
