//! Molecules of an ideal gas.

use super::condition::above_zero;
use super::{FreeEnergy, Pressure, Temperature, Vibrations};
use crate::constants::{ATOMIC_MASS_KG, BOLTZMANN_EV_K, BOLTZMANN_J_K, PLANCK_J_S};
use crate::{Atoms, Error, Result};
use nalgebra::{Matrix3, Vector3};
use std::f64::consts::PI;

/// How a molecule turns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rotor {
    /// A single atom does not.
    Atom,
    /// A linear molecule.
    Linear {
        /// Moment of inertia, u Å².
        moment_u_angstrom2: f64,
        /// Symmetry number.
        symmetry: u32,
    },
    /// Any other molecule.
    Nonlinear {
        /// Principal moments of inertia, u Å².
        moments_u_angstrom2: [f64; 3],
        /// Symmetry number.
        symmetry: u32,
    },
}

/// A molecule of an ideal gas: rigid rotor, harmonic oscillators.
///
/// ```text
/// H = E + ZPE + (3/2 + 0, 1 or 3/2) kT + U_vib(T) + kT
/// S = S_trans + S_rot + S_vib + k ln(2 spin + 1) - k ln(P/P0),   P0 = 1 bar
/// S_trans = k {ln[(2 pi M kT/h²)^(3/2) kT/P0] + 5/2}
/// S_rot   = k {ln[8 pi² I kT/(sigma h²)] + 1}   or   k {ln[sqrt(pi I1 I2 I3)/sigma (8 pi² kT/h²)^(3/2)] + 3/2}
/// ```
///
/// ```
/// use catalyst_ml::thermo::{IdealGas, Pressure, Rotor, Temperature, Vibrations};
///
/// let rotor = Rotor::Linear { moment_u_angstrom2: 0.273881, symmetry: 2 };
/// let hydrogen = IdealGas::new(2.016, rotor, 0.0, Vibrations::from_wavenumbers(&[4401.2])?)?;
/// let free = hydrogen.free_energy(0.0, Temperature::STANDARD, Pressure::ATMOSPHERE)?;
/// assert!((free.minus_ts_ev() + 0.402129).abs() < 2e-6);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct IdealGas {
    mass_u: f64,
    rotor: Rotor,
    spin: f64,
    vibrations: Vibrations,
}

impl IdealGas {
    /// A molecule of a mass, u, and of a total electronic spin: 0 for a singlet, 1 for the triplet of O₂.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] for a mass or moment that is not above zero, or a spin that is no multiple of 1/2;
    /// [`Error::Count`] for the symmetry number 0.
    pub fn new(mass_u: f64, rotor: Rotor, spin: f64, vibrations: Vibrations) -> Result<Self> {
        let mass_u = above_zero("mass, u", mass_u)?;
        let (moments, symmetry): (&[f64], u32) = match &rotor {
            Rotor::Atom => (&[], 1),
            Rotor::Linear { moment_u_angstrom2, symmetry } => {
                (std::slice::from_ref(moment_u_angstrom2), *symmetry)
            }
            Rotor::Nonlinear { moments_u_angstrom2, symmetry } => (moments_u_angstrom2, *symmetry),
        };
        for &moment in moments {
            above_zero("moment of inertia, u Å²", moment)?;
        }
        if symmetry == 0 {
            return Err(Error::Count { name: "symmetry number", rule: "at least 1", count: 0 });
        }
        let doubled = 2.0 * spin;
        if !(0.0..=1e3).contains(&doubled) || (doubled - doubled.round()).abs() > 1e-9 {
            return Err(Error::Quantity { name: "spin", rule: "0, 1/2, 1, ...", value: spin });
        }
        Ok(Self { mass_u, rotor, spin, vibrations })
    }

    /// A molecule of this geometry; its moments of inertia, and whether it is linear, follow from it.
    ///
    /// # Errors
    ///
    /// As [`IdealGas::new`]; [`Error::Count`] if there is no atom, [`Error::Lengths`] unless there is a wavenumber for
    /// each of its vibrations, three an atom but for those of the whole molecule.
    pub fn from_atoms(molecule: &Atoms, symmetry: u32, spin: f64, vibrations: Vibrations) -> Result<Self> {
        if molecule.is_empty() {
            return Err(Error::Count { name: "atoms of a molecule", rule: "at least 1", count: 0 });
        }
        let masses: Vec<f64> = molecule.elements().iter().map(|element| element.mass_u()).collect();
        let points: Vec<Vector3<f64>> = molecule.positions().iter().map(|p| Vector3::from(*p)).collect();
        let mass_u: f64 = masses.iter().sum();
        let center = points.iter().zip(&masses).map(|(p, m)| p * *m).sum::<Vector3<f64>>() / mass_u;
        let tensor = points.iter().zip(&masses).fold(Matrix3::zeros(), |sum, (point, mass)| {
            let r = point - center;
            sum + (Matrix3::identity() * r.norm_squared() - r * r.transpose()) * *mass
        });
        let mut moments: [f64; 3] = tensor.symmetric_eigenvalues().into();
        moments.sort_by(f64::total_cmp);
        let rotor = if molecule.len() == 1 {
            Rotor::Atom
        } else if moments[0] < 1e-6 * moments[2] {
            Rotor::Linear { moment_u_angstrom2: moments[2], symmetry }
        } else {
            Rotor::Nonlinear { moments_u_angstrom2: moments, symmetry }
        };
        let still = match rotor {
            Rotor::Atom => 3,
            Rotor::Linear { .. } => 5,
            Rotor::Nonlinear { .. } => 6,
        };
        let (expected, found) = (3 * molecule.len() - still, vibrations.quanta_ev().len());
        if expected != found {
            return Err(Error::Lengths { what: "a wavenumber", expected, found });
        }
        Self::new(mass_u, rotor, spin, vibrations)
    }

    /// How the molecule turns.
    #[must_use]
    pub fn rotor(&self) -> Rotor {
        self.rotor
    }

    /// Its vibrations.
    #[must_use]
    pub fn vibrations(&self) -> &Vibrations {
        &self.vibrations
    }

    /// Entropy, eV/K.
    #[must_use]
    pub fn entropy_ev_k(&self, temperature: Temperature, pressure: Pressure) -> f64 {
        let kt = BOLTZMANN_J_K * temperature.in_kelvin();
        let planck2 = PLANCK_J_S * PLANCK_J_S;
        let moment = |u_angstrom2: f64| u_angstrom2 * ATOMIC_MASS_KG * 1e-20;
        let volume = kt / Pressure::STANDARD.in_pascal();
        let translation =
            1.5 * (2.0 * PI * self.mass_u * ATOMIC_MASS_KG * kt / planck2).ln() + volume.ln() + 2.5;
        let turning = 8.0 * PI * PI * kt / planck2;
        let rotation = match self.rotor {
            Rotor::Atom => 0.0,
            Rotor::Linear { moment_u_angstrom2, symmetry } => {
                (turning * moment(moment_u_angstrom2) / f64::from(symmetry)).ln() + 1.0
            }
            Rotor::Nonlinear { moments_u_angstrom2: [a, b, c], symmetry } => {
                let moments = moment(a).ln() + moment(b).ln() + moment(c).ln();
                0.5 * (PI.ln() + moments) - f64::from(symmetry).ln() + 1.5 * turning.ln() + 1.5
            }
        };
        let electronic = (2.0 * self.spin + 1.0).ln();
        let compression = (pressure.in_pascal() / Pressure::STANDARD.in_pascal()).ln();
        BOLTZMANN_EV_K * (translation + rotation + electronic - compression)
            + self.vibrations.entropy_ev_k(temperature)
    }

    /// Free energy of a molecule with this electronic energy, eV.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] if the energy is not finite.
    pub fn free_energy(
        &self,
        electronic_ev: f64,
        temperature: Temperature,
        pressure: Pressure,
    ) -> Result<FreeEnergy> {
        let rotation = match self.rotor {
            Rotor::Atom => 0.0,
            Rotor::Linear { .. } => 1.0,
            Rotor::Nonlinear { .. } => 1.5,
        };
        FreeEnergy::of_parts(
            electronic_ev,
            self.vibrations.zero_point_ev(),
            (2.5 + rotation) * temperature.thermal_ev() + self.vibrations.thermal_ev(temperature),
            -temperature.in_kelvin() * self.entropy_ev_k(temperature, pressure),
        )
    }
}
