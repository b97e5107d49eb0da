//! Harmonic oscillators.

use super::{FreeEnergy, Temperature};
use crate::constants::{BOLTZMANN_EV_K, EV_PER_WAVENUMBER};
use crate::{Error, Result};

/// The vibrations of an adsorbate or of a molecule, as independent harmonic oscillators.
///
/// ```text
/// ZPE = 1/2 sum e      U(T) = sum e/(exp(e/kT) - 1)      S = k sum [x/(exp(x) - 1) - ln(1 - exp(-x))],  x = e/kT
/// ```
///
/// ```
/// use catalyst_ml::thermo::{Temperature, Vibrations};
///
/// // atomic oxygen on a (111) surface
/// let oxygen = Vibrations::from_wavenumbers(&[441.5, 399.5, 317.0])?;
/// assert!((oxygen.zero_point_ev() - 0.071787).abs() < 1e-6);
/// let free = oxygen.free_energy(0.0, Temperature::STANDARD)?;
/// assert!((free.total_ev() - 0.058228).abs() < 1e-6);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Vibrations {
    quanta_ev: Vec<f64>,
}

impl Vibrations {
    /// Oscillators with these wavenumbers, cm⁻¹. Programs print the modes along which a structure is unstable as
    /// negative numbers: a saddle point has no free energy of this kind.
    ///
    /// # Errors
    ///
    /// [`Error::ImaginaryFrequency`] for a negative one, [`Error::Quantity`] for zero and what is not finite.
    pub fn from_wavenumbers(per_cm: &[f64]) -> Result<Self> {
        let quantum = |(mode, &wavenumber_per_cm): (usize, &f64)| {
            if wavenumber_per_cm < 0.0 {
                return Err(Error::ImaginaryFrequency { mode, wavenumber_per_cm });
            }
            super::condition::above_zero("wavenumber, 1/cm", wavenumber_per_cm)
                .map(|wavenumber| wavenumber * EV_PER_WAVENUMBER)
        };
        Ok(Self { quanta_ev: per_cm.iter().enumerate().map(quantum).collect::<Result<_>>()? })
    }

    /// Quanta `h v` of the oscillators, eV.
    #[must_use]
    pub fn quanta_ev(&self) -> &[f64] {
        &self.quanta_ev
    }

    /// Zero-point energy, eV.
    #[must_use]
    pub fn zero_point_ev(&self) -> f64 {
        0.5 * self.quanta_ev.iter().sum::<f64>()
    }

    /// Energy above the zero point, eV.
    #[must_use]
    pub fn thermal_ev(&self, temperature: Temperature) -> f64 {
        let kt = temperature.thermal_ev();
        self.quanta_ev.iter().map(|quantum| quantum / (quantum / kt).exp_m1()).sum()
    }

    /// Entropy, eV/K.
    #[must_use]
    pub fn entropy_ev_k(&self, temperature: Temperature) -> f64 {
        let kt = temperature.thermal_ev();
        let of = |quantum: &f64| {
            let x = quantum / kt;
            x / x.exp_m1() - (-(-x).exp()).ln_1p()
        };
        BOLTZMANN_EV_K * self.quanta_ev.iter().map(of).sum::<f64>()
    }

    /// Free energy of an adsorbate with this electronic energy, eV: all its motions are these oscillators.
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] if the energy is not finite.
    pub fn free_energy(&self, electronic_ev: f64, temperature: Temperature) -> Result<FreeEnergy> {
        FreeEnergy::of_parts(
            electronic_ev,
            self.zero_point_ev(),
            self.thermal_ev(temperature),
            -temperature.in_kelvin() * self.entropy_ev_k(temperature),
        )
    }
}
