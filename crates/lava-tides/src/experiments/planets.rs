//! Reference planets, with the parameters of public ports of the paper.

use crate::constants::{DAY_S, EARTH_MASS_KG, EARTH_RADIUS_M, SUN_MASS_KG};
use crate::response::{HomogeneousBody, MagmaOcean, MoltenPlanet, OceanCoupling};
use crate::rheology::{Andrade, Rheology, Rigid};
use crate::{Body, Orbit, Result};

/// The super-Earth of the ports: 8 Earth masses, 2 Earth radii, one day about the Sun, an ocean of R/50 and of 0.5047
/// times the density of the solid below, 3e11 Pa, 1e21 Pa s.
pub(super) struct SuperEarth {
    pub(super) body: Body,
    pub(super) solid: HomogeneousBody<Andrade>,
    pub(super) drag_per_s: f64,
}

/// Density of its melt over that of the solid below.
pub(super) const DENSITY_RATIO: f64 = 0.504_668_88;

impl SuperEarth {
    pub(super) fn new(drag_per_s: f64) -> Result<Self> {
        let body = Body::new(8.0 * EARTH_MASS_KG, 2.0 * EARTH_RADIUS_M, 0.33)?;
        Ok(Self { body, solid: HomogeneousBody::new(&body, Andrade::new(3e11, 1e21, 0.3)?), drag_per_s })
    }

    pub(super) fn ocean(&self, coupling: OceanCoupling) -> Result<MagmaOcean> {
        MagmaOcean::new(self.body.radius_m() / 50.0, self.drag_per_s, DENSITY_RATIO)?.with_coupling(coupling)
    }

    /// Its ocean on the solid response of the whole planet.
    pub(super) fn molten(&self, coupling: OceanCoupling) -> Result<MoltenPlanet<Andrade>> {
        MoltenPlanet::new(self.body, self.solid, self.ocean(coupling)?)
    }

    /// Its ocean on a floor that does not yield.
    pub(super) fn fluid(&self, coupling: OceanCoupling) -> Result<MoltenPlanet<Rigid>> {
        over_rigid(self.body, self.ocean(coupling)?)
    }

    pub(super) fn orbit(&self, eccentricity: f64) -> Result<Orbit> {
        Orbit::light_body(&self.body, SUN_MASS_KG, DAY_S, eccentricity)
    }
}

/// An ocean on a floor that does not yield.
pub(super) fn over_rigid(body: Body, ocean: MagmaOcean) -> Result<MoltenPlanet<Rigid>> {
    MoltenPlanet::new(body, HomogeneousBody::new(&body, Rigid), ocean)
}

/// An Earth.
pub(super) fn earth() -> Result<Body> {
    Body::new(EARTH_MASS_KG, EARTH_RADIUS_M, 0.33)
}

/// A planet with an ocean of R/50 and half its mean density on its whole solid response.
pub(super) fn molten<R: Rheology>(
    body: Body,
    rheology: R,
    drag_per_s: f64,
    coupling: OceanCoupling,
) -> Result<MoltenPlanet<R>> {
    let ocean = MagmaOcean::new(body.radius_m() / 50.0, drag_per_s, 0.5)?.with_coupling(coupling)?;
    MoltenPlanet::new(body, HomogeneousBody::new(&body, rheology), ocean)
}
