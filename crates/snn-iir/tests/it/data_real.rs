//! Real data sets, where the folder `PAPER_DATA` has them.

use common::assert_close;
use snn_iir::data::{CifarFormat, Normalize, digits, read_digits, read_idx};
use std::path::PathBuf;

/// A file below `PAPER_DATA`; a relative folder is sought from the current one upwards. `None`, with a notice, without.
#[allow(clippy::print_stdout, reason = "a test says what it could not test")]
fn paper_file(path: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("PAPER_DATA").filter(|value| !value.is_empty()).map(PathBuf::from)
    else {
        println!("SKIPPED: PAPER_DATA is not set");
        return None;
    };
    let here = std::env::current_dir().unwrap();
    let found = here.ancestors().map(|above| above.join(&folder).join(path)).find(|path| path.exists());
    if found.is_none() {
        println!("SKIPPED: {path} is not below PAPER_DATA");
    }
    found
}

/// The order of the classes repeats, and the means are those of the data set within what so few images allow.
#[test]
fn cifar_batches() {
    for (file, images) in [("train_1k.bin", 1000), ("test_500.bin", 500)] {
        let Some(path) = paper_file(&format!("cifar10-jpeg/{file}")) else { return };
        let dataset = CifarFormat::Cifar10.read(&[path]).unwrap();
        assert_eq!(dataset.class_counts(), vec![images / 10; 10]);
        assert!((0..).zip(dataset.labels()).all(|(index, label)| index % 10 == *label));
        let moments = Normalize::from_dataset(&dataset).unwrap();
        for (mean, published) in moments.mean().iter().zip([0.4914, 0.4822, 0.4465]) {
            assert_close!(f64::from(*mean), published, abs = 0.02, "{file}");
        }
        for (std, published) in moments.std().iter().zip([0.2470, 0.2435, 0.2616]) {
            assert_close!(f64::from(*std), published, abs = 0.01, "{file}");
        }
    }
}

/// Class counts of the published test set, and its mean and standard deviation.
#[test]
fn mnist_test_set() {
    let Some(images) = paper_file("mnist-t10k/t10k-images-idx3-ubyte.gz") else { return };
    let Some(labels) = paper_file("mnist-t10k/t10k-labels-idx1-ubyte.gz") else { return };
    let mnist = read_idx("MNIST t10k", images, labels, 10).unwrap();
    assert_eq!((mnist.len(), mnist.shape()), (10_000, [1, 28, 28]));
    assert_eq!(mnist.class_counts(), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    assert_eq!(mnist.labels()[..10], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    // 0.1307 and 0.3081 are published for the training set; test digits are a little bolder.
    let moments = Normalize::from_dataset(&mnist).unwrap();
    assert_close!(f64::from(moments.mean()[0]), 0.1307, abs = 0.003);
    assert_close!(f64::from(moments.std()[0]), 0.3081, abs = 0.004);
}

#[test]
fn digits_file() {
    let Some(path) = paper_file("digits/digits.csv.gz") else { return };
    let (file, embedded) = (read_digits(path).unwrap(), digits().unwrap());
    assert_eq!(file.labels(), [embedded.train.labels(), embedded.test.labels()].concat());
    assert_eq!(file.pixels(), [embedded.train.pixels(), embedded.test.pixels()].concat());
}

#[cfg(feature = "frames")]
mod frames {
    use super::paper_file;
    use common::assert_close;
    use snn_iir::data::{CifarFormat, Normalize, ParquetImages, cifar10_jpeg};

    /// Ten thousand images against the channel means and deviations that Pillow's decoder gives.
    #[test]
    fn the_first_ten_thousand() {
        let Some(path) = paper_file("cifar10-jpeg/train.parquet") else { return };
        let split = cifar10_jpeg(path.parent().unwrap(), Some(10_000), None).unwrap();
        assert_eq!(split.train.name(), "CIFAR-10 (JPEG q75)");
        assert_eq!((split.train.len(), split.test.len()), (10_000, 10_000));
        assert_eq!(split.train.class_counts(), [1000; 10]);
        assert_eq!(split.test.class_counts(), [1000; 10]);
        let moments = Normalize::from_dataset(&split.train).unwrap();
        // Decoders round the colours differently: up to 0.4 of 255 levels in the mean.
        for (mean, other) in moments.mean().iter().zip([0.4934, 0.4831, 0.4470]) {
            assert_close!(f64::from(*mean), other, abs = 0.0016);
        }
        for (std, other) in moments.std().iter().zip([0.2460, 0.2441, 0.2616]) {
            assert_close!(f64::from(*std), other, abs = 2e-4);
        }
    }

    /// Two decoders of the same thousand files. Colour difference rounded apart by two levels changes blue by 3.5, and
    /// brightness adds one: at most 5, and seldom more than 2.
    #[test]
    fn two_decoders_agree() {
        let Some(parquet) = paper_file("cifar10-jpeg/train.parquet") else { return };
        let Some(batch) = paper_file("cifar10-jpeg/train_1k.bin") else { return };
        let images = ParquetImages { name: "x", classes: 10, limit: Some(1000) };
        let (ours, theirs) = (images.read(parquet).unwrap(), CifarFormat::Cifar10.read(&[batch]).unwrap());
        assert_eq!(ours.labels(), theirs.labels());
        let mut counts = [0_usize; 256];
        for (ours, theirs) in ours.pixels().iter().zip(theirs.pixels()) {
            counts[usize::from(ours.abs_diff(*theirs))] += 1;
        }
        let total = ours.pixels().len() as f64;
        assert_eq!(counts[6..].iter().sum::<usize>(), 0);
        assert!(counts[3..].iter().sum::<usize>() as f64 / total < 0.001, "{:?}", &counts[..6]);
        assert!(counts[0] as f64 / total > 0.75, "{:?}", &counts[..6]);
    }
}
