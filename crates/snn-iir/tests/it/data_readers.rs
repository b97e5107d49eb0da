//! Readers of data files: what they read, and what they refuse.

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use snn_iir::Error;
use snn_iir::data::{CifarFormat, Dataset, ImageFolder, digits, read_digits, read_idx};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// 16x8 pixels in colour.
pub(crate) const COLOUR: &[u8] = include_bytes!("../golden/gradient.jpg");
/// The same size in grey.
pub(crate) const GREY: &[u8] = include_bytes!("../golden/grey.jpg");

/// A record of CIFAR whose pixels count up.
fn record(labels: &[u8], first: usize) -> Vec<u8> {
    let pixels = (first..first + 3072).map(|value| u8::try_from(value % 251).unwrap());
    labels.iter().copied().chain(pixels).collect()
}

#[test]
fn cifar_records() {
    let bytes = [record(&[3], 0), record(&[9], 5)].concat();
    let dataset = CifarFormat::Cifar10.parse("two", &bytes).unwrap();
    assert_eq!((dataset.name(), dataset.len(), dataset.labels()), ("two", 2, &[3, 9][..]));
    assert_eq!(dataset.image(1)[..3], [5, 6, 7]);
    assert_eq!(dataset.image(1), &record(&[], 5)[..]);

    let bytes = [record(&[3, 99], 0), record(&[19, 4], 5)].concat();
    let fine = CifarFormat::Cifar100Fine.parse("fine", &bytes).unwrap();
    let coarse = CifarFormat::Cifar100Coarse.parse("coarse", &bytes).unwrap();
    assert_eq!((fine.labels(), fine.classes()), (&[99, 4][..], 100));
    assert_eq!((coarse.labels(), coarse.classes()), (&[3, 19][..], 20));
    assert_eq!(fine.pixels(), coarse.pixels());
}

#[test]
fn cifar_files_follow_one_another() {
    let folder = TempDir::new().unwrap();
    let files = [("1.bin", record(&[1], 1)), ("2.bin", record(&[2], 2))].map(|(name, bytes)| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    });
    let dataset = CifarFormat::Cifar10.read(&files).unwrap();
    assert_eq!((dataset.name(), dataset.labels()), ("CIFAR-10", &[1, 2][..]));
    let missing = CifarFormat::Cifar10.read(&[folder.path().join("3.bin")]).unwrap_err();
    assert!(matches!(&missing, Error::Io { path, .. } if path.ends_with("3.bin")), "{missing}");
}

#[test]
fn cifar_that_is_none() {
    let parse = |format: CifarFormat, bytes: &[u8]| format.parse("x", bytes).unwrap_err().to_string();
    let mut bytes = [record(&[3], 0), record(&[9], 5)].concat();
    bytes.pop();
    let text = parse(CifarFormat::Cifar10, &bytes);
    assert_eq!(text, "x: byte 3073 must be followed by 3073 bytes, got 3072");
    let bytes = [record(&[3], 0), record(&[10], 5)].concat();
    assert_eq!(parse(CifarFormat::Cifar10, &bytes), "x: label of image 1 must be below 10, got 10");
    let text = parse(CifarFormat::Cifar100Fine, &record(&[20, 4], 0));
    assert_eq!(text, "x: label of image 0 must be below 20, got 20");
    assert_eq!(parse(CifarFormat::Cifar10, &[]), "data set must hold at least one image, x holds none");
    // A file of the other format has records of another length.
    assert!(parse(CifarFormat::Cifar100Fine, &record(&[3], 0)).contains("must be followed by 3074 bytes"));
}

/// Header and content of an IDX file.
fn idx(words: &[u32], content: &[u8]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).chain(content.iter().copied()).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Reads two files of these contents.
fn read_pair(images: &[u8], labels: &[u8]) -> Result<Dataset, Error> {
    let folder = TempDir::new().unwrap();
    let paths = [folder.path().join("images"), folder.path().join("labels")];
    std::fs::write(&paths[0], images).unwrap();
    std::fs::write(&paths[1], labels).unwrap();
    read_idx("pair", &paths[0], &paths[1], 10)
}

#[test]
fn idx_plain_and_gzip() {
    let images = idx(&[0x803, 2, 2, 3], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255]);
    let labels = idx(&[0x801, 2], &[7, 0]);
    let plain = read_pair(&images, &labels).unwrap();
    assert_eq!((plain.shape(), plain.labels()), ([1, 2, 3], &[7, 0][..]));
    assert_eq!(plain.image(1), [7, 8, 9, 10, 11, 255]);
    assert_eq!(read_pair(&gzip(&images), &labels).unwrap(), plain);
    assert_eq!(read_pair(&images, &gzip(&labels)).unwrap(), plain);
}

#[test]
fn idx_that_is_none() {
    let labels = idx(&[0x801, 1], &[7]);
    let text = |images: &[u8], labels: &[u8]| {
        let text = read_pair(images, labels).unwrap_err().to_string();
        text.rsplit('/').next().unwrap().to_owned()
    };
    let cases = [
        (idx(&[0x801, 1, 1, 1], &[1]), "images: magic number must be 0x00000803, got 2049"),
        (idx(&[0x803, 1, 0, 1], &[]), "images: side must be from 1 to 4096, got 0"),
        (idx(&[0x803, 1, 1, 4097], &[]), "images: side must be from 1 to 4096, got 4097"),
        (
            idx(&[0x803, u32::MAX, 4096, 4096], &[1]),
            "images: number of bytes must be at most 4294967296, got 72057594021150720",
        ),
        // Four billion images are promised and one byte is there: nothing is allocated for them.
        (idx(&[0x803, u32::MAX, 1, 1], &[1]), "images: byte 16 must be followed by 4294967295 bytes, got 1"),
        (idx(&[0x803, 1, 1, 2], &[1, 2, 3]), "images: byte 16 must be followed by 2 bytes, got 3"),
        (idx(&[0x803, 1, 1], &[]), "images: byte 0 must be followed by 16 bytes, got 12"),
        (Vec::new(), "images: byte 0 must be followed by 16 bytes, got 0"),
    ];
    for (images, expected) in cases {
        assert_eq!(text(&images, &labels), expected);
        assert_eq!(text(&gzip(&images), &labels), expected, "gzip");
    }
    let image = idx(&[0x803, 1, 1, 1], &[1]);
    assert_eq!(text(&image, &idx(&[0x801, 2], &[1, 1])), "labels must be 1, got 2");
    assert_eq!(text(&image, &idx(&[0x801, 1], &[10])), "pair: label of image 0 must be below 10, got 10");
    let none = (idx(&[0x803, 0, 1, 1], &[]), idx(&[0x801, 0], &[]));
    assert_eq!(text(&none.0, &none.1), "data set must hold at least one image, pair holds none");
    let cut = gzip(&image);
    assert!(matches!(read_pair(&cut[..cut.len() - 4], &labels), Err(Error::Io { .. })));
}

fn digits_file(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("digits.csv.gz");
    std::fs::write(&path, gzip(text.as_bytes())).unwrap();
    path
}

#[test]
fn digits_from_a_file() {
    let folder = TempDir::new().unwrap();
    let row = |first: &str, label: &str| format!("{first},{},{label}\n", ["16"; 63].join(","));
    let path = digits_file(&folder, &(row("0", "3") + &row("5", "9")));
    let dataset = read_digits(path).unwrap();
    assert_eq!((dataset.labels(), dataset.image(1)[0], dataset.image(1)[63]), (&[3, 9][..], 5, 16));
    for (text, part) in [
        (row("17", "3"), ", line 1: column 1 must be a whole number from 0 to 16, got \"17\""),
        (
            row("0", "3") + &row("0", "10"),
            ", line 2: column 65 must be a whole number from 0 to 9, got \"10\"",
        ),
        (row("x", "3"), ", line 1: column 1 must be a whole number from 0 to 16, got \"x\""),
        ("1,2\n".into(), "cells in a row of digits must be 65, got 2"),
        (String::new(), "data set must hold at least one image"),
        (row("0", "3") + "1,2\n", "found record with 2 fields"),
    ] {
        let error = read_digits(digits_file(&folder, &text)).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

/// `train/{b,a}` with files, in a folder of their own.
fn tree(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, bytes) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

/// Decoded pixels agree with libjpeg; rounding differs between decoders by a level or two.
#[test]
fn jpeg_pixels() {
    let folder = tree(&[("train/x/1.jpg", COLOUR)]);
    let dataset = ImageFolder::new(folder.path()).read("train").unwrap();
    assert_eq!(dataset.shape(), [3, 8, 16]);
    let mut rows = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(include_bytes!("../golden/gradient.csv").as_slice());
    let mut count = 0;
    for row in rows.deserialize() {
        let (y, x, red, green, blue): (usize, usize, u8, u8, u8) = row.unwrap();
        for (channel, expected) in [red, green, blue].into_iter().enumerate() {
            let ours = dataset.image(0)[channel * 128 + y * 16 + x];
            assert!(ours.abs_diff(expected) <= 2, "{channel} {y} {x}: {ours} against {expected}");
            count += 1;
        }
    }
    assert_eq!(count, dataset.image_size());
}

#[test]
fn folders_are_classes() {
    let files = ["train/b/2.jpg", "train/b/1.JPEG", "train/a/3.jpg", "train/.hidden", "test/a/1.jpg"];
    let folder = tree(&files.map(|path| (path, COLOUR)));
    let images = ImageFolder::new(folder.path());
    let train = images.read("train").unwrap();
    assert_eq!((train.name(), train.classes(), train.labels()), ("train", 2, &[0, 1, 1][..]));
    assert_eq!(images.class_names("train").unwrap(), ["a", "b"]);
    let one = ImageFolder { per_class: Some(1), ..images.clone() };
    assert_eq!(one.read("train").unwrap().labels(), [0, 1]);
    // The test split lacks a class of the other one.
    let same = ImageFolder { classes: Some(vec!["b".into(), "a".into()]), ..images };
    assert_eq!(same.read("train").unwrap().class_counts(), [2, 1]);
    let error = same.read("test").unwrap_err();
    assert!(matches!(&error, Error::MissingClassDir { path } if path.ends_with("test/b")), "{error}");
}

#[test]
fn folders_that_are_none() {
    let read = |files: &[(&str, &[u8])]| {
        let folder = tree(files);
        ImageFolder::new(folder.path()).read("train").unwrap_err()
    };
    assert!(matches!(read(&[("train/readme.txt", b"x")]), Error::MissingClassDir { .. }));
    assert!(matches!(read(&[("train/a/.hidden", b"x")]), Error::MissingClassDir { .. }));
    assert!(matches!(read(&[("test/a/1.jpg", COLOUR)]), Error::Io { .. }));
    let error = read(&[("train/a/1.png", COLOUR)]).to_string();
    assert!(error.ends_with("files in a class folder must be named *.jpg or *.jpeg"), "{error}");
    let error = read(&[("train/a/1.jpg", COLOUR), ("train/a/2.jpg", GREY)]).to_string();
    assert_eq!(error, "train: image 1 must be a whole JPEG file: channels must be 3, got 1");
    for (what, bytes) in [("no image", &b"hello"[..]), ("empty", b""), ("half", &COLOUR[..COLOUR.len() / 2])]
    {
        let error = read(&[("train/a/1.jpg", bytes)]);
        assert!(matches!(error, Error::Jpeg { index: 0, .. }), "{what}: {error}");
    }
    let error = read(&[("train/a/1.jpg", COLOUR), ("train/b/2.jpg", &resized(9, 16))]);
    assert!(matches!(error, Error::ImageShape { index: 1, .. } | Error::Jpeg { index: 1, .. }), "{error}");
    let error = read(&[("train/a/1.jpg", &resized(60000, 60000))]).to_string();
    assert!(error.starts_with("train: image 0 must be a whole JPEG file"), "{error}");
}

/// The colour image with another size in its header.
fn resized(height: u16, width: u16) -> Vec<u8> {
    let mut bytes = COLOUR.to_vec();
    let frame = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

/// A file cut short, with some bytes changed.
pub(crate) fn damaged(valid: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    (any::<prop::sample::Index>(), any::<bool>(), changes).prop_map(move |(end, cut, changes)| {
        let mut bytes = valid.clone();
        if cut {
            bytes.truncate(end.index(valid.len() + 1));
        }
        for (place, byte) in changes {
            if !bytes.is_empty() {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
        }
        bytes
    })
}

/// Whatever a reader makes of a file: a data set that keeps its own rules.
pub(crate) fn keeps_its_rules(read: Result<Dataset, Error>) {
    match read {
        Ok(dataset) => {
            assert_eq!(dataset.pixels().len(), dataset.len() * dataset.image_size());
            assert!(dataset.labels().iter().all(|label| (*label as usize) < dataset.classes()));
            assert!(dataset.pixels().iter().all(|byte| *byte <= dataset.white()));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

pub(crate) fn written(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

proptest! {
    #![proptest_config(crate::same_cases(256))]

    #[test]
    fn damaged_cifar(bytes in damaged([record(&[3, 5], 0), record(&[9, 8], 5)].concat())) {
        keeps_its_rules(CifarFormat::Cifar10.parse("x", &bytes));
        keeps_its_rules(CifarFormat::Cifar100Fine.parse("x", &bytes));
    }

    #[test]
    fn damaged_idx(
        images in damaged(idx(&[0x803, 2, 2, 3], &[7; 12])),
        labels in damaged(idx(&[0x801, 2], &[7, 0])),
        packed in any::<bool>(),
    ) {
        keeps_its_rules(read_pair(&if packed { gzip(&images) } else { images }, &labels));
    }

    #[test]
    fn damaged_gzip(images in damaged(gzip(&idx(&[0x803, 2, 2, 3], &[7; 12])))) {
        keeps_its_rules(read_pair(&images, &idx(&[0x801, 2], &[7, 0])));
    }

    #[test]
    fn damaged_jpeg(bytes in damaged(COLOUR.to_vec())) {
        let folder = TempDir::new().unwrap();
        written(&folder, "train/a/1.jpg", &bytes);
        keeps_its_rules(ImageFolder::new(folder.path()).read("train"));
    }

    #[test]
    fn damaged_digits(bytes in damaged(include_bytes!("../../src/data/digits.csv.gz").to_vec())) {
        let folder = TempDir::new().unwrap();
        keeps_its_rules(read_digits(written(&folder, "digits.csv.gz", &bytes)));
    }
}

/// The embedded file is the one that its note names.
#[test]
fn embedded_digits_are_a_file_of_digits() {
    let folder = TempDir::new().unwrap();
    let bytes = include_bytes!("../../src/data/digits.csv.gz");
    let all = read_digits(written(&folder, "digits.csv.gz", bytes)).unwrap();
    let split = digits().unwrap();
    assert_eq!([split.train.pixels(), split.test.pixels()].concat(), all.pixels());
}
