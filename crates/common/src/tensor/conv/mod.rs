//! Convolution and fully connected layer.

mod aligned;
mod conv2d;
mod direct;
mod general;
mod geometry;
mod linear;
mod passes;
mod patches;
mod product;
mod sites;
mod tile;
mod transpose;

pub use conv2d::conv2d;
pub use linear::linear;
