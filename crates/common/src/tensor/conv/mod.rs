//! Convolution and fully connected layer.
//!
//! Passes on f32 run in tiles of AVX-512 or AVX2 registers where the processor has them, which is found out at run time;
//! f64, other processors and a few rare shapes go through products with a patch matrix. Work is split over images and
//! channels by the shapes alone, so that the number of threads changes no bit of a result or gradient.

mod aligned;
mod conv2d;
mod direct;
mod general;
mod geometry;
mod layer;
mod linear;
mod panel;
mod passes;
mod patches;
mod product;
mod sites;
mod tile;
mod transpose;

pub use conv2d::conv2d;
pub use linear::linear;
