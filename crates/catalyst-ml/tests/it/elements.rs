//! Tabulated elements.

use catalyst_ml::{Element, Error};
use common::assert_close;

#[test]
fn numbers_symbols_and_data_of_some_elements() {
    for (number, symbol, mass_u, radius) in [
        (1, "H", 1.008, 0.31),
        (6, "C", 12.011, 0.76),
        (29, "Cu", 63.546, 1.32),
        (78, "Pt", 195.084, 1.36),
        (96, "Cm", 247.0, 1.69),
    ] {
        let element = Element::new(number).unwrap();
        assert_eq!(element, symbol.parse().unwrap());
        assert_eq!((element.symbol(), u32::from(element.number())), (symbol, number));
        assert_close!(element.mass_u(), mass_u, rel = 5e-4);
        assert_close!(element.covalent_radius_angstrom(), radius, rel = 1e-15);
    }
}

#[test]
fn what_is_no_element_is_refused() {
    assert!(matches!(Element::new(0), Err(Error::AtomicNumber { number: 0 })));
    assert!(matches!(Element::new(97), Err(Error::AtomicNumber { number: 97 })));
    assert!(matches!("pt".parse::<Element>(), Err(Error::Symbol { symbol }) if symbol == "pt"));
}
