//! Cells and atoms.

use crate::same_cases;
use catalyst_ml::{Atoms, Cell, Error};
use proptest::prelude::*;

proptest! {
    #![proptest_config(same_cases(200))]

    #[test]
    fn fractional_coordinates_come_back(
        vectors in prop::array::uniform3(prop::array::uniform3(-10.0..10.0)),
        point in prop::array::uniform3(-30.0..30.0),
    ) {
        let Ok(cell) = Cell::new(vectors) else { return Ok(()) };
        prop_assume!(cell.volume_angstrom3() > 1.0);
        let back = cell.cartesian(cell.fractional(point));
        for axis in 0..3 {
            prop_assert!((back[axis] - point[axis]).abs() < 1e-9);
        }
    }
}

#[test]
fn flat_and_endless_cells_are_refused() {
    for vectors in [
        [[0.0; 3]; 3],
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0]],
        [[f64::NAN; 3]; 3],
        [[1e200; 3]; 3],
    ] {
        assert!(matches!(Cell::new(vectors), Err(Error::Cell { .. })));
    }
}

#[test]
fn lists_of_other_lengths_and_infinite_positions_are_refused() {
    let copper = "Cu".parse().unwrap();
    let lengths = Atoms::new(vec![copper], vec![]);
    assert!(matches!(lengths, Err(Error::PerAtom { what: "positions", atoms: 1, count: 0 })));
    let endless = Atoms::new(vec![copper], vec![[0.0, f64::INFINITY, 0.0]]);
    assert!(matches!(endless, Err(Error::NonFinite { atom: 0, .. })));
    let one = Atoms::new(vec![copper], vec![[0.0; 3]]).unwrap();
    assert!(matches!(one.clone().with_fixed(vec![]), Err(Error::PerAtom { what: "fixed", .. })));
    let mut moved = one.clone();
    assert!(moved.set_positions(&[[f64::NAN; 3]]).is_err());
    assert_eq!(moved, one);
}
