//! Hansen coefficients against closed forms and other programs.

use common::assert_close;
use lava_tides::hansen::{HansenTable, hansen, hut_functions};
use proptest::prelude::*;

/// Quadrature in the eccentric anomaly and a fast Fourier transform in the mean anomaly agree on these (independent, in
/// Python); k = 1..5 also equal TidalPy's exact eccentricity functions.
const GOLDEN: [(&str, i32, [f64; 3]); 6] = [
    ("sectoral", -1, [2.083476572689561e-08, 1.713844244384548e-04, 6.005606406334432e-03]),
    ("sectoral", 1, [-4.999937501302161e-03, -9.950426923610382e-02, -2.878175642652370e-01]),
    ("sectoral", 2, [9.997500081248785e-01, 9.012921985586131e-01, 1.993665871023911e-01]),
    ("sectoral", 3, [3.499231288202264e-02, 6.397115229443621e-01, 7.131702898709541e-01]),
    ("sectoral", 5, [1.759993197951904e-05, 1.277080351216094e-01, 1.330204862686222e+00]),
    ("zonal", 1, [1.500168770392954e-02, 3.141836955283391e-01, 1.530994422353973e+00]),
];

#[test]
fn golden_coefficients() {
    for (place, e) in [0.01, 0.2, 0.6].into_iter().enumerate() {
        let table = HansenTable::new(e).unwrap();
        for (kind, k, values) in GOLDEN {
            let (from_table, single) = match kind {
                "zonal" => (table.zonal(k), hansen(-3, 0, k, e).unwrap()),
                _ => (table.sectoral(k), hansen(-3, 2, k, e).unwrap()),
            };
            assert_close!(single, values[place], abs = 1e-14, "{kind} {k} at {e}");
            // The table leaves out what does not matter to its sums.
            if from_table == 0.0 {
                assert!(values[place].abs() < 1e-6);
            } else {
                assert_close!(from_table, values[place], abs = 1e-14, "{kind} {k} at {e}");
            }
        }
    }
}

#[test]
fn huts_functions() {
    let close = |ours: [f64; 3], f1, f2, f3| {
        assert_close!(ours[0], f1, rel = 1e-14);
        assert_close!(ours[1], f2, rel = 1e-14);
        assert_close!(ours[2], f3, rel = 1e-14);
    };
    close(hut_functions(0.2).unwrap(), 2.270569218844710, 1.672318074928880, 1.346573518511116);
    close(hut_functions(0.6).unwrap(), 319.9437799139559, 64.66259947046635, 15.85930585861206);
}

#[test]
fn sums_up_to_nine_tenths() {
    let mut table = HansenTable::default();
    for e in
        [0.0, 1e-12, 1e-6, 9.9e-4, 1.01e-3, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9]
    {
        table.update(e).unwrap();
        for (ours, wanted) in table.sums().into_iter().zip(hut_functions(e).unwrap()) {
            assert_close!(ours, wanted, rel = 1e-12, "e = {e}");
        }
        // The sum of the squares of all zonal coefficients is f3 as well.
        let zonal: f64 = table.zonal_terms().map(|(_, x)| 2.0 * x * x).sum::<f64>() + table.zonal(0).powi(2);
        assert_close!(zonal, hut_functions(e).unwrap()[2], rel = 1e-12, "e = {e}");
        assert_close!(table.zonal(0), (1.0 - e * e).powf(-1.5), rel = 1e-13, "e = {e}");
        assert_close!(table.sectoral(0), 0.0, abs = 1e-14);
    }
    assert!(table.sectoral_range().contains(&700) && table.sectoral_range().contains(&-400));
    table.update(0.0).unwrap();
    assert_eq!((table.sectoral_range(), table.zonal_range()), (2..=2, 0..=0));
}

#[test]
fn failures_are_typed() {
    for e in [-1e-9, 1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(HansenTable::new(e), Err(lava_tides::Error::Quantity { name: "eccentricity", .. })));
    }
}

proptest! {
    #![proptest_config(crate::same_cases(60))]

    /// The series below 1e-3 and the quadrature above join; the table agrees with single coefficients.
    #[test]
    fn table_and_single_coefficients(e in 0.0..0.7f64, k in -10..20i32) {
        let table = HansenTable::new(e).unwrap();
        let x = hansen(-3, 2, k, e).unwrap();
        prop_assert!((table.sectoral(k) - x).abs() < 2e-7 / f64::from(k.abs().max(1)));
        if table.sectoral_range().contains(&k) {
            prop_assert!((table.sectoral(k) - x).abs() < 1e-13 * table.sums()[2].sqrt());
        }
    }
}
