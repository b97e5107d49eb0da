//! Springs and dashpots.

use super::Rheology;
use crate::error::{Result, positive};
use num_complex::Complex64;

/// A solid that does not yield at all: `J = 0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rigid;

impl Rheology for Rigid {
    fn compliance_per_pa(&self, _: f64) -> Complex64 {
        Complex64::new(0.0, 0.0)
    }
}

/// An elastic solid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elastic {
    compliance: f64,
}

impl Elastic {
    /// Rigidity in Pa.
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) unless it is finite and positive.
    pub fn new(rigidity_pa: f64) -> Result<Self> {
        Ok(Self { compliance: 1.0 / positive("rigidity, Pa", rigidity_pa)? })
    }
}

impl Rheology for Elastic {
    fn compliance_per_pa(&self, _: f64) -> Complex64 {
        Complex64::new(self.compliance, 0.0)
    }
}

/// A viscous fluid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Newtonian {
    fluidity: f64,
}

impl Newtonian {
    /// Viscosity in Pa s.
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) unless it is finite and positive.
    pub fn new(viscosity_pa_s: f64) -> Result<Self> {
        Ok(Self { fluidity: 1.0 / positive("viscosity, Pa s", viscosity_pa_s)? })
    }
}

impl Rheology for Newtonian {
    fn compliance_per_pa(&self, frequency_rad_s: f64) -> Complex64 {
        Complex64::new(0.0, -self.fluidity / frequency_rad_s)
    }
}

/// The Maxwell solid: a spring and a dashpot in series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Maxwell {
    compliance: f64,
    fluidity: f64,
}

impl Maxwell {
    /// Rigidity in Pa and viscosity in Pa s.
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) unless both are finite and positive.
    pub fn new(rigidity_pa: f64, viscosity_pa_s: f64) -> Result<Self> {
        Ok(Self {
            compliance: 1.0 / positive("rigidity, Pa", rigidity_pa)?,
            fluidity: 1.0 / positive("viscosity, Pa s", viscosity_pa_s)?,
        })
    }
}

impl Rheology for Maxwell {
    fn compliance_per_pa(&self, frequency_rad_s: f64) -> Complex64 {
        Complex64::new(self.compliance, -self.fluidity / frequency_rad_s)
    }
}

/// The Burgers solid: a Maxwell and a Kelvin-Voigt element in series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burgers {
    maxwell: Maxwell,
    element: KelvinVoigt,
}

impl Burgers {
    /// Rigidities in Pa and viscosities in Pa s, the Maxwell pair first.
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) unless all are finite and positive.
    pub fn new(maxwell: (f64, f64), kelvin_voigt: (f64, f64)) -> Result<Self> {
        Ok(Self { maxwell: Maxwell::new(maxwell.0, maxwell.1)?, element: KelvinVoigt::new(kelvin_voigt)? })
    }
}

impl Rheology for Burgers {
    fn compliance_per_pa(&self, frequency_rad_s: f64) -> Complex64 {
        self.maxwell.compliance_per_pa(frequency_rad_s) + self.element.compliance_per_pa(frequency_rad_s)
    }
}

/// A spring and a dashpot side by side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct KelvinVoigt {
    rigidity: f64,
    viscosity: f64,
}

impl KelvinVoigt {
    pub(super) fn new((rigidity_pa, viscosity_pa_s): (f64, f64)) -> Result<Self> {
        Ok(Self {
            rigidity: positive("anelastic rigidity, Pa", rigidity_pa)?,
            viscosity: positive("anelastic viscosity, Pa s", viscosity_pa_s)?,
        })
    }

    pub(super) fn compliance_per_pa(&self, frequency_rad_s: f64) -> Complex64 {
        Complex64::new(self.rigidity, frequency_rad_s * self.viscosity).inv()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::assert_close;

    /// Known limits: a Maxwell solid loses most at σ τ = 1, where its rigidity is μ (1 + i)/2.
    #[test]
    fn maxwell_peak() {
        let rigidity = Maxwell::new(6e10, 1e21).unwrap().rigidity_pa(6e-11);
        assert_close!(rigidity.re, 3e10, rel = 1e-14);
        assert_close!(rigidity.im, 3e10, rel = 1e-14);
        let backward = Maxwell::new(6e10, 1e21).unwrap().rigidity_pa(-6e-11);
        assert_close!(backward.im, -3e10, rel = 1e-14);
    }

    #[test]
    fn the_parts_add_up() {
        let elastic = Elastic::new(5e10).unwrap().compliance_per_pa(1e-6);
        let fluid = Newtonian::new(1e18).unwrap().compliance_per_pa(1e-6);
        let maxwell = Maxwell::new(5e10, 1e18).unwrap().compliance_per_pa(1e-6);
        assert!((elastic + fluid - maxwell).norm() < 1e-15 * maxwell.norm());
        // A Kelvin-Voigt element that is as good as rigid leaves the Maxwell solid.
        let burgers = Burgers::new((5e10, 1e18), (1e30, 1e18)).unwrap().compliance_per_pa(1e-6);
        assert!((burgers - maxwell).norm() < 1e-15 * maxwell.norm());
        // At low frequency its spring adds the whole of its compliance.
        let slow = Burgers::new((5e10, 1e18), (2e10, 1e12)).unwrap().compliance_per_pa(1e-6);
        assert_close!(slow.re - maxwell.re, 1.0 / 2e10, rel = 1e-8);
    }

    #[test]
    fn rules() {
        assert!(Elastic::new(0.0).is_err());
        assert!(Newtonian::new(f64::NAN).is_err());
        assert!(Maxwell::new(1.0, f64::INFINITY).is_err());
        assert!(Burgers::new((1.0, 1.0), (1.0, -1.0)).is_err());
    }
}
