//! Secular evolution of an orbit and of the spins of its two bodies.
//!
//! The state is the orbital angular momentum, the squared eccentricity, both spins and the heat released in both
//! bodies. The total angular momentum is a linear invariant of this state, which the integrators keep to rounding; the
//! energy is kept to their tolerance, and both are reported.
//!
//! A solid body held at a resonance makes the equations stiff by many orders of magnitude, so the default method is
//! linearly implicit.

mod system;
mod trajectory;

pub use system::{Stop, System, TidalBody};
pub use trajectory::{Balance, SystemState, Trajectory};

use crate::error::{Error, Result, positive};
use crate::{TideTerms, Validity, tidal_state};
use common::ode::{Event, Method, Options, solve};

/// Accuracy and limits of an evolution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EvolveOptions {
    /// Relative error of a step, in `[1e-15, 1)`.
    pub relative_tolerance: f64,
    /// Method.
    pub method: Method,
    /// Terms of the tide.
    pub terms: TideTerms,
    /// Steps after which it gives up.
    pub max_steps: usize,
}

impl Default for EvolveOptions {
    /// 1e-8, implicit, all terms, 100 000 steps.
    fn default() -> Self {
        Self {
            relative_tolerance: 1e-8,
            method: Method::Rosenbrock,
            terms: TideTerms::All,
            max_steps: 100_000,
        }
    }
}

/// Evolves a system for a time, or until the first of `stops` or the Roche limit of either body.
///
/// ```
/// use lava_tides::evolve::{EvolveOptions, Stop, System, TidalBody, evolve};
/// use lava_tides::response::{ConstantTimeLag, Tideless};
/// use lava_tides::{Body, constants::*};
///
/// // A planet like the Earth at 0.05 au, with a strong constant time lag, until its orbit is nearly round.
/// let earth = Body::new(EARTH_MASS_KG, EARTH_RADIUS_M, 0.33)?;
/// let sun = Body::new(SUN_MASS_KG, SUN_RADIUS_M, 0.07)?;
/// let lag = ConstantTimeLag::new(0.3, 638.0)?;
/// let planet = TidalBody { body: earth, spin_rad_s: 1e-4, response: &lag };
/// let star = TidalBody { body: sun, spin_rad_s: 3e-6, response: &Tideless };
/// let system = System::new([planet, star], 0.05 * ASTRONOMICAL_UNIT_M, 0.1)?;
/// let end = Stop::Eccentricity(0.01);
/// let trajectory = evolve(&system, 1e11 * YEAR_S, &[end], &EvolveOptions::default())?;
/// assert_eq!(trajectory.stopped_by(), Some(end));
/// assert!((trajectory.end().time_s / YEAR_S / 7.097e8 - 1.0).abs() < 1e-3);
/// assert!(trajectory.balance().angular_momentum < 1e-12);
/// # Ok::<(), lava_tides::Error>(())
/// ```
///
/// # Errors
/// [`Error::Quantity`] for a duration that is not positive or a stop out of its range, [`Error::InsideRoche`] at the
/// start, and [`Error::Integration`] where the integrator sticks.
pub fn evolve(
    system: &System<'_>,
    duration_s: f64,
    stops: &[Stop],
    options: &EvolveOptions,
) -> Result<Trajectory> {
    let duration = positive("duration, s", duration_s)?;
    for stop in stops {
        stop.check()?;
    }
    let all: Vec<Stop> = stops.iter().copied().chain([Stop::Roche(0), Stop::Roche(1)]).collect();
    let functions: Vec<_> =
        all.iter().map(|stop| move |_: f64, y: &[f64; 6]| stop.distance(system, y)).collect();
    let events: Vec<Event<'_, 6>> = functions.iter().map(|function| Event::stopping(function)).collect();
    let solver = Options {
        method: options.method,
        max_steps: options.max_steps,
        ..Options::new(options.relative_tolerance, System::absolute_tolerances(options.relative_tolerance))
    };
    let solution =
        solve(|_, y| system.rates(y, options.terms), (0.0, duration), system.initial(), &solver, &events)
            .map_err(|source| Error::Integration { what: "secular evolution", source: Box::new(source) })?;
    let mut validity = Validity::default();
    for (_, y) in solution.points() {
        let state = system.frame().state(0.0, &y);
        for (place, tidal) in system.bodies().iter().enumerate() {
            let orbit = system.orbit(place, state.semi_major_axis_m, state.eccentricity)?;
            let tide = tidal_state(
                &orbit.with_disruption_allowed(),
                &tidal.body,
                state.spins_rad_s[place],
                tidal.response,
                options.terms,
            )?;
            validity |= tide.validity;
        }
    }
    let stopped_by = solution.stopped_by.map(|place| all[place]);
    Ok(Trajectory::new(system, solution, stopped_by, validity))
}
