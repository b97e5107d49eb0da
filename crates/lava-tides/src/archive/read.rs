//! Reader of the archive's CSV.

use super::{Axis, Limit, MassKind, Measurement, PlanetRecord};
use crate::error::{Error, Result};
use csv::{ReaderBuilder, StringRecord, Trim};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// Reads planets from a table of the archive (`PSCompPars`, `PS`): CSV with `#` comments before a header of the
/// archive's column names, of which `pl_name`, `pl_orbper`, `pl_orbsmax`, `pl_rade`, `pl_bmasse`, `pl_bmasselim`,
/// `pl_bmassprov`, `pl_orbeccen`, `pl_orbeccenlim`, `st_mass`, `st_rad`, `st_teff` and `sy_pnum` have to be there. Error
/// columns (`…err1`, `…err2`) and other limit columns are read where there are some; an empty cell is unknown. Where
/// the semi-major axis is not known it follows from Kepler's law.
///
/// ```
/// use lava_tides::archive::read_csv;
///
/// let table = "pl_name,pl_orbper,pl_orbsmax,pl_rade,pl_bmasse,pl_bmasselim,pl_bmassprov,pl_orbeccen,pl_orbeccenlim,\
///              st_mass,st_rad,st_teff,sy_pnum\nK2-137 b,0.179719,0.0058,0.64,158.915,1,Mass,0,0,0.463,0.44,3492,1\n";
/// let planets = read_csv(table.as_bytes())?;
/// assert_eq!(planets[0].mass_earth.unwrap().0.value, 158.915);
/// assert_eq!(planets[0].measured_mass_earth(), None); // an upper limit
/// # Ok::<(), lava_tides::Error>(())
/// ```
///
/// # Errors
/// [`Error::MissingColumn`]; [`Error::BadRow`] with line and column for a text where a number is due, or a number out
/// of its range; [`Error::Csv`] for a text that is not CSV.
pub fn read_csv(reader: impl Read) -> Result<Vec<PlanetRecord>> {
    let mut reader = ReaderBuilder::new().comment(Some(b'#')).trim(Trim::All).from_reader(reader);
    let columns = Columns::new(reader.headers().map_err(malformed)?)?;
    let planet = |row: std::result::Result<StringRecord, csv::Error>| {
        let row = row.map_err(malformed)?;
        let line = row.position().map_or(0, csv::Position::line);
        Row { columns: &columns, cells: &row, line }.planet()
    };
    reader.records().map(planet).collect()
}

/// [`read_csv`] of a file.
///
/// # Errors
/// As [`read_csv`]; a file that cannot be opened is [`Error::Csv`].
pub fn read_file(path: &Path) -> Result<Vec<PlanetRecord>> {
    read_csv(std::fs::File::open(path).map_err(|error| malformed(error.into()))?)
}

pub(super) fn malformed(error: csv::Error) -> Error {
    Error::Csv { source: Box::new(error) }
}

const REQUIRED: [&str; 13] = [
    "pl_name",
    "pl_orbper",
    "pl_orbsmax",
    "pl_rade",
    "pl_bmasse",
    "pl_bmasselim",
    "pl_bmassprov",
    "pl_orbeccen",
    "pl_orbeccenlim",
    "st_mass",
    "st_rad",
    "st_teff",
    "sy_pnum",
];

/// Place of each column by its name.
struct Columns(BTreeMap<String, usize>);

impl Columns {
    fn new(header: &StringRecord) -> Result<Self> {
        let places: BTreeMap<_, _> =
            header.iter().enumerate().map(|(place, name)| (name.to_owned(), place)).collect();
        match REQUIRED.into_iter().find(|name| !places.contains_key(*name)) {
            Some(column) => Err(Error::MissingColumn { column: column.to_owned() }),
            None => Ok(Self(places)),
        }
    }
}

struct Row<'a> {
    columns: &'a Columns,
    cells: &'a StringRecord,
    line: u64,
}

impl Row<'_> {
    fn planet(&self) -> Result<PlanetRecord> {
        let positive = |value: f64| value > 0.0;
        let name = self.text("pl_name");
        if name.is_empty() {
            return Err(self.bad("pl_name"));
        }
        let eccentricity = self.measurement("pl_orbeccen", |e| (0.0..1.0).contains(&e))?;
        let kind = match self.text("pl_bmassprov") {
            "Mass" => MassKind::Measured,
            "Msini" | "Msin(i)/sin(i)" => MassKind::Minimum,
            _ => MassKind::Estimated,
        };
        let planets = match self.text("sy_pnum") {
            "" => None,
            text => Some(text.parse().map_err(|_| self.bad("sy_pnum"))?),
        };
        let record = PlanetRecord {
            name: name.to_owned(),
            period_d: self.measurement("pl_orbper", positive)?,
            axis_au: self.measurement("pl_orbsmax", positive)?.map(|axis| (axis, Axis::Tabulated)),
            radius_earth: self.measurement("pl_rade", positive)?,
            mass_earth: self.measurement("pl_bmasse", positive)?.map(|mass| (mass, kind)),
            circular_assumed: eccentricity
                .is_some_and(|e| e.known() == Some(0.0) && e.error_up.is_none_or(|error| error == 0.0)),
            eccentricity,
            star_mass_sun: self.measurement("st_mass", positive)?,
            star_radius_sun: self.measurement("st_rad", positive)?,
            star_temperature_k: self.measurement("st_teff", positive)?,
            planets,
        };
        Ok(record.with_kepler())
    }

    /// A number with its errors and its limit flag: 1 upper, -1 lower, 0 or empty neither.
    fn measurement(&self, column: &str, rule: impl Fn(f64) -> bool) -> Result<Option<Measurement>> {
        let Some(value) = self.number(column)? else { return Ok(None) };
        if !rule(value) {
            return Err(self.bad(column));
        }
        let flag = format!("{column}lim");
        let limit = match self.number(&flag)? {
            None | Some(0.0) => Limit::Value,
            Some(sign) if (sign - 1.0).abs() < 1e-9 => Limit::Upper,
            Some(sign) if (sign + 1.0).abs() < 1e-9 => Limit::Lower,
            Some(_) => return Err(self.bad(&flag)),
        };
        let error = |suffix| Ok(self.number(&format!("{column}{suffix}"))?.map(f64::abs));
        Ok(Some(Measurement { value, error_up: error("err1")?, error_down: error("err2")?, limit }))
    }

    /// A finite number; `None` where the column or the cell is not there.
    fn number(&self, column: &str) -> Result<Option<f64>> {
        match self.text(column) {
            "" => Ok(None),
            text => match text.parse::<f64>() {
                Ok(value) if value.is_finite() => Ok(Some(value)),
                _ => Err(self.bad(column)),
            },
        }
    }

    fn text(&self, column: &str) -> &str {
        self.columns.0.get(column).and_then(|place| self.cells.get(*place)).unwrap_or_default()
    }

    fn bad(&self, column: &str) -> Error {
        Error::BadRow { line: self.line, column: column.to_owned(), text: self.text(column).to_owned() }
    }
}
