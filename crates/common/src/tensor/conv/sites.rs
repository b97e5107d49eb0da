//! Where the numbers of a direct convolution lie: input images in a buffer, places of the output, weights.

use super::aligned::Aligned;
use super::tile::{OffsetList, Simd};
use std::ops::Range;

/// Sizes of a convolution, with a padding for each direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) n: usize,
    pub(super) c: usize,
    pub(super) h: usize,
    pub(super) w: usize,
    pub(super) o: usize,
    pub(super) kh: usize,
    pub(super) kw: usize,
    pub(super) stride: usize,
    pub(super) padding: (usize, usize),
    pub(super) oh: usize,
    pub(super) ow: usize,
}

impl Sizes {
    /// Places of the output map.
    pub(super) fn map(&self) -> usize {
        self.oh * self.ow
    }

    /// Weights of one output channel.
    pub(super) fn taps(&self) -> usize {
        self.c * self.kh * self.kw
    }

    /// The index in a weight of order `(c, ki, kj)` of a tap in the order `(ki, kj, c)`.
    pub(super) fn weight_of(&self, tap: usize) -> usize {
        tap % self.c * self.kh * self.kw + tap / self.c
    }

    /// The kernel rows that meet the input at row `i` of the output; columns alike with the other arguments.
    fn meeting(&self, i: usize, kernel: usize, size: usize, padding: usize) -> Range<usize> {
        let first = padding.saturating_sub(i * self.stride).min(kernel);
        let last = (size + padding).saturating_sub(i * self.stride).min(kernel);
        first..last.max(first)
    }
}

/// Sites, or taps, with the runs of the others that they meet.
pub(super) type Block = (Range<usize>, Vec<Range<usize>>);

/// A site is a place of the output in one image of a group; a tap is a weight of one output channel.
///
/// On large maps the images of a group lie in the buffer with their border of zeros, sites follow each other image by
/// image, and every tap is used at every site. On small maps much of the border would be multiplied by in vain: there
/// the images lie without border, sites follow each other place by place, so that those of a tile use the same taps,
/// and only taps that meet the input are used: 4 of 9 for a map of 2 × 2.
#[derive(Debug)]
pub(super) struct Sites {
    pub(super) simd: Simd,
    pub(super) sizes: Sizes,
    bordered: bool,
    /// Images that are worked on together.
    pub(super) group: usize,
    /// Where in the buffer the taps of each site begin.
    pub(super) starts: OffsetList,
    /// Where each tap looks, from there, in the order `(ki, kj, c)`.
    pub(super) taps: OffsetList,
    buffer: usize,
    margin: usize,
}

impl Sites {
    /// Largest map without border.
    const SMALL: usize = 64;

    /// `None` if the buffer were too large for 32-bit offsets.
    pub(super) fn new(simd: Simd, sizes: Sizes) -> Option<Self> {
        let Sizes { n, c, h, w, kh, kw, stride, padding, oh, ow, .. } = sizes;
        let bordered = sizes.map() > Self::SMALL || n < simd.rows() || padding == (0, 0);
        let group = if bordered {
            64_usize.div_ceil(sizes.map()).min(n)
        } else {
            // about 256 sites, whole tiles, and a few groups for the threads
            let images = 256_usize.div_ceil(sizes.map()).min(n.div_ceil(4));
            images.next_multiple_of(simd.rows()).min(n)
        };
        let (rows, row, margin) = if bordered {
            (h.checked_add(padding.0.checked_mul(2)?)?, w.checked_add(padding.1.checked_mul(2)?)?, 0)
        } else {
            (h, w, padding.0 * w + padding.1)
        };
        let plane = rows.checked_mul(row)?;
        let image = plane.checked_mul(c)?;
        // behind the last image: what the last site may look at beyond it
        let slack = if bordered { 0 } else { margin + kh * w + kw + (oh * w + ow) * stride };
        let buffer = image.checked_mul(group)?.checked_add(margin)?.checked_add(slack)?;
        u32::try_from(buffer).ok()?;

        let tap = |c: usize, ki: usize, kj: usize| narrow(c * plane + ki * row + kj);
        let mut taps = Vec::with_capacity(sizes.taps());
        for ki in 0..kh {
            (0..kw).for_each(|kj| taps.extend((0..c).map(|c| tap(c, ki, kj))));
        }
        let site = |n: usize, i: usize, j: usize| narrow(n * image + (i * row + j) * stride);
        let mut sites = vec![0; group * sizes.map()];
        let (image_step, place_step) = steps(bordered, group, sizes.map());
        for n in 0..group {
            for i in 0..oh {
                for j in 0..ow {
                    sites[n * image_step + (i * ow + j) * place_step] = site(n, i, j);
                }
            }
        }
        let (starts, taps) = (OffsetList::new(sites), OffsetList::new(taps));
        Some(Self { simd, sizes, bordered, group, starts, taps, buffer, margin })
    }

    /// Room for a group of images, all zeros.
    pub(super) fn buffer(&self) -> Vec<f32> {
        vec![0.0; self.buffer]
    }

    /// The images as the offsets expect them: in the buffer, or where they are if they need no border.
    pub(super) fn lay<'a>(&self, images: &'a [f32], buffer: &'a mut [f32]) -> &'a [f32] {
        let Sizes { h, w, padding, .. } = self.sizes;
        if images.len() == buffer.len() {
            return images;
        }
        if !self.bordered {
            buffer[self.margin..][..images.len()].copy_from_slice(images);
            return buffer;
        }
        let row = w + 2 * padding.1;
        let plane = (h + 2 * padding.0) * row;
        for (image, buffer) in images.chunks_exact(h * w).zip(buffer.chunks_exact_mut(plane)) {
            let inside = buffer[padding.0 * row..].chunks_exact_mut(row);
            for (line, buffer) in image.chunks_exact(w).zip(inside) {
                buffer[padding.1..][..w].copy_from_slice(line);
            }
        }
        buffer
    }

    /// Distances between the sites of neighbouring images, and of neighbouring places.
    pub(super) fn steps(&self) -> (usize, usize) {
        steps(self.bordered, self.group, self.sizes.map())
    }

    /// Runs of sites with the ranges of taps that are used there, for so many images.
    pub(super) fn blocks(&self, images: usize) -> Vec<Block> {
        const STRIP: usize = 64;
        let s = &self.sizes;
        if self.bordered {
            let end = images * s.map();
            let (strips, all) = ((0..end).step_by(STRIP), 0..s.taps());
            return strips.map(|from| (from..(from + STRIP).min(end), vec![all.clone()])).collect();
        }
        let mut blocks = Vec::with_capacity(s.map());
        for i in 0..s.oh {
            for j in 0..s.ow {
                let first = (i * s.ow + j) * self.group;
                let columns = s.meeting(j, s.kw, s.w, s.padding.1);
                let taps = s
                    .meeting(i, s.kh, s.h, s.padding.0)
                    .map(|ki| (ki * s.kw + columns.start) * s.c..(ki * s.kw + columns.end) * s.c);
                blocks.push((first..first + images, taps.collect()));
            }
        }
        blocks
    }

    /// Tiles of taps with the runs of sites that use them, for a full group.
    pub(super) fn tap_tiles(&self, rows: usize) -> Vec<Block> {
        let s = &self.sizes;
        let tiles = |range: Range<usize>| {
            let end = range.end;
            range.step_by(rows).map(move |from| from..(from + rows).min(end))
        };
        if self.bordered {
            let all = 0..self.starts.len();
            return tiles(0..s.taps()).map(|tile| (tile, vec![all.clone()])).collect();
        }
        let mut all = Vec::new();
        for k in 0..s.kh * s.kw {
            let (ki, kj) = (k / s.kw, k % s.kw);
            let lines = (0..s.oh).filter(|&i| s.meeting(i, s.kh, s.h, s.padding.0).contains(&ki));
            let runs = lines.filter_map(|i| {
                let mut columns = (0..s.ow).filter(|&j| s.meeting(j, s.kw, s.w, s.padding.1).contains(&kj));
                let first = columns.next()?;
                let last = columns.next_back().unwrap_or(first);
                Some((i * s.ow + first) * self.group..(i * s.ow + last + 1) * self.group)
            });
            let runs: Vec<_> = runs.collect();
            all.extend(tiles(k * s.c..(k + 1) * s.c).map(|tile| (tile, runs.clone())));
        }
        all
    }

    /// A row of `width` numbers for each site of a group.
    pub(super) fn rows(&self, width: usize) -> Aligned {
        Aligned::zeros(self.starts.len() * width)
    }
}

fn steps(bordered: bool, group: usize, map: usize) -> (usize, usize) {
    if bordered { (map, 1) } else { (1, group) }
}

#[expect(clippy::cast_possible_truncation, reason = "below the length of the buffer, which was checked")]
fn narrow(offset: usize) -> u32 {
    offset as u32
}
