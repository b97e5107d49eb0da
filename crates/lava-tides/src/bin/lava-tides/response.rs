//! The options that describe a planet's response.

use crate::error::Result;
use lava_tides::response::{HomogeneousBody, MagmaOcean, MoltenPlanet, OceanCoupling, Truncation};
use lava_tides::rheology::{Andrade, Maxwell, Rheology, Rigid};
use lava_tides::{Body, TidalResponse, constants};

/// Interior and ocean.
#[derive(clap::Args)]
#[command(next_help_heading = "Response")]
pub struct Response {
    /// How the solid interior yields.
    #[arg(long, value_enum, default_value_t = Interior::Andrade)]
    pub interior: Interior,
    /// Rigidity of the interior, Pa.
    #[arg(long, value_name = "PA", default_value_t = 6e10)]
    pub rigidity: f64,
    /// Viscosity of the interior, Pa s.
    #[arg(long, value_name = "PA_S", default_value_t = 1e21)]
    pub viscosity: f64,
    /// Andrade exponent.
    #[arg(long, default_value_t = 0.3)]
    pub alpha: f64,
    /// The ocean of melt, if any: by the paper's Eq. 7 and 28, with self-attraction and a yielding floor, or with the
    /// Coriolis force as well.
    #[arg(long, value_enum, default_value_t = Ocean::Attracting)]
    pub ocean: Ocean,
    /// Depth of the ocean, km.
    #[arg(long, value_name = "KM", default_value_t = 127.42)]
    pub depth_km: f64,
    /// Rayleigh drag, 1/s: a free parameter.
    #[arg(long, value_name = "PER_S", default_value_t = 1e-3)]
    pub drag: f64,
    /// Density of the melt over the mean density of the planet.
    #[arg(long, value_name = "RATIO", default_value_t = 0.55)]
    pub density_ratio: f64,
    /// Let the whole planet yield, not only the sphere below the ocean (as public ports of the paper do).
    #[arg(long)]
    pub whole: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Interior {
    /// Does not yield.
    Rigid,
    Maxwell,
    Andrade,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Ocean {
    None,
    /// Eq. 7 of the paper.
    Paper,
    /// Self-attraction and yielding floor.
    Attracting,
    /// And the Coriolis force.
    Rotating,
}

impl Ocean {
    pub fn coupling(self) -> Option<OceanCoupling> {
        match self {
            Self::None => None,
            Self::Paper => Some(OceanCoupling::PaperEq7),
            Self::Attracting => Some(OceanCoupling::SelfAttracting),
            Self::Rotating => Some(OceanCoupling::Rotating(Truncation::Converged)),
        }
    }
}

impl Response {
    /// The response of this body.
    pub fn of(&self, body: &Body) -> Result<Box<dyn TidalResponse>> {
        match self.interior {
            Interior::Rigid => self.with(body, Rigid),
            Interior::Maxwell => self.with(body, Maxwell::new(self.rigidity, self.viscosity)?),
            Interior::Andrade => self.with(body, Andrade::new(self.rigidity, self.viscosity, self.alpha)?),
        }
    }

    fn with(&self, body: &Body, rheology: impl Rheology + 'static) -> Result<Box<dyn TidalResponse>> {
        let Some(coupling) = self.ocean.coupling() else {
            return Ok(Box::new(HomogeneousBody::new(body, rheology)));
        };
        let ocean =
            MagmaOcean::new(self.depth_km * 1e3, self.drag, self.density_ratio)?.with_coupling(coupling)?;
        let interior = if self.whole {
            HomogeneousBody::new(body, rheology)
        } else {
            HomogeneousBody::below_ocean(body, &ocean, rheology)?
        };
        Ok(Box::new(MoltenPlanet::new(*body, interior, ocean)?))
    }
}

/// Mass and radius.
#[derive(clap::Args)]
#[command(next_help_heading = "Body")]
pub struct BodyArguments {
    /// Mass, Earth masses.
    #[arg(long, value_name = "M_E", default_value_t = 1.0)]
    pub mass: f64,
    /// Radius, Earth radii.
    #[arg(long, value_name = "R_E", default_value_t = 1.0)]
    pub radius: f64,
    /// Moment of inertia over mass times radius squared.
    #[arg(long, value_name = "FACTOR", default_value_t = 0.33)]
    pub inertia: f64,
}

impl BodyArguments {
    pub fn body(&self) -> Result<Body> {
        let (mass, radius) = (self.mass * constants::EARTH_MASS_KG, self.radius * constants::EARTH_RADIUS_M);
        Ok(Body::new(mass, radius, self.inertia)?)
    }
}
