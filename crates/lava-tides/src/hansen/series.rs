//! Power series in the eccentricity, for nearly circular orbits.
//!
//! Quadrature gives a coefficient to 1e-16 of 1; near `e = 0`, where they go as powers of `e`, the series keep all
//! digits, and with them the rate of the eccentricity. The terms left out are below `e^6` of the first one.

/// Below this eccentricity the series hold to rounding.
pub(super) const LARGEST: f64 = 1e-3;

/// Least sectoral `k`.
pub(super) const FIRST: i32 = -2;

/// `X_k^{-3,2}` for `k` from [`FIRST`] to 6.
pub(super) fn sectoral(e: f64) -> [f64; 9] {
    let x = e * e;
    [
        x * x / 24.0,
        e * x * (1.0 / 48.0 + x * (11.0 / 768.0)),
        0.0,
        -e * (0.5 - x * (1.0 / 16.0 - x * (5.0 / 384.0))),
        1.0 - x * (2.5 - x * (13.0 / 16.0 - x * (35.0 / 288.0))),
        e * (3.5 - x * (123.0 / 16.0 - x * (489.0 / 128.0))),
        x * (8.5 - x * (115.0 / 6.0 - x * (601.0 / 48.0))),
        e * x * (845.0 / 48.0 - x * (32_525.0 / 768.0)),
        x * x * (533.0 / 16.0),
    ]
}

/// `X_k^{-3,0}` for `k` from 0 to 4.
pub(super) fn zonal(e: f64) -> [f64; 5] {
    let x = e * e;
    [
        (1.0 - x).powf(-1.5),
        e * (1.5 + x * (27.0 / 16.0 + x * (261.0 / 128.0))),
        x * (2.25 + x * (1.75 + x * (141.0 / 64.0))),
        e * x * (53.0 / 16.0 + x * (393.0 / 256.0)),
        x * x * (77.0 / 16.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hansen::hansen;
    use common::assert_close;

    /// At e = 0.02 the terms left out are below 1e-6 of the first, and what is wrong by more stands out.
    #[test]
    fn against_the_integral() {
        let e = 0.02;
        for (k, value) in (FIRST..).zip(sectoral(e)) {
            let terms_left_out = if k == -2 || k == 6 { 1.5e-3 } else { 3e-6 };
            assert_close!(value, hansen(-3, 2, k, e).unwrap(), abs = 1e-15 + terms_left_out * value.abs());
        }
        for (k, value) in (0..).zip(zonal(e)) {
            let terms_left_out = if k == 4 { 1e-3 } else { 3e-6 };
            assert_close!(value, hansen(-3, 0, k, e).unwrap(), abs = 1e-15 + terms_left_out * value.abs());
        }
    }
}
