//! Comparison of floating-point results in tests.

/// Asserts that two numbers agree within an absolute or a relative tolerance, and prints both if they do not.
///
/// `assert_close!(ours, reference, abs = 1e-12)` wants `|ours - reference| <= 1e-12`;
/// `assert_close!(ours, reference, rel = 1e-12)` wants `|ours - reference| <= 1e-12 |reference|`.
/// NaN never passes. A further format string and arguments are added to the message.
///
/// ```
/// common::assert_close!(0.1 + 0.2, 0.3, abs = 1e-15);
/// common::assert_close!(1000.1, 1000.0, rel = 1e-3, "row {}", 7);
/// ```
#[macro_export]
macro_rules! assert_close {
    (@check $ours:expr, $reference:expr, $kind:literal, $tolerance:expr, $scale:expr, $context:expr) => {{
        let (ours, reference, tolerance): (f64, f64, f64) = ($ours, $reference, $tolerance);
        let difference = (ours - reference).abs();
        let scale: fn(f64) -> f64 = $scale;
        // An explicit match keeps NaN failing.
        let close = matches!(
            difference.partial_cmp(&(tolerance * scale(reference))),
            Some(std::cmp::Ordering::Less | std::cmp::Ordering::Equal)
        );
        assert!(
            close,
            "{}: {ours:?} against {reference:?}, difference {difference:e}, {} tolerance {tolerance:e} {}",
            stringify!($ours),
            $kind,
            $context
        );
    }};
    ($ours:expr, $reference:expr, abs = $tolerance:expr $(,)?) => {
        $crate::assert_close!(@check $ours, $reference, "absolute", $tolerance, |_| 1.0, "")
    };
    ($ours:expr, $reference:expr, rel = $tolerance:expr $(,)?) => {
        $crate::assert_close!(@check $ours, $reference, "relative", $tolerance, f64::abs, "")
    };
    ($ours:expr, $reference:expr, abs = $tolerance:expr, $($context:tt)+) => {
        $crate::assert_close!(@check $ours, $reference, "absolute", $tolerance, |_| 1.0, format!($($context)+))
    };
    ($ours:expr, $reference:expr, rel = $tolerance:expr, $($context:tt)+) => {
        $crate::assert_close!(@check $ours, $reference, "relative", $tolerance, f64::abs, format!($($context)+))
    };
}
