//! Parameters of the elements.

use crate::Element;

/// Å in a Bohr radius (CODATA 2014, as in ASE 3.29).
const BOHR: f64 = 0.5291772105638411;
/// Radius of a neutral sphere over the distance between nearest neighbours of fcc, rounded.
pub(super) const BETA: f64 = 1.809;
/// Nearest distance of silver, whose radius is the largest of all, Å.
const LARGEST: f64 = BETA * 3.01 * BOHR;
/// Half way between the third and the fourth shell of silver, Å.
pub(super) const CUTOFF: f64 = LARGEST * (1.7320508075688772 + 2.0) / 2.0;
/// Slope of the cutoff function, 1/Å: it is 1e-4 at the fourth shell, with `ln(1e4 - 1)`.
pub(super) const CUTOFF_SLOPE: f64 = 9.210_240_366_975_85 / (2.0 * LARGEST - CUTOFF);
/// Distance up to which pairs count, Å.
pub(super) const LIST_CUTOFF: f64 = CUTOFF + 0.5;

/// Symbol, E0 in eV, s0 in Bohr, V0 in eV, η2, κ and λ in 1/Bohr, n0 in 1/Bohr³.
type Row = (&'static str, [f64; 7]);

const TABLE: [Row; 11] = [
    ("Al", [-3.28, 3.00, 1.493, 1.240, 2.000, 1.169, 0.00700]),
    ("Cu", [-3.51, 2.67, 2.476, 1.652, 2.740, 1.906, 0.00910]),
    ("Ag", [-2.96, 3.01, 2.132, 1.652, 2.790, 1.892, 0.00547]),
    ("Au", [-3.80, 3.00, 2.321, 1.674, 2.873, 2.182, 0.00703]),
    ("Ni", [-4.44, 2.60, 3.673, 1.669, 2.757, 1.948, 0.01030]),
    ("Pd", [-3.90, 2.87, 2.773, 1.818, 3.107, 2.155, 0.00688]),
    ("Pt", [-5.85, 2.90, 4.067, 1.812, 3.145, 2.192, 0.00802]),
    ("H", [-3.21, 1.31, 0.132, 2.652, 2.790, 3.892, 0.00547]),
    ("C", [-3.50, 1.81, 0.332, 1.652, 2.790, 1.892, 0.01322]),
    ("N", [-5.10, 1.88, 0.132, 1.652, 2.790, 1.892, 0.01222]),
    ("O", [-4.60, 1.95, 0.332, 1.652, 2.790, 1.892, 0.00850]),
];

/// Symbols of the table.
pub(super) const SYMBOLS: [&str; 11] = {
    let mut symbols = [""; 11];
    let mut row = 0;
    while row < symbols.len() {
        symbols[row] = TABLE[row].0;
        row += 1;
    }
    symbols
};

/// What is known of an element, in eV and Å.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameters {
    pub(super) e0: f64,
    pub(super) v0: f64,
    pub(super) eta: f64,
    pub(super) kappa: f64,
    pub(super) lambda: f64,
    /// n0; only ratios count.
    pub(super) density: f64,
    pub(super) gamma1: f64,
    pub(super) gamma2: f64,
    /// κ/β.
    pub(super) kappa_per_beta: f64,
    /// η β s0.
    pub(super) density_at_0: f64,
    /// κ s0.
    pub(super) pair_at_0: f64,
}

impl Parameters {
    /// Those of an element, if there are any.
    pub(super) fn of(element: Element) -> Option<Self> {
        let (_, row) = TABLE.iter().find(|(symbol, _)| *symbol == element.symbol())?;
        let [e0, s0, v0, eta, kappa, lambda, density] = *row;
        let (s0, eta, kappa, lambda) = (s0 * BOHR, eta / BOHR, kappa / BOHR, lambda / BOHR);
        let nearest = BETA * s0;
        // an ideal crystal's sums over its first three shells, per twelve neighbours
        let shells = |decay: f64| -> f64 {
            let shell = |(count, squared): (f64, f64)| {
                let r = nearest * squared.sqrt();
                count * (-decay * (r - nearest)).exp() / (1.0 + (CUTOFF_SLOPE * (r - CUTOFF)).exp())
            };
            [(12.0, 1.0), (6.0, 2.0), (24.0, 3.0)].into_iter().map(shell).sum::<f64>() / 12.0
        };
        Some(Self {
            e0,
            v0,
            eta,
            kappa,
            lambda,
            density,
            gamma1: shells(eta),
            gamma2: shells(kappa / BETA),
            kappa_per_beta: kappa / BETA,
            density_at_0: eta * nearest,
            pair_at_0: kappa * s0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ASE 3.29.
    #[test]
    fn cutoffs() {
        assert!((CUTOFF - 5.376798323827276).abs() < 1e-14);
        assert!((CUTOFF_SLOPE - 23.858454772693438).abs() < 1e-11);
        assert!((LIST_CUTOFF - 5.876798323827276).abs() < 1e-14);
    }
}
