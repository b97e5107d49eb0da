//! Data sets: batches, subsets, readers.

use common::rng::Streams;
use snn_iir::Error;
use snn_iir::data::{Augment, CifarFormat, Dataset, Normalize, SyntheticShapes, digits};

/// Mean pixel and class counts as the file's documentation has them.
#[test]
fn digits_are_those_of_the_package() {
    let digits = digits().unwrap();
    assert_eq!(digits.train.shape(), [1, 8, 8]);
    let counts: Vec<usize> =
        digits.train.class_counts().iter().zip(digits.test.class_counts()).map(|(a, b)| a + b).collect();
    assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    assert_eq!(digits.train.image(0)[..16], [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0]);
    assert_eq!(*digits.test.labels().last().unwrap(), 8);
    let batch = digits.train.batch(&[0], &Normalize::identity(1), None).unwrap();
    assert!((batch[3] - 13.0 / 16.0).abs() < 1e-7);
}
