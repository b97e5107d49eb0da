//! Initial value problems of a few ordinary differential equations, with dense output and events.
//!
//! Two embedded methods share one driver: the explicit pair of Dormand and Prince, and a linearly implicit
//! (Rosenbrock) pair for stiff problems. Both estimate the error of each step, choose its length by it, and give a
//! continuous solution.
//!
//! ```
//! use common::ode::{Event, Options, solve};
//! use std::convert::Infallible;
//!
//! // A pendulum of small amplitude, y'' = -y, until it first hangs straight down.
//! let pendulum = |_: f64, y: &[f64; 2]| Ok::<_, Infallible>([y[1], -y[0]]);
//! let down = Event::stopping(&|_: f64, y: &[f64; 2]| y[0]);
//! let solution = solve(pendulum, (0.0, 10.0), [1.0, 0.0], &Options::new(1e-10, [1e-12; 2]), &[down])?;
//! assert!((solution.end().0 - std::f64::consts::FRAC_PI_2).abs() < 1e-9);
//! assert!((solution.at(1.0)?[0] - 1f64.cos()).abs() < 1e-8);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod dormand_prince;
mod driver;
mod event;
mod linear;
mod rosenbrock;
mod solution;
#[cfg(test)]
mod tests;

pub use driver::solve;
pub use event::{Crossing, Event, Hit};
pub use solution::{OutsideSpan, Solution, Statistics};

/// The method of integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// Dormand and Prince 5(4): explicit, seven stages, the last one shared with the next step; continuous solution
    /// of order 4. It reports a stiff problem as [`OdeError::Stiff`].
    #[default]
    DormandPrince,
    /// RODAS of Hairer and Wanner, 4(3): linearly implicit, six stages, L-stable, stiffly accurate; continuous
    /// solution of order 3. Jacobians by finite differences, one a step.
    Rosenbrock,
}

/// Accuracy and limits of an integration of `N` equations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options<const N: usize> {
    /// Method.
    pub method: Method,
    /// Error of a step relative to each component, in `[1e-15, 1)`.
    pub relative_tolerance: f64,
    /// Error of a step that is allowed in each component whatever its size, not negative, in its own unit. A
    /// component whose tolerance is infinite is carried along without a say in the step.
    pub absolute_tolerance: [f64; N],
    /// First step; `None` lets the method choose.
    pub first_step: Option<f64>,
    /// Longest step; `None` for no limit.
    pub max_step: Option<f64>,
    /// Steps, accepted or not, after which it gives up.
    pub max_steps: usize,
}

impl<const N: usize> Options<N> {
    /// Dormand and Prince with these tolerances and at most 100 000 steps.
    #[must_use]
    pub fn new(relative_tolerance: f64, absolute_tolerance: [f64; N]) -> Self {
        Self {
            method: Method::default(),
            relative_tolerance,
            absolute_tolerance,
            first_step: None,
            max_step: None,
            max_steps: 100_000,
        }
    }

    /// The same with another method.
    #[must_use]
    pub fn with_method(self, method: Method) -> Self {
        Self { method, ..self }
    }

    fn validate<E>(&self) -> Result<(), OdeError<E>>
    where
        E: std::error::Error + 'static,
    {
        let option = |name, rule, value| Err(OdeError::Option { name, rule, value });
        if !(1e-15..1.0).contains(&self.relative_tolerance) {
            return option("relative tolerance", "in [1e-15, 1)", self.relative_tolerance);
        }
        if let Some(&value) = self.absolute_tolerance.iter().find(|a| a.is_nan() || **a < 0.0) {
            return option("absolute tolerance", "not negative", value);
        }
        for (name, step) in [("first step", self.first_step), ("longest step", self.max_step)] {
            if let Some(value) = step.filter(|step| step.is_nan() || *step <= 0.0) {
                return option(name, "positive", value);
            }
        }
        Ok(())
    }
}

/// Why an integration ended before its end; `E` is the error of the right-hand side.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OdeError<E: std::error::Error + 'static> {
    /// The right-hand side fails at a point that the solution reaches.
    #[error("right-hand side at t = {t}: {source}")]
    RightHandSide {
        /// Where.
        t: f64,
        /// Its error.
        source: E,
    },
    /// The right-hand side is not finite at a point that the solution reaches.
    #[error("right-hand side must be finite, component {component} at t = {t} is {value}")]
    NotFinite {
        /// Where.
        t: f64,
        /// Which equation.
        component: usize,
        /// Its value.
        value: f64,
    },
    /// The step that the tolerances demand is below the resolution of `t`.
    #[error("step must stay above the resolution of t, got {step:e} at t = {t}")]
    StepTooSmall {
        /// Where.
        t: f64,
        /// The step.
        step: f64,
    },
    /// The steps are used up.
    #[error("integration must end within {steps} steps, stopped at t = {t}")]
    TooManySteps {
        /// Where.
        t: f64,
        /// Steps taken.
        steps: usize,
    },
    /// Stability, not accuracy, limits the explicit method's steps.
    #[error("explicit method needs a problem that is not stiff, stiff from t = {t} with step {step:e}")]
    Stiff {
        /// Where.
        t: f64,
        /// The step.
        step: f64,
    },
    /// An event function is not finite, or jumps.
    #[error("event function after t = {t}: {source}")]
    Event {
        /// Begin of the step.
        t: f64,
        /// What the root finder says.
        source: crate::roots::RootError,
    },
    /// An option breaks its rule.
    #[error("{name} must be {rule}, got {value}")]
    Option {
        /// The option.
        name: &'static str,
        /// What its values have to be.
        rule: &'static str,
        /// The value given.
        value: f64,
    },
}
