//! Convolution of f32 without a patch matrix, in tiles of vector registers.

use super::aligned::Aligned;
use super::general::General;
use super::geometry::Geometry;
use super::passes::Passes;
use super::sites::{Sites, Sizes};
use super::tile::{MOST_ROWS, Simd, Sums, Tile};
use super::transpose::transpose;
use rayon::prelude::*;
use std::ops::Range;

/// Products of one sum between two loads of it, so that the panel stays in the first cache.
const DEPTH: usize = 256;

/// A convolution with the instruction set that runs it.
pub(super) struct Direct {
    simd: Simd,
    geometry: Geometry,
    sizes: Sizes,
}

impl Direct {
    /// `None` if the images are too large for its offsets.
    pub(super) fn new(simd: Simd, g: Geometry) -> Option<Self> {
        let Geometry { n, c, h, w, o, kh, kw, stride, padding, oh, ow } = g;
        let sizes = Sizes { n, c, h, w, o, kh, kw, stride, padding: (padding, padding), oh, ow };
        let direct = Self { simd, geometry: g, sizes };
        Sites::new(simd, sizes)?;
        match direct.transposed() {
            Some(transposed) => Sites::new(simd, transposed).map(|_| direct),
            None => Some(direct),
        }
    }

    /// The sizes of the convolution whose forward pass is the gradient of this one's input, if there is one: for
    /// stride 1 and a padding below the kernel's size.
    fn transposed(&self) -> Option<Sizes> {
        let s = self.sizes;
        let padding = (s.kh.checked_sub(1 + s.padding.0)?, s.kw.checked_sub(1 + s.padding.1)?);
        let sizes = Sizes { c: s.o, h: s.oh, w: s.ow, o: s.c, padding, oh: s.h, ow: s.w, ..s };
        (s.stride == 1).then_some(sizes)
    }
}

impl Passes<f32> for Direct {
    fn forward(&self, x: &[f32], weight: &[f32], bias: Option<&[f32]>) -> Vec<f32> {
        let s = self.sizes;
        let weight =
            |o: usize, c: usize, ki: usize, kj: usize| weight[((o * s.c + c) * s.kh + ki) * s.kw + kj];
        forward(self.simd, s, x, weight, bias)
    }

    fn input_gradient(&self, weight: &[f32], gradient: &[f32]) -> Vec<f32> {
        let Some(transposed) = self.transposed() else {
            return General(self.geometry).input_gradient(weight, gradient);
        };
        let Sizes { c, kh, kw, .. } = self.sizes;
        let flipped = |c_in: usize, o: usize, ki: usize, kj: usize| {
            weight[((o * c + c_in) * kh + (kh - 1 - ki)) * kw + (kw - 1 - kj)]
        };
        forward(self.simd, transposed, gradient, flipped, None)
    }

    fn weight_gradient(&self, x: &[f32], gradient: &[f32]) -> Vec<f32> {
        weight_gradient(self.simd, self.sizes, x, gradient)
    }
}

/// The sites of sizes that the constructor has tried.
fn sites(simd: Simd, sizes: Sizes) -> Sites {
    Sites::new(simd, sizes).expect("the constructor has made the same")
}

fn forward(
    simd: Simd,
    s: Sizes,
    x: &[f32],
    weight: impl Fn(usize, usize, usize, usize) -> f32,
    bias: Option<&[f32]>,
) -> Vec<f32> {
    let sites = sites(simd, s);
    let panels = Panel::all(simd, s.o);
    let weights: Vec<Aligned> = panels.iter().map(|panel| panel.weights(&sites, s, &weight)).collect();
    let (input, output, group) = (s.c * s.h * s.w, s.o * s.map(), sites.group);
    let mut y = vec![0.0; s.n * output];
    y.par_chunks_mut(group * output).zip(x.par_chunks(group * input)).for_each_init(
        || (sites.buffer(), sites.rows(panels[0].width), Aligned::zeros(MOST_ROWS * panels[0].width)),
        |(buffer, sums, tile_sums), (y, x)| {
            sites.fill(x, buffer);
            let blocks = sites.blocks(y.len() / output);
            for (panel, weights) in panels.iter().zip(&weights) {
                let width = panel.width;
                for (block, ranges) in &blocks {
                    panel.begin(bias, &mut sums[block.start * width..block.end * width]);
                    for taps in ranges.iter().flat_map(|range| chunks(range.clone())) {
                        for tile in block.clone().step_by(simd.rows()) {
                            let rows = tile..(tile + simd.rows()).min(block.end);
                            let product = Tile {
                                simd,
                                x: buffer,
                                starts: starts(&sites.starts.list()[rows.clone()]),
                                offsets: sites.taps.part(taps.clone()),
                                panel: &weights[taps.start * width..],
                                columns: width,
                            };
                            let sums = &mut sums[rows.start * width..rows.end * width];
                            if rows.len() == simd.rows() {
                                product.run(Sums::Continue, sums);
                            } else {
                                tile_sums[..sums.len()].copy_from_slice(sums);
                                product.run(Sums::Continue, tile_sums);
                                sums.copy_from_slice(&tile_sums[..sums.len()]);
                            }
                        }
                    }
                }
                panel.write(&sites, s, simd, sums, y);
            }
        },
    );
    y
}

fn weight_gradient(simd: Simd, s: Sizes, x: &[f32], gradient: &[f32]) -> Vec<f32> {
    const CHUNKS: usize = 8;
    let sites = sites(simd, s);
    let panels = Panel::all(simd, s.o);
    let tiles = sites.tap_tiles(simd.rows());
    let (input, output, group) = (s.c * s.h * s.w, s.o * s.map(), sites.group);
    let chunk = s.n.div_ceil(group).div_ceil(CHUNKS) * group;
    let rows = tiles.len() * simd.rows();
    let width: usize = panels.iter().map(|panel| panel.width).sum();
    let partial = x.par_chunks(chunk * input).zip(gradient.par_chunks(chunk * output)).map(|(x, dy)| {
        let mut sums = Aligned::zeros(rows * width);
        let (mut buffer, mut gradients) = (sites.buffer(), sites.rows(panels[0].width));
        for (x, dy) in x.chunks(group * input).zip(dy.chunks(group * output)) {
            sites.fill(x, &mut buffer);
            let mut sums = &mut sums[..];
            for panel in &panels {
                let width = panel.width;
                panel.read(&sites, s, simd, dy, &mut gradients);
                let (these, rest) = sums.split_at_mut(rows * width);
                sums = rest;
                for part in chunks(0..sites.starts.len()) {
                    for ((taps, runs), out) in tiles.iter().zip(these.chunks_exact_mut(simd.rows() * width)) {
                        for run in runs.iter().map(|run| run.start.max(part.start)..run.end.min(part.end)) {
                            if run.is_empty() {
                                continue;
                            }
                            let product = Tile {
                                simd,
                                x: &buffer,
                                starts: starts(&sites.taps.list()[taps.clone()]),
                                offsets: sites.starts.part(run.clone()),
                                panel: &gradients[run.start * width..],
                                columns: width,
                            };
                            product.run(Sums::Add, out);
                        }
                    }
                }
            }
        }
        sums
    });
    let partial: Vec<Aligned> = partial.collect();
    let mut partial = partial.into_iter();
    let mut sums = partial.next().expect("there is at least one image");
    for other in partial {
        sums.iter_mut().zip(&*other).for_each(|(sum, value)| *sum += value);
    }

    let mut by_tap = vec![0.0; s.taps() * s.o];
    let mut sums = &sums[..];
    for panel in &panels {
        let (these, rest) = sums.split_at(rows * panel.width);
        sums = rest;
        for ((taps, _), tile) in tiles.iter().zip(these.chunks_exact(simd.rows() * panel.width)) {
            for (tap, row) in taps.clone().zip(tile.chunks_exact(panel.width)) {
                by_tap[tap * s.o + panel.start..][..panel.channels].copy_from_slice(&row[..panel.channels]);
            }
        }
    }
    let mut dweight = vec![0.0; s.o * s.taps()];
    sites.for_each_tap(|tap, c, ki, kj| {
        let at = (c * s.kh + ki) * s.kw + kj;
        let column = dweight[at..].iter_mut().step_by(s.taps());
        column.zip(&by_tap[tap * s.o..]).for_each(|(weight, &sum)| *weight = sum);
    });
    dweight
}

/// Output channels that share a tile.
struct Panel {
    start: usize,
    channels: usize,
    /// One or two vectors, at least as wide as there are channels.
    width: usize,
}

impl Panel {
    /// Panels of two vectors, the last one of one vector if that is enough.
    fn all(simd: Simd, channels: usize) -> Vec<Self> {
        let wide = 2 * simd.lanes();
        (0..channels)
            .step_by(wide)
            .map(|start| {
                let channels = wide.min(channels - start);
                let width = if channels <= simd.lanes() { simd.lanes() } else { wide };
                Self { start, channels, width }
            })
            .collect()
    }

    /// A row a tap, with the weights of the panel's channels side by side.
    fn weights(
        &self,
        sites: &Sites,
        s: Sizes,
        weight: impl Fn(usize, usize, usize, usize) -> f32,
    ) -> Aligned {
        let mut panel = Aligned::zeros(s.taps() * self.width);
        let rows = &mut panel[..];
        sites.for_each_tap(|tap, c, ki, kj| {
            let row = &mut rows[tap * self.width..][..self.channels];
            row.iter_mut().enumerate().for_each(|(o, value)| *value = weight(self.start + o, c, ki, kj));
        });
        panel
    }

    /// Begins each row of sums with the bias.
    fn begin(&self, bias: Option<&[f32]>, sums: &mut [f32]) {
        let Some(bias) = bias else {
            sums.fill(0.0);
            return;
        };
        for row in sums.chunks_exact_mut(self.width) {
            row[..self.channels].copy_from_slice(&bias[self.start..][..self.channels]);
            row[self.channels..].fill(0.0);
        }
    }

    /// Writes the sums of all sites to the channels of the images in `y`.
    fn write(&self, sites: &Sites, s: Sizes, simd: Simd, sums: &[f32], y: &mut [f32]) {
        let (image_step, place_step) = sites.steps();
        for (n, y) in y.chunks_exact_mut(s.o * s.map()).enumerate() {
            let sums = &sums[n * image_step * self.width..];
            let y = &mut y[self.start * s.map()..];
            transpose(simd, sums, place_step * self.width, y, s.map(), (s.map(), self.channels));
        }
    }

    /// Reads the gradients of the channels of the images in `dy` into a row a site; 0 for missing images.
    fn read(&self, sites: &Sites, s: Sizes, simd: Simd, dy: &[f32], rows: &mut [f32]) {
        let (image_step, place_step) = sites.steps();
        if dy.len() < sites.group * s.o * s.map() {
            rows.fill(0.0);
        }
        for (n, dy) in dy.chunks_exact(s.o * s.map()).enumerate() {
            let rows = &mut rows[n * image_step * self.width..];
            let dy = &dy[self.start * s.map()..];
            transpose(simd, dy, s.map(), rows, place_step * self.width, (self.channels, s.map()));
        }
    }
}

/// Pieces of at most [`DEPTH`].
fn chunks(range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range.step_by(DEPTH).map(move |from| from..(from + DEPTH).min(end))
}

/// The starts of a tile; missing rows repeat the first.
fn starts(rows: &[u32]) -> [u32; MOST_ROWS] {
    let mut starts = [rows[0]; MOST_ROWS];
    starts[..rows.len()].copy_from_slice(rows);
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// n, c, h, w, o, kh, kw, stride, padding
    const CASES: [[usize; 9]; 15] = [
        [2, 3, 5, 5, 4, 3, 3, 1, 1],
        [1, 1, 1, 1, 1, 1, 1, 1, 0],
        [9, 2, 7, 6, 5, 3, 3, 2, 1],
        [20, 2, 6, 9, 40, 2, 4, 1, 0],
        [17, 3, 4, 4, 33, 3, 3, 1, 1],
        [70, 5, 2, 2, 18, 3, 3, 1, 1],
        [8, 40, 1, 1, 16, 3, 3, 1, 1],
        [33, 4, 3, 5, 7, 5, 5, 1, 2],
        [10, 2, 5, 5, 3, 3, 3, 2, 2],
        [9, 2, 3, 3, 2, 3, 3, 1, 3],
        [12, 2, 8, 8, 65, 3, 3, 1, 1],
        [3, 2, 12, 11, 2, 8, 8, 4, 0],
        [2, 30, 9, 10, 31, 3, 3, 1, 1],
        [5, 3, 1, 7, 2, 1, 3, 1, 1],
        [11, 3, 6, 2, 9, 4, 2, 3, 1],
    ];

    fn numbers(count: usize, phase: f32) -> Vec<f32> {
        (0..count).map(|i| (i as f32 * 0.7 + phase).sin()).collect()
    }

    /// Largest difference, relative to the largest magnitude.
    fn difference(ours: &[f32], reference: &[f32]) -> f32 {
        assert_eq!(ours.len(), reference.len());
        let largest = reference.iter().fold(0.0_f32, |max, value| max.max(value.abs()));
        ours.iter().zip(reference).fold(0.0_f32, |max, (a, b)| max.max((a - b).abs())) / largest
    }

    #[test]
    fn every_instruction_set_agrees_with_the_portable_passes() {
        for case in CASES {
            let [n, c, h, w, o, kh, kw, stride, padding] = case;
            let (oh, ow) = ((h + 2 * padding - kh) / stride + 1, (w + 2 * padding - kw) / stride + 1);
            let geometry = Geometry { n, c, h, w, o, kh, kw, stride, padding, oh, ow };
            let (x, weight) = (numbers(n * c * h * w, 0.1), numbers(o * c * kh * kw, 0.2));
            let (bias, dy) = (numbers(o, 0.3), numbers(n * o * oh * ow, 0.4));
            let portable = General(geometry);
            for simd in Simd::available() {
                let direct = Direct::new(simd, geometry).unwrap();
                let pairs = [
                    (direct.forward(&x, &weight, Some(&bias)), portable.forward(&x, &weight, Some(&bias))),
                    (direct.forward(&x, &weight, None), portable.forward(&x, &weight, None)),
                    (direct.input_gradient(&weight, &dy), portable.input_gradient(&weight, &dy)),
                    (direct.weight_gradient(&x, &dy), portable.weight_gradient(&x, &dy)),
                ];
                for (pass, (ours, reference)) in pairs.iter().enumerate() {
                    let difference = difference(ours, reference);
                    assert!(difference < 5e-6, "{case:?} {simd:?} pass {pass}: {difference}");
                }
            }
        }
    }

    #[test]
    fn images_beyond_the_offsets_are_left_to_the_portable_passes() {
        let side = 1 << 17;
        let geometry = Geometry {
            n: 1,
            c: 1,
            h: side,
            w: side,
            o: 1,
            kh: 1,
            kw: 1,
            stride: 1,
            padding: 0,
            oh: side,
            ow: side,
        };
        assert!(Direct::new(Simd::Avx2, geometry).is_none());
    }
}
