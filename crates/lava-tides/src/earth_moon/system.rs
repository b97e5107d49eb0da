//! The Earth, the Moon and what they conserve.

use crate::constants::{EARTH_MASS_KG, EARTH_RADIUS_M, GRAVITATIONAL_CONSTANT as G, MOON_MASS_KG};
use crate::error::{Error, Result, positive};
use crate::evolve::{EvolveOptions, Stop, System, TidalBody, Trajectory, evolve};
use crate::response::{Forcing, Order, Tideless};
use crate::{Body, Orbit, TidalResponse};

/// Mean distance of the Moon today, m.
const PRESENT_DISTANCE_M: f64 = 3.844e8;
/// Spin of the Earth today, rad/s.
const PRESENT_SPIN_RAD_S: f64 = 7.292_115e-5;
/// Mean radius of the Moon, m (IAU 2015, working group on cartographic coordinates).
pub const MOON_RADIUS_M: f64 = 1.7374e6;

/// A planet and a moon on a circular orbit over its equator, with the angular momentum of both.
///
/// ```
/// use lava_tides::earth_moon::EarthMoon;
///
/// let system = EarthMoon::present();
/// let state = system.state(3.5 * system.earth().radius_m())?;
/// assert!((state.spin_rad_s / 3.43567e-4 - 1.0).abs() < 2e-6); // a day of 5.08 h
/// assert!((state.frequency_rad_s / 3.05594e-4 - 1.0).abs() < 2e-6);
/// # Ok::<(), lava_tides::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EarthMoon {
    earth: Body,
    moon: Body,
    angular_momentum: f64,
}

/// The system at one distance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct State {
    /// Distance of the Moon, m.
    pub distance_m: f64,
    /// Spin of the Earth, rad/s.
    pub spin_rad_s: f64,
    /// Mean motion, rad/s.
    pub mean_motion_rad_s: f64,
    /// Frequency of the tide seen from the Earth's surface, 2(Ω - n), rad/s.
    pub frequency_rad_s: f64,
    /// Angular momentum of the orbit, kg m² s⁻¹.
    pub orbital_angular_momentum: f64,
}

impl EarthMoon {
    /// The Earth (moment of inertia 0.3307 M R²) and the Moon with the angular momentum of today's mean distance and
    /// spin on a circular orbit, 3.4425e34 kg m² s⁻¹.
    #[must_use]
    pub fn present() -> Self {
        let earth = Body::known(EARTH_MASS_KG, EARTH_RADIUS_M, 0.3307);
        let moon = Body::known(MOON_MASS_KG, MOON_RADIUS_M, 0.393);
        let total = EARTH_MASS_KG + MOON_MASS_KG;
        let orbital = EARTH_MASS_KG * MOON_MASS_KG / total * (G * total * PRESENT_DISTANCE_M).sqrt();
        let angular_momentum = orbital + earth.moment_of_inertia_kg_m2() * PRESENT_SPIN_RAD_S;
        Self { earth, moon, angular_momentum }
    }

    /// Any planet and moon with this total angular momentum, kg m² s⁻¹.
    ///
    /// # Errors
    /// [`Error::Quantity`] for an angular momentum that is not finite and positive.
    pub fn new(planet: Body, moon: Body, angular_momentum_kg_m2_s: f64) -> Result<Self> {
        let angular_momentum = positive("angular momentum, kg m²/s", angular_momentum_kg_m2_s)?;
        Ok(Self { earth: planet, moon, angular_momentum })
    }

    /// The planet.
    #[must_use]
    pub fn earth(&self) -> &Body {
        &self.earth
    }

    /// The moon.
    #[must_use]
    pub fn moon(&self) -> &Body {
        &self.moon
    }

    /// Total angular momentum, kg m² s⁻¹.
    #[must_use]
    pub fn angular_momentum_kg_m2_s(&self) -> f64 {
        self.angular_momentum
    }

    /// The state at this distance, m.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a distance that is not finite and positive, [`Error::InsideRoche`] for one at which the
    /// moon is torn apart.
    pub fn state(&self, distance_m: f64) -> Result<State> {
        let orbit = Orbit::new(&self.moon, self.earth.mass_kg(), distance_m, 0.0)?;
        orbit.check_disruption(&self.moon)?;
        let orbital = orbit.circular_angular_momentum_kg_m2_s();
        let spin = (self.angular_momentum - orbital) / self.earth.moment_of_inertia_kg_m2();
        let n = orbit.mean_motion_rad_s();
        Ok(State {
            distance_m,
            spin_rad_s: spin,
            mean_motion_rad_s: n,
            frequency_rad_s: 2.0 * (spin - n),
            orbital_angular_momentum: orbital,
        })
    }

    /// Energy of spin and orbit, J.
    #[must_use]
    pub fn energy_j(&self, state: &State) -> f64 {
        let spin = 0.5 * self.earth.moment_of_inertia_kg_m2() * state.spin_rad_s.powi(2);
        spin - 0.5 * state.orbital_angular_momentum * state.mean_motion_rad_s
    }

    /// Torque of the tide on the planet, N m: negative where it slows the spin.
    ///
    /// # Errors
    /// [`Error::UndefinedResponse`] where the response has no value.
    pub fn torque_n_m<R: TidalResponse + ?Sized>(&self, state: &State, response: &R) -> Result<f64> {
        let k2 = response.k2(state.forcing());
        if !k2.im.is_finite() {
            return Err(Error::UndefinedResponse { frequency_rad_s: state.frequency_rad_s });
        }
        Ok(self.torque_scale_n_m(state) * k2.im)
    }

    /// Rate at which the distance grows, m/s.
    ///
    /// # Errors
    /// As [`EarthMoon::torque_n_m`].
    pub fn recession_rate_m_s<R: TidalResponse + ?Sized>(&self, state: &State, response: &R) -> Result<f64> {
        let torque = self.torque_n_m(state, response)?;
        Ok(-2.0 * state.distance_m * torque / state.orbital_angular_momentum)
    }

    /// Heat that the tide makes in the planet, W.
    ///
    /// # Errors
    /// As [`EarthMoon::torque_n_m`].
    pub fn heating_w<R: TidalResponse + ?Sized>(&self, state: &State, response: &R) -> Result<f64> {
        Ok(-0.5 * self.torque_n_m(state, response)? * state.frequency_rad_s)
    }

    /// The recession from one distance to another (m) under this response by the integrator of
    /// [`mod@crate::evolve`], within a time limit in s.
    ///
    /// # Errors
    /// Those of [`EarthMoon::state`] and of [`evolve()`].
    pub fn evolve(
        &self,
        response: &dyn TidalResponse,
        (from_m, to_m): (f64, f64),
        limit_s: f64,
        options: &EvolveOptions,
    ) -> Result<Trajectory> {
        let start = self.state(from_m)?;
        let earth = TidalBody { body: self.earth, spin_rad_s: start.spin_rad_s, response };
        let moon = TidalBody { body: self.moon, spin_rad_s: start.mean_motion_rad_s, response: &Tideless };
        let system = System::new([earth, moon], from_m, 0.0)?;
        evolve(&system, limit_s, &[Stop::SemiMajorAxis(to_m)], options)
    }

    /// Height of the equilibrium tide at the equator, m: amplitude of the semidiurnal part of `U/g`.
    #[must_use]
    pub fn equilibrium_tide_m(&self, state: &State) -> f64 {
        0.75 * self.moon.mass_kg() / self.earth.mass_kg() * self.earth.radius_m().powi(4)
            / state.distance_m.powi(3)
    }

    /// `(3/2) G M_p² R⁵ a⁻⁶`, N m.
    pub(super) fn torque_scale_n_m(&self, state: &State) -> f64 {
        let ratio = self.earth.radius_m() / state.distance_m;
        1.5 * G * self.moon.mass_kg() * self.moon.mass_kg() / self.earth.radius_m() * ratio.powi(6)
    }
}

impl State {
    /// The tide at this state.
    #[must_use]
    pub fn forcing(&self) -> Forcing {
        Forcing { frequency_rad_s: self.frequency_rad_s, spin_rad_s: self.spin_rad_s, order: Order::Sectoral }
    }
}
