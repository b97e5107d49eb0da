//! Exchange current of hydrogen evolution.

use crate::Result;
use crate::constants::CHARGE_C;
use crate::thermo::{Temperature, above_zero, finite};

/// Exchange current of hydrogen evolution over the free energy of adsorbed hydrogen, in the form that goes back to
/// Nørskov et al. 2005.
///
/// ```text
/// i0 = e k0 N f(dG_H),    f = 1/(1 + exp(|dG_H|/kT))
/// ```
///
/// ```
/// use catalyst_ml::thermo::Temperature;
/// use catalyst_ml::volcano::{ExchangeCurrent, sites_per_cm2_fcc111};
///
/// let platinum = ExchangeCurrent::new(200.0, sites_per_cm2_fcc111(3.92)?)?;
/// assert!((platinum.prefactor_a_cm2() - 0.048158).abs() < 1e-6);
/// let coverage = ExchangeCurrent::coverage_factor(-0.09, Temperature::STANDARD)?;
/// assert!((coverage / 2.922821e-2 - 1.0).abs() < 1e-6);
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExchangeCurrent {
    prefactor_a_cm2: f64,
}

impl ExchangeCurrent {
    /// For a rate constant `k0`, 1/s a site, and a density of sites `N`, 1/cm².
    ///
    /// # Errors
    ///
    /// [`crate::Error::Quantity`] for one that is not above zero.
    pub fn new(rate_per_s: f64, sites_per_cm2: f64) -> Result<Self> {
        let rate = above_zero("rate constant, 1/s", rate_per_s)?;
        let sites = above_zero("sites, 1/cm²", sites_per_cm2)?;
        Ok(Self { prefactor_a_cm2: CHARGE_C * rate * sites })
    }

    /// `e k0 N`, A/cm².
    #[must_use]
    pub fn prefactor_a_cm2(&self) -> f64 {
        self.prefactor_a_cm2
    }

    /// Exchange current density at a free energy of adsorbed hydrogen, eV, in A/cm².
    ///
    /// # Errors
    ///
    /// [`crate::Error::Quantity`] if the energy is not finite.
    pub fn density_a_cm2(&self, hydrogen_ev: f64, temperature: Temperature) -> Result<f64> {
        Ok(self.prefactor_a_cm2 * Self::coverage_factor(hydrogen_ev, temperature)?)
    }

    /// `f`: at most 1/2, for hydrogen that is bound neither more nor less than in the molecule.
    ///
    /// # Errors
    ///
    /// [`crate::Error::Quantity`] if the energy is not finite.
    pub fn coverage_factor(hydrogen_ev: f64, temperature: Temperature) -> Result<f64> {
        let energy = finite("free energy of adsorbed hydrogen, eV", hydrogen_ev)?;
        Ok(1.0 / (1.0 + (energy.abs() / temperature.thermal_ev()).exp()))
    }
}

/// Atoms in the top layer of (111) of an fcc metal of this lattice constant, Å, a cm².
///
/// # Errors
///
/// [`crate::Error::Quantity`] unless it is above zero.
pub fn sites_per_cm2_fcc111(lattice_constant_angstrom: f64) -> Result<f64> {
    let a = above_zero("lattice constant, Å", lattice_constant_angstrom)?;
    Ok(4e16 / (3f64.sqrt() * a * a))
}
