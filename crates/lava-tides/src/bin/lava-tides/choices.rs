//! Options that several commands share.

use clap::ValueEnum;
use lava_tides::constants::EARTH_RADIUS_M;
use lava_tides::earth_moon::{EarthMoon, Floor, Scenario, Track};
use lava_tides::response::{OceanCoupling, Truncation};
use lava_tides::rheology::Andrade;

/// Forces that the ocean knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Coupling {
    /// The paper's Eq. 7: neither self-attraction nor rotation.
    Eq7,
    /// With the attraction of the tide on itself and the yielding of the floor.
    Attracting,
    /// With the Coriolis force as well.
    Rotating,
}

impl From<Coupling> for OceanCoupling {
    fn from(coupling: Coupling) -> Self {
        match coupling {
            Coupling::Eq7 => Self::PaperEq7,
            Coupling::Attracting => Self::SelfAttracting,
            Coupling::Rotating => Self::Rotating(Truncation::Converged),
        }
    }
}

/// What lies below the ocean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FloorName {
    /// A floor that does not yield.
    Rigid,
    /// The rock below the ocean yields.
    BelowOcean,
    /// The solid part is that of the whole planet, as in public ports of the paper.
    WholePlanet,
}

/// Rock of the solid part (Andrade).
#[derive(Debug, Clone, clap::Args)]
pub struct Rock {
    /// Rigidity of the rock, Pa.
    #[arg(long, value_name = "PA", default_value_t = 6e10)]
    rigidity: f64,
    /// Viscosity of the rock, Pa s.
    #[arg(long, value_name = "PA_S", default_value_t = 1e21)]
    viscosity: f64,
    /// Andrade exponent of the rock.
    #[arg(long, default_value_t = 0.3)]
    alpha: f64,
}

impl Rock {
    pub fn andrade(&self) -> lava_tides::Result<Andrade> {
        Andrade::new(self.rigidity, self.viscosity, self.alpha)
    }
}

/// The molten Earth under the Moon.
#[derive(Debug, Clone, clap::Args)]
pub struct Recession {
    /// Forces that the ocean knows.
    #[arg(long, value_enum, default_value = "attracting")]
    coupling: Coupling,
    /// What lies below the ocean.
    #[arg(long, value_enum, default_value = "rigid")]
    floor: FloorName,
    #[command(flatten)]
    rock: Rock,
    /// Density of the melt over the mean density of the Earth.
    #[arg(long, value_name = "RATIO", default_value_t = 0.55)]
    density_ratio: f64,
    /// First distance of the Moon, Earth radii.
    #[arg(long, value_name = "RADII", default_value_t = 3.5)]
    from: f64,
    /// Last distance of the Moon, Earth radii.
    #[arg(long, value_name = "RADII", default_value_t = 25.0)]
    to: f64,
    /// Intervals of the quadrature, even.
    #[arg(long, value_name = "COUNT", default_value_t = 400)]
    intervals: usize,
}

impl Recession {
    pub fn scenario(&self) -> lava_tides::Result<Scenario> {
        let floor = match self.floor {
            FloorName::Rigid => Floor::Rigid,
            FloorName::BelowOcean => Floor::BelowOcean(self.rock.andrade()?),
            FloorName::WholePlanet => Floor::WholePlanet(self.rock.andrade()?),
        };
        Ok(Scenario { coupling: self.coupling.into(), density_ratio: self.density_ratio, floor })
    }

    pub fn track(&self) -> lava_tides::Result<Track> {
        let distance = |radii: f64| radii * EARTH_RADIUS_M;
        Track::new(EarthMoon::present(), distance(self.from), distance(self.to), self.intervals)
    }
}
