//! The planets of the tests.

use lava_tides::response::{HomogeneousBody, MagmaOcean, MoltenPlanet, OceanCoupling};
use lava_tides::rheology::{Andrade, Rigid};
use lava_tides::{Body, constants};
use std::f64::consts::PI;

/// The Earth, with the moment of inertia factor of a rocky planet.
pub(crate) fn earth() -> Body {
    Body::new(constants::EARTH_MASS_KG, constants::EARTH_RADIUS_M, 0.33).unwrap()
}

/// The reference super-Earth of 8 Earth masses and 2 Earth radii.
pub(crate) struct SuperEarth {
    pub(crate) body: Body,
    pub(crate) solid: HomogeneousBody<Andrade>,
    /// Density of its melt over that of the solid below, without the core's mass but with its volume.
    pub(crate) ratio: f64,
}

impl SuperEarth {
    pub(crate) fn new() -> Self {
        let body = Body::new(8.0 * constants::EARTH_MASS_KG, 2.0 * constants::EARTH_RADIUS_M, 0.33).unwrap();
        let volume = |r: f64| 4.0 / 3.0 * PI * r.powi(3);
        let (radius, inner) = (body.radius_m(), body.radius_m() * 0.98);
        let core = volume(0.4 * radius) * 11_000.0;
        let melt = (volume(radius) - volume(inner)) * 2500.0;
        let ratio = 2500.0 / ((body.mass_kg() - core - melt) / volume(inner));
        let solid = HomogeneousBody::new(&body, Andrade::new(3e11, 1e21, 0.3).unwrap());
        Self { body, solid, ratio }
    }

    fn ocean(&self, coupling: OceanCoupling) -> MagmaOcean {
        let ocean = MagmaOcean::new(self.body.radius_m() / 50.0, 1e-3, self.ratio).unwrap();
        ocean.with_coupling(coupling).unwrap()
    }

    /// Its ocean on the whole planet's solid response.
    pub(crate) fn molten(&self, coupling: OceanCoupling) -> MoltenPlanet<Andrade> {
        MoltenPlanet::new(self.body, self.solid, self.ocean(coupling)).unwrap()
    }

    /// Its ocean on a floor that does not yield.
    pub(crate) fn fluid(&self, coupling: OceanCoupling) -> MoltenPlanet<Rigid> {
        MoltenPlanet::new(self.body, HomogeneousBody::new(&self.body, Rigid), self.ocean(coupling)).unwrap()
    }
}
