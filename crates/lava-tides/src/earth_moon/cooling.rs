//! Recession while the ocean freezes from below.

use super::EarthMoon;
use crate::error::{Error, Result, not_negative, positive, within};
use crate::response::{Forcing, HomogeneousBody, MagmaOcean, MoltenPlanet, Order, TidalResponse};
use crate::rheology::Rheology;
use common::ode::{Crossing, Event, Options, solve};

/// How an ocean of magma loses its heat and freezes from below (derived here),
///
/// ```text
/// dH/dt = -(4 π R² F - ε P_tide) / (4 π (R-H)² ρ (L_f + c_p ΔT)).
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Cooling {
    /// Heat flux F that leaves the surface, W m⁻²: about 100 under a steam atmosphere (Zahnle et al. 2015).
    pub flux_w_m2: f64,
    /// Part ε of the tide's heat that melts the base, in `[0, 1]`.
    pub remelting: f64,
    /// Latent heat `L_f`, J/kg: about 4e5.
    pub latent_heat_j_kg: f64,
    /// Sensible heat `c_p ΔT` that each kg gives up, J/kg: about 1.2e6.
    pub sensible_heat_j_kg: f64,
    /// Least depth to which the ocean is followed, m.
    pub least_depth_m: f64,
}

/// One moment of a recession with a cooling ocean.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CoolingState {
    /// Time since the start, s.
    pub time_s: f64,
    /// Distance of the Moon, m.
    pub distance_m: f64,
    /// Depth of the ocean, m.
    pub depth_m: f64,
}

/// A recession with a cooling ocean.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CoolingCourse {
    /// The start and the end of each step.
    pub states: Vec<CoolingState>,
    /// Whether the Moon reached its goal; otherwise the ocean froze or time was up.
    pub arrived: bool,
}

impl CoolingCourse {
    /// The last moment.
    #[must_use]
    pub fn end(&self) -> CoolingState {
        self.states.last().copied().unwrap_or(CoolingState { time_s: 0.0, distance_m: 0.0, depth_m: 0.0 })
    }
}

impl EarthMoon {
    /// Recession from one distance to another, m, within a time limit in s, while `ocean` cools; it ends early where
    /// the ocean is as thin as [`Cooling::least_depth_m`].
    ///
    /// # Errors
    /// [`Error::Quantity`] for a cooling out of its range, those of [`EarthMoon::at`], and [`Error::Integration`].
    pub fn recession_with_cooling<R: Rheology + Copy>(
        &self,
        (interior, ocean): (HomogeneousBody<R>, MagmaOcean),
        cooling: &Cooling,
        (from_m, to_m): (f64, f64),
        limit_s: f64,
    ) -> Result<CoolingCourse> {
        let flux = positive("heat flux, W/m²", cooling.flux_w_m2)?;
        let share = cooling.remelting;
        let remelting =
            within("share of tidal heat that melts", "in [0, 1]", share, (0.0..=1.0).contains(&share))?;
        let heat = not_negative("latent heat, J/kg", cooling.latent_heat_j_kg)?
            + positive("sensible heat, J/kg", cooling.sensible_heat_j_kg)?;
        let least = positive("least depth, m", cooling.least_depth_m)?;
        let limit = positive("time limit, s", limit_s)?;
        self.at(from_m)?;
        self.at(to_m)?;
        MoltenPlanet::new(self.earth, interior, ocean)?;
        let (earth, start_depth) = (self.earth, ocean.depth_m());
        let density = ocean.density_ratio() * earth.mean_density_kg_m3();
        let radius = earth.radius_m();
        // Logarithm of the distance over that at the start, and depth over that at the start.
        let rates = |_: f64, y: &[f64; 2]| -> Result<[f64; 2]> {
            let (distance, depth) = (from_m * y[0].exp(), start_depth * y[1]);
            let state = self.at(distance)?;
            let planet = MoltenPlanet::new(earth, interior, ocean.with_depth(depth)?)?;
            let loss = -planet
                .k2(Forcing {
                    frequency_rad_s: state.frequency_rad_s,
                    spin_rad_s: state.spin_rad_s,
                    order: Order::Sectoral,
                })
                .im;
            let torque = 1.5 * self.scale(distance) * loss;
            let power = torque * 0.5 * state.frequency_rad_s;
            let freezing = (earth.area_m2() * flux - remelting * power)
                / (4.0 * std::f64::consts::PI * (radius - depth).powi(2) * density * heat);
            Ok([2.0 * torque / self.orbital_momentum(distance), -freezing / start_depth])
        };
        let goal = (to_m / from_m).ln();
        let arrival = |_: f64, y: &[f64; 2]| y[0] - goal;
        let frozen = |_: f64, y: &[f64; 2]| y[1] - least / start_depth;
        let events = [Event::stopping(&arrival), Event::stopping(&frozen).in_direction(Crossing::Downward)];
        let solution = solve(rates, (0.0, limit), [0.0, 1.0], &Options::new(1e-8, [1e-10; 2]), &events)
            .map_err(|source| Error::Integration {
                what: "recession over a cooling ocean",
                source: Box::new(source),
            })?;
        let state = |(time_s, y): (f64, [f64; 2])| CoolingState {
            time_s,
            distance_m: from_m * y[0].exp(),
            depth_m: start_depth * y[1],
        };
        Ok(CoolingCourse {
            arrived: solution.stopped_by == Some(0),
            states: solution.points().map(state).collect(),
        })
    }
}
