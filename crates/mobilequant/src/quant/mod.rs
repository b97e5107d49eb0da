//! Uniform quantisation: bit widths, grids, ranges, packing, and the quantiser of training.
//!
//! ```text
//! asymmetric   q in [0, 2^b - 1],            s = clamp((hi - lo) / (2^b - 1), 1e-5, 1e6),  o = -round(lo / s)
//! symmetric    q in [-2^(b-1), 2^(b-1) - 1], s = clamp(max(|lo|, |hi|) / (2^(b-1) - 1), 1e-5, 1e6),  o = 0
//! both         q = clamp(round(x / s) + o),  x^ = (q - o) s,  round() to even at ties
//! ```
//!
//! as in the paper's reference code (saic-fi/MobileQuant). By default a range is first extended to contain 0, so that
//! 0 has an exact code and the zero point fits the code's own type; [`ZeroRule::Reference`] switches that off.

mod grid;
mod matrix;
mod observer;
mod pack;
mod round;
mod scheme;

#[cfg(feature = "train")]
mod clip;
#[cfg(feature = "train")]
mod fake;

#[cfg(feature = "train")]
pub use clip::{ClipSpec, INITIAL_LOGIT, clipped_fake_quant, clipped_range};
#[cfg(feature = "train")]
pub use fake::{FakeQuant, fake_quant};
#[cfg(feature = "train")]
pub(crate) use grid::MIN_SCALE;
pub use grid::{Grid, ZeroRule};
pub use matrix::{QuantizedMatrix, fake_quant_matrix, matrix_grids};
pub use observer::{MinMax, MovingAverage, MseOptimal, Observer, Percentile};
pub use pack::{pack_i4, pack_u4, unpack_i4, unpack_u4};
pub use scheme::{Bits, Granularity, Scheme, Symmetry};
