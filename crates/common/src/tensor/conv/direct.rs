//! Convolution of f32 without a patch matrix, in tiles of vector registers.

use super::aligned::Aligned;
use super::general::General;
use super::geometry::Geometry;
use super::passes::Passes;
use super::tile::{MOST_COLUMNS, MOST_ROWS, OffsetList, Simd, Sums, tile};
use super::transpose::transpose;
use rayon::prelude::*;

/// Places of the output that are worked on together.
const STRIP: usize = 64;
/// Products of one sum between two loads of it, so that the panel stays in the first cache.
const DEPTH: usize = 256;

/// A convolution with the instruction set that runs it.
pub(super) struct Direct {
    simd: Simd,
    n: usize,
    c: usize,
    h: usize,
    w: usize,
    o: usize,
    kh: usize,
    kw: usize,
    stride: usize,
    /// Rows of zeros above and below, columns of zeros left and right.
    padding: (usize, usize),
    oh: usize,
    ow: usize,
    general: General,
    /// Start of each panel of output channels and its width.
    panels: Vec<(usize, usize)>,
}

impl Direct {
    pub(super) fn new(simd: Simd, g: Geometry) -> Self {
        let panels = panels(simd, g.o);
        Self {
            simd,
            n: g.n,
            c: g.c,
            h: g.h,
            w: g.w,
            o: g.o,
            kh: g.kh,
            kw: g.kw,
            stride: g.stride,
            padding: (g.padding, g.padding),
            oh: g.oh,
            ow: g.ow,
            general: General(g),
            panels,
        }
    }

    /// The convolution whose forward pass is the gradient of this one's input, for stride 1 and a padding below the
    /// kernel's size.
    fn transposed(&self) -> Self {
        Self {
            simd: self.simd,
            n: self.n,
            c: self.o,
            h: self.oh,
            w: self.ow,
            o: self.c,
            kh: self.kh,
            kw: self.kw,
            stride: 1,
            padding: (self.kh - 1 - self.padding.0, self.kw - 1 - self.padding.1),
            oh: self.h,
            ow: self.w,
            general: General(self.general.0),
            panels: panels(self.simd, self.c),
        }
    }

    /// Whether [`Self::input_gradient`] applies.
    fn has_input_gradient(&self) -> bool {
        self.stride == 1 && self.padding.0 < self.kh && self.padding.1 < self.kw
    }

    /// The forward pass with weights in panels.
    fn run(&self, x: &[f32], weights: &[Aligned], bias: Option<&[f32]>) -> Vec<f32> {
        let (input, output) = (self.c * self.h * self.w, self.o * self.oh * self.ow);
        let group = self.group();
        let taps = self.taps();
        let places = self.places(group);
        let bias = self.bias_rows(bias);
        let mut y = vec![0.0; self.n * output];
        y.par_chunks_mut(group * output).zip(x.par_chunks(group * input)).for_each_init(
            || (self.buffer(group), Aligned::zeros((STRIP + MOST_ROWS) * MOST_COLUMNS)),
            |(padded, sums), (y, x)| {
                self.pad(x, padded);
                let places = &places.starts()[..y.len() / self.o];
                for (i, &(start, width)) in self.panels.iter().enumerate() {
                    for (s, strip) in places.chunks(STRIP).enumerate() {
                        for from in (0..taps.len()).step_by(DEPTH) {
                            let part = from..(from + DEPTH).min(taps.len());
                            let begin = if from == 0 { Sums::From(&bias[i]) } else { Sums::Continue };
                            let weights = &weights[i][from * width..];
                            let tiles = strip.chunks(self.simd.rows());
                            for (rows, out) in tiles.zip(sums.chunks_exact_mut(self.simd.rows() * width)) {
                                let taps = taps.part(part.clone());
                                tile(self.simd, padded, &starts(rows), taps, weights, width, begin, out);
                            }
                        }
                        self.write(sums, (start, width), s * STRIP, strip.len(), y);
                    }
                }
            },
        );
        y
    }

    /// Writes the sums of places `first..first + count` to the channels of a panel.
    fn write(&self, sums: &[f32], (start, width): (usize, usize), first: usize, count: usize, y: &mut [f32]) {
        let map = self.oh * self.ow;
        let channels = width.min(self.o - start);
        let mut done = 0;
        while done < count {
            let (image, place) = ((first + done) / map, (first + done) % map);
            let run = (map - place).min(count - done);
            let y = &mut y[(image * self.o + start) * map + place..];
            transpose(self.simd, &sums[done * width..], width, y, map, run, channels);
            done += run;
        }
    }

    /// The bias of each panel, 0 beyond the last channel.
    fn bias_rows(&self, bias: Option<&[f32]>) -> Vec<Aligned> {
        let row = |&(start, width): &(usize, usize)| {
            let mut row = Aligned::zeros(width);
            if let Some(bias) = bias {
                row.iter_mut().zip(&bias[start..]).for_each(|(value, &bias)| *value = bias);
            }
            row
        };
        self.panels.iter().map(row).collect()
    }

    /// Images that are worked on together, so that tiles of places are full.
    fn group(&self) -> usize {
        const PLACES: usize = 64;
        PLACES.div_ceil(self.oh * self.ow).min(self.n)
    }

    fn pitch(&self) -> (usize, usize) {
        (self.h + 2 * self.padding.0, self.w + 2 * self.padding.1)
    }

    fn buffer(&self, group: usize) -> Vec<f32> {
        let (ph, pw) = self.pitch();
        vec![0.0; group * self.c * ph * pw]
    }

    /// Copies images into the inside of a buffer whose border is 0.
    fn pad(&self, x: &[f32], padded: &mut [f32]) {
        let (ph, pw) = self.pitch();
        for (plane, padded) in x.chunks_exact(self.h * self.w).zip(padded.chunks_exact_mut(ph * pw)) {
            let inside = padded[self.padding.0 * pw..].chunks_exact_mut(pw);
            for (line, padded) in plane.chunks_exact(self.w).zip(inside) {
                padded[self.padding.1..][..self.w].copy_from_slice(line);
            }
        }
    }

    /// Where in a padded image each weight of a channel looks, from the start of its place.
    fn taps(&self) -> OffsetList {
        let (ph, pw) = self.pitch();
        let mut taps = Vec::with_capacity(self.c * self.kh * self.kw);
        for c in 0..self.c {
            for ki in 0..self.kh {
                taps.extend((0..self.kw).map(|kj| (c * ph * pw + ki * pw + kj) as u32));
            }
        }
        OffsetList::new(taps)
    }

    /// Where each place of the output starts in the padded images of a group.
    fn places(&self, group: usize) -> OffsetList {
        let (ph, pw) = self.pitch();
        let mut places = Vec::with_capacity(group * self.oh * self.ow);
        for image in 0..group {
            for i in 0..self.oh {
                places.extend(
                    (0..self.ow)
                        .map(|j| (image * self.c * ph * pw + i * self.stride * pw + j * self.stride) as u32),
                );
            }
        }
        OffsetList::new(places)
    }

    /// For each panel a row a weight, its output channels side by side.
    fn weight_panels(&self, weight: impl Fn(usize, usize, usize, usize) -> f32) -> Vec<Aligned> {
        self.panels
            .iter()
            .map(|&(start, width)| {
                let mut panel = Aligned::zeros(self.c * self.kh * self.kw * width);
                let mut rows = panel.chunks_exact_mut(width);
                for c in 0..self.c {
                    for ki in 0..self.kh {
                        for kj in 0..self.kw {
                            let row = rows.next().unwrap_or_default();
                            for (o, value) in row.iter_mut().enumerate().take(self.o - start) {
                                *value = weight(start + o, c, ki, kj);
                            }
                        }
                    }
                }
                panel
            })
            .collect()
    }

    /// A row a place `first..first + count`, with the gradients of a panel's channels side by side.
    fn gradient_panel(
        &self,
        dy: &[f32],
        (start, width): (usize, usize),
        first: usize,
        count: usize,
        panel: &mut [f32],
    ) {
        let map = self.oh * self.ow;
        let channels = width.min(self.o - start);
        let mut done = 0;
        while done < count {
            let (image, place) = ((first + done) / map, (first + done) % map);
            let run = (map - place).min(count - done);
            let dy = &dy[(image * self.o + start) * map + place..];
            transpose(self.simd, dy, map, &mut panel[done * width..], width, channels, run);
            done += run;
        }
    }
}

impl Passes<f32> for Direct {
    fn forward(&self, x: &[f32], weight: &[f32], bias: Option<&[f32]>) -> Vec<f32> {
        let panels =
            self.weight_panels(|o, c, ki, kj| weight[((o * self.c + c) * self.kh + ki) * self.kw + kj]);
        self.run(x, &panels, bias)
    }

    fn input_gradient(&self, weight: &[f32], gradient: &[f32]) -> Vec<f32> {
        if !self.has_input_gradient() {
            return self.general.input_gradient(weight, gradient);
        }
        let transposed = self.transposed();
        let (c, kh, kw) = (self.c, self.kh, self.kw);
        let panels = transposed
            .weight_panels(|o, i, ki, kj| weight[((i * c + o) * kh + (kh - 1 - ki)) * kw + (kw - 1 - kj)]);
        transposed.run(gradient, &panels, None)
    }

    fn weight_gradient(&self, x: &[f32], gradient: &[f32]) -> Vec<f32> {
        const CHUNKS: usize = 8;
        let (input, output) = (self.c * self.h * self.w, self.o * self.oh * self.ow);
        let group = self.group();
        let taps = self.taps();
        let places = self.places(group);
        let chunk = self.n.div_ceil(group).div_ceil(CHUNKS) * group;
        let rows = taps.len().next_multiple_of(self.simd.rows());
        let width: usize = self.panels.iter().map(|panel| panel.1).sum();
        let partial: Vec<Aligned> = x
            .par_chunks(chunk * input)
            .zip(gradient.par_chunks(chunk * output))
            .map(|(x, dy)| {
                let mut sums = Aligned::zeros(rows * width);
                let mut padded = self.buffer(group);
                let mut panel = Aligned::zeros(DEPTH * MOST_COLUMNS);
                for (x, dy) in x.chunks(group * input).zip(dy.chunks(group * output)) {
                    self.pad(x, &mut padded);
                    let count = dy.len() / self.o;
                    for from in (0..count).step_by(DEPTH) {
                        let part = from..(from + DEPTH).min(count);
                        let mut sums = &mut sums[..];
                        for &(start, width) in &self.panels {
                            self.gradient_panel(dy, (start, width), from, part.len(), &mut panel);
                            let (these, rest) = sums.split_at_mut(rows * width);
                            sums = rest;
                            let tiles = taps.starts().chunks(self.simd.rows());
                            for (rows, out) in tiles.zip(these.chunks_exact_mut(self.simd.rows() * width)) {
                                let places = places.part(part.clone());
                                tile(
                                    self.simd,
                                    &padded,
                                    &starts(rows),
                                    places,
                                    &panel,
                                    width,
                                    Sums::Add,
                                    out,
                                );
                            }
                        }
                    }
                }
                sums
            })
            .collect();
        let mut partial = partial.into_iter();
        let mut sums = partial.next().unwrap_or_else(|| Aligned::zeros(0));
        for other in partial {
            for (sum, value) in sums.iter_mut().zip(&*other) {
                *sum += value;
            }
        }
        let mut dweight = vec![0.0; self.o * taps.len()];
        let mut sums = &sums[..];
        for &(start, width) in &self.panels {
            for (k, row) in sums[..taps.len() * width].chunks_exact(width).enumerate() {
                for (o, &value) in row.iter().enumerate().take(self.o - start) {
                    dweight[(start + o) * taps.len() + k] = value;
                }
            }
            sums = &sums[rows * width..];
        }
        dweight
    }
}

/// Panels of two vectors, the last one of one vector if that is enough.
fn panels(simd: Simd, channels: usize) -> Vec<(usize, usize)> {
    let wide = 2 * simd.lanes();
    (0..channels)
        .step_by(wide)
        .map(|start| (start, if channels - start <= simd.lanes() { simd.lanes() } else { wide }))
        .collect()
}

/// The starts of a tile; missing rows repeat the first.
fn starts(rows: &[u32]) -> [u32; MOST_ROWS] {
    let mut starts = [rows[0]; MOST_ROWS];
    starts[..rows.len()].copy_from_slice(rows);
    starts
}
