//! Rounding to the nearest whole number, ties to even, without a call a number.

/// As [`f32::round_ties_even`], in a form that becomes vector instructions on any x86-64: adding 2^23 leaves no bits for
/// a fraction.
#[inline]
pub(crate) fn round_even_f32(x: f32) -> f32 {
    const WHOLE: f32 = 8_388_608.0;
    let magnitude = x.abs();
    let rounded = if magnitude < WHOLE { (magnitude + WHOLE) - WHOLE } else { magnitude };
    rounded.copysign(x)
}

/// As [`f64::round_ties_even`].
#[cfg(feature = "train")]
#[inline]
pub(crate) fn round_even_f64(x: f64) -> f64 {
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    let magnitude = x.abs();
    let rounded = if magnitude < WHOLE { (magnitude + WHOLE) - WHOLE } else { magnitude };
    rounded.copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::rng::Streams;
    use rand::RngExt as _;

    #[test]
    fn as_the_standard_library() {
        let mut rng = Streams::new(1).stream("bits");
        let halves = (-40..40).map(|i| i as f32 * 0.5);
        let large = [8_388_607.5, 8_388_608.0, 4_194_304.5, 1e30, f32::INFINITY, -0.0, 0.49999997];
        let any = (0..100_000).map(|_| f32::from_bits(rng.random()));
        for x in halves.chain(large).chain(any).flat_map(|x| [x, -x]) {
            let (ours, theirs) = (round_even_f32(x), x.round_ties_even());
            assert!(ours.to_bits() == theirs.to_bits() || ours.is_nan() && theirs.is_nan(), "{x}");
        }
        #[cfg(feature = "train")]
        for x in (0..100_000).map(|_| f64::from_bits(rng.random())).chain([0.5, 1.5, -2.5]) {
            let (ours, theirs) = (round_even_f64(x), x.round_ties_even());
            assert!(ours.to_bits() == theirs.to_bits() || ours.is_nan() && theirs.is_nan(), "{x}");
        }
    }
}
