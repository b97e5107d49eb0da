//! The embedded table.

use super::read::malformed;
use super::{Axis, Limit, MassKind, Measurement, PlanetRecord};
use crate::error::{Error, Result};
use csv::{ReaderBuilder, StringRecord};
use std::sync::LazyLock;

const TABLE: &str = include_str!("planets.csv");

/// 46 planets of at most two Earth radii with a measured mass and a short period, in the state of the archive of
/// mid-2025, sorted by period. An eccentricity of zero is nearly always an assumption
/// ([`PlanetRecord::circular_assumed`]).
///
/// ```
/// use lava_tides::archive::builtin;
///
/// let planets = builtin();
/// assert_eq!(planets.len(), 46);
/// assert_eq!(planets[2].name, "K2-141 b");
/// assert_eq!(planets[2].measured_mass_earth(), Some(4.97));
/// ```
#[must_use]
#[allow(clippy::missing_panics_doc, reason = "the table is part of the crate")]
#[allow(clippy::expect_used, reason = "the table is part of the crate")]
pub fn builtin() -> &'static [PlanetRecord] {
    static PLANETS: LazyLock<Vec<PlanetRecord>> =
        LazyLock::new(|| parse(TABLE).expect("the embedded table is well-formed"));
    &PLANETS
}

fn parse(table: &str) -> Result<Vec<PlanetRecord>> {
    let mut reader = ReaderBuilder::new().comment(Some(b'#')).from_reader(table.as_bytes());
    reader.records().map(|row| planet(&row.map_err(malformed)?)).collect()
}

fn planet(row: &StringRecord) -> Result<PlanetRecord> {
    let text = |place: usize| row.get(place).unwrap_or_default();
    let bad = |place: usize| Error::BadRow {
        line: row.position().map_or(0, csv::Position::line),
        column: format!("{}", place + 1),
        text: text(place).to_owned(),
    };
    let plain = |value| Measurement { value, error_up: None, error_down: None, limit: Limit::Value };
    let number = |place: usize| match text(place) {
        "" => Ok(None),
        text => text.parse().map(|value| Some(plain(value))).map_err(|_| bad(place)),
    };
    let axis = text(2);
    let (axis, origin) = match axis.strip_suffix('K') {
        Some(axis) => (axis, Axis::Kepler),
        None => (axis, Axis::Tabulated),
    };
    let axis = axis.parse().map_err(|_| bad(2))?;
    let limit = if text(6) == "upper" { Limit::Upper } else { Limit::Value };
    Ok(PlanetRecord {
        name: text(0).to_owned(),
        period_d: number(1)?,
        axis_au: Some((plain(axis), origin)),
        radius_earth: number(3)?,
        mass_earth: number(4)?.map(|mass| (mass, MassKind::Measured)),
        eccentricity: number(5)?.map(|e| Measurement { limit, ..e }),
        circular_assumed: text(6) == "assumed0",
        star_mass_sun: number(7)?,
        star_radius_sun: number(8)?,
        star_temperature_k: number(9)?,
        planets: Some(text(10).parse().map_err(|_| bad(10))?),
    })
}
