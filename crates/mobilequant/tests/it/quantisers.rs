//! Quantisers against numbers of independent computations in numpy, and against their own laws.

use common::assert_close;
use common::rng::Streams;
use mobilequant::quant::{
    Bits, Granularity, Grid, MinMax, MovingAverage, MseOptimal, Observer, Percentile, QuantizedMatrix,
    Scheme, Symmetry, ZeroRule, fake_quant_matrix, pack_i4, pack_u4, unpack_i4, unpack_u4,
};
use mobilequant::{Array, Error};
use proptest::prelude::*;

const X: [f32; 9] = [-1.0, -0.5, -0.013, 0.0, 0.007, 0.31, 0.999, 2.0, 3.5];

fn grid(lo: f32, hi: f32, bits: Bits, symmetry: Symmetry) -> Grid {
    Grid::from_range(lo, hi, bits, symmetry, ZeroRule::Reference).unwrap()
}

fn codes(grid: Grid) -> Vec<i32> {
    X.iter().map(|&x| grid.quantize(x)).collect()
}

/// Independent computation in numpy with f32, as the reference code has it: 2.0 is a tie, and the rounded-up scale
/// takes it to 191 and 11; in f64 it would be 192 and 12.
#[test]
fn asymmetric_grids() {
    let eight = grid(-1.0, 3.0, Bits::B8, Symmetry::Asymmetric);
    assert_close!(f64::from(eight.scale), 0.0156862745098, rel = 1e-7);
    assert_eq!(eight.zero_point, 64);
    assert_eq!(codes(eight), [0, 32, 63, 64, 64, 84, 128, 191, 255]);
    let values =
        [-1.00392157, -0.50196078, -0.01568627, 0.0, 0.0, 0.31372549, 1.00392157, 1.99215686, 2.99607843];
    for (x, value) in X.iter().zip(values) {
        assert_close!(f64::from(eight.fake_quant(*x)), value, abs = 1e-6);
    }
    let four = grid(-1.0, 3.0, Bits::B4, Symmetry::Asymmetric);
    assert_close!(f64::from(four.scale), 0.266666666667, rel = 1e-7);
    assert_eq!((four.zero_point, codes(four)), (4, vec![0, 2, 4, 4, 4, 5, 8, 11, 15]));
    let sixteen = grid(-1.0, 3.0, Bits::B16, Symmetry::Asymmetric);
    assert_close!(f64::from(sixteen.scale), 6.10360875868e-5, rel = 1e-7);
    assert_eq!(sixteen.zero_point, 16384);
    let expected = [0, 8192, 16171, 16384, 16499, 21463, 32751, 49152, 65535];
    for (code, expected) in codes(sixteen).into_iter().zip(expected) {
        assert!((code - expected).abs() <= i32::from(expected == 49152), "{code} against {expected}");
    }
}

/// A range without 0: the reference code's zero point lies outside the codes; by default the range grows to 0.
#[test]
fn ranges_without_zero() {
    let reference = grid(0.5, 3.0, Bits::B8, Symmetry::Asymmetric);
    assert_close!(f64::from(reference.scale), 0.00980392156863, rel = 1e-7);
    assert_eq!((reference.zero_point, codes(reference)), (-51, vec![0, 0, 0, 0, 0, 0, 51, 153, 255]));
    let extended =
        Grid::from_range(0.5, 3.0, Bits::B8, Symmetry::Asymmetric, ZeroRule::Representable).unwrap();
    assert_eq!(extended.zero_point, 0);
    assert_close!(f64::from(extended.scale), 3.0 / 255.0, rel = 1e-7);
    assert_close!(f64::from(extended.fake_quant(0.0)), 0.0, abs = 0.0);
}

#[test]
fn symmetric_grids() {
    let eight = grid(-3.5, 3.5, Bits::B8, Symmetry::Symmetric);
    assert_close!(f64::from(eight.scale), 0.0275590551181, rel = 1e-7);
    assert_eq!(codes(eight), [-36, -18, 0, 0, 0, 11, 36, 73, 127]);
    let four = grid(-1.0, 3.5, Bits::B4, Symmetry::Symmetric);
    assert_close!(f64::from(four.scale), 0.5, abs = 0.0);
    assert_eq!(codes(four), [-2, -1, 0, 0, 0, 1, 2, 4, 7]);
    assert_eq!(four.range(), (-3.5, 3.5));
}

#[test]
fn ties_go_to_even() {
    let unit = Grid { scale: 1.0, zero_point: 0, q_min: -8, q_max: 7 };
    let rounded: Vec<i32> = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5].iter().map(|&x| unit.quantize(x)).collect();
    assert_eq!(rounded, [0, 2, 2, 0, -2, -2]);
}

/// For a uniform input the mean squared error is s^2 / 12 (closed form), to four standard errors of the sample.
#[test]
fn noise_of_uniform_input() {
    use rand::RngExt as _;
    let mut rng = Streams::new(3).stream("uniform");
    for (bits, decibel) in [(Bits::B8, 48.13), (Bits::B4, 23.52)] {
        let grid = grid(-1.0, 1.0, bits, Symmetry::Asymmetric);
        let (mut noise, mut signal, count) = (0.0, 0.0, 1_000_000);
        for _ in 0..count {
            let x = rng.random::<f32>() * 2.0 - 1.0;
            noise += (f64::from(grid.fake_quant(x)) - f64::from(x)).powi(2);
            signal += f64::from(x).powi(2);
        }
        assert_close!(noise / f64::from(count), f64::from(grid.scale).powi(2) / 12.0, rel = 0.004);
        assert_close!(10.0 * (signal / noise).log10(), decibel, abs = 0.02);
    }
}

#[test]
fn packed_codes() {
    let signed = [-8, -7, -1, 0, 1, 3, 7, 5];
    assert_eq!(pack_i4(&signed).unwrap(), [0x98, 0x0f, 0x31, 0x57]);
    let unsigned = [0, 15, 8, 7, 1, 2, 14, 3];
    assert_eq!(pack_u4(&unsigned).unwrap(), [0xf0, 0x78, 0x21, 0x3e]);
    assert_eq!(unpack_u4(&[0xf0, 0x78, 0x21, 0x3e], 7).unwrap(), unsigned[..7]);
    assert_eq!(unpack_i4(&pack_i4(&signed[..3]).unwrap(), 3).unwrap(), signed[..3]);
    assert!(matches!(pack_i4(&[8]), Err(Error::Quantity { .. })));
    assert!(matches!(pack_u4(&[16]), Err(Error::Quantity { .. })));
    assert!(matches!(unpack_u4(&[0, 0], 5), Err(Error::Count { count: 2, .. })));
}

#[test]
fn refusals() {
    for bits in [0, 1, 3, 5, 7, 9, 15, 17, 32] {
        assert_eq!(
            Bits::try_from(bits).unwrap_err().to_string(),
            format!("bits must be 4, 8 or 16, got {bits}")
        );
    }
    let range = |lo, hi, zero| Grid::from_range(lo, hi, Bits::B8, Symmetry::Asymmetric, zero);
    for (lo, hi) in [(1.0, 0.0), (f32::NAN, 1.0), (0.0, f32::INFINITY)] {
        assert!(matches!(range(lo, hi, ZeroRule::Reference), Err(Error::Range { .. })));
    }
    assert!(matches!(range(1e6, 1e6 + 0.0625, ZeroRule::Reference), Err(Error::ZeroPoint { .. })));
    // The widest range there is still gives codes.
    let wide = range(f32::MIN, f32::MAX, ZeroRule::Representable).unwrap();
    assert_eq!((wide.quantize(f32::MAX), wide.quantize(f32::MIN)), (255, 0));
    assert!(matches!(MinMax::default().range(), Err(Error::Count { count: 0, .. })));
    let weight = Array::new(vec![2, 6], vec![0.0; 12]).unwrap();
    let scheme =
        Scheme { bits: Bits::B4, symmetry: Symmetry::Symmetric, granularity: Granularity::PerGroup(4) };
    let refused = QuantizedMatrix::quantize(&weight, scheme, ZeroRule::default());
    assert!(matches!(refused, Err(Error::Group { size: 4, columns: 6 })));
}

/// Averages of ends, quantiles by linear interpolation (both by hand), and the best of shrunken ranges.
#[test]
fn observers() {
    let mut average = MovingAverage::new(0.75).unwrap();
    average.observe(&[-1.0, 2.0]).unwrap();
    average.observe(&[-5.0, 6.0]).unwrap();
    assert_eq!(average.range().unwrap(), (-2.0, 3.0));
    let mut percentile = Percentile::new(80.0).unwrap();
    percentile.observe(&(0..=10).map(|i| i as f32).collect::<Vec<_>>()).unwrap();
    let (lo, hi) = percentile.range().unwrap();
    assert_close!(f64::from(lo), 1.0, abs = 1e-5);
    assert_close!(f64::from(hi), 9.0, abs = 1e-5);
    // Many values near 0 and one far away: the optimal 4-bit range gives up most of the far one.
    let mut values: Vec<f32> = (0..3000).map(|i| (i % 100) as f32 / 50.0 - 0.99).collect();
    values.push(8.0);
    let mut optimal = MseOptimal::new(Bits::B4, Symmetry::Asymmetric);
    optimal.observe(&values).unwrap();
    let mut full = MinMax::default();
    full.observe(&values).unwrap();
    let error = |(lo, hi)| {
        let grid = Grid::from_range(lo, hi, Bits::B4, Symmetry::Asymmetric, ZeroRule::default()).unwrap();
        values.iter().map(|&x| f64::from(grid.fake_quant(x) - x).powi(2)).sum::<f64>()
    };
    let (ours, naive) = (error(optimal.range().unwrap()), error(full.range().unwrap()));
    assert!(optimal.range().unwrap().1 < 7.0 && ours < 0.7 * naive, "{ours} {naive} {:?}", optimal.range());
    assert!(matches!(full.observe(&[0.0, f32::NAN]), Err(Error::NonFinite { place: 1, .. })));
}

fn any_scheme() -> impl Strategy<Value = Scheme> {
    let bits = prop_oneof![Just(Bits::B4), Just(Bits::B8), Just(Bits::B16)];
    let symmetry = prop_oneof![Just(Symmetry::Asymmetric), Just(Symmetry::Symmetric)];
    let granularity = prop_oneof![
        Just(Granularity::PerTensor),
        Just(Granularity::PerChannel),
        Just(Granularity::PerGroup(4))
    ];
    (bits, symmetry, granularity).prop_map(|(bits, symmetry, granularity)| Scheme {
        bits,
        symmetry,
        granularity,
    })
}

proptest! {
    /// Quantisation undoes dequantisation; inside the range the error is at most half a step; the map is monotone.
    #[test]
    fn laws_of_a_grid(
        lo in -50.0_f32..0.0, width in 0.01_f32..100.0, scheme in any_scheme(),
        mut xs in prop::collection::vec(-60.0_f32..110.0, 2..40),
    ) {
        let grid = Grid::from_range(lo, lo + width, scheme.bits, scheme.symmetry, ZeroRule::default()).unwrap();
        for q in (grid.q_min..=grid.q_max).step_by(97).chain([grid.q_max]) {
            prop_assert_eq!(grid.quantize(grid.dequantize(q)), q);
        }
        xs.sort_by(f32::total_cmp);
        prop_assert!(xs.windows(2).all(|pair| grid.fake_quant(pair[0]) <= grid.fake_quant(pair[1])));
        let (first, last) = (grid.dequantize(grid.q_min), grid.dequantize(grid.q_max));
        for x in xs.into_iter().filter(|x| (first..=last).contains(x)) {
            let bound = f64::from(grid.scale) * 0.5 + 4.0 * f64::from(f32::EPSILON) * f64::from(x.abs());
            prop_assert!((f64::from(grid.fake_quant(x)) - f64::from(x)).abs() <= bound);
        }
    }

    /// Packed matrices give back exactly what rounding gives.
    #[test]
    fn packed_matrices(scheme in any_scheme(), data in prop::collection::vec(-9.0_f32..9.0, 24)) {
        let weight = Array::new(vec![3, 8], data).unwrap();
        let packed = QuantizedMatrix::quantize(&weight, scheme, ZeroRule::default()).unwrap();
        prop_assert_eq!(packed.bytes().len() * 8, 24 * scheme.bits.count() as usize);
        let rounded = fake_quant_matrix(&weight, scheme, ZeroRule::default()).unwrap();
        prop_assert_eq!(packed.dequantize().unwrap(), rounded);
    }
}

#[cfg(feature = "train")]
mod gradients {
    use super::*;
    use candle_core::{DType, Device, Tensor, Var};
    use mobilequant::quant::{
        ClipSpec, FakeQuant, INITIAL_LOGIT, clipped_fake_quant, clipped_range, fake_quant,
    };

    /// Independent computation in numpy of the straight-through gradients.
    #[test]
    fn published_rule() {
        let codes = FakeQuant::new(Bits::B8, Symmetry::Asymmetric);
        for (x, y, dx, ds, d_o) in
            [(0.33, 0.35, 1.0, 0.4, 0.0), (-2.0, -1.0, 0.0, -20.0, -0.05), (20.0, 11.75, 0.0, 235.0, -0.05)]
        {
            let var = |value: f64| Var::new(&[value], &Device::Cpu).unwrap();
            let (x, scale, offset) = (var(x), var(0.05), var(20.0));
            let out = fake_quant(&x, &scale, &offset, codes).unwrap();
            assert_close!(out.to_vec1::<f64>().unwrap()[0], y, abs = 1e-12);
            let gradients = out.sum_all().unwrap().backward().unwrap();
            for (variable, expected) in [(&x, dx), (&scale, ds), (&offset, d_o)] {
                let gradient = gradients.get(variable).unwrap().to_vec1::<f64>().unwrap()[0];
                assert_close!(gradient, expected, abs = 1e-9);
            }
        }
    }

    fn straight_through_round(x: &Tensor) -> Tensor {
        let values: Vec<f64> = x.flatten_all().unwrap().to_vec1().unwrap();
        let rounded: Vec<f64> = values.into_iter().map(f64::round_ties_even).collect();
        let rounded = Tensor::from_vec(rounded, x.shape(), &Device::Cpu).unwrap();
        (x + (rounded - x).unwrap().detach()).unwrap()
    }

    /// q clamped with masks: no gradient outside.
    fn clamp(q: &Tensor, lo: f64, hi: f64) -> Tensor {
        let full = |value: f64| Tensor::full(value, q.shape(), &Device::Cpu).unwrap();
        let q = q.lt(lo).unwrap().where_cond(&full(lo), q).unwrap();
        q.gt(hi).unwrap().where_cond(&full(hi), &q).unwrap()
    }

    fn random(name: &str, shape: (usize, usize), spread: f64) -> Var {
        let mut rng = Streams::new(11).stream(name);
        let values: Vec<f64> = (0..shape.0 * shape.1).map(|_| (rng.random::<f64>() - 0.5) * spread).collect();
        Var::from_vec(values, shape, &Device::Cpu).unwrap()
    }

    fn assert_same(ours: &Tensor, composed: &Tensor, tolerance: f64) {
        let list = |x: &Tensor| x.flatten_all().unwrap().to_vec1::<f64>().unwrap();
        let (ours, composed) = (list(ours), list(composed));
        assert_eq!(ours.len(), composed.len());
        for (a, b) in ours.iter().zip(&composed) {
            assert_close!(*a, *b, abs = tolerance * b.abs().max(1.0));
        }
        assert!(composed.iter().any(|x| x.abs() > 1e-6));
    }

    /// The operation against the same formula put together from differentiable pieces, with a grid for each row.
    #[test]
    fn against_composed_operations() {
        let (x, weight) = (random("x", (5, 40), 6.0), random("w", (5, 40), 2.0));
        let scale = Var::new(&[[0.01_f64], [0.02], [0.3], [0.4], [1.7]], &Device::Cpu).unwrap();
        let offset = Var::new(&[[120.3_f64], [99.0], [7.2], [3.9], [8.0]], &Device::Cpu).unwrap();
        for bits in [Bits::B4, Bits::B8] {
            let codes = FakeQuant::new(bits, Symmetry::Asymmetric);
            let ours = (fake_quant(&x, &scale, &offset, codes).unwrap() * weight.as_tensor()).unwrap();
            let o = straight_through_round(&offset);
            let q = straight_through_round(&x.broadcast_div(&scale).unwrap()).broadcast_add(&o).unwrap();
            let q = clamp(&q, codes.q_min.into(), codes.q_max.into());
            let composed = q.broadcast_sub(&o).unwrap().broadcast_mul(&scale).unwrap();
            let composed = (composed * weight.as_tensor()).unwrap();
            assert_same(&ours, &composed, 1e-12);
            let (g, h) = (
                ours.sum_all().unwrap().backward().unwrap(),
                composed.sum_all().unwrap().backward().unwrap(),
            );
            for variable in [&x, &scale, &offset] {
                assert_same(g.get(variable).unwrap(), h.get(variable).unwrap(), 1e-9);
            }
        }
    }

    /// Clipping against composed operations, with the gradient through the extremes of each row.
    #[test]
    fn clipping_against_composed_operations() {
        let (w, weight) = (random("weights", (4, 30), 3.0), random("readout", (4, 30), 2.0));
        let column = |values: [f64; 4]| Var::from_vec(values.to_vec(), (4, 1), &Device::Cpu).unwrap();
        let (upper, lower) = (column([4.0, 1.0, 0.3, 2.0]), column([4.0, 0.5, 1.5, -0.4]));
        for symmetry in [Symmetry::Asymmetric, Symmetry::Symmetric] {
            let scheme = Scheme { bits: Bits::B4, symmetry, granularity: Granularity::PerChannel };
            let spec = ClipSpec { scheme, zero: ZeroRule::Representable };
            let ours = clipped_fake_quant(&w, &upper, &lower, spec).unwrap();
            let (q_min, q_max) = symmetry.codes(Bits::B4);
            let sigmoid = |x: &Tensor| (x.neg().unwrap().exp().unwrap() + 1.0).unwrap().recip().unwrap();
            let hi = (sigmoid(&upper) * w.max_keepdim(1).unwrap()).unwrap();
            let lo = (sigmoid(&lower) * w.min_keepdim(1).unwrap()).unwrap();
            let (s, o) = if symmetry == Symmetry::Symmetric {
                let alpha = hi.maximum(&lo.neg().unwrap()).unwrap();
                (
                    (alpha / f64::from(q_max)).unwrap(),
                    Tensor::zeros((4, 1), DType::F64, &Device::Cpu).unwrap(),
                )
            } else {
                let s = ((&hi - &lo).unwrap() / f64::from(q_max)).unwrap();
                let o = straight_through_round(&(&lo / &s).unwrap().detach()).neg().unwrap();
                (s, o)
            };
            let q = straight_through_round(&w.broadcast_div(&s).unwrap()).broadcast_add(&o).unwrap();
            let q = clamp(&q, q_min.into(), q_max.into());
            let composed = q.broadcast_sub(&o).unwrap().broadcast_mul(&s).unwrap();
            assert_same(&ours, &composed, 1e-12);
            let of = |y: &Tensor| (y * weight.as_tensor()).unwrap().sum_all().unwrap().backward().unwrap();
            let (g, h) = (of(&ours), of(&composed));
            for variable in [&w, &upper, &lower] {
                assert_same(g.get(variable).unwrap(), h.get(variable).unwrap(), 1e-9);
            }
        }
    }

    /// Logits of +20 clip nothing (to 2e-9); exported ranges give the grids of the forward pass.
    #[test]
    fn open_and_exported_ranges() {
        let data: Vec<f32> =
            random("w", (6, 20), 3.0).flatten_all().unwrap().to_dtype(DType::F32).unwrap().to_vec1().unwrap();
        let array = Array::new(vec![6, 20], data.clone()).unwrap();
        let weight = Tensor::from_vec(data.clone(), (6, 20), &Device::Cpu).unwrap();
        let scheme =
            Scheme { bits: Bits::B8, symmetry: Symmetry::Asymmetric, granularity: Granularity::PerChannel };
        let spec = ClipSpec { scheme, zero: ZeroRule::Representable };
        let logits = |value: f64| Tensor::full(value as f32, (6, 1), &Device::Cpu).unwrap();
        let list = |x: Tensor| x.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let open = list(clipped_fake_quant(&weight, &logits(20.0), &logits(20.0), spec).unwrap());
        assert_eq!(open, fake_quant_matrix(&array, scheme, ZeroRule::default()).unwrap().data());
        let clipped =
            list(clipped_fake_quant(&weight, &logits(INITIAL_LOGIT), &logits(INITIAL_LOGIT), spec).unwrap());
        assert_ne!(open, clipped);
        let clamped: Vec<f32> = data
            .chunks(20)
            .flat_map(|row| {
                let (lo, hi) = clipped_range(row, 4.0, 4.0);
                row.iter().map(move |x| x.clamp(lo, hi)).collect::<Vec<_>>()
            })
            .collect();
        let clamped = Array::new(vec![6, 20], clamped).unwrap();
        assert_eq!(clipped, fake_quant_matrix(&clamped, scheme, ZeroRule::default()).unwrap().data());
    }
}
