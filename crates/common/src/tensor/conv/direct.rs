//! Convolution of f32 without a patch matrix, in tiles of vector registers.

use super::aligned::Aligned;
use super::general::General;
use super::geometry::Geometry;
use super::panel::Panel;
use super::passes::Passes;
use super::sites::{Sites, Sizes};
use super::tile::Simd;
use rayon::prelude::*;

/// Tasks that a pass makes at least, if it can, whatever the number of threads.
const TASKS: usize = 16;

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
        let (simd, s) = (self.simd, self.sizes);
        forward(simd, s, x, |panel| panel.weights(s, simd, weight), bias)
    }

    fn input_gradient(&self, weight: &[f32], gradient: &[f32]) -> Vec<f32> {
        let Some(transposed) = self.transposed() else {
            return General(self.geometry).input_gradient(weight, gradient);
        };
        let (simd, s) = (self.simd, self.sizes);
        forward(simd, transposed, gradient, |panel| panel.flipped_weights(s, simd, weight), None)
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
    weights: impl Fn(&Panel) -> Aligned + Sync + Send,
    bias: Option<&[f32]>,
) -> Vec<f32> {
    let sites = sites(simd, s);
    let panels = Panel::all(simd, s.o);
    let (input, output, group) = (s.c * s.h * s.w, s.o * s.map(), sites.group);
    let mut y = vec![0.0; s.n * output];
    let groups = y.par_chunks_mut(group * output).zip(x.par_chunks(group * input));
    if panels.len() > 1 && (groups.len() < TASKS / 4 || s.map() == 1) {
        // few images, or large weights, each of which is then in use at one time only
        let laid: Vec<_> = groups.map(|(_, x)| sites.lay(x, &mut sites.buffer()).to_vec()).collect();
        let sums = panels.par_iter().map(|panel| {
            let weights = weights(panel);
            let mut sums = vec![];
            for (x, images) in laid.iter().zip(x.chunks(group * input).map(|x| x.len() / input)) {
                let mut these = sites.rows(panel.width);
                panel.sums(&sites, x, &weights, bias, &sites.blocks(images), &mut these);
                sums.push(these);
            }
            sums
        });
        let sums: Vec<Vec<Aligned>> = sums.collect();
        for (panel, sums) in panels.iter().zip(&sums) {
            for (sums, y) in sums.iter().zip(y.chunks_mut(group * output)) {
                panel.write(&sites, sums, y);
            }
        }
        return y;
    }
    let weights: Vec<Aligned> = panels.par_iter().map(&weights).collect();
    groups.for_each_init(
        || (sites.buffer(), sites.rows(panels[0].width)),
        |(buffer, sums), (y, x)| {
            let blocks = sites.blocks(y.len() / output);
            let x = sites.lay(x, buffer);
            for (panel, weights) in panels.iter().zip(&weights) {
                panel.sums(&sites, x, weights, bias, &blocks, sums);
                panel.write(&sites, sums, y);
            }
        },
    );
    y
}

fn weight_gradient(simd: Simd, s: Sizes, x: &[f32], gradient: &[f32]) -> Vec<f32> {
    let sites = sites(simd, s);
    let panels = Panel::all(simd, s.o);
    let tiles = sites.tap_tiles(simd.rows());
    // a sum for each chunk of images, as many as make enough tasks
    let groups = s.n.div_ceil(sites.group);
    let chunk = groups.div_ceil(TASKS.div_ceil(panels.len())) * sites.group;
    let (x, dy) = (x.par_chunks(chunk * s.c * s.h * s.w), gradient.par_chunks(chunk * s.o * s.map()));
    let mut dweight = vec![0.0; s.o * s.taps()];
    dweight.par_chunks_mut(panels[0].width * s.taps()).zip(&panels).for_each(|(dweight, panel)| {
        let sums = x.clone().zip(dy.clone());
        let sums = sums.map(|(x, dy)| panel.weight_sums(&sites, x, dy, &tiles));
        let mut sums: Vec<Aligned> = sums.collect();
        let (total, others) = sums.split_at_mut(1);
        for other in others {
            total[0].iter_mut().zip(&**other).for_each(|(total, value)| *total += value);
        }
        let by_weight = tiles.iter().enumerate().flat_map(|(t, (taps, _))| {
            taps.clone().enumerate().map(move |(row, tap)| (t * simd.rows() + row, s.weight_of(tap)))
        });
        panel.unpack(s, simd, &total[0], by_weight, dweight);
    });
    dweight
}

#[cfg(test)]
mod tests {
    use super::*;

    /// n, c, h, w, o, kh, kw, stride, padding
    const CASES: [[usize; 9]; 18] = [
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
        [70, 37, 1, 1, 70, 1, 1, 1, 0],
        [130, 300, 1, 1, 9, 1, 1, 1, 0],
        [4, 9, 6, 5, 20, 1, 1, 1, 0],
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
