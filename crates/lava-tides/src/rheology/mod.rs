//! How a solid yields to a periodic stress.
//!
//! Time goes as `exp(+i σ t)`. A [`Rheology`] is given by its complex compliance `J(σ)` at `σ > 0`; the complex
//! rigidity is `1/J(σ)`, with a positive imaginary part where energy is lost, and its conjugate at `-σ`.
//!
//! ```text
//! rigid            J = 0
//! elastic          J = 1/μ
//! Newtonian        J = 1/(i σ η)
//! Maxwell          J = 1/μ + 1/(i σ η)
//! Burgers          J = Maxwell + 1/(μ₁ + i σ η₁)
//! Andrade          J = Maxwell + Γ(1+α) (i σ τ_A)^-α / μ
//! Sundberg-Cooper  J = Andrade + 1/(μ₁ + i σ η₁)
//! ```
//!
//! μ is the unrelaxed rigidity (Pa), η the viscosity (Pa s), `τ_A = ζ η/μ` the Andrade time; μ₁ and η₁ belong to the
//! anelastic element. The Andrade law with α = 0 is *not* the Maxwell law: drop its middle term instead.

mod andrade;
mod melt;
mod simple;

pub use andrade::{Andrade, SundbergCooper};
pub use melt::{CostaLaw, LogisticLaw, MeltLaw, MushProperties};
pub use simple::{Burgers, Elastic, Maxwell, Newtonian, Rigid};

use num_complex::Complex64;

/// A linear viscoelastic law.
///
/// ```
/// use lava_tides::rheology::{Andrade, Rheology};
///
/// let rock = Andrade::new(3e11, 1e21, 0.3)?;
/// let rigidity = rock.rigidity_pa(1e-6);
/// assert!((rigidity.re / 280016457492.7753 - 1.0).abs() < 1e-13);
/// assert!((rigidity.im / 9431298717.449108 - 1.0).abs() < 1e-13);
/// # Ok::<(), lava_tides::Error>(())
/// ```
pub trait Rheology: Send + Sync {
    /// Complex compliance, Pa⁻¹, at a positive frequency in rad/s. Its imaginary part is not positive.
    fn compliance_per_pa(&self, frequency_rad_s: f64) -> Complex64;

    /// Complex compliances at many positive frequencies, real and imaginary parts apart. The slices are equally
    /// long. The default calls [`Rheology::compliance_per_pa`] for each.
    fn compliance_into(&self, frequencies_rad_s: &[f64], real: &mut [f64], imaginary: &mut [f64]) {
        for ((&sigma, re), im) in frequencies_rad_s.iter().zip(real).zip(imaginary) {
            let compliance = self.compliance_per_pa(sigma);
            (*re, *im) = (compliance.re, compliance.im);
        }
    }

    /// Complex rigidity, Pa, at any frequency in rad/s.
    fn rigidity_pa(&self, frequency_rad_s: f64) -> Complex64 {
        let rigidity = self.compliance_per_pa(frequency_rad_s.abs()).inv();
        if frequency_rad_s < 0.0 { rigidity.conj() } else { rigidity }
    }
}

impl<R: Rheology + ?Sized> Rheology for &R {
    fn compliance_per_pa(&self, frequency_rad_s: f64) -> Complex64 {
        (**self).compliance_per_pa(frequency_rad_s)
    }

    fn compliance_into(&self, frequencies_rad_s: &[f64], real: &mut [f64], imaginary: &mut [f64]) {
        (**self).compliance_into(frequencies_rad_s, real, imaginary);
    }
}

impl<R: Rheology + ?Sized> Rheology for Box<R> {
    fn compliance_per_pa(&self, frequency_rad_s: f64) -> Complex64 {
        (**self).compliance_per_pa(frequency_rad_s)
    }

    fn compliance_into(&self, frequencies_rad_s: &[f64], real: &mut [f64], imaginary: &mut [f64]) {
        (**self).compliance_into(frequencies_rad_s, real, imaginary);
    }
}

/// Mean of layer rigidities (Pa, with the volume of each layer in any unit) after Hill: the mean of the averages of
/// Voigt (of the rigidities) and of Reuss (of the compliances). `None` without layers or volume.
#[must_use]
pub fn hill_mean(layers: &[(Complex64, f64)]) -> Option<Complex64> {
    let volume: f64 = layers.iter().map(|(_, volume)| volume).sum();
    let voigt: Complex64 = layers.iter().map(|(rigidity, v)| rigidity * (v / volume)).sum();
    let reuss: Complex64 = layers.iter().map(|(rigidity, v)| rigidity.inv() * (v / volume)).sum();
    (volume > 0.0).then(|| 0.5 * (voigt + reuss.inv()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::assert_close;

    #[test]
    fn hill_mean_lies_between_its_parts() {
        let real = |re: f64| Complex64::new(re, 0.0);
        let mean = hill_mean(&[(real(1.0), 1.0), (real(3.0), 1.0)]).unwrap();
        assert_close!(mean.re, 0.5 * (2.0 + 1.5), rel = 1e-15);
        assert_close!(hill_mean(&[(real(7.0), 2.0)]).unwrap().re, 7.0, rel = 1e-15);
        assert!(hill_mean(&[]).is_none());
    }
}
