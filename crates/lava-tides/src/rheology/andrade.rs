//! Laws with a transient creep that goes as a power of time.

use super::Rheology;
use super::simple::KelvinVoigt;
use crate::error::{Result, positive, within};
use crate::kernel::{BLOCK, NegativePower};
use num_complex::Complex64;
use std::f64::consts::FRAC_PI_2;

/// The Andrade solid,
///
/// ```text
/// J = (1/μ) (1 + Γ(1+α) (i σ τ_A)^-α + (i σ τ_M)^-1),   τ_M = η/μ,  τ_A = ζ τ_M
/// ```
///
/// on the principal branch: `(i x)^-α = x^-α (cos(α π/2) - i sin(α π/2))`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Andrade {
    compliance: f64,
    fluidity: f64,
    /// `τ_A`, s.
    time: f64,
    power: NegativePower,
    /// `Γ(1+α)/μ` times the cosine and the negative sine of `α π/2`.
    transient: Complex64,
}

impl Andrade {
    /// Rigidity in Pa, viscosity in Pa s, exponent α in (0, 1); ζ is 1.
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) for a value out of its range.
    pub fn new(rigidity_pa: f64, viscosity_pa_s: f64, alpha: f64) -> Result<Self> {
        let rigidity = positive("rigidity, Pa", rigidity_pa)?;
        let viscosity = positive("viscosity, Pa s", viscosity_pa_s)?;
        let alpha = within("Andrade exponent", "in (0, 1)", alpha, alpha > 0.0 && alpha < 1.0)?;
        let (sine, cosine) = (alpha * FRAC_PI_2).sin_cos();
        Ok(Self {
            compliance: 1.0 / rigidity,
            fluidity: 1.0 / viscosity,
            time: viscosity / rigidity,
            power: NegativePower::new(alpha),
            transient: Complex64::new(cosine, -sine) * (libm::tgamma(1.0 + alpha) / rigidity),
        })
    }

    /// The same solid with another ratio ζ of the Andrade time to the Maxwell time.
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) unless it is finite and positive.
    pub fn with_time_ratio(self, zeta: f64) -> Result<Self> {
        let maxwell_time = self.compliance / self.fluidity;
        Ok(Self { time: positive("Andrade time ratio", zeta)? * maxwell_time, ..self })
    }
}

impl Rheology for Andrade {
    fn compliance_per_pa(&self, frequency_rad_s: f64) -> Complex64 {
        let transient = self.transient * self.power.of(frequency_rad_s * self.time);
        Complex64::new(self.compliance + transient.re, transient.im - self.fluidity / frequency_rad_s)
    }

    fn compliance_into(&self, frequencies_rad_s: &[f64], real: &mut [f64], imaginary: &mut [f64]) {
        let blocks =
            frequencies_rad_s.chunks(BLOCK).zip(real.chunks_mut(BLOCK)).zip(imaginary.chunks_mut(BLOCK));
        for ((sigma, re), im) in blocks {
            for (x, sigma) in re.iter_mut().zip(sigma) {
                *x = sigma * self.time;
            }
            self.power.of_each(re, im);
            for ((re, im), sigma) in re.iter_mut().zip(im).zip(sigma) {
                let power = *im;
                *re = self.compliance + self.transient.re * power;
                *im = self.transient.im * power - self.fluidity / sigma;
            }
        }
    }
}

/// The Sundberg-Cooper solid: an Andrade and a Kelvin-Voigt element in series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SundbergCooper {
    andrade: Andrade,
    element: KelvinVoigt,
}

impl SundbergCooper {
    /// An Andrade solid with an anelastic element of this rigidity (Pa) and viscosity (Pa s).
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity) unless both are finite and positive.
    pub fn new(andrade: Andrade, kelvin_voigt: (f64, f64)) -> Result<Self> {
        Ok(Self { andrade, element: KelvinVoigt::new(kelvin_voigt)? })
    }
}

impl Rheology for SundbergCooper {
    fn compliance_per_pa(&self, frequency_rad_s: f64) -> Complex64 {
        self.andrade.compliance_per_pa(frequency_rad_s) + self.element.compliance_per_pa(frequency_rad_s)
    }

    fn compliance_into(&self, frequencies_rad_s: &[f64], real: &mut [f64], imaginary: &mut [f64]) {
        self.andrade.compliance_into(frequencies_rad_s, real, imaginary);
        for ((&sigma, re), im) in frequencies_rad_s.iter().zip(real).zip(imaginary) {
            let element = self.element.compliance_per_pa(sigma);
            *re += element.re;
            *im += element.im;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rheology::Maxwell;
    use common::assert_close;

    #[test]
    fn slices_agree_with_single_values() {
        let andrade = Andrade::new(6e10, 1e19, 0.27).unwrap().with_time_ratio(3.0).unwrap();
        let sigma: Vec<f64> = (0..1000).map(|i| 10f64.powf(-12.0 + 0.01 * f64::from(i))).collect();
        let check = |law: &dyn Rheology| {
            let (mut re, mut im) = (vec![0.0; 1000], vec![0.0; 1000]);
            law.compliance_into(&sigma, &mut re, &mut im);
            for (i, &sigma) in sigma.iter().enumerate() {
                let one = law.compliance_per_pa(sigma);
                assert_close!(re[i], one.re, rel = 4e-15);
                assert_close!(im[i], one.im, rel = 4e-15);
            }
        };
        check(&andrade);
        check(&SundbergCooper::new(andrade, (2e10, 1e15)).unwrap());
        check(&&andrade);
        check(&(Box::new(andrade) as Box<dyn Rheology>));
    }

    /// α = 0 would add a whole further elastic compliance; a Maxwell solid is the limit of a long Andrade time.
    #[test]
    fn the_maxwell_limit_is_a_long_andrade_time() {
        assert!(Andrade::new(6e10, 1e19, 0.0).is_err());
        assert!(Andrade::new(6e10, 1e19, 1.0).is_err());
        let maxwell = Maxwell::new(6e10, 1e19).unwrap().compliance_per_pa(1e-6);
        let slow = Andrade::new(6e10, 1e19, 0.3).unwrap().with_time_ratio(1e40).unwrap();
        assert!((slow.compliance_per_pa(1e-6) - maxwell).norm() < 1e-10 * maxwell.norm());
        assert!(Andrade::new(6e10, 1e19, 0.3).unwrap().with_time_ratio(0.0).is_err());
    }
}
