//! Data sets in memory: batches, augmentation, subsets, generated images.
#![allow(clippy::float_cmp, reason = "where equality is asserted, it has to be exact")]
#![allow(
    clippy::cast_possible_wrap,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small numbers"
)]

use common::assert_close;
use common::rng::Streams;
use proptest::prelude::*;
use snn_iir::Error;
use snn_iir::data::{Augment, Dataset, Normalize, SyntheticShapes, digits};

/// Class counts, first pixels and a mean as the file's documentation or an independent reading in Python has them.
#[test]
fn digits_are_those_of_the_package() {
    let digits = digits().unwrap();
    assert_eq!((digits.train.shape(), digits.train.classes()), ([1, 8, 8], 10));
    assert_eq!((digits.train.len(), digits.test.len()), (1437, 360));
    let (train, test) = (digits.train.class_counts(), digits.test.class_counts());
    let counts: Vec<usize> = train.iter().zip(test).map(|(train, test)| train + test).collect();
    assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    assert_eq!(digits.train.image(0)[..16], [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0]);
    assert_eq!(*digits.test.labels().last().unwrap(), 8);
    let batch = digits.train.batch(&[0], &Normalize::identity(1), None).unwrap();
    assert_eq!(batch[3], 13.0 / 16.0);
}

/// Three images of 2 channels, 2x3 pixels, whose bytes count up from 0.
fn counting() -> Dataset {
    Dataset::new("counting", [2, 2, 3], 3, 255, (0..36).collect(), vec![2, 0, 1]).unwrap()
}

#[test]
fn a_batch_is_normalised_by_channel() {
    let normalize = Normalize::new(vec![0.1, 0.2], vec![0.5, 0.25]).unwrap();
    let batch = counting().batch(&[1, 1, 0], &normalize, None).unwrap();
    assert_eq!(batch.len(), 36);
    for (at, value) in batch.iter().enumerate() {
        let image = [1, 1, 0][at / 12];
        let byte = (image * 12 + at % 12) as f64;
        let (mean, std) = if at % 12 < 6 { (0.1, 0.5) } else { (0.2, 0.25) };
        assert_close!(f64::from(*value), (byte / 255.0 - mean) / std, abs = 1e-6);
    }
    assert_eq!(counting().labels_of(&[1, 1, 0]).unwrap(), [0, 0, 2]);
}

/// Every crop of a padded image, written out the slow way.
#[test]
fn crops_and_flips() {
    let dataset = counting();
    let augment = Augment::new(2, 0.5).unwrap();
    let mut rng = Streams::new(3).stream("test");
    let pixel = |channel: usize, y: i64, x: i64| {
        let inside = (0..2).contains(&y) && (0..3).contains(&x);
        if inside { (channel as i64 * 6 + y * 3 + x) as f32 / 255.0 } else { 0.0 }
    };
    let mut views = Vec::new();
    for (down, right, flip) in (-2..=2)
        .flat_map(|down| (-2..=2).map(move |right| (down, right)))
        .flat_map(|(down, right)| [false, true].map(|flip| (down, right, flip)))
    {
        let view: Vec<f32> = (0..12)
            .map(|at| {
                let (channel, y, x) = (at / 6, at as i64 / 3 % 2, at as i64 % 3);
                pixel(channel, y + down, if flip { 2 - x + right } else { x + right })
            })
            .collect();
        views.push(view);
    }
    let mut seen = vec![0; views.len()];
    for _ in 0..2000 {
        let batch = dataset.batch(&[0], &Normalize::identity(2), Some((&augment, &mut rng))).unwrap();
        let found = views.iter().position(|view| view.iter().zip(&batch).all(|(a, b)| (a - b).abs() < 1e-6));
        seen[found.expect("every batch is one of the views")] += 1;
    }
    // Black views are the same and counted at the first of them; all others differ, and all are drawn.
    let black = views.iter().filter(|view| view.iter().all(|value| *value == 0.0)).count();
    assert_eq!((black, seen.iter().filter(|count| **count > 0).count()), (20, 31));
}

/// The margin is black before normalisation, so it is not zero after it.
#[test]
fn the_margin_is_black() {
    let white = Dataset::new("white", [1, 4, 4], 1, 255, vec![255; 16], vec![0]).unwrap();
    let normalize = Normalize::new(vec![0.5], vec![0.25]).unwrap();
    let augment = Augment::new(4, 0.0).unwrap();
    let mut rng = Streams::new(1).stream("margin");
    let mut values = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let batch = white.batch(&[0], &normalize, Some((&augment, &mut rng))).unwrap();
        values.extend(batch.iter().map(ToString::to_string));
    }
    assert_eq!(values.into_iter().collect::<Vec<_>>(), ["-2", "2"]);
}

#[test]
fn augmentation_is_seeded() {
    let shapes = SyntheticShapes { images: 8, seed: 1, noise: 0.1 }.generate().unwrap();
    let all: Vec<usize> = (0..8).collect();
    let batch = |seed| {
        let mut rng = Streams::new(seed).stream("augment");
        shapes.batch(&all, &Normalize::cifar10(), Some((&Augment::cifar(), &mut rng))).unwrap()
    };
    assert_eq!(batch(1), batch(1));
    assert_ne!(batch(1), batch(2));
}

/// Mean and standard deviation of a data set normalise it to 0 and 1.
#[test]
fn statistics_of_a_data_set() {
    let shapes = SyntheticShapes { images: 50, seed: 2, noise: 0.05 }.generate().unwrap();
    let normalize = Normalize::from_dataset(&shapes).unwrap();
    let all: Vec<usize> = (0..50).collect();
    let batch = shapes.batch(&all, &normalize, None).unwrap();
    for channel in 0..3 {
        let values = batch.chunks(1024).skip(channel).step_by(3).flatten().map(|value| f64::from(*value));
        let (sum, squares) = values.fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
        assert_close!(sum / 51200.0, 0.0, abs = 1e-4);
        assert_close!(squares / 51200.0, 1.0, abs = 1e-4);
    }
    let json = serde_json::to_string(&normalize).unwrap();
    assert_eq!(serde_json::from_str::<Normalize>(&json).unwrap(), normalize);
    assert!(serde_json::from_str::<Normalize>(r#"{"mean":[0.5],"std":[0.0]}"#).is_err());
    assert!(serde_json::from_str::<Augment>(r#"{"padding":4,"flip_probability":2.0}"#).is_err());
    // The paper's presets.
    assert_eq!(Normalize::cifar10().std(), [0.2023, 0.1994, 0.2010]);
    assert_eq!(Normalize::cifar100().mean(), [0.5071, 0.4867, 0.4408]);
}

#[test]
fn subsets_are_balanced() {
    let shapes = SyntheticShapes { images: 200, seed: 4, noise: 0.1 }.generate().unwrap();
    let first = shapes.first_per_class(3).unwrap();
    assert_eq!(first.class_counts(), [3; 10]);
    assert_eq!(first.pixels(), &shapes.pixels()[..30 * 3072], "classes alternate: these are the first 30");
    let sample = |seed| shapes.sample_per_class(5, seed).unwrap();
    assert_eq!(sample(1).class_counts(), [5; 10]);
    assert_eq!(sample(1), sample(1));
    assert_ne!(sample(1), sample(2));
    let error = shapes.first_per_class(21).unwrap_err();
    assert_eq!(error.to_string(), "class 0 must have at least 21 images, got 20");
    assert!(matches!(shapes.first_per_class(0), Err(Error::EmptyDataset { .. })));
}

#[test]
fn validation_is_stratified_and_apart() {
    let digits = digits().unwrap().train;
    let (train, validation) = digits.split_validation(0.1, 5).unwrap();
    assert_eq!(train.len() + validation.len(), digits.len());
    for (all, held) in digits.class_counts().into_iter().zip(validation.class_counts()) {
        assert!((held as f64 - 0.1 * all as f64).abs() <= 0.5, "{held} of {all}");
    }
    let images = |dataset: &Dataset| {
        let mut images: Vec<_> =
            (0..dataset.len()).map(|i| (dataset.labels()[i], dataset.image(i).to_vec())).collect();
        images.sort();
        images
    };
    let mut together = [images(&train), images(&validation)].concat();
    together.sort();
    assert_eq!(together, images(&digits), "every image is in one of the two");
    assert_eq!(digits.split_validation(0.1, 5).unwrap().1, validation);
    assert_ne!(digits.split_validation(0.1, 6).unwrap().1, validation);
    for fraction in [0.0, 1.0, -0.1, f64::NAN] {
        assert!(matches!(digits.split_validation(fraction, 1), Err(Error::Quantity { .. })));
    }
    assert!(matches!(counting().split_validation(0.1, 1), Err(Error::EmptyDataset { .. })));
}

#[test]
fn the_order_of_an_epoch_is_a_permutation() {
    let digits = digits().unwrap().test;
    let order = |seed, epoch: u32| digits.shuffled(&Streams::new(seed), &format!("shuffle/{epoch}"));
    let mut sorted = order(1, 1);
    sorted.sort_unstable();
    assert_eq!(sorted, (0..360).collect::<Vec<_>>());
    assert_eq!(order(1, 1), order(1, 1));
    assert_ne!(order(1, 1), order(1, 2));
    assert_ne!(order(1, 1), order(2, 1));
}

/// Images depend on their number and the seed only, and a nearest class mean tells them apart far better than chance.
#[test]
fn shapes_have_classes() {
    let shapes = |images, seed| SyntheticShapes { images, seed, noise: 0.1 }.generate().unwrap();
    let (few, many) = (shapes(30, 1), shapes(1000, 1));
    assert_eq!(few.pixels(), &many.pixels()[..few.pixels().len()]);
    assert_ne!(shapes(30, 2), few);
    let mut means = vec![vec![0.0; 3072]; 10];
    for index in 0..many.len() {
        let mean = &mut means[many.labels()[index] as usize];
        mean.iter_mut().zip(many.image(index)).for_each(|(mean, byte)| *mean += f64::from(*byte) / 100.0);
    }
    let test = shapes(300, 9);
    let hits = (0..300).filter(|&index| {
        let distance = |mean: &Vec<f64>| -> f64 {
            mean.iter().zip(test.image(index)).map(|(mean, byte)| (mean - f64::from(*byte)).powi(2)).sum()
        };
        let nearest = (0..10).min_by(|a, b| distance(&means[*a]).total_cmp(&distance(&means[*b])));
        nearest == Some(test.labels()[index] as usize)
    });
    let hits = hits.count();
    assert!(hits > 75, "{hits} of 300, chance is 30");
}

#[test]
fn what_is_no_data_set_is_refused() {
    let new = |shape, classes, white, pixels: Vec<u8>, labels| {
        Dataset::new("x", shape, classes, white, pixels, labels).unwrap_err().to_string()
    };
    assert_eq!(new([1, 1, 2], 2, 255, vec![0; 3], vec![0]), "pixels must be 2, got 3");
    assert_eq!(new([1, 1, 1], 2, 255, vec![], vec![]), "data set must hold at least one image, x holds none");
    assert_eq!(new([1, 0, 1], 2, 255, vec![], vec![0]), "height must be positive, got 0");
    assert_eq!(new([1, 1, 1], 2, 16, vec![17], vec![0]), "x: pixel must be at most 16, got 17");
    assert_eq!(new([1, 1, 1], 2, 255, vec![1], vec![2]), "x: label of image 0 must be below 2, got 2");
    assert!(new([usize::MAX, 2, 2], 2, 255, vec![1], vec![0]).starts_with("pixels must be"));
    let pixels = [0.0, 1.0, f32::NAN, 0.5];
    let error = Dataset::from_f32("x", [1, 2, 2], 1, &pixels, vec![0]).unwrap_err();
    assert_eq!(error.to_string(), "pixel 2 must be a number in [0, 1], got NaN");
    for (index, value) in [(0, -0.1), (3, 1.01), (1, f32::INFINITY)] {
        let mut pixels = [0.5; 4];
        pixels[index] = value;
        let error = Dataset::from_f32("x", [1, 2, 2], 1, &pixels, vec![0]).unwrap_err();
        assert!(matches!(error, Error::Pixel { index: i, .. } if i == index));
    }
    let counting = counting();
    let error = counting.batch(&[0, 3], &Normalize::identity(2), None).unwrap_err();
    assert_eq!(error.to_string(), "index of an image must be below 3, got 3");
    let error = counting.batch(&[0], &Normalize::cifar10(), None).unwrap_err();
    assert_eq!(error.to_string(), "channels of the normalisation must be 2, got 3");
    assert!(matches!(counting.select(&[]), Err(Error::EmptyDataset { .. })));
    let error = Augment::new(1, 1.5).unwrap_err();
    assert_eq!(error.to_string(), "flip probability must be in [0, 1], got 1.5");
    let flat = Dataset::new("flat", [1, 1, 2], 1, 255, vec![7, 7], vec![0]).unwrap();
    let error = Normalize::from_dataset(&flat).unwrap_err().to_string();
    assert_eq!(error, "standard deviation of a channel must be finite and positive, got 0");
    assert!(matches!(Normalize::new(vec![0.0], vec![]), Err(Error::CountMismatch { .. })));
    let noise = SyntheticShapes { images: 1, seed: 1, noise: f32::NAN };
    assert!(matches!(noise.generate(), Err(Error::Quantity { .. })));
}

proptest! {
    #![proptest_config(crate::same_cases(64))]

    /// Any margin, also one larger than the image, leaves values of the image or black.
    #[test]
    fn any_margin_is_safe(
        height in 1_usize..6, width in 1_usize..6, padding in 0_u16..12, flip in 0.0..=1.0, seed in 0_u64..99
    ) {
        let pixels: Vec<u8> = (1..=height * width).map(|i| i as u8).collect();
        let dataset = Dataset::new("p", [1, height, width], 1, 255, pixels, vec![0]).unwrap();
        let augment = Augment::new(padding, flip).unwrap();
        let mut rng = Streams::new(seed).stream("p");
        let batch = dataset.batch(&[0], &Normalize::identity(1), Some((&augment, &mut rng))).unwrap();
        let mut bytes: Vec<u8> = batch.iter().map(|v| (v * 255.0).round() as u8).filter(|b| *b > 0).collect();
        bytes.sort_unstable();
        let count = bytes.len();
        bytes.dedup();
        prop_assert_eq!(bytes.len(), count, "no pixel appears twice");
        prop_assert!(bytes.last().is_none_or(|last| usize::from(*last) <= height * width));
    }
}
