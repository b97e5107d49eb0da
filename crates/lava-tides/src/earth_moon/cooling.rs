//! An ocean that freezes while the Moon recedes.

use super::track::ascending;
use super::{EarthMoon, Scenario};
use crate::error::{Error, Result, not_negative, positive, within};
use common::ode::{Event, Options, solve};
use std::f64::consts::PI;

/// Crystallisation of a magma ocean from its bottom (derived here, after the energy balance of Zahnle et al. 2015),
///
/// ```text
/// dH/dt = -(4 π R² F - ε P) / (4 π (R - H)² ρ (L + c ΔT))
/// ```
///
/// with the outgoing flux `F` that the steam atmosphere allows and the tidal heat `P`, of which a part `ε` melts the
/// bottom again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cooling {
    flux_w_m2: f64,
    remelting: f64,
}

/// Latent heat of rock, J/kg.
const LATENT_HEAT_J_KG: f64 = 4e5;
/// Heat given off while the melt cools to the solidus: 1200 J kg⁻¹ K⁻¹ over 1000 K, J/kg.
const SENSIBLE_HEAT_J_KG: f64 = 1200.0 * 1000.0;
/// Depth at which the ocean counts as frozen, as a share of the first depth.
const FROZEN_SHARE: f64 = 1e-2;

/// Whether the ocean froze on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frozen {
    /// It is still there at the end.
    No,
    /// Less than a hundredth of its depth was left before the end.
    Yes,
}

/// The end of a recession over a freezing ocean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CoolingEnd {
    /// Time since the start, s.
    pub time_s: f64,
    /// Distance of the Moon, m.
    pub distance_m: f64,
    /// Depth left, m.
    pub depth_m: f64,
    /// Whether the ocean froze before the goal was reached.
    pub frozen: Frozen,
}

impl Cooling {
    /// Outgoing flux (W m⁻², not negative; about 100 under a steam atmosphere) and the part of the tidal heat that
    /// melts the bottom, in `[0, 1]`.
    ///
    /// # Errors
    /// [`Error::Quantity`] for a value out of its range.
    pub fn new(outgoing_flux_w_m2: f64, remelting: f64) -> Result<Self> {
        Ok(Self {
            flux_w_m2: not_negative("outgoing flux, W/m²", outgoing_flux_w_m2)?,
            remelting: within(
                "part of the heat that melts the bottom",
                "in [0, 1]",
                remelting,
                (0.0..=1.0).contains(&remelting),
            )?,
        })
    }

    /// Follows the Moon from one distance to another (m) over an ocean of this first depth (m) and drag (s⁻¹), until
    /// the goal or until the ocean has frozen. Remelting never makes the ocean deeper than it was.
    ///
    /// # Errors
    /// Those of [`EarthMoon::state`] and [`Scenario::response`]; [`Error::WrongDirection`] where the tide does not
    /// drive the Moon outwards; [`Error::Integration`] if the integrator gives up.
    pub fn recede(
        &self,
        system: &EarthMoon,
        scenario: &Scenario,
        (from_m, to_m): (f64, f64),
        depth_m: f64,
        drag_per_s: f64,
    ) -> Result<CoolingEnd> {
        ascending(from_m, to_m)?;
        let first = positive("ocean depth, m", depth_m)?;
        system.state(from_m)?;
        let (radius, area) = (system.earth().radius_m(), system.earth().area_m2());
        let melt_density = scenario.density_ratio * system.earth().mean_density_kg_m3();
        // With ln a as the variable, the state is the time in 1e12 s and the depth over the first one.
        let unit = 1e12;
        let rate = |x: f64, [_, share]: &[f64; 2]| -> Result<[f64; 2]> {
            let depth = (share * first).clamp(1e-3 * FROZEN_SHARE * first, first);
            let state = system.state(x.exp().clamp(from_m, to_m))?;
            let response = scenario.response(system, depth, drag_per_s)?;
            let torque = system.torque_n_m(&state, &*response)?;
            if torque >= 0.0 {
                let at_m = state.distance_m;
                return Err(Error::WrongDirection { from_m, to_m, at_m, torque_n_m: torque });
            }
            let pace = -0.5 * state.orbital_angular_momentum / torque;
            let heat = -0.5 * torque * state.frequency_rad_s;
            let floor = 4.0 * PI * (radius - depth).powi(2);
            let loss = area * self.flux_w_m2 - self.remelting * heat;
            let shrink = loss / (floor * melt_density * (LATENT_HEAT_J_KG + SENSIBLE_HEAT_J_KG));
            let shrink = if share * first >= first { shrink.max(0.0) } else { shrink };
            Ok([pace / unit, -shrink * pace / first])
        };
        let frozen = |_: f64, [_, share]: &[f64; 2]| share - FROZEN_SHARE;
        let events = [Event::stopping(&frozen)];
        let options = Options::new(1e-8, [1e-12, 1e-9]);
        let solution = solve(rate, (from_m.ln(), to_m.ln()), [0.0, 1.0], &options, &events)
            .map_err(|source| Error::Integration { what: "freezing ocean", source: Box::new(source) })?;
        let (x, [time, share]) = solution.end();
        let frozen = if x < to_m.ln() { Frozen::Yes } else { Frozen::No };
        let distance_m = x.exp().clamp(from_m, to_m);
        Ok(CoolingEnd { time_s: time * unit, distance_m, depth_m: share * first, frozen })
    }
}
