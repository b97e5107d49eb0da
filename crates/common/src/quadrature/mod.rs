//! Integrals over an interval: the rules of Gauss and Legendre, and adaptive bisection.

mod adaptive;
mod gauss_legendre;

pub use adaptive::{Integral, QuadratureError, Tolerance, adaptive};
pub use gauss_legendre::GaussLegendre;
