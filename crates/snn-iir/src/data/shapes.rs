//! Generated images.

use super::Dataset;
use crate::error::{Error, Result};
use common::rng::Streams;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, StandardNormal};

/// Side of an image, pixels.
const SIDE: usize = 32;

/// Generated images of 32x32 RGB in ten classes: five shapes (disc, square, triangle, cross, ring), each in a warm and
/// a cold colour, with random place, size, background and noise. Image `i` has class `i mod 10` and depends on `i` and the
/// seed only. They stand in for photographs in tests and are none.
///
/// ```
/// use snn_iir::data::SyntheticShapes;
///
/// let shapes = SyntheticShapes { images: 20, seed: 1, noise: 0.1 }.generate()?;
/// assert_eq!((shapes.shape(), shapes.classes()), ([3, 32, 32], 10));
/// assert_eq!(shapes.class_counts(), [2; 10]);
/// # Ok::<(), snn_iir::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SyntheticShapes {
    /// Number of images.
    pub images: usize,
    /// Seed.
    pub seed: u64,
    /// Standard deviation of the Gaussian noise on every value, in units of white.
    pub noise: f32,
}

impl SyntheticShapes {
    /// Makes the images.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a noise that is negative or not finite, [`Error::EmptyDataset`] for none.
    pub fn generate(self) -> Result<Dataset> {
        if !(self.noise.is_finite() && self.noise >= 0.0) {
            let (name, rule) = ("noise", "finite and not negative");
            return Err(Error::Quantity { name, rule, value: self.noise.into() });
        }
        let streams = Streams::new(self.seed);
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        for (index, label) in (0..self.images).zip((0..10).cycle()) {
            draw(label, self.noise, &mut streams.stream(&format!("shapes/{index}")), &mut pixels);
            labels.push(label);
        }
        Dataset::new("synthetic shapes", [3, SIDE, SIDE], 10, 255, pixels, labels)
    }
}

fn draw(label: u32, noise: f32, rng: &mut ChaCha8Rng, pixels: &mut Vec<u8>) {
    let warm = label.is_multiple_of(2);
    let strong = rng.random_range(0.7..1.0_f32);
    let weak = rng.random_range(0.0..0.3_f32);
    let middle = rng.random_range(0.2..0.6_f32);
    let colour = if warm { [strong, middle, weak] } else { [weak, middle, strong] };
    let background: [f32; 3] = std::array::from_fn(|_| rng.random_range(0.2..0.7));
    let radius = rng.random_range(6.0..12.0_f32);
    let [x0, y0]: [f32; 2] = std::array::from_fn(|_| rng.random_range(radius..SIDE as f32 - radius));
    for channel in 0..3 {
        for at in 0..SIDE * SIDE {
            let x = ((at % SIDE) as f32 + 0.5 - x0) / radius;
            let y = ((at / SIDE) as f32 + 0.5 - y0) / radius;
            let value = if covers(label / 2, x, y) { colour[channel] } else { background[channel] };
            let error: f32 = StandardNormal.sample(rng);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
            pixels.push(((value + noise * error).clamp(0.0, 1.0) * 255.0).round() as u8);
        }
    }
}

/// Whether the shape of radius 1 around the origin covers a point.
fn covers(shape: u32, x: f32, y: f32) -> bool {
    let distance = x.hypot(y);
    match shape {
        0 => distance < 1.0,
        1 => x.abs().max(y.abs()) < 0.8,
        2 => y < 0.8 && x.abs() < (y + 1.0) * 0.55,
        3 => x.abs().min(y.abs()) < 0.3 && x.abs().max(y.abs()) < 1.0,
        _ => (0.6..1.0).contains(&distance),
    }
}
