//! A planet with a magma ocean on a solid interior.

use super::rotating::{Chain, MOST_TERMS};
use super::{Forcing, HomogeneousBody, MagmaOcean, OceanCoupling, Order, TidalResponse, positive, signed};
use crate::error::{Error, Result};
use crate::kernel::{BLOCK, Task, run};
use crate::rheology::Rheology;
use crate::{Body, Validity, Violation};
use num_complex::Complex64;

/// A planet with a global magma ocean on a solid interior.
///
/// The interior is [`HomogeneousBody::below_ocean`] in the physical reading, and the whole planet
/// ([`HomogeneousBody::new`]) as public ports of the paper have it; [`crate::rheology::Rigid`] makes a floor that
/// does not yield.
///
/// ```
/// use lava_tides::response::{Forcing, HomogeneousBody, MagmaOcean, MoltenPlanet, OceanCoupling};
/// use lava_tides::{Body, TidalResponse, rheology::Rigid};
///
/// // The early Earth under the tide of a Moon at ten Earth radii, by the paper's Eq. 7.
/// let earth = Body::new(5.9722e24, 6.371e6, 0.3307)?;
/// let ocean = MagmaOcean::new(1e5, 1e-4, 0.55)?.with_coupling(OceanCoupling::PaperEq7)?;
/// let molten = MoltenPlanet::new(earth, HomogeneousBody::new(&earth, Rigid), ocean)?;
/// let k2 = molten.k2(Forcing::sectoral(4.89584e-4));
/// assert!((k2.re + 0.3996).abs() < 1e-4 && (k2.im + 0.20696).abs() < 1e-4);
/// # Ok::<(), lava_tides::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MoltenPlanet<R> {
    body: Body,
    interior: HomogeneousBody<R>,
    ocean: MagmaOcean,
    shell: Shell,
}

/// What the ocean's closed form needs at any frequency.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Shell {
    /// `σ_2²`, s⁻².
    wave: f64,
    /// `ξ_2`.
    xi: f64,
    /// `1 + Λ_2 - ξ_2`, or 1 without self-attraction.
    stiffness: Complex64,
    /// `2 ξ_2/3`, or 0: what a fully relaxed floor takes off the stiffness.
    relaxing: f64,
    /// 1, or 0: whether the floor's tide takes away from the ocean's.
    tilting: f64,
    drag: f64,
}

impl<R: Rheology> MoltenPlanet<R> {
    /// A planet from its whole, its interior and its ocean.
    ///
    /// # Errors
    /// [`Error::OceanDepth`] for an ocean that reaches the centre.
    pub fn new(body: Body, interior: HomogeneousBody<R>, ocean: MagmaOcean) -> Result<Self> {
        let (depth_m, radius_m) = (ocean.depth_m(), body.radius_m());
        if depth_m >= radius_m {
            return Err(Error::OceanDepth { depth_m, radius_m });
        }
        let xi = ocean.attraction(2);
        let one = Complex64::new(1.0, 0.0);
        let (stiffness, relaxing, tilting) = match ocean.coupling() {
            OceanCoupling::PaperEq7 => (one, 0.0, 0.0),
            _ => (one + ocean.stiffening(2, &body) - xi, 2.0 / 3.0 * xi, 1.0),
        };
        let wave = 6.0 * ocean.wave_s2(&body);
        let shell = Shell { wave, xi, stiffness, relaxing, tilting, drag: ocean.drag_per_s() };
        Ok(Self { body, interior, ocean, shell })
    }

    /// The planet as a whole.
    #[must_use]
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The ocean.
    #[must_use]
    pub fn ocean(&self) -> &MagmaOcean {
        &self.ocean
    }

    /// Its solid interior.
    #[must_use]
    pub fn interior(&self) -> &HomogeneousBody<R> {
        &self.interior
    }

    /// Frequency of the ocean's free oscillation of degree 2 without rotation, crust, attraction or yielding,
    /// `σ_2`, rad/s.
    #[must_use]
    pub fn wave_frequency_rad_s(&self) -> f64 {
        self.shell.wave.sqrt()
    }

    /// Height of each degree 2, 4, 6, … of the rotating ocean's tide over that of the equilibrium tide `U/g`, in
    /// orthonormal spherical harmonics of the order of the forcing, from a chain of so many degrees.
    ///
    /// # Errors
    /// [`Error::Count`] for fewer than two terms or more than 16 384, and [`Error::Quantity`] at frequency zero.
    pub fn rotating_spectrum(&self, forcing: Forcing, terms: usize) -> Result<Vec<(u32, Complex64)>> {
        if !(2..=MOST_TERMS).contains(&terms) {
            let (name, rule) = ("terms of the rotating tide", "in 2..=16384");
            return Err(Error::Count { name, rule, count: terms });
        }
        let frequency = forcing.frequency_rad_s;
        if !frequency.is_finite() || frequency == 0.0 {
            let (name, rule) = ("frequency, rad/s", "finite and not zero");
            return Err(Error::Quantity { name, rule, value: frequency });
        }
        let compliance = self.interior.rheology().compliance_per_pa(positive(frequency));
        let tilt = 1.0 - self.interior.relaxation(2, compliance);
        let heights = self.chain(forcing, compliance).spectrum(terms);
        Ok(heights.into_iter().map(|(degree, height)| (degree, signed(tilt * height, frequency))).collect())
    }

    fn chain(&self, forcing: Forcing, compliance: Complex64) -> Chain<impl Fn(u32) -> Complex64> {
        let backward = forcing.frequency_rad_s < 0.0;
        let beta = move |degree: u32| {
            let f = self.interior.relaxation(degree, compliance);
            let load = 1.0 + f * (2.0 / 3.0 * (f64::from(degree) - 1.0));
            1.0 + self.ocean.stiffening(degree, &self.body) - load * self.ocean.attraction(degree)
        };
        Chain {
            sigma: positive(forcing.frequency_rad_s),
            drag: self.ocean.drag_per_s(),
            spin: if backward { -forcing.spin_rad_s } else { forcing.spin_rad_s },
            order: forcing.order,
            wave: self.shell.wave / 6.0,
            beta,
        }
    }

    /// The interior's `f_2` and the ocean's height over the equilibrium tide, at the size of the frequency.
    fn parts(&self, forcing: Forcing) -> (Complex64, Complex64) {
        let sigma = positive(forcing.frequency_rad_s);
        let compliance = self.interior.rheology().compliance_per_pa(sigma);
        let f = self.interior.relaxation(2, compliance);
        let height = match self.ocean.coupling() {
            OceanCoupling::Rotating(truncation) if forcing.frequency_rad_s != 0.0 => {
                (1.0 - f) * self.chain(forcing, compliance).response(truncation)
            }
            _ => self.shell.height(sigma, f),
        };
        (f, height)
    }
}

impl Shell {
    /// Height of the ocean's tide over the equilibrium tide.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "takes the instruction set of its caller")]
    fn height(&self, sigma: f64, f: Complex64) -> Complex64 {
        let stiffness = self.stiffness - f * self.relaxing;
        let re = sigma * sigma - self.wave * stiffness.re;
        let im = -sigma * self.drag - self.wave * stiffness.im;
        let scale = -self.wave / (re * re + im * im);
        let tilt = Complex64::new(1.0 - self.tilting * f.re, -self.tilting * f.im);
        Complex64::new((tilt.re * re + tilt.im * im) * scale, (tilt.im * re - tilt.re * im) * scale)
    }

    /// `k_T + (1 + k_L) ξ` times the height.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "takes the instruction set of its caller")]
    fn love_number(&self, f: Complex64, height: Complex64) -> Complex64 {
        let (re, im) = (self.xi * (1.0 - f.re), -self.xi * f.im);
        Complex64::new(
            1.5 * f.re + re * height.re - im * height.im,
            1.5 * f.im + re * height.im + im * height.re,
        )
    }
}

impl<R: Rheology> TidalResponse for MoltenPlanet<R> {
    fn k2(&self, forcing: Forcing) -> Complex64 {
        self.k2_and_elevation(forcing).0
    }

    fn k2_into(&self, frequencies_rad_s: &[f64], spin_rad_s: f64, order: Order, out: &mut [Complex64]) {
        if self.depends_on_spin() {
            for (&frequency_rad_s, out) in frequencies_rad_s.iter().zip(out) {
                *out = self.k2(Forcing { frequency_rad_s, spin_rad_s, order });
            }
            return;
        }
        let (mut size, mut re, mut im) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
        for (sigma, out) in frequencies_rad_s.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
            let (size, re, im) = (&mut size[..sigma.len()], &mut re[..sigma.len()], &mut im[..sigma.len()]);
            for (size, sigma) in size.iter_mut().zip(sigma) {
                *size = positive(*sigma);
            }
            self.interior.relaxations(size, re, im);
            run(Combine { shell: &self.shell, sigma, size, re, im, out });
        }
    }

    fn depends_on_spin(&self) -> bool {
        matches!(self.ocean.coupling(), OceanCoupling::Rotating(_))
    }

    fn ocean_depth_m(&self) -> Option<f64> {
        Some(self.ocean.depth_m())
    }

    fn ocean_elevation(&self, forcing: Forcing) -> Complex64 {
        self.k2_and_elevation(forcing).1
    }

    fn k2_and_elevation(&self, forcing: Forcing) -> (Complex64, Complex64) {
        let (f, height) = self.parts(forcing);
        let sigma = forcing.frequency_rad_s;
        (signed(self.shell.love_number(f, height), sigma), signed(height, sigma))
    }

    fn validity(&self, spin_rad_s: f64) -> Validity {
        let weak = self.ocean.drag_per_s() < 2.0 * spin_rad_s.abs();
        Validity::default()
            .with(Violation::DeepOcean, self.ocean.depth_m() > 0.1 * self.body.radius_m())
            .with(Violation::WeakFriction, !self.depends_on_spin() && weak)
    }
}

/// Love numbers of a block from the interior's `f_2`.
struct Combine<'a> {
    shell: &'a Shell,
    sigma: &'a [f64],
    size: &'a [f64],
    re: &'a [f64],
    im: &'a [f64],
    out: &'a mut [Complex64],
}

impl Task for Combine<'_> {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "takes the instruction set of its caller")]
    fn run(self) {
        let shell = *self.shell;
        let input = self.sigma.iter().zip(self.size).zip(self.re.iter().zip(self.im));
        for (out, ((sigma, size), (re, im))) in self.out.iter_mut().zip(input) {
            let f = Complex64::new(*re, *im);
            *out = signed(shell.love_number(f, shell.height(*size, f)), *sigma);
        }
    }
}
