//! Viscosity and rigidity of partly molten rock.

use crate::error::{Result, positive, within};
use std::f64::consts::PI;

/// Viscosity and rigidity at one melt fraction.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MushProperties {
    /// Viscosity, Pa s.
    pub viscosity_pa_s: f64,
    /// Unrelaxed rigidity, Pa.
    pub rigidity_pa: f64,
}

/// How viscosity and rigidity fall as rock melts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MeltLaw {
    /// A smooth step of the logarithms.
    Logistic(LogisticLaw),
    /// The suspension law of Costa et al. (2009).
    Costa(CostaLaw),
}

impl MeltLaw {
    /// Properties at a melt fraction in `[0, 1]`.
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) for a fraction outside.
    pub fn properties(&self, melt_fraction: f64) -> Result<MushProperties> {
        let phi = within("melt fraction", "in [0, 1]", melt_fraction, (0.0..=1.0).contains(&melt_fraction))?;
        Ok(match self {
            Self::Logistic(law) => law.properties(phi),
            Self::Costa(law) => law.properties(phi),
        })
    }
}

/// A blend of the logarithms of solid and liquid values,
///
/// ```text
/// log η = y log η_l + (1 - y) log η_s,   y = (1 + tanh((φ - φ_c)/w))/2,
/// ```
///
/// as coupled magma-ocean codes use, and likewise for the rigidity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogisticLaw {
    solid: MushProperties,
    liquid: MushProperties,
    critical: f64,
    width: f64,
}

impl LogisticLaw {
    /// The values of the solid and of the liquid, the critical melt fraction and the width of the step.
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) for values that are not finite and positive.
    pub fn new(solid: MushProperties, liquid: MushProperties, critical: f64, width: f64) -> Result<Self> {
        for properties in [solid, liquid] {
            positive("viscosity, Pa s", properties.viscosity_pa_s)?;
            positive("rigidity, Pa", properties.rigidity_pa)?;
        }
        let critical = positive("critical melt fraction", critical)?;
        Ok(Self { solid, liquid, critical, width: positive("width of the melt transition", width)? })
    }

    fn properties(&self, phi: f64) -> MushProperties {
        let y = 0.5 * (1.0 + ((phi - self.critical) / self.width).tanh());
        let blend = |solid: f64, liquid: f64| (y * liquid.ln() + (1.0 - y) * solid.ln()).exp();
        MushProperties {
            viscosity_pa_s: blend(self.solid.viscosity_pa_s, self.liquid.viscosity_pa_s),
            rigidity_pa: blend(self.solid.rigidity_pa, self.liquid.rigidity_pa),
        }
    }
}

/// The law of Costa, Caricchi and Bagdassarov (2009) for a suspension, for the viscosity and, with other constants,
/// for the rigidity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CostaLaw {
    liquid_viscosity: f64,
    liquid_rigidity: f64,
}

impl CostaLaw {
    /// Viscosity (Pa s) and rigidity (Pa) of the liquid; a liquid rigidity of 10 Pa gives 6e10 Pa at no melt.
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) for values that are not finite and positive.
    pub fn new(liquid_viscosity_pa_s: f64, liquid_rigidity_pa: f64) -> Result<Self> {
        Ok(Self {
            liquid_viscosity: positive("viscosity, Pa s", liquid_viscosity_pa_s)?,
            liquid_rigidity: positive("rigidity, Pa", liquid_rigidity_pa)?,
        })
    }

    fn properties(&self, phi: f64) -> MushProperties {
        MushProperties {
            viscosity_pa_s: self.liquid_viscosity * CostaCurve::VISCOSITY.relative(phi),
            rigidity_pa: self.liquid_rigidity * CostaCurve::RIGIDITY.relative(phi),
        }
    }
}

/// Ratio of a property of the suspension to that of the liquid, at crystal fraction `F = 1 - φ`,
///
/// ```text
/// (1 + Θ^δ) / (1 - (1-ξ) erf( √π/(2 (1-ξ)) Θ (1 + Θ^γ) ))^(B F*),   Θ = F/F*
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
struct CostaCurve {
    /// F*
    packing: f64,
    /// δ
    delta: f64,
    /// ξ
    xi: f64,
    /// γ
    gamma: f64,
    /// B
    einstein: f64,
}

impl CostaCurve {
    /// As public ports of the paper have it.
    const VISCOSITY: Self = Self { packing: 0.569, delta: 25.7, xi: 1.17e-9, gamma: 5.0, einstein: 2.5 };
    /// Attributed to Kervazo et al. (2021); not verified.
    const RIGIDITY: Self = Self { packing: 0.597, delta: 2.10, xi: 7.08e-7, gamma: 5.0, einstein: 2.5 };

    fn relative(&self, phi: f64) -> f64 {
        let theta = (1.0 - phi) / self.packing;
        let z = PI.sqrt() / (2.0 * (1.0 - self.xi)) * theta * (1.0 + theta.powf(self.gamma));
        // 1 - (1-ξ) erf z, without the loss of digits where erf z is nearly 1.
        let denominator = libm::erfc(z) + self.xi * libm::erf(z);
        (1.0 + theta.powf(self.delta)) * denominator.powf(-self.einstein * self.packing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::assert_close;

    fn costa() -> MeltLaw {
        MeltLaw::Costa(CostaLaw::new(1.0, 10.0).unwrap())
    }

    /// 40-digit evaluation (independent, in Python with mpmath) of the law for a liquid of 1 Pa s.
    #[test]
    fn costa_viscosity() {
        let eta = |phi| costa().properties(phi).unwrap().viscosity_pa_s;
        for (phi, exact, tolerance) in [
            (0.0, 9.979771237e18, 1e-9),
            (0.1, 6.655124283e17, 1e-9),
            (0.2, 3.225532176e16, 1e-9),
            (0.3, 1.286963e14, 5e-7),
            (0.35, 1.126863e8, 5e-7),
            (0.4, 27292.74808, 2e-10),
            (0.5, 30.26217283, 2e-10),
            (1.0, 1.0, 1e-15),
        ] {
            assert_close!(eta(phi), exact, rel = tolerance, "φ = {phi}");
        }
    }

    #[test]
    fn both_laws_fall_with_melting_between_their_ends() {
        let solid = MushProperties { viscosity_pa_s: 1e21, rigidity_pa: 6e10 };
        let liquid = MushProperties { viscosity_pa_s: 1e2, rigidity_pa: 10.0 };
        let logistic = MeltLaw::Logistic(LogisticLaw::new(solid, liquid, 0.4, 0.15).unwrap());
        let middle = logistic.properties(0.4).unwrap();
        assert_close!(middle.viscosity_pa_s, (1e21f64 * 1e2).sqrt(), rel = 1e-12);
        for law in [logistic, costa()] {
            let mut before = law.properties(0.0).unwrap();
            for step in 1..=50 {
                let now = law.properties(0.02 * f64::from(step)).unwrap();
                assert!(now.viscosity_pa_s < before.viscosity_pa_s && now.rigidity_pa < before.rigidity_pa);
                before = now;
            }
            assert!(before.rigidity_pa < 20.0);
        }
    }

    #[test]
    fn rules() {
        assert!(costa().properties(1.1).is_err() && costa().properties(f64::NAN).is_err());
        assert!(CostaLaw::new(-1.0, 1.0).is_err());
        let one = MushProperties { viscosity_pa_s: 1.0, rigidity_pa: 1.0 };
        assert!(LogisticLaw::new(one, one, 0.4, 0.0).is_err());
        assert!(LogisticLaw::new(MushProperties { rigidity_pa: 0.0, ..one }, one, 0.4, 0.1).is_err());
    }
}
