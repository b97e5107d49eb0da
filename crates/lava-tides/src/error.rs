//! The crate's error type.

use common::ode::OdeError;
use common::quadrature::QuadratureError;
use common::roots::RootError;

/// Result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// What was asked for and cannot be done. Each text states the rule and what was given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A quantity breaks the rule of its name.
    #[error("{name} must be {rule}, got {value}")]
    Quantity {
        /// Name of the quantity, with its unit.
        name: &'static str,
        /// What its values have to be.
        rule: &'static str,
        /// The value given.
        value: f64,
    },
    /// An ocean reaches the centre of its planet.
    #[error("ocean depth must be below the planet's radius {radius_m} m, got {depth_m} m")]
    OceanDepth {
        /// The depth, m.
        depth_m: f64,
        /// The planet's radius, m.
        radius_m: f64,
    },
    /// The ocean holds more mass than its planet.
    #[error("ocean must be lighter than its planet ({planet_kg} kg), got {ocean_kg} kg")]
    OceanMass {
        /// Mass of the ocean, kg.
        ocean_kg: f64,
        /// Mass of the planet, kg.
        planet_kg: f64,
    },
    /// The closest approach lies inside the Roche limit.
    #[error("pericentre must lie outside the Roche limit {roche_m} m, got {pericentre_m} m")]
    InsideRoche {
        /// Pericentre distance, m.
        pericentre_m: f64,
        /// Roche limit, m.
        roche_m: f64,
    },
    /// Two settings exclude each other.
    #[error("{setting} must not be combined with {other}")]
    Combination {
        /// One.
        setting: &'static str,
        /// The other.
        other: &'static str,
    },
    /// The response has no value at a frequency.
    #[error("response must have a Love number at {frequency_rad_s} rad/s, got none")]
    UndefinedResponse {
        /// The frequency, rad/s.
        frequency_rad_s: f64,
    },
    /// A sequence does not have the order that it must have.
    #[error("{name} must be strictly ascending, got {before} before {after} at place {place}")]
    NotAscending {
        /// Name of the sequence.
        name: &'static str,
        /// Place of the second of the two, from 0.
        place: usize,
        /// A value.
        before: f64,
        /// The value after it.
        after: f64,
    },
    /// There are too few or too many items.
    #[error("{name} must be {rule}, got {count}")]
    Count {
        /// Name of the items.
        name: &'static str,
        /// How many there have to be.
        rule: &'static str,
        /// How many there are.
        count: usize,
    },
    /// An iteration ended without meeting its tolerance.
    #[error("{what} must converge within {steps} steps, residual {residual:e}")]
    NoConvergence {
        /// What was being computed.
        what: &'static str,
        /// Steps taken.
        steps: usize,
        /// What is left.
        residual: f64,
    },
    /// The torque pushes away from what was to be reached.
    #[error(
        "tide must drive the orbit from {from_m} m towards {to_m} m, torque {torque_n_m} N m at {at_m} m"
    )]
    WrongDirection {
        /// Begin, m.
        from_m: f64,
        /// Goal, m.
        to_m: f64,
        /// Where it fails, m.
        at_m: f64,
        /// Torque on the planet there, N m.
        torque_n_m: f64,
    },
    /// A table lacks a column.
    #[error("column {column:?} must be in the header, got {found}")]
    MissingColumn {
        /// The column.
        column: &'static str,
        /// The header.
        found: String,
    },
    /// A cell of a table cannot be read.
    #[error("line {line}: {column} must be {rule}, got {text:?}")]
    Cell {
        /// Line of the file, from 1.
        line: u64,
        /// The column.
        column: &'static str,
        /// What its cells have to be.
        rule: &'static str,
        /// The text.
        text: String,
    },
    /// A table is not well-formed.
    #[error("line {line}: {message}")]
    Table {
        /// Line of the file, from 1.
        line: u64,
        /// What the reader says.
        message: String,
    },
    /// A planet's row has no value in a cell that is needed.
    #[error("{planet} must have a value of {column}, got none")]
    MissingValue {
        /// The planet.
        planet: String,
        /// The column.
        column: &'static str,
    },
    /// A planet's mass is not a measurement.
    #[error("mass of {planet} must be a measurement, got {value} Earth masses as {kind}")]
    MassNotMeasured {
        /// The planet.
        planet: String,
        /// The value given, Earth masses.
        value: f64,
        /// What it is instead.
        kind: &'static str,
    },
    /// No planet of a table has this name.
    #[error("planet must be in the table, got {name:?}{}", suggestion(nearest))]
    UnknownPlanet {
        /// The name given.
        name: String,
        /// The nearest names, best first.
        nearest: Vec<String>,
    },
    /// A shard is not `i/n` with `1 <= i <= n`.
    #[error("shard must be i/n with 1 <= i <= n, got {text}")]
    Shard {
        /// The text.
        text: String,
    },
    /// Parts that do not belong to one map.
    #[error("parts must belong to one map, part {number} is of another")]
    OtherMap {
        /// Number of the part, from 1.
        number: usize,
    },
    /// A part of a map is not there.
    #[error("map must have all of its {count} parts, part {number} is missing")]
    MissingPart {
        /// Number of the part, from 1.
        number: usize,
        /// How many there are.
        count: usize,
    },
    /// A part of a map is there twice.
    #[error("map must have each part once, part {number} is there twice")]
    DuplicatePart {
        /// Number of the part, from 1.
        number: usize,
    },
    /// The file of a part cannot be read or written.
    #[error("part {path}: {message}")]
    Part {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Root finder.
    #[error("{what}: {source}")]
    Root {
        /// What was being looked for.
        what: &'static str,
        /// Why it was not found.
        source: RootError,
    },
    /// Quadrature.
    #[error("{what}: {source}")]
    Quadrature {
        /// The integral.
        what: &'static str,
        /// Why it was not found.
        source: QuadratureError,
    },
    /// Integrator.
    #[error("{what}: {source}")]
    Integration {
        /// What was being integrated.
        what: &'static str,
        /// Why it ended.
        source: Box<OdeError<Error>>,
    },
}

fn suggestion(nearest: &[String]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; nearest: {}", nearest.join(", ")) }
}

/// The value, if it is finite and positive.
pub(crate) fn positive(name: &'static str, value: f64) -> Result<f64> {
    within(name, "finite and positive", value, value.is_finite() && value > 0.0)
}

/// The value, if it is finite and not negative.
pub(crate) fn not_negative(name: &'static str, value: f64) -> Result<f64> {
    within(name, "finite and not negative", value, value.is_finite() && value >= 0.0)
}

/// The value, if it is finite.
pub(crate) fn finite(name: &'static str, value: f64) -> Result<f64> {
    within(name, "finite", value, value.is_finite())
}

/// The value, if it lies in `[0, 1)`.
pub(crate) fn eccentricity(value: f64) -> Result<f64> {
    within("eccentricity", "in [0, 1)", value, (0.0..1.0).contains(&value))
}

/// The value, if its rule holds.
pub(crate) fn within(name: &'static str, rule: &'static str, value: f64, holds: bool) -> Result<f64> {
    if holds { Ok(value) } else { Err(Error::Quantity { name, rule, value }) }
}
