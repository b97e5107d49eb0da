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
    /// Something has no parts at all.
    #[error("{of} must have at least one {what}, got none")]
    Nothing {
        /// Of what: schedule, map.
        of: &'static str,
        /// The part: site, job, value.
        what: &'static str,
    },
    /// Two things have the same name.
    #[error("{kind} names must be unique, got {name:?} twice")]
    Duplicate {
        /// What has the name: site, job, country.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A series has not one value for each hour.
    #[error("{series} of site {site:?} must have {hours} values, one for each hour, got {found}")]
    SeriesLength {
        /// The site.
        site: String,
        /// Which series.
        series: &'static str,
        /// Hours of the first site.
        hours: usize,
        /// Values given.
        found: usize,
    },
    /// A job's window is empty or leaves the schedule.
    #[error(
        "job {job:?} must have release < deadline <= {hours} hours, got release {release_h} and deadline {deadline_h}"
    )]
    Window {
        /// The job.
        job: String,
        /// First hour.
        release_h: usize,
        /// Hour by which it has to be complete.
        deadline_h: usize,
        /// Hours of the schedule.
        hours: usize,
    },
    /// A schedule is larger than the solver is meant for.
    #[error("schedule must have at most {limit} triples of job, site and hour, got {cells}")]
    ProblemSize {
        /// Triples.
        cells: usize,
        /// Most.
        limit: usize,
    },
    /// The sites together are too small for the jobs.
    #[error("every job must be complete by its deadline, got {}", shortfalls.iter().map(Shortfall::to_string).collect::<Vec<_>>().join(", "))]
    Infeasible {
        /// What is lacking; the sum is the least possible.
        shortfalls: Vec<Shortfall>,
    },
    /// No plan emits as little as asked for.
    #[error(
        "bound on the carbon must be at least {least_kg} kg, what the cleanest plan emits, got {bound_kg} kg"
    )]
    CarbonBound {
        /// Least possible, kg.
        least_kg: f64,
        /// Given, kg.
        bound_kg: f64,
    },
    /// The solver of linear programs gave up on a problem that has a solution.
    #[error("linear program must have an optimum, got: {0}")]
    Solver(#[from] good_lp::ResolutionError),
    /// A withdrawal is below the consumption that it contains.
    #[error("{part} withdrawal must be at least the consumption {consumed} L/kWh, got {withdrawn} L/kWh")]
    Withdrawal {
        /// `on-site` or `off-site`.
        part: &'static str,
        /// Withdrawal given, L/kWh.
        withdrawn: f64,
        /// Consumption, L/kWh.
        consumed: f64,
    },
    /// A range is not ordered.
    #[error("range {label:?} must satisfy low <= value <= high, got {low}, {value}, {high}")]
    Range {
        /// What the range is.
        label: String,
        /// Lower end.
        low: f64,
        /// The value.
        value: f64,
        /// Upper end.
        high: f64,
    },
    /// The number of samples is out of range.
    #[error("number of samples must be in 1..={most}, got {samples}")]
    Samples {
        /// Given.
        samples: usize,
        /// Most.
        most: usize,
    },
    /// A model has no form in SQL.
    #[error("model must be a closed formula for SQL, got {model}")]
    NoSql {
        /// The model.
        model: &'static str,
    },
    /// A row belongs to a group that there is none of.
    #[error("group must be below {groups}, got {group} in row {row}")]
    Group {
        /// The row, from 0.
        row: usize,
        /// Its group.
        group: u32,
        /// Number of groups.
        groups: usize,
    },
    /// A folder for results is not empty.
    #[cfg(feature = "frames")]
    #[error("output folder must be empty or absent, got {}", folder.display())]
    OutputFolder {
        /// The folder.
        folder: std::path::PathBuf,
    },
    /// A table could not be read, computed or written.
    #[cfg(feature = "frames")]
    #[error(transparent)]
    Polars(#[from] polars::error::PolarsError),
    /// A file could not be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// What a job lacks at its deadline.
#[derive(Debug, Clone, PartialEq)]
pub struct Shortfall {
    /// Name of the job.
    pub job: String,
    /// Its deadline, an hour.
    pub deadline_h: usize,
    /// Energy that cannot be delivered by then, kWh.
    pub kwh: f64,
}

impl std::fmt::Display for Shortfall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "job {:?} {} kWh short at hour {}", self.job, self.kwh, self.deadline_h)
    }
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
