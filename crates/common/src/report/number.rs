//! Numbers for readers.

/// A number to this many significant digits; whole numbers below 10^9 in full, very large and very small ones with
/// an exponent.
///
/// ```
/// use common::report::significant;
///
/// assert_eq!(significant(0.660_41, 4), "0.6604");
/// assert_eq!(significant(9.0, 4), "9");
/// assert_eq!(significant(-2.1e-14, 4), "-2.1e-14");
/// ```
#[must_use]
pub fn significant(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    if value.trunc().total_cmp(&value).is_eq() && value.abs() < 1e9 {
        return format!("{value:.0}");
    }
    let scientific = format!("{value:.*e}", digits.saturating_sub(1));
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    match exponent.parse::<i32>() {
        Ok(exponent @ -4..=8) => {
            let whole_digits = i32::try_from(digits).unwrap_or(i32::MAX).saturating_sub(1);
            format!("{value:.*}", usize::try_from(whole_digits - exponent).unwrap_or(0))
        }
        _ if mantissa.contains('.') => {
            format!("{}e{exponent}", mantissa.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => scientific,
    }
}

/// A number to at most six significant digits, without trailing zeros.
pub(crate) fn short(value: f64) -> String {
    let text = significant(value, 6);
    match text.split_once('e') {
        None if text.contains('.') => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        _ => text,
    }
}

/// A number on an axis: three significant digits, short, with an exponent from 10^5 upwards and below 10^-3.
pub(crate) fn tick(value: f64) -> String {
    if value.abs() >= 1e-3 && value.abs() < 1e5 || value.abs() <= 0.0 {
        let text = significant(value, 3);
        return if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').into()
        } else {
            text
        };
    }
    let text = format!("{value:.2e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => {
            format!("{}e{exponent}", mantissa.trim_end_matches('0').trim_end_matches('.'))
        }
        None => text,
    }
}

/// [`tick`] for an axis over these values. Where they include zero, a tick that rounding left beside it is `0`.
pub(crate) fn ticks(values: impl Iterator<Item = f64>) -> impl Fn(&f64) -> String {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    let negligible = if low <= 0.0 && high >= 0.0 { 1e-9 * (high - low) } else { 0.0 };
    move |value| tick(if value.abs() <= negligible { 0.0 } else { *value })
}

/// A number as its author printed it: the shortest text that gives it back.
pub(super) fn as_printed(value: f64) -> String {
    if value != 0.0 && !(1e-5..1e9).contains(&value.abs()) { format!("{value:e}") } else { value.to_string() }
}

/// Difference to the paper's number, in percent where that makes sense.
pub(super) fn difference(ours: Option<f64>, paper: Option<f64>) -> String {
    match ours.zip(paper) {
        None => String::new(),
        Some((ours, paper)) if paper.abs() > 0.0 => {
            let percent = (ours - paper) / paper.abs() * 100.0;
            match percent.abs() {
                0.0..5e-7 => "0 %".into(),
                0.0..0.005 => {
                    format!("{}{} %", if percent > 0.0 { "+" } else { "" }, significant(percent, 1))
                }
                _ => format!("{percent:+.2} %"),
            }
        }
        Some((ours, paper)) => format!("{:+e}", ours - paper),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits() {
        for (value, text) in [
            (58.8994, "58.90"),
            (0.00123456, "0.001235"),
            (123456.7, "123457"),
            (9.9999e-5, "0.0001000"),
            (1.234e12, "1.234e12"),
            (-0.0358, "-0.03580"),
            (0.0, "0"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(significant(value, 4), text, "{value:e}");
        }
        assert_eq!(short(0.0017070000000000002), "0.001707");
        assert_eq!(short(1e-9), "1e-9");
        let texts = [0.0, 0.5, 1000.0, 2e5, 1e-4, -0.05].map(tick);
        assert_eq!(texts, ["0", "0.5", "1000", "2e5", "1e-4", "-0.05"]);
        let label = ticks([-2e4, 2e4].into_iter());
        assert_eq!([label(&-8.8e-12), label(&-1e4)], ["0", "-10000"]);
        let positive = ticks([1e-30, 1.0].into_iter());
        assert_eq!(positive(&1e-20), "1e-20");
        assert_eq!(short(41.0), "41");
        assert_eq!(as_printed(0.66), "0.66");
        assert_eq!(as_printed(1e-9), "1e-9");
        assert_eq!(difference(Some(1.01), Some(1.0)), "+1.00 %");
        assert_eq!(difference(Some(0.99998), Some(1.0)), "-0.002 %");
        assert_eq!(difference(Some(1.000_04), Some(1.0)), "+0.004 %");
        assert_eq!(difference(None, Some(1.0)), "");
    }
}
