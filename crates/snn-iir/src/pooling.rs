//! Average pools inside other operations, over slices: what is pooled at once is neither written nor read at full size.

use common::tensor::real::Real;

/// Planes of `height` by `width` under windows of `kernel` by `kernel`, which divide both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Planes {
    kernel: usize,
    height: usize,
    width: usize,
}

impl Planes {
    /// The last two dimensions of a shape, if the kernel divides them.
    pub(crate) fn new(dims: &[usize], kernel: usize) -> Option<Self> {
        let [.., height, width] = *dims else { return None };
        let fits = kernel > 0 && height.is_multiple_of(kernel) && width.is_multiple_of(kernel);
        fits.then_some(Self { kernel, height, width })
    }

    /// Numbers of one plane.
    pub(crate) fn size(self) -> usize {
        self.height * self.width
    }

    /// Numbers of one window.
    pub(crate) fn window(self) -> usize {
        self.kernel * self.kernel
    }

    /// The shape after the pool.
    pub(crate) fn pooled(self, dims: &[usize]) -> Vec<usize> {
        let mut dims = dims.to_vec();
        if let [.., height, width] = &mut dims[..] {
            *height /= self.kernel;
            *width /= self.kernel;
        }
        dims
    }

    /// Means of the windows of whole planes.
    pub(crate) fn average<T: Real>(self, values: &[T], means: &mut [T]) {
        let (kernel, columns) = (self.kernel, self.width / self.kernel);
        let scale = T::from_f64(1.0 / self.window() as f64);
        for (rows, means) in values.chunks_exact(kernel * self.width).zip(means.chunks_exact_mut(columns)) {
            if kernel == 2 {
                let (upper, lower) = rows.split_at(self.width);
                let pairs = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
                for (mean, (a, b)) in means.iter_mut().zip(pairs) {
                    *mean = ((a[0] + a[1]) + (b[0] + b[1])) * scale;
                }
            } else {
                means.fill(T::zero());
                for row in rows.chunks_exact(self.width) {
                    for (mean, window) in means.iter_mut().zip(row.chunks_exact(kernel)) {
                        *mean += window.iter().copied().sum::<T>();
                    }
                }
                for mean in means {
                    *mean *= scale;
                }
            }
        }
    }

    /// The gradient of the values from that of the means.
    pub(crate) fn spread<T: Real>(self, means: &[T], values: &mut [T]) {
        let (kernel, columns) = (self.kernel, self.width / self.kernel);
        let scale = T::from_f64(1.0 / self.window() as f64);
        for (rows, means) in values.chunks_exact_mut(kernel * self.width).zip(means.chunks_exact(columns)) {
            let (first, others) = rows.split_at_mut(self.width);
            if kernel == 2 {
                for (pair, &mean) in first.as_chunks_mut::<2>().0.iter_mut().zip(means) {
                    *pair = [mean * scale; 2];
                }
            } else {
                for (window, &mean) in first.chunks_exact_mut(kernel).zip(means) {
                    window.fill(mean * scale);
                }
            }
            for row in others.chunks_exact_mut(self.width) {
                row.copy_from_slice(first);
            }
        }
    }
}
