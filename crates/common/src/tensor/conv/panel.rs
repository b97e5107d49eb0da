//! Panels: output channels side by side, and the passes of one panel.

use super::aligned::Aligned;
use super::sites::{Block, Sites, Sizes};
use super::tile::{MOST_ROWS, Simd, Sums, Tile};
use super::transpose::transpose;
use std::ops::Range;

/// Products of one sum between two loads of it, so that the panel stays in the first cache.
const DEPTH: usize = 256;

/// Output channels that share a tile.
pub(super) struct Panel {
    pub(super) start: usize,
    channels: usize,
    /// One or two vectors, at least as wide as there are channels.
    pub(super) width: usize,
}

impl Panel {
    /// Panels of two vectors, the last one of one vector if that is enough.
    pub(super) fn all(simd: Simd, channels: usize) -> Vec<Self> {
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
    pub(super) fn weights(&self, s: Sizes, simd: Simd, weight: &[f32]) -> Aligned {
        let mut panel = Aligned::zeros(s.taps() * self.width);
        let weight = &weight[self.start * s.taps()..];
        let size = (self.channels, s.taps());
        if s.kh * s.kw == 1 {
            transpose(simd, weight, s.taps(), &mut panel, self.width, size);
            return panel;
        }
        let mut by_weight = vec![0.0; s.taps() * self.width];
        transpose(simd, weight, s.taps(), &mut by_weight, self.width, size);
        for (tap, row) in panel.chunks_exact_mut(self.width).enumerate() {
            row.copy_from_slice(&by_weight[s.weight_of(tap) * self.width..][..self.width]);
        }
        panel
    }

    /// The way back: sums in rows to the weights of the panel's channels; `rows` tells which row is which weight.
    pub(super) fn unpack(
        &self,
        s: Sizes,
        simd: Simd,
        sums: &[f32],
        rows: impl Iterator<Item = (usize, usize)>,
        weight: &mut [f32],
    ) {
        let size = (s.taps(), self.channels);
        if s.kh * s.kw == 1 {
            transpose(simd, sums, self.width, weight, s.taps(), size);
            return;
        }
        let mut by_weight = vec![0.0; s.taps() * self.width];
        for (row, to) in rows {
            by_weight[to * self.width..][..self.width]
                .copy_from_slice(&sums[row * self.width..][..self.width]);
        }
        transpose(simd, &by_weight, self.width, weight, s.taps(), size);
    }

    /// The same for the transposed convolution: its output channels are the input channels of `s`, and its kernel is
    /// turned round.
    pub(super) fn flipped_weights(&self, s: Sizes, simd: Simd, weight: &[f32]) -> Aligned {
        let kernel = s.kh * s.kw;
        let mut by_place = vec![0.0; kernel * self.width];
        let mut panel = Aligned::zeros(kernel * s.o * self.width);
        for (o, weight) in weight.chunks_exact(s.taps()).enumerate() {
            let weight = &weight[self.start * kernel..];
            if kernel == 1 {
                panel[o * self.width..][..self.channels].copy_from_slice(&weight[..self.channels]);
                continue;
            }
            transpose(simd, weight, kernel, &mut by_place, self.width, (self.channels, kernel));
            for (place, row) in by_place.chunks_exact(self.width).rev().enumerate() {
                panel[(place * s.o + o) * self.width..][..self.width].copy_from_slice(row);
            }
        }
        panel
    }

    /// The sums of all sites in the blocks, from the bias on.
    pub(super) fn sums(
        &self,
        sites: &Sites,
        x: &[f32],
        weights: &[f32],
        bias: Option<&[f32]>,
        blocks: &[Block],
        sums: &mut [f32],
    ) {
        let (simd, width) = (sites.simd, self.width);
        let mut tile_sums = Aligned::zeros(simd.rows() * width);
        for (block, ranges) in blocks {
            self.begin(bias, &mut sums[block.start * width..block.end * width]);
            for taps in ranges.iter().flat_map(|range| pieces(range.clone())) {
                for tile in block.clone().step_by(simd.rows()) {
                    let rows = tile..(tile + simd.rows()).min(block.end);
                    let product = Tile {
                        simd,
                        x,
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
                        product.run(Sums::Continue, &mut tile_sums);
                        sums.copy_from_slice(&tile_sums[..sums.len()]);
                    }
                }
            }
        }
    }

    /// The sums of all taps over these images, `simd.rows()` rows a tile.
    pub(super) fn weight_sums(&self, sites: &Sites, x: &[f32], dy: &[f32], tiles: &[Block]) -> Aligned {
        let (simd, s, width) = (sites.simd, sites.sizes, self.width);
        let mut sums = Aligned::zeros(tiles.len() * simd.rows() * width);
        let (mut buffer, mut gradients) = (sites.buffer(), sites.rows(width));
        let groups = x.chunks(sites.group * s.c * s.h * s.w).zip(dy.chunks(sites.group * s.o * s.map()));
        for (x, dy) in groups {
            let x = sites.lay(x, &mut buffer);
            self.read(sites, dy, &mut gradients);
            for part in pieces(0..sites.starts.len()) {
                for ((taps, runs), out) in tiles.iter().zip(sums.chunks_exact_mut(simd.rows() * width)) {
                    for run in runs.iter().map(|run| run.start.max(part.start)..run.end.min(part.end)) {
                        if run.is_empty() {
                            continue;
                        }
                        let product = Tile {
                            simd,
                            x,
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
        sums
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
    pub(super) fn write(&self, sites: &Sites, sums: &[f32], y: &mut [f32]) {
        let (simd, s) = (sites.simd, sites.sizes);
        let (image_step, place_step) = sites.steps();
        for (n, y) in y.chunks_exact_mut(s.o * s.map()).enumerate() {
            let sums = &sums[n * image_step * self.width..];
            let y = &mut y[self.start * s.map()..];
            transpose(simd, sums, place_step * self.width, y, s.map(), (s.map(), self.channels));
        }
    }

    /// Reads the gradients of the channels of the images in `dy` into a row a site; 0 for missing images.
    fn read(&self, sites: &Sites, dy: &[f32], rows: &mut [f32]) {
        let (simd, s) = (sites.simd, sites.sizes);
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
fn pieces(range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range.step_by(DEPTH).map(move |from| from..(from + DEPTH).min(end))
}

/// The starts of a tile; missing rows repeat the first.
fn starts(rows: &[u32]) -> [u32; MOST_ROWS] {
    let mut starts = [rows[0]; MOST_ROWS];
    starts[..rows.len()].copy_from_slice(rows);
    starts
}
