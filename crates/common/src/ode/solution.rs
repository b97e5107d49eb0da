//! The continuous solution.

use super::Hit;

/// The solution of an initial value problem over the steps taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution<const N: usize> {
    pub(super) start: (f64, [f64; N]),
    pub(super) steps: Vec<Step<N>>,
    /// The events met, in the order of the integration.
    pub hits: Vec<Hit<N>>,
    /// The event, by its place in the list given, that ended the integration; `None` at the end of the span.
    pub stopped_by: Option<usize>,
    /// What it cost.
    pub statistics: Statistics,
}

/// Cost of an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Steps accepted.
    pub accepted: usize,
    /// Steps tried and rejected.
    pub rejected: usize,
    /// Evaluations of the right-hand side, those for Jacobians among them.
    pub evaluations: usize,
    /// Jacobians.
    pub jacobians: usize,
    /// Decompositions of a matrix.
    pub decompositions: usize,
}

/// A time outside what was integrated.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("t must lie between {start} and {end}, got {t}")]
pub struct OutsideSpan {
    /// Begin of the solution.
    pub start: f64,
    /// Its end.
    pub end: f64,
    /// What was asked for.
    pub t: f64,
}

impl<const N: usize> Solution<N> {
    /// The initial point.
    #[must_use]
    pub fn start(&self) -> (f64, [f64; N]) {
        self.start
    }

    /// The last point: the end of the span, or the event that stopped the integration.
    #[must_use]
    pub fn end(&self) -> (f64, [f64; N]) {
        self.steps.last().map_or(self.start, |step| (step.end, step.value(step.end)))
    }

    /// The initial point and the end of each step.
    pub fn points(&self) -> impl Iterator<Item = (f64, [f64; N])> {
        std::iter::once(self.start).chain(self.steps.iter().map(|step| (step.end, step.value(step.end))))
    }

    /// The solution at any time within the span.
    ///
    /// # Errors
    /// [`OutsideSpan`] elsewhere.
    pub fn at(&self, t: f64) -> Result<[f64; N], OutsideSpan> {
        let (start, end) = (self.start.0, self.end().0);
        if !(start.min(end)..=start.max(end)).contains(&t) {
            return Err(OutsideSpan { start, end, t });
        }
        let forward = end >= start;
        let index = self.steps.partition_point(|step| if forward { step.end < t } else { step.end > t });
        Ok(self.steps.get(index).map_or(self.start.1, |step| step.value(t)))
    }
}

/// One accepted step and its interpolation,
///
/// ```text
/// y(θ) = y + θ (r1 + (1-θ) (r2 + θ (r3 + (1-θ) r4))),   θ = (t - start) / length.
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step<const N: usize> {
    pub(super) start: f64,
    /// Length of the whole step, also where an event cuts it short.
    pub(super) length: f64,
    /// Where it ends.
    pub(super) end: f64,
    pub(super) y: [f64; N],
    pub(super) r: [[f64; N]; 4],
}

impl<const N: usize> Step<N> {
    pub(super) fn value(&self, t: f64) -> [f64; N] {
        let a = (t - self.start) / self.length;
        let b = 1.0 - a;
        std::array::from_fn(|i| {
            let [r1, r2, r3, r4] = self.r.map(|r| r[i]);
            self.y[i] + a * (r1 + b * (r2 + a * (r3 + b * r4)))
        })
    }
}
