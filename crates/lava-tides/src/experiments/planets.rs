//! The planets and materials of the experiments.

use crate::constants::{EARTH_MASS_KG, EARTH_RADIUS_M};
use crate::response::{HomogeneousBody, MagmaOcean, MoltenPlanet, OceanCoupling};
use crate::rheology::{Andrade, Rigid};
use crate::{Body, Result};

/// Density of the melt over that of the solid below, of the reference super-Earth of public ports of the paper.
pub(super) const DENSITY_RATIO: f64 = 0.504_668_88;
/// Its drag, s⁻¹.
pub(super) const DRAG_PER_S: f64 = 1e-3;

/// The reference super-Earth of public ports of the paper: 8 Earth masses, 2 Earth radii.
pub(super) fn super_earth() -> Result<Body> {
    Body::new(8.0 * EARTH_MASS_KG, 2.0 * EARTH_RADIUS_M, 0.33)
}

/// Its rock.
pub(super) fn super_earth_rock() -> Result<Andrade> {
    Andrade::new(3e11, 1e21, 0.3)
}

/// The Earth.
pub(super) fn earth() -> Result<Body> {
    Body::new(EARTH_MASS_KG, EARTH_RADIUS_M, 0.3307)
}

/// Rock of an Earth-size planet.
pub(super) fn earth_rock() -> Result<Andrade> {
    Andrade::new(6e10, 1e21, 0.3)
}

/// A planet with an ocean over a floor that does not yield.
pub(super) fn over_rigid(body: Body, ocean: MagmaOcean) -> Result<MoltenPlanet<Rigid>> {
    MoltenPlanet::new(body, HomogeneousBody::new(&body, Rigid), ocean)
}

/// The super-Earth with a given ocean, solid as a whole below it.
pub(super) fn molten_super_earth(
    depth_m: f64,
    drag_per_s: f64,
    coupling: OceanCoupling,
) -> Result<MoltenPlanet<Andrade>> {
    let body = super_earth()?;
    let ocean = MagmaOcean::new(depth_m, drag_per_s, DENSITY_RATIO)?.with_coupling(coupling)?;
    MoltenPlanet::new(body, HomogeneousBody::new(&body, super_earth_rock()?), ocean)
}

/// Points in equal ratios from one end to the other.
pub(super) fn log_points(from: f64, to: f64, count: usize) -> Vec<f64> {
    (0..count).map(|i| from * (to / from).powf(i as f64 / (count - 1).max(1) as f64)).collect()
}
