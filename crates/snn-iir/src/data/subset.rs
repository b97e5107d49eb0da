//! Parts of a data set, and the order of its images in an epoch.

use super::Dataset;
use crate::error::{Error, Result};
use common::rng::Streams;
use rand::seq::SliceRandom as _;

impl Dataset {
    /// The first `count` images of each class, in the order of the data set.
    ///
    /// # Errors
    /// [`Error::TooFewOfClass`], and [`Error::EmptyDataset`] for a count of 0.
    pub fn first_per_class(&self, count: usize) -> Result<Self> {
        self.take_per_class(self.by_class(), count)
    }

    /// `count` images of each class drawn without repetition, in the order of the data set.
    ///
    /// # Errors
    /// Those of [`Dataset::first_per_class`].
    pub fn sample_per_class(&self, count: usize, seed: u64) -> Result<Self> {
        self.take_per_class(self.shuffled_classes(seed, "data/subset"), count)
    }

    /// Divides the images into those to train on and those to validate with: of every class the same fraction is
    /// drawn for validation, rounded to the nearest number of images. Both parts keep the order of the data set.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a fraction outside (0, 1), [`Error::EmptyDataset`] if a part would be empty.
    pub fn split_validation(&self, fraction: f64, seed: u64) -> Result<(Self, Self)> {
        if !(fraction > 0.0 && fraction < 1.0) {
            let (name, rule) = ("fraction for validation", "in (0, 1)");
            return Err(Error::Quantity { name, rule, value: fraction });
        }
        let (mut train, mut validation) = (Vec::new(), Vec::new());
        for class in self.shuffled_classes(seed, "data/validation") {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the length")]
            let count = (class.len() as f64 * fraction).round() as usize;
            validation.extend_from_slice(&class[..count]);
            train.extend_from_slice(&class[count..]);
        }
        train.sort_unstable();
        validation.sort_unstable();
        Ok((self.select(&train)?, self.select(&validation)?))
    }

    /// All indices in the random order of the stream of this name: that of an epoch, so that a resumed run meets the same
    /// order.
    #[must_use]
    pub fn shuffled(&self, streams: &Streams, name: &str) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.shuffle(&mut streams.stream(name));
        order
    }

    fn by_class(&self) -> Vec<Vec<usize>> {
        let mut classes = vec![Vec::new(); self.classes()];
        for (index, label) in self.labels().iter().enumerate() {
            classes[*label as usize].push(index);
        }
        classes
    }

    fn shuffled_classes(&self, seed: u64, stream: &str) -> Vec<Vec<usize>> {
        let mut rng = Streams::new(seed).stream(stream);
        let mut classes = self.by_class();
        for class in &mut classes {
            class.shuffle(&mut rng);
        }
        classes
    }

    fn take_per_class(&self, classes: Vec<Vec<usize>>, wanted: usize) -> Result<Self> {
        let mut indices = Vec::new();
        for (class, members) in (0..).zip(classes) {
            let found = members.len();
            let members = members.get(..wanted).ok_or(Error::TooFewOfClass { class, wanted, found })?;
            indices.extend_from_slice(members);
        }
        indices.sort_unstable();
        self.select(&indices)
    }
}
