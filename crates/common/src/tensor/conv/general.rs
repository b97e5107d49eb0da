//! Convolution as products with the patch matrix: for every element type and processor.

use super::geometry::Geometry;
use super::passes::Passes;
use super::patches::{gather, scatter};
use super::product::{Matrix, product};
use crate::tensor::real::Real;
use rayon::prelude::*;

/// The passes of a convolution through the `gemm` crate.
pub(super) struct General(pub(super) Geometry);

impl General {
    /// Images whose patches form one matrix: as many as make the product wide, one if the map is.
    fn group(&self) -> usize {
        const WIDE: usize = 256;
        WIDE.div_ceil(self.0.places()).min(self.0.n)
    }
}

impl<T: Real> Passes<T> for General {
    fn forward(&self, x: &[T], weight: &[T], bias: Option<&[T]>) -> Vec<T> {
        let g = &self.0;
        let group = self.group();
        let weight = Matrix::new(weight, g.o, g.patch());
        let mut y = vec![T::zero(); g.n * g.output()];
        y.par_chunks_mut(group * g.output()).zip(x.par_chunks(group * g.input())).for_each(|(y, x)| {
            let images = y.len() / g.output();
            let columns = images * g.places();
            let patches = gather_all(g, x, columns);
            let mut channels = bias.map_or_else(
                || vec![T::zero(); g.o * columns],
                |bias| bias.iter().flat_map(|&bias| std::iter::repeat_n(bias, columns)).collect(),
            );
            product(&mut channels, weight, Matrix::new(&patches, g.patch(), columns), bias.is_some());
            for (n, y) in y.chunks_exact_mut(g.output()).enumerate() {
                for (y, channel) in y.chunks_exact_mut(g.places()).zip(channels.chunks_exact(columns)) {
                    y.copy_from_slice(&channel[n * g.places()..][..g.places()]);
                }
            }
        });
        y
    }

    fn input_gradient(&self, weight: &[T], gradient: &[T]) -> Vec<T> {
        let g = &self.0;
        let group = self.group();
        let weight = Matrix::new(weight, g.o, g.patch()).t();
        let mut dx = vec![T::zero(); g.n * g.input()];
        dx.par_chunks_mut(group * g.input()).zip(gradient.par_chunks(group * g.output())).for_each(
            |(dx, dy)| {
                let columns = dy.len() / g.o;
                let channels = by_channel(g, dy, columns);
                let mut patches = vec![T::zero(); g.patch() * columns];
                product(&mut patches, weight, Matrix::new(&channels, g.o, columns), false);
                for (n, dx) in dx.chunks_exact_mut(g.input()).enumerate() {
                    scatter(g, &patches, columns, n * g.places(), dx);
                }
            },
        );
        dx
    }

    fn weight_gradient(&self, x: &[T], gradient: &[T]) -> Vec<T> {
        const CHUNKS: usize = 8;
        let g = &self.0;
        let group = self.group();
        let chunk = g.n.div_ceil(group).div_ceil(CHUNKS) * group;
        let partial: Vec<Vec<T>> = x
            .par_chunks(chunk * g.input())
            .zip(gradient.par_chunks(chunk * g.output()))
            .map(|(x, dy)| {
                let mut sum = vec![T::zero(); g.o * g.patch()];
                for (x, dy) in x.chunks(group * g.input()).zip(dy.chunks(group * g.output())) {
                    let columns = dy.len() / g.o;
                    let patches = gather_all(g, x, columns);
                    let channels = by_channel(g, dy, columns);
                    let patches = Matrix::new(&patches, g.patch(), columns).t();
                    product(&mut sum, Matrix::new(&channels, g.o, columns), patches, true);
                }
                sum
            })
            .collect();
        let mut partial = partial.into_iter();
        let mut sum = partial.next().unwrap_or_default();
        for other in partial {
            for (sum, value) in sum.iter_mut().zip(other) {
                *sum += value;
            }
        }
        sum
    }
}

/// The patch matrix of several images, side by side.
fn gather_all<T: Real>(g: &Geometry, x: &[T], columns: usize) -> Vec<T> {
    let mut patches = vec![T::zero(); g.patch() * columns];
    for (n, image) in x.chunks_exact(g.input()).enumerate() {
        gather(g, image, &mut patches, columns, n * g.places());
    }
    patches
}

/// Several output images as one matrix of channels by places.
fn by_channel<T: Real>(g: &Geometry, images: &[T], columns: usize) -> Vec<T> {
    let mut channels = vec![T::zero(); g.o * columns];
    for (n, image) in images.chunks_exact(g.output()).enumerate() {
        for (channel, line) in channels.chunks_exact_mut(columns).zip(image.chunks_exact(g.places())) {
            channel[n * g.places()..][..g.places()].copy_from_slice(line);
        }
    }
    channels
}
