//! Initial values of parameters, drawn from a seeded stream.
//!
//! candle's own initialisers draw from a generator that cannot be seeded on the CPU; these draw from a stream of
//! [`crate::rng::Streams`], so that the same seed gives the same network. All are f32 and on the CPU.

use candle_core::{DType, Device, Result, Shape, Var, bail};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// A variable of zeros.
///
/// # Errors
/// Those of candle when it makes a tensor.
pub fn zeros(shape: impl Into<Shape>) -> Result<Var> {
    Var::zeros(shape, DType::F32, &Device::Cpu)
}

/// A variable of ones.
///
/// # Errors
/// Those of candle when it makes a tensor.
pub fn ones(shape: impl Into<Shape>) -> Result<Var> {
    Var::ones(shape, DType::F32, &Device::Cpu)
}

/// A variable of independent normal numbers of mean 0 and this standard deviation.
///
/// ```
/// use common::{rng::Streams, tensor::init};
///
/// let weight = init::normal((2, 3), 0.1, &mut Streams::new(1).stream("weight"))?;
/// let again = init::normal((2, 3), 0.1, &mut Streams::new(1).stream("weight"))?;
/// assert_eq!(weight.to_vec2::<f32>()?, again.to_vec2::<f32>()?);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// If `std` is negative or not finite.
pub fn normal(shape: impl Into<Shape>, std: f64, rng: &mut ChaCha8Rng) -> Result<Var> {
    if !(std.is_finite() && std >= 0.0) {
        bail!("standard deviation of initial values must be finite and at least 0, got {std}");
    }
    draw(shape, || std * rng.sample::<f64, _>(StandardNormal))
}

/// A variable of independent numbers, uniform between `-bound` and `bound`.
///
/// # Errors
/// If `bound` is negative or not finite.
pub fn uniform(shape: impl Into<Shape>, bound: f64, rng: &mut ChaCha8Rng) -> Result<Var> {
    if !(bound.is_finite() && bound >= 0.0) {
        bail!("bound of initial values must be finite and at least 0, got {bound}");
    }
    draw(shape, || bound * (2.0 * rng.random::<f64>() - 1.0))
}

/// He's initial values for layers before a rectifier: normal with standard deviation `sqrt(2 / fan_in)`.
///
/// # Errors
/// If `fan_in`, the number of inputs of one output, is 0.
pub fn he_normal(shape: impl Into<Shape>, fan_in: usize, rng: &mut ChaCha8Rng) -> Result<Var> {
    if fan_in == 0 {
        bail!("fan-in of initial values must be at least 1, got 0");
    }
    normal(shape, (2.0 / fan_in as f64).sqrt(), rng)
}

#[expect(clippy::cast_possible_truncation, reason = "parameters are f32")]
fn draw(shape: impl Into<Shape>, mut next: impl FnMut() -> f64) -> Result<Var> {
    let shape = shape.into();
    let values: Vec<f32> = (0..shape.elem_count()).map(|_| next() as f32).collect();
    Var::from_vec(values, shape, &Device::Cpu)
}
