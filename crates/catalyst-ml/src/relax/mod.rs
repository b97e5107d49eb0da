//! From a structure to one at rest.
//!
//! [`Relax`] holds the settings, [`Relaxation`] the state on the way: it can be watched step by step, written to a file and
//! read again. [`relax_batch`] does many at once.
//!
//! ```
//! use catalyst_ml::{Atoms, calculator::Emt, relax::Relax};
//!
//! let pair = Atoms::new(vec!["Cu".parse()?; 2], vec![[0.0; 3], [2.5, 0.0, 0.0]])?;
//! let relaxation = Relax::ase(1e-4).run(pair, &mut Emt::new())?;
//! assert!(relaxation.is_converged());
//! let [[from, ..], [to, ..]] = relaxation.atoms().positions() else { panic!("two atoms") };
//! assert!((to - from - 2.16845).abs() < 1e-4);                                // Å
//! # Ok::<(), catalyst_ml::Error>(())
//! ```

mod batch;
mod checkpoint;
mod fire;
mod lbfgs;
mod relaxation;

pub use batch::relax_batch;
pub use fire::Fire;
pub use lbfgs::Lbfgs;
pub use relaxation::{Frame, Relaxation, Status};

use crate::calculator::Calculator;
use crate::{Atoms, Error, Result};

/// How to relax.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Relax {
    /// How to choose steps.
    pub method: Method,
    /// At rest is a structure whose free atoms feel less than this force each, eV/Å.
    pub force_tolerance_ev_angstrom: f64,
    /// Most steps.
    pub most_steps: usize,
}

/// How to choose steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// A quasi-Newton method, see [`Lbfgs`].
    Lbfgs(Lbfgs),
    /// Dynamics with friction, see [`Fire`].
    Fire(Fire),
}

impl Relax {
    /// L-BFGS with the settings of ASE 3.29, at most 1000 steps.
    #[must_use]
    pub const fn ase(force_tolerance_ev_angstrom: f64) -> Self {
        Self { method: Method::Lbfgs(Lbfgs::ASE), force_tolerance_ev_angstrom, most_steps: 1000 }
    }

    /// L-BFGS with the settings of OC20's relaxations: at most 0.04 Å and 300 steps, to 0.02 eV/Å.
    #[must_use]
    pub const fn oc20() -> Self {
        Self { method: Method::Lbfgs(Lbfgs::OC20), force_tolerance_ev_angstrom: 0.02, most_steps: 300 }
    }

    /// FIRE with the settings of ASE 3.29, at most 1000 steps.
    #[must_use]
    pub const fn fire(force_tolerance_ev_angstrom: f64) -> Self {
        Self { method: Method::Fire(Fire::ASE), force_tolerance_ev_angstrom, most_steps: 1000 }
    }

    /// Relaxes a structure; its fixed atoms stay. Not to come to rest in the steps that are allowed is no error, see
    /// [`Relaxation::status`].
    ///
    /// # Errors
    ///
    /// [`Error::Quantity`] or [`Error::Count`] for settings out of range, [`Error::NonFinite`] if the calculator gives a
    /// force or an energy that is no number, and what the calculator refuses.
    pub fn run(self, atoms: Atoms, calculator: &mut impl Calculator) -> Result<Relaxation> {
        let mut relaxation = Relaxation::new(self, atoms)?;
        while relaxation.status() == Status::Running {
            relaxation.step(calculator)?;
        }
        Ok(relaxation)
    }

    fn check(&self) -> Result<()> {
        positive("force tolerance, eV/Å", self.force_tolerance_ev_angstrom)?;
        match &self.method {
            Method::Lbfgs(settings) => settings.check(),
            Method::Fire(settings) => settings.check(),
        }
    }
}

fn positive(name: &'static str, value: f64) -> Result<()> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(Error::Quantity { name, rule: "positive and finite", value })
}

/// `a . b`, in one order.
fn dot(a: &[[f64; 3]], b: &[[f64; 3]]) -> f64 {
    a.as_flattened().iter().zip(b.as_flattened()).map(|(a, b)| a * b).sum()
}

/// Length of the longest vector.
fn longest(vectors: &[[f64; 3]]) -> f64 {
    vectors.iter().map(|&vector| crate::structure::length(vector)).fold(0.0, f64::max)
}
