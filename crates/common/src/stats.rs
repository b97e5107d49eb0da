//! Sums and summaries of samples.

/// Sum by Neumaier's compensated method: the error stays at a rounding unit of the result for any length.
///
/// ```
/// let tenths = vec![0.1; 10_000_000];
/// assert_eq!(common::stats::sum(&tenths), 1_000_000.0);
/// ```
#[must_use]
pub fn sum(values: &[f64]) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for &value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() { (total - next) + value } else { (value - next) + total };
        total = next;
    }
    if lost.is_finite() { total + lost } else { total }
}

/// Arithmetic mean; `None` for no values.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| sum(values) / values.len() as f64)
}

/// Largest absolute difference of two sequences of equal length; `None` if they are empty or differ in length.
/// NaN anywhere gives NaN, so that it never passes a bound.
#[must_use]
pub fn max_abs_difference(ours: &[f64], reference: &[f64]) -> Option<f64> {
    if ours.len() != reference.len() || ours.is_empty() {
        return None;
    }
    let worse = |worst: f64, d: f64| if d.is_nan() || worst.is_nan() { f64::NAN } else { worst.max(d) };
    Some(ours.iter().zip(reference).map(|(a, b)| (a - b).abs()).fold(0.0, worse))
}

/// Pearson's correlation of two sequences of equal length; `None` for fewer than two pairs or a constant sequence.
///
/// ```
/// let r = common::stats::correlation(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.1]).unwrap();
/// assert!(r > 0.999 && r < 1.0);
/// ```
#[must_use]
pub fn correlation(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.len() != y.len() || x.len() < 2 {
        return None;
    }
    let (mean_x, mean_y) = (mean(x)?, mean(y)?);
    let products = |a: &[f64], mean_a: f64, b: &[f64], mean_b: f64| -> Vec<f64> {
        a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).collect()
    };
    let (xx, yy) = (sum(&products(x, mean_x, x, mean_x)), sum(&products(y, mean_y, y, mean_y)));
    (xx > 0.0 && yy > 0.0).then(|| sum(&products(x, mean_x, y, mean_y)) / (xx * yy).sqrt())
}

/// Quantile of unsorted values by linear interpolation between order statistics (type 7 of Hyndman and Fan 1996,
/// the default of NumPy and R). `p` in `[0, 1]`; `None` for no values, for NaN among them, or for `p` outside.
#[must_use]
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    if values.is_empty() || !(0.0..=1.0).contains(&p) || values.iter().any(|v| v.is_nan()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let position = p * (sorted.len() - 1) as f64;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "position lies in 0..len")]
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    Some(sorted[below] + (position - below as f64) * (sorted[above] - sorted[below]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assert_close;

    #[test]
    fn compensated_sum_recovers_cancelled_terms() {
        assert_close!(sum(&[1.0, 1e100, 1.0, -1e100]), 2.0, abs = 0.0);
        assert!(sum(&[1.0, f64::NAN]).is_nan());
        assert!(sum(&[f64::INFINITY, 1.0]).is_infinite());
        assert!(mean(&[]).is_none());
    }

    /// Values of `numpy.quantile([3, 1, 4, 1, 5], [0, .1, .5, .9, 1])`.
    #[test]
    fn quantile_type_seven() {
        let values = [3.0, 1.0, 4.0, 1.0, 5.0];
        for (p, expected) in [(0.0, 1.0), (0.1, 1.0), (0.5, 3.0), (0.9, 4.6), (1.0, 5.0)] {
            assert_close!(quantile(&values, p).unwrap(), expected, abs = 1e-15, "p = {p}");
        }
        assert!(quantile(&values, 1.1).is_none());
    }

    /// `numpy.corrcoef([1, 2, 4, 7], [2, 1, 5, 5])[0, 1]`.
    #[test]
    fn correlation_of_a_small_sample() {
        let (x, y) = ([1.0, 2.0, 4.0, 7.0], [2.0, 1.0, 5.0, 5.0]);
        assert_close!(correlation(&x, &y).unwrap(), 0.825_028_647_325_390_2, rel = 1e-14);
        assert!(correlation(&x, &[1.0; 4]).is_none() && correlation(&x, &y[1..]).is_none());
    }

    #[test]
    fn difference_never_hides_nan() {
        assert!(max_abs_difference(&[1.0, f64::NAN, 2.0], &[1.0, 2.0, 2.0]).unwrap().is_nan());
        assert!(max_abs_difference(&[1.0], &[1.0, 2.0]).is_none());
    }
}
