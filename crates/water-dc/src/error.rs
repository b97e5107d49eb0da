//! The crate's error type.

/// Result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// What was asked for and cannot be done. Each text states the rule and what was given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A quantity breaks the rule of its type.
    #[error("{quantity} must be {rule}, got {value}")]
    Quantity {
        /// Name of the quantity, with its unit.
        quantity: &'static str,
        /// What its values have to be.
        rule: &'static str,
        /// The value given.
        value: f64,
    },
    /// A temperature lies outside the range of a formula, or is not a number.
    #[error("temperature must be in {low}..={high} °C for {formula}, got {celsius} °C")]
    Temperature {
        /// The formula.
        formula: &'static str,
        /// Value given, °C.
        celsius: f64,
        /// Lowest allowed, °C.
        low: f64,
        /// Highest allowed, °C.
        high: f64,
    },
    /// The air would have to hold more vapour than its whole pressure.
    #[error("vapour pressure must be below the air pressure {pressure_pa} Pa, got {vapour_pa} Pa")]
    VapourPressure {
        /// Air pressure, Pa.
        pressure_pa: f64,
        /// Vapour pressure that temperature and humidity imply, Pa.
        vapour_pa: f64,
    },
    /// The air is too dry for a dew point above the lower end of the saturation formula.
    #[error(
        "vapour pressure must be at least {lowest_pa} Pa for a dew point above -100 °C, got {vapour_pa} Pa"
    )]
    DewPoint {
        /// Saturation pressure at -100 °C, Pa.
        lowest_pa: f64,
        /// Vapour pressure given, Pa.
        vapour_pa: f64,
    },
    /// The root finder used up its steps.
    #[error("solver must converge within {steps} steps, stopped at {celsius} °C")]
    NoConvergence {
        /// Steps taken.
        steps: usize,
        /// Where it stopped, °C.
        celsius: f64,
    },
    /// A range of active parameters is not ordered or exceeds the total.
    #[error("active parameters must satisfy 0 < low <= high <= total, got {low}, {high}, {total} billion")]
    ActiveParameters {
        /// Lower end, billions.
        low: f64,
        /// Upper end, billions.
        high: f64,
        /// Total, billions.
        total: f64,
    },
    /// A fuel mix has no generation at all.
    #[error("fuel mix must have a positive finite sum, got {sum}")]
    EmptyMix {
        /// Sum of what was given.
        sum: f64,
    },
    /// A generation value is negative or not finite.
    #[error("generation from {fuel} must be finite and not negative, got {value}")]
    Generation {
        /// The fuel.
        fuel: crate::fuel::Fuel,
        /// The value given.
        value: f64,
    },
    /// None of the fuels of a mix has a factor in the set.
    #[error("fuel mix must contain a fuel that the factor set {factors} covers, got none")]
    NoFactor {
        /// Name of the factor set.
        factors: String,
    },
    /// A range of a water factor does not contain its value.
    #[error("factor of {fuel} must satisfy low <= value <= high, got {low}, {value}, {high} L/kWh")]
    FactorRange {
        /// The fuel.
        fuel: crate::fuel::Fuel,
        /// Lower end, L/kWh.
        low: f64,
        /// The value, L/kWh.
        value: f64,
        /// Upper end, L/kWh.
        high: f64,
    },
    /// A name is not in the tables.
    #[error("{kind} must be one of the table, got {name:?}{}", suggestion(nearest))]
    Unknown {
        /// What was looked up: country, model, task, …
        kind: &'static str,
        /// The name given.
        name: String,
        /// Nearest names of the table, best first.
        nearest: Vec<String>,
    },
    /// A profile needs something that neither the tables nor the caller gave.
    #[error("profile {profile} needs {what} of {country}, got none")]
    MissingInput {
        /// Name of the profile.
        profile: &'static str,
        /// What is missing.
        what: &'static str,
        /// The country.
        country: String,
    },
    /// A text table or weather file lacks a column.
    #[error("column {column:?} must be in the header, got {}", found.join(", "))]
    MissingColumn {
        /// The column.
        column: String,
        /// The header.
        found: Vec<String>,
    },
    /// A row has more or fewer fields than the header.
    #[error("row must have {expected} fields as the header has, got {found}")]
    FieldCount {
        /// Fields in the header.
        expected: usize,
        /// Fields in the row.
        found: usize,
    },
    /// A field cannot be read.
    #[error("{column} must be {rule}, got {value:?}")]
    Field {
        /// The column.
        column: String,
        /// What the field has to be.
        rule: &'static str,
        /// The text given.
        value: String,
    },
    /// A text is in another encoding.
    #[error("text must be UTF-8, got other bytes")]
    Encoding,
    /// A line of a text is wrong.
    #[error("line {line}: {source}")]
    Line {
        /// Line number, from 1.
        line: u64,
        /// What is wrong with it.
        source: Box<Error>,
    },
    /// A table of facts is wrong.
    #[error("table {table}: {source}")]
    Table {
        /// File name of the table.
        table: &'static str,
        /// What is wrong with it.
        source: Box<Error>,
    },
    /// A table that must not be empty has no row.
    #[error("table must have at least one row, got none")]
    NoRows,
    /// There is no hour to read or to summarise.
    #[error("weather must have at least one valid hour, got none")]
    NoHours,
    /// Slices of one batch differ in length.
    #[error("slices must be of equal length, got {lengths:?}")]
    Lengths {
        /// The lengths.
        lengths: Vec<usize>,
    },
    /// A file could not be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Error {
    /// The same error with the line it stands on.
    pub(crate) fn at_line(self, line: u64) -> Self {
        Self::Line { line, source: Box::new(self) }
    }

    /// The same error with the table it stands in.
    pub(crate) fn in_table(self, table: &'static str) -> Self {
        Self::Table { table, source: Box::new(self) }
    }
}

fn suggestion(nearest: &[String]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; nearest: {}", nearest.join(", ")) }
}
