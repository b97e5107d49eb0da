//! Random changes of training images.

use crate::error::{Error, Result};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// A random crop of the image within a black margin, then a horizontal flip with a given probability. The margin is
/// added before normalisation, so it is black and not the mean colour.
///
/// ```
/// use common::rng::Streams;
/// use snn_iir::data::{Augment, Dataset, Normalize};
///
/// let rows = Dataset::from_f32("one row", [1, 1, 2], 1, &[0.2, 1.0], vec![0])?;
/// let mirror = Augment::new(0, 1.0)?;
/// let mut rng = Streams::new(1).stream("augment");
/// let batch = rows.batch(&[0], &Normalize::identity(1), Some((&mirror, &mut rng)))?;
/// assert_eq!(batch, [1.0, 0.2]);
/// # Ok::<(), snn_iir::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Augment {
    padding: u16,
    flip_probability: f64,
}

/// What a file may say.
#[derive(serde::Deserialize)]
struct Unchecked {
    padding: u16,
    flip_probability: f64,
}

impl TryFrom<Unchecked> for Augment {
    type Error = Error;

    fn try_from(Unchecked { padding, flip_probability }: Unchecked) -> Result<Self> {
        Self::new(padding, flip_probability)
    }
}

impl Augment {
    /// A margin of `padding` pixels on each side, and a flip of this probability.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a probability outside [0, 1].
    pub fn new(padding: u16, flip_probability: f64) -> Result<Self> {
        if !(0.0..=1.0).contains(&flip_probability) {
            let (name, rule) = ("flip probability", "in [0, 1]");
            return Err(Error::Quantity { name, rule, value: flip_probability });
        }
        Ok(Self { padding, flip_probability })
    }

    /// The paper's choice for CIFAR: a margin of 4 pixels, half of the images flipped.
    #[must_use]
    pub fn cifar() -> Self {
        Self { padding: 4, flip_probability: 0.5 }
    }

    /// Margin on each side, pixels.
    #[must_use]
    pub fn padding(&self) -> u16 {
        self.padding
    }

    /// Probability of a flip.
    #[must_use]
    pub fn flip_probability(&self) -> f64 {
        self.flip_probability
    }

    pub(super) fn draw(&self, rng: &mut ChaCha8Rng) -> View {
        let padding = i32::from(self.padding);
        let down = rng.random_range(-padding..=padding) as isize;
        let right = rng.random_range(-padding..=padding) as isize;
        View { down, right, flip: rng.random_bool(self.flip_probability) }
    }
}

/// One drawn change: where the window of the crop lies, and whether it is mirrored.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    down: isize,
    right: isize,
    flip: bool,
}

impl View {
    /// Writes the changed plane through the table.
    pub(super) fn apply(self, plane: &[u8], output: &mut [f32], width: usize, table: &[f32; 256]) {
        let height = plane.len() / width;
        for (y, output) in output.chunks_exact_mut(width).enumerate() {
            output.fill(table[0]);
            let Some(from) = y.checked_add_signed(self.down).filter(|from| *from < height) else { continue };
            let row = &plane[from * width..(from + 1) * width];
            let skip = self.right.unsigned_abs().min(width);
            let (row, window) = if self.right >= 0 {
                (&row[skip..], &mut output[..width - skip])
            } else {
                (&row[..width - skip], &mut output[skip..])
            };
            row.iter().zip(window).for_each(|(byte, value)| *value = table[usize::from(*byte)]);
            if self.flip {
                output.reverse();
            }
        }
    }
}
