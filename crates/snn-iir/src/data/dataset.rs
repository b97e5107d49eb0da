//! A data set in memory.

use super::{Augment, Normalize};
use crate::error::{Error, Result};
use rand_chacha::ChaCha8Rng;

/// Labelled images of one shape. Pixels are bytes: 10,000 images of 32x32 RGB take 31 MB.
///
/// ```
/// use snn_iir::data::{Dataset, Normalize};
///
/// let black_and_white = Dataset::from_f32("two pixels", [1, 1, 1], 2, &[0.0, 1.0], vec![0, 1])?;
/// let batch = black_and_white.batch(&[1, 0, 1], &Normalize::new(vec![0.5], vec![0.25])?, None)?;
/// assert_eq!(batch, [2.0, -2.0, 2.0]);
/// # Ok::<(), snn_iir::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    name: String,
    shape: [usize; 3],
    classes: usize,
    white: u8,
    pixels: Vec<u8>,
    labels: Vec<u32>,
}

/// The two parts of a data set as its publisher divides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Images to train on.
    pub train: Dataset,
    /// Images to test on.
    pub test: Dataset,
}

impl Dataset {
    /// A data set of bytes: images one after the other, each channel by channel, each channel row by row. `white` is
    /// the byte that stands for 1.
    ///
    /// # Errors
    /// [`Error::EmptyDataset`] without an image, [`Error::CountMismatch`] if the bytes are not as many as shape and labels
    /// say, [`Error::FileField`] for a byte above `white`, [`Error::BadLabel`], and [`Error::Quantity`] for a shape with
    /// a zero, no classes or a `white` of 0.
    pub fn new(
        name: impl Into<String>,
        shape: [usize; 3],
        classes: usize,
        white: u8,
        pixels: Vec<u8>,
        labels: Vec<u32>,
    ) -> Result<Self> {
        let name = name.into();
        let positive = |name, value: usize| {
            let rule = "positive";
            if value > 0 { Ok(()) } else { Err(Error::Quantity { name, rule, value: 0.0 }) }
        };
        for (what, value) in ["channels", "height", "width"].into_iter().zip(shape) {
            positive(what, value)?;
        }
        positive("classes", classes)?;
        positive("white", usize::from(white))?;
        if labels.is_empty() {
            return Err(Error::EmptyDataset { name });
        }
        let expected = shape.iter().try_fold(labels.len(), |count, side| count.checked_mul(*side));
        if expected != Some(pixels.len()) {
            let expected = expected.unwrap_or(usize::MAX);
            return Err(Error::CountMismatch { what: "pixels", expected, found: pixels.len() });
        }
        if let Some(&byte) = pixels.iter().find(|byte| **byte > white) {
            let rule = format!("at most {white}");
            return Err(Error::FileField { file: name, field: "pixel", rule, value: byte.into() });
        }
        if let Some(index) = labels.iter().position(|label| *label as usize >= classes) {
            return Err(Error::BadLabel { source_name: name, index, label: labels[index], classes });
        }
        Ok(Self { name, shape, classes, white, pixels, labels })
    }

    /// A data set of numbers in [0, 1], in the order of [`Dataset::new`], rounded to multiples of 1/255.
    ///
    /// # Errors
    /// [`Error::Pixel`] with the place of a number that is not in [0, 1] or is NaN, and those of [`Dataset::new`].
    pub fn from_f32(
        name: impl Into<String>,
        shape: [usize; 3],
        classes: usize,
        pixels: &[f32],
        labels: Vec<u32>,
    ) -> Result<Self> {
        let byte = |(index, &value): (usize, &f32)| {
            if !(0.0..=1.0).contains(&value) {
                return Err(Error::Pixel { index, value });
            }
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
            Ok((value * 255.0).round() as u8)
        };
        let pixels = pixels.iter().enumerate().map(byte).collect::<Result<_>>()?;
        Self::new(name, shape, classes, 255, pixels, labels)
    }

    /// Name, for reports.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same images under another name.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Channels, height, width of every image.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Number of classes; a class may have no image.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Number of images, at least 1.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// The byte that stands for 1: 255, or 16 for the digits.
    #[must_use]
    pub fn white(&self) -> u8 {
        self.white
    }

    /// Labels of all images.
    #[must_use]
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// Bytes of one image: channel by channel, row by row.
    ///
    /// # Panics
    /// If there is no such image.
    #[must_use]
    pub fn image(&self, index: usize) -> &[u8] {
        let size = self.image_size();
        &self.pixels[index * size..(index + 1) * size]
    }

    /// Bytes of all images.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Numbers in one image: channels times height times width.
    #[must_use]
    pub fn image_size(&self) -> usize {
        self.shape.iter().product()
    }

    /// How many images each class has.
    #[must_use]
    pub fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes];
        self.labels.iter().for_each(|label| counts[*label as usize] += 1);
        counts
    }

    /// The images of these indices as numbers, `[N, C, H, W]` flattened: augmented if asked for, then normalised.
    /// Every image takes the same number of draws from the generator.
    ///
    /// # Errors
    /// [`Error::ImageIndex`], and [`Error::CountMismatch`] if `normalize` has another number of channels.
    pub fn batch(
        &self,
        indices: &[usize],
        normalize: &Normalize,
        mut augment: Option<(&Augment, &mut ChaCha8Rng)>,
    ) -> Result<Vec<f32>> {
        let [channels, height, width] = self.shape;
        self.check(indices)?;
        let tables = normalize.tables(channels, self.white)?;
        let mut batch = vec![0.0; indices.len() * self.image_size()];
        for (index, output) in indices.iter().zip(batch.chunks_exact_mut(self.image_size())) {
            let view = augment.as_mut().map(|(augment, rng)| augment.draw(rng));
            let planes = self.image(*index).chunks_exact(height * width);
            for ((plane, output), table) in planes.zip(output.chunks_exact_mut(height * width)).zip(&tables) {
                match view {
                    None => {
                        plane.iter().zip(output).for_each(|(byte, value)| *value = table[usize::from(*byte)]);
                    }
                    Some(view) => view.apply(plane, output, width, table),
                }
            }
        }
        Ok(batch)
    }

    /// The labels of these indices.
    ///
    /// # Errors
    /// [`Error::ImageIndex`].
    pub fn labels_of(&self, indices: &[usize]) -> Result<Vec<u32>> {
        self.check(indices)?;
        Ok(indices.iter().map(|index| self.labels[*index]).collect())
    }

    /// The images of these indices as a data set of their own.
    ///
    /// # Errors
    /// [`Error::ImageIndex`], and [`Error::EmptyDataset`] for no index.
    pub fn select(&self, indices: &[usize]) -> Result<Self> {
        let labels = self.labels_of(indices)?;
        if labels.is_empty() {
            return Err(Error::EmptyDataset { name: self.name.clone() });
        }
        let mut pixels = Vec::with_capacity(indices.len() * self.image_size());
        for index in indices {
            pixels.extend_from_slice(self.image(*index));
        }
        Ok(Self { name: self.name.clone(), pixels, labels, ..*self })
    }

    fn check(&self, indices: &[usize]) -> Result<()> {
        match indices.iter().find(|index| **index >= self.len()) {
            Some(&index) => Err(Error::ImageIndex { index, len: self.len() }),
            None => Ok(()),
        }
    }
}
