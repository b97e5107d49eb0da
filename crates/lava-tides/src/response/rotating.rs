//! Laplace's tidal equations with drag in spherical harmonics.
//!
//! The velocity is `u = grad Φ + r x grad Ψ`; of the harmonics of order `m` the chain holds, degree by degree, Φ where
//! `j - m` is even and Ψ where it is odd. With `N = j(j+1)` the equations are
//!
//! ```text
//! l_j x_{j-1} + d_j x_j + u_j x_{j+1} = -N_2 γ_T δ_{j2}
//! d_j = -i N s + 2 i Ω m + [even] i N σ_j² β_j/σ,   β_j = 1 + Λ_j - γ_{L,j} ξ_j
//! l_j = ±2 Ω (j-1)(j+1) ε_j,   u_j = ±2 Ω j (j+2) ε_{j+1},   ε_j² = (j² - m²)/(4 j² - 1)
//! ```
//!
//! with `+` for even `j - m`. Divided by `i N` the chain becomes a continued fraction in
//! `δ_j = -s + 2 Ω m/N + [even] σ_j² β_j/σ`:
//!
//! ```text
//! Δ_j = δ_j - c_j/Δ_{j+1},   c_j = (2 Ω)² j (j+2)/(j+1)² ε_{j+1}²,   k_oc = ξ_2 σ_2² γ_T/(σ Δ_2).
//! ```
//!
//! For `m = 0` the chain has one more member below, Ψ of degree 1, which takes `c_1/δ_1` off `Δ_2`.

use super::{Order, Truncation};
use num_complex::Complex64;

/// The chain at one frequency.
pub(super) struct Chain<B> {
    /// Size of the frequency σ > 0, rad/s.
    pub(super) sigma: f64,
    /// Drag `σ_R`, s⁻¹.
    pub(super) drag: f64,
    /// Spin Ω, rad/s, of the sign that belongs to a positive frequency.
    pub(super) spin: f64,
    pub(super) order: Order,
    /// g H/R², s⁻².
    pub(super) wave: f64,
    /// `β_j`.
    pub(super) beta: B,
}

/// Most degrees of a chain.
pub(super) const MOST_TERMS: usize = 1 << 14;

impl<B: Fn(u32) -> Complex64> Chain<B> {
    /// `σ_2²/(σ Δ_2)`, the tide over `γ_T` equilibrium tides; NaN if the series does not converge.
    pub(super) fn response(&self, truncation: Truncation) -> Complex64 {
        let over = |delta: Complex64| 6.0 * self.wave / (self.sigma * delta);
        match truncation {
            Truncation::Terms(terms) => over(self.fraction(terms)),
            Truncation::Converged => {
                let mut terms = 12;
                let mut before = self.fraction(terms);
                while terms < MOST_TERMS {
                    terms *= 2;
                    let now = self.fraction(terms);
                    if (now - before).norm() <= 1e-12 * now.norm() {
                        return over(now);
                    }
                    before = now;
                }
                Complex64::new(f64::NAN, f64::NAN)
            }
        }
    }

    /// Height of degree 2, 4, 6, … over that of the equilibrium tide of degree 2 times `γ_T`, in the orthonormal
    /// harmonics of the chain's order.
    pub(super) fn spectrum(&self, terms: usize) -> Vec<(u32, Complex64)> {
        let last = last_degree(terms);
        let mut fractions = vec![Complex64::new(0.0, 0.0); terms];
        let mut above = None;
        for (slot, j) in fractions.iter_mut().rev().zip((2..=last).rev()) {
            let here =
                self.diagonal(j) - above.map_or(Complex64::new(0.0, 0.0), |above| self.coupling(j) / above);
            *slot = here;
            above = Some(here);
        }
        fractions[0] -= self.below();
        // x_2 = i γ_T/Δ_2, and ζ_j = -i N g H/(σ R²) x_j.
        let mut x = Complex64::i() / fractions[0];
        let mut heights = Vec::with_capacity(terms.div_ceil(2));
        for (j, fraction) in (2..=last).zip(&fractions) {
            let n = f64::from(j);
            if j > 2 {
                let sign = if j.is_multiple_of(2) { 1.0 } else { -1.0 };
                let link = 2.0 * self.spin * (n - 1.0) / n * self.tilt(j).sqrt();
                x = Complex64::i() * (sign * link) * x / *fraction;
            }
            if j.is_multiple_of(2) {
                let height = -Complex64::i() * (n * (n + 1.0) * self.wave / self.sigma) * x;
                heights.push((j, height));
            }
        }
        heights
    }

    /// `Δ_2` from a chain of so many degrees, by the recurrence of its numerators and denominators from above: one
    /// division in all.
    fn fraction(&self, terms: usize) -> Complex64 {
        // All frequencies are counted in this unit, so that the recurrence stays within the range of numbers.
        let unit = 1.0 / (self.sigma + self.drag + 2.0 * self.spin.abs());
        let (mut here, mut above) = (Complex64::new(1.0, 0.0), Complex64::new(0.0, 0.0));
        for j in (2..=last_degree(terms)).rev() {
            let next = self.diagonal(j) * unit * here - above * (self.coupling(j) * (unit * unit));
            above = here;
            here = next;
            let size = here.norm_sqr();
            if !(1e-200..1e200).contains(&size) && size > 0.0 {
                let scale = 1.0 / size.sqrt();
                here *= scale;
                above *= scale;
            }
        }
        here / (above * unit) - self.below()
    }

    /// `δ_j`.
    #[inline]
    fn diagonal(&self, j: u32) -> Complex64 {
        let n = f64::from(j) * f64::from(j + 1);
        let turning = match self.order {
            Order::Zonal => 0.0,
            Order::Sectoral => 4.0 * self.spin / n,
        };
        let free = Complex64::new(turning - self.sigma, self.drag);
        if j.is_multiple_of(2) { free + (self.beta)(j) * (n * self.wave / self.sigma) } else { free }
    }

    /// `c_j`.
    #[inline]
    fn coupling(&self, j: u32) -> f64 {
        let n = f64::from(j);
        let two_omega = 2.0 * self.spin;
        two_omega * two_omega * (n * (n + 2.0)) / ((n + 1.0) * (n + 1.0)) * self.tilt(j + 1)
    }

    /// `ε_j²`.
    #[inline]
    fn tilt(&self, j: u32) -> f64 {
        let (n2, m2) = (f64::from(j) * f64::from(j), f64::from(self.order.m() * self.order.m()));
        (n2 - m2) / (4.0 * n2 - 1.0)
    }

    /// What the member below degree 2 takes off `Δ_2`.
    fn below(&self) -> Complex64 {
        match self.order {
            Order::Sectoral => Complex64::new(0.0, 0.0),
            Order::Zonal => self.coupling(1) / Complex64::new(-self.sigma, self.drag),
        }
    }
}

/// The last degree of so many from 2 on.
fn last_degree(terms: usize) -> u32 {
    u32::try_from(terms.min(MOST_TERMS)).unwrap_or(u32::MAX - 2) + 1
}
