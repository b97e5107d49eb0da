//! Maps of the Moon's recession time over depth and drag of the ocean.
//!
//! A map's cells are independent of each other: a shard of it can be computed anywhere, and the parts are merged
//! afterwards; a missing part is an error. The result does not depend on the number of threads or of shards.

mod axis;
mod contour;
mod shard;

pub use axis::LogAxis;
pub use shard::{MapPart, Shard};

use crate::earth_moon::{EarthMoon, Recession, Track};
use crate::error::Result;
use crate::response::{HomogeneousBody, MagmaOcean, MoltenPlanet, OceanCoupling};
use crate::rheology::{Andrade, Rigid};
use rayon::prelude::*;
use std::ops::Range;

/// What a map shows: the time of the Moon's recession from one distance to another, for oceans of every depth and drag.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MapSpec {
    /// Depths, m.
    pub depth_m: LogAxis,
    /// Drags, s⁻¹.
    pub drag_per_s: LogAxis,
    /// Density of the melt over the Earth's mean density, in (0, 1].
    pub density_ratio: f64,
    /// Coupling.
    pub coupling: OceanCoupling,
    /// The floor.
    pub floor: Floor,
    /// Distance at the start, m.
    pub from_m: f64,
    /// Distance at the end, m.
    pub to_m: f64,
}

/// What the ocean stands on.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Floor {
    /// A floor that does not yield.
    Rigid,
    /// The whole Earth as an Andrade solid, as the paper's Eq. 28 has it.
    Whole(AndradeFloor),
    /// The sphere below the ocean as an Andrade solid.
    Below(AndradeFloor),
}

/// Parameters of an Andrade floor.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AndradeFloor {
    /// Rigidity, Pa.
    pub rigidity_pa: f64,
    /// Viscosity, Pa s.
    pub viscosity_pa_s: f64,
    /// Exponent.
    pub alpha: f64,
}

/// The times of a whole map, depth by depth, each from the least drag to the largest.
#[derive(Debug, Clone, PartialEq)]
pub struct RecessionMap {
    spec: MapSpec,
    times_s: Vec<f64>,
}

/// One cell of a map.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Cell {
    /// Depth of the ocean, m.
    pub depth_m: f64,
    /// Drag, s⁻¹.
    pub drag_per_s: f64,
    /// Time of the recession, s.
    pub time_s: f64,
}

impl MapSpec {
    /// Number of cells.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.depth_m.count() * self.drag_per_s.count()
    }

    /// Computes the cells of a shard in parallel; `progress` is told of each finished cell.
    ///
    /// # Errors
    /// [`Error::Quantity`](crate::Error::Quantity), [`Error::OceanDepth`](crate::Error::OceanDepth) or
    /// [`Error::InsideRoche`](crate::Error::InsideRoche) for a map out of range, and
    /// [`Error::WrongDirection`](crate::Error::WrongDirection) where the Moon does not recede.
    pub fn compute(&self, shard: Shard, progress: &(dyn Fn() + Sync)) -> Result<MapPart> {
        let track = Track::new(&EarthMoon::present(), self.from_m, self.to_m)?;
        let cells = shard.range(self.cells());
        let times_s: Result<Vec<f64>> = cells
            .into_par_iter()
            .map(|cell| {
                let time = self.time_s(&track, self.at(cell));
                progress();
                time
            })
            .collect();
        Ok(MapPart::new(*self, shard, times_s?))
    }

    /// The whole map.
    ///
    /// # Errors
    /// As [`MapSpec::compute`].
    pub fn map(&self) -> Result<RecessionMap> {
        RecessionMap::merge(&[self.compute(Shard::WHOLE, &|| ())?])
    }

    /// Depth and drag of a cell.
    fn at(&self, cell: usize) -> (f64, f64) {
        let columns = self.drag_per_s.count();
        (self.depth_m.value(cell / columns), self.drag_per_s.value(cell % columns))
    }

    /// The recession with one ocean of this depth, m, and drag, s⁻¹: its heat, and the assumptions that do not hold.
    ///
    /// # Errors
    /// As [`MapSpec::compute`].
    pub fn recession(&self, depth_m: f64, drag_per_s: f64) -> Result<Recession> {
        let track = Track::new(&EarthMoon::present(), self.from_m, self.to_m)?;
        self.with_ocean(
            (depth_m, drag_per_s),
            |planet| track.recession(planet),
            |planet| track.recession(planet),
        )
    }

    /// Time for one ocean, s.
    fn time_s(&self, track: &Track, ocean: (f64, f64)) -> Result<f64> {
        self.with_ocean(ocean, |planet| track.time_s(planet), |planet| track.time_s(planet))
    }

    /// What either function makes of the Earth with this ocean, on a rigid or on a yielding floor.
    fn with_ocean<T>(
        &self,
        (depth, drag): (f64, f64),
        rigid: impl Fn(&MoltenPlanet<Rigid>) -> Result<T>,
        yielding: impl Fn(&MoltenPlanet<Andrade>) -> Result<T>,
    ) -> Result<T> {
        let ocean = MagmaOcean::new(depth, drag, self.density_ratio)?.with_coupling(self.coupling)?;
        let earth = *EarthMoon::present().earth();
        let over = |interior| yielding(&MoltenPlanet::new(earth, interior, ocean)?);
        match self.floor {
            Floor::Rigid => rigid(&MoltenPlanet::new(earth, HomogeneousBody::new(&earth, Rigid), ocean)?),
            Floor::Whole(floor) => over(HomogeneousBody::new(&earth, floor.rheology()?)),
            Floor::Below(floor) => over(HomogeneousBody::below_ocean(&earth, &ocean, floor.rheology()?)?),
        }
    }
}

impl AndradeFloor {
    /// The floor of an Earth-size planet: 6e10 Pa, 1e21 Pa s, α = 0.3.
    #[must_use]
    pub fn earth() -> Self {
        Self { rigidity_pa: 6e10, viscosity_pa_s: 1e21, alpha: 0.3 }
    }

    fn rheology(self) -> Result<Andrade> {
        Andrade::new(self.rigidity_pa, self.viscosity_pa_s, self.alpha)
    }
}

impl RecessionMap {
    /// What the map shows.
    #[must_use]
    pub fn spec(&self) -> &MapSpec {
        &self.spec
    }

    /// Times, s: depth by depth, each from the least drag to the largest.
    #[must_use]
    pub fn times_s(&self) -> &[f64] {
        &self.times_s
    }

    /// All cells.
    pub fn cells(&self) -> impl Iterator<Item = Cell> {
        self.times_s.iter().enumerate().map(|(cell, &time_s)| {
            let (depth_m, drag_per_s) = self.spec.at(cell);
            Cell { depth_m, drag_per_s, time_s }
        })
    }

    /// Part of the cells whose time lies in a closed range, s.
    #[must_use]
    pub fn share_between(&self, low_s: f64, high_s: f64) -> f64 {
        let inside = self.times_s.iter().filter(|time| (low_s..=high_s).contains(*time)).count();
        inside as f64 / self.times_s.len() as f64
    }

    /// The cell with the shortest time.
    #[must_use]
    pub fn shortest(&self) -> Cell {
        let best = |a: Cell, b: Cell| if b.time_s < a.time_s { b } else { a };
        let (depth_m, drag_per_s) = self.spec.at(0);
        self.cells().fold(Cell { depth_m, drag_per_s, time_s: f64::INFINITY }, best)
    }
}

impl Shard {
    /// The cells of this shard among so many.
    fn range(self, cells: usize) -> Range<usize> {
        let edge = |index: usize| {
            // Without overflow for any number of cells.
            let (whole, rest) = (cells / self.count(), cells % self.count());
            whole * index + rest.min(index)
        };
        edge(self.index())..edge(self.index() + 1)
    }
}
