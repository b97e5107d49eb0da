//! Convolution and fully connected layer.

mod conv2d;
mod geometry;
mod linear;
mod patches;
mod product;

pub use conv2d::conv2d;
pub use linear::linear;
