//! Step control, shared by the methods.

use super::event::Watch;
use super::solution::Step;
use super::{Event, Method, OdeError, Options, Solution, Statistics, dormand_prince, rosenbrock};

/// Integrates `y' = rhs(t, y)` over the span from its first to its second time (which may be the earlier one), or to
/// the first event that stops.
///
/// Where the right-hand side fails or is not finite at a trial point off the solution, the step is shortened.
///
/// # Errors
/// [`OdeError`] with the place where the integration stuck.
pub fn solve<const N: usize, E, F>(
    mut rhs: F,
    span: (f64, f64),
    initial: [f64; N],
    options: &Options<N>,
    events: &[Event<'_, N>],
) -> Result<Solution<N>, OdeError<E>>
where
    E: std::error::Error + 'static,
    F: FnMut(f64, &[f64; N]) -> Result<[f64; N], E>,
{
    options.validate()?;
    let (start, end) = span;
    for (name, value) in [("begin of the span", start), ("end of the span", end)] {
        if !value.is_finite() {
            return Err(OdeError::Option { name, rule: "finite", value });
        }
    }
    let mut rhs = Rhs { function: &mut rhs, statistics: Statistics::default() };
    let mut watch = Watch::new(events, start, &initial);
    let mut control = Control::new(options.method);
    let mut solution = Solution::new(start, initial);
    let direction = (end - start).signum();
    let (mut t, mut y) = (start, initial);
    let mut slope = rhs.evaluate(t, &y)?;
    let mut h = match options.first_step {
        Some(step) => step,
        None => first_step(&mut rhs, t, &y, &slope, (direction, options)),
    };
    let mut derivatives = None;
    // Why the last trial step came to nothing.
    let mut failure = None;
    while (end - t) * direction > 0.0 {
        let (length, last) = step_length(h.min(options.max_step.unwrap_or(f64::INFINITY)), (end - t).abs());
        if length <= 4.0 * f64::EPSILON * t.abs() && (!last || failure.is_some()) {
            return Err(failure.unwrap_or(OdeError::StepTooSmall { t, step: length }));
        }
        if rhs.statistics.accepted + rhs.statistics.rejected >= options.max_steps {
            return Err(OdeError::TooManySteps { t, steps: options.max_steps });
        }
        let signed = length * direction;
        let trial = match options.method {
            Method::DormandPrince => dormand_prince::attempt(&mut rhs, t, &y, &slope, signed).map(Some),
            Method::Rosenbrock => {
                let scale = &options.absolute_tolerance;
                rosenbrock::attempt(&mut rhs, t, &y, &slope, (signed, scale), &mut derivatives)
            }
        };
        let error = match &trial {
            Ok(Some(trial)) => error_norm(&y, trial, options),
            _ => f64::NAN,
        };
        let (trial, factor) = match (trial, control.accept(error)) {
            (Ok(Some(trial)), Some(factor)) => (trial, factor),
            (trial, _) => {
                failure = trial.err();
                rhs.statistics.rejected += 1;
                h = length * control.shorten(error);
                continue;
            }
        };
        if control.is_stiff(trial.stiff) {
            return Err(OdeError::Stiff { t, step: length });
        }
        rhs.statistics.accepted += 1;
        let after = if last { end } else { t + signed };
        let step = Step { start: t, length: signed, end: after, y, r: trial.r };
        if solution.push(step, &mut watch)? {
            break;
        }
        (t, y, slope, derivatives, failure) = (after, trial.end, trial.slope, None, None);
        h = length * factor;
    }
    solution.statistics = rhs.statistics;
    Ok(solution)
}

/// The length of a step when `h` is wanted and `left` remains, and whether it is the last one: no last step far
/// shorter than the others.
fn step_length(h: f64, left: f64) -> (f64, bool) {
    if h >= left { (left, true) } else { (if h > 0.5 * left { 0.5 * left } else { h }, false) }
}

impl<const N: usize> Solution<N> {
    fn new(t: f64, y: [f64; N]) -> Self {
        Self {
            start: (t, y),
            steps: Vec::new(),
            hits: Vec::new(),
            stopped_by: None,
            statistics: Statistics::default(),
        }
    }

    /// Adds a step, cut short where an event stops the integration; `true` if one does.
    fn push<E>(&mut self, mut step: Step<N>, watch: &mut Watch<'_, N>) -> Result<bool, OdeError<E>>
    where
        E: std::error::Error + 'static,
    {
        let (hits, stop) = watch.step(&step).map_err(|source| OdeError::Event { t: step.start, source })?;
        self.hits.extend(hits);
        if let Some(hit) = self.hits.last().filter(|_| stop) {
            step.end = hit.t;
            self.stopped_by = Some(hit.event);
        }
        self.steps.push(step);
        Ok(stop)
    }
}

/// The right-hand side, counted and checked.
pub(super) struct Rhs<'a, F, const N: usize> {
    function: &'a mut F,
    pub(super) statistics: Statistics,
}

impl<F, const N: usize> Rhs<'_, F, N> {
    pub(super) fn evaluate<E>(&mut self, t: f64, y: &[f64; N]) -> Result<[f64; N], OdeError<E>>
    where
        E: std::error::Error + 'static,
        F: FnMut(f64, &[f64; N]) -> Result<[f64; N], E>,
    {
        self.statistics.evaluations += 1;
        let slope = (self.function)(t, y).map_err(|source| OdeError::RightHandSide { t, source })?;
        match slope.iter().position(|value| !value.is_finite()) {
            Some(component) => Err(OdeError::NotFinite { t, component, value: slope[component] }),
            None => Ok(slope),
        }
    }
}

/// What a method makes of a step.
pub(super) struct Trial<const N: usize> {
    pub(super) end: [f64; N],
    /// The slope at the end.
    pub(super) slope: [f64; N],
    /// Estimate of the error.
    pub(super) error: [f64; N],
    /// Terms of the continuous solution.
    pub(super) r: [[f64; N]; 4],
    /// Whether stability seems to limit the step.
    pub(super) stiff: bool,
}

/// Root mean square of the error over its tolerance; at most 1 for a step that is accepted.
fn error_norm<const N: usize>(y: &[f64; N], trial: &Trial<N>, options: &Options<N>) -> f64 {
    let scaled = (0..N).map(|i| {
        let size = y[i].abs().max(trial.end[i].abs());
        let tolerance = options.absolute_tolerance[i] + options.relative_tolerance * size;
        if trial.error[i] == 0.0 { 0.0 } else { trial.error[i] / tolerance }
    });
    (scaled.map(|e| e * e).sum::<f64>() / N as f64).sqrt()
}

/// First step after Hairer, Nørsett and Wanner (section II.4): an explicit Euler step shows the second derivative.
fn first_step<const N: usize, E, F>(
    rhs: &mut Rhs<'_, F, N>,
    t: f64,
    y: &[f64; N],
    slope: &[f64; N],
    (direction, options): (f64, &Options<N>),
) -> f64
where
    E: std::error::Error + 'static,
    F: FnMut(f64, &[f64; N]) -> Result<[f64; N], E>,
{
    let norm = |v: &dyn Fn(usize) -> f64| {
        let scaled = |i: usize| {
            let tolerance = options.absolute_tolerance[i] + options.relative_tolerance * y[i].abs();
            let value = v(i);
            if value == 0.0 || tolerance == 0.0 { 0.0 } else { value / tolerance }
        };
        ((0..N).map(|i| scaled(i).powi(2)).sum::<f64>() / N as f64).sqrt()
    };
    let (size, rate) = (norm(&|i| y[i]), norm(&|i| slope[i]));
    let trial = if size < 1e-5 || rate < 1e-5 { 1e-6 * t.abs().max(1.0) } else { 0.01 * size / rate };
    let moved: [f64; N] = std::array::from_fn(|i| y[i] + trial * direction * slope[i]);
    let Ok(after) = rhs.evaluate(t + trial * direction, &moved) else { return 0.01 * trial };
    let bend = norm(&|i| after[i] - slope[i]) / trial;
    let fastest = rate.max(bend);
    let chosen = if fastest <= 1e-15 { (1e-3 * trial).max(1e-6) } else { (0.01 / fastest).powf(0.2) };
    chosen.min(100.0 * trial)
}

/// Proportional-integral control of the step.
struct Control {
    /// Exponent of the error of this step.
    now: f64,
    /// Exponent of the error of the step before.
    before: f64,
    order: f64,
    previous: f64,
    rejected: bool,
    stiff: usize,
    not_stiff: usize,
}

impl Control {
    fn new(method: Method) -> Self {
        let (order, before) = match method {
            Method::DormandPrince => (5.0, 0.04),
            Method::Rosenbrock => (4.0, 0.0),
        };
        let now = 1.0 / order - 0.75 * before;
        Self { now, before, order, previous: 1e-4, rejected: false, stiff: 0, not_stiff: 0 }
    }

    /// Factor of the next step, or `None` if this one is rejected.
    fn accept(&mut self, error: f64) -> Option<f64> {
        if error.is_nan() || error > 1.0 {
            self.rejected = true;
            return None;
        }
        let error = error.max(1e-12);
        let factor = 0.9 * error.powf(-self.now) * self.previous.powf(self.before);
        let factor = factor.clamp(0.2, if self.rejected { 1.0 } else { 10.0 });
        self.previous = error.max(1e-4);
        self.rejected = false;
        Some(factor)
    }

    fn shorten(&self, error: f64) -> f64 {
        if error.is_finite() { (0.9 * error.powf(-1.0 / self.order)).clamp(0.1, 0.9) } else { 0.1 }
    }

    /// Hairer's rule: 15 suspicious steps without six others between them.
    fn is_stiff(&mut self, suspicious: bool) -> bool {
        if suspicious {
            self.not_stiff = 0;
            self.stiff += 1;
        } else {
            self.not_stiff += 1;
            if self.not_stiff == 6 {
                self.stiff = 0;
            }
        }
        self.stiff >= 15
    }
}
