//! Responses of the molten Earth for any depth and drag of its ocean.

use super::{EarthMoon, Track};
use crate::TidalResponse;
use crate::error::Result;
use crate::response::{HomogeneousBody, MagmaOcean, MoltenPlanet, OceanCoupling};
use crate::rheology::{Andrade, Rigid};

/// What lies below the ocean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Floor {
    /// A solid that does not yield.
    Rigid,
    /// The solid's Love numbers are those of the whole planet, as public ports of the paper have it.
    WholePlanet(Andrade),
    /// The solid is the sphere below the ocean.
    BelowOcean(Andrade),
}

/// Everything about the ocean but its depth and drag.
///
/// ```
/// use lava_tides::constants::YEAR_S;
/// use lava_tides::earth_moon::{Floor, Scenario, Track};
/// use lava_tides::response::OceanCoupling;
///
/// let scenario = Scenario { coupling: OceanCoupling::PaperEq7, density_ratio: 0.55, floor: Floor::Rigid };
/// let years = scenario.time_s(&Track::early_moon()?, 1e5, 1e-4)? / YEAR_S;
/// assert!((years / 1.59e5 - 1.0).abs() < 0.01);
/// # Ok::<(), lava_tides::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scenario {
    /// Coupling of the ocean.
    pub coupling: OceanCoupling,
    /// Density of the melt over the planet's mean density, in (0, 1].
    pub density_ratio: f64,
    /// What lies below.
    pub floor: Floor,
}

impl Scenario {
    /// The response with an ocean of this depth (m) and drag (s⁻¹).
    ///
    /// # Errors
    /// Those of [`MagmaOcean::new`], [`MagmaOcean::with_coupling`] and [`MoltenPlanet::new`].
    pub fn response(
        &self,
        system: &EarthMoon,
        depth_m: f64,
        drag_per_s: f64,
    ) -> Result<Box<dyn TidalResponse>> {
        let ocean = MagmaOcean::new(depth_m, drag_per_s, self.density_ratio)?.with_coupling(self.coupling)?;
        let earth = *system.earth();
        Ok(match self.floor {
            Floor::Rigid => Box::new(MoltenPlanet::new(earth, HomogeneousBody::new(&earth, Rigid), ocean)?),
            Floor::WholePlanet(rock) => {
                Box::new(MoltenPlanet::new(earth, HomogeneousBody::new(&earth, rock), ocean)?)
            }
            Floor::BelowOcean(rock) => {
                let solid = HomogeneousBody::below_ocean(&earth, &ocean, rock)?;
                Box::new(MoltenPlanet::new(earth, solid, ocean)?)
            }
        })
    }

    /// Time along the track with an ocean of this depth (m) and drag (s⁻¹), s.
    ///
    /// # Errors
    /// Those of [`Scenario::response`] and [`Track::time_s`].
    pub fn time_s(&self, track: &Track, depth_m: f64, drag_per_s: f64) -> Result<f64> {
        track.time_s(&*self.response(track.system(), depth_m, drag_per_s)?)
    }
}
