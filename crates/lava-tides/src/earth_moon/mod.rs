//! The recession of the Moon from the early Earth: the paper's claim that an ocean of magma drives the Moon to 25 Earth
//! radii within 10⁴ to 10⁵ years of the giant impact.
//!
//! The orbit is circular and equatorial, the tide is the Earth's, and the spin follows from the conservation of angular
//! momentum; one quadrature then gives the time,
//!
//! ```text
//! C Ω = L - M_r √(G (M_E + M_M) a),   t = ∫ L_orb/(-2 T) d ln a,   T = (3/2) K Im k₂(2 (Ω - n)).
//! ```

mod cooling;
mod track;

pub use cooling::{Cooling, CoolingCourse, CoolingState};
pub use track::{Recession, Track};

use crate::constants::{EARTH_MASS_KG, EARTH_RADIUS_M, GRAVITATIONAL_CONSTANT as G, MOON_MASS_KG};
use crate::error::{Error, Result, positive};
use crate::evolve::{EvolveOptions, Stop, System, TidalBody, Trajectory, evolve};
use crate::response::{TidalResponse, Tideless};
use crate::{Body, Orbit};

/// Mean radius of the Moon, m (IAU 2015, working group on cartographic coordinates).
pub const MOON_RADIUS_M: f64 = 1.7374e6;

/// The Earth and the Moon with their angular momentum.
///
/// ```
/// use lava_tides::{constants::{EARTH_RADIUS_M, YEAR_S}, earth_moon::EarthMoon, response::ConstantQ};
///
/// let system = EarthMoon::present();
/// let q = ConstantQ::new(0.3, 3.0)?;     // |Im k₂| = 0.1
/// let recession = system.recession(&q, 3.5 * EARTH_RADIUS_M, 25.0 * EARTH_RADIUS_M)?;
/// assert!((recession.time_s / YEAR_S / 1.291042e6 - 1.0).abs() < 1e-6);
/// # Ok::<(), lava_tides::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EarthMoon {
    earth: Body,
    moon: Body,
    angular_momentum: f64,
}

/// Spin and orbit at one distance.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EarthMoonState {
    /// Distance, m.
    pub distance_m: f64,
    /// Spin of the Earth, rad/s.
    pub spin_rad_s: f64,
    /// Mean motion of the Moon, rad/s.
    pub mean_motion_rad_s: f64,
    /// Frequency of the lunar tide, `2 (Ω - n)`, rad/s.
    pub frequency_rad_s: f64,
}

impl EarthMoon {
    /// The present masses, the angular momentum of the present orbit (384 400 km, circular) and spin (7.292115e-5 rad/s),
    /// and a moment of inertia of 0.3307 M R².
    #[must_use]
    pub fn present() -> Self {
        let earth = Body::known(EARTH_MASS_KG, EARTH_RADIUS_M, 0.3307);
        let moon = Body::known(MOON_MASS_KG, MOON_RADIUS_M, 0.393);
        let mut present = Self { earth, moon, angular_momentum: 0.0 };
        present.angular_momentum =
            earth.moment_of_inertia_kg_m2() * 7.292_115e-5 + present.orbital_momentum(3.844e8);
        present
    }

    /// The same bodies with another total angular momentum, kg m² s⁻¹.
    ///
    /// # Errors
    /// [`Error::Quantity`] unless it is finite and positive.
    pub fn with_angular_momentum(self, angular_momentum_kg_m2_s: f64) -> Result<Self> {
        let angular_momentum = positive("angular momentum, kg m²/s", angular_momentum_kg_m2_s)?;
        Ok(Self { angular_momentum, ..self })
    }

    /// The Earth.
    #[must_use]
    pub fn earth(&self) -> &Body {
        &self.earth
    }

    /// The Moon.
    #[must_use]
    pub fn moon(&self) -> &Body {
        &self.moon
    }

    /// Total angular momentum, kg m² s⁻¹.
    #[must_use]
    pub fn angular_momentum_kg_m2_s(&self) -> f64 {
        self.angular_momentum
    }

    /// Spin and orbit at a distance, m.
    ///
    /// # Errors
    /// [`Error::InsideRoche`] where the Moon would be torn apart, [`Error::Quantity`] for a distance that is not finite.
    pub fn at(&self, distance_m: f64) -> Result<EarthMoonState> {
        let orbit = Orbit::new(&self.moon, self.earth.mass_kg(), distance_m, 0.0)?;
        orbit.check_disruption(&self.moon)?;
        let spin_rad_s = (self.angular_momentum - self.orbital_momentum(distance_m))
            / self.earth.moment_of_inertia_kg_m2();
        let mean_motion_rad_s = orbit.mean_motion_rad_s();
        let frequency_rad_s = 2.0 * (spin_rad_s - mean_motion_rad_s);
        Ok(EarthMoonState { distance_m, spin_rad_s, mean_motion_rad_s, frequency_rad_s })
    }

    /// Energy of orbit and spin at a distance, J.
    ///
    /// # Errors
    /// As [`EarthMoon::at`].
    pub fn energy_j(&self, distance_m: f64) -> Result<f64> {
        let state = self.at(distance_m)?;
        let orbital = -G * self.earth.mass_kg() * self.moon.mass_kg() / (2.0 * distance_m);
        Ok(orbital + 0.5 * self.earth.moment_of_inertia_kg_m2() * state.spin_rad_s.powi(2))
    }

    /// Time, heat and more of the recession from one distance to another, m, by a quadrature of 400 points.
    ///
    /// # Errors
    /// As [`Track::new`] and [`Track::recession`].
    pub fn recession(&self, response: &dyn TidalResponse, from_m: f64, to_m: f64) -> Result<Recession> {
        Track::new(self, from_m, to_m)?.recession(response)
    }

    /// The same recession by the integrator of [`mod@crate::evolve`], within a time limit.
    ///
    /// # Errors
    /// Those of [`EarthMoon::at`] and of [`evolve()`].
    pub fn evolve(
        &self,
        response: &dyn TidalResponse,
        (from_m, to_m): (f64, f64),
        limit_s: f64,
        options: &EvolveOptions,
    ) -> Result<Trajectory> {
        let start = self.at(from_m)?;
        let earth = TidalBody { body: self.earth, spin_rad_s: start.spin_rad_s, response };
        let moon = TidalBody { body: self.moon, spin_rad_s: start.mean_motion_rad_s, response: &Tideless };
        let system = System::new([earth, moon], from_m, 0.0)?;
        evolve(&system, limit_s, &[Stop::SemiMajorAxis(to_m)], options)
    }

    /// Time of a recession in which the Earth releases no more heat than it can radiate, W m⁻²: the "tethered" Moon of
    /// Zahnle et al. (2015). All the energy of orbit and spin that is lost leaves at that rate, s.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a flux that is not positive; those of [`EarthMoon::at`]; [`Error::WrongDirection`] if
    /// the way leads up in energy.
    pub fn tethered_time_s(&self, flux_w_m2: f64, from_m: f64, to_m: f64) -> Result<f64> {
        let power = positive("heat flux, W/m²", flux_w_m2)? * self.earth.area_m2();
        let lost = self.energy_j(from_m)? - self.energy_j(to_m)?;
        if lost <= 0.0 {
            return Err(Error::WrongDirection { from_m, to_m, at_m: from_m, torque_n_m: 0.0 });
        }
        Ok(lost / power)
    }

    /// `M_r √(G (M_E + M_M) a)`.
    pub(super) fn orbital_momentum(&self, distance_m: f64) -> f64 {
        let total = self.earth.mass_kg() + self.moon.mass_kg();
        self.earth.mass_kg() * self.moon.mass_kg() / total * (G * total * distance_m).sqrt()
    }

    /// `K = G M_M² R⁵/a⁶`, J.
    pub(super) fn scale(&self, distance_m: f64) -> f64 {
        G * self.moon.mass_kg().powi(2) / distance_m * (self.earth.radius_m() / distance_m).powi(5)
    }
}
