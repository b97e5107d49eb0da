//! Chemical elements and what is tabulated for each.

use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// An element, hydrogen to curium.
///
/// ```
/// use catalyst_ml::Element;
///
/// let platinum: Element = "Pt".parse()?;
/// assert_eq!(platinum.number(), 78);
/// assert_eq!(platinum.covalent_radius_angstrom(), 1.36);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Element(u8);

impl Element {
    /// The element of an atomic number, 1 to 96.
    ///
    /// # Errors
    ///
    /// [`Error::AtomicNumber`] for another number.
    pub fn new(number: u32) -> Result<Self> {
        match u8::try_from(number) {
            Ok(small) if (1..=TABLE.len()).contains(&usize::from(small)) => Ok(Self(small)),
            _ => Err(Error::AtomicNumber { number }),
        }
    }

    /// Atomic number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// Chemical symbol.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        self.row().0
    }

    /// Standard atomic mass, u; of the longest-lived isotope where there is no standard one.
    #[must_use]
    pub fn mass_u(self) -> f64 {
        self.row().1
    }

    /// Covalent radius, Å (Cordero et al. 2008, Dalton Trans., 2832; sp3 for carbon, low spin for Mn, Fe and Co).
    #[must_use]
    pub fn covalent_radius_angstrom(self) -> f64 {
        self.row().2
    }

    fn row(self) -> &'static (&'static str, f64, f64) {
        &TABLE[usize::from(self.0) - 1]
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

impl FromStr for Element {
    type Err = Error;

    fn from_str(symbol: &str) -> Result<Self> {
        let place = TABLE.iter().position(|row| row.0 == symbol);
        let number = place.and_then(|place| u8::try_from(place + 1).ok());
        number.map(Self).ok_or_else(|| Error::Symbol { symbol: symbol.chars().take(8).collect() })
    }
}

/// Symbol, mass in u, covalent radius in Å.
const TABLE: [(&str, f64, f64); 96] = [
    ("H", 1.008, 0.31),
    ("He", 4.002602, 0.28),
    ("Li", 6.94, 1.28),
    ("Be", 9.0121831, 0.96),
    ("B", 10.81, 0.84),
    ("C", 12.011, 0.76),
    ("N", 14.007, 0.71),
    ("O", 15.999, 0.66),
    ("F", 18.998403163, 0.57),
    ("Ne", 20.1797, 0.58),
    ("Na", 22.98976928, 1.66),
    ("Mg", 24.305, 1.41),
    ("Al", 26.9815385, 1.21),
    ("Si", 28.085, 1.11),
    ("P", 30.973761998, 1.07),
    ("S", 32.06, 1.05),
    ("Cl", 35.45, 1.02),
    ("Ar", 39.948, 1.06),
    ("K", 39.0983, 2.03),
    ("Ca", 40.078, 1.76),
    ("Sc", 44.955908, 1.7),
    ("Ti", 47.867, 1.6),
    ("V", 50.9415, 1.53),
    ("Cr", 51.9961, 1.39),
    ("Mn", 54.938044, 1.39),
    ("Fe", 55.845, 1.32),
    ("Co", 58.933194, 1.26),
    ("Ni", 58.6934, 1.24),
    ("Cu", 63.546, 1.32),
    ("Zn", 65.38, 1.22),
    ("Ga", 69.723, 1.22),
    ("Ge", 72.63, 1.2),
    ("As", 74.921595, 1.19),
    ("Se", 78.971, 1.2),
    ("Br", 79.904, 1.2),
    ("Kr", 83.798, 1.16),
    ("Rb", 85.4678, 2.2),
    ("Sr", 87.62, 1.95),
    ("Y", 88.90584, 1.9),
    ("Zr", 91.224, 1.75),
    ("Nb", 92.90637, 1.64),
    ("Mo", 95.95, 1.54),
    ("Tc", 97.90721, 1.47),
    ("Ru", 101.07, 1.46),
    ("Rh", 102.9055, 1.42),
    ("Pd", 106.42, 1.39),
    ("Ag", 107.8682, 1.45),
    ("Cd", 112.414, 1.44),
    ("In", 114.818, 1.42),
    ("Sn", 118.71, 1.39),
    ("Sb", 121.76, 1.39),
    ("Te", 127.6, 1.38),
    ("I", 126.90447, 1.39),
    ("Xe", 131.293, 1.4),
    ("Cs", 132.90545196, 2.44),
    ("Ba", 137.327, 2.15),
    ("La", 138.90547, 2.07),
    ("Ce", 140.116, 2.04),
    ("Pr", 140.90766, 2.03),
    ("Nd", 144.242, 2.01),
    ("Pm", 144.91276, 1.99),
    ("Sm", 150.36, 1.98),
    ("Eu", 151.964, 1.98),
    ("Gd", 157.25, 1.96),
    ("Tb", 158.92535, 1.94),
    ("Dy", 162.5, 1.92),
    ("Ho", 164.93033, 1.92),
    ("Er", 167.259, 1.89),
    ("Tm", 168.93422, 1.9),
    ("Yb", 173.054, 1.87),
    ("Lu", 174.9668, 1.87),
    ("Hf", 178.49, 1.75),
    ("Ta", 180.94788, 1.7),
    ("W", 183.84, 1.62),
    ("Re", 186.207, 1.51),
    ("Os", 190.23, 1.44),
    ("Ir", 192.217, 1.41),
    ("Pt", 195.084, 1.36),
    ("Au", 196.966569, 1.36),
    ("Hg", 200.592, 1.32),
    ("Tl", 204.38, 1.45),
    ("Pb", 207.2, 1.46),
    ("Bi", 208.9804, 1.48),
    ("Po", 208.98243, 1.4),
    ("At", 209.98715, 1.5),
    ("Rn", 222.01758, 1.5),
    ("Fr", 223.01974, 2.6),
    ("Ra", 226.02541, 2.21),
    ("Ac", 227.02775, 2.15),
    ("Th", 232.0377, 2.06),
    ("Pa", 231.03588, 2.0),
    ("U", 238.02891, 1.96),
    ("Np", 237.04817, 1.9),
    ("Pu", 244.06421, 1.87),
    ("Am", 243.06138, 1.8),
    ("Cm", 247.07035, 1.69),
];
