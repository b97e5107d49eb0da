//! Events: zeros of functions of the solution.

use super::solution::Step;
use crate::roots::{RootError, brent};

/// A function of time and state whose zeros are located while the integration runs.
///
/// A zero is found if the function changes its sign between the ends of a step, so that two zeros within one step go
/// unseen: bound [`Options::max_step`](super::Options::max_step) where they may be so near. A zero at the initial
/// point is no event.
#[derive(Clone, Copy)]
pub struct Event<'a, const N: usize> {
    /// The function.
    pub function: &'a dyn Fn(f64, &[f64; N]) -> f64,
    /// Which zeros count.
    pub crossing: Crossing,
    /// Whether the integration ends there.
    pub stops: bool,
}

/// Direction in which a function passes through zero, seen along the integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crossing {
    /// From negative to positive.
    Upward,
    /// From positive to negative.
    Downward,
    /// Both.
    Either,
}

/// An event met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit<const N: usize> {
    /// Its place in the list of events given.
    pub event: usize,
    /// When.
    pub t: f64,
    /// The state there.
    pub state: [f64; N],
}

impl<'a, const N: usize> Event<'a, N> {
    /// An event that ends the integration, whatever its direction.
    #[must_use]
    pub fn stopping(function: &'a dyn Fn(f64, &[f64; N]) -> f64) -> Self {
        Self { function, crossing: Crossing::Either, stops: true }
    }

    /// An event that is noted, whatever its direction.
    #[must_use]
    pub fn noted(function: &'a dyn Fn(f64, &[f64; N]) -> f64) -> Self {
        Self { function, crossing: Crossing::Either, stops: false }
    }

    /// The same event in one direction only.
    #[must_use]
    pub fn in_direction(self, crossing: Crossing) -> Self {
        Self { crossing, ..self }
    }

    fn counts(&self, from: f64, to: f64) -> bool {
        match self.crossing {
            Crossing::Upward => from < 0.0 && to >= 0.0,
            Crossing::Downward => from > 0.0 && to <= 0.0,
            Crossing::Either => (from < 0.0 && to >= 0.0) || (from > 0.0 && to <= 0.0),
        }
    }
}

/// Watches the events along the steps.
pub(super) struct Watch<'a, const N: usize> {
    events: &'a [Event<'a, N>],
    /// The value of each function at the last point, with the sign that it has behind a zero there.
    values: Vec<f64>,
}

impl<'a, const N: usize> Watch<'a, N> {
    pub(super) fn new(events: &'a [Event<'a, N>], t: f64, y: &[f64; N]) -> Self {
        Self { events, values: events.iter().map(|event| (event.function)(t, y)).collect() }
    }

    /// The events within a step in the order in which they happen, up to the first that stops, which comes with
    /// `true`.
    pub(super) fn step(&mut self, step: &Step<N>) -> Result<(Vec<Hit<N>>, bool), RootError> {
        let state = step.value(step.end);
        let mut hits = Vec::new();
        for (index, event) in self.events.iter().enumerate() {
            let before = self.values[index];
            let after = (event.function)(step.end, &state);
            if event.counts(before, after) {
                let g = |t: f64| (event.function)(t, &step.value(t));
                let t = brent(g, step.start, step.end, 4.0 * f64::EPSILON * step.length.abs())?;
                hits.push(Hit { event: index, t, state: step.value(t) });
            }
            // A step that ends on the zero has crossed it.
            self.values[index] = if after == 0.0 { -before } else { after };
        }
        let forward = step.length > 0.0;
        hits.sort_by(|a, b| if forward { a.t.total_cmp(&b.t) } else { b.t.total_cmp(&a.t) });
        let last = hits.iter().position(|hit| self.events[hit.event].stops);
        if let Some(last) = last {
            hits.truncate(last + 1);
        }
        Ok((hits, last.is_some()))
    }
}
