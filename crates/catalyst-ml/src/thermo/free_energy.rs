//! A free energy with its parts.

use super::condition::finite;
use crate::Result;

/// A free energy, eV, with what it is made of.
///
/// ```
/// use catalyst_ml::thermo::{ElectricField, FreeEnergy, Temperature, Vibrations};
///
/// let hydroxyl = Vibrations::from_wavenumbers(&[3840.26, 678.45, 544.71, 381.95, 303.60, 120.58])?;
/// let field = ElectricField { dipole_e_angstrom: 0.1, polarizability_e_angstrom2_v: 0.0 };
/// let free = hydroxyl
///     .free_energy(1.079, Temperature::STANDARD)?
///     .with("solvation", -0.3)?
///     .with("field", field.energy_ev(-0.5)?)?;
/// assert!((free.total_ev() - (1.079 + 0.328745 - 0.3 + 0.05)).abs() < 1e-6);
/// assert_eq!(free.corrections()[0], ("solvation".to_owned(), -0.3));
/// # Ok::<(), catalyst_ml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FreeEnergy {
    electronic_ev: f64,
    zero_point_ev: f64,
    thermal_ev: f64,
    minus_ts_ev: f64,
    corrections: Vec<(String, f64)>,
}

impl FreeEnergy {
    pub(super) fn of_parts(
        electronic_ev: f64,
        zero_point_ev: f64,
        thermal_ev: f64,
        minus_ts_ev: f64,
    ) -> Result<Self> {
        let electronic_ev = finite("electronic energy, eV", electronic_ev)?;
        Ok(Self { electronic_ev, zero_point_ev, thermal_ev, minus_ts_ev, corrections: vec![] })
    }

    /// The same with a further named part, eV: the solvation of the species, its energy in the field of the interface.
    ///
    /// # Errors
    ///
    /// [`crate::Error::Quantity`] if it is not finite.
    pub fn with(mut self, name: &str, energy_ev: f64) -> Result<Self> {
        self.corrections.push((name.into(), finite("correction, eV", energy_ev)?));
        Ok(self)
    }

    /// Sum of all parts, eV.
    #[must_use]
    pub fn total_ev(&self) -> f64 {
        let named: f64 = self.corrections.iter().map(|(_, energy)| energy).sum();
        self.electronic_ev + self.zero_point_ev + self.thermal_ev + self.minus_ts_ev + named
    }

    /// What is added to the electronic energy, eV.
    #[must_use]
    pub fn correction_ev(&self) -> f64 {
        self.total_ev() - self.electronic_ev
    }

    /// Electronic energy, eV.
    #[must_use]
    pub fn electronic_ev(&self) -> f64 {
        self.electronic_ev
    }

    /// Zero-point energy, eV.
    #[must_use]
    pub fn zero_point_ev(&self) -> f64 {
        self.zero_point_ev
    }

    /// Energy of the motions above the zero point, eV; for a gas with its `kB T`, so that it is an enthalpy.
    #[must_use]
    pub fn thermal_ev(&self) -> f64 {
        self.thermal_ev
    }

    /// `-T S`, eV.
    #[must_use]
    pub fn minus_ts_ev(&self) -> f64 {
        self.minus_ts_ev
    }

    /// Named parts, eV, in the order in which they were added.
    #[must_use]
    pub fn corrections(&self) -> &[(String, f64)] {
        &self.corrections
    }
}

/// How an adsorbate answers an electric field along the surface normal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ElectricField {
    /// Dipole moment of the adsorbate, e Å.
    pub dipole_e_angstrom: f64,
    /// Its polarizability, e Å²/V.
    pub polarizability_e_angstrom2_v: f64,
}

impl ElectricField {
    /// Energy in a field, V/Å: `-mu F - 1/2 alpha F²`, eV.
    ///
    /// # Errors
    ///
    /// [`crate::Error::Quantity`] for a number that is not finite.
    pub fn energy_ev(self, field_v_angstrom: f64) -> Result<f64> {
        let field = finite("field, V/Å", field_v_angstrom)?;
        let energy =
            -self.dipole_e_angstrom * field - 0.5 * self.polarizability_e_angstrom2_v * field * field;
        finite("energy in the field, eV", energy)
    }
}
